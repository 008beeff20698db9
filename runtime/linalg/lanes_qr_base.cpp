/// Least squares across lanes for what every machine of this kind has.
#include "runtime/linalg/lanes_sets.hpp"

namespace ricci::runtime::linalg::lanes_base {
#include "runtime/linalg/lanes_qr_body.inc"
}  // namespace ricci::runtime::linalg::lanes_base
