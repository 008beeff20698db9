#include "runtime/session/resized.hpp"

#include <algorithm>

#include "dsl/infer/inlinable.hpp"
#include "runtime/execute/execute.hpp"

namespace ricci::runtime {
namespace {

using dsl::IndexId;
using dsl::Op;

constexpr std::int64_t least_extent = 2;
constexpr std::int64_t extent_not_met = 0;

/// What a loop would repeat for nothing, and a pass would take out of it by what it costs.
bool is_dear(Op op) {
  using enum Op;
  for (Op own : {divide, exp, log, sqrt, sin, cos, tan, tanh})
    if (op == own) return true;
  return false;
}
bool is_cheap(Op op) {
  using enum Op;
  for (Op own : {add, subtract, multiply, negate, minimum, maximum, abs, cast})
    if (op == own) return true;
  return false;
}

/// An access with a plain index for every axis of a dense argument.
bool is_plain_access(const Graph& graph, NodeId node) {
  const auto operands = graph.operands(node);
  if (graph.op(operands[0]) != Op::input || graph[operands[0]].sparse) return false;
  return std::all_of(operands.begin() + 1, operands.end(), [&](NodeId entry) { return graph.op(entry) == Op::index; });
}

/// Whether no pass would decide otherwise for other extents; all that the graph holds is looked at.
bool serves_all_extents(const Plan& plan) {
  const Graph& graph = plan.graph;
  if (plan.steps.size() != 1 || plan.roots.size() != 1 || plan.steps[0].slices || !plan.aliases.empty()) return false;
  if (std::any_of(plan.reports.begin(), plan.reports.end(), [](const auto& own) { return own.fired > 0; }))
    return false;
  const NodeId root = plan.roots[0];
  if (root.at + 1 != graph.size() || graph.op(root) != Op::tensor || graph[root].sparse) return false;
  const std::size_t axes = graph.shape(root).size();
  bool partial = false;
  bool dear = false;
  for (NodeId node{0}; node != root; ++node.at) {
    const Op op = graph.op(node);
    if (op == Op::constant || op == Op::input || op == Op::index) continue;
    if (op == Op::access && is_plain_access(graph, node)) {
      partial = partial || graph.free(node).size() != axes;
      continue;
    }
    if (!is_cheap(op) && !is_dear(op)) return false;
    if (graph.free(node).size() != axes) return false;
    for (NodeId operand : graph.operands(node))
      if (graph.op(operand) == Op::index) return false;
    dear = dear || is_dear(op);
  }
  const Op body = graph.op(graph.operand(root, 0));
  return (is_cheap(body) || is_dear(body)) && !(partial && dear);
}

/// By index of the model, what `numbers` says of the axes that it reads, those of all arguments one after the other.
/// Empty where an index reads none, or is no bound one.
std::vector<std::int64_t> by_index(const Graph& graph, const std::vector<NamedValue>& arguments,
                                   const std::vector<std::int64_t>& numbers) {
  std::vector<std::int64_t> out(graph.index_count(), -1);
  for (NodeId node{0}; node.at < graph.size(); ++node.at) {
    if (graph.op(node) != Op::access) continue;
    const std::string_view name = graph.input_of(graph.operand(node, 0)).name.view();
    std::size_t first = 0;
    std::size_t which = 0;
    while (which < arguments.size() && arguments[which].first != name)
      first += std::get<Tensor>(arguments[which++].second).shape.size();
    if (which == arguments.size()) return {};
    for (std::size_t axis = 0; axis + 1 < graph.operands(node).size(); ++axis)
      out[static_cast<std::size_t>(graph.attribute(graph.operand(node, axis + 1), 0))] = numbers[first + axis];
  }
  for (IndexId index : graph.bound(NodeId{static_cast<std::uint32_t>(graph.size() - 1)}))
    if (out[index.at] < 0 || graph.index(index).open()) return {};
  return out;
}

/// Whether two axes of the result always have one extent: passes may see a symmetry then.
bool axes_repeat(const Graph& graph, const std::vector<std::int64_t>& classes) {
  std::vector<std::int64_t> met;
  for (IndexId index : graph.bound(NodeId{static_cast<std::uint32_t>(graph.size() - 1)})) {
    if (std::count(met.begin(), met.end(), classes[index.at]) > 0) return true;
    met.push_back(classes[index.at]);
  }
  return false;
}

/// The nodes again, by the same numbers, over these extents; false where the numbers would differ.
bool copy_with(const Graph& from, const std::vector<std::int64_t>& extents, const std::vector<NamedValue>& arguments,
               Graph& to) {
  std::vector<std::int64_t> index(from.index_count(), -1);
  const auto index_of = [&](std::int64_t old) {
    std::int64_t& own = index[static_cast<std::size_t>(old)];
    const dsl::Index& was = from.index(IndexId{static_cast<std::uint32_t>(old)});
    if (own < 0) own = to.canonical_index(was.level, extents[static_cast<std::size_t>(old)], was.name.view()).at;
    return own;
  };
  std::vector<std::int64_t> ints;
  std::vector<std::int64_t> shape;
  for (NodeId node{0}; node.at < from.size(); ++node.at) {
    const Op op = from.op(node);
    NodeId made;
    if (op == Op::input) {
      dsl::Input own = from.input_of(node);
      const auto given = std::find_if(arguments.begin(), arguments.end(),
                                      [&](const auto& argument) { return argument.first == own.name.view(); });
      if (given == arguments.end()) return false;
      const Extents& now = std::get<Tensor>(given->second).shape;
      own.shape = dsl::Vec<std::int64_t>(now.data(), now.data() + now.size());
      made = to.input(std::move(own));
    } else {
      const bool of_indices = op == Op::index || op == Op::tensor;
      ints.assign(from.ints(node).begin(), from.ints(node).end());
      if (of_indices)
        for (std::int64_t& own : ints) own = index_of(own);
      shape.clear();
      if (op == Op::tensor)
        for (std::int64_t own : from.ints(node)) shape.push_back(extents[static_cast<std::size_t>(own)]);
      made = to.add(op, from.dtype(node), from.operands(node), ints, shape, from[node].sparse);
    }
    if (made != node) return false;
  }
  return true;
}

}  // namespace

AxesAlike axes_alike(const dsl::Program& program, const std::vector<NamedValue>& arguments, const Plan& plan) {
  if (!serves_all_extents(plan)) return {};
  dsl::Vec<dsl::Declared> declared;
  for (const auto& [name, value] : arguments) {
    const auto* dense = std::get_if<Tensor>(&value);
    if (dense == nullptr) return {};
    declared.push_back({name, dense->dtype, dsl::Vec<std::int64_t>(dense->shape.size(), -1), false});
  }
  dsl::detail::AxisClasses classes(program, declared);
  if (!classes.collect()) return {};
  AxesAlike out;
  for (std::size_t which = 0; which < arguments.size(); ++which)
    for (std::size_t axis = 0; axis < declared[which].shape.size(); ++axis) {
      const std::int64_t own = classes.class_of(which, axis);
      if (own < 0 || std::get<Tensor>(arguments[which].second).shape[axis] < least_extent) return {};
      out.classes.push_back(own);
    }
  const std::vector<std::int64_t> of = by_index(plan.graph, arguments, out.classes);
  out.known = !of.empty() && !axes_repeat(plan.graph, of);
  return out;
}

std::optional<Plan> resized(const Plan& model, const AxesAlike& alike, const std::vector<NamedValue>& arguments,
                            const Options& options) {
  if (!alike.known) return std::nullopt;
  std::vector<std::int64_t> known;
  std::vector<std::int64_t> given;
  for (const NamedValue& own : arguments)
    for (std::int64_t extent : std::get<Tensor>(own.second).shape) {
      const auto of = static_cast<std::size_t>(alike.classes[given.size()]);
      if (known.size() <= of) known.resize(of + 1, extent_not_met);
      if (known[of] == extent_not_met) known[of] = extent;
      if (extent < least_extent || known[of] != extent) return std::nullopt;
      given.push_back(extent);
    }
  const std::vector<std::int64_t> extents = by_index(model.graph, arguments, given);
  Plan out;
  if (extents.empty() || !copy_with(model.graph, extents, arguments, out.graph)) return std::nullopt;
  out.roots = model.roots;
  out.reports = model.reports;
  std::erase_if(out.reports, [](const passes::PassReport& own) { return own.name == "kernels"; });  // chosen anew
  out.origin = model.origin;
  place_steps(out, options.level);
  return out;
}

}  // namespace ricci::runtime
