/// Arithmetic on numbers that stand in the program, where it gives the bits that running it would give: sums, products
/// and quotients of integers and reals, rounded once to their type.
#pragma once

#include <bit>

#include "dsl/infer/arithmetic.hpp"
#include "passes/rewrite.hpp"

namespace ricci::passes::detail {

constexpr bool is_number(const Graph& graph, NodeId id, std::int64_t value) {
  if (graph.op(id) != Op::constant || graph.dtype(id) == DType::boolean) return false;
  if (dsl::is_integer(graph.dtype(id))) return graph.attribute(id, 0) == value;
  return std::bit_cast<double>(graph.attribute(id, 0)) == static_cast<double>(value);
}
/// Complex numbers left out: x*(1+0i) is another number than x where x is infinite.
constexpr bool is_one(const Graph& graph, NodeId id) {
  return is_number(graph, id, 1) && !dsl::is_complex(graph.dtype(id));
}
/// The zero that leaves what it is added to (subtracted from) as it is: -0.0 when added, 0.0 when subtracted.
constexpr bool is_zero(const Graph& graph, NodeId id, bool added) {
  if (!is_number(graph, id, 0) || dsl::is_complex(graph.dtype(id))) return false;
  if (dsl::is_integer(graph.dtype(id))) return true;
  return (graph.attribute(id, 0) < 0) == added;  // the sign bit of doubles is that of ints
}

/// Far from both ends of the range of f32, so that no step overflows, underflows or rounds twice.
constexpr bool moderate(double x) {
  const double size = x < 0 ? -x : x;
  return x == 0 || (size > 1e-15 && size < 1e15);
}

constexpr NodeId fold_reals(Graph& graph, Op op, DType type, double a, double b) {
  if (!moderate(a) || !moderate(b) || (op == Op::divide && b == 0)) return {};
  const double exact = op == Op::add ? a + b : op == Op::subtract ? a - b : op == Op::multiply ? a * b : a / b;
  // Of two f32 numbers, rounding the f64 result gives the f32 result (53 >= 2*24 + 2 digits: Figueroa 1995).
  return graph.real(type == DType::f32 ? static_cast<double>(static_cast<float>(exact)) : exact, type);
}

/// The number that an operation on two numbers is; null where it is none, or its bits are not certain.
constexpr NodeId fold_numbers(Graph& graph, NodeId id) {
  const NodeId left = graph.operand(id, 0), right = graph.operand(id, 1);
  if (graph.op(left) != Op::constant || graph.op(right) != Op::constant) return {};
  const DType type = graph.dtype(id);
  if (dsl::is_floating(type)) {
    const auto number = [&](NodeId at) {
      const double exact = dsl::real_of(graph, at);
      return type == DType::f32 ? static_cast<double>(static_cast<float>(exact)) : exact;
    };
    if (!moderate(dsl::real_of(graph, left)) || !moderate(dsl::real_of(graph, right))) return {};
    return fold_reals(graph, graph.op(id), type, number(left), number(right));
  }
  std::int64_t out = 0;
  if (type != DType::i64 || graph.op(id) == Op::divide) return {};
  if (!dsl::fold_integers(graph.op(id), graph.attribute(left, 0), graph.attribute(right, 0), out)) return {};
  return graph.integer(out);
}

}  // namespace ricci::passes::detail
