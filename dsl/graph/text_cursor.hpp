/// A place in a graph's text and what can be taken from it: marks, words, integers, numbers by their bits. Blanks
/// within a line mean nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "dsl/graph/dtype.hpp"
#include "dsl/source/span.hpp"
#include "dsl/text/number.hpp"

namespace ricci::dsl::detail {

/// A number as it stands in the text, before its type is known.
struct Literal {
  enum Kind : std::uint8_t { raw, integer, real } kind = raw;
  std::uint64_t bits = 0;       // raw: as they are; integer: the value
  std::uint64_t real_bits = 0;  // integer and real: the double's

  /// The bits that a constant of this type keeps, if the literal can stand for one.
  constexpr bool as(DType type, std::uint64_t& out) const {
    const bool floating = DType::f32 <= type;
    out = kind != raw && floating ? real_bits : bits;
    return kind == raw || floating || (kind == integer && is_integer(type));
  }
};

class TextCursor {
 public:
  constexpr explicit TextCursor(std::string_view text) : text_(text) {}

  constexpr std::int64_t line() const { return line_; }
  constexpr Span place() const {
    const std::uint32_t begin = static_cast<std::uint32_t>(at_ < text_.size() ? at_ : text_.size());
    return {begin, begin < text_.size() ? begin + 1 : begin};
  }
  /// Goes to the next line that holds something; the first call stays on the first such line.
  constexpr bool next_line() {
    for (; at_ < text_.size() && is_blank(text_[at_]); ++at_) line_ += text_[at_] == '\n';
    return at_ < text_.size();
  }
  /// Behind the next `mark` that stands outside quotes.
  constexpr bool next_after(char mark) {
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      if (quoted && text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        quoted = !quoted;
      } else if (!quoted && text_[at_] == mark) {
        ++at_;
        return true;
      }
    }
    return false;
  }
  /// The next character of the line; 0 at its end.
  constexpr char peek() {
    while (at_ < text_.size() && text_[at_] != '\n' && is_blank(text_[at_])) ++at_;
    return at_ < text_.size() && text_[at_] != '\n' ? text_[at_] : '\0';
  }
  constexpr bool at_end_of_line() { return peek() == '\0' && (at_ >= text_.size() || text_[at_] == '\n'); }
  constexpr bool take(char c) {
    if (at_end_of_line() || peek() != c) return false;
    ++at_;
    return true;
  }
  constexpr bool word(std::string_view word) {
    peek();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  constexpr std::string_view name() {
    peek();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  /// A name, or any text between quotes.
  constexpr bool quotable(Str& out) {
    if (!take('"')) {
      out = Str(name());
      return !out.empty();
    }
    for (; at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size())
        out += text_[++at_] == 'n' ? '\n' : text_[at_];
      else
        out += text_[at_];
    }
    return take('"');
  }
  constexpr bool natural(std::uint64_t& out) {
    peek();
    const std::size_t begin = at_;
    out = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      const std::uint64_t digit = static_cast<std::uint64_t>(text_[at_] - '0');
      if (out > (~std::uint64_t{0} - digit) / 10) return false;
      out = 10 * out + digit;
    }
    return at_ > begin;
  }
  constexpr bool integer(std::int64_t& out) {
    const bool minus = take('-');
    std::uint64_t magnitude = 0;
    constexpr std::uint64_t limit = std::uint64_t{1} << 63U;
    if (!natural(magnitude) || magnitude > limit || (!minus && magnitude == limit)) return false;
    out = static_cast<std::int64_t>(minus ? ~magnitude + 1 : magnitude);
    return true;
  }
  /// 0x..., true, false, inf, nan, an integer, or a number with a point or an exponent.
  constexpr bool number(Literal& out) {
    if (word("0x")) return hexadecimal(out.bits);
    if (word("true")) return out.bits = 1, true;
    if (word("false")) return out.bits = 0, true;
    const bool minus = take('-');
    const std::uint64_t sign = minus ? std::uint64_t{1} << 63U : 0;
    out.kind = Literal::real;
    if (word("inf")) return out.real_bits = infinity_bits | sign, true;
    if (word("nan")) return out.real_bits = 0x7FF8'0000'0000'0000 | sign, true;
    Decimal decimal;
    bool whole = true;
    const std::size_t begin = at_;
    if (!decimal_digits(decimal, whole)) return false;
    out.real_bits = nearest_double(decimal) | sign;
    if (!whole) return true;
    out.kind = Literal::integer;
    at_ = begin;
    if (!natural(out.bits) || out.bits > (std::uint64_t{1} << 63U) - (minus ? 0 : 1)) return false;
    if (minus) out.bits = ~out.bits + 1;
    return true;
  }

 private:
  static constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static constexpr bool is_name(char c) {
    return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80U;
  }
  constexpr bool hexadecimal(std::uint64_t& out) {
    const std::size_t begin = at_;
    out = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!is_digit(c) && (c < 'a' || c > 'f')) break;
      out = out << 4U | static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return at_ > begin && at_ - begin <= 16;
  }
  constexpr bool decimal_digits(Decimal& out, bool& whole) {
    std::size_t digits = 0;
    for (; at_ < text_.size() && (is_digit(text_[at_]) || (whole && text_[at_] == '.')); ++at_) {
      if (text_[at_] == '.') {
        whole = false;
        continue;
      }
      out.add_digit(text_[at_]);
      out.exponent -= whole ? 0 : 1;
      ++digits;
    }
    if (at_ < text_.size() && text_[at_] == 'e') {
      ++at_;
      std::int64_t exponent = 0;
      if (!integer(exponent) || exponent > 100'000 || exponent < -100'000) return false;
      out.exponent += exponent;
      whole = false;
    }
    return digits > 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace ricci::dsl::detail
