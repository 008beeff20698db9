/// Facts about lanes and about what is certainly needed, shared by the scheduler and the emitter.
#include <algorithm>

#include "runtime/kernels/fused/schedule.hpp"

namespace ricci::runtime::fused {

std::optional<std::int64_t> lane_stride(const Kernel& kernel, const std::vector<VarId>& lanes, const Affine& affine) {
  std::int64_t stride = 0;
  std::int64_t expected = 0;
  bool first = true;
  for (std::size_t at = lanes.size(); at-- > 0;) {
    const std::int64_t extent = kernel.extent(lanes[at]);
    if (extent == 1) continue;
    const std::int64_t scale = affine.scale_of(lanes[at]);
    if (first)
      stride = scale;
    else if (scale != expected)
      return std::nullopt;
    expected = scale * extent;
    first = false;
  }
  return stride;
}

std::int64_t lane_period(const Kernel& kernel, const std::vector<VarId>& lanes, const Affine& affine) {
  if (lanes.size() < 2 || affine.scale_of(lanes.back()) == 0 || kernel.extent(lanes.back()) > tile_lanes / 2) return 0;
  for (std::size_t at = 0; at + 1 < lanes.size(); ++at)
    if (affine.scale_of(lanes[at]) != 0) return 0;
  return kernel.extent(lanes.back());
}

bool covers_lanes(const Kernel& kernel, const std::vector<VarId>& lanes, const Vars& vars) {
  return std::ranges::all_of(lanes, [&](VarId lane) { return kernel.extent(lane) == 1 || vars.test(lane); });
}

LaneShape lane_shape(const Kernel& kernel, const Stage& stage) {
  LaneShape out;
  for (VarId var : stage.lanes) {
    out.extents.push_back(kernel.extent(var));
    out.total *= out.extents.back();
  }
  const bool folds = stage.reduced && stage.free_lanes < stage.lanes.size();
  if (folds)
    for (std::size_t at = stage.lanes.size() - stage.free_lanes; at < stage.lanes.size(); ++at)
      out.keep *= out.extents[at];
  // A complex tile has two parts: half as many lanes are as many bytes.
  const bool complex = std::ranges::any_of(kernel.exprs, [](const Expr& own) { return dsl::is_complex(own.dtype); });
  const std::int64_t most = complex ? tile_lanes / 2 : tile_lanes;
  std::int64_t row = folds ? out.keep : 1;
  if (row == 1 && stage.lanes.size() > 1 && out.extents.back() <= tile_lanes / 2) row = out.extents.back();
  out.step = std::min(std::max<std::int64_t>(most / row * row, row), std::max<std::int64_t>(out.total, 1));
  return out;
}

DistancePlace distance_place(const Kernel& kernel, const Stage& stage, const Expr& expr) {
  Vars lanes;
  for (VarId var : stage.lanes) lanes.set(var);
  DistancePlace out;
  for (const bool turned : {false, true}) {
    const Expr& still = kernel[expr.operands[turned ? 1 : 0]];
    const Expr& moving = kernel[expr.operands[turned ? 0 : 1]];
    if ((still.vars & lanes).any() || moving.kind != Kind::number) continue;
    if (lane_stride(kernel, stage.lanes, moving.affine) != 1) continue;
    out = {.pairs = false, .turned = turned};
    if (!stage.tiles_first || still.kind != Kind::number) return out;
    VarId inner = 0;
    for (VarId axis : stage.axes)
      if (!lanes.test(axis)) inner = axis;
    out.blocks = still.affine.scale_of(inner) == 1 && moving.affine.scale_of(inner) == 0;
    return out;
  }
  return out;
}

std::vector<bool> strictly_needed(const Kernel& kernel, const Stored& stored, ExprId root) {
  std::vector<bool> out(kernel.exprs.size());
  std::vector<ExprId> open{root};
  while (!open.empty()) {
    const ExprId id = open.back();
    open.pop_back();
    if (out[id]) continue;
    out[id] = true;
    const Expr& expr = kernel[id];
    std::size_t needed = expr.operands.size();
    if (expr.kind == Kind::guard || expr.kind == Kind::where) needed = 1;
    if (std::ranges::any_of(expr.bound, [&](VarId var) { return kernel.extent(var) == 0; })) needed = 0;
    for (std::size_t at = 0; at < needed; ++at) {
      const auto known = stored.find(expr.operands[at]);
      open.push_back(known == stored.end() ? expr.operands[at] : known->second);
    }
  }
  return out;
}

}  // namespace ricci::runtime::fused
