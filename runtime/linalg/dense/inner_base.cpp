/// The inner loops of dense factorisations for what every machine of this kind has.
#include "runtime/linalg/dense/inner_sets.hpp"

#define RICCI_VECTOR_BYTES 16
namespace ricci::runtime::linalg::dense::baseline {
#include "runtime/linalg/dense/inner_body.inc"
}  // namespace ricci::runtime::linalg::dense::baseline
