#include "runtime/random/sampler.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "runtime/error.hpp"
#include "runtime/random/draw.hpp"

namespace ricci::runtime::random {
namespace {

template <typename T>
using ChunkOf = std::array<T, static_cast<std::size_t>(chunk_lanes + lane_padding)>;

// Up to here comparing with every step, lane beside lane, is quicker than looking into the table, lane after lane.
constexpr std::size_t most_counted_steps = 24;

struct Request {
  const LaneKernels& kernels;
  Key key;
  const TileCoordinates& tile;
  std::int64_t count;
};

/// Calls draw_chunk(words, first lane, lanes, out) for chunk after chunk; `out` has room for padded(lanes).
template <typename T, typename DrawChunk>
void for_each_chunk(const Request& request, Bits bits, T* out, DrawChunk draw_chunk) {
  TileWords words(request.kernels, request.key, request.tile, bits);
  alignas(64) ChunkOf<T> partial;
  for (std::int64_t first = 0; first < request.count;) {
    const std::int64_t lanes = words.make(first, request.count - first);
    const bool direct = padded(lanes) == lanes;
    draw_chunk(words.words(), first, lanes, direct ? out + first : partial.data());
    if (!direct) std::memcpy(out + first, partial.data(), static_cast<std::size_t>(lanes) * sizeof(T));
    first += lanes;
  }
}

WordPair word_pair(const std::uint32_t* words, std::int64_t lane) {
  return {wide_word(words, 2 * lane), wide_word(words, 2 * lane + 1)};
}

/// shift, scale and top of the lanes of one chunk, as arrays.
class AffineLanes {
 public:
  void set(std::int64_t lane, Affine affine) {
    shift_[static_cast<std::size_t>(lane)] = affine.shift;
    scale_[static_cast<std::size_t>(lane)] = affine.scale;
    top_[static_cast<std::size_t>(lane)] = affine.top;
  }
  void apply(const LaneKernels& kernels, std::int64_t lanes, double* values) const {
    kernels.affine(shift_.data(), scale_.data(), top_.data(), padded(lanes), values);
  }

 private:
  alignas(64) ChunkOf<double> shift_;
  alignas(64) ChunkOf<double> scale_;
  alignas(64) ChunkOf<double> top_;
};

using StandardFill = void (*)(const std::uint32_t*, std::int64_t, double*);
StandardFill standard_fill(const LaneKernels& kernels, Distribution distribution) {
  if (distribution == Distribution::uniform) return kernels.uniform;
  return distribution == Distribution::normal ? kernels.normal : kernels.exponential;
}

void fill_affine(const Request& request, Distribution distribution, const Affine& affine, double* out) {
  AffineLanes lanes_affine;
  for (std::int64_t lane = 0; lane < padded(std::min(request.count, chunk_lanes)); ++lane)
    lanes_affine.set(lane, affine);
  const StandardFill standard = standard_fill(request.kernels, distribution);
  for_each_chunk(request, Bits::two_to_block, out,
                 [&](const std::uint32_t* words, auto, std::int64_t lanes, double* to) {
                   standard(words, padded(lanes), to);
                   lanes_affine.apply(request.kernels, lanes, to);
                 });
}

void fill_varying_affine(const Request& request, Distribution distribution, Parameters parameters, double* out) {
  AffineLanes lanes_affine;
  const StandardFill standard = standard_fill(request.kernels, distribution);
  for_each_chunk(request, Bits::two_to_block, out,
                 [&](const std::uint32_t* words, std::int64_t first, std::int64_t lanes, double* to) {
                   for (std::int64_t lane = 0; lane < lanes; ++lane)
                     lanes_affine.set(lane, affine_of(distribution, parameters, first + lane));
                   for (std::int64_t lane = lanes; lane < padded(lanes); ++lane) lanes_affine.set(lane, {});
                   standard(words, padded(lanes), to);
                   lanes_affine.apply(request.kernels, lanes, to);
                 });
}

/// The first attempt of every lane in SIMD as far as its normal draw; law_at(lane) is the lane's law with its scale.
template <typename LawAt>
void fill_gamma(const Request& request, double* out, LawAt law_at) {
  alignas(64) std::array<std::uint32_t, 2 * (chunk_lanes + lane_padding)> normal_words{};
  alignas(64) ChunkOf<double> normals;
  for_each_chunk(request, Bits::whole_block, out,
                 [&](const std::uint32_t* words, std::int64_t first, std::int64_t lanes, double* to) {
                   for (std::int64_t lane = 0; lane < lanes; ++lane)
                     std::memcpy(normal_words.data() + 2 * lane, words + 4 * lane, sizeof(std::uint64_t));
                   request.kernels.normal(normal_words.data(), padded(lanes), normals.data());
                   for (std::int64_t lane = 0; lane < lanes; ++lane) {
                     const ScaledGamma gamma = law_at(first + lane);
                     const MarsagliaTsang& core = gamma.law.core();
                     const Spot spot = request.tile.spot(first + lane);
                     const auto candidate =
                         core.candidate(normals[static_cast<std::size_t>(lane)], word_pair(words, lane).second);
                     const double draw = candidate ? *candidate : accepted_draw(core, request.key, spot, 1);
                     to[lane] = gamma.law.from_core(draw, request.key, spot) * gamma.scale;
                   }
                 });
}

template <typename Law>
void fill_by_rejection(const Request& request, const Law& law, std::int64_t* out) {
  for_each_chunk(request, Bits::whole_block, out,
                 [&](const std::uint32_t* words, std::int64_t first, std::int64_t lanes, std::int64_t* to) {
                   for (std::int64_t lane = 0; lane < lanes; ++lane) {
                     const auto candidate = law.candidate(word_pair(words, lane));
                     to[lane] =
                         candidate ? *candidate : accepted_draw(law, request.key, request.tile.spot(first + lane), 1);
                   }
                 });
}

// -- one law for all lanes

void fill_law(const Request& request, Distribution, const ScaledGamma& gamma, double* out) {
  fill_gamma(request, out, [&](auto) { return gamma; });
}
void fill_law(const Request& request, Distribution, const BetaLaw& law, double* out) {
  for (std::int64_t lane = 0; lane < request.count; ++lane) out[lane] = law.draw(request.key, request.tile.spot(lane));
}
void fill_law(const Request& request, Distribution distribution, const Affine& affine, double* out) {
  fill_affine(request, distribution, affine, out);
}

void fill_law(const Request& request, Distribution, const Thresholds& law, std::int64_t* out) {
  for_each_chunk(request, Bits::four_to_block, out,
                 [&](const std::uint32_t* words, auto, std::int64_t lanes, std::int64_t* to) {
                   if (law.steps.size() <= most_counted_steps) {
                     request.kernels.count_steps(words, padded(lanes), law.steps, law.first, to);
                   } else {
                     for (std::int64_t lane = 0; lane < lanes; ++lane) to[lane] = law.value(words[lane]);
                   }
                 });
}
void fill_law(const Request& request, Distribution, const NarrowRange& law, std::int64_t* out) {
  for_each_chunk(request, Bits::four_to_block, out,
                 [&](const std::uint32_t* words, auto, std::int64_t lanes, std::int64_t* to) {
                   request.kernels.scale_words(words, padded(lanes), law.numbers, law.low, to);
                 });
}
void fill_law(const Request& request, Distribution, const WideRange& law, std::int64_t* out) {
  for_each_chunk(request, Bits::two_to_block, out,
                 [&](const std::uint32_t* words, std::int64_t first, std::int64_t lanes, std::int64_t* to) {
                   for (std::int64_t lane = 0; lane < lanes; ++lane) {
                     const auto candidate = law.candidate(wide_word(words, lane));
                     to[lane] = candidate ? *candidate : law.draw(request.key, request.tile.spot(first + lane), 1);
                   }
                 });
}
void fill_law(const Request& request, Distribution, const WideSteps& law, std::int64_t* out) {
  for_each_chunk(
      request, Bits::two_to_block, out, [&](const std::uint32_t* words, auto, std::int64_t lanes, std::int64_t* to) {
        for (std::int64_t lane = 0; lane < lanes; ++lane)
          to[lane] = std::upper_bound(law.steps.begin(), law.steps.end(), wide_word(words, lane)) - law.steps.begin();
      });
}
void fill_law(const Request& request, Distribution, const PoissonRejection& law, std::int64_t* out) {
  fill_by_rejection(request, law, out);
}
void fill_law(const Request& request, Distribution, const BinomialRejection& law, std::int64_t* out) {
  fill_by_rejection(request, law, out);
}

// -- from parameters to a law

Sampler::IntegerLaw integer_law_of(Distribution distribution, Parameters parameters) {
  const double first = parameters[0].real(0);
  if (distribution == Distribution::poisson) {
    if (is_inverted_poisson(first)) return Inversion::poisson(first).thresholds();
    return PoissonRejection(first);
  }
  if (distribution == Distribution::bernoulli) return Coin(first).thresholds();
  if (distribution == Distribution::categorical) {
    const Weights weights(parameters, 0);
    if (weights.is_wide()) return WideSteps{weights.wide_steps()};
    return weights.thresholds();
  }
  if (distribution == Distribution::integers) {
    const WholeRange range = whole_range(parameters, 0);
    if (range.extent < most_narrow_numbers) return NarrowRange{range.low, static_cast<std::uint32_t>(range.extent + 1)};
    return WideRange(range.low, range.extent);
  }
  const double p = parameters[1].real(0);
  if (is_inverted_binomial(first, p)) return Inversion::binomial(first, p).thresholds();
  return BinomialRejection(first, p);
}

Sampler::RealLaw real_law_of(Distribution distribution, Parameters parameters) {
  if (is_affine(distribution)) return affine_of(distribution, parameters, 0);
  const double first = parameters[0].real(0);
  const double second = parameters[1].real(0);
  if (distribution == Distribution::gamma) return ScaledGamma{GammaLaw(first), second};
  return BetaLaw(first, second);
}

/// word * numbers / 2^32 reaches k at the word k * 2^32 / numbers, rounded up.
Thresholds range_thresholds(const NarrowRange& range) {
  Thresholds out;
  out.first = range.low;
  for (std::uint64_t k = 1; k < range.numbers; ++k) out.add(((k << 32) + range.numbers - 1) / range.numbers);
  out.index_steps();
  return out;
}

void require(bool holds, const char* what) {
  if (!holds) fail(dsl::Fault::internal, what);
}

}  // namespace

Sampler::Sampler(Distribution distribution, Parameters parameters) : distribution_(distribution) {
  check_parameters(distribution, parameters, 1);
  if (is_real(distribution)) {
    real_law_ = real_law_of(distribution, parameters);
    return;
  }
  integer_law_ = integer_law_of(distribution, parameters);
  if (const auto* range = std::get_if<NarrowRange>(&integer_law_)) range_thresholds_ = range_thresholds(*range);
}

const Thresholds* Sampler::thresholds() const {
  if (is_real(distribution_)) return nullptr;
  if (std::holds_alternative<NarrowRange>(integer_law_)) return &range_thresholds_;
  return std::get_if<Thresholds>(&integer_law_);
}

void Sampler::compare(Key key, const TileCoordinates& tile, std::int64_t count, const WordRanges& ranges,
                      std::int64_t first, std::uint8_t* out, const LaneKernels& kernels) const {
  require(thresholds() != nullptr, "a draw without thresholds compared by words");
  const Request request{kernels, key, tile, count};
  for_each_chunk(request, Bits::four_to_block, out,
                 [&](const std::uint32_t* words, std::int64_t begin, std::int64_t lanes, std::uint8_t* to) {
                   const std::int64_t at = first + begin;
                   kernels.within(words, padded(lanes), ranges.low.data() + at, ranges.span.data() + at,
                                  ranges.possible.data() + at, to);
                 });
}

void Sampler::fill(Key key, const TileCoordinates& tile, std::int64_t count, double* out,
                   const LaneKernels& kernels) const {
  require(is_real(distribution_), "whole numbers drawn as real ones");
  const Request request{kernels, key, tile, count};
  std::visit([&](const auto& law) { fill_law(request, distribution_, law, out); }, real_law_);
}

void Sampler::fill(Key key, const TileCoordinates& tile, std::int64_t count, std::int64_t* out,
                   const LaneKernels& kernels) const {
  require(!is_real(distribution_), "real numbers drawn as whole ones");
  const Request request{kernels, key, tile, count};
  std::visit([&](const auto& law) { fill_law(request, distribution_, law, out); }, integer_law_);
}

void fill_real(Distribution distribution, Key key, Parameters parameters, const TileCoordinates& tile,
               std::int64_t count, double* out, const LaneKernels& kernels) {
  if (!varies(parameters)) return Sampler(distribution, parameters).fill(key, tile, count, out, kernels);
  require(is_real(distribution), "whole numbers drawn as real ones");
  check_parameters(distribution, parameters, count);
  const Request request{kernels, key, tile, count};
  if (is_affine(distribution)) return fill_varying_affine(request, distribution, parameters, out);
  if (distribution == Distribution::gamma) {
    return fill_gamma(request, out, [&](std::int64_t lane) {
      return ScaledGamma{GammaLaw(parameters[0].real(lane)), parameters[1].real(lane)};
    });
  }
  for (std::int64_t lane = 0; lane < count; ++lane)
    out[lane] = real_at(distribution, parameters, lane, key, tile.spot(lane));
}

void fill_integer(Distribution distribution, Key key, Parameters parameters, const TileCoordinates& tile,
                  std::int64_t count, std::int64_t* out, const LaneKernels& kernels) {
  if (!varies(parameters)) return Sampler(distribution, parameters).fill(key, tile, count, out, kernels);
  require(!is_real(distribution), "real numbers drawn as whole ones");
  check_parameters(distribution, parameters, count);
  if (distribution != Distribution::bernoulli) {
    for (std::int64_t lane = 0; lane < count; ++lane)
      out[lane] = integer_at(distribution, parameters, lane, key, tile.spot(lane));
    return;
  }
  const Request request{kernels, key, tile, count};
  for_each_chunk(request, Bits::four_to_block, out,
                 [&](const std::uint32_t* words, std::int64_t first, std::int64_t lanes, std::int64_t* to) {
                   for (std::int64_t lane = 0; lane < lanes; ++lane)
                     to[lane] = Coin(parameters[0].real(first + lane)).draw(words[lane]);
                 });
}

}  // namespace ricci::runtime::random
