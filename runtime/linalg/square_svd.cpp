#include "runtime/linalg/square_svd.hpp"

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/reflectors.hpp"

namespace ricci::runtime::linalg {

template <typename T>
int svd_of_square(std::int64_t n, const Held<T>& a, const Held<T>& s, const Held<T>& u, const Held<T>& vh) {
  const Buffer<T> beside(n), tau_q(n), tau_p(n);
  lapack::gebrd<T>(n, a, s, beside.held(), tau_q.held(), tau_p.held());
  if (const int info = lapack::bdsdc<T>(n, s, beside.held(), u, vh); info != 0) return info;
  // u column-major is u^T row-major: Q u is u^T Q^T there, and vh P^T is P vh^T.
  dense::apply_right<T>({n, n, 0, a.get(), n, 1, tau_q.data()}, n, u.get(), n);
  dense::apply_left<T>({n, n - 1, 1, a.get(), 1, n, tau_p.data()}, n, vh.get(), n);
  return 0;
}

template int svd_of_square(std::int64_t, const Held<float>&, const Held<float>&, const Held<float>&,
                           const Held<float>&);
template int svd_of_square(std::int64_t, const Held<double>&, const Held<double>&, const Held<double>&,
                           const Held<double>&);

}  // namespace ricci::runtime::linalg
