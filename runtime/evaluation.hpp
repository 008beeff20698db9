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
#include "runtime/error.hpp"
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
  /// Values of inputs that somebody else keeps while this evaluation runs, by node; as long as it need be.
  std::vector<const Value*> given;
  /// Other tensor nodes that have a value. Decompositions have none; their parts do.
  std::unordered_map<std::uint32_t, Value> values;
  /// All results of a decomposition node, in the order of its parts.
  std::unordered_map<std::uint32_t, std::vector<Value>> results;
  std::vector<Notice> notices;
  /// Replaces the seed of every draw, when set.
  std::optional<std::uint64_t> seed;

  const Value* find(NodeId node) const {
    if (node.at < given.size() && given[node.at] != nullptr) return given[node.at];
    const auto at = values.find(node.at);
    return at == values.end() ? nullptr : &at->second;
  }
  const Value& value(NodeId node) const {
    const Value* own = find(node);
    if (own == nullptr) fail(dsl::Fault::internal, "a step reads a value that is not there");
    return *own;
  }
  /// The value as a dense tensor; a sparse one is written out, once, for whoever has no way with sparse operands.
  const Tensor& dense(NodeId node) const {
    const Value& own = value(node);
    if (const auto* tensor = std::get_if<Tensor>(&own)) return *tensor;
    const auto at = written_out.find(node.at);
    if (at != written_out.end()) return at->second;
    return written_out.emplace(node.at, dense_from_csr(*std::get<std::shared_ptr<const Csr>>(own))).first->second;
  }
  const Csr& sparse(NodeId node) const {
    const auto* matrix = std::get_if<std::shared_ptr<const Csr>>(&value(node));
    if (matrix == nullptr) fail(dsl::Fault::internal, "a step wants a sparse matrix where a dense one stands");
    return **matrix;
  }
  mutable std::unordered_map<std::uint32_t, Tensor> written_out;
};

}  // namespace ricci::runtime
