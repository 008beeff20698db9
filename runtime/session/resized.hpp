/// A plan for other extents without the passes. A formula over elements of which each depends on every index of the
/// result leaves the passes nothing to decide by extents: there is no sum to order, nothing to take out of a loop, no
/// bracket and no index value. Its optimised graph for other extents is the same graph with other numbers in it, and
/// only the steps are laid out anew. Extents of 0 and 1, and whatever is not sure, are planned from the start.
#pragma once

#include <optional>
#include <vector>

#include "dsl/text/syntax.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/session/prepared.hpp"

namespace ricci::runtime {

/// What lets a plan serve as the model of others: which axes have one extent. Axes of all arguments one after the
/// other; none where the plan is no model.
struct AxesAlike {
  std::vector<std::int64_t> classes;
  bool known = false;
};
AxesAlike axes_alike(const dsl::Program& program, const std::vector<NamedValue>& arguments, const Plan& plan);

/// What make_plan would make for these arguments, whose names, types and ranks are those of the model's; none: it has
/// to be asked.
std::optional<Plan> resized(const Plan& model, const AxesAlike& alike, const std::vector<NamedValue>& arguments,
                            const Options& options);

}  // namespace ricci::runtime
