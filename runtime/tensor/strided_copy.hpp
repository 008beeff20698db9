/// Moves elements between memory orders.
#pragma once

#include <cstddef>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime {

/// Copies the elements at `from` (element (0,0,...), strides in elements of `element_bytes` = 1, 4, 8 or 16) into
/// row-major order at `to`. The two may not overlap. Runs of unit stride are copied whole; where another axis than
/// the last has the shortest stride, tiles of both axes are transposed in cache.
void copy_strided(const std::byte* from, const Extents& strides, std::byte* to, const Extents& shape,
                  std::size_t element_bytes);

}  // namespace ricci::runtime
