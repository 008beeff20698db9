/// What the parser says where it cannot go on: which of the mistakes people make this is, and what to write instead.
#pragma once

#include "dsl/text/parser_expression.hpp"

namespace ricci::dsl::detail {

struct WordOperator {
  std::string_view word;
  std::string_view operation;
};
inline constexpr WordOperator word_operators[] = {{"and", "&&"},
                                                  {"or", "||"},
                                                  {"not", "!"},
                                                  {"is", "=="},
                                                  {"mod", "%"},
                                                  {"div", "//"},
                                                  {"if", "where(condition, a, b)"}};

constexpr std::string_view operation_for(std::string_view word) {
  for (const WordOperator& own : word_operators)
    if (own.word == word) return own.operation;
  return {};
}

constexpr bool can_start_value(TokenKind kind) {
  return kind == TokenKind::name || kind == TokenKind::integer || kind == TokenKind::real ||
         kind == TokenKind::imaginary || kind == TokenKind::text || kind == TokenKind::open_paren ||
         kind == TokenKind::open_bracket;
}

/// No operand can start here. Returns a node, so that the tree stays whole.
constexpr Operand ExpressionParser::refuse_start() {
  const SyntaxId nothing = add(Syntax{});
  if (failed()) return {nothing, {}};
  const Token& token = peek();
  const bool keyword = token.kind == TokenKind::keyword_for || token.kind == TokenKind::keyword_in;
  if (keyword && sees(TokenKind::assign, 1)) {
    fail(Fault::reserved_name, token.span, text(token));
  } else if (keyword) {
    fail(Fault::bare_keyword, token.span, text(token));
  } else if (token.kind == TokenKind::operation && token.operation == Operation::transpose) {
    fail(Fault::single_quote, token.span);
  } else if (token.kind == TokenKind::colon) {
    fail(Fault::stray_colon, token.span);
  } else {
    fail(Fault::missing_value, missing_place(), described().view());
  }
  return {nothing, {}};
}

/// A complete expression is followed by a token that nothing can follow with. `opener`: the bracket to be closed, if
/// any.
constexpr void ExpressionParser::refuse_token(const Token* opener) {
  if (failed()) return;
  const Token token = peek();
  const Token last = previous();
  const bool closer = token.kind == TokenKind::close_paren || token.kind == TokenKind::close_bracket;
  const bool ends =
      token.kind == TokenKind::end || token.kind == TokenKind::newline || token.kind == TokenKind::semicolon;
  const std::string_view closing = opener != nullptr && opener->kind == TokenKind::open_paren ? ")" : "]";
  const std::string_view word = operation_for(token.kind == TokenKind::name ? text(token) : std::string_view{});
  const std::string_view factor = can_start_value(last.kind) ? text(last) : "...";
  const bool after_not = is_name(last, "not");
  if (opener != nullptr && ends) return fail(Fault::unclosed, opener->span, text(*opener), closing);
  if (opener != nullptr && closer)
    return fail(Fault::mismatched, {token.span, opener->span}, text(*opener), text(token));
  if (closer) return fail(Fault::closes_nothing, token.span, text(token));
  if (opener != nullptr && token.starts_line && can_start_value(token.kind))
    return fail(Fault::unclosed_before, {opener->span, token.span}, text(*opener), closing, text(token));
  if (after_not && can_start_value(token.kind)) return fail(Fault::word_operator, last.span, "not", "!");
  if (!word.empty()) return fail(Fault::word_operator, token.span, text(token), word);
  if (token.kind == TokenKind::assign) return fail(Fault::assign_inside, token.span);
  if (token.kind == TokenKind::compound_assign)
    return fail(Fault::compound_assign, token.span, text(token), "x", row_of(token.operation).spelling);
  if (token.kind == TokenKind::colon) return fail(Fault::stray_colon, token.span);
  if (token.kind == TokenKind::comma) return fail(Fault::loose_values, token.span);
  if (token.kind == TokenKind::keyword_for && opener != nullptr) return fail(Fault::for_inside, token.span);
  if (token.kind == TokenKind::keyword_for || token.kind == TokenKind::keyword_in)
    return fail(Fault::bare_keyword, token.span, text(token));
  if (token.kind == TokenKind::open_paren) return fail(Fault::not_callable, token.span, factor);
  if (can_start_value(token.kind)) return fail(Fault::side_by_side, {token.span, last.span}, factor, text(token));
  fail(Fault::stray_token, token.span, described().view());
}

/// Text for a hint: without its surrounding blanks, and only where it is short enough to be read at a glance.
constexpr Str ExpressionParser::excerpt(Span span) const {
  constexpr std::size_t longest = 80;
  std::string_view own = text(span);
  while (!own.empty() && own.front() == ' ') own.remove_prefix(1);
  while (!own.empty() && own.back() == ' ') own.remove_suffix(1);
  const bool whole = own.size() <= longest && own.find('\n') == std::string_view::npos;
  return whole ? own : std::string_view("...");
}

/// a / sum[k] b * c
constexpr void ExpressionParser::refuse_ambiguous_factor(const Operand& left, const Token& sign, const Operand& right) {
  const Str before = excerpt(left.outer) + " " + text(sign) + " (";
  const Str whole = before + excerpt(right.outer) + ")";
  const std::uint32_t end = right.open.first_factor_end;
  const Str first = before + excerpt({right.outer.begin, end}) + ") " + excerpt({end, right.outer.end});
  fail(Fault::reduction_then_factor, {right.outer, sign.span}, text(sign), whole.view(), first.view());
}

/// a ^ sum[k] b
constexpr void ExpressionParser::refuse_ambiguous_exponent(const Operand& base, const Token& sign,
                                                           const Operand& exponent) {
  const Str power = excerpt(base.outer) + text(sign);
  const Span body{exponent.open.head.end, exponent.outer.end};
  const std::uint32_t end = exponent.open.first_factor_end;
  const Str whole = power + "(" + excerpt(exponent.outer) + ")";
  Str other;  // no ?: between strings: g++ 12 destroys its result too early in constant evaluations
  if (end == 0) {
    other = excerpt(exponent.open.head) + " (" + power + excerpt(body) + ")";
  } else {
    other = power + "(" + excerpt({exponent.outer.begin, end}) + ") " + excerpt({end, exponent.outer.end});
  }
  fail(Fault::reduction_exponent, {exponent.outer, sign.span}, whole.view(), other.view());
}

/// any[k] x[k] > 0; the cursor stands behind the right operand.
constexpr void ExpressionParser::refuse_ambiguous_comparison(const Operand& left, const Token& sign,
                                                             const Operand& right) {
  const Span head = left.open.logical;
  const Str body = excerpt({head.end, left.outer.end});
  const Str rest = Str(" ") + text(sign) + " " + excerpt(right.outer);
  const Str elements = excerpt(head) + " (" + body + rest + ")";
  const Str result = Str("(") + excerpt(head) + " " + body + ")" + rest;
  const std::string_view word = text(head).substr(0, text(head).find_first_of(" [\t"));
  fail(Fault::reduction_compared, {head, sign.span}, word, elements.view(), result.view());
}

}  // namespace ricci::dsl::detail
