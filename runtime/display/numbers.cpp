#include "runtime/display/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ricci::runtime {
namespace {

/// Beyond these no common number of decimals suits all numbers.
constexpr double smallest_fixed = 1e-4;
constexpr double largest_ratio = 1e5;
/// Below this every integer is a double of its own, and its digits say something.
constexpr double largest_integer = 1e15;

/// A number rounded to `precision` significant digits: how many it needs, and its exponent of ten.
struct Digits {
  int count = 1;
  int exponent = 0;
};

Digits digits_of(double x, int precision) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*e", precision - 1, std::fabs(x));
  const char* exponent = std::strchr(text, 'e');
  const char* last = exponent - 1;
  while (last > text && *last == '0') --last;
  const int count = *last == '.' || last == text ? 1 : static_cast<int>(last - text);
  return {count, std::atoi(exponent + 1)};
}

}  // namespace

NumberFormat::NumberFormat(const std::vector<double>& numbers, int precision) {
  double largest = 0;
  double smallest = HUGE_VAL;
  bool whole = true;
  int needed = 0;  // decimals
  int mantissa = 0;
  int exponent = -400;
  for (const double x : numbers) {
    if (!std::isfinite(x) || x == 0) continue;
    largest = std::max(largest, std::fabs(x));
    smallest = std::min(smallest, std::fabs(x));
    whole = whole && x == std::floor(x);
    const Digits digits = digits_of(x, precision);
    needed = std::max(needed, digits.count - 1 - digits.exponent);
    mantissa = std::max(mantissa, digits.count - 1);
    exponent = std::max(exponent, digits.exponent);
  }
  if (largest == 0 || (whole && largest < largest_integer)) return;
  exponents_ = exponent >= precision || smallest < smallest_fixed || largest / smallest > largest_ratio;
  const int enough = std::max(precision - 1 - exponent, precision - 2);
  decimals_ = exponents_ ? mantissa : std::clamp(needed, whole ? 0 : 1, std::max(1, enough));
}

std::string NumberFormat::text(double x) const {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  char text[400];
  if (exponents_ && x != 0)
    std::snprintf(text, sizeof text, "%.*e", decimals_, x);
  else
    std::snprintf(text, sizeof text, "%.*f", exponents_ ? 0 : decimals_, x);
  return text;
}

}  // namespace ricci::runtime
