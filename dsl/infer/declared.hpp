/// A program checked against declared arguments instead of values: what a compiler knows of a literal. Element types
/// and ranks are known, extents perhaps; where one is not, a sample stands for it, and no fault that another extent
/// could avoid is reported. Nothing that a sample has decided leaves this file but faults.
#pragma once

#include <string_view>

#include "dsl/infer/elaborator.hpp"
#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"

namespace ricci::dsl {

/// An argument as declared; an extent that is not known is -1.
struct Declared {
  std::string_view name;
  DType dtype = DType::f64;
  Vec<std::int64_t> shape;
  bool sparse = false;

  constexpr bool exact() const { return !shape.contains(-1); }
};

/// Names of declared arguments and of what the program has defined so far.
class Declarations final : public Environment {
 public:
  constexpr Declarations(Graph& graph, const Vec<Declared>& arguments) {
    for (const Declared& own : arguments) {
      Vec<std::int64_t> shape;
      for (std::int64_t extent : own.shape) shape.push_back(extent < 0 ? sample : extent);
      exact_ = exact_ && own.exact();
      define(own.name, graph.input({Str(own.name), own.dtype, std::move(shape), own.sparse}), false);
      known_.back().times = 0;
    }
  }
  constexpr ~Declarations() override { delete guessed_; }
  Declarations(const Declarations&) = delete;
  Declarations& operator=(const Declarations&) = delete;

  constexpr void define(std::string_view name, NodeId node, bool weak) {
    for (Known& own : known_) {
      if (own.name.view() != name) continue;
      own.binding = {node, weak};
      ++own.times;
      return;
    }
    known_.push_back({Str(name), {node, weak}, 1});
  }
  /// Whether a fault means that the program is wrong whatever the extents and contents are.
  constexpr bool certain(Fault fault) const;
  /// Whether no sample stands for anything.
  constexpr bool exact() const { return exact_ && !*guessed_; }

  constexpr Binding find(std::string_view name) const override {
    for (const Known& own : known_)
      if (own.name.view() == name) return own.binding;
    return {};
  }
  constexpr Vec<Str> names() const override {
    Vec<Str> out;
    for (const Known& own : known_) out.push_back(own.name);
    return out;
  }
  constexpr std::uint64_t times_defined(std::string_view name) const override {
    for (const Known& own : known_)
      if (own.name.view() == name) return own.times;
    return 0;
  }
  constexpr std::uint64_t seed() const override { return 0; }
  constexpr bool integer(Graph&, NodeId, std::int64_t& value) const override {
    *guessed_ = true;
    value = 2;
    return true;
  }
  constexpr NodeId load(Graph&, std::string_view, std::string_view) const override { return {}; }

 private:
  static constexpr std::int64_t sample = 24;
  struct Known {
    Str name;
    Binding binding;
    std::uint64_t times = 0;
  };
  Vec<Known> known_;
  bool exact_ = true;
  bool* guessed_ = new bool(false);  // an integer computed from data was asked for; g++ 12 has no mutable here
};

constexpr bool Declarations::certain(Fault fault) const {
  if (fault == Fault::no_files_here) return false;
  if (exact()) return true;
  for (std::string_view code :
       {"syntax", "encoding", "character", "bracket", "ambiguous", "target", "call", "name", "index", "type", "number"})
    if (row(fault).code == code) return true;
  if (*guessed_) return false;
  for (Fault of_ranks : {Fault::entry_count, Fault::rank_wanted, Fault::vector_transposed, Fault::two_ellipses,
                         Fault::axis_outside, Fault::axis_twice, Fault::too_many_axes})
    if (fault == of_ranks) return true;
  return false;
}

/// One statement after the other: the value of the last in `graph`; invalid, with the certain faults in `faults`, where
/// there is one, or where a sample stands in the way. `statement_at(n)` is the n-th, its sums written out.
template <typename StatementAt>
constexpr NodeId elaborate_all(const Program& program, Graph& graph, Declarations& names, Vec<Diagnostic>& faults,
                               const StatementAt& statement_at) {
  const std::size_t count = program.statements.size();
  NodeId last;
  for (std::size_t at = 0; at < count && faults.empty(); ++at) {
    const Statement statement = statement_at(at);
    if (!faults.empty()) break;
    const Elaborated made = elaborate(program, statement, graph, names, faults);
    if (!faults.empty()) break;
    if (!made.rebound.empty()) names.define(made.rebound.view(), made.nodes[0], false);
    for (std::size_t target = 0; target < statement.targets.size(); ++target)
      names.define(program.text(statement.targets[target]), made.nodes[target], made.weak[target]);
    if (!made.nodes.empty()) last = made.nodes.back();
  }
  if (faults.empty()) return last;
  if (!names.certain(faults[0].fault)) faults.clear();
  return {};
}

/// Of a program whose sums are written out.
constexpr NodeId elaborate_declared(const Program& program, Graph& graph, Declarations& names,
                                    Vec<Diagnostic>& faults) {
  return elaborate_all(program, graph, names, faults, [&](std::size_t at) { return program.statements[at]; });
}

/// The first fault that every extent and every content would meet.
constexpr Vec<Diagnostic> check_declared(std::string_view text, const Vec<Declared>& arguments) {
  Vec<Diagnostic> faults;
  Program program = parse(text, faults);
  if (!faults.empty()) return faults;
  Graph graph;
  Declarations names(graph, arguments);
  elaborate_all(program, graph, names, faults, [&](std::size_t at) {
    const Statement parsed = program.statements[at];
    return write_out_sums(program, parsed, faults, graph, names);
  });
  return faults;
}

}  // namespace ricci::dsl
