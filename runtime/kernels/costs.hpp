/// What each row of the kernel table expects to take for a step: from the graph, and from how much sparse inputs store
/// where that is known. By these the cheapest kernel is chosen, and whoever asks is told what a plan will take.
#pragma once

#include <cstdint>
#include <vector>

#include "passes/cost.hpp"
#include "runtime/evaluation.hpp"

namespace ricci::runtime {

/// How many elements sparse tensors store, by node. Nothing is known of most of them while a plan is made.
class StoredCounts {
 public:
  StoredCounts() = default;
  void set(NodeId node, std::int64_t count);
  /// What is not known is taken to be ten elements a row.
  double of(const Graph& graph, NodeId tensor) const;

 private:
  std::vector<std::int64_t> of_;  // by node, -1: not known
};

namespace costs {

using passes::Cost;

Cost of_sparse_factors(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_linear_algebra(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_structural(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_sparse_product(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_scatter(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_contraction(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_masked(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_fused(const Graph& graph, NodeId node, const StoredCounts& stored);
Cost of_reference(const Graph& graph, NodeId node, const StoredCounts& stored);

/// Below this no fused kernel gets for the node, whatever its schedule: tells without lowering whether it can win.
double least_fused(const Graph& graph, NodeId node);

}  // namespace costs
}  // namespace ricci::runtime
