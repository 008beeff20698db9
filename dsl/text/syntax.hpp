/// The syntax tree of a program: what the parser makes of the text, before any name has a meaning.
/// One flat vector of small nodes; a node's children are a run in `kids`. A node refers to text by its span only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dsl/source/name_index.hpp"
#include "dsl/source/span.hpp"
#include "dsl/source/vec.hpp"

namespace ricci::dsl {

enum class Form : std::uint8_t {
  none,       // an absent part: an empty end of a slice
  integer,    // bits: the int64 value
  real,       // bits: the double's bit pattern
  imaginary,  // bits: the double's bit pattern, times the imaginary unit
  text,       // a string literal; `name` spans what is between the quotes (no escapes)
  name,       // `name` spans it
  access,     // kids: base, then one entry per position; an entry is an expression, slice, ellipsis or newaxis
  slice,      // kids: start, stop, step (each may be Form::none)
  ellipsis,   // ...
  newaxis,    // newaxis, as an entry
  call,       // `name` is the function; kids: arguments, positional ones first
  named,      // name=value among a call's arguments; kid: value
  unary,      // operation; kid
  binary,     // operation; kids: left, right
  compare,    // a chain a < b <= c: kids: operand, then (relation, operand) again and again
  relation,   // one relation of a chain: operation; no kids; span is the operator's
  reduce,     // `name` is the reduction; kids: bindings, then the body last
  binding,    // `name` is the index; kids: nothing, or the range's start and stop
  list,       // [a, b, c]; kids: items
};

enum class Operation : std::uint8_t {
  none,
  logical_or,
  logical_and,
  logical_not,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  solve,
  matmul,
  modulo,
  negate,
  plus,
  power,
  transpose,
};

/// How each operation is written, by Operation.
constexpr std::string_view spelling_of(Operation operation) {
  constexpr std::string_view spellings[] = {"",  "||", "&&", "!",  "==", "!=", "<", "<=", ">", ">=", "+",
                                            "-", "*",  "/",  "//", "\\", "@",  "%", "-",  "+", "^",  "'"};
  return spellings[static_cast<std::size_t>(operation)];
}

/// Position of a node in Program::nodes.
using SyntaxId = std::uint32_t;

struct Syntax {
  Form form = Form::none;
  Operation operation = Operation::none;
  bool parenthesised = false;   // stood in its own parentheses: (e)
  bool implicit = false;        // a reduce that the sum rule has put there, not the user
  Span span;                    // the whole of it, parentheses excluded
  Span name;                    // see Form
  std::uint32_t first_kid = 0;  // into Program::kids
  std::uint32_t kid_count = 0;
  std::uint64_t bits = 0;  // numbers
};

enum class StatementKind : std::uint8_t {
  define_elements,  // C[i,j] = expr        (also s[] = expr: no axes)
  define_whole,     // C = expr
  unpack,           // Q, R = qr(A)
  show_elements,    // [i,j] = expr
  show,             // expr
};

struct Statement {
  StatementKind kind = StatementKind::show;
  Vec<Span> targets;  // the defined names: one, several (unpack), or none
  Vec<Span> axes;     // the index names of the left-hand side
  SyntaxId value = 0;
  Vec<SyntaxId> ranges;  // the for clause: Form::binding, in order
  bool quiet = false;    // ended by a ';' before its newline or the end of the text
  Span span;             // the statement's text
};

struct Program {
  Str source;
  Vec<Syntax> nodes;
  Vec<SyntaxId> kids;
  Vec<Statement> statements;

  constexpr std::string_view text(Span span) const { return {source.data() + span.begin, span.end - span.begin}; }
  constexpr const Syntax& operator[](SyntaxId id) const { return nodes[id]; }
  constexpr SyntaxId kid(SyntaxId id, std::size_t which) const { return kids[nodes[id].first_kid + which]; }
  constexpr std::string_view name(SyntaxId id) const { return text(nodes[id].name); }

  /// Appends a node whose children are `children` and returns its id.
  constexpr SyntaxId add(Syntax node, const Vec<SyntaxId>& children) {
    node.first_kid = static_cast<std::uint32_t>(kids.size());
    node.kid_count = static_cast<std::uint32_t>(children.size());
    kids.append(children);
    nodes.push_back(node);
    return static_cast<SyntaxId>(nodes.size() - 1);
  }
};

/// The reductions of index notation; their names cannot be rebound.
inline constexpr std::array<std::string_view, 14> reductions{
    "sum", "prod", "min", "max", "mean", "any", "all", "count", "argmin", "argmax", "logsumexp", "norm", "var", "std"};

namespace detail {
inline constexpr NameIndex reduction_index(reductions);
}
constexpr bool is_reduction(std::string_view name) {
  return detail::reduction_index.find(name) != detail::reduction_index.none;
}

}  // namespace ricci::dsl
