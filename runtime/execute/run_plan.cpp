/// Runs plans step by step; values live from the step that makes them to the last one that reads them.
#include <algorithm>
#include <chrono>

#include "dsl/graph/expression.hpp"
#include "runtime/display/show.hpp"
#include "runtime/error.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/grant.hpp"
#include "runtime/kernels/estimate.hpp"
#include "runtime/pool.hpp"
#include "runtime/progress.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Shows the values of the asked graph's nodes under the plan's.
void show_values(const Plan& plan, const Origins& origins, const Values& values, Evaluation& evaluation) {
  evaluation.given.resize(plan.graph.size(), nullptr);
  for (const auto& [own, known] : plan.origin)
    if (plan.graph.op(NodeId{own}) == Op::input) {
      const auto at = values.find(origins.asked(known));
      if (at != values.end()) evaluation.given[own] = &at->second;
    }
}

void refuse_over_limit(const Plan& plan) {
  if (shortage_of(plan) <= 0) return;
  const std::int64_t allowed = memory_allowed();
  fail(dsl::Fault::memory_limit, bytes_text(static_cast<double>(plan.peak_bytes)).c_str(),
       bytes_text(static_cast<double>(allowed - memory_left())).c_str(),
       bytes_text(static_cast<double>(allowed)).c_str());
}

std::string text_of(const Plan& plan, NodeId node) {
  constexpr std::size_t longest = 120;
  return std::string(dsl::print_expression(plan.graph, node, longest).view());
}

void run_step(const Plan& plan, const Step& step, Run& run, Outcome& outcome, bool timed) {
  const auto start = timed ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
  if (step.slices)
    run_slices(run, *step.slices);
  else
    step.kernel->run(run, step.node);
  if (!timed) return;
  std::string what(dsl::print_expression(run.graph(), step.node).view());
  const auto at = static_cast<std::size_t>(&step - plan.steps.data());
  outcome.timings.push_back(
      {at, step.kernel->name, std::move(what), milliseconds_since(start), step.flops, step.bytes});
}

void keep_value(const Plan& plan, const Origins& origins, NodeId node, const Evaluation& evaluation,
                const std::function<bool(std::uint32_t)>& keep, Outcome& outcome) {
  const std::optional<std::uint32_t> asked = origins.find(node.at);
  if (!asked) return;
  const Value* value = evaluation.find(node);
  if (value != nullptr && keep(*asked)) outcome.kept.insert_or_assign(*asked, *value);
  const auto [first, last] = plan.aliases.equal_range(node.at);
  for (auto alias = first; alias != last; ++alias)
    if (value != nullptr && keep(origins.asked(alias->second)))
      outcome.kept.insert_or_assign(origins.asked(alias->second), *value);
  if (const auto parts = evaluation.results.find(node.at); parts != evaluation.results.end())
    outcome.decompositions.insert_or_assign(*asked, parts->second);
}

/// The asked graph's nodes that need the node of a step that failed.
std::vector<std::uint32_t> nodes_above(const Plan& plan, const Origins& origins, NodeId failed) {
  std::vector<std::uint32_t> out;
  std::vector<char> above(plan.graph.size(), 0);
  above[failed.at] = 1;
  for (std::uint32_t node = failed.at; node < plan.graph.size(); ++node) {
    for (NodeId operand : plan.graph.operands(NodeId{node}))
      above[node] = static_cast<char>(above[node] | above[operand.at]);
    const std::optional<std::uint32_t> asked = above[node] != 0 ? origins.find(node) : std::nullopt;
    if (!asked) continue;
    out.push_back(*asked);
    const auto [first, last] = plan.aliases.equal_range(node);
    for (auto alias = first; alias != last; ++alias) out.push_back(origins.asked(alias->second));
  }
  return out;
}

/// The last thing that is asked of the evaluation: what is no other root's is handed over.
void hand_over_roots(const Plan& plan, Evaluation& evaluation, Outcome& outcome) {
  outcome.roots.reserve(plan.roots.size());
  for (std::size_t at = 0; at < plan.roots.size(); ++at) {
    const NodeId root = plan.roots[at];
    const Value* value = evaluation.find(root);
    if (value == nullptr) fail(dsl::Fault::internal, "a result was not computed");
    const auto own = evaluation.values.find(root.at);
    const bool last =
        std::find(plan.roots.begin() + static_cast<std::ptrdiff_t>(at) + 1, plan.roots.end(), root) == plan.roots.end();
    if (last && own != evaluation.values.end() && value == &own->second)
      outcome.roots.push_back(std::move(own->second));
    else
      outcome.roots.push_back(*value);
  }
}

void release(const Plan& plan, const Step& step, Evaluation& evaluation) {
  for (NodeId gone : step.last_uses) {
    if (plan.graph.op(gone) == Op::input) continue;
    evaluation.values.erase(gone.at);
    evaluation.results.erase(gone.at);
    evaluation.written_out.erase(gone.at);
  }
}

}  // namespace

std::int64_t shortage_of(const Plan& plan) { return plan.peak_bytes - memory_left(); }

Outcome run_plan(const Plan& plan, const Values& values, FactorStore& factors, const RunOptions& options) {
  refuse_over_limit(plan);
  Evaluation evaluation(plan.graph);
  evaluation.seed = options.seed;
  const Origins origins{plan.origin, options.asked};
  show_values(plan, origins, values, evaluation);
  Run run{evaluation, factors, origins, *plan.programs};
  Outcome outcome;
  const auto weight = [&](std::size_t at) { return plan.steps[at].least_ms; };
  const auto what = [&](std::size_t at) { return text_of(plan, plan.steps[at].node); };
  const WatchedSteps steps{plan.steps.size(), weight, what};
  std::optional<Watched> watched;
  if (options.watched) watched.emplace(steps);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    check_interrupt();
    if (watched) watched->begin_step(at, step.kernel->name);
    try {
      if (!evaluation.values.contains(step.node.at)) run_step(plan, step, run, outcome, options.time_steps);
    } catch (const error&) {
      if (options.blamed != nullptr) *options.blamed = nodes_above(plan, origins, step.node);
      throw;
    }
    if (options.keep != nullptr)
      for (NodeId own : results_of(step)) keep_value(plan, origins, own, evaluation, *options.keep, outcome);
    release(plan, step, evaluation);
  }
  hand_over_roots(plan, evaluation, outcome);
  outcome.notices = std::move(evaluation.notices);
  return outcome;
}

}  // namespace ricci::runtime
