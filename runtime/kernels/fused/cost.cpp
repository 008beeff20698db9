/// The cost model: how often each expression's instruction runs, over how many lanes, and what a lane costs.
#include "runtime/kernels/fused/cost.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/fused/bands.hpp"

namespace ricci::runtime::fused {
namespace {

// Nanoseconds: an instruction's dispatch, and one element of each sort.
constexpr double wide_overhead = 7;
constexpr double uniform_overhead = 4;
constexpr double fold_overhead = 90;
constexpr double near_element = 0.03;
constexpr double strided_element = 0.45;
constexpr double far_element = 1.6;  // each lane on a cache line of its own, and not soon used again
constexpr double gathered_element = 0.7;
constexpr double run_overhead = 12;
constexpr double joined_overhead = 1.5;  // of a loop over products of views
constexpr double joined_element = 0.03;
/// A guarded value is taken to be needed once in so many times.
constexpr double seldom = 16;

/// From where on an operation counts as a call.
constexpr double least_call = 0.3;

struct OpCost {
  Op op;
  double each;
};
constexpr OpCost op_costs[] = {
    {Op::divide, 0.3},      {Op::sqrt, 0.35},        {Op::exp, 0.6},     {Op::sin, 0.9},       {Op::log, 1},
    {Op::log1p, 1.2},       {Op::cos, 0.9},          {Op::less, 0.08},   {Op::equal, 0.08},    {Op::floor, 0.08},
    {Op::ceil, 0.08},       {Op::round, 0.08},       {Op::isnan, 0.08},  {Op::cast, 0.08},     {Op::logical_and, 0.02},
    {Op::logical_or, 0.02}, {Op::logical_not, 0.02}, {Op::add, 0.06},    {Op::subtract, 0.06}, {Op::multiply, 0.06},
    {Op::negate, 0.06},     {Op::abs, 0.06},         {Op::minimum, 0.1}, {Op::maximum, 0.1},   {Op::less_equal, 0.08},
    {Op::not_equal, 0.08},  {Op::isfinite, 0.08},    {Op::real, 0.05},   {Op::imag, 0.05},     {Op::conj, 0.08},
    {Op::floor_divide, 4},  {Op::modulo, 4},
};

/// Of rows against neighbouring rows in tiles; otherwise pair by pair.
double distance_cost(const Kernel& kernel, const Stage& stage, const Expr& expr, bool wide) {
  const DistancePlace place = distance_place(kernel, stage, expr);
  const auto depth = static_cast<double>(kernel.forms[expr.slot].shape.depth);
  constexpr double pair_overhead = 12, pair_element = 0.4, tile_element = 0.025, row_element = 0.06;
  if (!wide || place.pairs) return pair_overhead + pair_element * depth;
  return 0.1 + (place.blocks ? tile_element : row_element) * depth;
}

double op_cost(const Expr& expr) {
  double each = 12;  // through the C library, number by number
  for (const OpCost& row : op_costs)
    if (row.op == expr.op) each = row.each;
  return dsl::is_complex(expr.dtype) ? 2.5 * each : each;
}

struct Chain {
  struct Link {
    Vars defines;
    double count = 1;
  };
  std::vector<Link> links;

  /// How many links lie above what the variables ask for, themselves included.
  std::size_t depth_of(const Vars& vars) const {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < links.size(); ++at)
      if ((links[at].defines & vars).any()) depth = at + 1;
    return depth;
  }
  double runs(std::size_t depth) const {
    double out = 1;
    for (std::size_t at = 0; at < depth; ++at) out *= links[at].count;
    return out;
  }
};

class Model {
 public:
  Model(const Kernel& kernel, const Stored& stored, const Stage& stage)
      : kernel_(kernel),
        stored_(stored),
        stage_(stage),
        shape_(lane_shape(kernel, stage)),
        seen_(kernel.exprs.size()),
        taken_(kernel.exprs.size()) {
    for (VarId var : stage.lanes) lanes_.set(var);
    lanes_each_ =
        static_cast<double>(shape_.total) / static_cast<double>((shape_.total + shape_.step - 1) / shape_.step);
  }

  Estimate run() {
    Chain chain = free_chain();
    out_.steps = chain.runs(chain.links.size());
    for (ExprId root : stage_.roots) {
      if (stage_.reduced)
        reduced_root(root, chain);
      else
        visit(root, chain, false);
      store(root, chain);
    }
    return std::move(out_);
  }

 private:
  Chain free_chain() {
    Chain chain;
    const bool tiles = !stage_.lanes.empty() && stage_.free_lanes == stage_.lanes.size();
    const Chain::Link tile{lanes_, std::ceil(static_cast<double>(shape_.total) / static_cast<double>(shape_.step))};
    if (tiles && stage_.tiles_first) chain.links.push_back(tile);
    for (VarId axis : stage_.axes)
      if (!lanes_.test(axis)) chain.links.push_back({Vars().set(axis), static_cast<double>(kernel_.extent(axis))});
    if (tiles && !stage_.tiles_first) chain.links.push_back(tile);
    return chain;
  }

  void reduced_root(ExprId root, Chain chain) {
    const std::size_t free_depth = chain.links.size();
    Vars tiled;
    for (std::size_t at = 0; at + stage_.free_lanes < stage_.lanes.size(); ++at) tiled.set(stage_.lanes[at]);
    for (VarId var : kernel_[root].bound)
      if (!lanes_.test(var)) chain.links.push_back({Vars().set(var), static_cast<double>(kernel_.extent(var))});
    if (tiled.any()) {
      chain.links.push_back({tiled, std::ceil(static_cast<double>(shape_.total) / static_cast<double>(shape_.step))});
      out_.nanoseconds += chain.runs(free_depth) * fold_overhead;
    }
    for (ExprId operand : kernel_[root].operands) visit(operand, chain, false);
    add(root, chain.runs(chain.links.size()), 0.06, !stage_.lanes.empty(), false);
    join(root);
  }

  void add(ExprId id, double executions, double each, bool wide, bool conditional) {
    const double elements = wide ? executions * lanes_each_ : executions;
    const double share = conditional ? 1 / seldom : 1;
    out_.nanoseconds += share * (executions * (wide ? wide_overhead : uniform_overhead) + elements * each);
    if (kernel_[id].kind == Kind::apply && each >= least_call) out_.calls += share * elements * each;
    out_.placed.push_back({id, executions, elements, each, wide, conditional});
  }

  void visit(ExprId asked, const Chain& chain, bool conditional) {
    const auto known = stored_.find(asked);
    const bool own = std::ranges::find(stage_.roots, asked) != stage_.roots.end();
    const ExprId id = known == stored_.end() || own ? asked : known->second;
    if (seen_[id]) return;
    seen_[id] = true;
    const Expr& expr = kernel_[id];
    const std::size_t depth = chain.depth_of(expr.vars);
    const bool wide = (expr.vars & lanes_).any();
    if (expr.kind == Kind::reduce) return reduce(id, chain, depth, wide, conditional);
    const bool selects = expr.kind == Kind::guard || expr.kind == Kind::where;
    for (std::size_t at = 0; at < expr.operands.size(); ++at)
      visit(expr.operands[at], chain, conditional || (selects && at > 0));
    if (expr.kind == Kind::constant) return;
    add(id, chain.runs(depth), each_of(id, chain, depth, wide), wide, conditional);
  }

  void reduce(ExprId id, const Chain& chain, std::size_t depth, bool wide, bool conditional) {
    Chain inner;
    inner.links.assign(chain.links.begin(), chain.links.begin() + static_cast<std::ptrdiff_t>(depth));
    for (VarId var : kernel_[id].bound)
      inner.links.push_back(
          {Vars().set(var), static_cast<double>(kernel_.extent(var)) * band_share(kernel_, stored_, id, var)});
    for (ExprId operand : kernel_[id].operands) visit(operand, inner, conditional);
    add(id, inner.runs(inner.links.size()), 0.06, wide, conditional);
    join(id);
  }

  ExprId resolved(ExprId id) const {
    const auto known = stored_.find(id);
    return known == stored_.end() ? id : known->second;
  }
  /// What a loop reads where it lies: one number for all lanes, or neighbours.
  bool is_view(ExprId id) const {
    const Expr& expr = kernel_[id];
    if (expr.kind != Kind::load || !expr.dims.empty()) return false;
    return (expr.vars & lanes_).none() || lane_stride(kernel_, stage_.lanes, expr.affine) == 1;
  }

  /// A product that is only summed is one instruction with its sum, as is the square of a difference; between views it
  /// is a loop without an interpreter.
  void join(ExprId reduce) {
    ExprId product = resolved(kernel_[reduce].operands[0]);
    if (kernel_[product].kind == Kind::guard) product = resolved(kernel_[product].operands[1]);
    const Expr& body = kernel_[product];
    const Placed sum = out_.placed.back();
    if (kernel_[reduce].op != Op::sum || !dsl::is_floating(kernel_[reduce].dtype) || body.kind != Kind::apply ||
        body.op != Op::multiply || sum.conditional || !sum.wide)
      return;
    double charged = taken(reduce, sum) + taken(product, sum);
    ExprId a = resolved(body.operands[0]), b = resolved(body.operands[1]);
    if (a == b && kernel_[a].kind == Kind::apply && kernel_[a].op == Op::subtract) {
      charged += taken(a, sum);
      b = resolved(kernel_[a].operands[1]);
      a = resolved(kernel_[a].operands[0]);
    }
    double left = sum.executions * wide_overhead + sum.elements * sum.each;
    const bool along_lanes = stage_.free_lanes == stage_.lanes.size() || !stage_.reduced;
    if (along_lanes && is_view(a) && is_view(b) && stage_.roots.size() == 1) {
      charged += taken(a, sum) + (a == b ? 0 : taken(b, sum));
      left = sum.executions * joined_overhead + sum.elements * joined_element;
    }
    out_.joined += std::max(0.0, charged - left);
  }
  /// What an expression has been counted with in the loop of a sum, once.
  double taken(ExprId id, const Placed& sum) {
    for (const Placed& own : out_.placed) {
      if (own.id != id || own.executions < sum.executions || taken_[id]) continue;
      taken_[id] = true;
      const double share = own.conditional ? 1 / seldom : 1;
      return share * (own.executions * (own.wide ? wide_overhead : uniform_overhead) + own.elements * own.each);
    }
    return 0;
  }

  double each_of(ExprId id, const Chain& chain, std::size_t depth, bool wide) const {
    const Expr& expr = kernel_[id];
    switch (expr.kind) {
      case Kind::apply: return op_cost(expr);
      case Kind::load: return load_cost(expr, chain, depth, wide);
      case Kind::lookup: return 15;
      case Kind::draw: return 2;
      case Kind::distance: return distance_cost(kernel_, stage_, expr, wide);
      case Kind::check: return 0.3;
      default: return 0.08;
    }
  }

  double load_cost(const Expr& expr, const Chain& chain, std::size_t depth, bool wide) const {
    if (!wide) return 1;
    const double planes = dsl::is_complex(expr.dtype) ? 2 : 1;
    for (const Dim& dim : expr.dims)
      if (dim.how == Op::gather || (dim.affine.vars() & lanes_).any())
        return dim.how == Op::gather || stage_.lanes.size() > 1 ? 2 * gathered_element : 3 * near_element;
    const auto stride = lane_stride(kernel_, stage_.lanes, expr.affine);
    if (!stride && !stage_.reduced && lane_period(kernel_, stage_.lanes, expr.affine) > 1)
      return 4 * planes * near_element;
    const std::int64_t row = kernel_.extent(stage_.lanes.back());
    if (!stride)
      return row < 24 ? 2 * gathered_element : run_overhead / static_cast<double>(row) + planes * near_element;
    if (*stride == 1) return planes > 1 ? 0.1 : near_element;
    if (packs(expr, chain, depth)) return 2 * near_element;
    const auto bytes = std::abs(*stride) * static_cast<std::int64_t>(dsl::bytes_of(expr.dtype));
    return bytes < 64 || walks_beside(expr, chain, depth) ? strided_element : far_element;
  }

  /// A strided load that is repeated often enough will be copied to where it is contiguous.
  bool packs(const Expr& expr, const Chain& chain, std::size_t depth) const {
    return covers_lanes(kernel_, stage_.lanes, expr.vars) &&
           chain.runs(depth) * lanes_each_ >= 8 * points_of(kernel_, expr.vars);
  }

  /// The next iteration of the loop around the tile reads the neighbours of what this one has read.
  bool walks_beside(const Expr& expr, const Chain& chain, std::size_t depth) const {
    if (depth == 0) return false;
    for (std::size_t at = chain.links.size(); at-- > 0;) {
      if ((chain.links[at].defines & lanes_).any()) return false;
      for (const Term& term : expr.affine.terms)
        if (chain.links[at].defines.test(term.var)) return std::abs(term.scale) == 1;
    }
    return false;
  }

  void store(ExprId root, const Chain& chain) {
    const Slot& slot = kernel_.slots[stage_.slots[0]];
    Affine to;
    for (std::size_t axis = 0; axis < stage_.axes.size(); ++axis) to.add(stage_.axes[axis], stage_.strides[axis]);
    const bool folds = stage_.free_lanes < stage_.lanes.size();
    const auto stride = folds ? std::optional<std::int64_t>(1) : lane_stride(kernel_, stage_.lanes, to);
    const auto bytes = stride.value_or(64) * static_cast<std::int64_t>(dsl::bytes_of(slot.dtype));
    const bool beside = stage_.tiles_first && std::abs(bytes) < 512;
    const double each = stride == 1 ? near_element : std::abs(bytes) <= 64 || beside ? strided_element : far_element;
    add(root, chain.runs(chain.links.size()), each, !folds && !stage_.lanes.empty(), false);
  }

  const Kernel& kernel_;
  const Stored& stored_;
  const Stage& stage_;
  LaneShape shape_;
  Vars lanes_;
  double lanes_each_ = 1;
  std::vector<bool> seen_, taken_;
  Estimate out_;
};

}  // namespace

double points_of(const Kernel& kernel, const Vars& vars) {
  double out = 1;
  for (std::size_t var = 0; var < kernel.extents.size(); ++var)
    if (vars.test(var)) out *= static_cast<double>(kernel.extents[var]);
  return out;
}

Estimate estimate(const Kernel& kernel, const Stored& stored, const Stage& stage) {
  return Model(kernel, stored, stage).run();
}

}  // namespace ricci::runtime::fused
