/// Reductions as loops that accumulate lane by lane. Reductions over the same indices that do not need each other share
/// one loop. Long sums are added in pairs of equal length.
#include <algorithm>
#include <bit>
#include <limits>

#include "runtime/kernels/fused/emit.hpp"

namespace ricci::runtime::fused {
namespace {

std::size_t index(DType type) { return static_cast<std::size_t>(type); }

std::int64_t bits_of(double value) { return std::bit_cast<std::int64_t>(value); }

/// The value that changes nothing.
std::int64_t identity(Op op, DType type) {
  const bool real = type >= DType::f32;
  if (op == Op::product) return real ? bits_of(1) : 1;
  if (op == Op::all) return 1;
  const bool least = op == Op::least || op == Op::argmin;
  if (least || op == Op::greatest || op == Op::argmax) {
    if (type == DType::boolean) return least;
    const double infinity = std::numeric_limits<double>::infinity();
    if (real) return bits_of(least ? infinity : -infinity);
    if (type == DType::i32)
      return least ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int32_t>::min();
    return least ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  }
  return 0;
}

bool finds_position(Op op) { return op == Op::argmin || op == Op::argmax; }

Op combining(Op op) {
  switch (op) {
    case Op::sum: return Op::add;
    case Op::product: return Op::multiply;
    case Op::least: return Op::minimum;
    case Op::greatest: return Op::maximum;
    case Op::any: return Op::logical_or;
    default: return Op::logical_and;  // all
  }
}

}  // namespace

bool Emitter::pairwise(const Expr& reduce) { return reduce.op == Op::sum && reduce.dtype >= DType::f32; }

PushPlan push_plan(const std::vector<std::int64_t>& counts) {
  PushPlan out;
  std::int64_t inner = 1;
  for (std::size_t at = counts.size(); at-- > 0; inner *= counts[at]) {
    if (inner * counts[at] <= longest_plain_sum) continue;
    out.loop = at;
    out.period = std::max<std::int64_t>(1, pushed_together / inner);
    out.pushes = (counts[at] + out.period - 1) / out.period;
    for (std::size_t outer = 0; outer < at; ++outer) out.pushes *= counts[outer];
    return out;
  }
  return out;
}

Emitter::Accumulator Emitter::begin(ExprId reduce, bool is_wide_sum, std::int64_t pushes) {
  const Expr expr = kernel_[reduce];
  const DType type = finds_position(expr.op) ? kernel_[expr.operands[0]].dtype : expr.dtype;
  Accumulator out{.reduce = reduce, .value = make_register(type, is_wide_sum)};
  const auto set = [&](RegisterId dst, std::int64_t bits) {
    const DType own = dtype(dst);
    put({.wide = is_wide_sum,
         .dtype = own,
         .dst = dst,
         .a = constant(own, bits),
         .op = Op::assume,
         .function = tile_table().fill[index(own)]});
  };
  set(out.value, identity(expr.op, type));
  if (finds_position(expr.op)) {
    out.position = make_register(DType::i64, is_wide_sum);
    set(out.position, std::numeric_limits<std::int64_t>::max());
  }
  if (pushes == 0 || !pairwise(expr)) return out;
  PairwiseSum sum{.sum = out.value,
                  .levels = static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(pushes))) + 1};
  for (std::int32_t level = 0; level < sum.levels; ++level) {
    const RegisterId own = make_register(type, is_wide_sum);
    if (level == 0) sum.first_level = own;
  }
  program_.sums.push_back(sum);
  out.sum = static_cast<std::int32_t>(program_.sums.size() - 1);
  put({.step = Step::reset, .wide = is_wide_sum, .dtype = type, .dst = out.value, .info = out.sum});
  return out;
}

// -- one value into an accumulator

void Emitter::accumulate_value(const Accumulator& into, RegisterId value) {
  const Expr expr = kernel_[into.reduce];
  if (finds_position(expr.op)) return accumulate_best(into, value);
  if (expr.op == Op::count) {
    if (wide(into.value)) value = widened(value);
    put({.wide = wide(into.value),
         .dtype = DType::i64,
         .dst = into.value,
         .a = value,
         .op = Op::count,
         .function = tile_table().count_lanes});
    return;
  }
  const bool uniform = wide(into.value) && !wide(value);
  const Op op = combining(expr.op);
  put({.wide = wide(into.value),
       .dtype = dtype(into.value),
       .dst = into.value,
       .a = into.value,
       .b = value,
       .op = op,
       .function = tile_table().binary[static_cast<std::size_t>(op)][index(dtype(value))]
                                      [uniform ? second_uniform : none_uniform]});
}

void Emitter::accumulate_best(const Accumulator& into, RegisterId value) {
  const Expr expr = kernel_[into.reduce];
  RegisterId position = emit(expr.operands[1]);
  if (wide(into.value)) value = widened(value), position = widened(position);
  put({.wide = wide(into.value),
       .dtype = dtype(into.value),
       .dst = into.value,
       .a = into.position,
       .b = value,
       .c = position,
       .op = expr.op,
       .function = tile_table().best[expr.op == Op::argmax ? 1 : 0][index(dtype(into.value))]});
}

void Emitter::accumulate(const Accumulator& into, ExprId asked) {
  const ExprId body = resolved(asked);
  const Op op = kernel_[into.reduce].op;
  if (kernel_[body].kind == Kind::guard && (op == Op::sum || op == Op::any || op == Op::count) &&
      target_of(body) + 1 == scopes_.size())
    return accumulate_guarded(into, kernel_[body]);
  if (op == Op::sum && fusable(body) && put_multiply_add(into.value, body, into.value)) return;
  accumulate_value(into, emit(body));
}

/// Where the guard is false there is nothing to add: the block is skipped when no lane needs it.
void Emitter::accumulate_guarded(const Accumulator& into, const Expr guard) {
  const RegisterId condition = emit(guard.operands[0]);
  int budget = 2;
  if (wide(condition) && cheap(guard.operands[1], budget)) {
    const RegisterId value = widened(emit(guard.operands[1]));
    const RegisterId kept = make_register(guard.dtype, true);
    put({.wide = true,
         .dtype = guard.dtype,
         .dst = kept,
         .a = condition,
         .b = value,
         .op = Op::guard,
         .function = tile_table().blend[index(guard.dtype)]});
    return accumulate_value(into, kept);
  }
  push_condition(strict_set({guard.operands[1]}));
  mask_with(condition, false);
  if (wide(condition)) {
    const RegisterId value = widened(emit(guard.operands[1]));
    const RegisterId kept = make_register(guard.dtype, true);
    put({.wide = true,
         .dtype = guard.dtype,
         .dst = kept,
         .a = condition,
         .b = value,
         .op = Op::guard,
         .function = tile_table().blend[index(guard.dtype)]});
    accumulate_value(into, kept);
  } else {
    accumulate(into, guard.operands[1]);
  }
  Branch branch{.condition = condition};
  branch.yes = pop_scope();
  put_branch(branch);
}

/// Several under one guard that changes along the lanes are one block, so that they share what they compute there.
bool Emitter::accumulate_together(const std::vector<Accumulator>& into) {
  if (into.size() < 2) return false;
  std::vector<ExprId> bodies;
  std::optional<ExprId> condition;
  for (const Accumulator& each : into) {
    const ExprId body = resolved(kernel_[each.reduce].operands[0]);
    if (kernel_[each.reduce].op != Op::sum || kernel_[body].kind != Kind::guard ||
        target_of(body) + 1 != scopes_.size())
      return false;
    const ExprId own = resolved(kernel_[body].operands[0]);
    if (!is_wide(own) || own != condition.value_or(own)) return false;
    condition = own;
    bodies.push_back(kernel_[body].operands[1]);
  }
  Branch branch{.condition = emit(*condition)};
  push_condition(strict_set(bodies));
  mask_with(branch.condition, false);
  for (std::size_t at = 0; at < into.size(); ++at) {
    const RegisterId value = widened(emit(bodies[at]));
    const RegisterId kept = make_register(dtype(value), true);
    put({.wide = true,
         .dtype = dtype(value),
         .dst = kept,
         .a = branch.condition,
         .b = value,
         .op = Op::guard,
         .function = tile_table().blend[index(dtype(value))]});
    accumulate_value(into[at], kept);
  }
  branch.yes = pop_scope();
  put_branch(branch);
  return true;
}

RegisterId Emitter::finish(const Accumulator& from) {
  if (from.sum != none)
    put({.step = Step::drain,
         .wide = wide(from.value),
         .dtype = dtype(from.value),
         .dst = from.value,
         .info = from.sum,
         .op = Op::add,
         .function = tile_table().binary[static_cast<std::size_t>(Op::add)][index(dtype(from.value))][none_uniform]});
  return from.position != none ? from.position : from.value;
}

// -- reductions inside the nest

/// True when computing `from` needs `to`.
bool Emitter::reaches(ExprId from, ExprId to) const {
  std::vector<ExprId> open{from};
  std::vector<bool> seen(kernel_.exprs.size());
  while (!open.empty()) {
    const ExprId id = open.back();
    open.pop_back();
    if (id == to) return true;
    if (seen[id]) continue;
    seen[id] = true;
    for (ExprId operand : kernel_[id].operands) open.push_back(resolved(operand));
  }
  return false;
}

/// The reductions that can share this one's loop.
std::vector<ExprId> Emitter::siblings_of(ExprId id) {
  std::vector<ExprId> out{id};
  const std::vector<bool>* strict = here().strict;
  if (strict == nullptr || !(*strict)[id]) return out;
  for (ExprId other = 0; other < strict->size(); ++other) {
    const Expr& expr = kernel_[other];
    if (other == id || !(*strict)[other] || expr.kind != Kind::reduce || expr.bound != kernel_[id].bound ||
        expr.vars != kernel_[id].vars || here().known.contains(other) || resolved(other) != other)
      continue;
    if (std::ranges::none_of(out, [&](ExprId own) { return reaches(own, other) || reaches(other, own); }))
      out.push_back(other);
  }
  return out;
}

/// Views of this loop and one fused multiplication: a loop that needs no interpreter.
std::optional<Contraction> Emitter::contraction_of(BlockId block) const {
  const auto& body = program_.blocks[static_cast<std::size_t>(block)];
  if (body.empty() || body.size() > 3) return std::nullopt;
  const Instruction& last = body.back();
  const bool square = last.op == Op::variance;
  if (last.step != Step::apply || (last.op != Op::multiply && !square) || last.c != last.dst || !last.wide ||
      !dsl::is_floating(last.dtype) || last.a == last.dst || last.b == last.dst)
    return std::nullopt;
  Contraction out{.square = square, .sum = last.dst, .a = last.a, .b = last.b};
  if (wide(last.a) != wide(last.b)) out.uniform = wide(last.a) ? second_uniform : first_uniform;
  for (std::size_t at = 0; at + 1 < body.size(); ++at) {
    const Instruction& view = body[at];
    if (view.step != Step::view || !program_.addresses[static_cast<std::size_t>(view.info)].dims.empty())
      return std::nullopt;
    if (view.dst == last.a) out.address_a = view.info;
    if (view.dst == last.b) out.address_b = view.info;
  }
  return out;
}

void Emitter::close_loop(Loop loop) {
  loop.body = pop_scope();
  if (loop.over == Loop::Over::variable && loop.filter == none) loop.contraction = contraction_of(loop.body);
  program_.loops.push_back(std::move(loop));
  put({.step = Step::loop, .info = static_cast<std::int32_t>(program_.loops.size() - 1)});
}

/// Iterations can be looked up when the body's guard is a stored row of truths.
std::int32_t Emitter::filter_of(const std::vector<ExprId>& group, VarId var) {
  const ExprId body = resolved(kernel_[group[0]].operands[0]);
  if (kernel_[body].kind != Kind::guard) return none;
  const ExprId condition = resolved(kernel_[body].operands[0]);
  for (ExprId reduce : group) {
    const ExprId own = resolved(kernel_[reduce].operands[0]);
    if (kernel_[reduce].op != Op::sum && kernel_[reduce].op != Op::count && kernel_[reduce].op != Op::any) return none;
    if (kernel_[own].kind != Kind::guard || resolved(kernel_[own].operands[0]) != condition) return none;
  }
  const Expr row = kernel_[condition];
  if (row.kind != Kind::load || is_wide(condition) || !row.dims.empty() || row.affine.scale_of(var) != 1) return none;
  return add_address(address_of(row));
}

RegisterId Emitter::compute_reduce(ExprId id) {
  const std::vector<ExprId> group = siblings_of(id);
  const std::vector<VarId> bound = kernel_[id].bound;
  std::vector<std::int64_t> counts;
  for (VarId var : bound) counts.push_back(kernel_.extent(var));
  const PushPlan plan = push_plan(counts);
  std::vector<Accumulator> into;
  for (ExprId reduce : group) into.push_back(begin(reduce, is_wide(id), plan.pushes));
  std::vector<Loop> loops;
  for (std::size_t at = 0; at < bound.size(); ++at) {
    Loop loop{.var = bound[at], .count = counts[at], .bounds = bounds_of(group, bound, at)};
    if (at + 1 == bound.size()) loop.filter = filter_of(group, bound[at]);
    loops.push_back(loop);
    Vars defines;
    defines.set(bound[at]);
    push_scope(defines, at == 0 ? bodies_strict(group) : here().strict);
    here().filtered = loop.filter != none;
  }
  add_pushes(loops, into, plan);
  const bool filtered = here().filtered;
  const bool together = !filtered && accumulate_together(into);
  for (std::size_t at = 0; !together && at < into.size(); ++at) {
    const ExprId body = resolved(kernel_[into[at].reduce].operands[0]);
    accumulate(into[at], filtered ? kernel_[body].operands[1] : body);
  }
  while (!loops.empty()) {
    close_loop(std::move(loops.back()));
    loops.pop_back();
  }
  RegisterId out = none;
  for (const Accumulator& each : into) {
    const RegisterId value = finish(each);
    here().known[each.reduce] = value;
    if (each.reduce == id) out = value;
  }
  return out;
}

const std::vector<bool>* Emitter::bodies_strict(const std::vector<ExprId>& group) {
  std::vector<ExprId> bodies;
  for (ExprId reduce : group)
    for (ExprId operand : kernel_[reduce].operands) bodies.push_back(operand);
  return strict_set(bodies);
}

void Emitter::add_pushes(std::vector<Loop>& loops, const std::vector<Accumulator>& into, const PushPlan& plan) {
  if (plan.pushes == 0) return;
  for (const Accumulator& each : into) {
    if (each.sum == none) continue;
    loops[plan.loop].period = plan.period;
    loops[plan.loop].pushed.push_back(each.sum);
  }
}

}  // namespace ricci::runtime::fused
