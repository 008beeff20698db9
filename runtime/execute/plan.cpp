/// Makes plans: what has no value yet is set apart, optimised, and laid out as steps in order, each with its kernel.
#include <algorithm>

#include "dsl/graph/detach.hpp"
#include "dsl/graph/verify.hpp"
#include "runtime/execute/estimate.hpp"
#include "runtime/execute/execute.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;
using dsl::Vec;

passes::Work detached(const Graph& graph, const std::vector<NodeId>& roots, const Values& values) {
  const auto valued = [&](NodeId node) { return graph.op(node) == Op::input || values.contains(node.at); };
  dsl::Rebuilt rebuilt = dsl::detach(graph, std::span<const NodeId>(roots.data(), roots.size()), valued);
  return {std::move(rebuilt.graph), rebuilt.roots, rebuilt.nodes, {}};
}

/// Tensor nodes that have to be computed, operands first.
std::vector<NodeId> needed_tensors(const Graph& graph, const std::vector<NodeId>& roots) {
  std::vector<NodeId> out;
  for (NodeId node : dsl::reachable(graph, std::span<const NodeId>(roots.data(), roots.size())))
    if (dsl::is_tensor(graph.op(node)) && graph.op(node) != Op::input) out.push_back(node);
  return out;
}

/// Tensor nodes that a tensor node reads, directly or through its body.
std::vector<NodeId> tensors_read(const Graph& graph, NodeId node) {
  std::vector<NodeId> out;
  std::vector<NodeId> open(graph.operands(node).begin(), graph.operands(node).end());
  std::vector<char> seen(graph.size(), 0);
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (std::exchange(seen[at.at], 1) != 0) continue;
    if (dsl::is_tensor(graph.op(at))) {
      out.push_back(at);
    } else {
      open.insert(open.end(), graph.operands(at).begin(), graph.operands(at).end());
    }
  }
  return out;
}

/// Marks, for each step, the values that no later step reads; roots are kept.
void place_releases(Plan& plan) {
  std::vector<char> later(plan.graph.size(), 0);
  for (NodeId root : plan.roots) later[root.at] = 1;
  for (std::size_t at = plan.steps.size(); at-- > 0;) {
    Step& step = plan.steps[at];
    for (NodeId read : tensors_read(plan.graph, step.node))
      if (std::exchange(later[read.at], 1) == 0) step.last_uses.push_back(read);
  }
}

/// The peak of what the steps hold at once, from their results' sizes.
std::int64_t planned_peak(const Plan& plan) {
  std::int64_t live = 0;
  std::int64_t peak = 0;
  for (const Step& step : plan.steps) {
    live += result_bytes(plan.graph, step.node);
    peak = std::max(peak, live);
    if (peak > std::int64_t{1} << 60) break;  // absurd already: refused before anything overflows
    for (NodeId gone : step.last_uses)
      if (plan.graph.op(gone) != Op::input) live -= result_bytes(plan.graph, gone);
  }
  return peak;
}

}  // namespace

Plan make_plan(const Graph& graph, const std::vector<NodeId>& roots, const Values& values, const Options& options) {
  passes::Work work = detached(graph, roots, values);
  if (options.level > 0) passes::optimize(work, {options.level, options.strict});
  Plan plan;
  plan.graph = std::move(work.graph);
  plan.roots.assign(work.roots.begin(), work.roots.end());
  plan.reports = std::move(work.reports);
  for (std::uint32_t old = 0; old < work.nodes.size(); ++old)
    if (work.nodes[old].valid()) plan.origin.emplace(work.nodes[old].at, old);
  for (NodeId node : needed_tensors(plan.graph, plan.roots)) {
    const Kernel& kernel = options.level == 0 ? reference_kernel() : kernel_for(plan.graph, node);
    const Estimate estimate = estimate_of(plan.graph, node);
    plan.steps.push_back({node, &kernel, estimate.flops, estimate.bytes, {}});
    plan.flops += estimate.flops;
    plan.bytes += estimate.bytes;
  }
  place_releases(plan);
  plan.peak_bytes = planned_peak(plan);
  return plan;
}

}  // namespace ricci::runtime
