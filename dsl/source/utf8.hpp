/// Reads and writes one code point of UTF-8. The lexer uses it to tell letters from signs, the renderer to count
/// columns. Strict, as the Unicode standard asks (table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dsl/source/vec.hpp"

namespace ricci::dsl {

/// One decoded code point; `length` is its bytes, 0 where the text is not valid UTF-8 (or has ended).
struct CodePoint {
  std::uint32_t value = 0;
  std::uint32_t length = 0;
};

constexpr CodePoint decode(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto byte = [&](std::size_t offset) -> std::uint32_t {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0u;
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {};
  std::uint32_t value = first & (0x7Fu >> length);
  for (std::uint32_t offset = 1; offset < length; ++offset) {
    if ((byte(offset) & 0xC0u) != 0x80u) return {};
    value = value << 6 | (byte(offset) & 0x3Fu);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

/// `U+00D7`, at least four hexadecimal digits.
constexpr Str code_point_text(std::uint32_t value) {
  Str out = "U+";
  int digits = 4;
  while (digits < 6 && (value >> (4 * digits)) != 0) ++digits;
  while (digits-- > 0) out += "0123456789ABCDEF"[(value >> (4 * digits)) & 15u];
  return out;
}

struct CodePointRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

template <std::size_t count>
constexpr bool lies_in(std::uint32_t value, const CodePointRange (&ranges)[count]) {
  for (const CodePointRange& range : ranges)
    if (range.first <= value && value <= range.last) return true;
  return false;
}

}  // namespace ricci::dsl
