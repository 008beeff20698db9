/// The order in which tensor nodes are computed: what a node needs before the node itself, from a stack of our own, so
/// that a chain of 100,000 definitions is as good as one. Only what is needed and has no value yet is computed.
#pragma once

#include "runtime/evaluation.hpp"
#include "runtime/kernels/reference/tensor_rules.hpp"

namespace ricci::runtime::reference {

template <class Scalars>
class Evaluator {
 public:
  explicit Evaluator(Evaluation& evaluation)
      : evaluation_(evaluation),
        graph_(evaluation.graph),
        work_(evaluation.graph, evaluation.seed),
        seen_(evaluation.graph.size()) {}

  void compute(NodeId root) {
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
      const NodeId id = stack.back();
      const std::size_t before = stack.size();
      if (!known(id))
        for (NodeId needed : needs_of(id))
          if (!known(needed)) stack.push_back(needed);
      if (stack.size() > before) continue;
      if (!known(id)) run(id);
      stack.pop_back();
    }
  }

  Block<Scalars> sample(NodeId tensor, std::span<const Extents> points) {
    for (NodeId needed : needs_of(tensor)) compute(needed);
    const dsl::Vec<IndexId> axes = graph_.bound(tensor);
    auto out = Block<Scalars>::make(graph_.dtype(tensor), {static_cast<std::int64_t>(points.size())});
    with_scalar<Scalars>(out.dtype, [&](auto zero) {
      using T = decltype(zero);
      for (std::size_t at = 0; at < points.size(); ++at) {
        for (std::size_t axis = 0; axis < axes.size(); ++axis) work_.elements.set_index(axes[axis], points[at][axis]);
        out.template as<T>()[at] = work_.elements.template at<T>(graph_.operand(tensor, 0));
      }
    });
    return out;
  }

 private:
  /// Whether a node has its value; one that the evaluation has is taken over.
  bool known(NodeId id) {
    if (work_.tensors.contains(id.at) || work_.results.contains(id.at)) return true;
    if (const Value* value = evaluation_.find(id)) {
      work_.tensors.emplace(id.at, held_of<Scalars>(*value));
      return true;
    }
    const auto results = evaluation_.results.find(id.at);
    if (results == evaluation_.results.end()) return false;
    std::vector<Held<Scalars>>& parts = work_.results[id.at];
    for (const Value& value : results->second) parts.push_back(held_of<Scalars>(value));
    return true;
  }

  /// The tensor nodes that a tensor node reads: its operands, and those accessed anywhere in its elements.
  std::vector<NodeId> needs_of(NodeId id) {
    ++search_;
    std::vector<NodeId> needs;
    std::vector<NodeId> left{id};
    while (!left.empty()) {
      const NodeId from = left.back();
      left.pop_back();
      for (NodeId operand : graph_.operands(from)) {
        if (seen_[operand.at] == search_) continue;
        seen_[operand.at] = search_;
        (dsl::is_tensor(graph_.op(operand)) ? needs : left).push_back(operand);
      }
    }
    return needs;
  }

  void run(NodeId id) {
    check_interrupt();
    if (is_decomposition(graph_.op(id))) {
      const std::vector<Held<Scalars>>& parts = work_.results[id.at] =
          matrix_function(graph_.op(id), work_.dense_operand(id, 0));
      for (const Held<Scalars>& part : parts) evaluation_.results[id.at].push_back(value_of(part));
      return;
    }
    const Held<Scalars> value = as_declared(id, function_of(tensor_rule_table<Scalars>, graph_, id)(work_, id));
    evaluation_.values.emplace(id.at, value_of(value));
    work_.tensors.emplace(id.at, value);
  }

  /// The value in the node's dtype, and sparse if and only if the node is.
  Held<Scalars> as_declared(NodeId id, Held<Scalars> value) const {
    const dsl::Node& node = graph_[id];
    const auto shape = graph_.shape(id);
    if (value.shape() != Extents(shape.begin(), shape.end()))
      fail(dsl::Fault::internal, std::string(dsl::row(node.op).spelling) + " has another shape than its node says");
    value.elements = converted<Scalars>(value.elements, node.dtype);
    if (value.sparse() && !node.sparse) return {dense_block(value), nullptr};
    if (!value.sparse() && node.sparse && node.rank == 2) return to_sparse(value.elements);
    return value;
  }

  Evaluation& evaluation_;
  const Graph& graph_;
  Work<Scalars> work_;
  std::vector<std::uint32_t> seen_;  // the search in which a node was met last
  std::uint32_t search_ = 0;
};

}  // namespace ricci::runtime::reference
