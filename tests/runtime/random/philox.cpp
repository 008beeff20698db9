#include "runtime/random/philox.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "runtime/random/lanes.hpp"

using namespace ricci::runtime::random;

TEST_CASE("random: Philox gives Random123's known answers when it runs") {
  for (const PhiloxAnswer& answer : philox_answers) {
    volatile std::uint32_t opaque = answer.counter[0];  // keeps the compiler from answering itself
    PhiloxCounter counter = answer.counter;
    counter[0] = opaque;
    CHECK(philox(counter, answer.key) == answer.words);
  }
}

TEST_CASE("random: Philox in lanes gives the known answers on every instruction set") {
  for (const LaneKernels* kernels : runnable_lane_kernels()) {
    INFO(kernels->name);
    for (const PhiloxAnswer& answer : philox_answers) {
      const auto& c = answer.counter;
      const std::vector<std::uint64_t> numbers(lane_padding, std::uint64_t{c[1]} << 32 | c[0]);
      const std::vector<std::uint64_t> leading(lane_padding, std::uint64_t{c[3]} << 32 | c[2]);
      std::vector<std::uint32_t> words(4 * lane_padding);
      kernels->blocks({answer.key[0], answer.key[1]}, numbers.data(), leading.data(), lane_padding, words.data());
      for (std::size_t at = 0; at < words.size(); ++at) CHECK(words[at] == answer.words[at % 4]);
    }
  }
}

TEST_CASE("random: Philox in lanes keeps the order of blocks and words") {
  std::mt19937_64 source(7);
  std::vector<std::uint64_t> numbers(chunk_lanes);
  std::vector<std::uint64_t> leading(chunk_lanes);
  for (auto& word : numbers) word = source();
  for (auto& word : leading) word = source();
  const Key key{0x12345678, 0xfedcba98};
  for (const LaneKernels* kernels : runnable_lane_kernels()) {
    INFO(kernels->name);
    std::vector<std::uint32_t> words(4 * chunk_lanes);
    kernels->blocks(key, numbers.data(), leading.data(), chunk_lanes, words.data());
    bool same = true;
    for (std::size_t block = 0; block < numbers.size(); ++block) {
      const PhiloxCounter expected = block_words(key, numbers[block], leading[block]);
      for (std::size_t word = 0; word < 4; ++word) same = same && words[4 * block + word] == expected[word];
    }
    CHECK(same);
  }
}
