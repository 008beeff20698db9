/// The tables that the instruction sets' files define, each in its own namespace. A set that the compiler's target has
/// not is never defined and never asked for.
#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include "runtime/linalg/lanes.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define RICCI_LANES_OF(set)                                                \
  namespace set {                                                          \
  extern const LaneKernels<float> kernels_f32;                             \
  extern const LaneKernels<double> kernels_f64;                            \
  extern const LaneKernels<std::complex<float>> kernels_c64;               \
  extern const LaneKernels<std::complex<double>> kernels_c128;             \
  extern const LeastSquaresLanes<float> least_squares_f32;                 \
  extern const LeastSquaresLanes<double> least_squares_f64;                \
  extern const LeastSquaresLanes<std::complex<float>> least_squares_c64;   \
  extern const LeastSquaresLanes<std::complex<double>> least_squares_c128; \
  }

namespace ricci::runtime::linalg {
RICCI_LANES_OF(lanes_base)
RICCI_LANES_OF(lanes_v3)
RICCI_LANES_OF(lanes_v4)
}  // namespace ricci::runtime::linalg
#undef RICCI_LANES_OF
