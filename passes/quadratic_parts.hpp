/// The factors of a product under a sum, squares written out, and the terms of a difference: what quadratic_form
/// compares. Here it stops to matter how either was spelled.
#pragma once

#include "passes/network.hpp"

namespace ricci::passes::detail {

struct QuadraticPart {
  NodeId node;
  bool inverse = false;  // a divisor
};

struct QuadraticParts {
  Vec<QuadraticPart> over;
  Vec<NodeId> numbers;
  bool negative = false;
};

constexpr bool is_two(const Graph& graph, NodeId id) {
  if (graph.op(id) == Op::cast) id = graph.operand(id, 0);
  if (graph.op(id) != Op::constant) return false;
  const std::int64_t bits = graph.attribute(id, 0);
  return graph.dtype(id) < DType::f32 ? bits == 2 : std::bit_cast<double>(bits) == 2 && graph.attribute(id, 1) == 0;
}

/// Multiplications, divisions, signs and squares, down to what is none of these.
constexpr QuadraticParts take_apart(const Graph& graph, const Network& network) {
  struct Open {
    QuadraticPart part;
    bool squared = false;
  };
  QuadraticParts out;
  Vec<Open> open;
  for (std::size_t at = network.factors.size(); at-- > 0;) open.push_back({{network.factors[at].node}});
  while (!open.empty()) {
    const Open own = open.back();
    open.pop_back();
    const NodeId id = own.part.node;
    const Op op = graph.op(id);
    const auto push = [&](std::size_t which, bool inverse, bool squared) {
      open.push_back({{graph.operand(id, which), own.part.inverse != inverse}, own.squared || squared});
    };
    if (op == Op::multiply || op == Op::divide) {
      push(1, op == Op::divide, false);
      push(0, false, false);
    } else if (op == Op::negate) {
      out.negative = out.negative != !own.squared;
      push(0, false, false);
    } else if (op == Op::power && !own.squared && is_two(graph, graph.operand(id, 1))) {
      push(0, false, true);
    } else if (op == Op::abs && own.squared && !dsl::is_complex(graph.dtype(graph.operand(id, 0)))) {
      push(0, false, false);
    } else {
      for (int times = own.squared ? 2 : 1; times > 0; --times) {
        if (op == Op::constant && !own.part.inverse)
          out.numbers.push_back(id);
        else
          out.over.push_back(own.part);
      }
    }
  }
  return out;
}

struct Term {
  NodeId node;
  bool negative = false;
};

constexpr Vec<Term> terms_of(const Graph& graph, NodeId id) {
  Vec<Term> out;
  Vec<Term> open{{id}};
  while (!open.empty()) {
    const Term own = open.back();
    open.pop_back();
    const Op op = graph.op(own.node);
    if (op == Op::add || op == Op::subtract) {
      open.push_back({graph.operand(own.node, 1), own.negative != (op == Op::subtract)});
      open.push_back({graph.operand(own.node, 0), own.negative});
    } else if (op == Op::negate) {
      open.push_back({graph.operand(own.node, 0), !own.negative});
    } else {
      out.push_back(own);
    }
  }
  return out;
}

/// 1 where two sums have the same terms in any order, -1 where all signs differ, else 0.
constexpr int same_terms(const Vec<Term>& a, const Vec<Term>& b) {
  for (const bool flipped : {false, true}) {
    Vec<char> taken(b.size(), 0);
    std::size_t found = 0;
    for (const Term& own : a)
      for (std::size_t at = 0; at < b.size(); ++at)
        if (taken[at] == 0 && b[at].node == own.node && b[at].negative == (own.negative != flipped)) {
          taken[at] = 1;
          ++found;
          break;
        }
    if (found == a.size() && found == b.size()) return flipped ? -1 : 1;
  }
  return 0;
}

}  // namespace ricci::passes::detail
