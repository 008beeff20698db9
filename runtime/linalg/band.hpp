/// Factorisations of one matrix in place that touch a band alone: its elements are zero where row - column > below or
/// column - row > above. The factors stand as those of the dense kernels do, so whoever applies them does not care.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "runtime/linalg/scan.hpp"

namespace ricci::runtime::linalg {

/// to -= factor * from
template <typename T>
void subtract_multiple(std::int64_t count, T factor, const T* from, T* to) {
  for (std::int64_t at = 0; at < count; ++at) to[at] -= factor * from[at];
}

/// P A = L U with partial pivoting, rows n apart; see dense/lu.hpp. U widens to below + above. False: a pivot is zero
/// or not finite, and A is spoiled. O(n below (below + above)) operations, and n^2 / 2 exchanges at worst.
template <typename T>
bool factor_band_lu(std::int64_t n, std::int64_t below, std::int64_t above, T* a, std::int32_t* pivots) {
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t end = std::min(n, k + below + 1), width = std::min(n, k + below + above + 1) - (k + 1);
    std::int64_t pivot = k;
    for (std::int64_t row = k + 1; row < end; ++row)
      if (std::abs(a[row * n + k]) > std::abs(a[pivot * n + k])) pivot = row;
    pivots[k] = static_cast<std::int32_t>(pivot);
    const Real<T> size = std::abs(a[pivot * n + k]);
    if (!(size > 0) || !(size <= std::numeric_limits<Real<T>>::max())) return false;
    if (pivot != k) std::swap_ranges(a + k * n, a + k * n + k + 1 + width, a + pivot * n);
    for (std::int64_t row = k + 1; row < end; ++row) {
      T& factor = a[row * n + k];
      if (factor == T(0)) continue;
      factor /= a[k * n + k];
      subtract_multiple(width, factor, a + k * n + k + 1, a + row * n + k + 1);
    }
  }
  return true;
}

/// A = U^H U of a Hermitian matrix, from and into its upper triangle; see dense/cholesky.hpp. False: not positive
/// definite, and A is spoiled. O(n above^2).
template <typename T>
bool factor_band_cholesky(std::int64_t n, std::int64_t above, T* a) {
  for (std::int64_t k = 0; k < n; ++k) {
    const Real<T> size = std::real(a[k * n + k]);
    if (!(size > 0) || !(size <= std::numeric_limits<Real<T>>::max())) return false;
    const Real<T> root = std::sqrt(size);
    a[k * n + k] = T(root);
    const std::int64_t end = std::min(n, k + above + 1);
    for (std::int64_t col = k + 1; col < end; ++col) a[k * n + col] /= root;
    for (std::int64_t row = k + 1; row < end; ++row)
      subtract_multiple(end - row, conjugate(a[k * n + row]), a + k * n + row, a + row * n + row);
  }
  return true;
}

}  // namespace ricci::runtime::linalg
