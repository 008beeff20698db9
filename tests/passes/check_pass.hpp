// CHECK_PASS(pass, "statements", "sizes", "the last value after the pass"): what a pass makes of a program. The result
// is verified, and the pass has to find nothing more to do in it.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/verify.hpp"
#include "passes/fold.hpp"
#include "passes/inline_definitions.hpp"
#include "passes/pipeline.hpp"
#include "tests/passes/statements.hpp"

namespace check_pass {
using namespace ricci::dsl;
using ricci::passes::Notes;

constexpr std::span<const NodeId> all(const Vec<NodeId>& nodes) { return {nodes.data(), nodes.size()}; }

/// Every pass of -O2, as the pipeline runs them.
inline Rebuilt everything(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  ricci::passes::Work work{graph, roots, {}, {}};
  for (std::uint32_t at = 0; at < graph.size(); ++at) work.nodes.push_back(NodeId{at});
  ricci::passes::optimize(work, {});
  for (const ricci::passes::PassReport& report : work.reports) notes.fired += report.fired;
  return {std::move(work.graph), work.roots, work.nodes, {}};
}

/// A pass where it stands: after definitions have met, and tidied up behind.
template <auto pass>
Rebuilt folded(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  using ricci::passes::then;
  Notes before;
  Rebuilt out = ricci::passes::fold(graph, roots, before);
  out = then(out, ricci::passes::inline_definitions(out.graph, out.roots, before));
  out = then(out, ricci::passes::fold(out.graph, out.roots, before));
  out = then(out, pass(out.graph, out.roots, notes));
  return then(out, ricci::passes::fold(out.graph, out.roots, before));
}

template <typename Pass>
std::string after(Pass pass, std::string_view text, std::string_view sizes) {
  const statements::Sheet sheet(text, sizes);
  if (!sheet.faults.empty()) return "does not compile: " + std::string(sheet.faults[0].message.view());
  const Vec<NodeId> roots{sheet.last()};
  Notes notes;
  const Rebuilt once = pass(sheet.graph, roots, notes);
  if (const auto fault = verify(once.graph, all(once.roots)))
    return "breaks a rule: " + std::string(fault->message.view());
  Notes again;
  const Rebuilt twice = pass(once.graph, once.roots, again);
  std::string first(print_expression(once.graph, once.roots[0]).view());
  const std::string second(print_expression(twice.graph, twice.roots[0]).view());
  return first == second ? first : "not idempotent:\n" + first + "\n" + second;
}

inline std::string before(std::string_view text, std::string_view sizes) {
  return after([](const Graph& graph, const Vec<NodeId>& roots, Notes&) { return copy_reachable(graph, all(roots)); },
               text, sizes);
}

}  // namespace check_pass

#define CHECK_PASS(pass, text, sizes, expected) CHECK(check_pass::after(pass, text, sizes) == std::string(expected))
#define CHECK_UNCHANGED(pass, text, sizes) \
  CHECK(check_pass::after(pass, text, sizes) == check_pass::before(text, sizes))
