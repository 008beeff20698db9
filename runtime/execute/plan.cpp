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

/// What the steps hold at once, from their results' sizes; the most of it is the plan's peak.
std::int64_t planned_peak(Plan& plan) {
  std::int64_t live = 0;
  std::int64_t peak = 0;
  for (Step& step : plan.steps) {
    live += result_bytes(plan.graph, step.node);
    step.live_bytes = live;
    peak = std::max(peak, live);
    if (peak > std::int64_t{1} << 60) break;  // absurd already: refused before anything overflows
    for (NodeId gone : step.last_uses)
      if (plan.graph.op(gone) != Op::input) live -= result_bytes(plan.graph, gone);
  }
  return peak;
}

}  // namespace

Plan make_plan(const Graph& graph, const std::vector<NodeId>& roots, const Values& values, const Options& options,
               bool record) {
  passes::Work work = detached(graph, roots, values);
  if (options.level > 0) passes::optimize(work, {options.level, options.strict, record, options.passes_off});
  Plan plan;
  plan.graph = std::move(work.graph);
  plan.roots.assign(work.roots.begin(), work.roots.end());
  plan.reports = std::move(work.reports);
  plan.stages = std::move(work.stages);
  for (std::uint32_t old = 0; old < work.nodes.size(); ++old)
    if (work.nodes[old].valid() && !plan.origin.emplace(work.nodes[old].at, old).second &&
        dsl::is_tensor(plan.graph.op(work.nodes[old])))
      plan.aliases.emplace(work.nodes[old].at, old);
  for (NodeId node : needed_tensors(plan.graph, plan.roots)) {
    const Kernel& kernel = options.level == 0 ? reference_kernel() : kernel_for(plan.graph, node);
    const Estimate estimate = estimate_of(plan.graph, node);
    const double least = least_ms(estimate, plan.graph.dtype(node));
    plan.steps.push_back({node, &kernel, estimate.flops, estimate.bytes, least, 0, {}});
    plan.flops += estimate.flops;
    plan.bytes += estimate.bytes;
  }
  place_releases(plan);
  plan.peak_bytes = planned_peak(plan);
  return plan;
}

}  // namespace ricci::runtime
