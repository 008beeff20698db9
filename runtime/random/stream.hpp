/// Where a draw stands, and the random bits that stand there. A call of a distribution in a statement is a stream; the
/// stream and the seed give a key; the coordinates of a draw give a counter. No two neighbours share bits, and the bits
/// of a draw depend on nothing else, so that every schedule of the same program draws the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dsl/graph/distribution.hpp"
#include "runtime/random/philox.hpp"

namespace ricci::runtime::random {

struct Key {
  std::uint32_t a = 0;
  std::uint32_t b = 0;

  friend constexpr bool operator==(const Key&, const Key&) = default;
};

using dsl::golden;
using dsl::stream_of;
constexpr std::uint64_t mix(std::uint64_t word) { return dsl::scramble(word); }

constexpr Key split(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}
/// Different streams of one seed have different keys.
constexpr Key stream_key(std::uint64_t seed, std::uint64_t stream) { return split(mix(mix(seed + golden) + stream)); }
/// A key for further bits of the same draw: the next attempt of a rejection, the second of two gammas.
constexpr Key derived(Key key, std::uint64_t purpose) {
  return split(mix(((std::uint64_t{key.b} << 32 | key.a) ^ golden) + mix(purpose + golden)));
}

/// The coordinates of one draw: the last one, and all before it as one word (itself, if there is but one; a hash of all
/// if there are more, which for a billion different rows collides with probability 1 in 40).
struct Spot {
  std::uint64_t leading = 0;
  std::int64_t last = 0;
};

/// Hashes leading coordinates one by one; with a single one, use that instead.
constexpr std::uint64_t mix_coordinate(std::uint64_t hash, std::uint64_t coordinate) {
  return mix((hash + golden) ^ coordinate);
}

constexpr Spot spot_of(std::span<const std::int64_t> coordinates) {
  if (coordinates.empty()) return {};
  const std::size_t leading = coordinates.size() - 1;
  if (leading == 0) return {0, coordinates[0]};
  if (leading == 1) return {static_cast<std::uint64_t>(coordinates[0]), coordinates[1]};
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < leading; ++at) hash = mix_coordinate(hash, static_cast<std::uint64_t>(coordinates[at]));
  return {hash, coordinates[leading]};
}

/// How many random bits a draw takes. Neighbours along the last coordinate share a block of 128: the block's number is
/// the last coordinate over 4, 2 or 1, rounded down, and the rest of that division says which part is whose.
enum class Bits : std::uint8_t { four_to_block = 2, two_to_block = 1, whole_block = 0 };

constexpr std::int64_t block_of(std::int64_t last, Bits bits) { return last >> static_cast<int>(bits); }
constexpr std::uint32_t part_of(std::int64_t last, Bits bits) {
  return static_cast<std::uint32_t>(last) & ((1U << static_cast<int>(bits)) - 1);
}

constexpr PhiloxCounter block_words(Key key, std::uint64_t number, std::uint64_t leading) {
  return philox({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32),
                 static_cast<std::uint32_t>(leading), static_cast<std::uint32_t>(leading >> 32)},
                {key.a, key.b});
}

constexpr std::uint32_t word_32(Key key, Spot spot) {
  const auto number = static_cast<std::uint64_t>(block_of(spot.last, Bits::four_to_block));
  return block_words(key, number, spot.leading)[part_of(spot.last, Bits::four_to_block)];
}

constexpr std::uint64_t word_64(Key key, Spot spot) {
  const auto number = static_cast<std::uint64_t>(block_of(spot.last, Bits::two_to_block));
  const PhiloxCounter words = block_words(key, number, spot.leading);
  const std::size_t half = 2 * std::size_t{part_of(spot.last, Bits::two_to_block)};
  return std::uint64_t{words[half + 1]} << 32 | words[half];
}

struct WordPair {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

constexpr WordPair word_128(Key key, Spot spot) {
  const PhiloxCounter words = block_words(key, static_cast<std::uint64_t>(spot.last), spot.leading);
  return {std::uint64_t{words[1]} << 32 | words[0], std::uint64_t{words[3]} << 32 | words[2]};
}

/// The key of attempt 0, 1, 2 ... of a rejection method.
constexpr Key attempt_key(Key key, std::uint64_t attempt) { return attempt == 0 ? key : derived(key, attempt); }

}  // namespace ricci::runtime::random
