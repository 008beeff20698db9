/// Which code points may stand in names, and what to type instead of those that stand nowhere.
/// Letters of any alphabet are welcome without Unicode tables: everything from U+0080 on is a letter, save the blocks
/// of spaces, punctuation and signs listed here. Names are compared byte by byte; nothing is normalised.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/source/utf8.hpp"

namespace ricci::dsl {

/// Blocks that hold no letters. U+00AA, U+00B5 and U+00BA are letters and left out; subscripts (U+2080..) may end
/// names.
inline constexpr CodePointRange signs[] = {
    {0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},       {0xD7, 0xD7},     {0xF7, 0xF7},
    {0x1680, 0x1680}, {0x2000, 0x207E}, {0x2190, 0x23FF}, {0x2500, 0x2BFF},   {0x2E00, 0x2E7F}, {0x3000, 0x3003},
    {0x3008, 0x3020}, {0xE000, 0xF8FF}, {0xFE00, 0xFE6F}, {0xFEFF, 0xFEFF},   {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20},
    {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0xE0000, 0x10FFFF}};

struct Spelling {
  std::uint32_t sign = 0;
  std::string_view ascii;
};

/// What ricci writes for a sign that mathematics or a word processor writes otherwise.
inline constexpr Spelling ascii_spellings[] = {
    {0x00D7, "*"},         {0x00B7, "*"},       {0x22C5, "*"},       {0x2217, "*"},       {0x2219, "*"},
    {0x2022, "*"},         {0x00F7, "/"},       {0x2215, "/"},       {0x2044, "/"},       {0x2212, "-"},
    {0x2010, "-"},         {0x2011, "-"},       {0x2012, "-"},       {0x2013, "-"},       {0x2014, "-"},
    {0x2264, "<="},        {0x2265, ">="},      {0x2A7D, "<="},      {0x2A7E, ">="},      {0x2260, "!="},
    {0x2261, "=="},        {0x2227, "&&"},      {0x2228, "||"},      {0x22C0, "&&"},      {0x22C1, "||"},
    {0x00AC, "!"},         {0x2208, "in"},      {0x221E, "inf"},     {0x2211, "sum[k]"},  {0x220F, "prod[k]"},
    {0x221A, "sqrt(...)"}, {0x2216, "\\"},      {0x00B2, "^2"},      {0x00B3, "^3"},      {0x00B9, "^1"},
    {0x2070, "^0"},        {0x2074, "^4"},      {0x2075, "^5"},      {0x2076, "^6"},      {0x2077, "^7"},
    {0x2078, "^8"},        {0x2079, "^9"},      {0x207B, "^-"},      {0x2032, "'"},       {0x2018, "'"},
    {0x2019, "'"},         {0x201C, "\""},      {0x201D, "\""},      {0x00AB, "\""},      {0x00BB, "\""},
    {0x201E, "\""},        {0x2026, "..."},     {0x2190, "="},       {0x00A0, "a space"}, {0x202F, "a space"},
    {0x3000, "a space"},   {0x2009, "a space"}, {0x2003, "a space"}, {0x3010, "["},       {0x3011, "]"},
    {0x3001, ","},         {0x3002, "."},       {0x27E8, "("},       {0x27E9, ")"}};

/// Empty where there is nothing to offer.
constexpr Str ascii_spelling(std::uint32_t sign) {
  for (const Spelling& own : ascii_spellings)
    if (own.sign == sign) return own.ascii;
  constexpr std::uint32_t full_width = 0xFEE0;  // U+FF01.. are the printable ASCII signs, moved
  if (sign > full_width + ' ' && sign <= full_width + '~') {
    Str out;
    return out += static_cast<char>(sign - full_width);
  }
  return {};
}

constexpr bool is_digit(std::uint32_t value) { return value >= '0' && value <= '9'; }

constexpr bool starts_name(std::uint32_t value) {
  if (value < 0x80) return (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z') || value == '_';
  return !lies_in(value, signs);
}
constexpr bool continues_name(std::uint32_t value) { return starts_name(value) || is_digit(value); }

/// What the lexer does at a byte, looked up once a byte.
enum class AsciiClass : std::uint8_t { sign, blank, line_end, hash, letter, digit, quote, point, beyond };

namespace detail {
struct AsciiClasses {
  AsciiClass of[256];
};
inline constexpr AsciiClasses ascii_classes = [] {
  AsciiClasses out{};
  for (std::uint32_t at = 0; at < 256; ++at)
    out.of[at] = at >= 0x80        ? AsciiClass::beyond
                 : starts_name(at) ? AsciiClass::letter
                 : is_digit(at)    ? AsciiClass::digit
                                   : AsciiClass::sign;
  const auto set = [&](char c, AsciiClass to) { out.of[static_cast<unsigned char>(c)] = to; };
  for (char c : {' ', '\t', '\r'}) set(c, AsciiClass::blank);
  set('\n', AsciiClass::line_end);
  set('#', AsciiClass::hash);
  set('"', AsciiClass::quote);
  set('.', AsciiClass::point);
  return out;
}();
}  // namespace detail
constexpr AsciiClass ascii_class(char c) { return detail::ascii_classes.of[static_cast<unsigned char>(c)]; }

}  // namespace ricci::dsl
