/// Natural numbers of any size: what exact conversion between decimal text and doubles needs, and no more.
/// At most a few thousand bits ever occur, so every operation is the schoolbook one.
#pragma once

#include <bit>
#include <cstdint>

#include "dsl/source/vec.hpp"

namespace ricci::dsl {

class BigNatural {
 public:
  constexpr BigNatural() = default;
  constexpr explicit BigNatural(std::uint64_t value) {
    for (; value != 0; value >>= 32) limbs_.push_back(static_cast<std::uint32_t>(value));
  }

  constexpr bool is_zero() const { return limbs_.empty(); }
  constexpr int bit_length() const {
    return is_zero() ? 0 : 32 * static_cast<int>(limbs_.size()) - std::countl_zero(limbs_[limbs_.size() - 1]);
  }

  constexpr void multiply_add(std::uint32_t factor, std::uint32_t addend) {
    std::uint64_t carry = addend;
    for (std::uint32_t& limb : limbs_) {
      carry += static_cast<std::uint64_t>(limb) * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  }
  constexpr void multiply_by_power_of_5(int exponent) {
    constexpr std::uint32_t five_to_13 = 1'220'703'125;
    for (; exponent >= 13; exponent -= 13) multiply_add(five_to_13, 0);
    for (; exponent > 0; --exponent) multiply_add(5, 0);
  }

  constexpr void shift_left(int bits) {
    if (is_zero() || bits == 0) return;
    Vec<std::uint32_t> shifted(static_cast<std::size_t>(bits / 32), 0u);
    std::uint32_t carry = 0;
    const int within = bits % 32;
    for (std::uint32_t limb : limbs_) {
      shifted.push_back(limb << within | carry);
      carry = within == 0 ? 0u : limb >> (32 - within);
    }
    if (carry != 0) shifted.push_back(carry);
    limbs_ = std::move(shifted);
  }

  /// Divides in place and returns the remainder.
  constexpr std::uint32_t divide(std::uint32_t divisor) {
    std::uint64_t remainder = 0;
    for (std::size_t at = limbs_.size(); at-- > 0;) {
      remainder = remainder << 32 | limbs_[at];
      limbs_[at] = static_cast<std::uint32_t>(remainder / divisor);
      remainder %= divisor;
    }
    trim();
    return static_cast<std::uint32_t>(remainder);
  }

  /// *this must not be below `other`.
  constexpr void subtract(const BigNatural& other) {
    std::int64_t carry = 0;
    for (std::size_t at = 0; at < limbs_.size(); ++at) {
      const std::uint32_t theirs = at < other.limbs_.size() ? other.limbs_[at] : 0u;
      carry += static_cast<std::int64_t>(limbs_[at]) - static_cast<std::int64_t>(theirs);
      limbs_[at] = static_cast<std::uint32_t>(carry);
      carry >>= 32;  // arithmetic in C++20: -1 where a borrow is due
    }
    trim();
  }

  friend constexpr bool operator<(const BigNatural& a, const BigNatural& b) {
    if (a.limbs_.size() != b.limbs_.size()) return a.limbs_.size() < b.limbs_.size();
    for (std::size_t at = a.limbs_.size(); at-- > 0;)
      if (a.limbs_[at] != b.limbs_[at]) return a.limbs_[at] < b.limbs_[at];
    return false;
  }

 private:
  constexpr void trim() {
    while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  }

  Vec<std::uint32_t> limbs_;  // least significant first, no leading zeros
};

}  // namespace ricci::dsl
