/// Op::quadratic taken apart: (x - y)' W (x - y) where x is a row of X [shared.., own.., d], y one of Y
/// [shared.., own.., d] and W one number for all (none), a vector [shared.., d] or a matrix [shared.., d, d]. The node
/// exists because no loop nest computes all pairs of rows well: its kernel factors W once and looks at no W again.
#pragma once

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

struct Quadratic {
  NodeId x, y;
  NodeId weights;  // invalid where there are none
  QuadraticWeights kind = QuadraticWeights::none;
  std::size_t shared = 0;  // leading axes of all three tensors
  std::span<const NodeId> shared_entries;
  std::span<const NodeId> x_entries, y_entries;  // of the axes between the shared ones and the last
};

constexpr Quadratic quadratic_of(const Graph& graph, NodeId id) {
  Quadratic out;
  const auto operands = graph.operands(id);
  out.kind = static_cast<QuadraticWeights>(graph.attribute(id, 0));
  out.shared = static_cast<std::size_t>(graph.attribute(id, 1));
  out.x = operands[0];
  out.y = operands[1];
  const std::size_t tensors = out.kind == QuadraticWeights::none ? 2 : 3;
  if (tensors == 3) out.weights = operands[2];
  const std::size_t own_x = graph.shape(out.x).size() - 1 - out.shared;
  out.shared_entries = operands.subspan(tensors, out.shared);
  out.x_entries = operands.subspan(tensors + out.shared, own_x);
  out.y_entries = operands.subspan(tensors + out.shared + own_x);
  return out;
}

/// Why such a node is wrong whose operands are of the right kinds; empty if it is right. Ranges of entries aside.
constexpr std::string_view quadratic_fault(const Graph& graph, NodeId id) {
  const auto kind = static_cast<std::uint64_t>(graph.attribute(id, 0));
  const auto shared = static_cast<std::uint64_t>(graph.attribute(id, 1));
  const auto operands = graph.operands(id);
  const std::size_t tensors = kind == 0 ? 2 : 3;
  const auto x = graph.shape(operands[0]), y = graph.shape(operands[1]);
  if (graph.dtype(id) != DType::f64 && graph.dtype(id) != DType::f32) return "it is not of a real floating type";
  if (shared >= x.size() || shared >= y.size()) return "its tensors have too few axes";
  if (x.back() != y.back()) return "its rows differ in length";
  for (std::size_t at = 0; at < shared; ++at)
    if (x[at] != y[at]) return "the shared axes differ";
  for (std::size_t at = 0; at < tensors; ++at) {
    if (graph.dtype(operands[at]) != graph.dtype(id)) return "its tensors are of another type";
    if (graph[operands[at]].sparse) return "its tensors are sparse";
  }
  if (operands.size() != tensors + x.size() + y.size() - 2 - shared) return "it has not one entry for each axis";
  if (tensors == 2) return {};
  const auto w = graph.shape(operands[2]);
  if (w.size() != shared + kind) return "its weights have a wrong number of axes";
  for (std::size_t at = 0; at < w.size(); ++at)
    if (w[at] != (at < shared ? x[at] : x.back())) return "its weights have a wrong shape";
  return {};
}

}  // namespace ricci::dsl
