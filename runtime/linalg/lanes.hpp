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

/// Packs of lane_count systems n x n with r right-hand sides each, one after another in memory, row-major.
template <typename T>
struct LaneJob {
  int n = 0, r = 0;
  std::int64_t packs = 0;
  const T* matrices = nullptr;
  const T* b = nullptr;
  T* x = nullptr;
  const Real<T>* probe = nullptr;  // [n], of the condition
  Real<T> low = 0, high = 0;       // magnitudes of a largest element that needs no scaling: low included, high not
  Real<T> doubt = 0;               // a cheap reciprocal condition up to here is no answer
  T* workspace = nullptr;          // lane_workspace, aligned as a Buffer is
  /// For each pack, the lanes whose solution or condition is not to be relied on: a zero pivot, a magnitude out of
  /// range or not finite, a solution that is not finite, a doubtful condition.
  std::uint32_t* doubtful = nullptr;
};

/// The least reciprocal condition among the lanes that are not doubtful, and the first system that has it.
struct LaneLeast {
  double rcond = 0;
  std::int64_t entry = -1;
};

/// Whether a batch of `count` systems n x n with r right-hand sides each should go this way.
bool lanes_pay(std::int64_t count, std::int64_t n, std::int64_t r);

/// Workspace of solve_lanes, in elements of T.
template <typename T>
std::int64_t lane_workspace(std::int64_t n, std::int64_t r) {
  return lane_count<T> * n * (n + r + 1);
}

template <typename T>
LaneLeast solve_lanes(const LaneJob<T>& job);

/// The instruction sets' kernels that this machine can run, best first, null past the end: for tests.
template <typename T>
auto lane_kernel_of_set(int which) -> LaneLeast (*)(const LaneJob<T>& job);

}  // namespace ricci::runtime::linalg
