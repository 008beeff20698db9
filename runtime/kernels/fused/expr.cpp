/// Interning of kernel expressions, and the facts that follow from operands: free variables and whether they can fail.
#include "runtime/kernels/fused/expr.hpp"

#include <algorithm>
#include <bit>

#include "runtime/error.hpp"

namespace ricci::runtime::fused {

void Affine::add(VarId var, std::int64_t scale) {
  const auto at = std::lower_bound(terms.begin(), terms.end(), var, [](const Term& t, VarId v) { return t.var < v; });
  if (at == terms.end() || at->var != var) {
    if (scale != 0) terms.insert(at, {var, scale});
  } else if ((at->scale += scale) == 0) {
    terms.erase(at);
  }
}

void Affine::add(const Affine& other, std::int64_t scale) {
  offset += scale * other.offset;
  for (const Term& term : other.terms) add(term.var, scale * term.scale);
}

std::int64_t Affine::scale_of(VarId var) const {
  for (const Term& term : terms)
    if (term.var == var) return term.scale;
  return 0;
}

Vars Affine::vars() const {
  Vars out;
  for (const Term& term : terms) out.set(term.var);
  return out;
}

void Affine::fix(VarId var, std::int64_t value) {
  const std::int64_t scale = scale_of(var);
  offset += scale * value;
  add(var, -scale);
}

namespace {

void append(std::string& key, std::int64_t value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); }
void append(std::string& key, const Affine& affine) {
  append(key, affine.offset);
  append(key, static_cast<std::int64_t>(affine.terms.size()));
  for (const Term& term : affine.terms) append(key, term.var), append(key, term.scale);
}

std::string key_of(const Expr& expr) {
  std::string key;
  for (auto head : {static_cast<std::int64_t>(expr.kind), static_cast<std::int64_t>(expr.op),
                    static_cast<std::int64_t>(expr.dtype), static_cast<std::int64_t>(expr.slot),
                    static_cast<std::int64_t>(expr.operands.size()), static_cast<std::int64_t>(expr.ints.size()),
                    static_cast<std::int64_t>(expr.dims.size()), static_cast<std::int64_t>(expr.bound.size())})
    append(key, head);
  for (ExprId operand : expr.operands) append(key, operand);
  for (std::int64_t value : expr.ints) append(key, value);
  append(key, expr.affine);
  for (const Dim& dim : expr.dims) {
    append(key, dim.affine);
    for (auto value :
         {static_cast<std::int64_t>(dim.how), dim.extent, dim.stride, static_cast<std::int64_t>(dim.operand)})
      append(key, value);
  }
  for (VarId var : expr.bound) append(key, var);
  return key + expr.text;
}

bool fails_itself(const Expr& expr) {
  if (expr.kind == Kind::check || expr.kind == Kind::fault || expr.kind == Kind::draw) return true;
  if (expr.kind != Kind::apply || !dsl::is_integer(expr.dtype)) return false;
  return expr.op == Op::floor_divide || expr.op == Op::modulo || expr.op == Op::power;
}

}  // namespace

ExprId Kernel::add(Expr expr) {
  expr.vars = expr.affine.vars();
  for (const Dim& dim : expr.dims) expr.vars |= dim.affine.vars();
  expr.may_fail = fails_itself(expr);
  for (ExprId operand : expr.operands) {
    expr.vars |= exprs[operand].vars;
    expr.may_fail = expr.may_fail || exprs[operand].may_fail;
  }
  for (VarId var : expr.bound) expr.vars.reset(var);
  const auto [at, fresh] = interned_.try_emplace(key_of(expr), static_cast<ExprId>(exprs.size()));
  if (fresh) exprs.push_back(std::move(expr));
  return at->second;
}

VarId Kernel::variable(std::int64_t extent) {
  if (extents.size() == most_variables) fail(dsl::Fault::internal, "a fused kernel has too many loops");
  extents.push_back(extent);
  return static_cast<VarId>(extents.size() - 1);
}

ExprId Kernel::real(double value, DType dtype) {
  return add({.kind = Kind::constant, .dtype = dtype, .ints = {std::bit_cast<std::int64_t>(value), 0}});
}
ExprId Kernel::integer(std::int64_t value, DType dtype) {
  return add({.kind = Kind::constant, .dtype = dtype, .ints = {value, 0}});
}
ExprId Kernel::apply(Op op, DType dtype, std::vector<ExprId> operands) {
  return add({.kind = Kind::apply, .op = op, .dtype = dtype, .operands = std::move(operands)});
}
ExprId Kernel::cast(ExprId operand, DType dtype) {
  return exprs[operand].dtype == dtype ? operand : apply(Op::cast, dtype, {operand});
}
ExprId Kernel::number(Affine affine) {
  if (affine.terms.empty()) return integer(affine.offset);
  return add({.kind = Kind::number, .dtype = DType::i64, .affine = std::move(affine)});
}

/// Nested guards whose inner condition cannot fail are one guard, so that loops can skip by the whole condition.
ExprId Kernel::guard(ExprId condition, ExprId value) {
  const Expr inner = exprs[value];
  if (inner.kind == Kind::guard && !exprs[inner.operands[0]].may_fail)
    return guard(apply(Op::logical_and, DType::boolean, {condition, inner.operands[0]}), inner.operands[1]);
  return add({.kind = Kind::guard, .dtype = inner.dtype, .operands = {condition, value}});
}
ExprId Kernel::where(ExprId condition, ExprId a, ExprId b) {
  return add({.kind = Kind::where, .dtype = exprs[a].dtype, .operands = {condition, a, b}});
}
/// Over an empty range the identity; least and greatest have none here, importers see to that.
ExprId Kernel::reduce(Op op, DType dtype, ExprId body, std::vector<VarId> bound) {
  if (std::ranges::any_of(bound, [&](VarId var) { return extents[var] == 0; })) {
    const bool one = op == Op::product || op == Op::all;
    return dtype < DType::f32 ? integer(one, dtype) : real(one, dtype);
  }
  if (bound.empty()) return cast(body, dtype);  // of one value, itself: sum(3)
  return add({.kind = Kind::reduce, .op = op, .dtype = dtype, .operands = {body}, .bound = std::move(bound)});
}

ExprId Kernel::fixed(ExprId asked, VarId var, std::int64_t value, const std::unordered_map<ExprId, ExprId>& resolve,
                     std::unordered_map<ExprId, ExprId>& done) {
  const auto known = resolve.find(asked);
  const ExprId id = known == resolve.end() ? asked : known->second;
  if (!exprs[id].vars.test(var)) return id;
  if (const auto at = done.find(id); at != done.end()) return at->second;
  Expr expr = exprs[id];
  expr.affine.fix(var, value);
  for (Dim& dim : expr.dims) dim.affine.fix(var, value);
  for (ExprId& operand : expr.operands) operand = fixed(operand, var, value, resolve, done);
  const ExprId out = expr.kind == Kind::number ? number(expr.affine) : add(std::move(expr));
  done.emplace(id, out);
  return out;
}

}  // namespace ricci::runtime::fused
