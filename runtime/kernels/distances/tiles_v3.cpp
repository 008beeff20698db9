/// The tiles of distances for x86-64-v3 (AVX2, FMA).
#include "runtime/kernels/distances/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 32
namespace ricci::runtime::distances::v3 {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/distances/tiles_body.inc"
}  // namespace ricci::runtime::distances::v3
