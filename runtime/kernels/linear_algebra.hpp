/// Kernel rows for solves, least squares, inverses, determinants and decompositions: linalg's functions, with every
/// report turned into a notice, and one factorisation for all right-hand sides of a matrix.
#pragma once

#include "runtime/kernels/run.hpp"

namespace ricci::runtime::linear_algebra {

bool accepts(const Graph& graph, NodeId node);
void run(Run& run, NodeId node);
/// The report as a notice; a singular matrix throws, a nearly singular one warns.
void note(Run& run, NodeId node, const linalg::Report& report);

}  // namespace ricci::runtime::linear_algebra
