/// The tiles' loops for what every machine has.
#include "runtime/kernels/sparse/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 16
namespace ricci::runtime::sparse::baseline {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/sparse/tiles_body.inc"
}  // namespace ricci::runtime::sparse::baseline
