/// Draws for whole tiles: the hot path. A Sampler holds what one set of parameters needs (tables, constants) and fills
/// tile after tile; where parameters differ from lane to lane, fill_* takes them as arrays. The results are those of
/// draw_real and draw_integer (draw.hpp), to the bit, on every instruction set and however the lanes are cut up.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "runtime/random/affine.hpp"
#include "runtime/random/inversion.hpp"
#include "runtime/random/lanes.hpp"
#include "runtime/random/parameters.hpp"
#include "runtime/random/rejection.hpp"
#include "runtime/random/tile.hpp"

namespace ricci::runtime::random {

struct ScaledGamma {
  GammaLaw law;
  double scale;
};
/// Whole numbers low .. low + numbers - 1, few enough for one 32-bit word.
struct NarrowRange {
  std::int64_t low;
  std::uint32_t numbers;
};
/// A categorical's thresholds for 64-bit words.
struct WideSteps {
  std::vector<std::uint64_t> steps;
};

/// One set of parameters, ready to be drawn from; immutable, so that threads may share it.
class Sampler {
 public:
  using RealLaw = std::variant<Affine, ScaledGamma, BetaLaw>;
  using IntegerLaw = std::variant<Thresholds, NarrowRange, WideRange, WideSteps, PoissonRejection, BinomialRejection>;

  /// Throws ricci::error (code value) for parameters outside the domain. Parameters that vary are taken in lane 0.
  /// Costs up to some 1e4 operations, or a few a weight.
  Sampler(Distribution distribution, Parameters parameters);

  Distribution distribution() const { return distribution_; }
  /// The draw as an inversion on word_32 of its spot; null when it is none (reals, wide ranges, rejections).
  const Thresholds* thresholds() const;

  /// out[l] = whether the draw in lane l has its word in ranges lane first + l; for samplers with thresholds().
  void compare(Key key, const TileCoordinates& tile, std::int64_t count, const WordRanges& ranges, std::int64_t first,
               std::uint8_t* out, const LaneKernels& kernels = lane_kernels()) const;
  /// out[l] = draw in lane l, for distributions with is_real().
  void fill(Key key, const TileCoordinates& tile, std::int64_t count, double* out,
            const LaneKernels& kernels = lane_kernels()) const;
  /// out[l] = draw in lane l, for the others.
  void fill(Key key, const TileCoordinates& tile, std::int64_t count, std::int64_t* out,
            const LaneKernels& kernels = lane_kernels()) const;

 private:
  Distribution distribution_;
  RealLaw real_law_;
  IntegerLaw integer_law_;
  Thresholds range_thresholds_;  // of a NarrowRange, which draws without them
};

inline Sampler prepared(Distribution distribution, Parameters parameters) { return {distribution, parameters}; }

inline void fill_real(const Sampler& sampler, Key key, const TileCoordinates& tile, std::int64_t count, double* out) {
  sampler.fill(key, tile, count, out);
}
inline void fill_integer(const Sampler& sampler, Key key, const TileCoordinates& tile, std::int64_t count,
                         std::int64_t* out) {
  sampler.fill(key, tile, count, out);
}

/// The same with parameters that may vary from lane to lane. Throws as Sampler does, before anything is drawn.
void fill_real(Distribution distribution, Key key, Parameters parameters, const TileCoordinates& tile,
               std::int64_t count, double* out, const LaneKernels& kernels = lane_kernels());
void fill_integer(Distribution distribution, Key key, Parameters parameters, const TileCoordinates& tile,
                  std::int64_t count, std::int64_t* out, const LaneKernels& kernels = lane_kernels());

}  // namespace ricci::runtime::random
