/// What computing a tensor node costs by its definition: the figures beside each step of a plan.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/evaluation.hpp"

namespace ricci::runtime {

struct Estimate {
  double flops = 0;
  double bytes = 0;  // read and written once each
};

/// Milliseconds below which two cores do not get: what the arithmetic units and the memory of the machine that the
/// rates were measured on allow at best.
double least_ms(const Estimate& estimate, dsl::DType dtype);

/// Tensor nodes that a tensor node reads, directly or through its body.
std::vector<NodeId> tensors_read(const Graph& graph, NodeId node);

/// What factoring and solving take on one core; 0 for other nodes. `factored`: a step before has made the factor.
double factorisation_nanoseconds(const Graph& graph, NodeId node, bool factored = false);

Estimate estimate_of(const Graph& graph, NodeId node);
std::int64_t result_bytes(const Graph& graph, NodeId node);

}  // namespace ricci::runtime
