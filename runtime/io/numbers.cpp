/// std::from_chars and std::to_chars, with their gaps closed: a leading +, and out-of-range told apart from tiny.
#include "runtime/io/numbers.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace ricci::runtime::io {
namespace {

/// Drops one leading + that a number, and no second sign, follows.
const char* after_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return text.data() + (plus ? 1 : 0);
}

/// A number beyond double's range: zero when it is tiny.
bool is_tiny(const char* first, const char* last) {
  long double wide = 0;
  if (std::from_chars(first, last, wide).ec == std::errc{}) return std::fabs(wide) < 1;
  for (; first + 1 < last; ++first)
    if (*first == 'e' || *first == 'E') return first[1] == '-';
  return false;
}

}  // namespace

Parsed take_number(std::string_view& text, double& value) {
  const char* first = after_plus(text);
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, value);
  if (error == std::errc::invalid_argument) return Parsed::malformed;
  if (error == std::errc::result_out_of_range) {
    if (!is_tiny(first, end)) return Parsed::too_large;
    value = *first == '-' ? -0.0 : 0.0;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return Parsed::number;
}

Parsed take_number(std::string_view& text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(after_plus(text), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return Parsed::malformed;
  if (error == std::errc::result_out_of_range) return Parsed::too_large;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return Parsed::number;
}

Parsed parse_complex(std::string_view text, std::complex<double>& value) {
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
  double first = 0;
  if (const Parsed parsed = take_number(text, first); parsed != Parsed::number) return parsed;
  const auto is_unit = [](std::string_view rest) { return rest == "i" || rest == "j"; };
  if (text.empty() || is_unit(text)) {
    value = text.empty() ? std::complex<double>{first, 0} : std::complex<double>{0, first};
    return Parsed::number;
  }
  if (text[0] != '+' && text[0] != '-') return Parsed::malformed;
  if (text.substr(0, 2) == "+-") text.remove_prefix(1);
  double second = 0;
  if (const Parsed parsed = take_number(text, second); parsed != Parsed::number) return parsed;
  value = {first, second};
  return is_unit(text) ? Parsed::number : Parsed::malformed;
}

void append_number(std::string& text, double value) {
  if (std::isnan(value)) {  // a NaN's sign means nothing
    text += "nan";
    return;
  }
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text.append(digits, end);
  const bool looks_integer = std::isfinite(value) &&
                             std::memchr(digits, '.', static_cast<std::size_t>(end - digits)) == nullptr &&
                             std::memchr(digits, 'e', static_cast<std::size_t>(end - digits)) == nullptr;
  if (looks_integer) text += ".0";
}

void append_number(std::string& text, std::int64_t value) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text.append(digits, end);
}

}  // namespace ricci::runtime::io
