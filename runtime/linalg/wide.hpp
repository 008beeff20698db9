/// The rescue of a system that the fast routines spoiled: elimination in long double, whose exponents reach far past
/// those of the elements (where the platform has such a type). Slow, plain, and rare: it runs only where a finite
/// system gave a non-finite solution, as the packaged getf2 and trsm do with pivots whose reciprocal overflows.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/scan.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

template <typename T>
using Wide = std::conditional_t<is_complex_scalar<T>, std::complex<long double>, long double>;

/// x [n,r] from A [n,n] and b, which x holds on entry; row-major. False: an exact zero pivot, x untouched.
template <typename T>
bool solve_wide(std::int64_t n, std::int64_t r, const T* matrix, T* x) {
  using W = Wide<T>;
  // Row scaling keeps the pivot choice meaningful when rows differ by hundreds of orders of magnitude.
  std::vector<W> a(static_cast<std::size_t>(n * n)), b(static_cast<std::size_t>(n * r));
  for (std::int64_t row = 0; row < n; ++row) {
    const auto largest = scan(matrix + row * n, n).largest;
    const int exponent = largest > 0 ? -std::ilogb(largest) : 0;
    for (std::int64_t col = 0; col < n; ++col)
      a[static_cast<std::size_t>(row * n + col)] = scaled(W(matrix[row * n + col]), exponent);
    for (std::int64_t col = 0; col < r; ++col)
      b[static_cast<std::size_t>(row * r + col)] = scaled(W(x[row * r + col]), exponent);
  }
  const auto at = [n](std::int64_t row, std::int64_t col) { return static_cast<std::size_t>(row * n + col); };
  const auto rhs = [r](std::int64_t row, std::int64_t col) { return static_cast<std::size_t>(row * r + col); };
  for (std::int64_t k = 0; k < n; ++k) {
    check_interrupt();
    std::int64_t pivot = k;
    for (std::int64_t row = k + 1; row < n; ++row)
      if (std::abs(a[at(row, k)]) > std::abs(a[at(pivot, k)])) pivot = row;
    if (a[at(pivot, k)] == W(0)) return false;
    for (std::int64_t col = 0; col < n; ++col) std::swap(a[at(k, col)], a[at(pivot, col)]);
    for (std::int64_t col = 0; col < r; ++col) std::swap(b[rhs(k, col)], b[rhs(pivot, col)]);
    for (std::int64_t row = k + 1; row < n; ++row) {
      const W factor = a[at(row, k)] / a[at(k, k)];
      if (factor == W(0)) continue;
      for (std::int64_t col = k + 1; col < n; ++col) a[at(row, col)] -= factor * a[at(k, col)];
      for (std::int64_t col = 0; col < r; ++col) b[rhs(row, col)] -= factor * b[rhs(k, col)];
    }
  }
  for (std::int64_t k = n; k-- > 0;)
    for (std::int64_t col = 0; col < r; ++col) {
      W sum = b[rhs(k, col)];
      for (std::int64_t inner = k + 1; inner < n; ++inner) sum -= a[at(k, inner)] * b[rhs(inner, col)];
      b[rhs(k, col)] = sum / a[at(k, k)];
    }
  for (std::int64_t index = 0; index < n * r; ++index) x[index] = static_cast<T>(b[static_cast<std::size_t>(index)]);
  return true;
}

}  // namespace ricci::runtime::linalg
