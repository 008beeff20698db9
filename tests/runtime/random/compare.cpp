/// Draws that are compared by their random words hold where the draw itself would: every distribution that is drawn by
/// thresholds, every comparison, numbers far outside of what can be drawn, rows that are whole blocks and rows that are
/// not, every instruction set.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "runtime/random/draw.hpp"
#include "runtime/random/sampler.hpp"

using namespace ricci::runtime::random;

namespace {

struct Law {
  Distribution distribution;
  std::vector<Parameter> parameters;
};

const std::vector<Law>& laws() {
  static const std::vector<Law> all{{Distribution::binomial, {55, 0.05}},
                                    {Distribution::binomial, {200, 0.9}},
                                    {Distribution::binomial, {0, 0.5}},
                                    {Distribution::binomial, {7, 1.0}},
                                    {Distribution::poisson, {3.5}},
                                    {Distribution::poisson, {0.0}},
                                    {Distribution::integers, {-5, 20}},
                                    {Distribution::integers, {3, 4}},
                                    {Distribution::categorical, {1.0, 0.0, 2.0, 0.0}}};
  return all;
}

bool holds(std::int64_t draw, Comparison how, std::int64_t with) {
  switch (how) {
    case Comparison::equal: return draw == with;
    case Comparison::less: return draw < with;
    case Comparison::less_equal: return draw <= with;
    case Comparison::greater: return draw > with;
    default: return draw >= with;
  }
}

}  // namespace

TEST_CASE("random: draws are compared by their words as they would be as numbers") {
  std::mt19937_64 source(3);
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(source() % static_cast<std::uint64_t>(bound));
  };
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t rows[] = {4, 8, 12, 256, 512, 3, 6, 0};
  constexpr std::int64_t numbers[] = {-largest - 1, largest, -6, -5, -1, 0, 1, 2, 3, 4, 7, 19, 20, 180, 55, 200};
  for (int round = 0; round < 400; ++round) {
    const Law& law = laws()[static_cast<std::size_t>(round) % laws().size()];
    const Sampler sampler(law.distribution, law.parameters);
    REQUIRE(sampler.thresholds() != nullptr);
    const std::int64_t row = rows[below(8)];
    const std::vector<std::int64_t> base{below(100) - 50, below(3) == 0 ? below(7) : 4 * (below(9) - 4)};
    const std::vector<std::int64_t> step{0, 1}, row_step{1 + below(3), 0};
    const TileCoordinates tile{base, step, row, row_step};
    const std::int64_t count = 1 + below(512);
    const auto how = static_cast<Comparison>(below(5));
    WordRanges ranges;
    ranges.resize(static_cast<std::size_t>(chunk_lanes + 2 * lane_padding));
    std::vector<std::int64_t> with;
    for (std::int64_t lane = 0; lane < count; ++lane) {
      with.push_back(numbers[below(16)]);
      ranges.set(static_cast<std::size_t>(lane), *sampler.thresholds(), how, with.back());
    }
    INFO("round " << round << ", rows of " << row << ", " << count << " lanes");
    const Key key = stream_key(5, 6);
    for (const LaneKernels* kernels : runnable_lane_kernels()) {
      std::vector<std::uint8_t> out(static_cast<std::size_t>(count), 7);
      sampler.compare(key, tile, count, ranges, 0, out.data(), *kernels);
      int wrong = 0;
      for (std::int64_t lane = 0; lane < count; ++lane) {
        const std::int64_t draw = integer_at(law.distribution, law.parameters, 0, key, tile.spot(lane));
        const auto at = static_cast<std::size_t>(lane);
        wrong += out[at] == (holds(draw, how, with[at]) ? 1 : 0) ? 0 : 1;
      }
      INFO(kernels->name);
      CHECK(wrong == 0);
    }
  }
}
