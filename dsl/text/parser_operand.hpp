/// Operands and what stands in brackets: literals, names, calls, reductions, lists, accesses, ranges.
/// Every bracket remembers its opener, so that one that is never closed is shown where it opens.
#pragma once

#include "dsl/text/parser_expression.hpp"

namespace ricci::dsl::detail {

constexpr Operand ExpressionParser::literal() {
  const Token token = advance();
  Syntax leaf;
  leaf.span = token.span;
  leaf.bits = token.bits;
  if (token.kind == TokenKind::text) {
    leaf.form = Form::text;
    leaf.name = {token.span.begin + 1, token.span.end - 1};
  } else {
    leaf.form = token.kind == TokenKind::integer ? Form::integer
                : token.kind == TokenKind::real  ? Form::real
                                                 : Form::imaginary;
  }
  if (leaf.form == Form::imaginary && in_entry_) {
    const std::string_view digits = text(Span{token.span.begin, token.span.end - 1});
    fail(Fault::imaginary_index, token.span, digits);
  }
  const SyntaxId id = add(leaf);
  return {id, leaf.span};
}

constexpr Operand ExpressionParser::name() {
  const Token token = advance();
  if (is_reduction(text(token))) {
    const bool defined = sees(TokenKind::assign) || sees(TokenKind::compound_assign);
    fail(defined ? Fault::reserved_name : Fault::bare_reduction, token.span, text(token));
  }
  Syntax leaf = shaped(Form::name, token.span);
  leaf.name = token.span;
  const SyntaxId id = add(leaf);
  return {id, leaf.span};
}

constexpr Operand ExpressionParser::parenthesised() {
  const Token opener = advance();
  const Operand inner = expression(Level::lowest);
  close(TokenKind::close_paren, opener);
  node(inner.id).parenthesised = true;
  return {inner.id, join(opener.span, previous().span)};
}

constexpr Operand ExpressionParser::list() {
  const Token opener = advance();
  Vec<SyntaxId> items;
  if (!sees(TokenKind::close_bracket)) {
    do {
      items.push_back(expression(Level::lowest).id);
    } while (take(TokenKind::comma));
  }
  close(TokenKind::close_bracket, opener);
  Syntax all = shaped(Form::list, join(opener.span, previous().span));
  const SyntaxId id = add(all, items);
  return {id, all.span};
}

constexpr Operand ExpressionParser::call() {
  const Token function = advance();
  const Token opener = advance();
  Vec<SyntaxId> arguments;
  Vec<Span> keys;
  if (!sees(TokenKind::close_paren)) {
    do {
      if (sees(TokenKind::name) && sees(TokenKind::assign, 1)) {
        keys.push_back(peek().span);
        require_distinct(keys, Fault::repeated_argument);
        arguments.push_back(named_argument());
      } else {
        if (!keys.empty()) fail(Fault::positional_after_named, peek().span);
        arguments.push_back(expression(Level::lowest).id);
      }
    } while (take(TokenKind::comma));
  }
  close(TokenKind::close_paren, opener);
  Syntax all = shaped(Form::call, join(function.span, previous().span));
  all.name = function.span;
  const SyntaxId id = add(all, arguments);
  return {id, all.span};
}

/// name = value
constexpr SyntaxId ExpressionParser::named_argument() {
  const Token key = advance();
  advance();
  const Operand value = expression(Level::lowest);
  Syntax pair = shaped(Form::named, join(key.span, value.outer));
  pair.name = key.span;
  return add(pair, {value.id});
}

/// sum[k, l in 0:n] body: the body is the rest of the product.
constexpr Operand ExpressionParser::reduction() {
  const Token name = advance();
  const Token opener = advance();
  Vec<SyntaxId> kids;
  Vec<Span> names;
  if (sees(TokenKind::close_bracket)) {
    advance();
    const bool defined = sees(TokenKind::assign) || sees(TokenKind::compound_assign);
    fail(defined ? Fault::reserved_name : Fault::no_indices, name.span, text(name));
  } else {
    do {
      kids.push_back(binding(false));
      names.push_back(node(kids.back()).name);
      require_distinct(names, Fault::repeated_index);
    } while (take(TokenKind::comma));
    close(TokenKind::close_bracket, opener);
  }
  const Span head = join(name.span, previous().span);
  if (sees(TokenKind::assign) || sees(TokenKind::compound_assign)) fail(Fault::reserved_name, name.span, text(name));
  const Operand body = expression(Level::product);
  kids.push_back(body.id);
  Syntax all = shaped(Form::reduce, join(name.span, body.outer));
  all.name = name.span;
  const SyntaxId id = add(all, kids);
  Operand out{id, all.span, body.open, true};
  out.open.head = head;
  if (body.first_factor_end != 0) out.open.first_factor_end = body.first_factor_end;
  const std::string_view word = text(name);
  if (out.open.logical.empty() && (word == "any" || word == "all" || word == "count")) out.open.logical = head;
  return out;
}

/// k, or k in start:stop
constexpr SyntaxId ExpressionParser::binding(bool range_required) {
  const Token index = peek();
  if (index.kind != TokenKind::name) {
    const bool keyword = index.kind == TokenKind::keyword_for || index.kind == TokenKind::keyword_in;
    if (keyword) {
      fail(Fault::reserved_name, index.span, text(index));
    } else {
      fail(Fault::missing_index, missing_place(), described().view(),
           range_required ? "for i in 0:n, j in 0:m" : "sum[k] ... or sum[k in 0:n, l] ...");
    }
    return add(Syntax{});
  }
  refuse_reserved(index);
  advance();
  Syntax all = shaped(Form::binding, index.span);
  all.name = index.span;
  if (sees(TokenKind::assign) || (range_required && !sees(TokenKind::keyword_in)))
    fail(Fault::for_without_range, {index.span, missing_place()}, text(index));
  if (!take(TokenKind::keyword_in)) return add(all);
  const bool outside = std::exchange(in_entry_, true);
  const Operand start = expression(Level::additive);
  if (!take(TokenKind::colon)) fail(Fault::for_without_range, {index.span, start.outer}, text(index));
  const Operand stop = expression(Level::additive);
  if (sees(TokenKind::colon)) fail(Fault::range_step, peek().span);
  in_entry_ = outside;
  all.span = join(index.span, stop.outer);
  return add(all, {start.id, stop.id});
}

constexpr Operand ExpressionParser::access(const Operand& base) {
  const Token opener = advance();
  if (opener.starts_line) fail(Fault::line_in_brackets, opener.span, "[");
  const bool outside = std::exchange(in_entry_, true);
  Vec<SyntaxId> kids{base.id};
  if (!sees(TokenKind::close_bracket)) {
    do {
      const bool word = sees(TokenKind::ellipsis) || sees(TokenKind::colon) || is_name(peek(), "newaxis");
      if (word) {
        kids.push_back(entry());
      } else {
        const Operand start = expression(Level::lowest);
        kids.push_back(sees(TokenKind::colon) ? slice(start, true) : start.id);
      }
    } while (take(TokenKind::comma));
  }
  in_entry_ = outside;
  close(TokenKind::close_bracket, opener);
  Syntax all = shaped(Form::access, join(base.outer, previous().span));
  const SyntaxId id = add(all, kids);
  return {id, all.span};
}

/// An entry that starts as no expression does: `...`, `newaxis` or a slice without a start.
constexpr SyntaxId ExpressionParser::entry() {
  if (sees(TokenKind::colon)) return slice({}, false);
  const Form form = sees(TokenKind::ellipsis) ? Form::ellipsis : Form::newaxis;
  return add(shaped(form, advance().span));
}

/// start:stop:step, each of which may be absent; the cursor stands on the first colon.
constexpr SyntaxId ExpressionParser::slice(const Operand& start, bool has_start) {
  Span whole = join(start.outer, peek().span);
  const SyntaxId from = has_start ? start.id : slice_end();
  advance();
  const SyntaxId to = slice_end();
  if (sees(TokenKind::colon)) advance();
  const SyntaxId step = slice_end();
  whole = join(whole, previous().span);
  Syntax all = shaped(Form::slice, whole);
  return add(all, {from, to, step});
}

/// One part of a slice; Form::none where it is absent.
constexpr SyntaxId ExpressionParser::slice_end() {
  const bool absent = sees(TokenKind::colon) || sees(TokenKind::comma) || sees(TokenKind::close_bracket);
  if (!absent) return expression(Level::lowest).id;
  Syntax none;
  none.span = {peek().span.begin, peek().span.begin};
  return add(none);
}

/// Names that mean something to the grammar cannot be bound.
constexpr bool ExpressionParser::refuse_reserved(const Token& token) {
  const bool keyword = token.kind == TokenKind::keyword_for || token.kind == TokenKind::keyword_in;
  const bool reserved = keyword || (token.kind == TokenKind::name && is_reduction(text(token)));
  if (reserved) fail(Fault::reserved_name, token.span, text(token));
  return reserved;
}

constexpr void ExpressionParser::close(TokenKind kind, const Token& opener) {
  if (failed() || take(kind)) return;
  refuse_token(&opener);
}

}  // namespace ricci::dsl::detail
