/// What the tests of elaboration share: a small world of named inputs, and a program's last value as one line of index
/// notation, or its first fault. Everything here runs in the compiler as well.
#pragma once

#include <span>

#include "dsl/graph/expression.hpp"
#include "dsl/infer/elaborator.hpp"
#include "tests/dsl/infer/written.hpp"

namespace ricci::dsl::tests {

/// x y [4], A [4,5], B [5,3], M [4,4], T [2,4,4] of f64; f [4] of f32; p [4] of i64; t [4] of bool; S [4,5] sparse;
/// n = 4, a weak integer. What the program defines comes on top.
class World final : public Environment {
 public:
  constexpr explicit World(Graph& graph) {
    input(graph, "x", {4});
    input(graph, "y", {4});
    input(graph, "A", {4, 5});
    input(graph, "B", {5, 3});
    input(graph, "M", {4, 4});
    input(graph, "T", {2, 4, 4});
    input(graph, "f", {4}, DType::f32);
    input(graph, "p", {4}, DType::i64);
    input(graph, "t", {4}, DType::boolean);
    input(graph, "S", {4, 5}, DType::f64, true);
    define("n", graph.tensor(graph.integer(4), {}), true);
  }

  constexpr ~World() override {}  // declared, or it is no constant to g++ 12

  constexpr void define(std::string_view name, NodeId node, bool weak) {
    for (Known& own : known_) {
      if (own.name.view() != name) continue;
      own.binding = {node, weak};
      ++own.times;
      return;
    }
    known_.push_back({Str(name), {node, weak}, 1});
  }

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
  constexpr bool integer(Graph&, NodeId, std::int64_t&) const override { return false; }
  constexpr NodeId load(Graph&, std::string_view, std::string_view) const override { return {}; }

 private:
  struct Known {
    Str name;
    Binding binding;
    std::uint64_t times = 0;
  };
  constexpr void input(Graph& graph, std::string_view name, Vec<std::int64_t> shape, DType type = DType::f64,
                       bool sparse = false) {
    define(name, graph.input({.name = Str(name), .dtype = type, .shape = std::move(shape), .sparse = sparse}), false);
  }

  Vec<Known> known_;
};

/// The type, shape and expression of the last statement's value.
constexpr Str described(const Graph& graph, NodeId node) {
  Str out(name_of(graph.dtype(node)));
  if (graph[node].sparse) out = Str("sparse ") + out.view();
  out += "[";
  for (std::size_t at = 0; at < graph.shape(node).size(); ++at) {
    if (at != 0) out += ",";
    out += to_text(graph.shape(node)[at]).view();
  }
  out += "] ";
  return out + print_expression(graph, node).view();
}

constexpr Str elaborated(std::string_view text) {
  Vec<Diagnostic> faults;
  Program program = parse(text, faults);
  Graph graph;
  World world(graph);
  Str out;
  const std::size_t count = program.statements.size();
  for (std::size_t at = 0; at < count && faults.empty(); ++at) {
    const Statement written = program.statements[at];
    const Statement statement = write_out_sums(program, written, faults);
    if (!faults.empty()) break;
    const Elaborated made = elaborate(program, statement, graph, world, faults);
    if (!faults.empty()) break;
    for (std::size_t target = 0; target < statement.targets.size(); ++target)
      world.define(program.text(statement.targets[target]), made.nodes[target], made.weak[target]);
    out = described(graph, made.nodes[0]);
  }
  if (!faults.empty()) out = fault_text(faults[0], text);
  return out;
}

constexpr bool elaborates(const Rewritten& row) {
  const Str made = elaborated(row.text);
  return made.view() == row.written;
}
template <const auto& rows, std::size_t at>
inline constexpr bool row_elaborates = elaborates(rows[at]);
template <const auto& rows>
consteval bool each_elaborates() {
  return []<std::size_t... at>(std::index_sequence<at...>) {
    return (row_elaborates<rows, at> && ...);
  }(std::make_index_sequence<std::size(rows)>());
}

}  // namespace ricci::dsl::tests
