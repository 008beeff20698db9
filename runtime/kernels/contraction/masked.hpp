/// Products under a bracket on one factor's indices, Y[i,j] = sum[k] (k <= i)*A[i,k]*B[k,j]: triangles, masks. The
/// factor is copied with zeros where the bracket is false, and the product is a contraction: many times faster than to
/// ask for every summand. A zero annihilates only what is finite: where the other factor is not, or where little of the
/// factor is left, the sum is computed as written.
#pragma once

#include <optional>

#include "runtime/evaluation.hpp"

namespace ricci::runtime::contraction {

struct Masked {
  Graph graph;     // has, beside what was there,
  NodeId factor;   // the factor under its bracket,
  NodeId product;  // and the contraction of it
  NodeId other;    // the tensor that has to be finite
};

std::optional<Masked> match_masked(const Graph& graph, NodeId tensor);

/// False where it has to be computed as it is written.
bool run_masked(const Evaluation& evaluation, NodeId tensor, Tensor& out);

}  // namespace ricci::runtime::contraction
