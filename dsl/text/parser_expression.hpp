/// Expressions by precedence climbing (Pratt, Top Down Operator Precedence, 1973): one loop reads every infix operator
/// of the table in token.hpp. Here are the operators; operands with brackets of their own are in parser_operand.hpp.
/// Where a reduction leaves two readings open, both are shown and neither is chosen.
#pragma once

#include "dsl/text/parser_cursor.hpp"

namespace ricci::dsl::detail {

/// A reduction without parentheses at the right edge of an expression: what follows it may seem to belong to it.
struct OpenReduction {
  Span head;                           // its name and bindings
  std::uint32_t first_factor_end = 0;  // where other factors follow the first one of its body; else 0
  Span logical;                        // the head of the innermost any, all, count at the edge; else empty
};

/// One parsed expression. `outer` includes the parentheses around it.
struct Operand {
  SyntaxId id = 0;
  Span outer;
  OpenReduction open = {};
  bool is_reduction = false;           // a reduction without parentheses, perhaps behind signs
  std::uint32_t first_factor_end = 0;  // of a product without parentheses; else 0
};

class ExpressionParser : protected Cursor {
 protected:
  using Cursor::Cursor;

  /// Reads an expression whose infix operators all bind at least as tightly as `floor`.
  constexpr Operand expression(Level floor) {
    if (++nesting_ > max_nesting) fail(Fault::too_nested, peek().span, max_nesting);
    Operand left = (this->*start_of(floor))();
    while (!failed()) {
      const Level level = infix_level();
      if (level == Level::lowest || level < floor) break;
      if (level == Level::comparison) {
        left = comparison(left);
      } else if (level == Level::postfix) {
        left = sees(TokenKind::open_bracket) ? access(left) : transposed(left);
      } else {
        left = binary(left, level);
      }
    }
    --nesting_;
    return left;
  }

  // parser_operand.hpp
  constexpr Operand literal();
  constexpr Operand name();
  constexpr Operand call();
  constexpr Operand reduction();
  constexpr Operand list();
  constexpr Operand parenthesised();
  constexpr Operand access(const Operand& base);
  constexpr SyntaxId entry();
  constexpr SyntaxId slice(const Operand& start, bool has_start);
  constexpr SyntaxId slice_end();
  constexpr SyntaxId named_argument();
  constexpr SyntaxId binding(bool range_required);
  constexpr void close(TokenKind kind, const Token& opener);
  constexpr bool refuse_reserved(const Token& token);
  // parser_refusal.hpp
  constexpr Operand refuse_start();
  constexpr void refuse_token(const Token* opener);
  constexpr void refuse_ambiguous_factor(const Operand& left, const Token& sign, const Operand& right);
  constexpr void refuse_ambiguous_exponent(const Operand& base, const Token& sign, const Operand& exponent);
  constexpr void refuse_ambiguous_comparison(const Operand& left, const Token& sign, const Operand& right);
  constexpr Str excerpt(Span span) const;

  bool in_entry_ = false;  // within the brackets of an access or the ends of a range, where nothing is imaginary

 private:
  using Start = Operand (ExpressionParser::*)();

  /// How to read the operand that begins here. A member pointer keeps the recursion at two functions a level.
  constexpr Start start_of(Level floor) {
    if (failed()) return &ExpressionParser::refuse_start;
    const Token& token = peek();
    if (token.kind == TokenKind::name) {
      const bool reduces = is_reduction(text(token));
      if (sees(TokenKind::open_paren, 1) && !in_new_line(1)) return &ExpressionParser::call;
      if (reduces && sees(TokenKind::open_bracket, 1)) return &ExpressionParser::reduction;
      return &ExpressionParser::name;
    }
    if (token.kind == TokenKind::operation) {
      if (token.operation == Operation::add || token.operation == Operation::subtract)
        return &ExpressionParser::prefixed;
      if (token.operation == Operation::logical_not) {
        if (floor <= Level::negation) return &ExpressionParser::prefixed;
        fail(Fault::not_inside, token.span);
      }
      return &ExpressionParser::refuse_start;
    }
    if (token.kind == TokenKind::open_paren) return &ExpressionParser::parenthesised;
    if (token.kind == TokenKind::open_bracket) return &ExpressionParser::list;
    const bool is_literal = token.kind == TokenKind::integer || token.kind == TokenKind::real ||
                            token.kind == TokenKind::imaginary || token.kind == TokenKind::text;
    return is_literal ? &ExpressionParser::literal : &ExpressionParser::refuse_start;
  }

  /// Inside brackets line ends are blanks, but a line that opens a bracket after a value might be an entry of its own.
  constexpr bool in_new_line(std::size_t offset) const { return peek(offset).starts_line; }

  constexpr Level infix_level() const {
    const Token& token = peek();
    if (token.kind == TokenKind::operation) return level_of(token.operation);
    return token.kind == TokenKind::open_bracket ? Level::postfix : Level::lowest;
  }

  constexpr Operand prefixed() {
    const Token sign = advance();
    const bool negates = sign.operation == Operation::logical_not;
    Operand operand = expression(negates ? Level::negation : Level::unary);
    const Operation operation = negates                            ? Operation::logical_not
                                : sign.operation == Operation::add ? Operation::plus
                                                                   : Operation::negate;
    operand.outer = join(sign.span, operand.outer);
    operand.id = add(shaped(Form::unary, operand.outer, operation), {operand.id});
    operand.first_factor_end = 0;
    return operand;
  }

  constexpr Operand transposed(const Operand& base) {
    const Token quote = advance();
    const Syntax unary = shaped(Form::unary, join(base.outer, quote.span), Operation::transpose);
    const SyntaxId id = add(unary, {base.id});
    return {id, unary.span};
  }

  constexpr Operand binary(const Operand& left, Level level) {
    const Token sign = advance();
    const bool is_power = level == Level::power;
    const Operand right = expression(is_power ? Level::unary : tighter(level));
    if (is_power && right.is_reduction) refuse_ambiguous_exponent(left, sign, right);
    const bool regroups = level == Level::product && sign.operation != Operation::multiply;
    if (regroups && right.open.first_factor_end != 0) refuse_ambiguous_factor(left, sign, right);
    const Syntax joined = shaped(Form::binary, join(left.outer, right.outer), sign.operation);
    const SyntaxId id = add(joined, {left.id, right.id});
    Operand out{id, joined.span, right.open};
    out.open.first_factor_end = 0;
    if (level == Level::product)
      out.first_factor_end = left.first_factor_end != 0 ? left.first_factor_end : left.outer.end;
    return out;
  }

  /// A chain a < b <= c is one node; each operand but the last has a relation directly after it.
  constexpr Operand comparison(const Operand& first) {
    Vec<SyntaxId> kids{first.id};
    Operand last = first;
    while (!failed() && infix_level() == Level::comparison) {
      const Token sign = advance();
      const Syntax relation = shaped(Form::relation, sign.span, sign.operation);
      kids.push_back(add(relation));
      const Operand next = expression(Level::additive);
      if (!last.open.logical.empty()) refuse_ambiguous_comparison(last, sign, next);
      kids.push_back(next.id);
      last = next;
    }
    Syntax chain = shaped(Form::compare, join(first.outer, last.outer));
    const SyntaxId id = add(chain, kids);
    return {id, chain.span};
  }

  int nesting_ = 0;
};

}  // namespace ricci::dsl::detail

// The rest of the class, so that each of the three headers is complete by itself.
#include "dsl/text/parser_operand.hpp"
#include "dsl/text/parser_refusal.hpp"
