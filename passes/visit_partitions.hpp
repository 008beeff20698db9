/// A sum over the intervals of a partition has one term at each point, and that one can be counted to:
/// sum[n] (d[n] <= Z[z] < d[n+1])*f[n,z]  ->  (p < N && d[0] <= Z[z])*f[p,z] with p = count[n] (d[n+1] <= Z[z]).
/// What becomes true here: in an order of Z in which neighbours lie in different intervals, each point computes one
/// term instead of all that its neighbours need.
///
/// It holds where d ascends, which is looked at once when it runs; otherwise the sum is computed as it is written.
/// Exact: of the sum the one term that counts is left. Where Z moves along few of the axes, ranges of the loop do
/// better.
#pragma once

#include "passes/cost.hpp"
#include "passes/fold.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class PartitionVisit {
 public:
  constexpr explicit PartitionVisit(Graph& graph) : graph_(graph) {}

  /// What stands in place of the sum; null where no bracket is an interval of a partition.
  constexpr NodeId run(NodeId sum) {
    const dsl::Opened opened = graph_.open(sum);
    const DType type = graph_.dtype(sum);
    if (graph_.op(opened.body) != Op::guard || graph_.dtype(opened.body) != type) return {};
    conditions_ = conjuncts(graph_, graph_.operand(opened.body, 0));
    for (IndexId index : opened.indices)
      for (NodeId lower : conditions_)
        for (NodeId upper : conditions_)
          if (bounds(lower, upper, index) && worth_it(sum, index)) return visited(sum, opened, lower, upper, index);
    return {};
  }

 private:
  /// For each point of the sum at one of the coordinate's: fewer cost less to look at than to count and to gather.
  static constexpr double least_intervals = 8;

  /// d[n + a] <= z and z < d[n + a + 1], or < and <=.
  constexpr bool bounds(NodeId lower, NodeId upper, IndexId index) {
    const Op low = graph_.op(lower), high = graph_.op(upper);
    if (!(low == Op::less_equal && high == Op::less) && !(low == Op::less && high == Op::less_equal)) return false;
    coordinate_ = graph_.operand(lower, 1);
    if (graph_.operand(upper, 0) != coordinate_ || graph_.uses(coordinate_, index)) return false;
    const NodeId below = graph_.operand(lower, 0), above = graph_.operand(upper, 1);
    std::int64_t first = 0, second = 0;
    if (!edge(below, index, first) || !edge(above, index, second) || second != first + 1) return false;
    return graph_.operand(below, 0) == graph_.operand(above, 0);
  }
  /// An element of a vector at the index, moved by a number.
  constexpr bool edge(NodeId id, IndexId index, std::int64_t& moved) const {
    if (graph_.op(id) != Op::access || graph_.operands(id).size() != 2 || graph_[graph_.operand(id, 0)].sparse)
      return false;
    NodeId entry = graph_.operand(id, 1);
    moved = 0;
    if (graph_.op(entry) == Op::affine) {
      if (graph_.operands(entry).size() != 1 || graph_.attribute(entry, 1) != 1) return false;
      moved = graph_.attribute(entry, 0);
      entry = graph_.operand(entry, 0);
    }
    return graph_.op(entry) == Op::index && graph_.attribute(entry, 0) == static_cast<std::int64_t>(index.at);
  }
  constexpr bool worth_it(NodeId sum, IndexId index) const {
    const double points = points_of(graph_, graph_.free(sum));
    return points > 0 && static_cast<double>(graph_.extent(index)) * points_of(graph_, graph_.free(coordinate_)) >=
                             least_intervals * points;
  }

  constexpr NodeId truth(Op op, NodeId a, NodeId b) { return graph_.add(op, DType::boolean, {a, b}); }

  constexpr NodeId visited(NodeId sum, const dsl::Opened& opened, NodeId lower, NodeId upper, IndexId index) {
    const DType type = graph_.dtype(sum);
    const std::int64_t extent = graph_.extent(index);
    const NodeId below = graph_.operand(lower, 0), above = graph_.operand(upper, 1);
    const Op beyond = graph_.op(lower);  // an upper edge is passed as a lower one is reached
    const NodeId place = graph_.reduce(Op::count, DType::i64, truth(beyond, above, coordinate_), {index});
    const Vec<dsl::Replacement> there{{index, graph_.add(Op::clamp_to, DType::i64, {place}, {extent})}};
    const NodeId first = graph_.substitute(below, {{index, graph_.integer(0)}});
    NodeId condition =
        truth(Op::logical_and, truth(beyond, first, coordinate_), truth(Op::less, place, graph_.integer(extent)));
    for (NodeId own : conditions_)
      if (own != lower && own != upper) condition = truth(Op::logical_and, condition, graph_.substitute(own, there));
    NodeId term = graph_.add(Op::guard, type, {condition, graph_.substitute(graph_.operand(opened.body, 1), there)});
    Vec<IndexId> left;
    for (IndexId own : opened.indices)
      if (own != index) left.push_back(own);
    if (!left.empty()) term = graph_.reduce(Op::sum, type, term, left);
    const NodeId ascends = graph_.reduce(Op::all, DType::boolean, truth(Op::less_equal, below, above), {index});
    return graph_.add(Op::where, type, {ascends, term, sum});
  }

  Graph& graph_;
  Vec<NodeId> conditions_;
  NodeId coordinate_;
};

/// Sums that already stand where a partition turned out to be none: by id.
constexpr Vec<char> written_as_is(const Graph& in, std::span<const NodeId> roots) {
  Vec<char> out(in.size(), 0);
  for (NodeId id : dsl::reachable(in, roots)) {
    if (in.op(id) != Op::where) continue;
    NodeId ascends = in.operand(id, 0);  // a number of its own, or where that was read once, what it is
    if (in.op(ascends) == Op::access && in.op(in.operand(ascends, 0)) == Op::tensor)
      ascends = in.operand(in.operand(ascends, 0), 0);
    if (in.op(ascends) != Op::all) continue;
    Vec<NodeId> open{in.operand(id, 2)};
    while (!open.empty()) {
      const NodeId own = open.back();
      open.pop_back();
      if (out[own.at] != 0) continue;
      out[own.at] = 1;
      for (NodeId operand : in.operands(own)) open.push_back(operand);
    }
  }
  return out;
}

}  // namespace detail

constexpr Rebuilt visit_partitions(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Facts facts;
  const Vec<char> as_is = detail::written_as_is(in, span_of(roots));
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (in.op(old) != Op::sum || out.op(made) != Op::sum || as_is[old.at] != 0) return made;
    facts.extend(out);
    if (facts.sparse(made) || facts.draws(made) || facts.fails(made)) return made;
    const NodeId visited = detail::PartitionVisit(out).run(made);
    if (!visited.valid()) return made;
    notes.fire(in, "visited one term of", old, "its brackets are the intervals of a partition");
    return visited;
  });
}

}  // namespace ricci::passes
