#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "runtime/random/draw.hpp"
#include "runtime/random/sampler.hpp"

using namespace ricci::runtime::random;

namespace {

struct Case {
  Distribution distribution;
  std::vector<Parameter> parameters;
};

std::vector<Parameter> many_weights(std::size_t count) {
  std::vector<Parameter> out;
  for (std::size_t at = 0; at < count; ++at) out.emplace_back(static_cast<double>(at % 7));
  return out;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {Distribution::uniform, {-1.0, 3.0}},
      {Distribution::normal, {1.0, 2.0}},
      {Distribution::exponential, {2.0}},
      {Distribution::gamma, {2.5, 2.0}},
      {Distribution::gamma, {0.3, 1.0}},
      {Distribution::beta, {2.0, 3.0}},
      {Distribution::beta, {0.2, 0.4}},
      {Distribution::binomial, {55, 0.05}},  // few steps: counted
      {Distribution::binomial, {200, 0.9}},  // more: looked up; reflected
      {Distribution::binomial, {1000000, 0.3}},
      {Distribution::binomial, {1000000, 0.8}},
      {Distribution::poisson, {3.5}},
      {Distribution::poisson, {900.0}},
      {Distribution::poisson, {1e6}},
      {Distribution::integers, {-5, 20}},
      {Distribution::integers, {0, 4097}},
      {Distribution::integers, {-9.0e18, 9.0e18}},  // a third of the words is rejected
      {Distribution::bernoulli, {0.4}},
      {Distribution::categorical, {1.0, 0.0, 2.0, 5.0}},
      {Distribution::categorical, many_weights(5000)},
  };
  return all;
}

struct RandomTile {
  std::vector<std::int64_t> base;
  std::vector<std::int64_t> step;
  std::vector<std::int64_t> row_step;
  std::int64_t row_lanes = 0;
  std::int64_t count = 0;

  TileCoordinates coordinates() const { return {base, step, row_lanes, row_step}; }
  std::vector<std::int64_t> lane(std::int64_t l) const {
    std::vector<std::int64_t> out;
    for (std::size_t c = 0; c < base.size(); ++c)
      out.push_back(row_lanes == 0 ? base[c] + l * step[c]
                                   : base[c] + l % row_lanes * step[c] + l / row_lanes * row_step[c]);
    return out;
  }
};

std::int64_t between(std::mt19937_64& source, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(source() % static_cast<std::uint64_t>(high - low + 1));
}

RandomTile random_tile(std::mt19937_64& source) {
  RandomTile out;
  const auto rank = static_cast<std::size_t>(between(source, 0, 4));
  const bool contiguous = source() % 2 == 0;
  for (std::size_t c = 0; c < rank; ++c) {
    const bool last = c + 1 == rank;
    const std::int64_t reach = source() % 8 == 0 ? std::int64_t{1} << 40 : 50;
    out.base.push_back(between(source, -reach, reach));
    out.step.push_back(contiguous ? (last ? 1 : 0) : between(source, -3, 3));
    out.row_step.push_back(between(source, -5, 5));
  }
  out.count = between(source, 0, 300);
  if (source() % 8 == 0) out.count = between(source, 500, 900);
  if (source() % 2 == 0) out.row_lanes = source() % 2 == 0 ? 4 * between(source, 1, 6) : between(source, 1, 40);
  return out;
}

template <typename T>
T one_draw(const Case& each, Key key, const std::vector<std::int64_t>& coordinates) {
  if constexpr (std::is_same_v<T, double>)
    return draw_real(each.distribution, key, each.parameters, coordinates);
  else
    return draw_integer(each.distribution, key, each.parameters, coordinates);
}

/// Every lane as the single draw has it, bit for bit, and nothing written behind the last.
template <typename T>
bool agrees(const Case& each, Key key, const RandomTile& tile, const LaneKernels& kernels) {
  const Sampler sampler = prepared(each.distribution, each.parameters);
  constexpr T untouched = 77;
  std::vector<T> out(static_cast<std::size_t>(tile.count) + 8, untouched);
  sampler.fill(key, tile.coordinates(), tile.count, out.data(), kernels);
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto l = static_cast<std::int64_t>(at);
    const T expected = l < tile.count ? one_draw<T>(each, key, tile.lane(l)) : untouched;
    if (std::bit_cast<std::uint64_t>(out[at]) != std::bit_cast<std::uint64_t>(expected)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("random: a tile holds the single draws, bit for bit, on every instruction set") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 source(seed);
    const RandomTile tile = random_tile(source);
    const Key key = stream_key(seed, 3);
    for (const Case& each : cases()) {
      for (const LaneKernels* kernels : runnable_lane_kernels()) {
        INFO("seed " << seed << ", " << row(each.distribution).name << ", " << kernels->name << ", rank "
                     << tile.base.size() << ", rows of " << tile.row_lanes << ", " << tile.count << " lanes");
        if (is_real(each.distribution))
          CHECK(agrees<double>(each, key, tile, *kernels));
        else
          CHECK(agrees<std::int64_t>(each, key, tile, *kernels));
      }
    }
  }
}

TEST_CASE("random: tiles of every count and offset hold the single draws") {
  const Key key = stream_key(9, 9);
  for (std::int64_t count = 0; count <= 300; ++count) {
    const RandomTile tile{{2, count % 11 - 5}, {0, 1}, {1, 0}, 0, count};
    INFO("count " << count);
    for (const std::size_t which : {0U, 1U, 7U, 14U, 16U}) {
      const Case& each = cases()[which];
      if (is_real(each.distribution))
        CHECK(agrees<double>(each, key, tile, lane_kernels()));
      else
        CHECK(agrees<std::int64_t>(each, key, tile, lane_kernels()));
    }
  }
}

TEST_CASE("random: however a tile is cut up, its draws are the same") {
  const Key key = stream_key(5, 1);
  for (const Case& each : cases()) {
    if (!is_real(each.distribution)) continue;
    INFO(row(each.distribution).name);
    const Sampler sampler = prepared(each.distribution, each.parameters);
    const std::vector<std::int64_t> step{0, 1};
    std::vector<std::int64_t> base{4, -100};
    std::vector<double> whole(1000);
    std::vector<double> pieces(1000);
    fill_real(sampler, key, {base, step}, 1000, whole.data());
    for (std::int64_t at = 0, piece = 1; at < 1000; at += piece, piece = piece * 3 % 64 + 1) {
      base[1] = -100 + at;
      fill_real(sampler, key, {base, step}, std::min(piece, 1000 - at), pieces.data() + at);
    }
    CHECK(whole == pieces);
  }
}

TEST_CASE("random: the last coordinate may run over the ends of 64 bits") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> base{most - 5};
  const std::vector<std::int64_t> step{1};
  const Key key{1, 2};
  for (const Case& each : cases()) {
    if (is_real(each.distribution)) continue;
    std::vector<std::int64_t> out(12);
    fill_integer(prepared(each.distribution, each.parameters), key, {base, step}, 12, out.data());
    for (std::uint64_t at = 0; at < 12; ++at) {
      const auto last = static_cast<std::int64_t>(static_cast<std::uint64_t>(most - 5) + at);
      CHECK(out[at] == draw_integer(each.distribution, key, each.parameters, std::vector<std::int64_t>{last}));
    }
  }
}

TEST_CASE("random: parameters that vary give each lane the draw of its own") {
  constexpr std::size_t count = 333;
  std::mt19937_64 source(11);
  std::vector<double> reals(count);
  std::vector<double> shares(count);
  std::vector<std::int64_t> wholes(count);
  for (std::size_t at = 0; at < count; ++at) {
    reals[at] = static_cast<double>(source() % 10000) / 700;
    shares[at] = static_cast<double>(source() % 1001) / 1000;
    wholes[at] = between(source, 1, at % 3 == 0 ? 5'000'000'000 : 300);
  }
  const Parameter real = Parameter::lanes(reals.data());
  const Parameter share = Parameter::lanes(shares.data());
  const Parameter whole = Parameter::lanes(wholes.data());
  std::vector<double> raised(reals);
  for (double& each : raised) each += 0.01;
  const std::vector<Case> varying{
      {Distribution::uniform, {-1.0, real}},
      {Distribution::normal, {real, 2.0}},
      {Distribution::exponential, {real}},
      {Distribution::gamma, {real, share}},
      {Distribution::beta, {Parameter::lanes(raised.data()), 0.5}},
      {Distribution::binomial, {whole, share}},
      {Distribution::poisson, {whole}},
      {Distribution::integers, {-3, whole}},
      {Distribution::bernoulli, {share}},
      {Distribution::categorical, {real, 0.5, share}},
  };
  const std::vector<std::int64_t> base{-7, 3};
  const std::vector<std::int64_t> step{0, 1};
  const Key key = stream_key(1, 1);
  for (const Case& each : varying) {
    INFO(row(each.distribution).name);
    std::vector<double> real_out(count);
    std::vector<std::int64_t> whole_out(count);
    if (is_real(each.distribution))
      fill_real(each.distribution, key, each.parameters, {base, step}, count, real_out.data());
    else
      fill_integer(each.distribution, key, each.parameters, {base, step}, count, whole_out.data());
    bool same = true;
    for (std::size_t at = 0; at < count; ++at) {
      Case alone{each.distribution, {}};
      for (const Parameter& parameter : each.parameters) {
        const auto lane = static_cast<std::int64_t>(at);
        if (parameter.is_whole())
          alone.parameters.emplace_back(parameter.whole(lane));
        else
          alone.parameters.emplace_back(parameter.real(lane));
      }
      const std::vector<std::int64_t> spot{-7, 3 + static_cast<std::int64_t>(at)};
      if (is_real(each.distribution))
        same = same && real_out[at] == one_draw<double>(alone, key, spot);
      else
        same = same && whole_out[at] == one_draw<std::int64_t>(alone, key, spot);
    }
    CHECK(same);
  }
}

TEST_CASE("random: exposed thresholds give the draws of the sampler") {
  const Key key = stream_key(2, 2);
  for (const Case& each : cases()) {
    if (is_real(each.distribution)) continue;
    INFO(row(each.distribution).name);
    const Sampler sampler = prepared(each.distribution, each.parameters);
    const Thresholds* thresholds = sampler.thresholds();
    if (thresholds == nullptr) continue;
    bool same = true;
    for (std::int64_t at = 0; at < 3000; ++at) {
      const std::int64_t expected =
          draw_integer(each.distribution, key, each.parameters, std::vector<std::int64_t>{at});
      same = same && thresholds->value(word_32(key, {0, at})) == expected;
    }
    CHECK(same);
  }
}
