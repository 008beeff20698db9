#include "runtime/display/dot.hpp"

#include <algorithm>

#include "dsl/graph/expression.hpp"
#include "runtime/kernels/estimate.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// Inside a quoted string of dot.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string extents_text(const Graph& graph, NodeId node) {
  std::string out = std::string(dsl::name_of(graph.dtype(node))) + "[";
  const auto shape = graph.shape(node);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) (out += axis == 0 ? "" : ",") += std::to_string(shape[axis]);
  return out + "]";
}

void draw_node(std::string& out, const Graph& graph, NodeId node, const std::string& head, const char* style) {
  const std::string label = escaped(head) + "\\n" + extents_text(graph, node);
  out += "  n" + std::to_string(node.at) + " [" + style + ", label=\"" + label + "\"];\n";
}

void draw_edges(std::string& out, const Graph& graph, NodeId node) {
  for (NodeId read : tensors_read(graph, node))
    out += "  n" + std::to_string(read.at) + " -> n" + std::to_string(node.at) + ";\n";
}

}  // namespace

std::string dot_text(const Plan& plan) {
  const Graph& graph = plan.graph;
  std::string out = "digraph plan {\n  rankdir=BT;\n  node [fontname=\"monospace\"];\n";
  const dsl::Vec<NodeId> nodes = dsl::reachable(graph, std::span<const NodeId>(plan.roots.data(), plan.roots.size()));
  for (NodeId node : nodes)
    if (graph.op(node) == Op::input)
      draw_node(out, graph, node, std::string(graph.input_of(node).name.view()), "shape=ellipse");
  for (const Step& step : plan.steps) {
    const bool asked = std::find(plan.roots.begin(), plan.roots.end(), step.node) != plan.roots.end();
    const std::string what(dsl::print_expression(graph, step.node).view());
    draw_node(out, graph, step.node, std::string(step.kernel->name) + ": " + what,
              asked ? "shape=box, style=bold" : "shape=box");
    draw_edges(out, graph, step.node);
  }
  return out + "}\n";
}

}  // namespace ricci::runtime
