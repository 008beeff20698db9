/// Text to tokens. Comments, blanks and line ends that do not end a statement are gone afterwards, numbers have values.
/// The first thing that cannot be read becomes a token of its own, so that the statements before it still parse.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/source/utf8.hpp"
#include "dsl/text/alphabet.hpp"
#include "dsl/text/number.hpp"
#include "dsl/text/token.hpp"

namespace ricci::dsl {

struct Lexed {
  Vec<Token> tokens;  // the last is TokenKind::end or TokenKind::fault
  Diagnostic fault;   // set where the last is TokenKind::fault
};

namespace detail {

class Lexer {
 public:
  constexpr explicit Lexer(std::string_view text) : text_(text), chars_(text.data()), size_(text.size()) {}

  constexpr Lexed run() {
    if (text_.size() >= longest_text) {
      fail(Fault::text_too_long, Span{});
      return std::move(out_);
    }
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.substr(0, 3) == byte_order_mark) at_ = 3;
    out_.tokens.reserve(text_.size() / 2 + 2);
    while (!failed_ && at_ < size_) read_one();
    if (!failed_) push(TokenKind::end, at_);
    return std::move(out_);
  }

 private:
  static constexpr std::size_t longest_text = 0xFFFF'0000;  // a Span counts bytes in 32 bits

  constexpr char peek(std::size_t offset = 0) const { return at_ + offset < size_ ? chars_[at_ + offset] : '\0'; }
  constexpr bool sees(std::string_view word) const {
    for (std::size_t offset = 0; offset < word.size(); ++offset)  // far fewer compiler steps than comparing views
      if (peek(offset) != word[offset]) return false;
    return true;
  }
  constexpr CodePoint code_point() const { return decode(text_, at_); }
  constexpr std::string_view text_from(std::size_t begin) const { return {chars_ + begin, at_ - begin}; }
  constexpr Span span_from(std::size_t begin) const {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
  }

  constexpr void read_one() {
    const char c = chars_[at_];
    switch (ascii_class(c)) {
      case AsciiClass::blank: ++at_; return;
      case AsciiClass::line_end: return end_line();
      case AsciiClass::hash: return skip_comment();
      case AsciiClass::letter: return read_name();
      case AsciiClass::digit: return read_number();
      case AsciiClass::quote: return read_text();
      case AsciiClass::point: return is_digit(static_cast<unsigned char>(peek(1))) ? read_number() : read_sign();
      case AsciiClass::sign: return read_sign();
      case AsciiClass::beyond: return starts_name(code_point().value) ? read_name() : read_sign();
    }
  }

  constexpr void push(TokenKind kind, std::size_t begin, Operation operation = Operation::none,
                      std::uint64_t bits = 0) {
    out_.tokens.push_back({kind, operation, line_is_blank_, after_gap_, span_from(begin), bits});
    line_is_blank_ = after_gap_ = false;
    line_has_text_ = true;
  }

  template <typename... Arguments>
  constexpr void fail(Fault fault, Span place, const Arguments&... arguments) {
    failed_ = true;
    out_.fault = diagnose(fault, place, arguments...);
    push(TokenKind::fault, at_);
  }

  /// Whether the statement must go on after the last token, so that a line end there is a blank.
  constexpr bool is_unfinished() const {
    if (open_ > 0 || out_.tokens.empty()) return true;
    return wants_more(out_.tokens.back());
  }

  constexpr void end_line() {
    const std::size_t begin = at_++;
    if (!line_has_text_) after_gap_ = true;
    if (!is_unfinished()) {
      const bool gap = after_gap_;
      push(TokenKind::newline, begin);
      after_gap_ = gap;
    }
    line_is_blank_ = true;
    line_has_text_ = false;
  }

  /// A line that opens with `for` or an infix operator takes back the line end before it.
  constexpr void continue_statement() {
    if (!out_.tokens.empty() && out_.tokens.back().kind == TokenKind::newline) out_.tokens.pop_back();
  }

  constexpr void skip_comment() {
    line_has_text_ = true;
    while (at_ < text_.size() && peek() != '\n') {
      const CodePoint here = code_point();
      if (here.length == 0) return fail_utf8();
      at_ += here.length;
    }
  }

  constexpr void fail_utf8() {
    const std::size_t begin = at_++;
    fail(Fault::bad_utf8, span_from(begin));
  }

  constexpr void read_text() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') {
      const CodePoint here = code_point();
      if (here.length == 0) return fail_utf8();
      at_ += here.length;
    }
    if (peek() != '"' || at_ >= text_.size())
      return fail(Fault::open_text, Span{span_from(begin).begin, span_from(begin).begin + 1});
    ++at_;
    push(TokenKind::text, begin);
  }

  constexpr void skip_name() {
    for (;; ++at_) {
      const AsciiClass own = at_ < size_ ? ascii_class(chars_[at_]) : AsciiClass::blank;
      if (own == AsciiClass::letter || own == AsciiClass::digit) continue;
      if (own != AsciiClass::beyond) return;
      const CodePoint here = code_point();
      if (here.length == 0 || !continues_name(here.value)) return;
      at_ += here.length - 1;
    }
  }

  constexpr void read_name() {
    const std::size_t begin = at_;
    skip_name();
    const std::string_view name = text_from(begin);
    TokenKind kind = TokenKind::name;
    if (name == "for") kind = TokenKind::keyword_for;
    if (name == "in") kind = TokenKind::keyword_in;
    if (kind == TokenKind::keyword_for) continue_statement();
    push(kind, begin);
  }

  constexpr void read_sign() {
    const std::size_t begin = at_;
    if (peek() == '.' && sees("...")) {
      at_ += 3;
      return push(TokenKind::ellipsis, begin);
    }
    const std::size_t mark = mark_of(peek());
    if (mark < marks.size() && !sees("==")) {
      const TokenKind kind = marks[mark].kind;
      ++at_;
      if (kind == TokenKind::open_paren || kind == TokenKind::open_bracket) ++open_;
      if ((kind == TokenKind::close_paren || kind == TokenKind::close_bracket) && open_ > 0) --open_;
      return push(kind, begin);
    }
    for (std::size_t at = first_operator(peek()); at < operators.size(); ++at)
      if (sees(operators[at].spelling)) return read_operator(operators[at]);
    refuse_sign();
  }

  constexpr void read_operator(const OperatorRow& own) {
    const std::size_t begin = at_;
    at_ += own.spelling.size();
    if (own.opens_line) continue_statement();
    const bool compound = own.assigns && peek() == '=' && peek(1) != '=';
    if (compound) ++at_;
    push(compound ? TokenKind::compound_assign : TokenKind::operation, begin, own.operation);
  }

  constexpr void refuse_sign() {
    const CodePoint here = code_point();
    if (here.length == 0) return fail_utf8();
    const std::size_t begin = at_;
    at_ += here.length;
    const std::string_view sign = text_from(begin);
    const Span place = span_from(begin);
    if (sign == "&" || sign == "|") return fail(Fault::single_sign, place, sign);
    if (sign == "~") return fail(Fault::foreign_sign, place, sign, "!");
    if (sign == ".") return fail(Fault::lone_point, place);
    const Str ascii = ascii_spelling(here.value);
    if (here.value >= 0x80 && !ascii.empty()) return fail(Fault::foreign_sign, place, sign, ascii.view());
    const bool printable = here.value > ' ' && here.value < 0x7F;
    fail(Fault::stray_sign, place, printable ? sign : code_point_text(here.value).view());
  }

  // -- numbers

  constexpr bool digit_at(std::size_t offset) const { return is_digit(static_cast<unsigned char>(peek(offset))); }

  /// Digits with single underscores between them.
  constexpr void read_digits(Decimal& into, std::int64_t step) {
    while (digit_at(0) ||
           (peek() == '_' && digit_at(1) && at_ > 0 && is_digit(static_cast<unsigned char>(text_[at_ - 1])))) {
      if (peek() != '_') {
        into.add_digit(peek());
        into.exponent += step;
      }
      ++at_;
    }
  }

  constexpr bool read_exponent(Decimal& into) {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() != 'e' && peek() != 'E') || !digit_at(1 + sign)) return false;
    const bool negative = peek(1) == '-';
    at_ += 1 + sign;
    constexpr std::int64_t ceiling = 1'000'000'000'000;  // far beyond what any text has digits to make up for
    std::int64_t exponent = 0;
    for (; digit_at(0); ++at_)
      if (exponent < ceiling) exponent = 10 * exponent + (peek() - '0');
    into.exponent += negative ? -exponent : exponent;
    return true;
  }

  constexpr void read_number() {
    const std::size_t begin = at_;
    Decimal decimal;
    read_digits(decimal, 0);
    bool whole = true;
    if (peek() == '.' && !sees("..")) {
      ++at_;
      whole = false;
      read_digits(decimal, -1);
    }
    if (read_exponent(decimal)) whole = false;
    const std::string_view digits = text_from(begin);
    const CodePoint after_i = decode(text_, at_ + 1);
    const bool imaginary = peek() == 'i' && (after_i.length == 0 || !continues_name(after_i.value));
    if (imaginary) ++at_;
    if (!imaginary && peek() != '_' && starts_name(code_point().value)) return refuse_product(begin, digits);
    if (peek() == '_' || (peek() == '.' && !sees("..."))) return refuse_number(begin);
    finish_number(begin, decimal, whole, imaginary);
  }

  constexpr void finish_number(std::size_t begin, const Decimal& decimal, bool whole, bool imaginary) {
    const std::string_view written = text_from(begin);
    if (whole && !imaginary) {
      constexpr std::uint64_t largest = 0x7FFF'FFFF'FFFF'FFFF;
      std::uint64_t value = 0;
      for (char c : decimal.digits) {
        const std::uint64_t digit = static_cast<std::uint64_t>(c - '0');
        if (value > (largest - digit) / 10) return fail(Fault::integer_too_large, span_from(begin), written);
        value = 10 * value + digit;
      }
      return push(TokenKind::integer, begin, Operation::none, value);
    }
    const std::uint64_t bits = nearest_double(decimal);
    if (bits == infinity_bits) return fail(Fault::number_too_large, span_from(begin), written);
    push(imaginary ? TokenKind::imaginary : TokenKind::real, begin, Operation::none, bits);
  }

  constexpr void refuse_product(std::size_t begin, std::string_view digits) {
    const std::size_t name = at_;
    skip_name();
    fail(Fault::number_then_name, span_from(begin), digits, text_from(name));
  }

  constexpr void refuse_number(std::size_t begin) {
    while (peek() == '.' || continues_name(code_point().value)) at_ += code_point().length;
    fail(Fault::malformed_number, span_from(begin), text_from(begin));
  }

  std::string_view text_;
  const char* chars_;
  std::size_t size_;
  std::size_t at_ = 0;
  int open_ = 0;                // brackets and parentheses open here
  bool line_is_blank_ = true;   // no token yet on this line
  bool line_has_text_ = false;  // a token or a comment
  bool after_gap_ = false;      // an empty line since the last token
  bool failed_ = false;
  Lexed out_;
};

}  // namespace detail

constexpr Lexed lex(std::string_view text) { return detail::Lexer(text).run(); }

}  // namespace ricci::dsl
