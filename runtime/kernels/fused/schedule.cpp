/// Decides what is computed first and kept. A reduction that does not depend on all the indices around it becomes a
/// stage of its own, as does one whose own indices run better along the lanes; what is costly or badly strided, and
/// would be computed again and again, is stored once; the truth of a guard that no lane changes is stored as rows of
/// bools, by which loops skip.
#include "runtime/kernels/fused/schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "runtime/kernels/fused/bands.hpp"
#include "runtime/kernels/fused/cost.hpp"

namespace ricci::runtime::fused {
namespace {

constexpr double most_stored_bytes = 64.0 * 1024 * 1024;
/// A value is stored when it would otherwise be computed so many times, and that much time is saved.
constexpr double worth_repeats = 8;
constexpr double worth_nanoseconds = 3000;
constexpr double store_and_load = 0.5;  // nanoseconds an element
constexpr std::int64_t least_filtered = 8;
constexpr std::int64_t longest_unrolled = 4;

class Scheduler {
 public:
  explicit Scheduler(Kernel& kernel) : kernel_(kernel) {}

  std::vector<Stage> run() {
    Vars around;
    for (VarId axis : kernel_.axes) around.set(axis);
    place_reductions(kernel_.root, around, false);
    Stage last{.roots = {kernel_.root}, .slots = {0}, .axes = kernel_.axes, .strides = kernel_.slots[0].strides};
    add_stage(with_best_lanes(std::move(last)));
    return std::move(stages_);
  }

 private:
  // -- reductions

  void place_reductions(ExprId id, const Vars& around, bool conditional) {
    if (!visited_.insert({id, conditional}).second) return;
    const Expr expr = kernel_[id];
    Vars inside = around;
    for (VarId var : expr.bound) inside.set(var);
    const bool selects = expr.kind == Kind::guard || expr.kind == Kind::where;
    for (std::size_t at = 0; at < expr.operands.size(); ++at) {
      const bool rare = expr.kind == Kind::where && at == 2 && !expr.ints.empty();
      if (!rare) place_reductions(expr.operands[at], inside, conditional || (selects && at > 0));
    }
    if (expr.kind != Kind::reduce || id == kernel_.root || stored_.contains(id)) return;
    if (conditional && expr.may_fail) return;
    if (worth_a_stage(id, around, conditional)) store_along(id, axes_of(kernel_[id].vars));
  }

  bool fits(const Expr& expr) const {
    const double points = points_of(kernel_, expr.vars);
    const double result = static_cast<double>(count_of(kernel_.slots[0].shape));
    return points <= std::max(result, most_stored_bytes / static_cast<double>(dsl::bytes_of(expr.dtype)));
  }

  /// Without some of the indices around it, always; with all of them, when its own indices do much better as lanes.
  bool worth_a_stage(ExprId id, const Vars& around, bool conditional) {
    const Expr& expr = kernel_[id];
    if (!fits(expr)) return false;
    if (points_of(kernel_, around) > points_of(kernel_, expr.vars)) return true;
    if (expr.vars.none()) return true;
    if (conditional) return false;
    double inner = 1;
    for (VarId var : expr.bound) inner *= static_cast<double>(kernel_.extent(var));
    if (inner < 16) return false;
    Stage stage{.roots = {id}, .slots = {0}, .axes = axes_of(expr.vars), .reduced = true};
    for (VarId axis : stage.axes) stage.strides.push_back(kernel_.extent(axis));
    stage.strides = row_major_strides(stage.strides);
    Estimate whole;
    best_lanes(kernel_, stored_, stage, &whole);
    stage.reduced = false;
    Estimate inline_cost;
    best_lanes(kernel_, stored_, stage, &inline_cost);
    return whole.nanoseconds + 2 * store_and_load * points_of(kernel_, expr.vars) < 0.7 * inline_cost.nanoseconds;
  }

  // -- stages

  /// The result's axes first and in its order, so that tensors of their points lie as the result does.
  std::vector<VarId> axes_of(const Vars& vars) const {
    std::vector<VarId> out;
    for (VarId axis : kernel_.axes)
      if (vars.test(axis)) out.push_back(axis);
    for (std::size_t var = 0; var < kernel_.extents.size(); ++var) {
      const auto own = static_cast<VarId>(var);
      if (vars.test(var) && std::ranges::find(out, own) == out.end()) out.push_back(own);
    }
    return out;
  }

  Stage with_best_lanes(Stage stage) {
    stage.reduced = kernel_[stage.roots[0]].kind == Kind::reduce;
    return best_lanes(kernel_, stored_, stage);
  }

  /// A temporary for a value, its axes in the order given; the stage that fills it comes next.
  void store_along(ExprId id, const std::vector<VarId>& axes) {
    Slot slot{.home = Slot::Home::temporary, .dtype = kernel_[id].dtype};
    for (VarId axis : axes) slot.shape.push_back(kernel_.extent(axis));
    slot.strides = row_major_strides(slot.shape);
    Expr load{.kind = Kind::load,
              .op = Op::access,
              .dtype = slot.dtype,
              .slot = static_cast<std::uint32_t>(kernel_.slots.size())};
    for (std::size_t axis = 0; axis < axes.size(); ++axis) load.affine.add(axes[axis], slot.strides[axis]);
    Stage stage{.roots = {id}, .slots = {load.slot}, .axes = axes, .strides = slot.strides};
    kernel_.slots.push_back(std::move(slot));
    add_stage(with_best_lanes(std::move(stage)));
    stored_[id] = kernel_.add(std::move(load));
  }

  /// Before a stage, what it would otherwise compute again and again: the largest such value first, as what is under
  /// it need then not be stored as well.
  void add_stage(Stage stage) {
    stage = unrolled(std::move(stage));
    for (ExprId condition : filters_of(stage)) store_along(condition, with_last(condition, filter_vars_.at(condition)));
    for (bool found = true; found;) {
      const Estimate costs = estimate(kernel_, stored_, stage);
      const auto at = std::find_if(costs.placed.rbegin(), costs.placed.rend(),
                                   [&](const Placed& placed) { return repeated(stage, placed); });
      found = at != costs.placed.rend();
      if (found) store_repeated(stage, at->id);
    }
    stage.stored = stored_;
    stages_.push_back(std::move(stage));
  }

  /// A short axis written out, when that takes costly work out of its loop.
  Stage unrolled(Stage stage) {
    if (stage.reduced || stage.roots.size() != 1) return stage;
    const double before = estimate(kernel_, stored_, stage).nanoseconds;
    for (std::size_t axis = 0; axis < stage.axes.size(); ++axis) {
      const std::int64_t extent = kernel_.extent(stage.axes[axis]);
      const bool lane = std::ranges::find(stage.lanes, stage.axes[axis]) != stage.lanes.end();
      if (extent < 2 || extent > longest_unrolled || lane) continue;
      Stage flat = written_out(stage, axis);
      if (estimate(kernel_, stored_, flat).nanoseconds < 0.8 * before) return flat;
    }
    return stage;
  }

  Stage written_out(const Stage& stage, std::size_t axis) {
    Stage flat = stage;
    const std::int64_t extent = kernel_.extent(stage.axes[axis]);
    flat.roots.clear();
    flat.slots.assign(static_cast<std::size_t>(extent), stage.slots[0]);
    for (std::int64_t value = 0; value < extent; ++value) {
      std::unordered_map<ExprId, ExprId> done;
      flat.roots.push_back(kernel_.fixed(stage.roots[0], stage.axes[axis], value, stored_, done));
      flat.root_offsets.push_back(value * stage.strides[axis]);
    }
    flat.axes.erase(flat.axes.begin() + static_cast<std::ptrdiff_t>(axis));
    flat.strides.erase(flat.strides.begin() + static_cast<std::ptrdiff_t>(axis));
    return flat;
  }

  bool repeated(const Stage& stage, const Placed& placed) const {
    const Expr& expr = kernel_[placed.id];
    if (stored_.contains(placed.id) || std::ranges::find(stage.roots, placed.id) != stage.roots.end()) return false;
    if (expr.may_fail || !fits(expr)) return false;
    const bool packs = expr.kind == Kind::load && placed.wide && expr.dims.empty() && strided(stage, expr);
    const bool computes = (expr.kind == Kind::apply && placed.each >= 0.3) || expr.kind == Kind::distance;
    if (!packs && !computes) return false;
    const double points = points_of(kernel_, expr.vars);
    const double times = placed.conditional ? placed.elements / 16 : placed.elements;
    const double each = packs ? 0.5 : placed.each + (placed.wide ? 0 : 4);
    return times >= worth_repeats * points && (times - points) * each - points * store_and_load > worth_nanoseconds;
  }

  bool strided(const Stage& stage, const Expr& load) const {
    const auto stride = lane_stride(kernel_, stage.lanes, load.affine);
    return (!stride || *stride != 1) && covers_lanes(kernel_, stage.lanes, load.vars);
  }

  void store_repeated(const Stage& stage, ExprId id) {
    std::vector<VarId> axes;
    std::vector<VarId> last;
    for (VarId axis : axes_of(kernel_[id].vars))
      (std::ranges::find(stage.lanes, axis) == stage.lanes.end() ? axes : last).push_back(axis);
    for (VarId lane : stage.lanes)
      if (std::ranges::find(last, lane) != last.end()) axes.push_back(lane);
    store_along(id, axes);
  }

  // -- guards as rows of bools

  std::vector<VarId> with_last(ExprId id, VarId var) const {
    std::vector<VarId> axes = axes_of(kernel_[id].vars);
    axes.erase(std::ranges::find(axes, var));
    axes.push_back(var);
    return axes;
  }

  /// Conditions of guards right under sums in this stage, that depend on the sum's last index and on no lane.
  std::vector<ExprId> filters_of(const Stage& stage) {
    Vars lanes;
    for (VarId var : stage.lanes) lanes.set(var);
    std::vector<ExprId> out;
    for (ExprId id = 0; id < kernel_.exprs.size(); ++id) {
      const Expr& sum = kernel_[id];
      if (sum.kind != Kind::reduce || (sum.op != Op::sum && sum.op != Op::count && sum.op != Op::any)) continue;
      const Expr& body = kernel_[sum.operands[0]];
      if (body.kind != Kind::guard || stored_.contains(id)) continue;
      const VarId var = sum.bound.back();
      const ExprId condition = body.operands[0];
      const Expr& expr = kernel_[condition];
      if (only_band(kernel_, stored_, condition, var)) continue;
      const bool own = std::ranges::find(stage.roots, id) != stage.roots.end();
      if ((own && stage.reduced) || (expr.vars & lanes).any() || !expr.vars.test(var) || expr.may_fail) continue;
      if (kernel_.extent(var) < least_filtered || !fits(expr) || stored_.contains(condition)) continue;
      if (!reached(stage, id)) continue;
      filter_vars_[condition] = var;
      if (std::ranges::find(out, condition) == out.end()) out.push_back(condition);
    }
    return out;
  }

  bool reached(const Stage& stage, ExprId wanted) const {
    std::vector<ExprId> open(stage.roots);
    std::vector<bool> seen(kernel_.exprs.size());
    while (!open.empty()) {
      const ExprId id = open.back();
      open.pop_back();
      if (id == wanted) return true;
      if (seen[id]) continue;
      seen[id] = true;
      const bool own = std::ranges::find(stage.roots, id) != stage.roots.end();
      if (!own && stored_.contains(id)) continue;
      for (ExprId operand : kernel_[id].operands) open.push_back(operand);
    }
    return false;
  }

  Kernel& kernel_;
  Stored stored_;
  std::vector<Stage> stages_;
  std::set<std::pair<ExprId, bool>> visited_;
  std::map<ExprId, VarId> filter_vars_;
};

}  // namespace

std::vector<Stage> schedule(Kernel& kernel) { return Scheduler(kernel).run(); }

}  // namespace ricci::runtime::fused
