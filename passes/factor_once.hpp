/// Everyone who factors a matrix asks for the same node, and right-hand sides of one matrix are solved together:
/// A' \ b  ->  A \ b with the transposed factor;  x = M \ b; y = M \ c  ->  the columns of M \ [b c].
/// What becomes true here: a matrix that solves, inverses and determinants share is factored once, by the first of them
/// that runs; the runtime keeps the factor by the matrix's node, also for those that are asked for later.
///
/// Exact over the reals: a factor of A serves A^T, and c*A for a number c, as well as its own would.
#pragma once

#include "passes/equations.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

/// How many right-hand sides an equation has for each matrix.
constexpr double columns_of(const Graph& graph, NodeId equation) {
  const auto shape = graph.shape(graph.operand(equation, 1));
  return graph.attribute(equation, 0) != 0 ? 1 : static_cast<double>(shape[shape.size() - 1]);
}

/// First: one node for one matrix.
class SharedMatrices {
 public:
  constexpr SharedMatrices(const Graph& in, std::span<const NodeId> roots, Notes& notes)
      : in_(in), notes_(notes), users_(in.size(), 0) {
    for (NodeId id : dsl::reachable(in, roots))
      if (factors(in.op(id))) ++users_[factored(in, id).base.at];
  }

  constexpr NodeId operator()(Graph& out, NodeId made, NodeId old) {
    if (!factors(in_.op(old)) || out.op(made) != in_.op(old)) return made;
    const MatrixView view = factored(out, made);
    if (view.base == out.operand(made, 0)) return made;
    const bool shared = users_[factored(in_, old).base.at] > 1 || out[view.base].sparse;
    const bool turns = view.transposed || view.conjugated;
    const bool worth =
        shared || (!view.scaled() && (!turns || (out.op(made) == Op::solve && out[view.base].rank == 2)));
    const NodeId over = worth ? over_base(out, made, view) : NodeId{};
    if (!over.valid()) return made;
    notes_.fire(in_, "used the matrix behind", in_.operand(old, 0), "it only renames, turns or scales it");
    return over;
  }

 private:
  /// The same result from the base; null where the operation has no way to.
  constexpr NodeId over_base(Graph& out, NodeId made, const MatrixView& view) const {
    const Op op = out.op(made);
    if (is_equation(op)) return solution(out, made, view);
    if (view.scaled() && op != Op::inv && op != Op::pinv) return {};
    const NodeId own[] = {view.base};
    const NodeId of_base = dsl::derived_tensor(out, op, own);
    if (op == Op::logdet) return of_base;
    MatrixView left = view;
    if (op == Op::det) left.transposed = false;
    return left.plain() ? of_base : seen(out, of_base, left);
  }
  /// The x of (c A) x = b is the x of A x = b, over c; conjugates cross over to b and x.
  constexpr NodeId solution(Graph& out, NodeId made, const MatrixView& view) const {
    if (view.transposed && out.op(made) == Op::lstsq) return {};
    const bool vectors = out.attribute(made, 0) != 0;
    MatrixView left = view;
    left.transposed = false;
    NodeId side = out.operand(made, 1);
    if (view.conjugated) {
      MatrixView mirrored;
      mirrored.conjugated = true;
      side = seen(out, side, mirrored);
    }
    const bool transposed = view.transposed != dsl::solves_transposed(out, made);
    const NodeId x = out.op(made) == Op::solve ? solved(out, view.base, side, vectors, transposed)
                                               : equation(out, Op::lstsq, view.base, side, vectors);
    return left.plain() ? x : seen(out, x, left);
  }
  /// An inverse or a solution through the inverse of a view.
  static constexpr NodeId seen(Graph& out, NodeId tensor, const MatrixView& view) {
    Element element = element_of(out, tensor);
    const DType type = out.dtype(tensor);
    NodeId body = element.node;
    if (view.conjugated) body = out.add(Op::conj, type, {body});
    for (NodeId scale : view.scales) body = out.add(Op::divide, type, {body, scale});
    if (view.negative) body = out.add(Op::negate, type, {body});
    const std::size_t rank = element.axes.size();
    if (view.transposed) {
      const IndexId last = element.axes[rank - 1];
      element.axes[rank - 1] = element.axes[rank - 2];
      element.axes[rank - 2] = last;
    }
    return out.tensor(body, element.axes);
  }

  const Graph& in_;
  Notes& notes_;
  Vec<int> users_;  // by matrix: how many factor it, or a view of it
};

/// Then: equations of one matrix that do not depend on one another become one.
class StackedSides {
 public:
  constexpr StackedSides(const Graph& in, std::span<const NodeId> roots, Notes& notes, Choice choice)
      : in_(in), roots_(roots), notes_(notes), choice_(choice) {
    group();
    choose();
  }
  constexpr bool any() const { return !chosen_.empty(); }

  /// The graph with the chosen groups solved together: all right-hand sides are made before any solution is used.
  constexpr Rebuilt run() {
    Rebuilt out;
    const Vec<NodeId> needed = dsl::reachable(in_, roots_);
    dsl::detail::Carrier carrier(in_, out, needed);
    Vec<NodeId> sides;
    for (const Group& group : chosen_)
      for (NodeId member : group.members)
        for (NodeId operand : in_.operands(member)) sides.push_back(operand);
    for (NodeId id : dsl::reachable(in_, span_of(sides))) out.nodes[id.at] = carrier.carry(id);
    for (const Group& group : chosen_) stack(out, group);
    for (NodeId id : needed)
      if (!out.nodes[id.at].valid()) out.nodes[id.at] = carrier.carry(id);
    for (NodeId root : roots_) out.roots.push_back(out.nodes[root.at]);
    return out;
  }

 private:
  static constexpr double most_columns = 64;  // with more, an equation makes good use of its factor alone
  static constexpr double factor_byte = 0.1;  // nanoseconds to read a byte of a factor for one right-hand side

  static constexpr std::size_t most_groups = 64;  // looked at in one round

  struct Group {
    Vec<NodeId> members;
  };

  /// A few columns for each matrix, no matrix used for two entries of the batch.
  constexpr bool stackable(NodeId id) const {
    if (!is_equation(in_.op(id)) || columns_of(in_, id) >= most_columns || columns_of(in_, id) == 0) return false;
    const auto a = in_.shape(in_.operand(id, 0)), b = in_.shape(in_.operand(id, 1));
    const std::size_t batch = a.size() - 2;
    if (b.size() != batch + (in_.attribute(id, 0) != 0 ? 1 : 2)) return false;
    for (std::size_t axis = 0; axis < batch; ++axis)
      if (a[axis] != b[axis]) return false;
    return elements_of(in_, in_.operand(id, 0)) > 0;
  }
  /// Equations by matrix and by how it stands; only groups that pay if all of them can be solved together.
  constexpr void group() {
    Vec<Group> all;
    dsl::IdMap known;  // from what is factored to its group
    for (NodeId id : dsl::reachable(in_, roots_)) {
      if (!stackable(id)) continue;
      const std::uint32_t way = in_.op(id) == Op::lstsq ? 2 : dsl::solves_transposed(in_, id) ? 1 : 0;
      const NodeId key{3 * in_.operand(id, 0).at + way};
      if (!known.find(key).valid()) {
        known.set(key, NodeId{static_cast<std::uint32_t>(all.size())});
        all.push_back({});
      }
      all[known.find(key).at].members.push_back(id);
    }
    for (Group& own : all)
      if (own.members.size() > 1 && pays(own) && groups_.size() < most_groups) groups_.push_back(std::move(own));
  }
  /// Keeps, of each group, what waits for nobody of it; then the groups that wait for no group, or the first.
  constexpr void choose() {
    const Vec<std::uint64_t> needed = groups_above();
    std::uint64_t candidates = 0;
    for (std::size_t at = 0; at < groups_.size(); ++at) {
      Group kept;
      for (NodeId member : groups_[at].members)
        if ((needed[in_.operand(member, 1).at] >> at & 1U) == 0) kept.members.push_back(member);
      if (kept.members.size() < groups_[at].members.size())
        notes_.say(in_, "not all at once", in_.operand(kept.members[0], 0), "right-hand sides depend on solutions");
      groups_[at] = std::move(kept);
      if (groups_[at].members.size() > 1 && pays(groups_[at])) candidates |= std::uint64_t{1} << at;
    }
    for (std::size_t at = 0; at < groups_.size(); ++at) {
      bool ready = (candidates >> at & 1U) != 0;
      for (NodeId member : groups_[at].members)
        for (NodeId operand : in_.operands(member)) ready = ready && (needed[operand.at] & candidates) == 0;
      if (ready) chosen_.push_back(groups_[at]);
    }
    if (chosen_.empty() && candidates != 0)
      chosen_.push_back(groups_[static_cast<std::size_t>(std::countr_zero(candidates))]);
  }
  /// By node: of which groups it is a member, or needs one.
  constexpr Vec<std::uint64_t> groups_above() const {
    Vec<std::uint64_t> out(in_.size(), 0);
    for (std::size_t at = 0; at < groups_.size(); ++at)
      for (NodeId member : groups_[at].members) out[member.at] = std::uint64_t{1} << at;
    for (std::uint32_t at = 0; at < in_.size() && !groups_.empty(); ++at)
      for (NodeId operand : in_.operands(NodeId{at})) out[at] |= out[operand.at];
    return out;
  }
  /// What reading (or, of a batch, making) the factors once instead of once for each saves, against gathering the
  /// right-hand sides and handing out the solutions.
  constexpr bool pays(const Group& group) const {
    if (choice_ == Choice::whatever_is_right) return true;
    const NodeId matrix = in_.operand(group.members[0], 0);
    const auto shape = in_.shape(matrix);
    const double m = static_cast<double>(shape[shape.size() - 2]), n = static_cast<double>(shape[shape.size() - 1]);
    const double bytes = static_cast<double>(dsl::bytes_of(in_.dtype(matrix)));
    const double batch = elements_of(in_, matrix) / (m * n), members = static_cast<double>(group.members.size());
    double columns = 0;
    for (NodeId member : group.members) columns += columns_of(in_, member);
    const double factoring = shape.size() > 2 ? 2.0 / 3 * m * n * n * rate::product : 0;
    const double saved = (members - 1) * batch * (factoring + m * n * bytes * factor_byte);
    const double moved = batch * (m + n) * columns * bytes * rate::byte + (members + 1) * rate::step;
    return saved > moved;
  }

  constexpr void stack(Rebuilt& out, const Group& group) {
    Graph& graph = out.graph;
    const NodeId first = group.members[0];
    const NodeId matrix = out.nodes[in_.operand(first, 0).at];
    const std::size_t batch = graph.shape(matrix).size() - 2;
    Vec<NodeId> parts;
    for (NodeId member : group.members) {
      const NodeId side = out.nodes[in_.operand(member, 1).at];
      Vec<std::int64_t> shape(graph.shape(side).data(), graph.shape(side).data() + batch + 1);
      shape.push_back(static_cast<std::int64_t>(columns_of(in_, member)));
      parts.push_back(reshaped(graph, side, shape));
    }
    const std::int64_t axis = static_cast<std::int64_t>(batch) + 1;
    const NodeId sides = dsl::derived_tensor(graph, Op::concat, span_of(parts), std::span(&axis, 1));
    const NodeId x = in_.op(first) == Op::lstsq
                         ? equation(graph, Op::lstsq, matrix, sides, false)
                         : solved(graph, matrix, sides, false, dsl::solves_transposed(in_, first));
    std::int64_t column = 0;
    for (NodeId member : group.members) {
      out.nodes[member.at] = columns_from(graph, x, column, member);
      column += static_cast<std::int64_t>(columns_of(in_, member));
    }
    notes_.fire(in_, "solved together", in_.operand(first, 0), "its factor is read once for all right-hand sides");
  }
  /// The member's solution, whose first column is `column` of x.
  constexpr NodeId columns_from(Graph& graph, NodeId x, std::int64_t column, NodeId member) const {
    Vec<IndexId> axes;
    Vec<NodeId> entries;
    for (std::int64_t extent : in_.shape(member)) {
      axes.push_back(graph.open_index("", extent));
      entries.push_back(graph.index_value(axes.back()));
    }
    if (in_.attribute(member, 0) != 0)
      entries.push_back(graph.integer(column));
    else
      entries.back() = graph.affine(column, {axes.back()}, {1});
    return graph.tensor(graph.access(x, span_of(entries)), axes);
  }

  const Graph& in_;
  std::span<const NodeId> roots_;
  Notes& notes_;
  Choice choice_;
  Vec<Group> groups_, chosen_;
};

/// What a matrix is factored for.
struct FactorUses {
  NodeId matrix;
  int users = 0;
  double sides = 0;
  bool inverse = false, determinant = false;

  constexpr void count(const Graph& graph, NodeId user) {
    const Op op = graph.op(user);
    ++users;
    sides += is_equation(op) ? columns_of(graph, user) : 0;
    inverse = inverse || op == Op::inv || op == Op::pinv;
    determinant = determinant || op == Op::det || op == Op::logdet;
  }
  /// M is factored once for 12 right-hand sides and its determinant
  constexpr dsl::Str words(const Graph& graph) const {
    dsl::Str line(dsl::print_expression(graph, matrix, Notes::longest_expression).view());
    line += " is factored once for ";
    if (sides > 0) {
      line += dsl::to_text(static_cast<std::int64_t>(sides)).view();
      line += sides > 1 ? " right-hand sides" : " right-hand side";
    }
    const bool both = inverse && determinant;
    if (inverse) line += sides == 0 ? "its inverse" : both ? ", its inverse" : " and its inverse";
    if (determinant) line += sides == 0 && !inverse ? "its determinant" : " and its determinant";
    return line;
  }
};

constexpr void say_what_is_shared(const Graph& graph, std::span<const NodeId> roots, Notes& notes) {
  Vec<FactorUses> all;
  dsl::IdMap known;
  for (NodeId id : dsl::reachable(graph, roots)) {
    if (!factors(graph.op(id))) continue;
    const NodeId key{2 * graph.operand(id, 0).at + (is_tall_user(graph.op(id)) ? 1 : 0)};
    if (!known.find(key).valid()) {
      known.set(key, NodeId{static_cast<std::uint32_t>(all.size())});
      all.push_back({.matrix = graph.operand(id, 0)});
    }
    all[known.find(key).at].count(graph, id);
  }
  for (const FactorUses& own : all)
    if (own.users > 1) notes.tell(own.words(graph));
}

}  // namespace detail

constexpr Rebuilt factor_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  detail::SharedMatrices matrices(in, span_of(roots), notes);
  Rebuilt out =
      rewrite(in, span_of(roots), [&](Graph& graph, NodeId made, NodeId old) { return matrices(graph, made, old); });
  detail::say_what_is_shared(out.graph, span_of(out.roots), notes);
  for (;;) {
    detail::StackedSides stacked(out.graph, span_of(out.roots), notes, choice);
    if (!stacked.any()) return out;
    out = then(out, stacked.run());
  }
}

constexpr Rebuilt factor_once(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return factor_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
