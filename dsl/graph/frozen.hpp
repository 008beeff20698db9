/// A small graph as a structural constant: what a compiler turns into loops. It holds no names, so that renamed copies
/// of one formula are one constant, and its indices and tensors are numbered from 0.
///
/// Extents of indices are either true (`exact`), or classes: numbers that stand for extents which are known at the
/// call, equal where the formula wants them equal. Which of both is the maker's to say; here they are only carried.
#pragma once

#include <array>
#include <cstdint>

#include "dsl/graph/traverse.hpp"

namespace ricci::dsl {

inline constexpr std::int64_t first_class = 101;  // class n is written as this extent and n more

struct FrozenNode {
  Op op = Op::constant;
  DType dtype = DType::f64;
  std::array<int, 3> operands{-1, -1, -1};  // nodes; of an access the tensor
  int first = 0;                            // in `pool`: of a binder its indices, of an access its entries' indices
  int count = 0;
  int shape = 0;           // in `pool`: of a tensor its extents
  int rank = 0;            // of a tensor
  int slot = 0;            // of an input: which one; of an access: its number among accesses
  std::uint64_t bits = 0;  // of a constant; of an index its number
};

/// The graph of one root, operands first; the last node is the root. Not sound: something in it has no place here.
struct FrozenParts {
  bool sound = false;
  Vec<FrozenNode> nodes;
  Vec<std::int64_t> pool;
  Vec<std::int64_t> extents;  // by index
  int accesses = 0;
};

namespace detail {

constexpr bool freezes(Op op) {
  using enum Op;
  for (Op own : {constant, index,   access, add,       subtract, multiply,   divide,      power,      negate,
                 minimum,  maximum, equal,  not_equal, less,     less_equal, logical_and, logical_or, logical_not,
                 guard,    cast,    exp,    sqrt,      abs,      sum,        input,       tensor,     solve})
    if (own == op) return true;
  return false;
}

class Freezer {
 public:
  constexpr explicit Freezer(const Graph& graph) : graph_(graph), known_(graph.size(), -1) {}

  constexpr FrozenParts freeze(NodeId root) {
    out_.sound = true;
    const NodeId roots[] = {root};
    for (NodeId id : reachable(graph_, roots)) {
      add(id);
      if (!out_.sound) break;
      known_[id.at] = static_cast<int>(out_.nodes.size()) - 1;
    }
    return std::move(out_);
  }

 private:
  constexpr int ordinal(std::int64_t index) {
    for (std::size_t at = 0; at < indices_.size(); ++at)
      if (indices_[at] == index) return static_cast<int>(at);
    indices_.push_back(index);
    out_.extents.push_back(graph_.extent(IndexId{static_cast<std::uint32_t>(index)}));
    return static_cast<int>(indices_.size()) - 1;
  }
  constexpr void add(NodeId id) {
    const Op op = graph_.op(id);
    FrozenNode made{.op = op, .dtype = graph_.dtype(id), .first = static_cast<int>(out_.pool.size())};
    const bool numbers = made.dtype == DType::f64 || made.dtype == DType::i64 || made.dtype == DType::boolean;
    if (!freezes(op) || !numbers || graph_[id].sparse) return void(out_.sound = false);
    const std::span<const NodeId> operands = graph_.operands(id);
    const std::size_t nodes = op == Op::access ? 1 : operands.size();
    for (std::size_t at = 0; at < nodes; ++at) made.operands[at] = known_[operands[at].at];
    if (op == Op::constant) made.bits = static_cast<std::uint64_t>(graph_.attribute(id, 0));
    if (op == Op::index) made.bits = static_cast<std::uint64_t>(ordinal(graph_.attribute(id, 0)));
    if (op == Op::input) made.slot = static_cast<int>(graph_.attribute(id, 0));
    if (op == Op::solve && graph_.attribute(id, 0) != 1) return void(out_.sound = false);
    if (op == Op::access) {
      made.slot = out_.accesses++;
      for (NodeId entry : operands.subspan(1)) {
        if (graph_.op(entry) != Op::index) return void(out_.sound = false);
        out_.pool.push_back(ordinal(graph_.attribute(entry, 0)));
      }
    }
    if (graph_.binds(id))
      for (IndexId index : graph_.bound(id)) out_.pool.push_back(ordinal(index.at));
    made.count = static_cast<int>(out_.pool.size()) - made.first;
    made.shape = static_cast<int>(out_.pool.size());
    for (std::int64_t extent : graph_.shape(id)) out_.pool.push_back(extent);
    made.rank = static_cast<int>(graph_.shape(id).size());
    out_.nodes.push_back(made);
  }

  const Graph& graph_;
  Vec<int> known_;
  Vec<std::int64_t> indices_;
  FrozenParts out_;
};

}  // namespace detail

constexpr FrozenParts freeze(const Graph& graph, NodeId root) { return detail::Freezer(graph).freeze(root); }

/// The parts in arrays of their own sizes: a template argument.
template <int Nodes, int Pool, int Indices>
struct Frozen {
  std::array<FrozenNode, Nodes> nodes{};
  std::array<std::int64_t, Pool> pool{};
  std::array<std::int64_t, Indices> extents{};
  int accesses = 0;
  bool exact = false;

  static constexpr int root = Nodes - 1;
  static constexpr int indices = Indices;
  /// Whether node `id` changes with index `index`.
  constexpr bool depends(int id, int index) const {
    const FrozenNode& node = nodes[static_cast<std::size_t>(id)];
    if (node.op == Op::index) return static_cast<int>(node.bits) == index;
    if (node.op == Op::input || node.op == Op::constant) return false;
    if (node.op == Op::access) {
      for (int at = 0; at < node.count; ++at)
        if (pool[static_cast<std::size_t>(node.first + at)] == index) return true;
      return false;
    }
    for (int operand : node.operands)
      if (operand >= 0 && depends(operand, index)) return true;
    return false;
  }
};

/// The parts in arrays that are large enough for all: what one evaluation in the compiler leaves, from which the arrays
/// of the right sizes are cut. Parts that do not fit are not sound.
struct FrozenBox {
  static constexpr std::size_t most_nodes = 96;
  static constexpr std::size_t most_pool = 256;
  static constexpr std::size_t most_indices = 32;
  static constexpr std::size_t most_axes = 64;

  bool sound = false;
  int node_count = 0;
  int pool_count = 0;
  int index_count = 0;
  int accesses = 0;
  std::array<FrozenNode, most_nodes> nodes{};
  std::array<std::int64_t, most_pool> pool{};
  std::array<std::int64_t, most_indices> extents{};
  std::array<std::int64_t, most_axes> classes{};  // of the arguments' axes, one after the other

  template <int Nodes, int Pool, int Indices>
  constexpr Frozen<Nodes, Pool, Indices> cut(bool exact) const {
    Frozen<Nodes, Pool, Indices> out;
    for (std::size_t at = 0; at < out.nodes.size(); ++at) out.nodes[at] = nodes[at];
    for (std::size_t at = 0; at < out.pool.size(); ++at) out.pool[at] = pool[at];
    for (std::size_t at = 0; at < out.extents.size(); ++at) out.extents[at] = extents[at];
    out.accesses = accesses;
    out.exact = exact;
    return out;
  }
};

constexpr FrozenBox boxed(const FrozenParts& parts, const Vec<Vec<std::int64_t>>& classes = {}) {
  FrozenBox out;
  std::size_t axes = 0;
  for (const Vec<std::int64_t>& own : classes) axes += own.size();
  out.sound = parts.sound && parts.nodes.size() <= FrozenBox::most_nodes && parts.pool.size() <= FrozenBox::most_pool &&
              parts.extents.size() <= FrozenBox::most_indices && axes <= FrozenBox::most_axes;
  if (!out.sound) return out;
  out.node_count = static_cast<int>(parts.nodes.size());
  out.pool_count = static_cast<int>(parts.pool.size());
  out.index_count = static_cast<int>(parts.extents.size());
  out.accesses = parts.accesses;
  for (std::size_t at = 0; at < parts.nodes.size(); ++at) out.nodes[at] = parts.nodes[at];
  for (std::size_t at = 0; at < parts.pool.size(); ++at) out.pool[at] = parts.pool[at];
  for (std::size_t at = 0; at < parts.extents.size(); ++at) out.extents[at] = parts.extents[at];
  axes = 0;
  for (const Vec<std::int64_t>& own : classes)
    for (std::int64_t of : own) out.classes[axes++] = of;
  return out;
}

}  // namespace ricci::dsl
