/// What a plan is expected to take: for people, beside what was measured, and for whoever chooses between plans.
#pragma once

#include "runtime/execute/execute.hpp"
#include "runtime/kernels/costs.hpp"

namespace ricci::runtime {

/// How much the sparse ones among the asked graph's values store, by node of the plan.
StoredCounts stored_counts(const Plan& plan, const Values& values);
/// What a step, or a whole run, is expected to take on one core. Lowers what it has to: microseconds a step.
passes::Cost expected_cost(const Plan& plan, const Step& step, const StoredCounts& stored = {});
double expected_nanoseconds(const Plan& plan, const Values& values);

}  // namespace ricci::runtime
