/// Runs plans step by step; values live from the step that makes them to the last one that reads them.
#include <chrono>

#include "dsl/graph/expression.hpp"
#include "runtime/error.hpp"
#include "runtime/execute/estimate.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Puts the values of the asked graph's nodes under the plan's.
void bring_values(const Plan& plan, const Values& values, Evaluation& evaluation) {
  for (const auto& [own, asked] : plan.origin)
    if (plan.graph.op(NodeId{own}) == Op::input) {
      const auto at = values.find(asked);
      if (at != values.end()) evaluation.values.emplace(own, at->second);
    }
}

std::string human(double bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

void refuse_over_limit(const Plan& plan) {
  if (plan.peak_bytes + Memory::in_use() <= Memory::limit()) return;
  fail(dsl::Fault::memory_limit, human(static_cast<double>(plan.peak_bytes)).c_str(),
       human(static_cast<double>(Memory::in_use())).c_str(), human(static_cast<double>(Memory::limit())).c_str());
}

void run_step(const Step& step, Run& run, Outcome& outcome, bool timed) {
  const auto start = std::chrono::steady_clock::now();
  step.kernel->run(run, step.node);
  if (!timed) return;
  std::string what(dsl::print_expression(run.graph(), step.node).view());
  outcome.timings.push_back({step.kernel->name, std::move(what), milliseconds_since(start), step.flops, step.bytes});
}

void keep_value(const Plan& plan, NodeId node, const Evaluation& evaluation,
                const std::function<bool(std::uint32_t)>& keep, Outcome& outcome) {
  const auto asked = plan.origin.find(node.at);
  if (asked == plan.origin.end()) return;
  if (const Value* value = evaluation.find(node); value != nullptr && keep(asked->second))
    outcome.kept.insert_or_assign(asked->second, *value);
  if (const auto parts = evaluation.results.find(node.at); parts != evaluation.results.end())
    outcome.decompositions.insert_or_assign(asked->second, parts->second);
}

void release(const Plan& plan, const Step& step, Evaluation& evaluation) {
  for (NodeId gone : step.last_uses) {
    if (plan.graph.op(gone) == Op::input) continue;
    evaluation.values.erase(gone.at);
    evaluation.results.erase(gone.at);
  }
}

}  // namespace

Outcome run_plan(const Plan& plan, const Values& values, FactorStore& factors, const RunOptions& options) {
  refuse_over_limit(plan);
  Evaluation evaluation(plan.graph);
  evaluation.seed = options.seed;
  bring_values(plan, values, evaluation);
  Run run{evaluation, factors, plan.origin};
  Outcome outcome;
  for (const Step& step : plan.steps) {
    check_interrupt();
    if (!evaluation.values.contains(step.node.at)) run_step(step, run, outcome, options.time_steps);
    if (options.keep != nullptr) keep_value(plan, step.node, evaluation, *options.keep, outcome);
    release(plan, step, evaluation);
  }
  for (NodeId root : plan.roots) outcome.roots.push_back(evaluation.values.at(root.at));
  outcome.notices = std::move(evaluation.notices);
  return outcome;
}

std::string explain_text(const Plan& plan) {
  std::string out;
  for (const passes::PassReport& report : plan.reports)
    for (const std::string& why : report.why) out += report.name + ": " + why + "\n";
  out += "plan:\n";
  char line[160];
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    std::snprintf(line, sizeof line, "  %2zu  %-16s %9.3g flops  %10s  ", at + 1, step.kernel->name, step.flops,
                  human(step.bytes).c_str());
    out += line;
    out += dsl::print_expression(plan.graph, step.node).view();
    out += "\n";
  }
  std::snprintf(line, sizeof line, "  total %.3g flops, %s moved, peak %s\n", plan.flops, human(plan.bytes).c_str(),
                human(static_cast<double>(plan.peak_bytes)).c_str());
  return out + line;
}

}  // namespace ricci::runtime
