/// The tables of the tiles' loops that the instruction sets' files define, each in its own namespace. A set that the
/// compiler's target has not is never defined and never asked for.
#pragma once

#include <complex>
#include <cstdint>

#include "runtime/kernels/contraction/lanes.hpp"
#include "runtime/kernels/sparse/tiles.hpp"

#define RICCI_TILES_OF(set)                            \
  namespace set {                                      \
  extern const Tiles<std::uint64_t> tiles_u64;         \
  extern const Tiles<float> tiles_f32;                 \
  extern const Tiles<double> tiles_f64;                \
  extern const Tiles<std::complex<float>> tiles_c64;   \
  extern const Tiles<std::complex<double>> tiles_c128; \
  }

namespace ricci::runtime::sparse {
RICCI_TILES_OF(baseline)
RICCI_TILES_OF(v3)
RICCI_TILES_OF(v4)
}  // namespace ricci::runtime::sparse
#undef RICCI_TILES_OF
