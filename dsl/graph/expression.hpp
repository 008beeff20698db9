/// A small graph as one line of index notation, for people: `[i,j] exp(-0.5 * (sum[k] (X[i,k] - Y[j,k])^2))`. Tests of
/// passes compare it and --explain shows it. Shared subtrees are printed where they are used; what is too long or too
/// deep ends in an ellipsis. Indices go by the names that the user gave, with a suffix where two would be one.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "dsl/graph/shapes.hpp"
#include "dsl/text/number.hpp"

namespace ricci::dsl {

namespace detail {

/// How tightly an expression holds together, loosest first.
namespace precedence {
inline constexpr int any = 0, disjunction = 1, conjunction = 2, negation = 3, comparison = 4, sum = 5, reduction = 6,
                     product = 7, minus = 8, power = 9, postfix = 10;
}

/// Operations written between or before their operands; each operand's least precedence without parentheses.
struct Infix {
  Op op;
  std::string_view mark;
  int own, left, right;
};
inline constexpr std::array<Infix, 16> infixes{{{Op::logical_or, " || ", 1, 1, 2},
                                                {Op::logical_and, " && ", 2, 2, 3},
                                                {Op::logical_not, "!", 3, 0, 3},
                                                {Op::equal, " == ", 4, 5, 5},
                                                {Op::not_equal, " != ", 4, 5, 5},
                                                {Op::less, " < ", 4, 5, 5},
                                                {Op::less_equal, " <= ", 4, 5, 5},
                                                {Op::add, " + ", 5, 5, 6},
                                                {Op::subtract, " - ", 5, 5, 6},
                                                {Op::multiply, " * ", 7, 7, 8},
                                                {Op::divide, " / ", 7, 7, 8},
                                                {Op::floor_divide, " // ", 7, 7, 8},
                                                {Op::modulo, " % ", 7, 7, 8},
                                                {Op::guard, "*", 7, 11, 8},
                                                {Op::negate, "-", 8, 0, 8},
                                                {Op::power, "^", 9, 10, 8}}};

/// The row of an operation; past the end if it is a function. (A pointer that may be null is no constant to g++ 12
/// under -fsanitize=undefined.)
constexpr std::size_t infix_row(Op op) {
  std::size_t at = 0;
  while (at < infixes.size() && infixes[at].op != op) ++at;
  return at;
}

class ExpressionPrinter {
 public:
  constexpr ExpressionPrinter(const Graph& graph, std::size_t limit, std::span<const Str> names)
      : graph_(graph), limit_(limit), names_(names) {}

  constexpr Str text(NodeId root) {
    root_ = root;
    for (IndexId own : graph_.free(root)) name(own);
    if (is_tensor(graph_.op(root)))
      tensor(root, precedence::any);
    else
      element(root, precedence::any);
    if (cut_) out_ += "\u2026";
    return std::move(out_);
  }

 private:
  static constexpr int deepest = 120;  // three calls each: compilers nest 512

  struct Named {
    IndexId index;
    Str name;
  };

  constexpr void put(std::string_view text) {
    if (cut_ || out_.size() + text.size() > limit_)
      cut_ = true;
    else
      out_ += text;
  }
  /// Gives an index a name that no other index in scope has.
  constexpr void name(IndexId index) {
    const Index& own = graph_.index(index);
    const Str base(own.name.empty() ? std::string_view("i") : own.name.view());
    Str chosen = base;
    for (std::int64_t suffix = 2; taken(chosen); ++suffix) chosen = base + "_" + to_text(suffix).view();
    scope_.push_back({index, chosen});
  }
  constexpr bool taken(std::string_view name) const {
    for (const Named& own : scope_)
      if (own.name.view() == name) return true;
    return false;
  }
  constexpr void put_index(std::int64_t at) {
    const IndexId index{static_cast<std::uint32_t>(at)};
    for (std::size_t place = scope_.size(); place-- > 0;)
      if (scope_[place].index == index) return put(scope_[place].name);
    put("?");  // a bound index outside its binder
  }
  constexpr void leave(std::size_t outside) {
    while (scope_.size() > outside) scope_.pop_back();
  }
  /// The names that a binder binds, in brackets; they stay in scope.
  constexpr void binding(NodeId id) {
    put("[");
    const Vec<IndexId> bound = graph_.bound(id);
    for (std::size_t at = 0; at < bound.size(); ++at) {
      if (at != 0) put(",");
      name(bound[at]);
      put(scope_.back().name);
    }
    put("] ");
  }

  /// `least`: the precedence from which on it needs no parentheses here.
  constexpr void element(NodeId id, int least) {
    if (cut_ || ++depth_ > deepest) {
      cut_ = true;
      return;
    }
    const int own = precedence_of(id);
    if (own < least) put("(");
    inside(id);
    if (own < least) put(")");
    --depth_;
  }
  constexpr int precedence_of(NodeId id) const {
    const Op op = graph_.op(id);
    if (const std::size_t at = infix_row(op); at < infixes.size()) return infixes[at].own;
    if (is_reduce(op)) return precedence::reduction;
    if (op == Op::wrap) return precedence::product;
    if (op == Op::affine) {
      const bool one_term = graph_.operands(id).size() == 1 && graph_.attribute(id, 0) == 0;
      return one_term && graph_.attribute(id, 1) > 0 ? precedence::product : precedence::sum;
    }
    return op == Op::constant && negative(id) ? precedence::minus : precedence::postfix;
  }
  constexpr bool negative(NodeId id) const {
    if (is_complex(graph_.dtype(id))) return false;
    return graph_.attribute(id, 0) < 0 &&
           graph_.dtype(id) != DType::boolean;  // the sign bit of doubles is that of ints
  }

  constexpr void inside(NodeId id) {
    const Op op = graph_.op(id);
    if (const std::size_t at = infix_row(op); at < infixes.size()) return infixed(id, infixes[at]);
    if (is_reduce(op)) return reduction(id);
    if (op == Op::constant) return constant(id);
    if (op == Op::index) return put_index(graph_.attribute(id, 0));
    if (op == Op::affine) return affine(id);
    if (op == Op::gather) return element(graph_.operand(id, 0), precedence::any);
    if (op == Op::access) return access(id);
    if (op == Op::random) return random(id);
    if (op == Op::wrap) {
      element(graph_.operand(id, 0), precedence::product);
      put(" % ");
      return put(to_text(graph_.attribute(id, 0)));
    }
    put(op == Op::cast ? name_of(graph_.dtype(id)) : op == Op::clamp_to ? "clamp" : row(op).spelling);
    put("(");
    if (op == Op::stored)
      access(id);
    else
      list(graph_.operands(id));
    put(")");
  }
  constexpr void infixed(NodeId id, const Infix& row) {
    const bool unary = graph_.operands(id).size() == 1;
    if (!unary) element(graph_.operand(id, 0), row.left);
    put(row.mark);
    // A negative number right of an operator is put in parentheses, except as an exponent.
    const NodeId last = graph_.operand(id, unary ? 0 : 1);
    const bool signed_number = graph_.op(last) == Op::constant && negative(last) && row.op != Op::power;
    element(last, signed_number ? precedence::postfix : row.right);
  }
  constexpr void reduction(NodeId id) {
    const std::size_t outside = scope_.size();
    put(row(graph_.op(id)).spelling);
    binding(id);
    element(graph_.operand(id, 0), precedence::reduction);
    leave(outside);
    if (Graph::leading_ints(graph_.op(id)) == 0 || graph_.attribute(id, 0) == 0) return;
    put(" {ddof=");
    put(to_text(graph_.attribute(id, 0)));
    put("}");
  }
  constexpr void constant(NodeId id) {
    const DType type = graph_.dtype(id);
    const std::uint64_t bits = static_cast<std::uint64_t>(graph_.attribute(id, 0));
    if (type == DType::boolean) return put(bits != 0 ? "true" : "false");
    if (type < DType::f32) return put(to_text(graph_.attribute(id, 0)));
    if (!is_complex(type)) return number(bits);
    put("(");
    number(bits);
    put(" + ");
    number(static_cast<std::uint64_t>(graph_.attribute(id, 1)));
    put("i)");
  }
  /// As short as a person writes it: 2, not 2.0.
  constexpr void number(std::uint64_t bits) {
    const Str digits = shortest_text(bits);
    std::string_view view = digits;
    if (view.size() > 2 && view.substr(view.size() - 2) == ".0") view = view.substr(0, view.size() - 2);
    put(view);
  }
  constexpr void affine(NodeId id) {
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
      const std::int64_t scale = graph_.attribute(id, at + 1);
      if (scale < 0) put("-");
      if (scale > 0 && at > 0) put("+");
      const Str digits = to_text(scale);
      if (scale != 1 && scale != -1) {
        put(digits.view().substr(scale < 0 ? 1 : 0));
        put("*");
      }
      element(graph_.operand(id, at), precedence::minus);
    }
    const std::int64_t offset = graph_.attribute(id, 0);
    if (offset > 0) put("+");
    if (offset != 0) put(to_text(offset));
  }
  constexpr void access(NodeId id) {
    tensor(graph_.operand(id, 0), precedence::postfix);
    if (graph_.operands(id).size() == 1) return;  // a scalar is its own element
    put("[");
    list(graph_.operands(id).subspan(1), ",");
    put("]");
  }
  constexpr void random(NodeId id) {
    const std::size_t parameters = static_cast<std::size_t>(graph_.attribute(id, 1));
    put(distribution_rows[static_cast<std::size_t>(graph_.attribute(id, 0))].name);
    put("(");
    list(graph_.operands(id).first(parameters));
    put(")");
    if (parameters == graph_.operands(id).size()) return;
    put("[");
    list(graph_.operands(id).subspan(parameters), ",");
    put("]");
  }
  constexpr void list(std::span<const NodeId> ids, std::string_view between = ", ") {
    for (std::size_t at = 0; at < ids.size(); ++at) {
      if (at != 0) put(between);
      if (is_tensor(graph_.op(ids[at])))
        tensor(ids[at], precedence::any);
      else
        element(ids[at], precedence::any);
    }
  }

  constexpr void tensor(NodeId id, int least) {
    if (cut_ || ++depth_ > deepest) {
      cut_ = true;
      return;
    }
    const Op op = graph_.op(id);
    if (id != root_ && id.at < names_.size() && !names_[id.at].empty()) {
      put(names_[id.at]);
    } else if (op == Op::input) {
      put(graph_.input_of(id).name);
    } else if (op == Op::tensor) {
      defined(id, least);
    } else if (op == Op::pack) {
      put("[");
      list(graph_.operands(id));
      put("]");
    } else {
      put(row(op).spelling);
      put("(");
      list(graph_.operands(id));
      attributes(id);
      put(")");
    }
    --depth_;
  }
  /// A tensor by its elements, which see no index from around it.
  constexpr void defined(NodeId id, int least) {
    Vec<Named> around = std::move(scope_);
    scope_ = Vec<Named>();
    if (least > precedence::any) put("(");
    binding(id);
    element(graph_.operand(id, 0), precedence::any);
    if (least > precedence::any) put(")");
    scope_ = std::move(around);
  }
  constexpr void attributes(NodeId id) {
    const Op op = graph_.op(id);
    if (op == Op::assume) {
      put(", ");
      put(property_names[static_cast<std::size_t>(graph_.attribute(id, 0))]);
    } else if (op == Op::concat) {
      put(", axis=");
      put(to_text(graph_.attribute(id, 0)));
    } else if (solves_transposed(graph_, id)) {
      put(", transposed");
    } else if (op == Op::part) {
      put(", ");
      put(to_text(graph_.attribute(id, 0)));
    } else if (op == Op::reshape || op == Op::random_sparse) {
      put(op == Op::reshape ? ", [" : "[");
      for (std::size_t at = 0; at < graph_.shape(id).size(); ++at) {
        if (at != 0) put(", ");
        put(to_text(graph_.shape(id)[at]));
      }
      put("]");
    }
  }

  const Graph& graph_;
  std::size_t limit_;
  std::span<const Str> names_;
  NodeId root_;
  Vec<Named> scope_;
  Str out_;
  int depth_ = 0;
  bool cut_ = false;
};

}  // namespace detail

/// The element or tensor in index notation, at most about `limit` bytes. For a verified graph. Tensors below the root
/// that have a name, by id, go by it.
constexpr Str print_expression(const Graph& graph, NodeId root, std::size_t limit = 2000,
                               std::span<const Str> names = {}) {
  return detail::ExpressionPrinter(graph, limit, names).text(root);
}

}  // namespace ricci::dsl
