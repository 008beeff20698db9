/// The relaxed rules of rules/table.hpp: small whole powers are products, x^-1 a quotient.
/// What becomes true here: pow is called where nothing cheaper comes within a few units in the last place.
#pragma once

#include "passes/notes.hpp"
#include "passes/rules/table.hpp"

namespace ricci::passes {

constexpr Rebuilt relax(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    const rules::Applied done = rules::applied(rules::relaxed, out, made);
    if (!done.node.valid()) return made;
    notes.fire(in, "simplified", old, done.rule->written);
    return done.node;
  });
}

}  // namespace ricci::passes
