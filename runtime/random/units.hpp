/// Random words as numbers: evenly spread over [0, 1), over (0, 1), or around 0. Every conversion is exact.
/// U and D are uint64_t and double, or vectors of them of the same length.
#pragma once

#include <cstdint>

#include "runtime/random/exact_math.hpp"

namespace ricci::runtime::random {

// A word below 2^52 under the exponent of 2^52 is 2^52 plus that word; under that of 2^84 it counts in units of 2^32.
inline constexpr std::uint64_t exponent_52 = 0x4330000000000000;
inline constexpr std::uint64_t exponent_84 = 0x4530000000000000;
inline constexpr double two_to_52 = 4503599627370496.0;
inline constexpr double two_to_84 = 19342813113834066795298816.0;

/// k / 2^53 for the upper 53 bits k: 0 <= out < 1.
template <typename U, typename D>
RICCI_EXACT_INLINE void half_open_unit(const U& word, D& out) {
  const U k = word >> 11;
  const D high = __builtin_bit_cast(D, static_cast<U>((k >> 32) | exponent_84)) - two_to_84;
  const D low = __builtin_bit_cast(D, static_cast<U>((k & 0xffffffff) | exponent_52)) - two_to_52;
  out = (high + low) * (0.5 / two_to_52);
}

/// (k + 1/2) / 2^52 for the upper 52 bits k: 0 < out < 1.
template <typename U, typename D>
RICCI_EXACT_INLINE void open_unit(const U& word, D& out) {
  out = (__builtin_bit_cast(D, static_cast<U>((word >> 12) | exponent_52)) - (two_to_52 - 0.5)) * (1.0 / two_to_52);
}
RICCI_EXACT_INLINE double open_unit(std::uint64_t word) {
  double out;
  open_unit(word, out);
  return out;
}

/// +-(k + 1/2) / 2^53 for the sign in the upper bit and the next 52 bits k: 0 < |out| < 1/2.
template <typename U, typename D>
RICCI_EXACT_INLINE void centred_unit(const U& word, D& out) {
  const U k = (word >> 11) & 0x000fffffffffffff;
  const D size = (__builtin_bit_cast(D, static_cast<U>(k | exponent_52)) - (two_to_52 - 0.5)) * (0.5 / two_to_52);
  out = __builtin_bit_cast(D, static_cast<U>(__builtin_bit_cast(U, size) | (word & 0x8000000000000000)));
}
RICCI_EXACT_INLINE double centred_unit(std::uint64_t word) {
  double out;
  centred_unit(word, out);
  return out;
}

/// True when centred_unit(word) lies outside the reach of the normal quantile's central formula.
constexpr bool in_normal_tail(std::uint64_t word) {
  constexpr auto last = static_cast<std::uint64_t>(exact::normal_centre_reach * (2 * two_to_52) - 0.5);
  return ((word >> 11) & 0x000fffffffffffff) > last;
}

}  // namespace ricci::runtime::random
