/// One evaluation: the graph, the values its tensor nodes have so far, and what the numerics had to say on the way.
/// Every way of computing (the reference, the planned kernels) reads and writes the same Evaluation.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dsl/graph/graph.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime {

using dsl::Graph;
using dsl::NodeId;

/// What a numerical step reports: shown by --profile, and on standard error where `warning` is set.
struct Notice {
  NodeId node;
  std::string method;  // "LU", "Cholesky", "CholeskyQR2", "SVD", ...
  std::optional<std::int64_t> rank;
  std::optional<double> rcond;  // the smallest reciprocal condition number over the batch
  Extents entry;                // the batch entry it belongs to
  bool warning = false;
  std::string text;  // one sentence for a person
};

struct Evaluation {
  explicit Evaluation(const Graph& graph_in) : graph(graph_in) {}

  const Graph& graph;
  /// Tensor nodes that have a value. Inputs are put here before anything runs. Decompositions have none; their parts
  /// do.
  std::unordered_map<std::uint32_t, Value> values;
  /// All results of a decomposition node, in the order of its parts.
  std::unordered_map<std::uint32_t, std::vector<Value>> results;
  std::vector<Notice> notices;
  /// Replaces the seed of every draw, when set.
  std::optional<std::uint64_t> seed;

  const Value* find(NodeId node) const {
    const auto at = values.find(node.at);
    return at == values.end() ? nullptr : &at->second;
  }
  const Tensor& dense(NodeId node) const { return std::get<Tensor>(values.at(node.at)); }
  const Csr& sparse(NodeId node) const { return *std::get<std::shared_ptr<const Csr>>(values.at(node.at)); }
};

}  // namespace ricci::runtime
