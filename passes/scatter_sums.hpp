/// A sum under a bracket that sends each summand to one element of the result, S[k] = sum[i] (q[i] == k)*w[i], is a
/// scatter: one visit for each i instead of one for each i and k. What becomes true here: such a sum is the whole body
/// of a tensor, where the scatter kernel finds it; read_scatter is how both recognise one. A mean is such a sum,
/// divided. Exact over the reals: sums come in another order, and what goes outside of the result is not computed, as
/// before.
#pragma once

#include "passes/cost.hpp"
#include "passes/fold.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

/// What a sum (or count, or any) scatters: `value` is added at `place` along `axis`, where the other conditions hold.
struct ScatterSum {
  Vec<IndexId> summed;  // opened
  IndexId axis;
  NodeId place;      // an integer; it may lie outside of the axis
  NodeId value;      // invalid: one is counted, or a truth noted
  NodeId condition;  // invalid: none
  constexpr bool valid() const { return place.valid(); }
};

namespace detail {

/// Whether an operation may be a scatter at all: quickly, since it is asked of every body.
constexpr bool may_scatter(const Graph& graph, NodeId id) {
  const Op op = graph.op(id);
  if (op != Op::sum && op != Op::count && op != Op::any) return false;
  NodeId body = graph.operand(id, 0);
  if (op == Op::sum && graph.op(body) != Op::guard && graph.op(body) != Op::cast) return false;
  if (op == Op::sum) body = graph.operand(body, 0);
  return graph.dtype(body) == DType::boolean && !graph.free(id).empty();
}

struct MovedIndex {
  IndexId index;
  std::int64_t offset = 0;
  bool valid = false;
};

/// An index and numbers that are added to it or taken away; conversions between integers lose nothing here, since
/// extents and numbers are moderate.
constexpr MovedIndex moved_index(const Graph& graph, NodeId number) {
  constexpr std::int64_t far = std::int64_t{1} << 29;
  const auto moderate = [](std::int64_t value) { return -far < value && value < far; };
  MovedIndex out;
  for (int steps = 0; steps < 8 && moderate(out.offset); ++steps) {
    const Op op = graph.op(number);
    if (op == Op::index) {
      out.index = IndexId{static_cast<std::uint32_t>(graph.attribute(number, 0))};
      out.valid = moderate(graph.extent(out.index));
      break;
    }
    if (op == Op::cast && dsl::is_integer(graph.dtype(graph.operand(number, 0)))) {
      number = graph.operand(number, 0);
    } else if (op == Op::affine && graph.operands(number).size() == 1 && graph.attribute(number, 1) == 1 &&
               moderate(graph.attribute(number, 0))) {
      out.offset += graph.attribute(number, 0);
      number = graph.operand(number, 0);
    } else if (op == Op::add || op == Op::subtract) {
      const std::size_t side = graph.op(graph.operand(number, 1)) == Op::constant ? 1 : 0;
      const NodeId constant = graph.operand(number, side);
      if (graph.op(constant) != Op::constant || (op == Op::subtract && side == 0)) break;
      if (!dsl::is_integer(graph.dtype(constant)) || !moderate(graph.attribute(constant, 0))) break;
      out.offset += (op == Op::add ? 1 : -1) * graph.attribute(constant, 0);
      number = graph.operand(number, 1 - side);
    } else {
      break;
    }
  }
  return out;
}

/// The other side of `place == axis + offset`, less the offset; null where the comparison is none.
constexpr NodeId place_of(Graph& graph, NodeId comparison, const Vec<IndexId>& summed, IndexId& axis) {
  if (graph.op(comparison) != Op::equal || !dsl::is_integer(graph.dtype(graph.operand(comparison, 0)))) return {};
  for (std::size_t side : {0U, 1U}) {
    NodeId other = graph.operand(comparison, 1 - side);
    const MovedIndex moved = moved_index(graph, graph.operand(comparison, side));
    if (!moved.valid || graph.dtype(other) == DType::boolean) continue;
    bool moves = false;
    for (IndexId own : summed) moves = moves || graph.uses(other, own);
    if (summed.contains(moved.index) || graph.uses(other, moved.index) || !moves) continue;
    axis = moved.index;
    if (graph.dtype(other) == DType::i32) other = graph.add(Op::cast, DType::i64, {other});
    if (moved.offset == 0) return other;
    return graph.add(Op::subtract, DType::i64, {other, graph.integer(moved.offset)});
  }
  return {};
}

}  // namespace detail

constexpr ScatterSum read_scatter(Graph& graph, NodeId id) {
  ScatterSum out;
  if (!detail::may_scatter(graph, id)) return out;
  const dsl::Opened opened = graph.open(id);
  out.summed = opened.indices;
  NodeId condition = opened.body;
  if (graph.op(id) == Op::sum) {
    condition = graph.operand(opened.body, 0);
    if (graph.op(opened.body) == Op::guard) {
      out.value = graph.operand(opened.body, 1);
      if (graph.dtype(out.value) != graph.dtype(id)) return {};
    }
  }
  for (NodeId own : detail::conjuncts(graph, condition)) {
    const NodeId place = out.valid() ? NodeId{} : detail::place_of(graph, own, out.summed, out.axis);
    if (place.valid())
      out.place = place;
    else
      out.condition = out.condition.valid() ? graph.add(Op::logical_and, DType::boolean, {out.condition, own}) : own;
  }
  return out;
}

namespace detail {

/// The sum that a mean divides; null where it is no mean, or of another type than its summands.
constexpr NodeId sum_of_mean(Graph& graph, NodeId id) {
  if (graph.op(id) != Op::mean || points_of(graph, span_of(graph.bound(id))) == 0) return {};
  const Op body = graph.op(graph.operand(id, 0));
  if (graph.free(id).empty() || (body != Op::guard && body != Op::cast)) return {};
  const dsl::Opened opened = graph.open(id);
  if (graph.dtype(opened.body) != graph.dtype(id)) return {};
  return graph.reduce(Op::sum, graph.dtype(id), opened.body, opened.indices);
}

constexpr NodeId element(Graph& graph, NodeId tensor, const Vec<IndexId>& axes) {
  Vec<NodeId> entries;
  for (IndexId own : axes) entries.push_back(graph.index_value(own));
  return graph.access(tensor, span_of(entries));
}

}  // namespace detail

constexpr Rebuilt scatter_sums(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  constexpr std::int64_t least_extent = 8;
  Facts facts;
  Allowance allowance(in, span_of(roots));
  Vec<char> whole(in.size(), 0);
  for (NodeId id : dsl::reachable(in, span_of(roots)))
    if (in.op(id) == Op::tensor && !in[id].sparse) whole[in.operand(id, 0).at] = 1;
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    const NodeId divided = detail::sum_of_mean(out, made);
    const NodeId total = divided.valid() ? divided : made;
    if ((whole[old.at] != 0 && total == made) || !detail::may_scatter(out, total)) return made;
    facts.extend(out);
    if (facts.draws(made) || facts.sparse(made)) return made;
    const ScatterSum scatter = read_scatter(out, total);
    if (!scatter.valid() || out.extent(scatter.axis) < least_extent) return made;
    const auto free = out.free(made);
    const Vec<IndexId> axes(free.data(), free.data() + free.size());
    const NodeId apart = out.tensor(total, axes);
    if (!allowance.admits(bytes_of(out, apart))) return made;
    allowance.spend(bytes_of(out, apart));
    notes.fire(in, "set apart", old, "a bracket sends each summand to one element");
    const NodeId sum = detail::element(out, apart, axes);
    if (total == made) return sum;
    const DType type = out.dtype(made);
    return out.add(Op::divide, type, {sum, out.real(points_of(out, span_of(out.bound(made))), type)});
  });
}

}  // namespace ricci::passes
