/// The inner loops of dense factorisations for x86-64-v4 (AVX-512).
#include "runtime/linalg/dense/inner_sets.hpp"

#define RICCI_VECTOR_BYTES 64
namespace ricci::runtime::linalg::dense::v4 {
#include "runtime/linalg/dense/inner_body.inc"
}  // namespace ricci::runtime::linalg::dense::v4
