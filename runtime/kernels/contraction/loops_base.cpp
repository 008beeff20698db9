/// The inner loops for what every machine has.
#include "runtime/kernels/contraction/loops_sets.hpp"

#define RICCI_VECTOR_BYTES 16
namespace ricci::runtime::contraction::baseline {
#include "runtime/kernels/contraction/loops_body.inc"
}  // namespace ricci::runtime::contraction::baseline
