/// What --check verifies after a run: that assumed structure holds in the data, and that results are what the reference
/// says: elements at sampled points, computed in extended precision by definition; systems and decompositions by their
/// residuals, which tell a wrong result from an ill-conditioned problem.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/execute/execute.hpp"

namespace ricci::runtime {

/// `given`: the values that the run started from; `seed`: what it drew with, where not each draw's own. `outcome` holds
/// every value of the asked graph that the run made; what could not be checked for its size is added to its notices.
/// `failed` gets the node whose check fails. Errors: check.
void verify_results(const Graph& graph, const std::vector<NodeId>& asked, const Values& given,
                    std::optional<std::uint64_t> seed, Outcome& outcome, std::vector<std::uint32_t>& failed);

namespace verify {

/// Whether the value has the property of an assume node. Errors: check.
void structure(std::int64_t property, const Tensor& value);

/// Whether a step of linear algebra has a small residual for its operands. False: there is no such check for it.
/// Errors: check.
bool residual(const Evaluation& evaluation, NodeId node);

}  // namespace verify
}  // namespace ricci::runtime
