/// The upper triangle, because then every operand of a product stands as the product wants it: U12 = U11^-H A12 solves
/// from the left, and A22 -= U12^H U12 reads U12 along its rows on the right and down its columns on the left.
#include "runtime/linalg/dense/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

constexpr std::int64_t least_shared = 320;  // order from which the pool is worth waking
constexpr std::int64_t strip = 48;          // rows of an update that start at the diagonal together

template <typename T>
bool factor_few(std::int64_t n, T* a, std::int64_t lda) {
  for (std::int64_t k = 0; k < n; ++k) {
    const auto pivot = std::real(a[k * lda + k]);
    if (!(pivot > 0)) return false;
    const auto root = std::sqrt(pivot);
    a[k * lda + k] = T(root);
    for (std::int64_t col = k + 1; col < n; ++col) a[k * lda + col] /= root;
    for (std::int64_t row = k + 1; row < n; ++row)
      for (std::int64_t col = row; col < n; ++col) {
        const T left = a[k * lda + row], right = a[k * lda + col];
        if constexpr (std::is_floating_point_v<T>)
          a[row * lda + col] -= left * right;
        else
          a[row * lda + col] -= T(left.real() * right.real() + left.imag() * right.imag(),
                                  left.real() * right.imag() - left.imag() * right.real());
      }
  }
  return true;
}

/// Rows [first, last) of A22 [n,n] -= U12^H U12, U12 [k,n], from the diagonal to the right.
template <typename T>
void update_rows(std::int64_t n, std::int64_t k, const T* u, T* corner, std::int64_t lda, std::int64_t first,
                 std::int64_t last) {
  for (; first < last; first += strip)
    subtract_product(std::min(strip, last - first), n - first, k, adjoint_of<T>(u + first, lda),
                     rows_of<T>(u + first, lda), corner + first * lda + first, lda);
}

template <typename T>
bool factor_by_halves(std::int64_t n, T* a, std::int64_t lda) {
  if (n <= inner_order) return factor_few(n, a, lda);
  const std::int64_t half = (n / 2 + inner_order - 1) / inner_order * inner_order, rest = n - half;
  if (!factor_by_halves(half, a, lda)) return false;
  T *const right = a + half, *const corner = a + half * lda + half;
  solve_triangle<T>({true, false}, half, rest, adjoint_of<T>(a, lda), right, lda);
  update_rows(rest, half, right, corner, lda, 0, rest);
  return factor_by_halves(rest, corner, lda);
}

/// Strips of equal work: the k-th of `count` begins where the triangle's area is k / count.
std::int64_t strip_begin(std::int64_t n, std::int64_t which, std::int64_t count) {
  const double left = 1 - static_cast<double>(which) / static_cast<double>(count);
  const auto row = static_cast<std::int64_t>(static_cast<double>(n) * (1 - std::sqrt(std::max(left, 0.0))));
  return which == count ? n : row / strip * strip;
}

/// Panel by panel over the pool; whoever updates the next panel's diagonal block factors it.
template <typename T>
bool factor_shared(std::int64_t n, T* a, std::int64_t lda) {
  const std::int64_t width = n < 1500 ? 96 : 144;
  bool positive = factor_by_halves(std::min(width, n), a, lda);
  for (std::int64_t panel = 0; panel + width < n && positive; panel += width) {
    const std::int64_t below = panel + width, rest = n - below, tile = 128;
    T *const top = a + panel * lda + below, *const corner = a + below * lda + below;
    parallel_for((rest - 1) / tile + 1, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t col = begin * tile; col < std::min(end * tile, rest); col += tile)
        solve_triangle<T>({true, false}, width, std::min(tile, rest - col), adjoint_of<T>(a + panel * lda + panel, lda),
                          top + col, lda);
    });
    const std::int64_t next = std::min(width, rest), left = rest - next;
    const std::int64_t strips = 1 + std::min<std::int64_t>(16, (left + strip - 1) / strip);
    parallel_for(strips, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t each = begin; each < end; ++each) {
        if (each > 0) {
          update_rows(rest, width, top, corner, lda, next + strip_begin(left, each - 1, strips - 1),
                      next + strip_begin(left, each, strips - 1));
          continue;
        }
        update_rows(rest, width, top, corner, lda, 0, next);
        positive = factor_by_halves(next, corner, lda);
      }
    });
  }
  return positive;
}

}  // namespace

template <typename T>
bool factor_cholesky(std::int64_t n, T* a, std::int64_t lda) {
  return n < least_shared ? factor_by_halves(n, a, lda) : factor_shared(n, a, lda);
}

#define RICCI_CHOLESKY(T) template bool factor_cholesky(std::int64_t, T*, std::int64_t);
RICCI_CHOLESKY(float)
RICCI_CHOLESKY(double)
RICCI_CHOLESKY(std::complex<float>)
RICCI_CHOLESKY(std::complex<double>)
#undef RICCI_CHOLESKY

}  // namespace ricci::runtime::linalg::dense
