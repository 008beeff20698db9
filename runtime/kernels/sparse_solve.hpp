/// Kernel row for solves, inverses and determinants of a sparse matrix, factored once without being written out.
#pragma once

#include "runtime/kernels/run.hpp"

namespace ricci::runtime::sparse {

bool factors(const Graph& graph, NodeId node);
void run_factored(Run& run, NodeId node);

}  // namespace ricci::runtime::sparse
