/// A definition that renames a tensor's axes in their order is that tensor:  [i,j] A[i,j]  ->  A. What becomes true
/// here: whatever looks for the same matrix finds the same node.
#pragma once

#include "passes/rewrite.hpp"

namespace ricci::passes {

/// [i,j] A[i,j] is A.
constexpr NodeId without_renaming(const Graph& graph, NodeId tensor) {
  if (graph.op(tensor) != Op::tensor || graph[tensor].sparse) return tensor;
  const NodeId access = graph.operand(tensor, 0);
  if (graph.op(access) != Op::access) return tensor;
  const NodeId below = graph.operand(access, 0);
  const auto shape = graph.shape(tensor), own = graph.shape(below);
  if (graph[below].sparse || own.size() != shape.size()) return tensor;
  const Vec<IndexId> axes = graph.bound(tensor);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const NodeId entry = graph.operand(access, axis + 1);
    if (graph.op(entry) != Op::index || own[axis] != shape[axis] ||
        graph.attribute(entry, 0) != static_cast<std::int64_t>(axes[axis].at))
      return tensor;
  }
  return below;
}

}  // namespace ricci::passes
