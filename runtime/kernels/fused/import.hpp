/// Reads a tensor node's body out of the graph into a Kernel: one rule a sort of node.
#pragma once

#include <unordered_map>

#include "runtime/kernels/fused/expr.hpp"

namespace ricci::runtime::fused {

class Importer {
 public:
  Importer(const Graph& graph, const Layouts& layouts, Kernel& kernel)
      : graph_(graph), layouts_(layouts), kernel_(kernel), memos_(1) {}

  VarId variable_of(std::int64_t index);
  /// The number that an element node stands for, in the node's own dtype.
  ExprId element(NodeId id);
  ExprId element_as(NodeId id, DType dtype) { return kernel_.cast(element(id), dtype); }

 private:
  ExprId imported(NodeId id);
  ExprId elementwise(NodeId id);
  ExprId part(NodeId id);
  ExprId power(NodeId id);
  ExprId draw(NodeId id);
  ExprId distance(NodeId id);
  ExprId row_number(NodeId tensor, std::span<const NodeId> shared, std::span<const NodeId> entries);

  // accesses (import_access.cpp)
  std::optional<Affine> affine_of(NodeId entry);
  ExprId entry_number(NodeId entry);
  ExprId access(NodeId id);
  ExprId lookup(NodeId id, std::uint32_t slot);
  ExprId element_at(NodeId id, std::uint32_t slot, bool clamp_pads);
  void add_entry(Expr& load, NodeId id, std::size_t axis, bool clamp_pads);
  ExprId checked(NodeId access, std::size_t axis);
  ExprId inside_pads(NodeId access);
  bool simple_pads(NodeId access);
  std::uint32_t slot_of(NodeId tensor);

  // reductions (import_reduce.cpp)
  ExprId reduction(NodeId id);
  ExprId sum_of(NodeId id, DType dtype);
  ExprId mean(NodeId id);
  ExprId position(NodeId id);
  ExprId logsumexp(NodeId id);
  ExprId norm(NodeId id);
  ExprId norm_by_largest(NodeId id);
  ExprId variance(NodeId id);
  ExprId largest_part(ExprId body, const std::vector<VarId>& bound);
  ExprId squared_magnitude(ExprId x);
  std::vector<VarId> bound_of(NodeId id);
  std::int64_t points_of(NodeId id) const;
  /// The body with fresh variables for the bound ones; the fresh ones are put into `bound`.
  ExprId twin_body(NodeId id, std::vector<VarId>& bound);

  const Graph& graph_;
  const Layouts& layouts_;
  Kernel& kernel_;
  std::unordered_map<std::int64_t, VarId> variables_;             // by canonical index
  std::unordered_map<std::int64_t, VarId> twins_;                 // the same, under a second name
  std::vector<std::unordered_map<std::uint32_t, ExprId>> memos_;  // one for each renaming in force
  std::unordered_map<std::uint32_t, std::uint32_t> slots_;        // by tensor node
};

}  // namespace ricci::runtime::fused
