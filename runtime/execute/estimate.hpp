/// What computing a tensor node costs by its definition: the figures beside each step of a plan.
#pragma once

#include <cstdint>

#include "runtime/evaluation.hpp"

namespace ricci::runtime {

struct Estimate {
  double flops = 0;
  double bytes = 0;  // read and written once each
};

Estimate estimate_of(const Graph& graph, NodeId node);
std::int64_t result_bytes(const Graph& graph, NodeId node);

}  // namespace ricci::runtime
