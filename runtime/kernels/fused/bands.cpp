#include "runtime/kernels/fused/bands.hpp"

namespace ricci::runtime::fused {
namespace {

ExprId resolved(const Stored& stored, ExprId id) {
  const auto at = stored.find(id);
  return at == stored.end() ? id : at->second;
}

bool orders(DType type) { return dsl::is_integer(type) || type == DType::f32 || type == DType::f64; }

/// A dense vector's element or an integer, moved by `var` and nothing else.
bool is_coordinate(const Kernel& kernel, const Stored& stored, ExprId id, VarId var) {
  const Expr& expr = kernel[resolved(stored, id)];
  if (expr.kind == Kind::apply && expr.op == Op::cast && expr.dtype == DType::f64) {
    const Expr& below = kernel[resolved(stored, expr.operands[0])];
    return below.kind == Kind::number && is_coordinate(kernel, stored, expr.operands[0], var);
  }
  if (expr.kind != Kind::number && expr.kind != Kind::load) return false;
  const bool rises = expr.kind == Kind::load || expr.affine.scale_of(var) > 0;
  return expr.vars == Vars().set(var) && expr.dims.empty() && rises && orders(expr.dtype);
}

std::vector<ExprId> conjuncts(const Kernel& kernel, const Stored& stored, ExprId condition) {
  std::vector<ExprId> out, open{condition};
  while (!open.empty()) {
    const ExprId id = resolved(stored, open.back());
    open.pop_back();
    if (kernel[id].kind == Kind::apply && kernel[id].op == Op::logical_and)
      open.insert(open.end(), kernel[id].operands.begin(), kernel[id].operands.end());
    else
      out.push_back(id);
  }
  return out;
}

void add_sides(const Kernel& kernel, const Stored& stored, ExprId comparison, VarId var, const Vars& inner,
               std::vector<BandSide>& out) {
  const Expr& expr = kernel[comparison];
  const bool equal = expr.op == Op::equal;
  if (expr.kind != Kind::apply || (!equal && expr.op != Op::less && expr.op != Op::less_equal)) return;
  for (std::size_t at : {0, 1}) {
    const ExprId coordinate = expr.operands[at], other = expr.operands[1 - at];
    const Expr& beside = kernel[resolved(stored, other)];
    if (!is_coordinate(kernel, stored, coordinate, var) || (beside.vars & inner).any() || beside.may_fail) continue;
    const bool strict = expr.op == Op::less;
    if (equal || at == 0) out.push_back({coordinate, other, true, strict});
    if (equal || at == 1) out.push_back({coordinate, other, false, strict});
  }
}

}  // namespace

std::optional<ExprId> condition_of(const Kernel& kernel, const Stored& stored, ExprId reduce) {
  const Expr& expr = kernel[reduce];
  if (expr.op != Op::sum && expr.op != Op::any && expr.op != Op::count) return std::nullopt;
  const ExprId body = resolved(stored, expr.operands[0]);
  if (kernel[body].kind == Kind::guard) return resolved(stored, kernel[body].operands[0]);
  return expr.op == Op::sum ? std::nullopt : std::optional(body);
}

std::vector<BandSide> band_sides(const Kernel& kernel, const Stored& stored, ExprId condition, VarId var,
                                 const Vars& inner) {
  std::vector<BandSide> out;
  if (kernel[condition].may_fail) return out;
  for (ExprId own : conjuncts(kernel, stored, condition)) add_sides(kernel, stored, own, var, inner, out);
  return out;
}

bool only_band(const Kernel& kernel, const Stored& stored, ExprId condition, VarId var) {
  if (kernel[condition].may_fail) return false;
  for (ExprId own : conjuncts(kernel, stored, condition)) {
    std::vector<BandSide> sides;
    add_sides(kernel, stored, own, var, Vars().set(var), sides);
    if (sides.empty()) return false;
  }
  return true;
}

double band_share(const Kernel& kernel, const Stored& stored, ExprId reduce, VarId var) {
  const auto condition = condition_of(kernel, stored, reduce);
  if (!condition) return 1;
  bool above = false, below = false;
  for (const BandSide& side : band_sides(kernel, stored, *condition, var, Vars().set(var)))
    (side.upper ? above : below) = true;
  constexpr double between = 1.0 / 8;
  return above && below ? between : above || below ? 0.5 : 1;
}

}  // namespace ricci::runtime::fused
