/// What every part of the parser stands on: the place in the tokens, the one fault, and the making of nodes.
/// After a fault the cursor stands at the end of the text for good, so every loop of the parser ends by itself, and
/// what is raised later is ignored: nothing is thrown and nothing has to be checked after each step.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/lexer.hpp"
#include "dsl/text/syntax.hpp"
#include "dsl/text/token.hpp"

namespace ricci::dsl {

/// Parentheses, brackets, signs and right operands within one another. The parser recurses at most two functions a
/// level, which the 512 calls of a compiler's constant evaluation still hold.
inline constexpr int max_nesting = 200;

/// The height of a statement's tree, where a+b+c+... adds one an operator. Whatever walks trees may recurse.
inline constexpr std::uint32_t max_tree_height = 2000;

/// Names that one list may hold where all must differ: axes, bindings, unpacked results, named arguments.
inline constexpr std::size_t max_names = 1000;

namespace detail {

class Cursor {
 protected:
  constexpr Cursor(std::string_view text, Program& program, Vec<Diagnostic>& faults)
      : program_(program), faults_(faults), text_(text), lexed_(lex(text)) {}

  constexpr const Token& peek(std::size_t offset = 0) const {
    const std::size_t last = lexed_.tokens.size() - 1;
    return lexed_.tokens[at_ + offset < last ? at_ + offset : last];
  }
  constexpr bool sees(TokenKind kind, std::size_t offset = 0) const { return peek(offset).kind == kind; }
  constexpr const Token& advance() {
    const Token& token = peek();
    if (at_ + 1 < lexed_.tokens.size()) ++at_;
    return token;
  }
  constexpr bool take(TokenKind kind) {
    if (failed_ || !sees(kind)) return false;
    advance();
    return true;
  }
  constexpr bool at_start() const { return at_ == 0; }
  constexpr const Token& previous() const { return lexed_.tokens[at_ == 0 ? 0 : at_ - 1]; }

  constexpr std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
  constexpr std::string_view text(const Token& token) const { return text(token.span); }
  constexpr bool is_name(const Token& token, std::string_view name) const {
    return token.kind == TokenKind::name && text(token) == name;
  }

  constexpr bool failed() const { return failed_; }

  template <typename... Arguments>
  constexpr void fail(Fault fault, Vec<Span> places, const Arguments&... arguments) {
    if (failed_) return;
    failed_ = true;
    if (sees(TokenKind::fault)) {
      faults_.push_back(lexed_.fault);  // what cannot even be read explains what is missing
    } else {
      faults_.push_back(diagnose(fault, std::move(places), arguments...));
    }
    at_ = lexed_.tokens.size() - 1;
    lexed_.tokens[at_].kind = TokenKind::end;
  }
  template <typename... Arguments>
  constexpr void fail(Fault fault, Span place, const Arguments&... arguments) {
    fail(fault, Vec<Span>{place}, arguments...);
  }

  /// Where something is missing: the token that stands there instead, or the end of what stands before it.
  constexpr Span missing_place() const {
    const bool ends = sees(TokenKind::end) || sees(TokenKind::newline);
    if (!ends || at_ == 0) return peek().span;
    return {previous().span.end, previous().span.end};
  }
  /// A token in a message: `+`, or the end of the text.
  constexpr Str described() const {
    if (sees(TokenKind::end)) return "the end of the text";
    if (sees(TokenKind::newline)) return "the end of the line";
    return Str("`") + text(peek()) + "`";
  }

  /// Refuses the last of `names` if it is not the only one of its spelling.
  constexpr void require_distinct(const Vec<Span>& names, Fault fault) {
    if (names.size() > max_names) return fail(Fault::too_many_names, names.back(), static_cast<int>(max_names));
    for (std::size_t at = 0; at + 1 < names.size(); ++at)
      if (!failed_ && text(names[at]) == text(names.back())) fail(fault, {names.back(), names[at]}, text(names.back()));
  }

  // -- nodes

  static constexpr Syntax shaped(Form form, Span span, Operation operation = Operation::none) {
    Syntax out;
    out.form = form;
    out.operation = operation;
    out.span = span;
    return out;
  }
  constexpr SyntaxId add(const Syntax& node, const Vec<SyntaxId>& kids = {}) {
    std::uint32_t height = 0;
    for (SyntaxId kid : kids)
      if (heights_[kid] > height) height = heights_[kid];
    if (height >= max_tree_height) fail(Fault::too_deep, node.span, max_tree_height);
    heights_.push_back(height + 1);
    return program_.add(node, kids);
  }
  constexpr Syntax& node(SyntaxId id) { return program_.nodes[id]; }

  Program& program_;
  Vec<Diagnostic>& faults_;

 private:
  std::string_view text_;
  Lexed lexed_;
  Vec<std::uint32_t> heights_;  // of the tree under each node
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace detail
}  // namespace ricci::dsl
