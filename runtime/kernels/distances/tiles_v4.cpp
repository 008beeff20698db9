/// The tiles of distances for x86-64-v4 (AVX-512).
#include "runtime/kernels/distances/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 64
namespace ricci::runtime::distances::v4 {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/distances/tiles_body.inc"
}  // namespace ricci::runtime::distances::v4
