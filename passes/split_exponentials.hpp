/// An exponential of a sum becomes a product of exponentials over fewer indices:
/// exp(1i*k[n]*z[i] + 1i*q*x[j])  ->  exp(1i*k[n]*z[i]) * exp(1i*q*x[j]).
/// exp(-(x[i]^2 + y[j]^2)/2)  ->  exp(-x[i]^2/2) * exp(-y[j]^2/2).
/// What becomes true here: what an exponential does not need to depend on, it does not depend on, so that passes below
/// store the parts and multiply.
///
/// Terms are split off only where they are imaginary for certain, or where all of them are real and none is positive:
/// no exponential exceeds 1 in size, so nothing overflows, and a part that vanishes has a product that does. The
/// rounding of the sum of phases, which the product does without, is at least as large as that of the product.
/// Sums are looked for under factors that are powers of two times 1 or i, which round nothing; under others, k*(a-b),
/// phases that nearly cancel would lose what the difference has kept. Terms of one sign do not cancel: there any number
/// may stand before them, but nothing else, since a factor that is infinite or a divisor of 0 would meet zeros alone
/// that it does not meet in the sum.
#pragma once

#include <bit>

#include "passes/cost.hpp"
#include "passes/notes.hpp"
#include "passes/signs.hpp"

namespace ricci::passes {

namespace detail {

/// What is known of the parts of a complex number, if it has no NaN: either may be zero for certain.
struct Parts {
  bool no_real = false;
  bool no_imaginary = false;
};

constexpr Parts parts_of(const Graph& graph, NodeId id) {
  Vec<NodeId> open{id};
  dsl::IdMap seen;  // by node: 1 + no_real + 2 * no_imaginary, as a node id
  const auto known = [&](NodeId node) {
    const std::uint32_t bits = seen.find(node).at - 1;
    return Parts{(bits & 1U) != 0, (bits & 2U) != 0};
  };
  while (!open.empty()) {
    const NodeId at = open.back();
    const Op op = graph.op(at);
    Parts out{false, !dsl::is_complex(graph.dtype(at))};
    const bool sums = op == Op::add || op == Op::subtract || op == Op::negate || op == Op::cast || op == Op::conj;
    const bool through = dsl::is_complex(graph.dtype(at)) && (sums || op == Op::multiply || op == Op::divide);
    if (through) {
      const std::size_t waiting = open.size();
      for (NodeId operand : graph.operands(at))
        if (!seen.find(operand).valid()) open.push_back(operand);
      if (open.size() != waiting) continue;
      const Parts a = known(graph.operand(at, 0)), b = known(graph.operands(at).back());
      if (sums)
        out = {a.no_real && b.no_real, a.no_imaginary && b.no_imaginary};
      else if (op == Op::divide)
        out = {a.no_real && b.no_imaginary, a.no_imaginary && b.no_imaginary};
      else
        out = {(a.no_real && b.no_imaginary) || (a.no_imaginary && b.no_real),
               (a.no_real && b.no_real) || (a.no_imaginary && b.no_imaginary)};
    } else if (op == Op::constant && dsl::is_complex(graph.dtype(at))) {
      const auto zero = [&](std::size_t which) { return std::bit_cast<double>(graph.attribute(at, which)) == 0; };
      out = {zero(0), zero(1)};
    }
    open.pop_back();
    seen.set(at, NodeId{1U + (out.no_real ? 1U : 0U) + (out.no_imaginary ? 2U : 0U)});
  }
  return known(id);
}

/// Whether multiplying by it rounds nothing: a power of two, perhaps times i.
constexpr bool is_exact_unit(const Graph& graph, NodeId id) {
  if (graph.op(id) != Op::constant || !dsl::is_complex(graph.dtype(id))) return false;
  const std::int64_t re = graph.attribute(id, 0), im = graph.attribute(id, 1);
  if ((std::bit_cast<double>(re) == 0) == (std::bit_cast<double>(im) == 0)) return false;
  const double size = std::bit_cast<double>(std::bit_cast<double>(re) == 0 ? im : re);
  constexpr std::int64_t fraction = (std::int64_t{1} << 52) - 1;
  return (std::bit_cast<std::int64_t>(size) & fraction) == 0 && (size < 0 ? -size : size) < 1e6 &&
         (size < 0 ? -size : size) > 1e-6;
}

class ExponentialSplit {
 public:
  constexpr ExponentialSplit(Graph& graph, Choice choice) : graph_(graph), choice_(choice) {}

  /// The product; null where the exponential stays as it is, `refused` saying why where that is worth a word.
  constexpr NodeId run(NodeId exponential, std::string_view& refused) {
    type_ = graph_.dtype(exponential);
    collect(graph_.operand(exponential, 0));
    if (terms_.size() < 2) return {};
    for (const Term& term : terms_) join(term);
    while (merged()) {
    }
    if (groups_.size() < 2 || !pays(exponential)) return {};
    bool all = true;
    for (const Group& group : groups_) all = all && group.bounded;
    if (!all) {
      refused = is_complex() ? "a term with a real part could overflow where the sum does not"
                             : "a term that may be positive could overflow where the sum does not";
      return {};
    }
    NodeId out;
    for (const Group& group : groups_) {
      const NodeId own = graph_.add(Op::exp, type_, {group.sum});
      out = out.valid() ? graph_.add(Op::multiply, type_, {out, own}) : own;
    }
    return out;
  }

 private:
  struct Term {
    NodeId node;
    NodeId unit;  // times this, where valid; or over it
    bool divides = false;
    bool negative = false;
  };
  struct Group {
    NodeId sum;
    Vec<IndexId> indices;
    bool bounded = false;  // its exponential is at most 1 in size
  };

  constexpr bool is_complex() const { return dsl::is_complex(type_); }

  /// The terms of the exponent, from left to right.
  constexpr void collect(NodeId exponent) {
    Vec<Term> open{{exponent, {}}};
    while (!open.empty()) {
      const Term term = open.back();
      open.pop_back();
      const Op op = graph_.op(term.node);
      const auto below = [&](std::size_t which, bool turns) {
        open.push_back({graph_.operand(term.node, which), term.unit, term.divides, term.negative != turns});
      };
      if (op == Op::add || op == Op::subtract) {
        below(1, op == Op::subtract);
        below(0, false);
      } else if (op == Op::negate) {
        below(0, true);
      } else if (const Term inner = under_unit(term); inner.node.valid()) {
        open.push_back(inner);
      } else {
        terms_.push_back(term);
      }
    }
  }
  /// What stands under a cast or a unit, if that is a sum; otherwise nothing.
  constexpr Term under_unit(Term term) {
    if (graph_.op(term.node) == Op::multiply && !term.unit.valid())
      for (std::size_t at : {0, 1})
        if (is_unit(graph_.operand(term.node, at)))
          term = {graph_.operand(term.node, 1 - at), graph_.operand(term.node, at), false, term.negative};
    if (graph_.op(term.node) == Op::divide && !is_complex() && !term.unit.valid() &&
        is_unit(graph_.operand(term.node, 1)))
      term = {graph_.operand(term.node, 0), graph_.operand(term.node, 1), true, term.negative};
    while (graph_.op(term.node) == Op::cast && dsl::is_floating(graph_.dtype(graph_.operand(term.node, 0))))
      term.node = graph_.operand(term.node, 0);
    const Op op = graph_.op(term.node);
    return op == Op::add || op == Op::subtract || op == Op::negate ? term : Term{};
  }
  constexpr bool is_unit(NodeId node) const {
    if (is_complex()) return is_exact_unit(graph_, node);
    if (graph_.op(node) != Op::constant || !dsl::is_floating(graph_.dtype(node))) return false;
    const double value = std::bit_cast<double>(graph_.attribute(node, 0));
    return value != 0 && moderate(value);
  }

  /// A term without its sign, which that of a real unit becomes part of.
  constexpr NodeId made(Term& term) {
    const NodeId node = graph_.dtype(term.node) == type_ ? term.node : graph_.add(Op::cast, type_, {term.node});
    if (!term.unit.valid()) return without_sign(node, term);
    if (!is_complex()) {
      const double unit = std::bit_cast<double>(graph_.attribute(term.unit, 0));
      term.negative = term.negative != (unit < 0);
      term.unit = graph_.real(unit < 0 ? -unit : unit, type_);
    }
    return term.divides ? graph_.add(Op::divide, type_, {node, term.unit})
                        : graph_.add(Op::multiply, type_, {term.unit, node});
  }
  /// Of a real product with a number below 0: its sign is the term's.
  constexpr NodeId without_sign(NodeId node, Term& term) {
    const Op op = graph_.op(node);
    if (is_complex() || (op != Op::multiply && op != Op::divide)) return node;
    for (std::size_t at : {0, 1}) {
      const NodeId number = graph_.operand(node, at);
      if (!is_unit(number) || positive(graph_, number)) continue;
      term.negative = !term.negative;
      const NodeId turned = graph_.real(-std::bit_cast<double>(graph_.attribute(number, 0)), type_);
      const NodeId other = graph_.operand(node, 1 - at);
      return at == 0 ? graph_.add(op, type_, {turned, other}) : graph_.add(op, type_, {other, turned});
    }
    return node;
  }
  /// Adds a term to the group over the same indices; all that may exceed 1 in size is one group.
  constexpr void join(Term term) {
    NodeId node = made(term);
    const bool bounded = is_complex() ? parts_of(graph_, node).no_real : term.negative && not_negative(graph_, node);
    const Vec<IndexId> own = indices_of(node);
    if (term.negative) node = graph_.add(Op::negate, type_, {node});
    for (Group& group : groups_)
      if (group.bounded == bounded && (!bounded || group.indices == own)) return put(group, node, own);
    groups_.push_back({node, own, bounded});
  }
  constexpr void put(Group& group, NodeId node, const Vec<IndexId>& indices) {
    group.sum = graph_.add(Op::add, type_, {group.sum, node});
    for (IndexId own : indices)
      if (!group.indices.contains(own)) group.indices.push_back(own);
  }
  /// Puts a group into another that has all its indices.
  constexpr bool merged() {
    for (std::size_t a = 0; a < groups_.size(); ++a)
      for (std::size_t b = 0; b < groups_.size(); ++b) {
        bool within = a != b;
        for (IndexId own : groups_[a].indices) within = within && groups_[b].indices.contains(own);
        if (!within) continue;
        put(groups_[b], groups_[a].sum, {});
        groups_[b].bounded = groups_[b].bounded && groups_[a].bounded;
        Vec<Group> left;
        for (std::size_t at = 0; at < groups_.size(); ++at)
          if (at != a) left.push_back(groups_[at]);
        groups_ = std::move(left);
        return true;
      }
    return false;
  }
  constexpr bool pays(NodeId exponential) const {
    if (choice_ == Choice::whatever_is_right) return true;
    double apart = 0;
    for (const Group& group : groups_) apart += points_of(graph_, span_of(group.indices));
    return 2 * apart <= points_of(graph_, graph_.free(exponential));
  }
  constexpr Vec<IndexId> indices_of(NodeId id) const {
    Vec<IndexId> out;
    for (IndexId own : graph_.free(id))
      if (graph_.extent(own) != 1) out.push_back(own);
    return out;
  }

  Graph& graph_;
  Choice choice_;
  DType type_ = DType::c128;
  Vec<Term> terms_;
  Vec<Group> groups_;
};

}  // namespace detail

constexpr Rebuilt split_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (out.op(made) != Op::exp) return made;
    std::string_view refused;
    const NodeId product = detail::ExponentialSplit(out, choice).run(made, refused);
    if (!refused.empty()) notes.say(in, "did not split", old, refused);
    if (!product.valid()) return made;
    notes.fire(in, "split", old,
               dsl::is_complex(out.dtype(made)) ? "each phase over its own indices"
                                                : "each part over its own indices; none exceeds 1");
    return product;
  });
}

constexpr Rebuilt split_exponentials(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return split_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
