/// A folded matrix times vectors: one of its two indices summed, the other an axis of the result.
#pragma once

#include "runtime/kernels/sparse/folded.hpp"

namespace ricci::runtime::sparse {

/// Writes every element of `out`, of the product's shape. The matrix's row must be an axis and its column summed.
void multiply_vectors(const Contraction& product, const Folded& folded, const Tensor& out);

}  // namespace ricci::runtime::sparse
