/// A batch of matrices goes through packs of lanes: those that stand in memory as kernels read them from there, others
/// from a copy of some packs at a time. Spare lanes of the last one repeat its last matrix.
#pragma once

#include <algorithm>
#include <vector>

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/lanes.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

/// Consecutive packs: `used` matrices, entries from `first` on; of the last pack all lanes can be read.
template <typename T>
struct PackRun {
  const T* matrices;
  std::int64_t first, used, packs;

  bool whole() const { return used == packs * lane_count<T>; }
};

/// Calls body(run) for runs that cover the batch, on any thread.
template <typename T, typename Body>
void over_packs(const MatrixBatch& a, double flops_of_one, Body body) {
  constexpr std::int64_t lanes = lane_count<T>, copied_together = 4096;  // elements, so that they stay in cache
  const std::int64_t size = a.elements();
  // A pack costs hardly more than one of its matrices alone would.
  parallel_for((a.count + lanes - 1) / lanes, entries_a_chunk(flops_of_one), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t whole = a.dense ? std::max(begin, std::min(end, a.count / lanes)) : begin;
    if (whole > begin)
      body(PackRun<T>{a.tensor.template as<T>() + begin * lanes * size, begin * lanes, (whole - begin) * lanes,
                      whole - begin});
    if (whole == end) return;
    const std::int64_t together = std::clamp<std::int64_t>(copied_together / (lanes * size + 1), 1, end - whole);
    const Buffer<T> copied(together * lanes * size);
    for (std::int64_t pack = whole; pack < end; pack += together) {
      const std::int64_t packs = std::min(together, end - pack), first = pack * lanes;
      const std::int64_t used = std::min(packs * lanes, a.count - first);
      for (std::int64_t at = 0; at < packs * lanes; ++at)
        a.pack(first + std::min(at, used - 1), copied.data() + at * size);
      body(PackRun<T>{copied.data(), first, used, packs});
    }
  });
}

/// What every job over such a run has in common; `doubtful` becomes as long as the run.
template <typename T>
LaneJob<T> job_over(const PackRun<T>& run, std::int64_t n, std::vector<std::uint32_t>& doubtful) {
  doubtful.resize(static_cast<std::size_t>(run.packs));
  LaneJob<T> out;
  out.n = static_cast<int>(n), out.packs = run.packs;
  out.matrices = run.matrices;
  const SafeRange<Real<T>> range;
  out.low = range.low, out.high = range.high;
  out.doubtful = doubtful.data();
  return out;
}

/// alone(at) for each of the first `used` matrices whose lane is doubtful.
template <typename Alone>
void each_doubtful(const std::vector<std::uint32_t>& doubtful, std::int64_t lanes, std::int64_t used, Alone alone) {
  for (std::size_t pack = 0; pack < doubtful.size(); ++pack) {
    if (doubtful[pack] == 0) continue;
    const std::int64_t begin = static_cast<std::int64_t>(pack) * lanes;
    for (std::int64_t at = begin; at < std::min(begin + lanes, used); ++at)
      if ((doubtful[pack] >> (at - begin) & 1U) != 0) alone(at);
  }
}

}  // namespace ricci::runtime::linalg
