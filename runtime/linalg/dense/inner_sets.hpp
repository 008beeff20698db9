/// The tables that the instruction sets' files define, each in its own namespace. A set that the compiler's target has
/// not is never defined and never asked for.
#pragma once

#include <limits>

#include "runtime/kernels/contraction/lanes.hpp"
#include "runtime/linalg/dense/inner.hpp"

#define RICCI_INNER_OF(set)                            \
  namespace set {                                      \
  extern const Inner<float> inner_f32;                 \
  extern const Inner<double> inner_f64;                \
  extern const Inner<std::complex<float>> inner_c64;   \
  extern const Inner<std::complex<double>> inner_c128; \
  }

namespace ricci::runtime::linalg::dense {
RICCI_INNER_OF(baseline)
RICCI_INNER_OF(v3)
RICCI_INNER_OF(v4)
}  // namespace ricci::runtime::linalg::dense
#undef RICCI_INNER_OF
