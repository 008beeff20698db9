/// The tiles' loops for x86-64-v3 (AVX2, FMA).
#include "runtime/kernels/sparse/tiles_sets.hpp"

#define RICCI_VECTOR_BYTES 32
namespace ricci::runtime::sparse::v3 {
#include "runtime/kernels/contraction/lanes.inc"
#include "runtime/kernels/sparse/tiles_body.inc"
}  // namespace ricci::runtime::sparse::v3
