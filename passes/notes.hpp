/// What a pass says about itself: how often it fired, and one sentence for each firing or notable refusal. Fixed in
/// number, so that a graph of ten thousand definitions explains itself in a page.
#pragma once

#include "dsl/graph/expression.hpp"

namespace ricci::passes {

struct Notes {
  static constexpr std::size_t most_sentences = 24;
  static constexpr std::size_t longest_expression = 80;

  int fired = 0;
  dsl::Vec<dsl::Str> why;

  constexpr bool full() const { return why.size() >= most_sentences; }
  /// The pass changed something: `what` the change was, `node` where.
  constexpr void fire(const dsl::Graph& graph, std::string_view what, dsl::NodeId node, std::string_view reason) {
    ++fired;
    say(graph, what, node, reason);
  }
  constexpr void say(const dsl::Graph& graph, std::string_view what, dsl::NodeId node, std::string_view reason) {
    if (full()) return;
    dsl::Str line(what);
    line += " `";
    line += dsl::print_expression(graph, node, longest_expression).view();
    line += "`: ";
    line += reason;
    tell(std::move(line));
  }
  /// A sentence of its own.
  constexpr void tell(dsl::Str line) {
    if (full()) return;
    for (const dsl::Str& own : why)
      if (own == line) return;
    why.push_back(std::move(line));
  }
};

}  // namespace ricci::passes
