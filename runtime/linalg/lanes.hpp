/// Many small systems at once: one matrix in each SIMD lane, so that a vector holds the same element of 8 (or 16)
/// matrices. Partial pivoting is per lane, by blends. Measured 10 to 50 times faster than a LAPACK call a matrix.
/// A pack is 64 bytes for every instruction set and no fused multiply-add is used: the bits are the same on all.
#pragma once

#include <complex>
#include <cstdint>

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg {

/// Matrices a pack.
template <typename T>
inline constexpr int lane_count = 64 / static_cast<int>(sizeof(Real<T>));

/// Packs of lane_count matrices n x n, one after another in memory, row-major, and what a kernel makes of them.
template <typename T>
struct LaneJob {
  int n = 0, r = 0;
  int m = 0;  // of least squares: matrices are [m,n], m >= n, right-hand sides [m,r]
  std::int64_t packs = 0;
  const T* matrices = nullptr;
  const T* b = nullptr;               // right-hand sides [n,r]; null: the identity, r == n
  T* x = nullptr;                     // solutions [n,r], factors [n,n], or fractions of determinants
  std::int32_t* exponents = nullptr;  // of determinants: the powers of two that go with the fractions
  Real<T>* conditions = nullptr;      // of least squares: of each system
  const Real<T>* probe = nullptr;     // of solutions: [n], of the condition
  Real<T> low = 0, high = 0;          // magnitudes of a largest element that needs no scaling: low included, high not
  /// Of solutions: a cheap reciprocal condition up to here is no answer. Of factors: the least share that a diagonal's
  /// smallest element may have of its largest.
  Real<T> doubt = 0;
  T* workspace = nullptr;  // lane_workspace, aligned as a Buffer is
  /// For each pack, the lanes whose result is not to be relied on: a zero pivot (but of a determinant), a magnitude out
  /// of range or not finite, a solution that is not finite, a doubtful condition, a matrix that is not definite.
  std::uint32_t* doubtful = nullptr;
};

/// Of solutions: the least reciprocal condition among the lanes that are not doubtful, the first system that has it,
/// and what the lanes were solved by.
struct LaneLeast {
  double rcond = 0;
  std::int64_t entry = -1;
  bool by_cholesky = false, by_lu = false;
};

template <typename T>
struct LaneKernels {
  /// Hermitian definite systems by Cholesky, others by LU: each lane as its own elements say.
  LaneLeast (*solve)(const LaneJob<T>& job);
  /// fraction * 2^exponent of each system.
  LaneLeast (*determinant)(const LaneJob<T>& job);
  /// L of A = L L^H, zeros above. Reads the lower triangle alone.
  LaneLeast (*cholesky)(const LaneJob<T>& job);
};

/// Whether a batch of `count` systems n x n with r right-hand sides each should go this way.
bool lanes_pay(std::int64_t count, std::int64_t n, std::int64_t r);

/// Workspace of a job with r right-hand sides (none where there are no solutions), in elements of T.
template <typename T>
std::int64_t lane_workspace(std::int64_t n, std::int64_t r) {
  return lane_count<T> * n * (n + 2 * r + 1);
}

/// The x of least |A x - b|, and the condition of A.
template <typename T>
using LeastSquaresLanes = void (*)(const LaneJob<T>& job);

/// Whether least squares of this shape should go this way.
bool least_squares_lanes_pay(std::int64_t m, std::int64_t n, std::int64_t r);

/// Workspace of such a job, in elements of T.
template <typename T>
std::int64_t least_squares_workspace(std::int64_t m, std::int64_t n, std::int64_t r) {
  return lane_count<T> * (m * (n + r) + 2 * n);
}

template <typename T>
const LaneKernels<T>& lane_kernels();
template <typename T>
LeastSquaresLanes<T> least_squares_lanes();

/// The instruction sets' kernels that this machine can run, best first, null past the end: for tests.
template <typename T>
const LaneKernels<T>* lane_kernels_of_set(int which);
template <typename T>
const LeastSquaresLanes<T>* least_squares_lanes_of_set(int which);

}  // namespace ricci::runtime::linalg
