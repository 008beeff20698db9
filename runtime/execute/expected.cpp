#include "runtime/execute/expected.hpp"

#include "runtime/kernels/estimate.hpp"
#include "runtime/kernels/rates.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

passes::Cost cost_of(const Kernel& kernel, const Graph& graph, NodeId node, const StoredCounts& stored) {
  return kernel.cost(graph, node, stored);
}

/// One slice over and over, and what it makes copied to where it belongs.
passes::Cost cost_of(const Slices& slices, const StoredCounts& stored) {
  const double times = static_cast<double>((slices.extent + slices.rows - 1) / slices.rows);
  passes::Cost out;
  for (const Slices::Step& step : slices.steps) out = out + cost_of(*step.kernel, slices.graph, step.node, stored);
  return times * out;
}

/// Whether a step before this one has factored the same matrix.
bool factored_before(const Plan& plan, const Step& step) {
  const Op op = plan.graph.op(step.node);
  if (op != Op::solve && op != Op::inv && op != Op::det && op != Op::logdet) return false;
  for (const Step& before : plan.steps) {
    if (&before == &step) return false;
    const Op own = plan.graph.op(before.node);
    if (own != Op::solve && own != Op::inv && own != Op::det && own != Op::logdet) continue;
    if (plan.graph.operand(before.node, 0) == plan.graph.operand(step.node, 0)) return true;
  }
  return false;
}

}  // namespace

StoredCounts stored_counts(const Plan& plan, const Values& values) {
  StoredCounts out;
  for (const auto& [own, known] : plan.origin) {
    const auto at = values.find(known);
    if (plan.graph.op(NodeId{own}) != Op::input || at == values.end()) continue;
    if (const auto* matrix = std::get_if<std::shared_ptr<const Csr>>(&at->second))
      out.set(NodeId{own}, (*matrix)->stored());
  }
  return out;
}

passes::Cost expected_cost(const Plan& plan, const Step& step, const StoredCounts& stored) {
  if (step.slices) return cost_of(*step.slices, stored);
  passes::Cost out = cost_of(*step.kernel, plan.graph, step.node, stored);
  if (factored_before(plan, step)) out.factorisations = factorisation_nanoseconds(plan.graph, step.node, true);
  return out;
}

double expected_nanoseconds(const Plan& plan, const Values& values) {
  const StoredCounts stored = stored_counts(plan, values);
  double out = 0;
  for (const Step& step : plan.steps) out += nanoseconds_of(expected_cost(plan, step, stored), rates());
  return out;
}

}  // namespace ricci::runtime
