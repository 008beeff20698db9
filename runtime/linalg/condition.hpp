/// Reciprocal condition numbers, cheap first. The probe is one more right-hand side z with entries of magnitude 0.55 to
/// 1 and patternless signs: |A^-1 z| is a lower bound of |A^-1|, close to it unless z happens to be all but orthogonal
/// to the direction that A squeezes most. Where the probe or the pivots come near n * eps, LAPACK's estimator decides.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/scan.hpp"

namespace ricci::runtime::linalg {

inline double probe_entry(std::int64_t index) {
  std::uint64_t bits = (static_cast<std::uint64_t>(index) + 1) * 0x9e3779b97f4a7c15ULL;
  bits ^= bits >> 31;
  bits *= 0xbf58476d1ce4e5b9ULL;
  bits ^= bits >> 29;
  const double size = 0.55 + 0.45 * static_cast<double>(bits >> 11) * 0x1p-53;
  return (bits & 1) != 0 ? -size : size;
}

template <typename T>
double rcond_floor(std::int64_t n) {
  return static_cast<double>(n) * static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
}

/// Whether a cheap estimate is close enough to the floor that the real one is worth its cost. (In single precision
/// nearly everything would be; a factor 100 is kept there.)
template <typename T>
bool suspicious(double cheap, std::int64_t n) {
  return !(cheap > (std::is_same_v<Real<T>, double> ? 1e4 : 1e2) * rcond_floor<T>(n));
}

/// The largest row sum of magnitudes of a row-major matrix: the 1-norm of its transpose, as LAPACK sees it.
template <typename T>
Real<T> row_sum_norm(std::int64_t rows, std::int64_t cols, const T* matrix, std::int64_t ld) {
  Real<T> norm = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    Real<T> sum = 0;
    for (std::int64_t col = 0; col < cols; ++col) sum += std::abs(matrix[row * ld + col]);
    if (!(sum <= norm)) norm = sum;
  }
  return norm;
}

/// LAPACK's estimate for a small matrix that has no factorisation at hand. 0 when it is singular or was spoiled.
template <typename T>
double refined_rcond(std::int64_t n, const T* matrix) {
  const Buffer<T> lu(n * n);
  std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
  std::copy(matrix, matrix + n * n, lu.data());
  scale(lu.data(), n * n, -scaling_exponent(scan(matrix, n * n).largest));
  const Real<T> norm = row_sum_norm(n, n, lu.data(), n);
  if (lapack::getrf(n, n, lu.data(), n, pivots.data()) != 0 || !scan(lu.data(), n * n).finite()) return 0;
  return static_cast<double>(lapack::gecon(n, lu.data(), n, norm));
}

}  // namespace ricci::runtime::linalg
