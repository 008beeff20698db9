/// A fresh graph of what some roots still need: nodes that have a value already become inputs, and what only they
/// needed is left behind. This is what an evaluation works on.
#pragma once

#include "dsl/graph/traverse.hpp"

namespace ricci::dsl {

/// As copy_reachable, but stops at nodes for which `valued(node)` holds: they become inputs of the new graph.
template <typename Valued>
constexpr Rebuilt detach(const Graph& from, std::span<const NodeId> roots, Valued valued) {
  std::uint32_t end = 0;
  for (NodeId root : roots)
    if (root.at >= end) end = root.at + 1;
  Vec<char> needed(end, 0);
  for (NodeId root : roots) needed[root.at] = 1;
  for (std::uint32_t at = end; at-- > 0;) {
    if (needed[at] == 0 || valued(NodeId{at})) continue;
    for (NodeId operand : from.operands(NodeId{at})) needed[operand.at] = 1;
  }
  Vec<NodeId> kept;
  for (std::uint32_t at = 0; at < end; ++at)
    if (needed[at] != 0) kept.push_back(NodeId{at});
  Rebuilt out;
  detail::Carrier carrier(from, out, kept);
  for (NodeId id : kept) {
    if (!valued(id)) {
      out.nodes[id.at] = carrier.carry(id);
      continue;
    }
    const auto shape = from.shape(id);
    const Str name = from.op(id) == Op::input ? from.input_of(id).name : Str("kept");
    out.nodes[id.at] = out.graph.input(
        Input{name, from.dtype(id), Vec<std::int64_t>(shape.data(), shape.data() + shape.size()), from[id].sparse});
  }
  for (NodeId root : roots) out.roots.push_back(out.nodes[root.at]);
  return out;
}

}  // namespace ricci::dsl
