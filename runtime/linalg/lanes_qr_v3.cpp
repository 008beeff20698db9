/// Least squares across lanes for x86-64-v3 (AVX2).
#include "runtime/linalg/lanes_sets.hpp"

namespace ricci::runtime::linalg::lanes_v3 {
#include "runtime/linalg/lanes_qr_body.inc"
}  // namespace ricci::runtime::linalg::lanes_v3
