/// Philox4x32-10: a bijection of 128-bit counters, one for each 64-bit key, whose values pass as independent random
/// words. It is what makes a draw a pure function of where it stands: nothing is stored, nothing has an order.
/// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace ricci::runtime::random {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_multiplier_0 = 0xd2511f53;
inline constexpr std::uint32_t philox_multiplier_1 = 0xcd9e8d57;
inline constexpr std::uint32_t philox_weyl_0 = 0x9e3779b9;  // golden ratio
inline constexpr std::uint32_t philox_weyl_1 = 0xbb67ae85;  // sqrt(3) - 1

constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t product_0 = std::uint64_t{philox_multiplier_0} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{philox_multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += philox_weyl_0;
    key[1] += philox_weyl_1;
  }
  return counter;
}

/// A counter, a key, and what the authors' Random123 makes of them (its file kat_vectors).
struct PhiloxAnswer {
  PhiloxCounter counter;
  PhiloxKey key;
  PhiloxCounter words;
};

inline constexpr std::array<PhiloxAnswer, 3> philox_answers{{
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
}};
static_assert(philox(philox_answers[0].counter, philox_answers[0].key) == philox_answers[0].words);
static_assert(philox(philox_answers[1].counter, philox_answers[1].key) == philox_answers[1].words);
static_assert(philox(philox_answers[2].counter, philox_answers[2].key) == philox_answers[2].words);

}  // namespace ricci::runtime::random
