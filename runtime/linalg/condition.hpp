/// Reciprocal condition numbers, cheap first. The probe is one more right-hand side z with entries of magnitude 0.55 to
/// 1 and patternless signs: |A^-1 z| is a lower bound of |A^-1|, close to it unless z happens to be all but orthogonal
/// to the direction that A squeezes most. Where the probe or the pivots come near n * eps, a real estimate decides.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

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

/// A cheap estimate up to here is close enough to the floor that the real one is worth its cost. (In single precision
/// nearly everything would be; a factor 100 is kept there.)
template <typename T>
double doubt_from(std::int64_t n) {
  return (std::is_same_v<Real<T>, double> ? 1e4 : 1e2) * rcond_floor<T>(n);
}
template <typename T>
bool suspicious(double cheap, std::int64_t n) {
  return !(cheap > doubt_from<T>(n));
}

/// The largest sum of magnitudes of a row (of complex parts: within a factor of sqrt(2) of the norm).
template <typename T>
Real<T> row_sum_norm(std::int64_t rows, std::int64_t cols, const T* matrix, std::int64_t ld) {
  Real<T> norm = 0;
  for (std::int64_t row = 0; row < rows; ++row) norm = std::max(norm, scan(matrix + row * ld, cols).sum);
  return norm;
}

/// The 1-norm of A^-H, which is the largest row sum of A^-1, by Higham's estimator (1988, algorithm 4.1): nearly always
/// within a factor of three, and a lower bound. `solve(adjoint, x)` overwrites x [n] by A^-1 x or A^-H x.
template <typename T, typename Solve>
double inverse_norm(std::int64_t n, Solve solve) {
  using R = Real<T>;
  const Buffer<T> x(n), signs(n);
  const auto size_of = [&] {
    double sum = 0;
    for (std::int64_t at = 0; at < n; ++at) sum += static_cast<double>(std::abs(x[at]));
    return sum;
  };
  std::fill(x.data(), x.data() + n, T(R(1) / static_cast<R>(n)));
  solve(true, x.data());
  double norm = size_of();
  std::int64_t last = -1;
  for (int step = 0; step < 5 && std::isfinite(norm); ++step) {
    for (std::int64_t at = 0; at < n; ++at) signs[at] = x[at] == T(0) ? T(1) : x[at] / std::abs(x[at]);
    std::copy(signs.data(), signs.data() + n, x.data());
    solve(false, x.data());
    std::int64_t steepest = 0;
    for (std::int64_t at = 1; at < n; ++at)
      if (std::abs(x[at]) > std::abs(x[steepest])) steepest = at;
    if (steepest == last) break;
    last = steepest;
    std::fill(x.data(), x.data() + n, T(0));
    x[steepest] = T(1);
    solve(true, x.data());
    const double found = size_of();
    if (found <= norm) break;
    norm = found;
  }
  for (std::int64_t at = 0; at < n; ++at) {  // against cancellation in the steps above
    const R size = 1 + static_cast<R>(at) / static_cast<R>(n > 1 ? n - 1 : 1);
    x[at] = T(at % 2 == 0 ? size : -size);
  }
  solve(true, x.data());
  return std::max(norm, 2 * size_of() / (3 * static_cast<double>(n)));
}

}  // namespace ricci::runtime::linalg
