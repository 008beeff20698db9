/// Takes factors out of a sum under a bracket that neither the sum nor the bracket ranges over:
/// sum[n] (c[n,z])*a[n]*b[x]  ->  (any[n] c[n,z])*(b[x] * sum[n] (c[n,z])*a[n]).
/// What becomes true here: the sum has no more indices than the bracket and what is summed need, and a bracket that
/// holds nowhere still annihilates the factors outside, be they infinite or NaN. Exact over the reals.
#pragma once

#include "passes/cost.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class BracketSeparation {
 public:
  constexpr explicit BracketSeparation(Graph& graph) : graph_(graph) {}

  /// What stands in place of the sum; null where nothing can be taken out.
  constexpr NodeId run(NodeId sum) {
    const dsl::Opened opened = graph_.open(sum);
    if (graph_.op(opened.body) != Op::guard || graph_.dtype(opened.body) != graph_.dtype(sum)) return {};
    const NodeId condition = graph_.operand(opened.body, 0);
    collect(graph_.operand(opened.body, 1));
    Vec<IndexId> within = opened.indices;
    for (IndexId own : graph_.free(condition)) add(within, own);
    for (const Factor& factor : factors_)
      if (touches(factor.node, opened.indices))
        for (IndexId own : graph_.free(factor.node)) add(within, own);
    const DType type = graph_.dtype(sum);
    const NodeId outside = product(within, true, type);
    if (!outside.valid()) return {};
    NodeId inside = product(within, false, type);
    if (!inside.valid()) inside = dsl::is_integer(type) ? graph_.integer(1, type) : graph_.real(1, type);
    if (negative_) inside = graph_.add(Op::negate, type, {inside});
    const NodeId rest = graph_.rebind(sum, type, graph_.add(Op::guard, type, {condition, inside}), opened.indices);
    const NodeId any = graph_.reduce(Op::any, DType::boolean, condition, opened.indices);
    return graph_.add(Op::guard, type, {any, graph_.add(Op::multiply, type, {outside, rest})});
  }

 private:
  struct Factor {
    NodeId node;
    bool divides = false;
  };

  static constexpr void add(Vec<IndexId>& list, IndexId index) {
    if (!list.contains(index)) list.push_back(index);
  }
  constexpr bool touches(NodeId id, const Vec<IndexId>& indices) const {
    for (IndexId own : indices)
      if (graph_.uses(id, own)) return true;
    return false;
  }
  /// The factors of a product, from left to right.
  constexpr void collect(NodeId value) {
    Vec<Factor> open{{value, false}};
    while (!open.empty()) {
      const Factor own = open.back();
      open.pop_back();
      const Op op = graph_.op(own.node);
      if (own.divides || (op != Op::multiply && op != Op::divide && op != Op::negate)) {
        factors_.push_back(own);
        continue;
      }
      if (op == Op::negate) negative_ = !negative_;
      if (op != Op::negate) open.push_back({graph_.operand(own.node, 1), op == Op::divide});
      open.push_back({graph_.operand(own.node, 0), false});
    }
  }
  /// Whether a factor has an index that the sum can do without.
  constexpr bool outside(const Factor& factor, const Vec<IndexId>& within) const {
    for (IndexId own : graph_.free(factor.node))
      if (graph_.extent(own) > 1 && !within.contains(own)) return true;
    return false;
  }
  constexpr NodeId product(const Vec<IndexId>& within, bool wanted, DType type) {
    NodeId out;
    for (bool divides : {false, true})
      for (const Factor& factor : factors_) {
        if (factor.divides != divides || outside(factor, within) != wanted) continue;
        if (!out.valid() && !divides)
          out = factor.node;
        else
          out = graph_.add(divides ? Op::divide : Op::multiply, type,
                           {out.valid() ? out : graph_.real(1, type), factor.node});
      }
    return out;
  }

  Graph& graph_;
  Vec<Factor> factors_;
  bool negative_ = false;
};

}  // namespace detail

constexpr Rebuilt separate_brackets(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Facts facts;
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (out.op(made) != Op::sum || out.op(out.operand(made, 0)) != Op::guard) return made;
    facts.extend(out);
    const NodeId condition = out.operand(out.operand(made, 0), 0);
    if (facts.draws(condition) || facts.sparse(condition)) return made;
    const NodeId separated = detail::BracketSeparation(out).run(made);
    if (!separated.valid()) return made;
    notes.fire(in, "separated", old, "factors that neither bracket nor sum range over stand outside");
    return separated;
  });
}

}  // namespace ricci::passes
