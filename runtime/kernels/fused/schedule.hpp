/// How a kernel is cut into loop nests: which values are computed first and kept, which index runs along the lanes,
/// in what order the loops stand. Depends on extents, strides and types only.
#pragma once

#include <unordered_map>
#include <vector>

#include "runtime/kernels/fused/expr.hpp"
#include "runtime/kernels/fused/tile_ops.hpp"

namespace ricci::runtime::fused {

/// Values that have a slot of their own, computed by an earlier stage: what to load instead.
using Stored = std::unordered_map<ExprId, ExprId>;

/// One loop nest: it stores each root at every point of `axes`.
struct Stage {
  std::vector<ExprId> roots{};  // several only when all are reductions over the same indices
  std::vector<std::uint32_t> slots{};
  std::vector<VarId> axes{};
  std::vector<std::int64_t> strides{};       // of the slots, along the axes
  std::vector<std::int64_t> root_offsets{};  // where in its slot each root begins; empty: all at 0
  /// The indices that run along the lanes. When `reduced`, the first of them are bound by the roots, and what is left
  /// in the lanes at the end is folded; the last `free_lanes` are axes.
  std::vector<VarId> lanes{};
  std::size_t free_lanes = 0;
  bool reduced = false;      // the roots are reductions that this nest itself takes apart
  bool tiles_first = false;  // the tiles are the outermost loop, not the innermost
  Stored stored{};           // by earlier stages
  std::int64_t chunk = 0;    // iterations of the outermost reduction loop a task, when cut: 0: not
};

/// The stages in order. Adds temporaries to the kernel's slots and loads of them to its expressions.
std::vector<Stage> schedule(Kernel& kernel);

/// Expressions that are certainly needed where `root` is: not only under a guard, a where or a fault.
std::vector<bool> strictly_needed(const Kernel& kernel, const Stored& stored, ExprId root);

/// Lanes of a stage: extents, the total, and how many make a tile.
struct LaneShape {
  std::vector<std::int64_t> extents;
  std::int64_t total = 1;
  std::int64_t step = 1;
  std::int64_t keep = 1;
};
LaneShape lane_shape(const Kernel& kernel, const Stage& stage);

/// Whether each lane has elements of its own: then a copy can put them side by side.
/// After how many lanes an address that only the last of several lanes moves repeats; 0: it does not.
std::int64_t lane_period(const Kernel& kernel, const std::vector<VarId>& lanes, const Affine& affine);
bool covers_lanes(const Kernel& kernel, const std::vector<VarId>& lanes, const Vars& vars);

/// How a distance of rows runs in a stage: which row stands still while the other moves along the lanes.
struct DistancePlace {
  bool pairs = true;    // neither: pair by pair
  bool turned = false;  // the rows of Y stand still, those of X move
  bool blocks =
      false;  // the innermost loop goes from the row that stands still to the next: they are computed together
};
DistancePlace distance_place(const Kernel& kernel, const Stage& stage, const Expr& expr);

/// The stride of an affine number along the lanes, if it has one: nothing when it jumps at the ends of rows.
std::optional<std::int64_t> lane_stride(const Kernel& kernel, const std::vector<VarId>& lanes, const Affine& affine);

}  // namespace ricci::runtime::fused
