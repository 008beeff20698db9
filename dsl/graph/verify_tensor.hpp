/// The rules of tensor nodes: type and shape as shapes.hpp has them, and of the operations whose shape is their maker's
/// choice that it fits what they are made of.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "dsl/graph/shapes.hpp"

namespace ricci::dsl::detail {

/// How many elements a shape has; none if they are too many to count.
constexpr std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape) {
  std::int64_t product = 1;
  bool fits = true;
  for (std::int64_t extent : shape)
    if (extent == 0) return 0;
  for (std::int64_t extent : shape) fits = fits && !__builtin_mul_overflow(product, extent, &product);
  return fits ? std::optional(product) : std::nullopt;
}

constexpr std::string_view defined_fault(const Graph& graph, NodeId id) {
  if (graph.dtype(graph.operand(id, 0)) != graph.dtype(id)) return "its type is not the body's";
  for (std::size_t axis = 0; axis < graph.shape(id).size(); ++axis)
    if (graph.extent(graph.bound(id)[axis]) != graph.shape(id)[axis]) return "its shape is not its indices'";
  return {};
}
constexpr std::string_view pack_fault(const Graph& graph, NodeId id) {
  const std::int64_t count = static_cast<std::int64_t>(graph.operands(id).size());
  if (element_count(graph.shape(id)) != count) return "it has more or fewer elements than its shape";
  for (NodeId operand : graph.operands(id))
    if (graph.dtype(operand) != graph.dtype(id)) return "an element differs in type";
  return {};
}
constexpr std::string_view reshape_fault(const Graph& graph, NodeId id) {
  const TensorType of = type_of(graph, graph.operand(id, 0));
  if (of.dtype != graph.dtype(id)) return "its type is wrong for its operands'";
  const auto count = element_count(std::span<const std::int64_t>(of.shape.data(), of.shape.size()));
  if (!count || element_count(graph.shape(id)) != count) return "it has more or fewer elements than before";
  return {};
}
constexpr std::string_view triples_fault(const Graph& graph, NodeId id) {
  const TensorType rows = type_of(graph, graph.operand(id, 0));
  const TensorType columns = type_of(graph, graph.operand(id, 1));
  const TensorType values = type_of(graph, graph.operand(id, 2));
  if (!is_integer(rows.dtype) || !is_integer(columns.dtype)) return "rows and columns are no integers";
  if (values.dtype != graph.dtype(id)) return "its type is wrong for its operands'";
  if (rows.shape.size() != 1 || !(rows.shape == columns.shape) || !(rows.shape == values.shape))
    return "rows, columns and values are not vectors of one length";
  return graph[id].rank == 2 && graph[id].sparse ? "" : "it is no sparse matrix";
}
constexpr std::string_view random_sparse_fault(const Graph& graph, NodeId id) {
  if (graph[id].rank != 2 || !graph[id].sparse || graph.dtype(id) != DType::f64) return "it is no sparse matrix";
  const auto count = element_count(graph.shape(id));
  if (graph.attribute(id, 0) < 0 || (count && graph.attribute(id, 0) > *count)) return "it stores too many elements";
  return {};
}

/// Why a tensor node whose operands are in order is wrong; empty if it is right.
constexpr std::string_view tensor_fault(const Graph& graph, NodeId id) {
  const Op op = graph.op(id);
  for (std::int64_t extent : graph.shape(id))
    if (extent < 0) return "an extent is negative";
  const TensorType own = type_of(graph, id);
  if (has_shape_rule(op)) {
    const TensorType rule = tensor_type(graph, op, graph.operands(id), graph.ints(id));
    if (!rule.fault.empty()) return rule.fault;
    if (own.dtype != rule.dtype || own.sparse != rule.sparse) return "its type is wrong for its operands'";
    return own.shape == rule.shape ? "" : "its shape is wrong for its operands'";
  }
  if (op == Op::tensor) return defined_fault(graph, id);
  if (op == Op::pack) return pack_fault(graph, id);
  if (op == Op::reshape) return reshape_fault(graph, id);
  if (op == Op::from_triples) return triples_fault(graph, id);
  return op == Op::random_sparse ? random_sparse_fault(graph, id) : "";
}

}  // namespace ricci::dsl::detail
