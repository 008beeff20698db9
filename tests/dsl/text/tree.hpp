/// Syntax trees as s-expressions, for tests: everything that a tree says and nothing of how it was written.
/// (+ a b)  (- a)  (at A i {k}) with {} for an entry in parentheses  (: 0 n _)  (call f a (axis= 0))  (cmp a < b)
/// (sum [k (l 0 n)] body)  (list a b). A statement: `C[i] = tree for (i 0 n)`, with `;` where quiet.
#pragma once

#include "dsl/text/number.hpp"
#include "dsl/text/syntax.hpp"

namespace ricci::dsl::test {

class TreeText {
 public:
  constexpr explicit TreeText(const Program& program) : program_(program) {}

  constexpr Str tree(SyntaxId id) const {
    const Syntax& node = program_[id];
    switch (node.form) {
      case Form::none: return "_";
      case Form::integer: return to_text(static_cast<std::int64_t>(node.bits));
      case Form::real: return shortest_text(node.bits);
      case Form::imaginary: return shortest_text(node.bits) + "i";
      case Form::text: return Str("\"") + program_.name(id) + "\"";
      case Form::name: return program_.name(id);
      case Form::access: return access(id);
      case Form::slice: return list("(:", id);
      case Form::ellipsis: return "...";
      case Form::newaxis: return "<newaxis>";
      case Form::call: return named_list("(call ", program_.name(id), "", id);
      case Form::named: return named_list("(", program_.name(id), "=", id);
      case Form::unary:
      case Form::binary: return named_list("(", spelling_of(node.operation), "", id);
      case Form::compare: return list("(cmp", id);
      case Form::relation: return spelling_of(node.operation);
      case Form::reduce: return reduction(id);
      case Form::binding:
        if (node.kid_count == 0) return program_.name(id);  // no ?: here: g++ 12 destroys its result too early
        return named_list("(", program_.name(id), "", id);
      case Form::list: return list("(list", id);
    }
    return "?";
  }

  constexpr Str statement(const Statement& own) const {
    Str out;
    names(out, own.targets);
    const bool bracketed = own.kind == StatementKind::define_elements || own.kind == StatementKind::show_elements;
    if (bracketed) out += '[';
    names(out, own.axes);
    if (bracketed) out += ']';
    if (own.kind != StatementKind::show) out += " = ";
    out += tree(own.value);
    for (std::size_t at = 0; at < own.ranges.size(); ++at) {
      out += at > 0 ? " " : " for ";
      out += tree(own.ranges[at]);
    }
    if (own.quiet) out += ';';
    return out;
  }

  /// All statements, with ` | ` between them.
  constexpr Str program() const {
    Str out;
    for (std::size_t at = 0; at < program_.statements.size(); ++at) {
      if (at > 0) out += " | ";
      out += statement(program_.statements[at]);
    }
    return out;
  }

 private:
  constexpr void names(Str& out, const Vec<Span>& spans) const {
    for (std::size_t at = 0; at < spans.size(); ++at) {
      if (at > 0) out += ',';
      out += program_.text(spans[at]);
    }
  }
  constexpr Str list(std::string_view open, SyntaxId id) const {
    Str out = open;
    for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
      out += ' ';
      out += tree(program_.kid(id, at));
    }
    out += ')';
    return out;
  }
  constexpr Str named_list(std::string_view open, std::string_view name, std::string_view rest, SyntaxId id) const {
    Str whole = open;
    whole += name;
    whole += rest;
    return list(whole.view(), id);
  }
  constexpr Str access(SyntaxId id) const {
    Str out = "(at ";
    out += tree(program_.kid(id, 0));
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
      const SyntaxId entry = program_.kid(id, at);
      const bool kept = program_[entry].parenthesised;
      out += kept ? " {" : " ";
      out += tree(entry);
      if (kept) out += '}';
    }
    out += ')';
    return out;
  }
  constexpr Str reduction(SyntaxId id) const {
    Str out = "(";
    out += program_[id].name.empty() ? std::string_view("sum") : program_.name(id);
    const std::size_t last = program_[id].kid_count - 1;
    for (std::size_t at = 0; at < last; ++at) {
      out += at > 0 ? " " : " [";
      out += tree(program_.kid(id, at));
    }
    out += "] ";
    out += tree(program_.kid(id, last));
    out += ')';
    return out;
  }

  const Program& program_;
};

}  // namespace ricci::dsl::test
