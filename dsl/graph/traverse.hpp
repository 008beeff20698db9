/// Walking over what some roots need, and building a graph anew node by node: how every pass is written. Operands come
/// before their users, so that a walk is a loop over ascending ids and no depth of graph needs recursion.
#pragma once

#include <span>

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

/// The nodes that the roots need, themselves included, operands first.
constexpr Vec<NodeId> reachable(const Graph& graph, std::span<const NodeId> roots) {
  std::uint32_t end = 0;
  for (NodeId root : roots)
    if (root.at >= end) end = root.at + 1;
  Vec<char> needed(end, 0);
  for (NodeId root : roots) needed[root.at] = 1;
  std::size_t count = 0;
  for (std::uint32_t at = end; at-- > 0;) {
    if (needed[at] == 0) continue;
    ++count;
    for (NodeId operand : graph.operands(NodeId{at})) needed[operand.at] = 1;
  }
  Vec<NodeId> out;
  out.reserve(count);
  for (std::uint32_t at = 0; at < end; ++at)
    if (needed[at] != 0) out.push_back(NodeId{at});
  return out;
}

/// How often each node is an operand of nodes that the roots need, by id; being a root does not count.
constexpr Vec<std::uint32_t> users(const Graph& graph, std::span<const NodeId> roots) {
  Vec<std::uint32_t> out(graph.size(), 0U);
  for (NodeId id : reachable(graph, roots))
    for (NodeId operand : graph.operands(id)) ++out[operand.at];
  return out;
}

/// A graph made of another, and where everything has gone.
struct Rebuilt {
  static constexpr std::uint32_t dropped = 0xffffffffU;

  Graph graph;
  Vec<NodeId> roots;               // as the roots that were asked for
  Vec<NodeId> nodes;               // by old id; invalid where no root needed it
  Vec<std::uint32_t> input_slots;  // by old slot; `dropped` where no root needed it
};

namespace detail {

/// Carries nodes of one graph over into another, where their operands already are.
class Carrier {
 public:
  constexpr Carrier(const Graph& from, Rebuilt& to, const Vec<NodeId>& needed) : from_(from), to_(to) {
    to.nodes = Vec<NodeId>(from.size());
    to.input_slots = Vec<std::uint32_t>(from.inputs().size(), Rebuilt::dropped);
    indices_ = Vec<IndexId>(from.index_count());
    Vec<char> used(from.index_count(), 0);
    for (NodeId id : needed)
      if (from.op(id) == Op::index) used[static_cast<std::size_t>(from.attribute(id, 0))] = 1;
    // Open indices keep their order, by which the terms of affine forms are sorted.
    for (std::uint32_t at = 0; at < used.size(); ++at) {
      const Index& index = from.index(IndexId{at});
      if (used[at] != 0 && index.open()) indices_[at] = to.graph.open_index(index.name, index.extent);
    }
  }

  constexpr NodeId carry(NodeId id) {
    const Node& node = from_[id];
    Graph& out = to_.graph;
    Vec<NodeId> operands;
    for (NodeId operand : from_.operands(id)) operands.push_back(to_.nodes[operand.at]);
    const std::span<const NodeId> over(operands.data(), operands.size());
    if (node.op == Op::index) return out.index_value(index(from_.attribute(id, 0)));
    if (node.op == Op::input) return input(id);
    if (node.op == Op::affine) return out.linear(from_.attribute(id, 0), over, from_.ints(id).subspan(1));
    if (!from_.binds(id)) return out.add(node.op, node.dtype, over, from_.ints(id), from_.shape(id), node.sparse);
    Vec<IndexId> bound;
    for (IndexId own : from_.bound(id)) bound.push_back(index(own.at));
    const std::span<const std::int64_t> leading = from_.ints(id).first(Graph::leading_ints(node.op));
    return out.bind(node.op, node.dtype, operands[0], std::move(bound),
                    Vec<std::int64_t>(leading.data(), leading.data() + leading.size()), node.sparse);
  }

 private:
  constexpr IndexId index(std::int64_t old) {
    IndexId& known = indices_[static_cast<std::size_t>(old)];
    if (known == IndexId{}) {
      const Index& index = from_.index(IndexId{static_cast<std::uint32_t>(old)});
      known = to_.graph.canonical_index(index.level, index.extent, index.name);
    }
    return known;
  }
  constexpr NodeId input(NodeId id) {
    std::uint32_t& slot = to_.input_slots[static_cast<std::size_t>(from_.attribute(id, 0))];
    if (slot == Rebuilt::dropped) {
      slot = static_cast<std::uint32_t>(to_.graph.inputs().size());
      return to_.graph.input(from_.input_of(id));
    }
    const std::int64_t same = slot;
    return to_.graph.add(Op::input, from_.dtype(id), {}, std::span(&same, 1), from_.shape(id), from_[id].sparse);
  }

  const Graph& from_;
  Rebuilt& to_;
  Vec<IndexId> indices_;
};

}  // namespace detail

/// Builds what the roots need anew: `f(Graph& out, NodeId node)` sees each node, operands first, in the new graph and
/// over what its operands have become, and returns it or what stands in its place.
///
/// Below a binder `f` sees the body unopened: bound indices are free canonical ones there, and may be used in what is
/// returned. Binders that come to need other levels get them; out.open(node) and out.rebind look below where needed.
/// Nodes that `f` has replaced stay behind unreachable: copy_reachable drops them.
template <typename F>
constexpr Rebuilt rebuild(const Graph& in, std::span<const NodeId> roots, F f) {
  Rebuilt out;
  const Vec<NodeId> needed = reachable(in, roots);
  detail::Carrier carrier(in, out, needed);
  for (NodeId id : needed) out.nodes[id.at] = f(out.graph, carrier.carry(id));
  for (NodeId root : roots) out.roots.push_back(out.nodes[root.at]);
  return out;
}

}  // namespace ricci::dsl
