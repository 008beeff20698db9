/// The words of the language: what the lexer makes of the text and the parser reads.
/// One table lists every operator with its binding strength; the lexer, the parser and unparse all read it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dsl/source/span.hpp"
#include "dsl/text/syntax.hpp"

namespace ricci::dsl {

/// How tightly an operator binds, loosest first; an operand of a level is everything that binds at least as tightly.
enum class Level : std::uint8_t {
  lowest,
  disjunction,
  conjunction,
  negation,
  comparison,
  additive,
  product,
  unary,
  power,
  postfix,
};

constexpr Level tighter(Level level) { return static_cast<Level>(static_cast<std::uint8_t>(level) + 1); }

struct OperatorRow {
  std::string_view spelling;
  Operation operation;
  Level level;      // as an infix (or postfix); Level::lowest if it only stands in front
  bool opens_line;  // a line that starts with it continues the statement above
  bool assigns;     // followed by `=` it is a compound assignment, which other languages have
};

/// Longer spellings first, so that the first match is the longest.
inline constexpr std::array operators{
    OperatorRow{"||", Operation::logical_or, Level::disjunction, true, false},
    OperatorRow{"&&", Operation::logical_and, Level::conjunction, true, false},
    OperatorRow{"==", Operation::equal, Level::comparison, true, false},
    OperatorRow{"!=", Operation::not_equal, Level::comparison, true, false},
    OperatorRow{"<=", Operation::less_equal, Level::comparison, true, false},
    OperatorRow{">=", Operation::greater_equal, Level::comparison, true, false},
    OperatorRow{"**", Operation::power, Level::power, true, true},
    OperatorRow{"//", Operation::floor_divide, Level::product, true, true},
    OperatorRow{"<", Operation::less, Level::comparison, true, false},
    OperatorRow{">", Operation::greater, Level::comparison, true, false},
    OperatorRow{"+", Operation::add, Level::additive, false, true},
    OperatorRow{"-", Operation::subtract, Level::additive, false, true},
    OperatorRow{"*", Operation::multiply, Level::product, true, true},
    OperatorRow{"/", Operation::divide, Level::product, true, true},
    OperatorRow{"\\", Operation::solve, Level::product, true, true},
    OperatorRow{"@", Operation::matmul, Level::product, true, true},
    OperatorRow{"%", Operation::modulo, Level::product, true, true},
    OperatorRow{"^", Operation::power, Level::power, true, true},
    OperatorRow{"!", Operation::logical_not, Level::lowest, false, false},
    OperatorRow{"'", Operation::transpose, Level::postfix, false, false},
};

/// The row of an operation. `**` and `^` are one operation and agree in all but the spelling.
constexpr const OperatorRow& row_of(Operation operation) {
  for (const OperatorRow& own : operators)
    if (own.operation == operation) return own;
  return operators[0];
}

/// The level of each operation, by Operation: what the parser asks at every token.
inline constexpr auto levels = [] {
  std::array<Level, static_cast<std::size_t>(Operation::transpose) + 1> out{};
  for (const OperatorRow& own : operators) out[static_cast<std::size_t>(own.operation)] = own.level;
  return out;
}();
constexpr Level level_of(Operation operation) { return levels[static_cast<std::size_t>(operation)]; }

enum class TokenKind : std::uint8_t {
  end,      // of the text; always the last token, unless `fault` is
  fault,    // the text cannot be read on from here; the lexer holds the diagnostic
  newline,  // one that ends a statement
  semicolon,
  integer,    // bits: the value
  real,       // bits: the double's
  imaginary,  // bits: the double's
  text,       // span: with the quotes
  name,
  keyword_for,
  keyword_in,
  operation,        // which one: `operation` (`-` is always subtract, `+` add)
  assign,           // =
  compound_assign,  // += and the like; operation: which one
  comma,
  colon,
  ellipsis,  // ...
  open_paren,
  close_paren,
  open_bracket,
  close_bracket,
};

struct Token {
  TokenKind kind = TokenKind::end;
  Operation operation = Operation::none;
  bool starts_line = false;  // nothing but blanks stands before it on its line
  bool after_gap = false;    // an empty line stands before it
  Span span;
  std::uint64_t bits = 0;
};

/// Whether a statement must go on after this token, so that a line end behind it is a blank.
constexpr bool wants_more(const Token& token) {
  constexpr TokenKind unfinished[] = {TokenKind::newline,   TokenKind::assign, TokenKind::compound_assign,
                                      TokenKind::comma,     TokenKind::colon,  TokenKind::keyword_for,
                                      TokenKind::keyword_in};
  for (TokenKind kind : unfinished)
    if (token.kind == kind) return true;
  return token.kind == TokenKind::operation && token.operation != Operation::transpose;
}

struct Mark {
  char sign;
  TokenKind kind;
};
inline constexpr std::array marks{
    Mark{'(', TokenKind::open_paren},    Mark{')', TokenKind::close_paren}, Mark{'[', TokenKind::open_bracket},
    Mark{']', TokenKind::close_bracket}, Mark{',', TokenKind::comma},       Mark{':', TokenKind::colon},
    Mark{';', TokenKind::semicolon},     Mark{'=', TokenKind::assign},
};

namespace detail {
/// By ASCII sign: its row among the marks, and the first row of operators that can begin with it; past the end if none.
struct SignRows {
  std::uint8_t mark[128];
  std::uint8_t first_operator[128];
};
inline constexpr SignRows sign_rows = [] {
  SignRows out{};
  for (std::size_t sign = 0; sign < 128; ++sign) {
    out.mark[sign] = static_cast<std::uint8_t>(marks.size());
    out.first_operator[sign] = static_cast<std::uint8_t>(operators.size());
  }
  for (std::size_t at = marks.size(); at-- > 0;)
    out.mark[static_cast<unsigned char>(marks[at].sign)] = static_cast<std::uint8_t>(at);
  for (std::size_t at = operators.size(); at-- > 0;)
    out.first_operator[static_cast<unsigned char>(operators[at].spelling[0])] = static_cast<std::uint8_t>(at);
  return out;
}();
}  // namespace detail

constexpr std::size_t mark_of(char sign) {
  const auto at = static_cast<unsigned char>(sign);
  return at < 128 ? detail::sign_rows.mark[at] : marks.size();
}
constexpr std::size_t first_operator(char sign) {
  const auto at = static_cast<unsigned char>(sign);
  return at < 128 ? detail::sign_rows.first_operator[at] : operators.size();
}

}  // namespace ricci::dsl
