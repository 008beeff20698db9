/// The inner loops of dense factorisations for x86-64-v3 (AVX2 and FMA).
#include "runtime/linalg/dense/inner_sets.hpp"

#define RICCI_VECTOR_BYTES 32
namespace ricci::runtime::linalg::dense::v3 {
#include "runtime/linalg/dense/inner_body.inc"
}  // namespace ricci::runtime::linalg::dense::v3
