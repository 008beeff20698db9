/// The tiles' loops for x86-64-v4 (AVX-512).
#include "runtime/kernels/sparse/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 64
namespace ricci::runtime::sparse::v4 {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/sparse/tiles_body.inc"
}  // namespace ricci::runtime::sparse::v4
