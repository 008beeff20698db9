/// The tiles of distances for every machine.
#include "runtime/kernels/distances/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 16
namespace ricci::runtime::distances::baseline {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/distances/tiles_body.inc"
}  // namespace ricci::runtime::distances::baseline
