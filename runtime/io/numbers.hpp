/// Numbers as text, the same in every locale: parsed whole or not at all, printed so that they read back to the same
/// bits.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <string_view>

namespace ricci::runtime::io {

enum class Parsed : std::uint8_t { number, malformed, too_large };

/// Reads the number at the start of `text` and drops it from there. A leading + is fine; inf and nan are numbers;
/// what is too small becomes zero; what is too large is not silently made infinite.
Parsed take_number(std::string_view& text, double& value);
Parsed take_number(std::string_view& text, std::int64_t& value);

/// 1+2i, 1+2j, -3i, 4, and as NumPy's savetxt writes them, (1+-2j): all of `text`.
Parsed parse_complex(std::string_view text, std::complex<double>& value);

/// All of `text` is one number.
template <typename T>
Parsed parse_number(std::string_view text, T& value) {
  const Parsed parsed = take_number(text, value);
  return parsed == Parsed::number && !text.empty() ? Parsed::malformed : parsed;
}

/// The shortest digits that read back to the same bits, with a point or exponent: 1 is printed as 1.0.
void append_number(std::string& text, double value);
void append_number(std::string& text, std::int64_t value);

}  // namespace ricci::runtime::io
