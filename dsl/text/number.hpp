/// Decimal text to the nearest double and back to the shortest text, exactly rounded, in the compiler and at run time.
/// A double is handled as its bit pattern, so that nodes compare exactly (NaN, -0). Reading takes Clinger's fast path
/// (How to Read Floating Point Numbers Accurately, 1990) where it is exact, and long division of big naturals
/// otherwise.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "dsl/source/vec.hpp"
#include "dsl/text/big_natural.hpp"

namespace ricci::dsl {

/// digits * 10^exponent; `digits` are '0'..'9' without leading zeros, so empty is zero.
struct Decimal {
  Vec<char> digits;
  std::int64_t exponent = 0;

  constexpr void add_digit(char digit) {
    if (!digits.empty() || digit != '0') digits.push_back(digit);
  }
};

inline constexpr std::uint64_t infinity_bits = 0x7FF0'0000'0000'0000;

namespace detail {

/// The nearest double to above / below * 2^exponent, ties to even. Both are positive.
constexpr std::uint64_t round_ratio(BigNatural above, BigNatural below, int exponent) {
  const int excess = above.bit_length() - below.bit_length();
  (excess > 0 ? below : above).shift_left(excess > 0 ? excess : -excess);
  exponent += excess;
  if (above < below) {
    above.shift_left(1);
    --exponent;
  }
  // Now 1 <= above / below < 2. Subnormals have fewer bits; below half of the smallest one nothing is left.
  const int precision = exponent >= -1022 ? 53 : 53 - (-1022 - exponent);
  if (precision < 0) return 0;
  std::uint64_t mantissa = 0;
  for (int bit = 0; bit < precision; ++bit) {
    mantissa <<= 1;
    if (!(above < below)) {
      above.subtract(below);
      ++mantissa;
    }
    above.shift_left(1);
  }
  if (!(above < below)) {
    above.subtract(below);
    if (!above.is_zero() || (mantissa & 1u) != 0) ++mantissa;
  }
  if (exponent < -1022) return mantissa;  // a carry makes the smallest normal number by itself
  if (mantissa >> 53 != 0) {
    mantissa >>= 1;
    ++exponent;
  }
  if (exponent > 1023) return infinity_bits;
  return static_cast<std::uint64_t>(exponent + 1023) << 52 | (mantissa & ((std::uint64_t{1} << 52) - 1));
}

constexpr std::uint64_t round_exactly(const Decimal& decimal) {
  // 768 digits decide every rounding; of the rest only matters whether it is zero.
  constexpr std::size_t deciding = 770;
  BigNatural above;
  const std::size_t kept = decimal.digits.size() < deciding ? decimal.digits.size() : deciding;
  for (std::size_t at = 0; at < kept; ++at)
    above.multiply_add(10, static_cast<std::uint32_t>(decimal.digits[at] - '0'));
  std::int64_t exponent = decimal.exponent + static_cast<std::int64_t>(decimal.digits.size() - kept);
  bool rest = false;
  for (std::size_t at = kept; at < decimal.digits.size(); ++at) rest |= decimal.digits[at] != '0';
  if (rest) {
    above.multiply_add(10, 1);
    --exponent;
  }
  BigNatural below(1);
  (exponent < 0 ? below : above).multiply_by_power_of_5(static_cast<int>(exponent < 0 ? -exponent : exponent));
  return round_ratio(std::move(above), std::move(below), static_cast<int>(exponent));
}

}  // namespace detail

/// The bits of the double nearest to `decimal`; infinity where it is too large.
constexpr std::uint64_t nearest_double(const Decimal& decimal) {
  if (decimal.digits.empty()) return 0;
  const std::int64_t magnitude = decimal.exponent + static_cast<std::int64_t>(decimal.digits.size());
  if (magnitude > 310) return infinity_bits;
  if (magnitude < -330) return 0;
  if (decimal.digits.size() <= 15 && decimal.exponent >= -22 && decimal.exponent <= 22) {
    std::uint64_t whole = 0;
    for (char digit : decimal.digits) whole = 10 * whole + static_cast<std::uint64_t>(digit - '0');
    double power = 1.0;  // exact up to 10^22, as is `whole`: one rounding in all
    for (std::int64_t left = decimal.exponent < 0 ? -decimal.exponent : decimal.exponent; left > 0; --left) power *= 10;
    const double value = static_cast<double>(whole);
    return std::bit_cast<std::uint64_t>(decimal.exponent < 0 ? value / power : value * power);
  }
  return detail::round_exactly(decimal);
}

namespace detail {

/// Every digit of a positive finite double: 1074 after the point at most.
constexpr Decimal exact_decimal(std::uint64_t bits) {
  const int field = static_cast<int>(bits >> 52 & 0x7FF);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int exponent = (field == 0 ? 1 : field) - 1075;
  BigNatural whole(field == 0 ? fraction : fraction | std::uint64_t{1} << 52);
  if (exponent > 0) whole.shift_left(exponent);
  if (exponent < 0) whole.multiply_by_power_of_5(-exponent);  // m / 2^k is m * 5^k / 10^k
  Vec<char> reversed;
  while (!whole.is_zero()) {
    std::uint32_t group = whole.divide(1'000'000'000);
    for (int digit = 0; digit < 9; ++digit, group /= 10) reversed.push_back(static_cast<char>('0' + group % 10));
  }
  Decimal out;
  out.exponent = exponent < 0 ? exponent : 0;
  for (std::size_t at = reversed.size(); at-- > 0;) out.add_digit(reversed[at]);
  return out;
}

/// `decimal` rounded to its first `count` digits, ties to even.
constexpr Decimal round_digits(const Decimal& decimal, std::size_t count) {
  if (decimal.digits.size() <= count) return decimal;
  Decimal out;
  out.exponent = decimal.exponent + static_cast<std::int64_t>(decimal.digits.size() - count);
  for (std::size_t at = 0; at < count; ++at) out.digits.push_back(decimal.digits[at]);
  bool rest = false;
  for (std::size_t at = count + 1; at < decimal.digits.size(); ++at) rest |= decimal.digits[at] != '0';
  const char next = decimal.digits[count];
  const bool up = next > '5' || (next == '5' && (rest || (out.digits.back() - '0') % 2 == 1));
  if (!up) return out;
  std::size_t at = count;
  while (at > 0 && out.digits[at - 1] == '9') out.digits[--at] = '0';
  if (at > 0) {
    ++out.digits[at - 1];
  } else {
    out.digits[0] = '1';  // 99.. became 100..: the same count of digits, one place further up
    ++out.exponent;
  }
  return out;
}

/// 0.001, 12.5, 3.0 near one, 1.5e-7 and 1e22 far from it; always read back as a real, never as an integer.
constexpr Str decimal_text(Decimal decimal) {
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') {
    decimal.digits.pop_back();
    ++decimal.exponent;
  }
  const std::int64_t count = static_cast<std::int64_t>(decimal.digits.size());
  const std::int64_t point = count + decimal.exponent;  // digits before the decimal point
  Str out;
  if (point < -4 || point > 16) {
    for (std::int64_t at = 0; at < count; ++at) {
      if (at == 1) out += '.';
      out += decimal.digits[static_cast<std::size_t>(at)];
    }
    return out + "e" + to_text(point - 1).view();
  }
  if (point <= 0) out += "0.";
  for (std::int64_t zero = point; zero < 0; ++zero) out += '0';
  for (std::int64_t at = 0; at < (count > point ? count : point); ++at) {
    if (at == point && point > 0) out += '.';
    out += at < count ? decimal.digits[static_cast<std::size_t>(at)] : '0';
  }
  if (count <= point) out += ".0";
  return out;
}

}  // namespace detail

/// The shortest decimal that reads back as this double, given by its bits; `inf`, `nan`, a leading `-` where due.
constexpr Str shortest_text(std::uint64_t bits) {
  if (bits >> 63 != 0 && bits << 1 <= infinity_bits << 1) return Str("-") + shortest_text(bits << 1 >> 1).view();
  if (bits == infinity_bits) return "inf";
  if ((bits & infinity_bits) == infinity_bits) return "nan";
  if (bits == 0) return "0.0";
  const Decimal exact = detail::exact_decimal(bits);
  for (std::size_t count = 1; count < 17; ++count) {
    Decimal rounded = detail::round_digits(exact, count);
    if (nearest_double(rounded) == bits) return detail::decimal_text(std::move(rounded));
  }
  return detail::decimal_text(detail::round_digits(exact, 17));
}
constexpr Str shortest_text(double value) { return shortest_text(std::bit_cast<std::uint64_t>(value)); }

}  // namespace ricci::dsl
