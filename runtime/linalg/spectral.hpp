/// The SVD of one matrix, kept from data on which LAPACK's divide and conquer might not return, and the choice of rank.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/linalg/report.hpp"
#include "runtime/linalg/scan.hpp"
#include "runtime/linalg/square_svd.hpp"

namespace ricci::runtime::linalg {

/// Row-major A [m,n], destroyed even where this throws, into u [m,k], s [k], vh [k,n]; u and vh may be null together.
/// Non-finite input gives NaN everywhere. Read column-major the memory is A^T = V' s U'^T, so that LAPACK's results are
/// ours without transposes.
template <typename T>
void svd_of(std::int64_t m, std::int64_t n, const Held<T>& a, const Held<T>& u, const Held<Real<T>>& s,
            const Held<T>& vh, const std::vector<std::int64_t>& where) {
  const std::int64_t k = std::min(m, n);
  const auto seen = scan(a.get(), m * n);
  if (!seen.finite()) {
    std::fill_n(s.get(), k, not_a_number<Real<T>>);
    if (u != nullptr) std::fill_n(u.get(), m * k, not_a_number<T>);
    if (vh != nullptr) std::fill_n(vh.get(), k * n, not_a_number<T>);
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(a.get(), m * n, -exponent);
  int info = 0;
  if constexpr (is_complex_scalar<T>)
    info = lapack::gesdd<T>(u != nullptr, n, m, a, s, vh, u);
  else
    info = u != nullptr && m == n && n >= least_square_svd ? svd_of_square<T>(n, a, s, vh, u)
                                                           : lapack::gesdd<T>(u != nullptr, n, m, a, s, vh, u);
  if (info != 0) fail(dsl::Fault::no_convergence, "the singular value decomposition", entry_text(where));
  scale(s.get(), k, exponent);
}

/// The SVD of the p x k matrix Q R: that of R [k,k], which is destroyed, and Q [p,k] := Q times its left vectors. With
/// an upper triangle `second`, q holds Q second instead of Q.
template <typename T>
void svd_of_factors(std::int64_t p, std::int64_t k, T* q, const T* second, const Held<T>& r, const Held<Real<T>>& s,
                    const Held<T>& vh, const std::vector<std::int64_t>& where) {
  const Buffer<T> u(k * k), left(p * k);
  svd_of(k, k, r, u.held(), s, vh, where);
  if (second != nullptr) dense::solve_triangle<T>({false, false}, k, k, dense::rows_of<T>(second, k), u.data(), k);
  dense::multiply_shared(p, k, k, q, u.data(), left.data());
  std::copy(left.data(), left.data() + p * k, q);
}

/// How many singular values count: those above eps * max(m, n) times the largest.
template <typename R>
std::int64_t rank_of(std::int64_t m, std::int64_t n, const R* s) {
  const R threshold =
      std::numeric_limits<R>::epsilon() * static_cast<R>(std::max(m, n)) * (std::min(m, n) > 0 ? s[0] : R(0));
  std::int64_t rank = 0;
  while (rank < std::min(m, n) && s[rank] > threshold) ++rank;
  return rank;
}

}  // namespace ricci::runtime::linalg
