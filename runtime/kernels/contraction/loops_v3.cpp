/// The inner loops for x86-64-v3 (AVX2, FMA).
#include "runtime/kernels/contraction/loops_sets.hpp"

#define RICCI_VECTOR_BYTES 32
namespace ricci::runtime::contraction::v3 {
#include "runtime/kernels/contraction/loops_body.inc"
}  // namespace ricci::runtime::contraction::v3
