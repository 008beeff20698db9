#include "runtime/random/stream.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "runtime/random/units.hpp"
#include "tests/runtime/random/statistics.hpp"

using namespace ricci::runtime::random;

namespace {

constexpr std::size_t sample = 40000;

std::vector<double> units(Key key, std::int64_t row, std::int64_t from) {
  std::vector<double> out;
  for (std::size_t at = 0; at < sample; ++at)
    out.push_back(open_unit(word_64(key, {static_cast<std::uint64_t>(row), from + static_cast<std::int64_t>(at)})));
  return out;
}

}  // namespace

TEST_CASE("random: streams and keys never change") {
  STATIC_REQUIRE(stream_of("x", 1, 0) == 0x4c7e3ec80064fa60);
  STATIC_REQUIRE(stream_of("", 1, 0) == 0x94926c2e801cb6f9);
  STATIC_REQUIRE(stream_of("a longer name, \xce\xbb", 2, 7) == 0x6e2ee5eb2a2b6308);
  STATIC_REQUIRE(stream_key(42, stream_of("x", 1, 0)) == Key{0x2b44c4c5, 0x0723b647});
  STATIC_REQUIRE(derived(stream_key(42, stream_of("x", 1, 0)), 1) == Key{0xe8bcd8c4, 0x138c3462});
}

TEST_CASE("random: different names, definitions and ordinals are different streams") {
  std::set<std::uint64_t> seen;
  std::size_t made = 0;
  std::vector<std::string> names{"",
                                 "a",
                                 "b",
                                 "ab",
                                 "ba",
                                 "x",
                                 "x1",
                                 "x2",
                                 "abcdefgh",
                                 "abcdefghi",
                                 std::string(1, '\0'),
                                 std::string(8, '\0'),
                                 std::string(9, '\0')};
  for (const std::string& name : names)
    for (std::uint64_t times = 0; times < 60; ++times)
      for (std::uint64_t ordinal = 0; ordinal < 60; ++ordinal, ++made) seen.insert(stream_of(name, times, ordinal));
  CHECK(seen.size() == made);
}

TEST_CASE("random: different seeds and streams are different keys") {
  std::set<std::uint64_t> seen;
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (std::uint64_t stream = 0; stream < 200; ++stream, ++made) {
      const Key key = stream_key(seed, stream);
      seen.insert(std::uint64_t{key.b} << 32 | key.a);
    }
  }
  CHECK(seen.size() == made);
}

TEST_CASE("random: the coordinates of a draw stand in its counter as documented") {
  const Key key{1, 2};
  const std::array<std::int64_t, 2> coordinates{-9, -7};
  const Spot spot = spot_of(coordinates);
  CHECK(spot.leading == static_cast<std::uint64_t>(-9));
  CHECK(spot.last == -7);
  // -7 is part 1 of block -2 for 32-bit words, and part 1 of block -4 for 64-bit words.
  const PhiloxCounter quarter = philox({0xfffffffe, 0xffffffff, 0xfffffff7, 0xffffffff}, {1, 2});
  CHECK(word_32(key, spot) == quarter[1]);
  const PhiloxCounter half = philox({0xfffffffc, 0xffffffff, 0xfffffff7, 0xffffffff}, {1, 2});
  CHECK(word_64(key, spot) == (std::uint64_t{half[3]} << 32 | half[2]));
  CHECK(spot_of({}).last == 0);
  CHECK(spot_of(std::array<std::int64_t, 1>{5}).leading == 0);
}

TEST_CASE("random: rows of several leading coordinates differ from their permutations and neighbours") {
  std::set<std::uint64_t> seen;
  std::size_t made = 0;
  for (std::int64_t a = -20; a < 20; ++a) {
    for (std::int64_t b = -20; b < 20; ++b) {
      for (std::int64_t c = -20; c < 20; ++c, ++made)
        seen.insert(spot_of(std::array<std::int64_t, 4>{a, b, c, 0}).leading);
    }
  }
  CHECK(seen.size() == made);
}

TEST_CASE("random: neighbouring coordinates, streams, names and seeds are uncorrelated") {
  const std::uint64_t stream = stream_of("x", 1, 0);
  const Key key = stream_key(42, stream);
  const std::vector<double> plain = units(key, 0, 0);
  const std::vector<std::vector<double>> others{
      units(key, 0, 1),  // the next draw
      units(key, 0, 2),
      units(key, 1, 0),  // the next row
      units(key, -1, 0),
      units(stream_key(42, stream_of("x", 1, 1)), 0, 0),
      units(stream_key(42, stream_of("x", 2, 0)), 0, 0),
      units(stream_key(42, stream_of("y", 1, 0)), 0, 0),
      units(stream_key(43, stream), 0, 0),
      units(stream_key(41, stream), 0, 0),
      units(derived(key, 1), 0, 0),
  };
  for (std::size_t at = 0; at < others.size(); ++at) {
    INFO("comparison " << at);
    CHECK(std::fabs(ricci::test::correlation_score(plain, others[at])) < 4.5);
    std::vector<double> sums;
    for (std::size_t draw = 0; draw < sample; ++draw) {
      const double sum = plain[draw] + others[at][draw];
      sums.push_back(sum < 1 ? sum : sum - 1);  // uniform again when they are independent
    }
    CHECK(ricci::test::ks_probability(sums, [](double x) { return x; }) > 1e-4);
  }
}

TEST_CASE("random: every bit of a word is set half of the time, and neighbouring words share none by rule") {
  const Key key = stream_key(7, stream_of("bits", 1, 0));
  std::array<int, 32> set{};
  std::array<int, 32> equal{};
  constexpr int draws = 40000;
  for (std::int64_t at = 0; at < draws; ++at) {
    const std::uint32_t word = word_32(key, {0, at});
    const std::uint32_t next = word_32(key, {0, at + 1});
    for (std::size_t bit = 0; bit < 32; ++bit) {
      set[bit] += static_cast<int>(word >> bit & 1);
      equal[bit] += static_cast<int>(~(word ^ next) >> bit & 1);
    }
  }
  for (std::size_t bit = 0; bit < 32; ++bit) {
    CHECK(std::abs(set[bit] - draws / 2) < 450);  // 4.5 standard deviations
    CHECK(std::abs(equal[bit] - draws / 2) < 450);
  }
}
