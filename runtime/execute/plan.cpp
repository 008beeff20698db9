/// Makes plans: what has no value yet is set apart, optimised, and laid out as steps in order, each with its kernel.
#include <algorithm>
#include <cstdio>

#include "dsl/graph/detach.hpp"
#include "dsl/graph/expression.hpp"
#include "dsl/graph/verify.hpp"
#include "passes/cost.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/kernels/estimate.hpp"

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

std::vector<NodeId> reads_of(const Graph& graph, const Step& step) {
  if (!step.slices) return tensors_read(graph, step.node);
  std::vector<NodeId> out;
  for (const Slices::Read& own : step.slices->reads) out.push_back(own.outside);
  return out;
}

/// One step in place of those that run slice by slice: after all that it reads, before all that reads it. Where other
/// slices stand both before and after, they stay as they are.
void gather_slices(Plan& plan, const SlicedGroup& group) {
  static const Kernel kernel{"sliced", nullptr, nullptr, nullptr};
  std::vector<char> member(plan.graph.size(), 0), after(plan.graph.size(), 0);
  for (NodeId own : group.members) member[own.at] = 1;
  Step whole{group.slices->results.back().outside, &kernel, 0, 0, 0, 0, {}, group.slices};
  std::vector<Step> before, behind;
  for (const Step& step : plan.steps) {
    if (!step.slices && member[step.node.at] != 0) {
      whole.flops += step.flops;
      whole.bytes += step.bytes;
      whole.least_ms += step.least_ms;
      continue;
    }
    bool later = false;
    for (NodeId read : reads_of(plan.graph, step)) later = later || member[read.at] != 0 || after[read.at] != 0;
    for (NodeId own : results_of(step)) after[own.at] = later ? 1 : 0;
    (later ? behind : before).push_back(step);
  }
  for (const Slices::Read& own : group.slices->reads)
    if (after[own.outside.at] != 0) return;
  before.push_back(std::move(whole));
  before.insert(before.end(), std::move_iterator(behind.begin()), std::move_iterator(behind.end()));
  plan.steps = std::move(before);
}

/// Where kernels of different kinds could compute a step: which does, and what made it.
void note_choice(const Plan& plan, NodeId node, const Chosen& chosen, passes::PassReport& choices) {
  constexpr std::size_t most_lines = 8;
  ++choices.fired;
  if (choices.why.size() >= most_lines) return;
  char costs[80];
  std::snprintf(costs, sizeof costs, ": expected to take %.3g us, not %.3g or more", chosen.nanoseconds / 1e3,
                chosen.instead_nanoseconds / 1e3);
  choices.why.push_back(std::string(chosen.kernel->name) + " rather than " + chosen.instead->name + " for " +
                        std::string(dsl::print_expression(plan.graph, node, 60).view()) + costs);
}

/// What the steps hold at once, from their results' sizes; the most of it is the plan's peak.
std::int64_t planned_peak(Plan& plan) {
  std::int64_t live = 0;
  std::int64_t peak = 0;
  for (Step& step : plan.steps) {
    for (NodeId own : results_of(step)) live += result_bytes(plan.graph, own);
    step.live_bytes = live + (step.slices ? step.slices->passing : 0);
    peak = std::max(peak, step.live_bytes);
    if (peak > std::int64_t{1} << 60) break;  // absurd already: refused before anything overflows
    for (NodeId gone : step.last_uses)
      if (plan.graph.op(gone) != Op::input) live -= result_bytes(plan.graph, gone);
  }
  return peak;
}

/// Marks, for each step, the values that no later step reads; roots are kept. The peak follows from that.
void place_releases(Plan& plan) {
  std::vector<char> later(plan.graph.size(), 0);
  for (NodeId root : plan.roots) later[root.at] = 1;
  for (std::size_t at = plan.steps.size(); at-- > 0;) {
    Step& step = plan.steps[at];
    step.last_uses.clear();
    for (NodeId read : reads_of(plan.graph, step))
      if (std::exchange(later[read.at], 1) == 0) step.last_uses.push_back(read);
  }
  plan.peak_bytes = planned_peak(plan);
}

}  // namespace

std::vector<NodeId> results_of(const Step& step) {
  if (!step.slices) return {step.node};
  std::vector<NodeId> out;
  for (const Slices::Result& own : step.slices->results) out.push_back(own.outside);
  return out;
}

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
  place_steps(plan, options.level);
  return plan;
}

void place_steps(Plan& plan, int level, const std::vector<const Kernel*>& kernels) {
  passes::PassReport choices{.name = "kernels", .fired = 0, .why = {}};
  for (NodeId node : needed_tensors(plan.graph, plan.roots)) {
    Chosen chosen{.kernel = level == 0 ? &reference_kernel() : nullptr};
    if (plan.steps.size() < kernels.size())
      chosen.kernel = kernels[plan.steps.size()];
    else if (level > 0)
      chosen = choose_kernel(plan.graph, node);
    if (chosen.instead != nullptr) note_choice(plan, node, chosen, choices);
    const Estimate estimate = estimate_of(plan.graph, node);
    const double least = least_ms(estimate, plan.graph.dtype(node));
    plan.steps.push_back({node, chosen.kernel, estimate.flops, estimate.bytes, least, 0, {}, nullptr});
    plan.flops += estimate.flops;
    plan.bytes += estimate.bytes;
  }
  if (choices.fired > 0) plan.reports.push_back(std::move(choices));
  const Vec<NodeId> asked(plan.roots.data(), plan.roots.data() + plan.roots.size());
  if (level > 1)
    slice_steps(plan, {passes::Allowance(plan.graph, passes::span_of(asked)).left()});
  else
    place_releases(plan);
}

void slice_steps(Plan& plan, const SliceSizes& sizes) {
  std::vector<NodeId> nodes;
  for (const Step& step : plan.steps) nodes.push_back(step.node);
  for (const SlicedGroup& group : slice_large(plan.graph, nodes, plan.roots, sizes)) gather_slices(plan, group);
  place_releases(plan);
}

}  // namespace ricci::runtime
