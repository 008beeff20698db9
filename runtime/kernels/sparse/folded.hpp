/// A product with a sparse matrix, brought to one matrix and at most one dense factor: factors that move along the
/// matrix's two indices alone are multiplied into the stored values first.
#pragma once

#include <optional>
#include <vector>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/contraction/placed.hpp"

namespace ricci::runtime::sparse {

using contraction::Contraction;
using contraction::Placed;

struct Folded {
  Csr matrix;             // of the product's type, constant factors included
  std::uint32_t row = 0;  // the indices of the matrix, as positions in the product's extents
  std::uint32_t column = 0;
  std::optional<Placed> dense;  // the factor that has further indices; no jumps, nothing summed in it alone
};

Folded fold(const Evaluation& evaluation, const Contraction& product);

/// The same matrix with its indices exchanged.
Folded turned(const Folded& product);

}  // namespace ricci::runtime::sparse
