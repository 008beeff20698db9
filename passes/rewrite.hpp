/// How every pass is written: the graph is built anew, operands first, and the pass says of each node what stands in
/// its place. As dsl::rebuild, but the pass also sees the node that it was: what it has found out about the graph as a
/// whole stands under the old ids.
#pragma once

#include "dsl/graph/traverse.hpp"

namespace ricci::passes {

using dsl::DType;
using dsl::Graph;
using dsl::IndexId;
using dsl::NodeId;
using dsl::Op;
using dsl::Rebuilt;
using dsl::Vec;

template <typename T>
constexpr std::span<const T> span_of(const Vec<T>& items) {
  return {items.data(), items.size()};
}

/// `f(Graph& out, NodeId made, NodeId old)` returns `made` (the old node over what its operands have become) or what
/// stands in its place: an element over the same free indices at most, or a tensor of the same shape.
template <typename F>
constexpr Rebuilt rewrite(const Graph& in, std::span<const NodeId> roots, F f) {
  Rebuilt out;
  const Vec<NodeId> needed = dsl::reachable(in, roots);
  dsl::detail::Carrier carrier(in, out, needed);
  for (NodeId id : needed) out.nodes[id.at] = f(out.graph, carrier.carry(id), id);
  for (NodeId root : roots) out.roots.push_back(out.nodes[root.at]);
  return out;
}

/// One rewriting after another, as one.
constexpr Rebuilt then(const Rebuilt& first, Rebuilt second) {
  Vec<NodeId> nodes;
  nodes.reserve(first.nodes.size());
  for (NodeId node : first.nodes) nodes.push_back(node.valid() ? second.nodes[node.at] : NodeId{});
  Vec<std::uint32_t> slots;
  for (std::uint32_t slot : first.input_slots)
    slots.push_back(slot == Rebuilt::dropped ? slot : second.input_slots[slot]);
  second.nodes = std::move(nodes);
  second.input_slots = std::move(slots);
  return second;
}

/// `root` with nodes replaced by others over the same free indices, also below binders; not inside other tensors.
constexpr NodeId with_replaced(Graph& graph, NodeId root, const dsl::IdMap& by) {
  dsl::IdMap done;
  Vec<NodeId> open{root};
  while (!open.empty()) {
    const NodeId id = open.back();
    if (done.find(id).valid()) {
      open.pop_back();
      continue;
    }
    if (by.find(id).valid() || dsl::is_tensor(graph.op(id))) {
      done.set(id, by.find(id).valid() ? by.find(id) : id);
      continue;
    }
    const std::size_t before = open.size();
    for (NodeId own : graph.operands(id))
      if (!done.find(own).valid()) open.push_back(own);
    if (open.size() != before) continue;
    Vec<NodeId> over;
    bool same = true;
    for (NodeId own : graph.operands(id)) {
      over.push_back(done.find(own));
      same = same && over.back() == own;
    }
    if (same)
      done.set(id, id);
    else if (graph.binds(id))
      done.set(id, graph.rebind(id, graph.dtype(id), over[0], graph.bound(id)));
    else
      done.set(id, graph.add(graph.op(id), graph.dtype(id), span_of(over), graph.ints(id)));
  }
  return done.find(root);
}

}  // namespace ricci::passes
