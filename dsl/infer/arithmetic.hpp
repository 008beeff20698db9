/// Types and element arithmetic: NumPy 2's promotion with weak scalars, products whose false brackets and not-stored
/// zeros annihilate, and the folding of constants that shapes depend on.
#pragma once

#include <bit>
#include <cstdint>

#include "dsl/graph/graph.hpp"
#include "dsl/text/syntax.hpp"

namespace ricci::dsl {

/// An expression's meaning: an element node (`whole` false; it may have open indices) or a whole tensor.
struct Thing {
  NodeId node;
  bool whole = false;
  bool weak = false;
  SyntaxId from = 0xffffffffU;  // where it was written, for what is refused

  constexpr bool valid() const { return node.valid(); }
};

constexpr int kind_rank(DType type) {
  if (type == DType::boolean) return 0;
  return is_integer(type) ? 1 : is_floating(type) ? 2 : 3;
}

/// The common type of two operands. A weak one changes only the kind of a strong one, never its width.
constexpr DType join(DType a, bool weak_a, DType b, bool weak_b) {
  if (weak_a == weak_b) return promote(a, b);
  const DType strong = weak_a ? b : a;
  const DType weak = weak_a ? a : b;
  if (kind_rank(weak) <= kind_rank(strong)) return strong;
  if (is_complex(weak)) return complex_type(inexact_type(strong));
  return weak;  // i64 over bool, f64 over bool and integers
}

constexpr bool is_constant(const Graph& graph, NodeId node) { return graph.op(node) == Op::constant; }
constexpr double real_of(const Graph& graph, NodeId constant) {
  const std::int64_t bits = graph.attribute(constant, 0);
  if (graph.dtype(constant) < DType::f32) return static_cast<double>(bits);
  return std::bit_cast<double>(bits);
}

/// `node` in another type; constants are converted here.
constexpr NodeId cast(Graph& graph, NodeId node, DType type) {
  const DType own = graph.dtype(node);
  if (own == type) return node;
  if (is_constant(graph, node) && kind_rank(own) <= kind_rank(type) && type != DType::i32) {
    if (type == DType::i64) return graph.integer(graph.attribute(node, 0));
    const double re = real_of(graph, node);
    const double im = is_complex(own) ? std::bit_cast<double>(graph.attribute(node, 1)) : 0.0;
    const bool narrow = type == DType::f32 || type == DType::c64;
    const auto fit = [&](double x) {
      const bool in_range = x == x && x <= 3.4028234663852886e38 && x >= -3.4028234663852886e38;
      return narrow && in_range ? static_cast<double>(static_cast<float>(x)) : x;
    };
    return is_complex(type) ? graph.complex(fit(re), fit(im), type) : graph.real(fit(re), type);
  }
  return graph.add(Op::cast, type, {node});
}

/// The type in which operands of these things meet.
constexpr DType joined_type(const Graph& graph, const Vec<Thing>& things) {
  DType type = graph.dtype(things[0].node);
  bool weak = things[0].weak;
  for (std::size_t at = 1; at < things.size(); ++at) {
    type = join(type, weak, graph.dtype(things[at].node), things[at].weak);
    weak = weak && things[at].weak;
  }
  return type;
}

constexpr bool all_weak(const Vec<Thing>& things) {
  for (const Thing& thing : things)
    if (!thing.weak) return false;
  return true;
}

/// The type of an elementwise operation over operands of the joined type, and the type its operands are cast to.
struct OperandTypes {
  DType operand;
  DType result;
};
constexpr OperandTypes types_of(Op op, DType joined) {
  using enum DType;
  switch (row(op).types) {
    case TypeRule::inexact: {
      const DType type = inexact_type(joined);
      return {type, type};
    }
    case TypeRule::boolean:
      if (op == Op::logical_and || op == Op::logical_or || op == Op::logical_not) return {boolean, boolean};
      return {joined, boolean};
    case TypeRule::real: {
      const DType type = op == Op::arg ? inexact_type(joined) : joined;
      return {type, real_type(type)};
    }
    case TypeRule::promote: {
      const bool counts =
          op == Op::add || op == Op::subtract || op == Op::floor_divide || op == Op::modulo || op == Op::power;
      const DType type = counts && joined == boolean ? i64 : joined;
      return {type, type};
    }
    default: {
      const DType type = joined == boolean && op == Op::negate ? i64 : joined;
      return {type, type};
    }
  }
}

/// Exact integer folding, so that extents written as arithmetic are numbers. False where it would overflow.
constexpr bool fold_integers(Op op, std::int64_t a, std::int64_t b, std::int64_t& out) {
  switch (op) {
    case Op::add: return !__builtin_add_overflow(a, b, &out);
    case Op::subtract: return !__builtin_sub_overflow(a, b, &out);
    case Op::multiply: return !__builtin_mul_overflow(a, b, &out);
    case Op::floor_divide:
    case Op::modulo: {
      if (b == 0 || (b == -1 && a == INT64_MIN)) return false;
      const std::int64_t quotient = a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
      out = op == Op::floor_divide ? quotient : a - b * quotient;
      return true;
    }
    case Op::minimum: out = a < b ? a : b; return true;
    case Op::maximum: out = a < b ? b : a; return true;
    default: return false;
  }
}

/// Functions with f(0) = 0: of a sparse element they are sparse.
constexpr bool keeps_zero(Op op) {
  constexpr Op rows[] = {Op::negate, Op::expm1, Op::log1p, Op::sqrt, Op::cbrt, Op::sin,  Op::tan,
                         Op::asin,   Op::atan,  Op::sinh,  Op::tanh, Op::erf,  Op::abs,  Op::sign,
                         Op::floor,  Op::ceil,  Op::round, Op::real, Op::imag, Op::conj, Op::cast};
  for (Op own : rows)
    if (own == op) return true;
  return false;
}

/// The condition under which an element counts as stored: of an access to a sparse tensor, or of what was made from
/// one.
constexpr NodeId stored_condition(Graph& graph, NodeId node) {
  if (graph.op(node) == Op::access && graph[graph.operand(node, 0)].sparse) {
    const auto operands = graph.operands(node);
    const Vec<NodeId> copy(operands.data(), operands.data() + operands.size());
    return graph.add(Op::stored, DType::boolean, std::span<const NodeId>(copy.begin(), copy.size()));
  }
  if (graph.op(node) == Op::guard && graph.op(graph.operand(node, 0)) == Op::stored) return graph.operand(node, 0);
  return {};
}

/// Whether a weak integer constant is too large for the i32 it would be cast to.
constexpr bool overflows(const Graph& graph, const Thing& thing, DType type) {
  if (!thing.weak || type != DType::i32 || !is_constant(graph, thing.node) || graph.dtype(thing.node) != DType::i64)
    return false;
  const std::int64_t value = graph.attribute(thing.node, 0);
  return value > INT32_MAX || value < INT32_MIN;
}

/// An elementwise operation over element things (none whole); types as types_of says.
constexpr Thing element(Graph& graph, Op op, const Vec<Thing>& things) {
  const OperandTypes types = types_of(op, joined_type(graph, things));
  const bool weak = all_weak(things);
  if (things.size() == 1 && keeps_zero(op))
    if (const NodeId condition = stored_condition(graph, things[0].node); condition.valid()) {
      const NodeId stored = graph.op(things[0].node) == Op::guard ? graph.operand(things[0].node, 1) : things[0].node;
      const NodeId inner = graph.add(op, types.result, {cast(graph, stored, types.operand)});
      return {graph.add(Op::guard, types.result, {condition, inner}), false, weak};
    }
  Vec<NodeId> operands;
  for (const Thing& thing : things) operands.push_back(cast(graph, thing.node, types.operand));
  if (types.operand == DType::i64 && is_constant(graph, operands[0])) {
    std::int64_t out = 0;
    const std::int64_t a = graph.attribute(operands[0], 0);
    if (operands.size() == 2 && is_constant(graph, operands[1]) &&
        fold_integers(op, a, graph.attribute(operands[1], 0), out))
      return {graph.integer(out), false, weak};
    if (op == Op::negate && a != INT64_MIN) return {graph.integer(-a), false, weak};
  }
  if (op == Op::negate && is_constant(graph, operands[0]) && is_floating(types.operand))
    return {graph.real(-real_of(graph, operands[0]), types.operand), false, weak};
  return {graph.add(op, types.result, std::span<const NodeId>(operands.begin(), operands.size())), false, weak};
}

constexpr NodeId conjunction(Graph& graph, NodeId a, NodeId b) {
  if (!a.valid()) return b;
  return b.valid() ? graph.add(Op::logical_and, DType::boolean, {a, b}) : a;
}

/// One factor of a product, and whether it divides.
struct Factor {
  Thing thing;
  bool divides = false;
};

/// factor * factor / factor ..., in order. A false bracket or a not-stored zero among the factors makes it 0 without
/// the others being computed.
constexpr Thing product(Graph& graph, const Vec<Factor>& factors, bool negative) {
  bool all_bool = !negative;
  for (const Factor& factor : factors)
    all_bool = all_bool && !factor.divides && graph.dtype(factor.thing.node) == DType::boolean;
  NodeId condition;
  Thing value;
  bool weak = true;
  for (const Factor& factor : factors) {
    weak = weak && factor.thing.weak;
    const NodeId node = factor.thing.node;
    if (!factor.divides && graph.dtype(node) == DType::boolean) {
      condition = conjunction(graph, condition, node);
      continue;
    }
    if (!factor.divides) {
      if (graph.op(node) == Op::access) condition = conjunction(graph, condition, stored_condition(graph, node));
      if (graph.op(node) == Op::guard) condition = conjunction(graph, condition, graph.operand(node, 0));
    }
    const Thing plain = !factor.divides && graph.op(node) == Op::guard
                            ? Thing{graph.operand(node, 1), false, factor.thing.weak}
                            : factor.thing;
    if (!value.valid() && factor.divides) value = {graph.integer(1), false, true};
    value = value.valid() ? element(graph, factor.divides ? Op::divide : Op::multiply, {value, plain}) : plain;
  }
  if (all_bool) return {condition, false, weak};
  if (!value.valid()) value = {graph.integer(1), false, true};  // -(a && b), or brackets alone over a number
  if (negative) value = element(graph, Op::negate, {value});
  if (!condition.valid()) return {value.node, false, weak};
  return {graph.add(Op::guard, graph.dtype(value.node), {condition, value.node}), false, weak};
}

/// Whether a body over these two axes is zero wherever some sparse matrix stores nothing: guard(stored(S, axes), ...).
constexpr bool is_sparse_body(const Graph& graph, NodeId body, const Vec<IndexId>& axes) {
  if (axes.size() != 2 || graph.op(body) != Op::guard) return false;
  Vec<NodeId> conditions{graph.operand(body, 0)};
  while (!conditions.empty()) {
    const NodeId condition = conditions.back();
    conditions.pop_back();
    if (graph.op(condition) == Op::logical_and) {
      conditions.push_back(graph.operand(condition, 0));
      conditions.push_back(graph.operand(condition, 1));
    } else if (graph.op(condition) == Op::stored && graph.operands(condition).size() == 3) {
      bool used[2] = {false, false};
      for (std::size_t at = 1; at < 3; ++at) {
        const NodeId entry = graph.operand(condition, at);
        for (std::size_t axis = 0; axis < 2; ++axis)
          if (graph.op(entry) == Op::index && graph.attribute(entry, 0) == static_cast<std::int64_t>(axes[axis].at))
            used[axis] = true;
      }
      if (used[0] && used[1]) return true;
    }
  }
  return false;
}

/// A tensor over the axes, sparse where its body says so.
constexpr NodeId bind_axes(Graph& graph, NodeId body, const Vec<IndexId>& axes) {
  return graph.tensor(body, axes, is_sparse_body(graph, body, axes));
}

}  // namespace ricci::dsl
