/// A matrix that is a diagonal, or a diagonal plus few products of vectors, is solved by what it is made of:
/// (v[k]*v[l] + (k == l)*d[k]) \ b[k]  ->  solve_update(d, v, v, b), in n q^2 operations in place of n^3; its inverse
/// and its determinant too. What becomes true here: such a matrix is formed only where somebody wants it as a value, or
/// where its kernel finds that the formula (Sherman, Morrison, Woodbury) has lost accuracy: runtime/linalg/low_rank.hpp
/// has guard and bound.
#pragma once

#include "passes/equations.hpp"
#include "passes/notes.hpp"
#include "passes/renaming.hpp"
#include "passes/split_systems.hpp"

namespace ricci::passes {

namespace detail {

/// The matrix that a node solves, inverts or takes the determinant of, as diag(d) + U V^T.
class LowRankSystem {
 public:
  constexpr LowRankSystem(Graph& graph, NodeId user, Choice choice) : graph_(graph), user_(user), choice_(choice) {}

  /// What stands in place of the node; null where its matrix is something else, or of too many products.
  constexpr NodeId run() {
    if (!open_matrix() || !take_apart() || !diagonal_.valid()) return {};
    apart_ = true;
    if (choice_ == Choice::by_cost && rank_ > 0 && (extent() < least_rows || rank_ * least_ratio > extent())) return {};
    return emitted();
  }
  /// Whether it is such a matrix, pay or not; and how many columns U and V have.
  constexpr bool apart() const { return apart_; }
  constexpr double rank() const { return rank_; }

 private:
  static constexpr double least_ratio = 6;  // rows of the matrix to columns of the update
  static constexpr double least_rows = 48;  // below, a factorisation is as cheap

  /// An addend, with the factors and divisors of what it was distributed from.
  struct Term {
    NodeId node;
    bool negative = false;
    Vec<NodeId> factors, divisors;
  };

  constexpr double extent() const { return static_cast<double>(graph_.extent(row_)); }
  constexpr DType type() const { return graph_.dtype(graph_.operand(user_, 0)); }

  constexpr bool open_matrix() {
    const NodeId matrix = graph_.operand(user_, 0);
    if (graph_.op(matrix) != Op::tensor || graph_[matrix].sparse) return false;
    if (elements_of(graph_, matrix) == 0 || elements_of(graph_, user_) == 0) return false;
    const dsl::Opened opened = graph_.open(matrix);
    const std::size_t batch = opened.indices.size() - 2;
    for (std::size_t axis = 0; axis < batch; ++axis) batch_.push_back(opened.indices[axis]);
    row_ = opened.indices[batch];
    column_ = opened.indices[batch + 1];
    if (graph_.extent(row_) != graph_.extent(column_)) return false;
    body_ = opened.body;
    return graph_.op(user_) != Op::solve || sides_fit();
  }
  /// Every batch axis of the right-hand sides is the matrix's, or of extent 1.
  constexpr bool sides_fit() const {
    const auto side = graph_.shape(graph_.operand(user_, 1));
    if (side.size() != batch_.size() + (graph_.attribute(user_, 0) != 0 ? 1 : 2)) return false;
    for (std::size_t axis = 0; axis < batch_.size(); ++axis)
      if (side[axis] != 1 && side[axis] != graph_.extent(batch_[axis])) return false;
    return true;
  }

  /// Every addend adds to the diagonal or to the products; false where one does neither.
  constexpr bool take_apart() {
    Vec<Term> open{{body_, false, {}, {}}};
    while (!open.empty()) {
      const Term term = open.back();
      open.pop_back();
      const Op op = graph_.op(term.node);
      const auto below = [&](std::size_t which, bool turned) {
        Term out = term;
        out.node = graph_.operand(term.node, which);
        out.negative = out.negative != turned;
        return out;
      };
      if (op == Op::add || op == Op::subtract) {
        open.push_back(below(1, op == Op::subtract));
        open.push_back(below(0, false));
      } else if (op == Op::negate) {
        open.push_back(below(0, true));
      } else if (on_diagonal(term) || of_low_rank(term)) {
        continue;
      } else if (op == Op::divide && !has_both(graph_.operand(term.node, 1))) {
        open.push_back(below(0, false));
        open.back().divisors.push_back(graph_.operand(term.node, 1));
      } else if (op == Op::multiply &&
                 has_both(graph_.operand(term.node, 0)) != has_both(graph_.operand(term.node, 1))) {
        const std::size_t which = has_both(graph_.operand(term.node, 0)) ? 0 : 1;
        open.push_back(below(which, false));
        open.back().factors.push_back(graph_.operand(term.node, 1 - which));
      } else if (is_element_of_definition(term.node)) {
        const NodeId tensor = graph_.operand(term.node, 0);
        const auto entries = graph_.operands(term.node).subspan(1);
        Term element = term;
        element.node = graph_.body_at(tensor, span_of(Vec<NodeId>(entries.data(), entries.data() + entries.size())));
        open.push_back(element);
      } else {
        return false;
      }
    }
    return true;
  }
  constexpr bool has_both(NodeId node) const { return graph_.uses(node, row_) && graph_.uses(node, column_); }
  constexpr bool is_element_of_definition(NodeId node) const {
    if (graph_.op(node) != Op::access) return false;
    const NodeId tensor = graph_.operand(node, 0);
    if (graph_.op(tensor) != Op::tensor || graph_[tensor].sparse) return false;
    for (NodeId entry : graph_.operands(node).subspan(1))
      if (graph_.op(entry) != Op::index) return false;
    return true;
  }
  constexpr SystemFactors parts_of(const Term& term) const {
    SystemFactors out = factors_of(graph_, term.node);
    out.negative = out.negative != term.negative;
    out.factors.append(term.factors);
    out.divisors.append(term.divisors);
    return out;
  }

  /// A term under (row == column) adds to the diagonal.
  constexpr bool on_diagonal(const Term& term) {
    const SystemFactors parts = parts_of(term);
    if (parts.conditions.empty()) return false;
    for (NodeId condition : parts.conditions)
      if (!is_diagonal(condition)) return false;
    const Vec<dsl::Replacement> same{{column_, graph_.index_value(row_)}};
    const NodeId element = graph_.substitute(product(parts.factors, parts.divisors, parts.negative), same);
    diagonal_ = diagonal_.valid() ? graph_.add(Op::add, type(), {diagonal_, element}) : element;
    return true;
  }
  constexpr bool is_diagonal(NodeId condition) const {
    if (graph_.op(condition) != Op::equal) return false;
    const NodeId row = graph_.operand(condition, 0), column = graph_.operand(condition, 1);
    const auto is = [&](NodeId id, IndexId index) {
      return graph_.op(id) == Op::index && graph_.attribute(id, 0) == static_cast<std::int64_t>(index.at);
    };
    return (is(row, row_) && is(column, column_)) || (is(row, column_) && is(column, row_));
  }

  /// f(row)*g(column), or a sum of such over few points: columns of U and V.
  constexpr bool of_low_rank(const Term& term) {
    SystemFactors parts = parts_of(term);
    if (!parts.conditions.empty()) return false;
    const Vec<IndexId> summed = open_sums(parts);
    Vec<NodeId> rows, columns, row_divisors, column_divisors;
    if (!dealt(parts.factors, rows, columns) || !dealt(parts.divisors, row_divisors, column_divisors)) return false;
    if (!parts.conditions.empty() || points_of(graph_, span_of(summed)) == 0) return false;
    NodeId left = product(rows, row_divisors, parts.negative), right = product(columns, column_divisors, false);
    const Vec<IndexId> left_alone = only_in(left, right, summed), right_alone = only_in(right, left, summed);
    if (!left_alone.empty()) left = graph_.reduce(Op::sum, type(), left, left_alone);
    if (!right_alone.empty()) right = graph_.reduce(Op::sum, type(), right, right_alone);
    Vec<IndexId> shared;
    for (IndexId own : summed) {
      if (left_alone.contains(own) || right_alone.contains(own)) continue;
      shared.push_back(own);
    }
    rank_ += points_of(graph_, span_of(shared));
    left_.push_back(stored(left, row_, shared));
    right_.push_back(stored(right, column_, shared));
    return true;
  }
  /// A factor that is a sum over both gives its own factors; its indices.
  constexpr Vec<IndexId> open_sums(SystemFactors& parts) {
    Vec<IndexId> summed;
    for (std::size_t at = 0; at < parts.factors.size(); ++at) {
      const NodeId sum = parts.factors[at];
      if (graph_.op(sum) != Op::sum || !has_both(sum) || graph_.dtype(graph_.operand(sum, 0)) != type()) continue;
      const dsl::Opened opened = graph_.open(sum);
      SystemFactors inner = factors_of(graph_, opened.body);
      for (std::size_t other = 0; other < parts.factors.size(); ++other)
        if (other != at) inner.factors.push_back(parts.factors[other]);
      inner.divisors.append(parts.divisors);
      inner.negative = inner.negative != parts.negative;
      parts = inner;
      summed.append(opened.indices);
      at = static_cast<std::size_t>(-1);
    }
    return summed;
  }
  /// By whether they have the index of the columns; false where one has both.
  constexpr bool dealt(const Vec<NodeId>& all, Vec<NodeId>& rows, Vec<NodeId>& columns) const {
    for (NodeId own : all) {
      if (has_both(own)) return false;
      (graph_.uses(own, column_) ? columns : rows).push_back(own);
    }
    return true;
  }
  constexpr Vec<IndexId> only_in(NodeId one, NodeId other, const Vec<IndexId>& among) const {
    Vec<IndexId> out;
    for (IndexId own : among)
      if (graph_.uses(one, own) && !graph_.uses(other, own)) out.push_back(own);
    return out;
  }

  constexpr NodeId number(double value) {
    return dsl::is_complex(type()) ? graph_.complex(value, 0, type()) : graph_.real(value, type());
  }
  constexpr NodeId product(const Vec<NodeId>& factors, const Vec<NodeId>& divisors, bool negative) {
    NodeId out;
    for (NodeId factor : factors) out = out.valid() ? graph_.add(Op::multiply, type(), {out, factor}) : factor;
    if (!out.valid()) out = number(1);
    for (NodeId divisor : divisors) out = graph_.add(Op::divide, type(), {out, divisor});
    return negative ? graph_.add(Op::negate, type(), {out}) : out;
  }
  constexpr NodeId over_batch_and(NodeId body, std::initializer_list<IndexId> others) {
    Vec<IndexId> axes = batch_;
    for (IndexId own : others) axes.push_back(own);
    return without_renaming(graph_, graph_.tensor(body, axes));
  }
  /// [batch, rows, columns], one column for each point that is summed over.
  constexpr NodeId stored(NodeId body, IndexId row, const Vec<IndexId>& summed) {
    if (summed.empty()) return over_batch_and(body, {row, graph_.open_index("", 1)});
    Vec<IndexId> axes = batch_;
    axes.push_back(row);
    axes.append(summed);
    const NodeId tensor = without_renaming(graph_, graph_.tensor(body, axes));
    return with_columns_joined(graph_, tensor, batch_.size() + 1);
  }
  constexpr NodeId joined(const Vec<NodeId>& parts) {
    if (parts.empty()) return over_batch_and(number(0), {row_, graph_.open_index("", 0)});
    if (parts.size() == 1) return parts[0];
    const std::int64_t axis = static_cast<std::int64_t>(batch_.size()) + 1;
    return dsl::derived_tensor(graph_, Op::concat, span_of(parts), std::span(&axis, 1));
  }

  constexpr NodeId emitted() {
    const Op op = graph_.op(user_);
    const bool turned = dsl::solves_transposed(graph_, user_);
    const NodeId diagonal = over_batch_and(diagonal_, {row_}), left = joined(left_), right = joined(right_);
    if (op == Op::det || op == Op::logdet) {
      const NodeId operands[] = {diagonal, left, right};
      const std::int64_t log = op == Op::logdet ? 1 : 0;
      return dsl::derived_tensor(graph_, Op::det_update, operands, std::span(&log, 1));
    }
    const NodeId operands[] = {diagonal, turned ? right : left, turned ? left : right,
                               op == Op::inv ? identity() : sides()};
    const std::int64_t vectors = op == Op::solve ? graph_.attribute(user_, 0) : 0;
    return dsl::derived_tensor(graph_, Op::solve_update, operands, std::span(&vectors, 1));
  }
  constexpr NodeId identity() {
    const NodeId same = graph_.add(Op::equal, DType::boolean, {graph_.index_value(row_), graph_.index_value(column_)});
    return over_batch_and(graph_.add(Op::cast, type(), {same}), {row_, column_});
  }
  /// The right-hand sides, once for each entry of the batch.
  constexpr NodeId sides() {
    const NodeId side = graph_.operand(user_, 1);
    Element element = element_of(graph_, side);
    bool same = true;
    Vec<dsl::Replacement> first;
    for (std::size_t axis = 0; axis < batch_.size(); ++axis) {
      if (graph_.extent(element.axes[axis]) == graph_.extent(batch_[axis])) continue;
      same = false;
      first.push_back({element.axes[axis], graph_.integer(0)});
      element.axes[axis] = batch_[axis];
    }
    return same ? side : graph_.tensor(graph_.substitute(element.node, first), element.axes);
  }

  Graph& graph_;
  NodeId user_;
  Choice choice_;
  NodeId body_, diagonal_;
  Vec<IndexId> batch_;
  IndexId row_, column_;
  Vec<NodeId> left_, right_;
  double rank_ = 0;
  bool apart_ = false;
};

}  // namespace detail

constexpr Rebuilt low_rank_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (!is_square_user(out.op(made))) return made;
    detail::LowRankSystem system(out, made, choice);
    const NodeId updated = system.run();
    if (updated.valid())
      notes.fire(in, "not factored", in.operand(old, 0),
                 system.rank() == 0 ? "it is a diagonal" : "it is a diagonal plus few products");
    else if (system.apart())
      notes.say(in, "factored", in.operand(old, 0), "its products have too many columns for an update of its diagonal");
    return updated.valid() ? updated : made;
  });
}

constexpr Rebuilt low_rank_systems(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return low_rank_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
