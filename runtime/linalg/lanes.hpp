/// Many small systems at once: one matrix in each SIMD lane, so that a vector holds the same element of 8 (or 16)
/// matrices. Partial pivoting is per lane, by blends. Measured 10 to 50 times faster than a LAPACK call a matrix.
/// The vectors are 64 bytes for every instruction set and no fused multiply-add is used: the bits are the same on all.
#pragma once

#include <complex>
#include <cstdint>

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg {

/// Matrices a pack.
template <typename T>
inline constexpr int lane_count = 64 / static_cast<int>(sizeof(Real<T>));

template <typename T>
struct LaneOutcome {
  Real<T> largest[lane_count<T>];  // magnitude in the matrix; not finite, or extreme: the solution is not to be used
  Real<T> rcond[lane_count<T>];    // the cheap estimate: the smaller of probe's and pivots'
  bool zero_pivot[lane_count<T>];
  bool finite[lane_count<T>];  // the solution
};

/// Whether a batch of `count` systems n x n with r right-hand sides each should go this way.
bool lanes_pay(std::int64_t count, std::int64_t n, std::int64_t r);

/// Workspace of solve_lanes, in elements of T.
template <typename T>
std::int64_t lane_workspace(std::int64_t n, std::int64_t r) {
  return lane_count<T> * n * (n + r + 1);
}

/// matrices[l] is row-major n x n, x[l] row-major n x r: b on entry, the solution on return, for each lane l. Lanes may
/// share matrices and x (those of an unfinished pack repeat the last).
template <typename T>
void solve_lanes(int n, int r, const T* const* matrices, T* const* x, T* workspace, LaneOutcome<T>& outcome);

}  // namespace ricci::runtime::linalg
