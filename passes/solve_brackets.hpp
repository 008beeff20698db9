/// A bracket that fixes a summed index takes the sum away:
/// sum[n] (q[z] == n)*f[n,z]  ->  (0 <= q[z] < N)*f[q[z],z];   sum[j] ((j - i) % 7 == s)*B[j,i]  ->  B[(i+s) % 7,i].
/// What becomes true here: a partition visits one term for each point, a masked full product costs what the rolled or
/// diagonal one does, and what is left of it may be a contraction.
///
/// Integers alone are solved, and only for an index that stands there once, with coefficient 1 or -1. Exact: of the sum
/// the one term that counts is left. Where the solution may lie outside of the index's range, a bracket says so, and
/// what stands under it is read inside the range whatever the solution is.
#pragma once

#include "dsl/graph/entries.hpp"
#include "passes/cost.hpp"
#include "passes/fold.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class BracketSolution {
 public:
  constexpr explicit BracketSolution(Graph& graph) : graph_(graph) {}

  /// What stands in place of the sum; null where no bracket fixes one of its indices.
  constexpr NodeId run(NodeId sum) {
    dsl::Opened opened = graph_.open(sum);
    while (graph_.op(opened.body) == Op::sum && graph_.dtype(opened.body) == graph_.dtype(sum)) {
      const dsl::Opened below = graph_.open(opened.body);
      opened.body = below.body;
      for (IndexId own : below.indices) opened.indices.push_back(own);
    }
    if (graph_.op(opened.body) != Op::guard || graph_.dtype(opened.body) != graph_.dtype(sum)) return {};
    const Vec<NodeId> conditions = conjuncts(graph_, graph_.operand(opened.body, 0));
    for (NodeId condition : conditions)
      for (IndexId index : opened.indices) {
        if (graph_.extent(index) == 0 || !solve(condition, index)) continue;
        return with_solution(sum, opened, conditions, condition, index);
      }
    return {};
  }

 private:
  /// offset + coefficient * index + terms that do not have the index.
  struct Linear {
    bool valid = true;
    std::int64_t coefficient = 0;
    std::int64_t offset = 0;
    Vec<NodeId> terms;
    Vec<std::int64_t> scales;
  };

  constexpr bool solve(NodeId condition, IndexId index) {
    if (graph_.op(condition) != Op::equal || graph_.dtype(graph_.operand(condition, 0)) != DType::i64) return false;
    const NodeId left = graph_.operand(condition, 0), right = graph_.operand(condition, 1);
    if (graph_.uses(left, index) && !graph_.uses(right, index) && solve_wrapped(left, right, index)) return true;
    if (graph_.uses(right, index) && !graph_.uses(left, index) && solve_wrapped(right, left, index)) return true;
    Linear both;
    add(both, left, 1, index);
    add(both, right, -1, index);
    return solve_plain(both, index);
  }
  constexpr bool solve_plain(const Linear& both, IndexId index) {
    if (!solvable(both)) return false;
    const NodeId solution = around(solved_for(both), index);
    const std::int64_t extent = graph_.extent(index);
    if (graph_.op(solution) == Op::wrap ? graph_.attribute(solution, 0) <= extent : within(solution, extent)) {
      place_ = solution;
      return true;
    }
    place_ = graph_.add(Op::clamp_to, DType::i64, {solution}, {extent});
    inside_ = between(solution, extent);
    return true;
  }
  /// The number as an entry that goes around, where it is a remainder of an affine one; it has not the index.
  constexpr NodeId around(NodeId number, IndexId index) {
    if (graph_.op(number) != Op::modulo) return number;
    const NodeId modulus = graph_.operand(number, 1);
    if (graph_.op(modulus) != Op::constant || graph_.attribute(modulus, 0) < 1) return number;
    Linear inside;
    add(inside, graph_.operand(number, 0), 1, index);
    const NodeId flat =
        inside.valid ? graph_.linear(inside.offset, span_of(inside.terms), span_of(inside.scales)) : number;
    return is_affine(flat) ? graph_.add(Op::wrap, DType::i64, {flat}, {graph_.attribute(modulus, 0)}) : number;
  }
  /// (j + ...) % d == s, of an index that goes around once: the one place is (s - ...) % d.
  constexpr bool solve_wrapped(NodeId side, NodeId other, IndexId index) {
    const std::int64_t extent = graph_.extent(index);
    const Op op = graph_.op(side);
    const bool around = op == Op::modulo ? is_number(graph_, graph_.operand(side, 1), extent)
                                         : op == Op::wrap && graph_.attribute(side, 0) == extent;
    if (!around) return false;
    Linear both;
    add(both, graph_.operand(side, 0), 1, index);
    add(both, other, -1, index);
    if (!solvable(both)) return false;
    Linear alone;
    add(alone, other, 1, index);
    const NodeId there = graph_.linear(alone.offset, span_of(alone.terms), span_of(alone.scales));
    const NodeId solution = solved_for(both);
    if (!is_affine(there) || !is_affine(solution)) return false;
    place_ = graph_.add(Op::wrap, DType::i64, {solution}, {extent});
    if (!within(there, extent)) inside_ = between(other, extent);
    return true;
  }

  static constexpr bool solvable(const Linear& both) {
    return both.valid && (both.coefficient == 1 || both.coefficient == -1);
  }
  /// The index where the whole is 0.
  constexpr NodeId solved_for(const Linear& both) {
    Vec<std::int64_t> scales;
    for (std::int64_t scale : both.scales) scales.push_back(-both.coefficient * scale);
    return graph_.linear(-both.coefficient * both.offset, span_of(both.terms), span_of(scales));
  }
  /// Adds scale * node, taken apart as far as sums and numbers go. Moderate numbers alone: nothing overflows here.
  constexpr void add(Linear& to, NodeId node, std::int64_t factor, IndexId index) {
    struct Part {
      NodeId node;
      std::int64_t scale;
    };
    constexpr std::int64_t far = std::int64_t{1} << 30;
    const auto near_zero = [](std::int64_t value) { return -far < value && value < far; };
    Vec<Part> open{{node, factor}};
    while (!open.empty() && to.valid) {
      const Part part = open.back();
      open.pop_back();
      const Op op = graph_.op(part.node);
      to.valid = near_zero(part.scale) && near_zero(to.offset);
      if (op == Op::constant) {
        to.valid = to.valid && near_zero(graph_.attribute(part.node, 0));
        if (to.valid) to.offset += part.scale * graph_.attribute(part.node, 0);
      } else if (op == Op::index && graph_.uses(part.node, index)) {
        to.coefficient += part.scale;
      } else if (op == Op::add || op == Op::subtract) {
        open.push_back({graph_.operand(part.node, 1), op == Op::add ? part.scale : -part.scale});
        open.push_back({graph_.operand(part.node, 0), part.scale});
      } else if (op == Op::negate) {
        open.push_back({graph_.operand(part.node, 0), -part.scale});
      } else if (op == Op::affine) {
        to.valid = to.valid && near_zero(graph_.attribute(part.node, 0));
        if (to.valid) to.offset += part.scale * graph_.attribute(part.node, 0);
        for (std::size_t at = 0; at < graph_.operands(part.node).size() && to.valid; ++at) {
          to.valid = near_zero(graph_.attribute(part.node, at + 1));
          if (to.valid)
            open.push_back({graph_.operand(part.node, at), part.scale * graph_.attribute(part.node, at + 1)});
        }
      } else {
        to.valid = to.valid && !graph_.uses(part.node, index);
        to.terms.push_back(part.node);
        to.scales.push_back(part.scale);
      }
    }
  }

  constexpr bool is_affine(NodeId id) const {
    return graph_.op(id) == Op::index || graph_.op(id) == Op::affine ||
           (graph_.op(id) == Op::constant && graph_.dtype(id) == DType::i64);
  }
  /// Whether an affine number lies in 0..extent-1 wherever its indices are.
  constexpr bool within(NodeId id, std::int64_t extent) const {
    if (!is_affine(id)) return false;
    dsl::Interval all = dsl::detail::exactly(graph_.op(id) == Op::index ? 0 : graph_.attribute(id, 0));
    const auto add_term = [&](NodeId term, std::int64_t scale) {
      const std::int64_t last = graph_.extent(IndexId{static_cast<std::uint32_t>(graph_.attribute(term, 0))}) - 1;
      all = dsl::detail::sum_of(all,
                                dsl::detail::product_of({0, last < 0 ? 0 : last, true}, dsl::detail::exactly(scale)));
    };
    if (graph_.op(id) == Op::index) add_term(id, 1);
    if (graph_.op(id) == Op::affine)
      for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
        if (graph_.op(graph_.operand(id, at)) != Op::index) return false;
        add_term(graph_.operand(id, at), graph_.attribute(id, at + 1));
      }
    return all.inside(extent);
  }
  constexpr NodeId between(NodeId number, std::int64_t extent) {
    return graph_.add(Op::logical_and, DType::boolean,
                      {graph_.add(Op::less_equal, DType::boolean, {graph_.integer(0), number}),
                       graph_.add(Op::less, DType::boolean, {number, graph_.integer(extent)})});
  }

  /// The body at the solution, under what is left of its brackets, summed over what is left of its indices.
  constexpr NodeId with_solution(NodeId sum, const dsl::Opened& opened, const Vec<NodeId>& conditions, NodeId solved,
                                 IndexId index) {
    Vec<dsl::Replacement> replacements;
    replacements.push_back({index, place_});
    NodeId condition = inside_;
    for (NodeId own : conditions) {
      if (own == solved) continue;
      const NodeId there = graph_.substitute(own, replacements);
      condition = condition.valid() ? graph_.add(Op::logical_and, DType::boolean, {condition, there}) : there;
    }
    const DType type = graph_.dtype(sum);
    NodeId body = graph_.substitute(graph_.operand(opened.body, 1), replacements);
    if (condition.valid()) body = graph_.add(Op::guard, type, {condition, body});
    Vec<IndexId> left;
    for (IndexId own : opened.indices)
      if (own != index) left.push_back(own);
    return left.empty() ? body : graph_.reduce(Op::sum, type, body, left);
  }

  Graph& graph_;
  NodeId place_;   // where the index has to stand,
  NodeId inside_;  // if this holds
};

}  // namespace detail

constexpr Rebuilt solve_brackets(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Facts facts;
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    for (bool again = true; again;) {
      again = false;
      if (out.op(made) != Op::sum) break;
      facts.extend(out);
      if (facts.sparse(made)) break;
      const NodeId solved = detail::BracketSolution(out).run(made);
      if (!solved.valid()) break;
      notes.fire(in, "solved", old, "a bracket fixes the summed index");
      made = solved;
      again = true;
    }
    return made;
  });
}

}  // namespace ricci::passes
