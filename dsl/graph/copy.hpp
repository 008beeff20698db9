/// A fresh graph of what some roots need and no more: how dead definitions are dropped and how what is asked for
/// together is set apart to be optimised together.
#pragma once

#include "dsl/graph/traverse.hpp"

namespace ricci::dsl {

using Copied = Rebuilt;

constexpr Copied copy_reachable(const Graph& from, std::span<const NodeId> roots) {
  return rebuild(from, roots, [](Graph&, NodeId node) { return node; });
}

}  // namespace ricci::dsl
