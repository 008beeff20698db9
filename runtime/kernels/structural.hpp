/// Kernel rows that move elements or only rename them: reshape, concat, part, assume, sparse to dense and back.
#pragma once

#include "runtime/kernels/run.hpp"

namespace ricci::runtime::structural {

bool accepts(const Graph& graph, NodeId node);
void run(Run& run, NodeId node);

}  // namespace ricci::runtime::structural
