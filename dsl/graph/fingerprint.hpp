/// Whether two graphs are one: a number for what roots mean, the same for the same nodes in whatever order a graph
/// holds them. Passes that undo each other are noticed by it, and what has been judged already is not judged again.
#pragma once

#include <cstdint>
#include <span>

#include "dsl/graph/traverse.hpp"

namespace ricci::dsl {

class Fingerprint {
 public:
  /// `slots`: for each input of the graph, the number that it is known by.
  constexpr Fingerprint(const Graph& graph, std::span<const std::uint32_t> slots)
      : graph_(graph), slots_(slots), of_(graph.size(), std::uint64_t{0}) {}

  constexpr std::uint64_t operator()(const Vec<NodeId>& roots) {
    for (NodeId id : reachable(graph_, {roots.data(), roots.size()})) of_[id.at] = number(id);
    std::uint64_t out = roots.size();
    for (NodeId root : roots) mix(out, of_[root.at]);
    return out;
  }

 private:
  static constexpr void mix(std::uint64_t& into, std::uint64_t more) {  // the finalizer of splitmix64
    into = (into ^ more) + 0x9e3779b97f4a7c15U;
    into = (into ^ (into >> 30U)) * 0xbf58476d1ce4e5b9U;
    into = (into ^ (into >> 27U)) * 0x94d049bb133111ebU;
    into ^= into >> 31U;
  }
  constexpr std::uint64_t number(NodeId id) const {
    const Node& node = graph_[id];
    std::uint64_t out = static_cast<std::uint64_t>(node.op) << 16U | static_cast<std::uint64_t>(node.dtype) << 8U |
                        (node.sparse ? 1U : 0U);
    for (std::int64_t extent : graph_.shape(id)) mix(out, static_cast<std::uint64_t>(extent));
    if (node.op == Op::input) {
      mix(out, slots_[static_cast<std::size_t>(graph_.attribute(id, 0))]);
      return out;
    }
    const auto ints = graph_.ints(id);
    const std::size_t plain = node.op == Op::index ? 0 : graph_.binds(id) ? Graph::leading_ints(node.op) : ints.size();
    for (std::size_t at = 0; at < ints.size(); ++at) {
      if (at < plain) {
        mix(out, static_cast<std::uint64_t>(ints[at]));
        continue;
      }
      const auto& index = graph_.index(IndexId{static_cast<std::uint32_t>(ints[at])});
      mix(out, index.level);
      mix(out, static_cast<std::uint64_t>(index.extent));
    }
    for (NodeId operand : graph_.operands(id)) mix(out, of_[operand.at]);
    return out;
  }

  const Graph& graph_;
  std::span<const std::uint32_t> slots_;
  Vec<std::uint64_t> of_;
};

}  // namespace ricci::dsl
