/// One square matrix and its factorisation in place: how the method is chosen from the data, how it is applied to
/// right-hand sides, and what saves a solution that over- or underflowed on the way.
/// The factor stands where the row-major matrix A stood. LU is LAPACK's of that memory read column-major, which is A^T:
/// A^T = P L U, so A = U^T L^T P^T, and no transpose is ever made: the lower triangle holds U^T, the upper one L^T.
#pragma once

#include <cstdint>

#include "runtime/linalg/factor.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

enum class Method : std::uint8_t { diagonal, lower, upper, cholesky, lu, wide, singular, non_finite };

/// Where one factor stands and what it is. `wide`: the memory holds the matrix itself, eliminated anew in long double.
template <typename T>
struct Entry {
  std::int64_t n = 0;
  T* matrix = nullptr;             // scaled by 2^-exponent, except for `wide`
  std::int32_t* pivots = nullptr;  // LAPACK's, for `lu`
  int exponent = 0;
  Method method = Method::lu;
  double rcond = 0;
};

/// Factors what reload writes into entry.matrix (row-major; it may be called again after a failed attempt).
template <typename T>
void factor_entry(Entry<T>& entry, Structure hint, FunctionRef<void(T*)> reload);

/// x: b on entry, the solution on return. Columns: x is [n, r] with rows ld apart; rows: x is [r, n] without gaps.
/// Right-hand sides in blocks over the pool. The caller sees NaN for singular and non-finite matrices.
enum class Layout : std::uint8_t { columns, rows };
template <typename T>
void apply_entry(const Entry<T>& entry, Layout layout, T* x, std::int64_t r);

}  // namespace ricci::runtime::linalg
