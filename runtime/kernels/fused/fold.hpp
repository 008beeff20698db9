/// Folds an array of partial results by halves: the upper half onto the lower, again and again, until `keep` are left.
/// The tree depends on count and keep alone.
#pragma once

#include <cstdint>

#include "dsl/graph/dtype.hpp"
#include "dsl/graph/op.hpp"

namespace ricci::runtime::fused {

/// `first` holds values (of a complex type: real parts), `second` imaginary parts or positions; results are left in
/// their first `keep` elements. count is a multiple of keep.
void fold_parts(dsl::Op op, dsl::DType type, void* first, void* second, std::int64_t count, std::int64_t keep);

}  // namespace ricci::runtime::fused
