/// The value of an element node at a point: the walk over the graph. What a node means is a rule (element_rules.hpp);
/// here is only when it is computed.
/// A node's number is kept until one of its free indices moves. So what does not depend on a loop is computed once
/// before it, shared nodes are computed once, and neither depth nor sharing costs more than the number of nodes.
/// Operands are computed from a stack of our own: no expression is too deep.
#pragma once

#include <cstring>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "dsl/graph/graph.hpp"
#include "runtime/kernels/reference/block.hpp"
#include "runtime/kernels/reference/function_tables.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::reference {

using dsl::Graph;
using dsl::IndexId;
using dsl::NodeId;

/// The tensors that element nodes may read, by node.
template <class Scalars>
using Tensors = std::unordered_map<std::uint32_t, Held<Scalars>>;

template <class Scalars>
class Elements {
 public:
  Elements(const Graph& graph_in, const Tensors<Scalars>& tensors_in, std::optional<std::uint64_t> seed_in)
      : graph(graph_in),
        tensors(tensors_in),
        seed(seed_in),
        index_values_(graph_in.index_count()),
        moved_(graph_in.index_count()),
        cells_(graph_in.size()) {}

  const Graph& graph;
  const Tensors<Scalars>& tensors;
  const std::optional<std::uint64_t> seed;  // in place of every draw's own

  const Held<Scalars>& tensor(NodeId id) const { return tensors.at(id.at); }

  std::int64_t index_value(IndexId index) const { return index_values_[index.at]; }
  void set_index(IndexId index, std::int64_t value) {
    index_values_[index.at] = value;
    moved_[index.at] = ++clock_;
  }

  /// Calls visit() with the indices at each point of their ranges, row-major. No index: one point.
  template <class F>
  void for_each_point(std::span<const IndexId> indices, F&& visit) {
    for (IndexId index : indices)
      if (graph.extent(index) == 0) return;
    for (IndexId index : indices) set_index(index, 0);
    for (;;) {
      visit();
      std::size_t axis = indices.size();
      while (axis > 0 && index_value(indices[axis - 1]) + 1 == graph.extent(indices[axis - 1]))
        set_index(indices[--axis], 0);
      if (axis == 0) return;
      set_index(indices[axis - 1], index_value(indices[axis - 1]) + 1);
    }
  }

  /// The number at the present point, as a T (converted where the node's dtype is another).
  template <class T>
  T at(NodeId id) {
    bring_up_to_date(id);
    return value<T>(id);
  }

  /// The same for a node that is up to date, as the operands of a rule are.
  template <class T>
  T value(NodeId id) const {
    return with_scalar<Scalars>(graph.dtype(id), [&](auto zero) { return convert<T>(load<decltype(zero)>(id)); });
  }
  template <class T>
  T operand(NodeId id, std::size_t which) const {
    return value<T>(graph.operand(id, which));
  }

  bool current(NodeId id) const {
    const std::uint64_t made = cells_[id.at].made;
    if (made == 0) return false;
    for (IndexId index : graph.free(id))
      if (moved_[index.at] > made) return false;
    return true;
  }

 private:
  struct Cell {
    std::uint64_t made = 0;  // by the clock; 0: never
    alignas(std::complex<typename Scalars::f64>) std::byte bytes[sizeof(std::complex<typename Scalars::f64>)];
  };

  template <class T>
  T load(NodeId id) const {
    T out;
    std::memcpy(&out, cells_[id.at].bytes, sizeof out);
    return out;
  }

  void bring_up_to_date(NodeId root) {
    const std::size_t base = stack_.size();
    stack_.push_back(root);
    while (stack_.size() > base) {
      const NodeId id = stack_.back();
      const NodeId first = current(id) ? NodeId{} : awaited(id);
      if (first.valid()) {
        stack_.push_back(first);
        continue;
      }
      if (!current(id)) compute(id);
      stack_.pop_back();
    }
  }

  /// An operand that has to be computed before the node can be, if there is one.
  NodeId awaited(NodeId id) const;
  NodeId awaited_among(std::span<const NodeId> operands) const;
  NodeId awaited_of_access(NodeId id) const;
  void compute(NodeId id);

  std::vector<std::int64_t> index_values_;
  std::vector<std::uint64_t> moved_;  // when an index was last set
  std::vector<Cell> cells_;
  std::vector<NodeId> stack_;
  std::uint64_t clock_ = 1;
  std::uint32_t since_check_ = 0;
};

/// Whether some padded entry of an access stands outside its axis. Its entries must be up to date.
template <class Scalars>
bool outside_padding(const Elements<Scalars>& elements, NodeId access) {
  for (NodeId entry : elements.graph.operands(access).subspan(1)) {
    if (elements.graph.op(entry) != Op::pad) continue;
    const auto at = elements.template value<std::int64_t>(entry);
    if (at < 0 || at >= elements.graph.attribute(entry, 0)) return true;
  }
  return false;
}

template <class Scalars>
NodeId Elements<Scalars>::awaited_among(std::span<const NodeId> operands) const {
  for (NodeId operand : operands)
    if (!dsl::is_tensor(graph.op(operand)) && !current(operand)) return operand;
  return {};
}

/// Padded entries come first: outside them nothing else is looked at.
template <class Scalars>
NodeId Elements<Scalars>::awaited_of_access(NodeId id) const {
  const auto entries = graph.operands(id).subspan(1);
  for (NodeId entry : entries)
    if (graph.op(entry) == Op::pad && !current(entry)) return entry;
  return outside_padding(*this, id) ? NodeId{} : awaited_among(entries);
}

template <class Scalars>
NodeId Elements<Scalars>::awaited(NodeId id) const {
  const auto operands = graph.operands(id);
  const Op op = graph.op(id);
  if (dsl::is_reduce(op)) return {};  // its rule moves the bound indices and asks for the body at each point
  if (op == Op::access || op == Op::stored) return awaited_of_access(id);
  if (op != Op::guard && op != Op::where) return awaited_among(operands);
  if (!current(operands[0])) return operands[0];
  if (value<bool>(operands[0])) return awaited_among(operands.subspan(1, 1));
  return op == Op::where ? awaited_among(operands.subspan(2, 1)) : NodeId{};
}

}  // namespace ricci::runtime::reference
