/// What the sign of a number is, whatever the data: a square is not negative, but of integers, where it may wrap. NaN
/// aside.
#pragma once

#include "passes/fold_numbers.hpp"

namespace ricci::passes {

namespace detail {

/// Integers that data are part of, added or multiplied: those of indices and numbers of the program alone are moderate.
constexpr bool may_wrap(const Graph& graph, NodeId node) {
  if (!dsl::is_integer(graph.dtype(node))) return false;
  Vec<NodeId> open{node};
  for (bool arithmetic = false; !open.empty();) {
    const NodeId id = open.back();
    open.pop_back();
    const Op op = graph.op(id);
    const bool counts = op == Op::index || op == Op::affine || op == Op::constant || op == Op::count;
    if (counts || graph.dtype(id) == DType::boolean) continue;
    if (op == Op::access || op == Op::stored || op == Op::random || !dsl::is_integer(graph.dtype(id))) {
      if (arithmetic) return true;
      continue;
    }
    arithmetic = true;
    for (NodeId operand : graph.operands(id)) open.push_back(operand);
  }
  return false;
}

}  // namespace detail

constexpr bool not_negative(const Graph& graph, NodeId node);

constexpr bool positive(const Graph& graph, NodeId node) {
  if (dsl::is_complex(graph.dtype(node)) || detail::may_wrap(graph, node)) return false;
  const Op op = graph.op(node);
  if (op == Op::constant)
    return dsl::is_integer(graph.dtype(node)) ? graph.attribute(node, 0) > 0
                                              : std::bit_cast<double>(graph.attribute(node, 0)) > 0;
  const auto at = [&](std::size_t which) { return graph.operand(node, which); };
  if (op == Op::multiply || op == Op::divide) return positive(graph, at(0)) && positive(graph, at(1));
  if (op == Op::add)
    return (positive(graph, at(0)) && not_negative(graph, at(1))) ||
           (positive(graph, at(1)) && not_negative(graph, at(0)));
  if (op == Op::sqrt || op == Op::cast) return positive(graph, at(0));
  return op == Op::cosh;
}

/// Of real numbers, whatever the data: NaN aside.
constexpr bool not_negative(const Graph& graph, NodeId node) {
  if (dsl::is_complex(graph.dtype(node)) || detail::may_wrap(graph, node)) return false;
  const Op op = graph.op(node);
  if (op == Op::constant) return positive(graph, node) || detail::is_number(graph, node, 0);
  const auto each = [&] {
    return not_negative(graph, graph.operand(node, 0)) && not_negative(graph, graph.operand(node, 1));
  };
  if (op == Op::multiply && graph.operand(node, 0) == graph.operand(node, 1)) return true;
  if (op == Op::multiply || op == Op::divide || op == Op::add) return each();
  if (op == Op::power)
    return not_negative(graph, graph.operand(node, 0)) || detail::is_number(graph, graph.operand(node, 1), 2);
  if (op == Op::sum || op == Op::cast || op == Op::mean) return not_negative(graph, graph.operand(node, 0));
  for (Op own : {Op::abs, Op::sqrt, Op::exp, Op::norm, Op::variance, Op::deviation, Op::hypot, Op::cosh, Op::count})
    if (own == op) return true;
  return op == Op::index || graph.dtype(node) == DType::boolean;
}

}  // namespace ricci::passes
