/// A syntax tree back to text: canonical spacing, no parentheses but those that are needed to read the same tree again
/// (or that say `this is a value` in an entry: A[(k)]). The REPL and --explain show with it where sums stand.
/// Parsing what it writes gives the same tree for every tree that the parser can make.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/text/lexer.hpp"
#include "dsl/text/number.hpp"
#include "dsl/text/syntax.hpp"
#include "dsl/text/token.hpp"

namespace ricci::dsl {
namespace detail {

class Writer {
 public:
  constexpr explicit Writer(const Program& program) : program_(program) {}

  /// What directly follows a piece of text and could be drawn into a reduction that ends it.
  enum class Follow : std::uint8_t { nothing, relation, factor };

  /// Where a piece of text stands.
  struct Place {
    Level floor = Level::lowest;  // looser operators need parentheses
    Follow follow = Follow::nothing;
    bool exponent = false;  // reductions need parentheses
    bool regroups = false;  // right of / // \ % @: a reduction over several factors needs parentheses
  };

  constexpr void write(SyntaxId id) { write(id, {}); }

  constexpr void write(const Statement& statement) {
    const bool bracketed =
        statement.kind == StatementKind::define_elements || statement.kind == StatementKind::show_elements;
    for (std::size_t at = 0; at < statement.targets.size(); ++at) {
      if (at > 0) out_ += ", ";
      out_ += program_.text(statement.targets[at]);
    }
    if (bracketed) out_ += '[';
    for (std::size_t at = 0; at < statement.axes.size(); ++at) {
      if (at > 0) out_ += ',';
      out_ += program_.text(statement.axes[at]);
    }
    if (bracketed) out_ += ']';
    if (statement.kind != StatementKind::show) out_ += " = ";
    write(statement.value);
    for (std::size_t at = 0; at < statement.ranges.size(); ++at) {
      out_ += at == 0 ? " for " : ", ";
      write(statement.ranges[at]);
    }
  }

  constexpr Str take() { return std::move(out_); }

 private:
  constexpr void write(SyntaxId id, Place place) {
    if (!needs_parentheses(id, place)) return write_bare(id, place);
    out_ += '(';
    write_bare(id, {});
    out_ += ')';
  }

  constexpr void write_bare(SyntaxId id, Place place) {
    const Syntax& node = program_[id];
    switch (node.form) {
      case Form::none: return;
      case Form::integer:
      case Form::real:
      case Form::imaginary: return write_number(node);
      case Form::text:
        out_ += '"';
        out_ += program_.text(node.name);
        out_ += '"';
        return;
      case Form::name: out_ += program_.text(node.name); return;
      case Form::access: return write_access(id);
      case Form::slice: return write_slice(id);
      case Form::ellipsis: out_ += "..."; return;
      case Form::newaxis: out_ += "newaxis"; return;
      case Form::call: out_ += program_.text(node.name); return write_items(id, 0, "(", ", ", ")");
      case Form::named:
        out_ += program_.text(node.name);
        out_ += '=';
        return write(program_.kid(id, 0), {});
      case Form::unary: return write_unary(id, place);
      case Form::binary: return write_binary(id, place);
      case Form::compare: return write_comparison(id, place);
      case Form::relation: return write_operator(node.operation);
      case Form::reduce: return write_reduction(id, place);
      case Form::binding: return write_binding(id);
      case Form::list: return write_items(id, 0, "[", ", ", "]");
    }
  }

  // -- where parentheses stand

  constexpr Level level(SyntaxId id) const {
    const Syntax& node = program_[id];
    if (node.form == Form::binary) return level_of(node.operation);
    if (node.form == Form::compare) return Level::comparison;
    if (node.form == Form::reduce) return Level::unary;
    const bool number = node.form == Form::integer || node.form == Form::real || node.form == Form::imaginary;
    if (number) return node.bits >> 63 != 0 ? Level::unary : Level::postfix;
    if (node.form != Form::unary || node.operation == Operation::transpose) return Level::postfix;
    return node.operation == Operation::logical_not ? Level::negation : Level::unary;
  }

  constexpr bool needs_parentheses(SyntaxId id, Place place) const {
    if (level(id) < place.floor) return true;
    if (program_[id].form != Form::reduce) return false;
    if (place.exponent || place.follow == Follow::factor) return true;
    if (place.follow == Follow::relation && is_logical(id)) return true;
    return place.regroups && takes_several_factors(id);
  }

  constexpr std::string_view reduction_name(SyntaxId id) const {
    return program_[id].name.empty() ? std::string_view("sum") : program_.name(id);  // an implicit sum has no name
  }
  constexpr bool is_logical(SyntaxId id) const {
    const std::string_view name = reduction_name(id);
    return name == "any" || name == "all" || name == "count";
  }
  constexpr SyntaxId body(SyntaxId reduction) const {
    return program_.kid(reduction, program_[reduction].kid_count - 1);
  }
  constexpr bool takes_several_factors(SyntaxId reduction) const {
    SyntaxId inner = body(reduction);
    while (level(inner) == Level::unary && program_[inner].kid_count > 0)
      inner = program_[inner].form == Form::unary ? program_.kid(inner, 0) : body(inner);
    return level(inner) == Level::product;
  }

  // -- the forms

  constexpr void write_number(const Syntax& node) {
    // The user's own spelling, if the place is really that of this number: later stages make numbers of their own.
    const std::string_view written = program_.text(node.span);
    const Lexed own = lex(written);
    const TokenKind kind = node.form == Form::integer ? TokenKind::integer
                           : node.form == Form::real  ? TokenKind::real
                                                      : TokenKind::imaginary;
    const bool alone =
        own.tokens.size() == 2 && own.tokens[0].span == Span{0, static_cast<std::uint32_t>(written.size())};
    if (alone && own.tokens[0].kind == kind && own.tokens[0].bits == node.bits) {
      out_ += written;
      return;
    }
    constexpr std::uint64_t smallest = std::uint64_t{1} << 63;  // its positive twin is no 64-bit integer
    if (node.form == Form::integer && node.bits == smallest) {
      out_ += "(-9223372036854775807-1)";
      return;
    }
    if (node.form == Form::integer) {
      out_ += to_text(static_cast<std::int64_t>(node.bits));
      return;
    }
    const Str digits = shortest_text(node.bits);
    const std::string_view view = digits.view();
    const bool whole = view.size() > 2 && view.substr(view.size() - 2) == ".0";
    out_ += node.form == Form::imaginary && whole ? view.substr(0, view.size() - 2) : view;
    if (node.form == Form::imaginary) out_ += 'i';
  }

  constexpr void write_operator(Operation operation) {
    const bool tight = operation == Operation::multiply || operation == Operation::divide ||
                       operation == Operation::power || (in_entry_ && level_of(operation) == Level::additive);
    if (!tight) out_ += ' ';
    out_ += spelling_of(operation);
    if (!tight) out_ += ' ';
  }

  constexpr void write_unary(SyntaxId id, Place place) {
    const Syntax& node = program_[id];
    const SyntaxId kid = program_.kid(id, 0);
    if (node.operation == Operation::transpose) {
      write(kid, {Level::postfix, Follow::factor});
      out_ += '\'';
      return;
    }
    out_ += spelling_of(node.operation);
    place.floor = level(id);
    write(kid, place);
  }

  constexpr void write_binary(SyntaxId id, Place place) {
    const Operation operation = program_[id].operation;
    const Level own = level_of(operation);
    const bool power = own == Level::power;
    const Follow drawn = own >= Level::product ? Follow::factor : Follow::nothing;
    write(program_.kid(id, 0), {power ? Level::postfix : own, drawn});
    write_operator(operation);
    const bool regroups = own == Level::product && operation != Operation::multiply;
    write(program_.kid(id, 1), {power ? Level::unary : tighter(own), place.follow, power, regroups});
  }

  constexpr void write_comparison(SyntaxId id, Place place) {
    const std::size_t count = program_[id].kid_count;
    for (std::size_t at = 0; at < count; ++at) {
      if (at % 2 == 1) {
        write_operator(program_[program_.kid(id, at)].operation);
      } else {
        write(program_.kid(id, at), {Level::additive, at + 1 < count ? Follow::relation : place.follow});
      }
    }
  }

  constexpr void write_reduction(SyntaxId id, Place place) {
    out_ += reduction_name(id);
    out_ += '[';
    const std::size_t bindings = program_[id].kid_count - 1;
    for (std::size_t at = 0; at < bindings; ++at) {
      if (at > 0) out_ += ',';
      write_binding(program_.kid(id, at));
    }
    out_ += "] ";
    write(body(id), {Level::product, place.follow});
  }

  constexpr void write_binding(SyntaxId id) {
    out_ += program_.name(id);
    if (program_[id].kid_count == 0) return;
    out_ += " in ";
    const bool outside = std::exchange(in_entry_, true);
    write(program_.kid(id, 0), {Level::additive});
    out_ += ':';
    write(program_.kid(id, 1), {Level::additive});
    in_entry_ = outside;
  }

  constexpr void write_access(SyntaxId id) {
    write(program_.kid(id, 0), {Level::postfix, Follow::factor});
    const bool outside = std::exchange(in_entry_, true);
    out_ += '[';
    for (std::size_t at = 1; at < program_[id].kid_count; ++at) {
      if (at > 1) out_ += ',';
      const SyntaxId entry = program_.kid(id, at);
      const bool kept = program_[entry].parenthesised;
      if (kept) out_ += '(';
      write(entry, {});
      if (kept) out_ += ')';
    }
    out_ += ']';
    in_entry_ = outside;
  }

  constexpr void write_slice(SyntaxId id) {
    write(program_.kid(id, 0), {});
    out_ += ':';
    write(program_.kid(id, 1), {});
    if (program_[program_.kid(id, 2)].form == Form::none) return;
    out_ += ':';
    write(program_.kid(id, 2), {});
  }

  constexpr void write_items(SyntaxId id, std::size_t first, std::string_view open, std::string_view between,
                             std::string_view close) {
    out_ += open;
    for (std::size_t at = first; at < program_[id].kid_count; ++at) {
      if (at > first) out_ += between;
      write(program_.kid(id, at), {});
    }
    out_ += close;
  }

  const Program& program_;
  Str out_;
  bool in_entry_ = false;
};

}  // namespace detail

/// The text of one expression (or entry, binding, argument).
constexpr Str unparse(const Program& program, SyntaxId id) {
  detail::Writer writer(program);
  writer.write(id);
  return writer.take();
}

/// The text of one statement, without a closing `;`.
constexpr Str unparse(const Program& program, const Statement& statement) {
  detail::Writer writer(program);
  writer.write(statement);
  return writer.take();
}

}  // namespace ricci::dsl
