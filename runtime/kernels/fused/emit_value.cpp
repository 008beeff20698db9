/// Elementwise values, selections, and what may fail.
#include <algorithm>
#include <array>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/emit.hpp"

namespace ricci::runtime::fused {
namespace {

std::size_t index(DType type) { return static_cast<std::size_t>(type); }
std::size_t index(Op op) { return static_cast<std::size_t>(op); }

bool fails(const Expr& expr) {
  return dsl::is_integer(expr.dtype) && (expr.op == Op::floor_divide || expr.op == Op::modulo || expr.op == Op::power);
}

/// What a guarded value may cost to be computed for all lanes at once instead of being skipped.
constexpr int cheap_operations = 4;

}  // namespace

RegisterId Emitter::compute(ExprId id) {
  const Expr expr = kernel_[id];  // a copy: emitting operands adds expressions
  switch (expr.kind) {
    case Kind::constant: return constant(expr.dtype, expr.ints[0], expr.ints[1]);
    case Kind::number: return compute_number(id);
    case Kind::apply: return compute_apply(id);
    case Kind::guard: return compute_guard(id);
    case Kind::where: return compute_where(id);
    case Kind::load: return compute_load(id);
    case Kind::offsets: return compute_offsets(expr);
    case Kind::lookup: return compute_lookup(expr);
    case Kind::check: return compute_check(expr);
    case Kind::draw: return compute_draw(expr);
    case Kind::distance: return compute_distance(expr);
    case Kind::reduce: return compute_reduce(id);
    default: return compute_fault(expr);
  }
}

RegisterId Emitter::compute_apply(ExprId id) {
  const Expr expr = kernel_[id];
  if (expr.operands.size() == 2) return compute_two(id);
  const RegisterId a = emit(expr.operands[0]);
  const RegisterId dst = make_register(expr.dtype, wide(a));
  const TileFunction function = expr.op == Op::cast ? tile_table().cast[index(dtype(a))][index(expr.dtype)]
                                                    : tile_table().unary[index(expr.op)][index(dtype(a))];
  if (function == nullptr)
    fail(dsl::Fault::internal, std::string(dsl::row(expr.op).spelling) + " is not defined for these types");
  put({.wide = wide(a), .dtype = expr.dtype, .dst = dst, .a = a, .op = expr.op, .function = function});
  return dst;
}

RegisterId Emitter::compute_two(ExprId id) {
  const Expr expr = kernel_[id];
  const RegisterId dst = make_register(expr.dtype, is_wide(id));
  if (expr.op == Op::add) {
    for (std::size_t which : {1U, 0U})
      if (fusable(resolved(expr.operands[which]))) {
        const RegisterId addend = emit(expr.operands[1 - which]);
        if (wide(addend) == wide(dst) && put_multiply_add(dst, resolved(expr.operands[which]), addend)) return dst;
      }
  }
  if (put_compared_draw(expr, dst)) return dst;
  RegisterId a = emit(expr.operands[0]);
  RegisterId b = emit(expr.operands[1]);
  if (fails(expr)) {
    if (wide(dst)) a = widened(a), b = widened(b);
    put({.step = Step::checked,
         .wide = wide(dst),
         .dtype = expr.dtype,
         .dst = dst,
         .a = a,
         .b = b,
         .mask = active_mask(),
         .op = expr.op,
         .checked = checked_function(expr.op, expr.dtype)});
    return dst;
  }
  put_binary(expr.op, dst, a, b);
  return dst;
}

void Emitter::put_binary(Op op, RegisterId dst, RegisterId a, RegisterId b) {
  if (wide(dst) && !wide(a) && !wide(b)) a = widened(a);
  const std::size_t uniform = !wide(dst) || wide(a) == wide(b) ? none_uniform
                              : wide(a)                        ? second_uniform
                                                               : first_uniform;
  const TileFunction function = tile_table().binary[index(op)][index(dtype(a))][uniform];
  if (function == nullptr)
    fail(dsl::Fault::internal, std::string(dsl::row(op).spelling) + " is not defined for these types");
  put({.wide = wide(dst), .dtype = dtype(dst), .dst = dst, .a = a, .b = b, .op = op, .function = function});
}

/// A whole number that is drawn here, and only to be compared: one instruction, which need not make it.
bool Emitter::put_compared_draw(const Expr& comparison, RegisterId dst) {
  if (comparison.op != Op::equal && comparison.op != Op::less && comparison.op != Op::less_equal) return false;
  for (std::size_t at : {0U, 1U}) {
    const ExprId drawn = resolved(comparison.operands[at]), with = resolved(comparison.operands[1 - at]);
    const Expr draw = kernel_[drawn];
    const auto uses = uses_.find(drawn);
    if (draw.kind != Kind::draw || draw.dtype != DType::i64 || !is_wide(drawn) || drawn == with) continue;
    if (dsl::row(static_cast<dsl::Distribution>(draw.ints[0])).type != DType::i64 || uses == uses_.end() ||
        uses->second != 1 || target_of(drawn) + 1 != scopes_.size())
      continue;
    const RegisterId number = widened(emit(with));
    const RegisterId raw = compute_draw(draw);
    Instruction& last = program_.blocks[static_cast<std::size_t>(here().block)].back();
    last.dst = dst;
    last.dtype = DType::boolean;
    last.c = raw;
    last.op = comparison.op;
    (at == 0 ? last.a : last.b) = number;
    return true;
  }
  return false;
}

// -- a*b + c and (a-b)^2 + c as one loop

/// A product that is needed here alone and nowhere else, so that it need not be stored.
bool Emitter::fusable(ExprId id) const {
  const Expr& expr = kernel_[id];
  if (expr.kind != Kind::apply || expr.op != Op::multiply || expr.dtype == DType::boolean || own_roots_.contains(id))
    return false;
  const auto uses = uses_.find(id);
  if (uses == uses_.end() || uses->second != 1 || target_of(id) + 1 != scopes_.size()) return false;
  for (const auto& scope : scopes_)
    if (scope->known.contains(id)) return false;
  return true;
}

bool Emitter::put_multiply_add(RegisterId dst, ExprId product, RegisterId addend) {
  if (is_wide(product) != wide(dst)) return false;
  const std::array factors{resolved(kernel_[product].operands[0]), resolved(kernel_[product].operands[1])};
  const Expr factor = kernel_[factors[0]];
  const DType type = dtype(dst);
  const bool square = factors[0] == factors[1] && factor.kind == Kind::apply && factor.op == Op::subtract &&
                      uses_.at(factors[0]) == 2 && !dsl::is_complex(type) &&
                      target_of(factors[0]) + 1 == scopes_.size();
  const RegisterId a = emit(square ? factor.operands[0] : factors[0]);
  const RegisterId b = emit(square ? factor.operands[1] : factors[1]);
  const std::size_t uniform = !wide(dst) || wide(a) == wide(b) ? none_uniform
                              : wide(a)                        ? second_uniform
                                                               : first_uniform;
  const auto& functions = square ? tile_table().square_difference_add : tile_table().multiply_add;
  put({.wide = wide(dst),
       .dtype = type,
       .dst = dst,
       .a = a,
       .b = b,
       .c = addend,
       .op = square ? Op::variance : Op::multiply,
       .function = functions[index(type)][uniform]});
  return true;
}

// -- selections

bool Emitter::cheap(ExprId id, int& budget) const {
  const ExprId own = resolved(id);
  for (const auto& scope : scopes_)
    if (scope->known.contains(own)) return true;
  const Expr& expr = kernel_[own];
  if (expr.may_fail || expr.kind == Kind::reduce || expr.kind == Kind::lookup || expr.kind == Kind::where) return false;
  if (target_of(own) + 1 < scopes_.size()) return true;  // computed outside in any case
  const bool simple = expr.op == Op::add || expr.op == Op::subtract || expr.op == Op::multiply ||
                      expr.op == Op::negate || expr.op == Op::cast || expr.kind != Kind::apply;
  budget -= simple ? 1 : cheap_operations;
  if (expr.kind == Kind::load && !expr.dims.empty()) budget -= cheap_operations;
  return budget >= 0 && std::ranges::all_of(expr.operands, [&](ExprId operand) { return cheap(operand, budget); });
}

/// Inside a branch's block: the lanes that are active there.
void Emitter::mask_with(RegisterId condition, bool negated) {
  if (!wide(condition)) return;
  const RegisterId outer = active_mask();
  RegisterId mask = condition;
  if (negated) {
    mask = make_register(DType::boolean, true);
    put({.wide = true,
         .dtype = DType::boolean,
         .dst = mask,
         .a = condition,
         .op = Op::logical_not,
         .function = tile_table().unary[index(Op::logical_not)][index(DType::boolean)]});
  }
  if (outer != none) {
    const RegisterId both = make_register(DType::boolean, true);
    put_binary(Op::logical_and, both, mask, outer);
    mask = both;
  }
  here().mask = mask;
}

RegisterId Emitter::compute_guard(ExprId id) {
  const Expr expr = kernel_[id];
  const RegisterId condition = emit(expr.operands[0]);
  const RegisterId dst = make_register(expr.dtype, is_wide(id));
  int budget = cheap_operations;
  if (wide(condition) == wide(dst) && cheap(expr.operands[1], budget)) {
    const RegisterId value = emit(expr.operands[1]);
    put({.wide = wide(dst),
         .dtype = expr.dtype,
         .dst = dst,
         .a = condition,
         .b = wide(dst) ? widened(value) : value,
         .op = Op::guard,
         .function = tile_table().blend[index(expr.dtype)]});
    return dst;
  }
  Branch branch{.condition = condition, .dst = dst};
  branch.yes = conditional_block(condition, false, expr.operands[1], wide(dst), branch.from_yes);
  put_branch(branch);
  return dst;
}

BlockId Emitter::conditional_block(RegisterId condition, bool negated, ExprId value, bool is_wide_value,
                                   RegisterId& from) {
  push_condition(strict_set({value}));
  mask_with(condition, negated);
  from = emit(value);
  if (is_wide_value) from = widened(from);
  return pop_scope();
}

void Emitter::put_branch(const Branch& branch) {
  program_.branches.push_back(branch);
  put({.step = Step::branch,
       .wide = branch.dst != none && wide(branch.dst),
       .dtype = branch.dst == none ? DType::boolean : dtype(branch.dst),
       .dst = branch.dst,
       .a = branch.condition,
       .info = static_cast<std::int32_t>(program_.branches.size() - 1)});
}

RegisterId Emitter::compute_where(ExprId id) {
  const Expr expr = kernel_[id];
  const RegisterId condition = emit(expr.operands[0]);
  const RegisterId dst = make_register(expr.dtype, is_wide(id));
  int budget = cheap_operations;
  if (wide(condition) == wide(dst) && cheap(expr.operands[1], budget) && cheap(expr.operands[2], budget)) {
    RegisterId yes = emit(expr.operands[1]);
    RegisterId no = emit(expr.operands[2]);
    if (wide(dst)) yes = widened(yes), no = widened(no);
    put({.wide = wide(dst),
         .dtype = expr.dtype,
         .dst = dst,
         .a = condition,
         .b = yes,
         .c = no,
         .op = Op::where,
         .function = tile_table().select[index(expr.dtype)]});
    return dst;
  }
  Branch branch{.condition = condition, .dst = dst};
  branch.yes = conditional_block(condition, false, expr.operands[1], wide(dst), branch.from_yes);
  branch.no = conditional_block(condition, true, expr.operands[2], wide(dst), branch.from_no);
  put_branch(branch);
  return dst;
}

// -- what may fail, and what comes from elsewhere

RegisterId Emitter::compute_check(const Expr& expr) {
  const RegisterId a = emit(expr.operands[0]);
  const RegisterId dst = make_register(DType::i64, wide(a));
  program_.faults.push_back({dsl::Fault::gather_outside, expr.text, expr.ints[0], expr.ints[1], expr.ints[2] != 0});
  put({.step = Step::check,
       .wide = wide(a),
       .dtype = DType::i64,
       .dst = dst,
       .a = a,
       .mask = active_mask(),
       .info = static_cast<std::int32_t>(program_.faults.size() - 1)});
  return dst;
}

RegisterId Emitter::compute_fault(const Expr& expr) {
  program_.faults.push_back({static_cast<dsl::Fault>(expr.ints[0]), expr.text});
  const RegisterId dst = make_register(expr.dtype, false);
  put({.step = Step::fault,
       .dtype = expr.dtype,
       .dst = dst,
       .mask = active_mask(),
       .info = static_cast<std::int32_t>(program_.faults.size() - 1)});
  return dst;
}

RegisterId Emitter::compute_lookup(const Expr& expr) {
  RegisterId row = emit(expr.operands[0]);
  RegisterId column = emit(expr.operands[1]);
  const bool is_wide_value = wide(row) || wide(column);
  if (is_wide_value) row = widened(row), column = widened(column);
  const RegisterId dst = make_register(expr.dtype, is_wide_value);
  put({.step = Step::lookup,
       .wide = is_wide_value,
       .dtype = expr.dtype,
       .dst = dst,
       .a = row,
       .b = column,
       .info = static_cast<std::int32_t>(expr.slot),
       .op = expr.op});
  return dst;
}

/// Coordinates that are affine along rows of lanes are handed on as such; others lane by lane.
RegisterId Emitter::compute_draw(const Expr& expr) {
  Draw draw{.ints = expr.ints};
  const auto parameters = expr.operands.size() - coordinate_count(expr);
  bool affine = true;
  bool is_wide_value = false;
  for (std::size_t at = 0; at < expr.operands.size(); ++at) {
    const ExprId operand = resolved(expr.operands[at]);
    const Expr& own = kernel_[operand];
    is_wide_value = is_wide_value || is_wide(operand);
    if (at >= parameters) affine = affine && (own.kind == Kind::number || own.kind == Kind::constant);
  }
  for (std::size_t at = 0; at < expr.operands.size(); ++at) {
    const Expr own = kernel_[resolved(expr.operands[at])];
    if (at >= parameters && affine) {
      Affine coordinate = own.affine;
      if (own.kind == Kind::constant) coordinate.offset = own.ints[0];
      draw.coordinates.push_back(coordinate);
      continue;
    }
    RegisterId value = emit(expr.operands[at]);
    if (at >= parameters && is_wide_value) value = widened(value);
    (at < parameters ? draw.parameters : draw.numbers).push_back(value);
  }
  program_.draws.push_back(std::move(draw));
  const DType drawn = dsl::row(static_cast<dsl::Distribution>(expr.ints[0])).type;
  const RegisterId raw = make_register(drawn == DType::boolean ? DType::i64 : drawn, is_wide_value);
  put({.step = Step::draw,
       .wide = is_wide_value,
       .dtype = dtype(raw),
       .dst = raw,
       .mask = active_mask(),
       .info = static_cast<std::int32_t>(program_.draws.size() - 1)});
  if (dtype(raw) == expr.dtype) return raw;
  const RegisterId dst = make_register(expr.dtype, is_wide_value);
  put({.wide = is_wide_value,
       .dtype = expr.dtype,
       .dst = dst,
       .a = raw,
       .op = Op::cast,
       .function = tile_table().cast[index(dtype(raw))][index(expr.dtype)]});
  return dst;
}

}  // namespace ricci::runtime::fused
