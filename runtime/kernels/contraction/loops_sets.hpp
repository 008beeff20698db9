/// The tables of inner loops that the instruction sets' files define, each in its own namespace. A set that the
/// compiler's target has not is never defined and never asked for.
#pragma once

#include <complex>
#include <cstdint>

#include "runtime/kernels/contraction/lanes.hpp"
#include "runtime/kernels/contraction/loops.hpp"

#define RICCI_LOOPS_OF(set)                            \
  namespace set {                                      \
  extern const Loops<std::uint64_t> loops_u64;         \
  extern const Loops<std::uint32_t> loops_u32;         \
  extern const Loops<float> loops_f32;                 \
  extern const Loops<double> loops_f64;                \
  extern const Loops<std::complex<float>> loops_c64;   \
  extern const Loops<std::complex<double>> loops_c128; \
  }

namespace ricci::runtime::contraction {
RICCI_LOOPS_OF(baseline)
RICCI_LOOPS_OF(v3)
RICCI_LOOPS_OF(v4)
}  // namespace ricci::runtime::contraction
#undef RICCI_LOOPS_OF
