#include "runtime/linalg/dense/products.hpp"

#include <algorithm>
#include <complex>

#include "runtime/linalg/blas.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

/// Multiplications from which the packaged BLAS repays its packing, where vectors have fewer than 512 bits.
constexpr std::int64_t worth_packing = 1 << 15;

bool to_blas(std::int64_t m, std::int64_t n, std::int64_t k) {
  static const bool wide = contraction::has_wide_vectors();
  return !wide && m * n * k >= worth_packing && m >= 4 && n >= 4;
}

template <typename T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, T alpha, View<T> l, View<T> r, T beta, T* c,
          std::int64_t ldc) {
  using enum blas::Op;
  const bool plain = l.column == 1;
  const blas::Op op = plain ? (l.conjugated ? conjugate : none) : (l.conjugated ? adjoint : transpose);
  blas::gemm<T>(op, r.conjugated ? conjugate : none, m, n, k, alpha, l.data, plain ? l.row : l.column, r.data, r.row,
                beta, c, ldc);
}

}  // namespace

template <typename T>
void subtract_product(std::int64_t m, std::int64_t n, std::int64_t k, View<T> l, View<T> r, T* c, std::int64_t ldc) {
  if (m == 0 || n == 0 || k == 0) return;
  if (to_blas(m, n, k)) return gemm(m, n, k, T(-1), l, r, T(1), c, ldc);
  contraction::loops<T>().subtract(m, n, k, l, r, c, ldc);
}

template <typename T>
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, View<T> l, View<T> r, T* c, std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  if (to_blas(m, n, k)) return gemm(m, n, k, T(1), l, r, T(0), c, ldc);
  contraction::loops<T>().product(m, n, k, l, r, c, ldc);
}

template <typename T>
void multiply_shared(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b, T* c) {
  constexpr std::int64_t together = 96;
  parallel_for((m + together - 1) / together, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * together, last = std::min(m, end * together);
    multiply(last - first, n, k, rows_of<T>(a + first * k, k), rows_of<T>(b, n), c + first * n, n);
  });
}

#define RICCI_PRODUCTS(T)                                                                                       \
  template void subtract_product(std::int64_t, std::int64_t, std::int64_t, View<T>, View<T>, T*, std::int64_t); \
  template void multiply(std::int64_t, std::int64_t, std::int64_t, View<T>, View<T>, T*, std::int64_t);         \
  template void multiply_shared(std::int64_t, std::int64_t, std::int64_t, const T*, const T*, T*);
RICCI_PRODUCTS(float)
RICCI_PRODUCTS(double)
RICCI_PRODUCTS(std::complex<float>)
RICCI_PRODUCTS(std::complex<double>)
#undef RICCI_PRODUCTS

}  // namespace ricci::runtime::linalg::dense
