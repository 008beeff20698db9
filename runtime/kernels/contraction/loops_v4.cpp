/// The inner loops for x86-64-v4 (AVX-512).
#include "runtime/kernels/contraction/loops_sets.hpp"

#define RICCI_VECTOR_BYTES 64
namespace ricci::runtime::contraction::v4 {
#include "runtime/kernels/contraction/loops_body.inc"
}  // namespace ricci::runtime::contraction::v4
