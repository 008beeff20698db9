/// Least squares across lanes for x86-64-v4 (AVX-512).
#include "runtime/linalg/lanes_sets.hpp"

namespace ricci::runtime::linalg::lanes_v4 {
#include "runtime/linalg/lanes_qr_body.inc"
}  // namespace ricci::runtime::linalg::lanes_v4
