/// Products with a sparse matrix that is never made dense: by vectors along any axis, by matrices, from the left and
/// from the right, forms x' S y, and rescaled sparse matrices. What is not stored annihilates: it is never looked at.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/contraction/dense.hpp"

namespace ricci::runtime::sparse {

using contraction::Contraction;

/// Bodies that run() accepts whatever the values: guard(stored(S,i,j), S[i,j] * dense factors * constant) over axes and
/// sums, at most one of the dense factors having an index that is neither i nor j. Nothing for others.
std::optional<Contraction> match(const Graph& graph, NodeId tensor);

using contraction::Cost;
/// `stored`: how many elements the matrix stores.
Cost cost_of(const Contraction& product, const Graph& graph, std::int64_t stored);

/// The value of the tensor: dense, or sparse with the matrix's pattern where the node is sparse. All operands must have
/// values. The same bits for any number of threads. Throws memory, interrupted, limit.
Value run(const Evaluation& evaluation, const Contraction& product);

/// Matches and runs; false where the node is no such product.
bool run_sparse_product(Evaluation& evaluation, NodeId tensor, Value& out);

}  // namespace ricci::runtime::sparse
