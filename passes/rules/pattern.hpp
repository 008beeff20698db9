/// Patterns of algebra in ricci's own syntax, read by the compiler: x, y, z stand for anything, c for a number of the
/// program, a number for itself. A pattern matches a node and names its parts; another one is built of them.
#pragma once

#include <array>
#include <bit>
#include <string_view>

#include "dsl/infer/arithmetic.hpp"
#include "passes/fold_numbers.hpp"

namespace ricci::passes::rules {

struct Term {
  enum class Kind : char { operation, variable, number } kind = Kind::operation;
  Op op = Op::add;
  char name = 0;         // of a variable
  double value = 0;      // of a number
  int over[2] = {0, 0};  // operands
  int count = 0;
};

struct Pattern {
  static constexpr int most = 16;
  std::array<Term, most> terms{};
  int size = 0;
  int root = 0;
};

namespace detail {

struct Spelling {
  std::string_view text;
  Op op;
};
inline constexpr std::array functions{Spelling{"abs", Op::abs}, Spelling{"conj", Op::conj},
                                      Spelling{"max", Op::maximum}, Spelling{"min", Op::minimum}};
/// Loosest first; those of a row associate to the left.
inline constexpr std::array<std::array<Spelling, 2>, 5> levels{{{Spelling{"||", Op::logical_or}, {"", Op::logical_or}},
                                                                {Spelling{"&&", Op::logical_and}, {"", Op::logical_or}},
                                                                {Spelling{"==", Op::equal}, {"!=", Op::not_equal}},
                                                                {Spelling{"+", Op::add}, {"-", Op::subtract}},
                                                                {Spelling{"*", Op::multiply}, {"/", Op::divide}}}};

/// A mistake in a rule does not compile: `throw` is never reached at run time.
class Reader {
 public:
  constexpr explicit Reader(std::string_view text) : text_(text) {}

  constexpr Pattern run() {
    out_.root = level(0);
    skip();
    if (at_ != text_.size()) throw "something is left over";
    return out_;
  }

 private:
  constexpr void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  constexpr bool take(std::string_view what) {
    skip();
    if (what.empty() || text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  constexpr int add(Term term) {
    out_.terms[static_cast<std::size_t>(out_.size)] = term;
    return out_.size++;
  }
  constexpr int operation(Op op, int first, int second = -1) {
    Term term;
    term.op = op;
    term.over[0] = first;
    term.over[1] = second;
    term.count = second < 0 ? 1 : 2;
    return add(term);
  }
  constexpr int level(std::size_t which) {
    if (which == levels.size()) return prefix();
    int left = level(which + 1);
    for (bool found = true; found;) {
      found = false;
      for (const Spelling& own : levels[which]) {
        if (found || !take(own.text)) continue;
        left = operation(own.op, left, level(which + 1));
        found = true;
      }
    }
    return left;
  }
  constexpr int prefix() {
    if (take("!")) return operation(Op::logical_not, prefix());
    if (!take("-")) return power();
    const int of = prefix();
    Term& term = out_.terms[static_cast<std::size_t>(of)];
    if (term.kind != Term::Kind::number) return operation(Op::negate, of);
    term.value = -term.value;
    return of;
  }
  constexpr int power() {
    const int base = atom();
    return take("^") ? operation(Op::power, base, prefix()) : base;
  }
  constexpr int atom() {
    if (take("(")) {
      const int inside = level(0);
      if (!take(")")) throw "a bracket is not closed";
      return inside;
    }
    for (const Spelling& own : functions)
      if (take(own.text)) return call(own.op);
    skip();
    const char next = text_[at_++];
    Term term;
    if (next >= '0' && next <= '9') {
      term.kind = Term::Kind::number;
      term.value = next - '0';
    } else if (next >= 'a' && next <= 'z') {
      term.kind = Term::Kind::variable;
      term.name = next;
    } else {
      throw "a name or a number is wanted";
    }
    return add(term);
  }
  constexpr int call(Op op) {
    if (!take("(")) throw "a function wants its operands";
    const int first = level(0);
    const int second = take(",") ? level(0) : -1;
    if (!take(")")) throw "a bracket is not closed";
    return operation(op, first, second);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Pattern out_;
};

}  // namespace detail

consteval Pattern pattern(std::string_view text) { return detail::Reader(text).run(); }

/// What the variables of a pattern stand for, by letter.
struct Binding {
  std::array<NodeId, 26> of{};
  constexpr NodeId& operator[](char name) { return of[static_cast<std::size_t>(name - 'a')]; }
  constexpr NodeId operator[](char name) const { return of[static_cast<std::size_t>(name - 'a')]; }
};

constexpr bool commutes(Op op) {
  for (Op own :
       {Op::add, Op::multiply, Op::minimum, Op::maximum, Op::equal, Op::not_equal, Op::logical_and, Op::logical_or})
    if (own == op) return true;
  return false;
}

/// A number of the program by its bits: 0 is not -0, and a complex one is no number here.
constexpr bool is_exactly(const Graph& graph, NodeId node, double value) {
  const DType type = graph.dtype(node);
  if (graph.op(node) != Op::constant || dsl::is_complex(type) || type == DType::boolean) return false;
  if (dsl::is_integer(type)) return static_cast<double>(graph.attribute(node, 0)) == value;
  return graph.attribute(node, 0) == std::bit_cast<std::int64_t>(value);
}

constexpr bool matches(const Graph& graph, const Pattern& pattern, int at, NodeId node, Binding& binding) {
  const Term& term = pattern.terms[static_cast<std::size_t>(at)];
  if (term.kind == Term::Kind::number) return is_exactly(graph, node, term.value);
  if (term.kind == Term::Kind::variable) {
    if (binding[term.name].valid()) return binding[term.name] == node;
    if (term.name == 'c' && graph.op(node) != Op::constant) return false;
    binding[term.name] = node;
    return true;
  }
  if (graph.op(node) != term.op || graph.operands(node).size() != static_cast<std::size_t>(term.count)) return false;
  const Binding before = binding;
  const auto both = [&](std::size_t first) {
    return matches(graph, pattern, term.over[0], graph.operand(node, first), binding) &&
           (term.count == 1 || matches(graph, pattern, term.over[1], graph.operand(node, 1 - first), binding));
  };
  if (both(0)) return true;
  binding = before;
  return commutes(term.op) && both(1);
}

/// The node that a pattern describes; all of it has one type.
constexpr NodeId built(Graph& graph, const Pattern& pattern, int at, DType type, const Binding& binding) {
  const Term& term = pattern.terms[static_cast<std::size_t>(at)];
  if (term.kind == Term::Kind::variable) return binding[term.name];
  if (term.kind == Term::Kind::number)
    return dsl::cast(graph, graph.integer(static_cast<std::int64_t>(term.value)), type);
  const NodeId first = built(graph, pattern, term.over[0], type, binding);
  if (term.count == 1) return graph.add(term.op, type, {first});
  const NodeId node = graph.add(term.op, type, {first, built(graph, pattern, term.over[1], type, binding)});
  const NodeId number = passes::detail::fold_numbers(graph, node);
  return number.valid() ? number : node;
}

}  // namespace ricci::passes::rules
