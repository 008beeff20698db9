/// Program text to its syntax tree: the front door of dsl/text. The grammar is in grammar.md.
/// Nothing has a meaning yet: names are not looked up, indices not classified, ranges not checked. What can be refused
/// from the form alone is refused here, with the text to write instead.
#pragma once

#include <string_view>

#include "dsl/text/parser_expression.hpp"

namespace ricci::dsl {
namespace detail {

class StatementParser : private ExpressionParser {
 public:
  constexpr StatementParser(std::string_view text, Program& program, Vec<Diagnostic>& faults)
      : ExpressionParser(text, program, faults) {}

  constexpr void run() {
    while (true) {
      while (take(TokenKind::newline) || take(TokenKind::semicolon)) {
      }
      if (failed() || sees(TokenKind::end)) return;
      Statement read = statement();
      if (failed()) return;
      program_.statements.push_back(std::move(read));
    }
  }

 private:
  constexpr Statement statement() {
    refuse_line_with_sign();
    Statement out;
    const Span begin = peek().span;
    const Operand first = expression(Level::lowest);
    if (sees(TokenKind::comma)) {
      unpack(out, first);
    } else if (sees(TokenKind::assign)) {
      define(out, first);
    } else if (sees(TokenKind::compound_assign)) {
      fail(Fault::compound_assign, peek().span, text(peek()), text(first.outer), row_of(peek().operation).spelling);
    } else {
      out.value = first.id;
    }
    while (take(TokenKind::keyword_for)) range_clause(out);
    out.span = join(begin, previous().span);
    end_statement(out);
    return out;
  }

  constexpr void end_statement(Statement& out) {
    if (failed()) return;
    bool closed = false;
    while (take(TokenKind::semicolon)) closed = true;
    const bool line_ends = sees(TokenKind::newline) || sees(TokenKind::end);
    out.quiet = closed && line_ends;
    if (!closed && !line_ends) refuse_token(nullptr);
  }

  /// x = a
  /// - b        could be x = a - b, or the value -b on its own.
  constexpr void refuse_line_with_sign() {
    const Token& token = peek();
    const bool sign = token.kind == TokenKind::operation &&
                      (token.operation == Operation::add || token.operation == Operation::subtract);
    if (!sign || at_start() || previous().kind != TokenKind::newline || token.after_gap) return;
    if (program_.statements.empty() || program_.statements.back().quiet) return;
    fail(Fault::line_with_sign, token.span, text(token));
  }

  constexpr void range_clause(Statement& out) {
    do {
      const SyntaxId id = binding(true);
      out.ranges.push_back(id);
      const Span name = node(id).name;
      bool free = false;
      for (Span axis : out.axes) free |= text(axis) == text(name);
      if (!free) fail(Fault::for_not_free, name, text(name));
      Vec<Span> names;
      for (SyntaxId range : out.ranges) names.push_back(node(range).name);
      require_distinct(names, Fault::repeated_range);
    } while (take(TokenKind::comma));
  }

  // -- left-hand sides

  constexpr void define(Statement& out, const Operand& target) {
    target_of(out, target);
    advance();
    if (!failed()) out.value = expression(Level::lowest).id;
  }

  constexpr void target_of(Statement& out, const Operand& target) {
    const Syntax own = node(target.id);
    if (own.form == Form::call && !own.parenthesised) return fail(Fault::call_target, target.outer, text(own.name));
    if (own.parenthesised) return fail(Fault::bad_target, target.outer);
    if (own.form == Form::name) {
      out.kind = StatementKind::define_whole;
      out.targets.push_back(own.name);
    } else if (own.form == Form::list) {
      out.kind = StatementKind::show_elements;
      axes_of(out, target.id, 0, "C");
    } else if (own.form == Form::access && node(program_.kid(target.id, 0)).form == Form::name &&
               !node(program_.kid(target.id, 0)).parenthesised) {
      const Span name = node(program_.kid(target.id, 0)).name;
      out.kind = StatementKind::define_elements;
      out.targets.push_back(name);
      axes_of(out, target.id, 1, text(name));
    } else {
      const bool compares = own.form == Form::binary || own.form == Form::compare || own.form == Form::unary;
      fail(compares ? Fault::assign_inside : Fault::bad_target, {compares ? peek().span : target.outer});
    }
  }

  constexpr void axes_of(Statement& out, SyntaxId target, std::size_t first, std::string_view defined) {
    const std::size_t count = node(target).kid_count;
    for (std::size_t at = first; at < count; ++at) {
      const Syntax entry = node(program_.kid(target, at));
      if (entry.form != Form::name || entry.parenthesised) return refuse_axis(entry, defined);
      out.axes.push_back(entry.name);
      require_distinct(out.axes, Fault::repeated_axis);
    }
  }

  constexpr void refuse_axis(const Syntax& entry, std::string_view defined) {
    const bool slices = entry.form == Form::slice || entry.form == Form::ellipsis || entry.form == Form::newaxis;
    const bool literal = entry.form == Form::integer || entry.form == Form::real ||
                         (entry.form == Form::unary && entry.operation == Operation::negate);
    if (slices) return fail(Fault::slice_axis, entry.span, defined);
    if (literal || entry.form == Form::name) return fail(Fault::constant_axis, entry.span, text(entry.span), defined);
    fail(Fault::computed_axis, entry.span, defined);
  }

  /// Q, R = qr(A); the first name is read.
  constexpr void unpack(Statement& out, const Operand& first) {
    out.kind = StatementKind::unpack;
    Operand target = first;
    const Span comma = peek().span;
    const bool assigned = ends_in_assignment();
    while (true) {
      const Syntax own = node(target.id);
      const bool plain = own.form == Form::name && !own.parenthesised;
      if (!plain) {
        return fail(assigned ? Fault::unpack_target : Fault::loose_values, assigned ? target.outer : comma);
      }
      out.targets.push_back(own.name);
      if (assigned) require_distinct(out.targets, Fault::repeated_target);
      if (!take(TokenKind::comma)) break;
      target = expression(Level::lowest);
      if (failed()) return;
    }
    if (!sees(TokenKind::assign)) {
      if (can_start_value(peek().kind)) return refuse_token(nullptr);
      return fail(Fault::loose_values, comma);
    }
    advance();
    out.value = expression(Level::lowest).id;
  }

  constexpr bool ends_in_assignment() const {
    for (std::size_t offset = 0;; ++offset) {
      const TokenKind kind = peek(offset).kind;
      if (kind == TokenKind::assign) return true;
      if (kind == TokenKind::newline || kind == TokenKind::semicolon || kind == TokenKind::end ||
          kind == TokenKind::fault)
        return false;
    }
  }
};

}  // namespace detail

/// The syntax tree of `text`. At the first fault, which is appended to `faults`, it holds the statements before it.
/// Linear in the text; what a statement may hold is bounded by max_nesting and max_tree_height.
constexpr Program parse(std::string_view text, Vec<Diagnostic>& faults) {
  Program program;
  program.source = text;
  detail::StatementParser(program.source.view(), program, faults).run();
  return program;
}

}  // namespace ricci::dsl
