/// A product with an inverse becomes a solve:  sum[j] inv(A)[i,j]*b[j]  ->  (A \ b)[i], and with a pseudo-inverse a
/// least-squares solution. What becomes true here: an inverse that is left is wanted as a value, or for so many columns
/// that forming it costs less.
///
/// Exact over the reals, and closer to the truth: a solve is backward stable, a product with an inverse is not (Higham,
/// Accuracy and Stability of Numerical Algorithms, section 14.1). What is singular is refused in the same words.
#pragma once

#include "dsl/infer/arithmetic.hpp"
#include "passes/equations.hpp"
#include "passes/network.hpp"
#include "passes/notes.hpp"
#include "passes/renaming.hpp"

namespace ricci::passes {

namespace detail {

/// One network, and the inverse in it that is cheapest to apply.
class InverseProduct {
 public:
  constexpr InverseProduct(Graph& out, Network network, Notes& notes)
      : out_(out), network_(std::move(network)), notes_(notes) {}

  /// What stands in place of the network; null where no inverse can be applied.
  constexpr NodeId run() {
    if (!network_.usable || network_.sums == 0) return {};
    Way best;
    for (std::size_t at = 0; at < network_.factors.size(); ++at)
      for (bool by_columns : {true, false}) {
        Way way = way_of(at, by_columns);
        if (way.inverse.valid() && (!best.inverse.valid() || way.columns < best.columns)) best = std::move(way);
      }
    return best.inverse.valid() ? emitted(best) : NodeId{};
  }

 private:
  /// How one factor is applied: to which others, and over what.
  struct Way {
    NodeId inverse;                // inv(A) or pinv(A)
    std::size_t factor = 0;        // which of the network's it is
    bool conjugated = false;       // conj(inv(A)[..])
    bool transposed = false;       // the sum is over its rows
    NodeId kept;                   // the entry of the axis that stays
    IndexId summed;                // the index of the axis that goes
    Vec<IndexId> batch;            // of the leading axes
    Vec<NodeId> divisors;          // that came with the factor
    Vec<char> applied;             // by factor: whether it is part of the right-hand side
    IndexSet inner = 0, open = 0;  // indices summed inside the right-hand side; those of its columns
    double columns = 0;
  };

  constexpr Way way_of(std::size_t at, bool by_columns) {
    Way way;
    way.factor = at;
    way.transposed = !by_columns;
    NodeId node = network_.factors[at].node;
    for (; out_.op(node) == Op::divide; node = out_.operand(node, 0)) way.divisors.push_back(out_.operand(node, 1));
    if (out_.op(node) == Op::conj) {
      way.conjugated = true;
      node = out_.operand(node, 0);
    }
    if (out_.op(node) != Op::access || out_.dtype(node) != network_.dtype) return {};
    const NodeId inverse = out_.operand(node, 0);
    if (out_.op(inverse) != Op::inv && out_.op(inverse) != Op::pinv) return {};
    if (!axes_of(way, node, by_columns)) return {};
    if (!collect(way)) {
      notes_.say(out_, "not applied", inverse, "what it is multiplied by has its other index too");
      return {};
    }
    // Forming it takes 4/3 n^3 multiplications more than factoring; each column then costs a product, not two
    // substitutions.
    const auto shape = out_.shape(inverse);
    const double n = static_cast<double>(shape[shape.size() - 1]), m = static_cast<double>(shape[shape.size() - 2]);
    if (4.0 / 3 * n * m < (rate::substitution - 1) * (n < m ? n : m) * way.columns) {
      notes_.say(out_, "formed", inverse, "it is applied to so many columns that this is cheaper");
      return {};
    }
    way.inverse = inverse;
    return way;
  }

  /// The entries: plain and distinct along the batch, plain and summed over along one axis of the matrix.
  constexpr bool axes_of(Way& way, NodeId access, bool by_columns) const {
    const auto entries = out_.operands(access).subspan(1);
    const auto shape = out_.shape(out_.operand(access, 0));
    const std::size_t gone = entries.size() - (by_columns ? 1 : 2), batch = entries.size() - 2;
    way.kept = entries[entries.size() - (by_columns ? 2 : 1)];
    const auto plain = [&](std::size_t axis) {
      if (out_.op(entries[axis]) != Op::index) return IndexId{};
      const IndexId index{static_cast<std::uint32_t>(out_.attribute(entries[axis], 0))};
      return out_.extent(index) == shape[axis] ? index : IndexId{};
    };
    way.summed = plain(gone);
    if (!way.summed.valid() || (bit(way.summed) & network_.result) != 0 || out_.uses(way.kept, way.summed))
      return false;
    for (std::size_t axis = 0; axis < batch; ++axis) {
      const IndexId index = plain(axis);
      if (!index.valid() || index == way.summed || way.batch.contains(index)) return false;
      way.batch.push_back(index);
    }
    return true;
  }
  constexpr IndexSet bit(IndexId index) const {
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if (network_.indices[at] == index) return IndexSet{1} << at;
    return 0;
  }
  constexpr IndexSet bits(std::span<const IndexId> indices) const {
    IndexSet out = 0;
    for (IndexId own : indices) out |= bit(own);
    return out;
  }
  constexpr double size(IndexSet set) const {
    double out = 1;
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if ((set >> at & 1U) != 0) out *= static_cast<double>(out_.extent(network_.indices[at]));
    return out;
  }

  /// Which factors are applied to: those with the summed index, and what makes no more columns of them. False where one
  /// has the index that stays.
  constexpr bool collect(Way& way) const {
    const IndexSet summed = bit(way.summed), batch = bits(span_of(way.batch));
    const IndexSet kept = bits(out_.free(way.kept)) & ~batch;
    way.applied = Vec<char>(network_.factors.size(), 0);
    for (std::size_t at = 0; at < network_.factors.size(); ++at) {
      if (at == way.factor || (network_.factors[at].indices & summed) == 0) continue;
      if ((network_.factors[at].indices & kept) != 0) return false;
      way.applied[at] = 1;
    }
    for (NodeId divisor : way.divisors)
      if (out_.uses(divisor, way.summed) && (bits(out_.free(divisor)) & kept) != 0) return false;
    settle(way, batch);
    for (bool grown = true; grown;) {
      grown = false;
      for (std::size_t at = 0; at < network_.factors.size(); ++at) {
        const IndexSet own = network_.factors[at].indices;
        if (at == way.factor || way.applied[at] != 0 || (own & kept) != 0 || (own & way.open) == 0) continue;
        Way wider = way;
        wider.applied[at] = 1;
        settle(wider, batch);
        if (wider.columns > way.columns || (wider.inner & ~way.inner) == 0) continue;
        way = std::move(wider);
        grown = true;
      }
    }
    return true;
  }
  /// What the applied factors have between them: indices that go, and those that stay as columns.
  constexpr void settle(Way& way, IndexSet batch) const {
    IndexSet inside = 0, outside = network_.result | bits(out_.free(way.kept)) | batch;
    for (std::size_t at = 0; at < network_.factors.size(); ++at) {
      if (at == way.factor) continue;
      (way.applied[at] != 0 ? inside : outside) |= network_.factors[at].indices;
    }
    for (NodeId divisor : way.divisors) (out_.uses(divisor, way.summed) ? inside : outside) |= bits(out_.free(divisor));
    inside &= ~bit(way.summed) & ~batch;
    way.inner = inside & ~outside;
    way.open = inside & outside;
    way.columns = size(way.open);
  }

  constexpr Vec<IndexId> named(IndexSet set) const {
    Vec<IndexId> out;
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if ((set >> at & 1U) != 0) out.push_back(network_.indices[at]);
    return out;
  }
  constexpr NodeId times(NodeId a, NodeId b) { return a.valid() ? out_.add(Op::multiply, network_.dtype, {a, b}) : b; }
  constexpr NodeId conjugated(const Way& way, NodeId element) {
    return way.conjugated ? out_.add(Op::conj, network_.dtype, {element}) : element;
  }

  /// The right-hand sides [batch, equations, columns]; a batch axis along which they do not change has one entry.
  constexpr NodeId sides(const Way& way) {
    NodeId body;
    for (std::size_t at = 0; at < network_.factors.size(); ++at)
      if (way.applied[at] != 0) body = times(body, network_.factors[at].node);
    if (!body.valid()) body = dsl::cast(out_, out_.integer(1), network_.dtype);
    for (NodeId divisor : way.divisors)
      if (out_.uses(divisor, way.summed)) body = out_.add(Op::divide, network_.dtype, {body, divisor});
    if (way.inner != 0) body = out_.reduce(Op::sum, network_.dtype, body, named(way.inner));
    body = conjugated(way, body);
    Vec<IndexId> axes;
    for (IndexId own : way.batch) axes.push_back(out_.uses(body, own) ? own : out_.open_index("", 1));
    axes.push_back(way.summed);
    axes.append(named(way.open));
    return without_renaming(out_, out_.tensor(body, axes));
  }

  constexpr NodeId emitted(const Way& way) {
    const Vec<IndexId> columns = named(way.open);
    const std::size_t batch = way.batch.size();
    NodeId side = sides(way);
    if (columns.size() > 1) side = with_columns_joined(out_, side, batch + 1);
    const NodeId matrix = out_.operand(way.inverse, 0);
    const std::int64_t vectors = columns.empty() ? 1 : 0;
    NodeId x;
    if (out_.op(way.inverse) == Op::inv)
      x = solved(out_, matrix, side, vectors != 0, way.transposed);
    else
      x = equation(out_, Op::lstsq, way.transposed ? with_axes_swapped(out_, matrix) : matrix, side, vectors != 0);
    if (columns.size() > 1) {
      Vec<std::int64_t> shape(out_.shape(x).data(), out_.shape(x).data() + batch + 1);
      for (IndexId own : columns) shape.push_back(out_.extent(own));
      x = reshaped(out_, x, shape);
    }
    Vec<NodeId> entries;
    for (IndexId own : way.batch) entries.push_back(out_.index_value(own));
    entries.push_back(way.kept);
    for (IndexId own : columns) entries.push_back(out_.index_value(own));
    return in_place(way, conjugated(way, out_.access(x, span_of(entries))));
  }
  /// The solution among the factors that are left, under the sums that are.
  constexpr NodeId in_place(const Way& way, NodeId solution) {
    for (NodeId divisor : way.divisors)
      if (!out_.uses(divisor, way.summed)) solution = out_.add(Op::divide, network_.dtype, {solution, divisor});
    NodeId body;
    for (std::size_t at = 0; at < network_.factors.size(); ++at)
      if (way.applied[at] == 0) body = times(body, at == way.factor ? solution : network_.factors[at].node);
    const IndexSet all = (IndexSet{1} << network_.indices.size()) - 1;
    const IndexSet left = all & ~network_.result & ~way.inner & ~bit(way.summed);
    if (left != 0) body = out_.reduce(Op::sum, network_.dtype, body, named(left));
    for (NodeId number : network_.numbers) body = out_.add(Op::multiply, network_.dtype, {number, body});
    return network_.negative ? out_.add(Op::negate, network_.dtype, {body}) : body;
  }

  Graph& out_;
  Network network_;
  Notes& notes_;
};

/// Sums that are factors under another sum: they are taken apart with it.
constexpr Vec<char> inner_sums(const Graph& in, std::span<const NodeId> roots) {
  const Vec<NodeId> needed = dsl::reachable(in, roots);
  const Vec<std::uint32_t> users = dsl::users(in, roots);
  Vec<char> out(in.size(), 0);
  for (std::size_t at = needed.size(); at-- > 0;) {
    const NodeId id = needed[at];
    const Op op = in.op(id);
    const bool chained = out[id.at] != 0 && (op == Op::multiply || op == Op::negate || op == Op::divide);
    if (op != Op::sum && !chained) continue;
    for (std::size_t own = 0; own < (op == Op::multiply ? 2U : 1U); ++own) {
      const NodeId below = in.operand(id, own);
      if (users[below.at] == 1 && in.dtype(below) == in.dtype(id)) out[below.at] = 1;
    }
  }
  for (NodeId root : roots) out[root.at] = 0;
  return out;
}

constexpr Rebuilt apply_inverses_once(const Graph& in, std::span<const NodeId> roots, Notes& notes) {
  const Vec<char> inner = inner_sums(in, roots);
  return rewrite(in, roots, [&](Graph& out, NodeId made, NodeId old) {
    if (in.op(old) != Op::sum || inner[old.at] != 0 || out.op(made) != Op::sum) return made;
    const auto free = out.free(made);
    const Vec<IndexId> axes(free.data(), free.data() + free.size());
    const NodeId applied = InverseProduct(out, NetworkReader(out, true).read(made, axes), notes).run();
    if (!applied.valid()) return made;
    notes.fire(in, "solved instead of inverted in", old, "a solve costs less, and loses fewer digits");
    return applied;
  });
}

}  // namespace detail

/// Until nothing changes: an inverse may be applied to what another was applied to.
constexpr Rebuilt apply_inverses(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Rebuilt out = detail::apply_inverses_once(in, span_of(roots), notes);
  for (int before = 0; notes.fired > before;) {
    before = notes.fired;
    out = then(out, detail::apply_inverses_once(out.graph, span_of(out.roots), notes));
  }
  return out;
}

}  // namespace ricci::passes
