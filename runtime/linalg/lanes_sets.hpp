/// The kernels that the instruction sets' files define. A set that the compiler's target has not is never defined and
/// never asked for.
#pragma once

#include <limits>
#include <utility>

#include "runtime/linalg/lanes.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define RICCI_LANES_OF(set)                                       \
  namespace set {                                                 \
  LaneLeast solve_f32(const LaneJob<float>& job);                 \
  LaneLeast solve_f64(const LaneJob<double>& job);                \
  LaneLeast solve_c64(const LaneJob<std::complex<float>>& job);   \
  LaneLeast solve_c128(const LaneJob<std::complex<double>>& job); \
  }

namespace ricci::runtime::linalg {
RICCI_LANES_OF(lanes_base)
RICCI_LANES_OF(lanes_v3)
RICCI_LANES_OF(lanes_v4)
}  // namespace ricci::runtime::linalg
#undef RICCI_LANES_OF
