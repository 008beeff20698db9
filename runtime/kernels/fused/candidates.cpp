/// Which indices may run along the lanes, and the choice among them.
#include <algorithm>

#include "runtime/kernels/fused/bands.hpp"
#include "runtime/kernels/fused/cost.hpp"

namespace ricci::runtime::fused {
namespace {

/// Suffixes of a list, the shortest first, and each single index.
std::vector<std::vector<VarId>> runs_of(const std::vector<VarId>& list) {
  std::vector<std::vector<VarId>> out;
  for (std::size_t from = list.size(); from-- > 0;)
    out.emplace_back(list.begin() + static_cast<std::ptrdiff_t>(from), list.end());
  for (std::size_t at = 0; at + 1 < list.size(); ++at) out.push_back({list[at]});
  return out;
}

std::int64_t extent_of(const Kernel& kernel, const std::vector<VarId>& list) {
  std::int64_t out = 1;
  for (VarId var : list) out *= kernel.extent(var);
  return out;
}

/// Iterations a task of a reduction that is cut: enough to be worth one, few enough to keep all threads busy. From the
/// extents alone.
constexpr std::int64_t least_chunk_tiles = 64;
constexpr std::int64_t most_chunks = 1024;
/// With so many points to compute there is enough to share out without cutting reductions.
constexpr double enough_points = 64;

std::int64_t chunk_of(const Kernel& kernel, const Stored& stored, const Stage& stage) {
  const LaneShape shape = lane_shape(kernel, stage);
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  bool first = true;
  const bool folds = stage.free_lanes < stage.lanes.size();
  const auto count = [&](std::int64_t iterations) {
    (first ? outer : inner) *= iterations;
    first = false;
  };
  for (VarId var : kernel[stage.roots[0]].bound)
    if (std::ranges::find(stage.lanes, var) == stage.lanes.end()) count(kernel.extent(var));
  if (folds) count((shape.total + shape.step - 1) / shape.step);
  double points = 1;
  for (VarId axis : stage.axes)
    if (std::ranges::find(stage.lanes, axis) == stage.lanes.end()) points *= static_cast<double>(kernel.extent(axis));
  if (!folds && !stage.lanes.empty()) points *= static_cast<double>((shape.total + shape.step - 1) / shape.step);
  if (points >= enough_points || first) return 0;
  // A range found by bisection leaves little to share out.
  for (VarId var : kernel[stage.roots[0]].bound)
    if (!folds && band_share(kernel, stored, stage.roots[0], var) < 0.5) return 0;
  std::int64_t chunk = std::max<std::int64_t>(1, (least_chunk_tiles + inner - 1) / inner);
  chunk = std::max(chunk, (outer + most_chunks - 1) / most_chunks);
  return outer > chunk ? chunk : 0;
}

}  // namespace

std::vector<Stage> lane_candidates(const Kernel& kernel, const Stage& stage) {
  std::vector<Stage> out;
  const auto offer = [&](std::vector<VarId> lanes, std::size_t free_lanes) {
    Stage candidate = stage;
    candidate.lanes = std::move(lanes);
    candidate.free_lanes = free_lanes;
    candidate.tiles_first = false;
    out.push_back(candidate);
    const bool more_axes = stage.axes.size() > free_lanes;
    if (!more_axes || candidate.lanes.size() != free_lanes || free_lanes == 0) return;
    candidate.tiles_first = true;
    out.push_back(candidate);
  };
  for (const auto& lanes : runs_of(stage.axes)) offer(lanes, lanes.size());
  if (!stage.reduced) {
    if (stage.axes.empty()) offer({}, 0);
    return out;
  }
  for (const auto& lanes : runs_of(kernel[stage.roots[0]].bound)) {
    offer(lanes, 0);
    for (std::size_t from = stage.axes.size(); from-- > 0;) {
      const std::vector<VarId> tail(stage.axes.begin() + static_cast<std::ptrdiff_t>(from), stage.axes.end());
      if (extent_of(kernel, tail) > tile_lanes / 2) break;
      std::vector<VarId> mixed = lanes;
      mixed.insert(mixed.end(), tail.begin(), tail.end());
      offer(mixed, tail.size());
    }
  }
  return out;
}

Stage best_lanes(const Kernel& kernel, const Stored& stored, const Stage& stage, Estimate* chosen) {
  Stage best;
  Estimate least;
  bool found = false;
  for (const Stage& candidate : lane_candidates(kernel, stage)) {
    Estimate own = estimate(kernel, stored, candidate);
    if (found && own.nanoseconds >= least.nanoseconds) continue;
    best = candidate;
    least = std::move(own);
    found = true;
  }
  if (best.reduced) {
    best.chunk = chunk_of(kernel, stored, best);
    // Nothing to take apart: an ordinary reduction inside the nest, which can share its loop and skip by rows of
    // truths.
    best.reduced = best.chunk > 0 || best.free_lanes < best.lanes.size();
  }
  if (chosen != nullptr) *chosen = std::move(least);
  return best;
}

}  // namespace ricci::runtime::fused
