/// The left half is factored, its reflectors are applied to the right half as blocks, what is left there is factored
/// (Elmroth, Gustavson 2000). LAPACK does the few columns at the end.
#include "runtime/linalg/dense/qr.hpp"

#include <algorithm>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/reflectors.hpp"
#include "runtime/linalg/turned.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

constexpr std::int64_t few_columns = 16;

template <typename T>
Reflectors<T> reflectors_of(std::int64_t m, std::int64_t count, const T* a, std::int64_t lda, const T* tau) {
  return {m, count, 0, a, lda, 1, tau};
}

/// A [m,n], m > 0, columns lda apart.
template <typename T>
void factor_by_halves(std::int64_t m, std::int64_t n, const Held<T>& held, std::int64_t lda, const Held<T>& held_tau) {
  if (n <= few_columns) return lapack::geqrf<T>(m, n, held, lda, held_tau);
  T *const a = held.get(), *const tau = held_tau.get();
  const std::int64_t half = std::min(m, (n / 2 + few_columns - 1) / few_columns * few_columns), rest = n - half;
  T* const right = a + half * lda;
  factor_by_halves<T>(m, half, held, lda, held_tau);
  undo_right(reflectors_of<T>(m, half, a, lda, tau), rest, right, lda);  // Q^T C is, in rows, C^T Q
  if (m > half) factor_by_halves<T>(m - half, rest, {held, right + half}, lda, {held_tau, tau + half});
}

}  // namespace

template <typename T>
void factor_qr(std::int64_t m, std::int64_t n, const Held<T>& a, const Held<T>& tau) {
  if (m == 0 || n == 0) return;
  if constexpr (is_complex_scalar<T>)
    lapack::geqrf<T>(m, n, a, m, tau);
  else
    factor_by_halves<T>(m, n, a, m, tau);
}

template <typename T>
void form_q(std::int64_t m, std::int64_t k, const Held<T>& a, const Held<T>& tau, T* q) {
  if (k == 0) return;
  if constexpr (is_complex_scalar<T>) {
    lapack::orgqr<T>(m, k, a, m, tau);
    transpose_copy(k, m, a.get(), q);
  } else {
    form_columns(reflectors_of<T>(m, k, a.get(), m, tau.get()), k, q, k);
  }
}

#define RICCI_QR(T)                                                                       \
  template void factor_qr<T>(std::int64_t, std::int64_t, const Held<T>&, const Held<T>&); \
  template void form_q<T>(std::int64_t, std::int64_t, const Held<T>&, const Held<T>&, T*);
RICCI_QR(float)
RICCI_QR(double)
RICCI_QR(std::complex<float>)
RICCI_QR(std::complex<double>)
#undef RICCI_QR

}  // namespace ricci::runtime::linalg::dense
