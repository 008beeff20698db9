/// A contraction of dense operands, from match to result: products of matrices by BLAS on one thread inside the pool,
/// everything small, integer or by a vector by our own loops. Memory beside the result: packed operands only.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/contraction/match.hpp"

namespace ricci::runtime::contraction {

/// What a contraction takes, from extents alone (operands as if row-major).
struct Cost {
  double flops = 0;
  double bytes = 0;        // read and written once
  double nanoseconds = 0;  // on one core, operands and result in a cache
  std::int64_t workspace = 0;
};
Cost cost_of(const Contraction& contraction, const Graph& graph);
std::int64_t workspace_bytes(const Contraction& contraction, const Graph& graph);

/// The result, row-major; the operands' tensors must have values. Nothing where these values need another kernel: an
/// i32 product that may leave i32. Throws gather_outside, memory, interrupted, limit.
std::optional<Tensor> run_contraction(const Evaluation& evaluation, const Contraction& contraction);

/// Matches and runs; false where the node is no contraction or its values need another kernel.
bool run_contraction(Evaluation& evaluation, NodeId tensor, Tensor& out);

}  // namespace ricci::runtime::contraction
