/// A program made ready to be compared: its graph apart from its inputs, their values, and what computing it by
/// definition gives.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "dsl/graph/detach.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "runtime/session/session.hpp"
#include "tests/fuzz/writer.hpp"

namespace fuzz {

namespace dsl = ricci::dsl;
namespace runtime = ricci::runtime;
using dsl::Graph;
using dsl::NodeId;
using dsl::Rebuilt;
using dsl::Vec;
using runtime::Tensor;
using runtime::Value;
using Precision = runtime::reference::Precision;

/// What roots are, or the fault that computing them raises.
struct Outcome {
  std::vector<Value> values;
  std::string fault;
};

struct Subject {
  Graph graph;
  Vec<NodeId> roots;
  std::vector<Value> inputs;  // by slot of the graph
  bool least_squares = false;
  bool planned = true;  // a front end has made it, so that kernels have to know it
  Outcome expected;     // by definition, in the types of the program
};

std::string fault_of(const auto& compute) {
  try {
    compute();
  } catch (const ricci::error& raised) {
    return raised.code() + ": " + raised.message();
  }
  return "";
}

/// `slots`: for each slot of `graph`, the slot of the subject's graph whose value it takes.
inline Outcome computed(const Subject& subject, const Graph& graph, const Vec<NodeId>& roots,
                        const std::vector<std::uint32_t>& slots, Precision precision = Precision::native) {
  runtime::Evaluation evaluation(graph);
  for (NodeId id : dsl::reachable(graph, {roots.data(), roots.size()}))
    if (graph.op(id) == dsl::Op::input)
      evaluation.values.emplace(id.at, subject.inputs[slots[static_cast<std::size_t>(graph.attribute(id, 0))]]);
  Outcome out;
  out.fault = fault_of([&] {
    for (NodeId root : roots) out.values.push_back(runtime::reference::evaluate(evaluation, root, precision));
  });
  return out;
}

/// From a rebuilt graph's slots to the subject's.
inline std::vector<std::uint32_t> slots_of(const Subject& subject, const Graph& graph, const Vec<NodeId>& nodes) {
  std::vector<std::uint32_t> out(graph.inputs().size(), 0);
  for (std::uint32_t old = 0; old < nodes.size(); ++old)
    if (nodes[old].valid() && subject.graph.op(NodeId{old}) == dsl::Op::input && graph.op(nodes[old]) == dsl::Op::input)
      out[static_cast<std::size_t>(graph.attribute(nodes[old], 0))] =
          static_cast<std::uint32_t>(subject.graph.attribute(NodeId{old}, 0));
  return out;
}

/// The same tensor with its first axis fastest, for every other name.
inline Value laid_out(const Value& value, std::string_view name, std::uint64_t layouts) {
  const auto* dense = std::get_if<Tensor>(&value);
  if (layouts == 0 || dense == nullptr || (std::hash<std::string_view>{}(name) ^ layouts) % 2 == 0) return value;
  const auto reversed = [](Tensor tensor) {
    std::reverse(tensor.shape.begin(), tensor.shape.end());
    std::reverse(tensor.strides.begin(), tensor.strides.end());
    return tensor;
  };
  return reversed(runtime::copy(reversed(*dense)));
}

/// Nothing, and why, for a program that is refused: nothing in it is for the passes to get wrong.
inline std::optional<Subject> subject_of(const Program& program, std::string& refusal) {
  runtime::Session session({.level = 0, .strict = false, .check = false, .seed = 0});
  Subject out;
  out.least_squares = program.least_squares;
  refusal = fault_of([&] {
    runtime::Values given;
    for (const std::string& line : program.inputs) {
      session.run(line);
      const std::string name = line.substr(0, line.find(' '));
      const Value value = session.get(name);
      given.insert_or_assign(session.node(name).at, value);
    }
    for (const std::string& line : program.statements) session.run(line);
    const Graph& whole = session.graph();
    Vec<NodeId> roots;
    for (const std::string& name : program.asked) roots.push_back(session.node(name));
    const auto valued = [&](NodeId node) { return given.contains(node.at); };
    const Rebuilt apart = dsl::detach(whole, {roots.data(), roots.size()}, valued);
    out.graph = apart.graph;
    out.roots = apart.roots;
    out.inputs.resize(out.graph.inputs().size());
    for (std::uint32_t old = 0; old < apart.nodes.size(); ++old)
      if (apart.nodes[old].valid() && out.graph.op(apart.nodes[old]) == dsl::Op::input)
        out.inputs[static_cast<std::size_t>(out.graph.attribute(apart.nodes[old], 0))] =
            laid_out(given.at(old), out.graph.input_of(apart.nodes[old]).name.view(), program.layouts);
  });
  if (!refusal.empty()) return std::nullopt;
  std::vector<std::uint32_t> same(out.inputs.size());
  for (std::uint32_t slot = 0; slot < same.size(); ++slot) same[slot] = slot;
  out.expected = computed(out, out.graph, out.roots, same);
  return out;
}

}  // namespace fuzz
