/// Whether an element [i,j] of a definition is its own [j,i]: exp(-(x[i] - x[j])^2) is, x[i]*y[j] is not.
/// Signs are kept on the way, so that a product of two differences is symmetric; conjugates too: Hermitian is asked.
#pragma once

#include "dsl/graph/quadratic.hpp"
#include "passes/fold_numbers.hpp"

namespace ricci::passes::detail {

/// `hermitian(tensor)` says of another tensor what is known. Every node that is looked at takes one off the budget.
template <typename F>
class MirrorImage {
 public:
  constexpr MirrorImage(const Graph& graph, IndexId row, IndexId column, int& budget, F hermitian)
      : graph_(graph), row_(row), column_(column), budget_(budget), hermitian_(hermitian) {}

  /// 1 where b with rows and columns exchanged is a, -1 where it is -a, 0 where nobody knows; conjugated where
  /// `conjugate` says so.
  constexpr int sign(NodeId a, NodeId b, bool conjugate) {
    if (--budget_ < 0) return 0;
    if (graph_.op(a) == Op::conj) return sign(graph_.operand(a, 0), b, !conjugate);
    if (graph_.op(b) == Op::conj) return sign(a, graph_.operand(b, 0), !conjugate);
    if (graph_.op(a) != graph_.op(b) || graph_.dtype(a) != graph_.dtype(b)) return 0;
    const Op op = graph_.op(a);
    if (op == Op::index) return swapped(graph_.attribute(a, 0)) == graph_.attribute(b, 0) ? 1 : 0;
    if (a == b && !has(a, row_) && !has(a, column_)) return !conjugate || is_real(a) ? 1 : 0;
    if (op == Op::random || op == Op::constant || dsl::is_tensor(op)) return 0;
    if (op == Op::access) return elements_mirrored(a, b, conjugate) ? 1 : 0;
    if (op == Op::quadratic) return a == b && rows_mirrored(a) ? 1 : 0;
    if (op == Op::affine) return a_form(a, b) ? 1 : 0;
    if (conjugate && !is_real(a) && !has_kind(op, crosses)) return 0;
    const auto ints_a = graph_.ints(a), ints_b = graph_.ints(b);
    if (!(Vec<std::int64_t>(ints_a.data(), ints_a.data() + ints_a.size()) ==
          Vec<std::int64_t>(ints_b.data(), ints_b.data() + ints_b.size())))
      return 0;
    return has_kind(op, commuting) ? sign_of_chains(a, b, conjugate) : sign_of_operands(a, b, conjugate);
  }

 private:
  static constexpr int deepest = 24;

  /// a*b*c, or a + b + c, in whatever order the other has them.
  constexpr int sign_of_chains(NodeId a, NodeId b, bool conjugate) {
    const Op op = graph_.op(a);
    const Vec<NodeId> left = chain(a), right = chain(b);
    if (left.size() != right.size()) return 0;
    Vec<char> used(right.size(), 0);
    int out = 0;
    for (NodeId own : left) {
      int found = 0;
      for (std::size_t at = 0; at < right.size() && found == 0; ++at) {
        if (used[at] == 0) found = sign(own, right[at], conjugate);
        if (found != 0) used[at] = 1;
      }
      if (found == 0 || (op != Op::multiply && op != Op::add && found != 1)) return 0;
      if (op == Op::add && out != 0 && found != out) return 0;
      out = out == 0 || op != Op::multiply ? found : out * found;
    }
    return out;
  }
  constexpr Vec<NodeId> chain(NodeId node) const {
    Vec<NodeId> out, open{node};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (graph_.op(id) == graph_.op(node) && graph_.dtype(id) == graph_.dtype(node)) {
        open.push_back(graph_.operand(id, 1));
        open.push_back(graph_.operand(id, 0));
      } else {
        out.push_back(id);
      }
    }
    return out;
  }
  constexpr int sign_of_operands(NodeId a, NodeId b, bool conjugate) {
    const auto left = graph_.operands(a), right = graph_.operands(b);
    const Op op = graph_.op(a);
    Vec<int> signs;
    bool all = true, plus = true;
    for (std::size_t at = 0; at < left.size() && all; ++at) {
      signs.push_back(sign(left[at], right[at], conjugate));
      all = signs.back() != 0;
      plus = plus && signs.back() == 1;
    }
    if (all) return combined(a, signs, plus);
    if (op != Op::subtract) return 0;
    const int first = sign(left[0], right[1], conjugate);
    return first != 0 && first == sign(left[1], right[0], conjugate) ? -first : 0;
  }
  /// What operands' signs make of an operation's.
  constexpr int combined(NodeId node, const Vec<int>& signs, bool plus) const {
    const Op op = graph_.op(node);
    if (op == Op::divide) return signs[0] * signs[1];
    if (op == Op::subtract) return signs[0] == signs[1] ? signs[0] : 0;
    if (has_kind(op, even) || (op == Op::power && is_number(graph_, graph_.operand(node, 1), 2))) return 1;
    if (has_kind(op, odd)) return signs[0];
    if (op == Op::guard) return signs[0] == 1 ? signs[1] : 0;
    return plus ? 1 : 0;
  }
  /// An access through definitions that only rename, turn or conjugate.
  struct Reading {
    NodeId tensor;
    Vec<NodeId> entries;
    bool conjugated = false;
  };
  constexpr Reading reading_of(NodeId access) const {
    const auto given = graph_.operands(access).subspan(1);
    Reading out{graph_.operand(access, 0), Vec<NodeId>(given.data(), given.data() + given.size()), false};
    for (int step = 0; step < deepest; ++step) {
      if (graph_.op(out.tensor) == Op::assume) {
        out.tensor = graph_.operand(out.tensor, 0);
        continue;
      }
      if (graph_.op(out.tensor) != Op::tensor || graph_[out.tensor].sparse) break;
      NodeId body = graph_.operand(out.tensor, 0);
      const bool turned = graph_.op(body) == Op::conj;
      if (turned) body = graph_.operand(body, 0);
      if (graph_.op(body) != Op::access) break;
      Vec<NodeId> entries;
      const Vec<IndexId> bound = graph_.bound(out.tensor);
      for (NodeId entry : graph_.operands(body).subspan(1)) {
        NodeId at = graph_.free(entry).empty() ? entry : NodeId{};
        for (std::size_t axis = 0; axis < bound.size() && graph_.op(entry) == Op::index; ++axis)
          if (graph_.attribute(entry, 0) == static_cast<std::int64_t>(bound[axis].at)) at = out.entries[axis];
        if (at.valid()) entries.push_back(at);
      }
      if (entries.size() + 1 != graph_.operands(body).size()) break;
      out = {graph_.operand(body, 0), entries, out.conjugated != turned};
    }
    return out;
  }
  /// The same element of the same tensor, or the other half's of a Hermitian one.
  constexpr bool elements_mirrored(NodeId a, NodeId b, bool conjugate) {
    const Reading left = reading_of(a), right = reading_of(b);
    const std::size_t rank = left.entries.size();
    if (left.tensor != right.tensor) return false;
    const bool turned = conjugate != (left.conjugated != right.conjugated);
    const auto same = [&](std::size_t one, std::size_t other) {
      return sign(left.entries[one], right.entries[other], false) == 1;
    };
    std::size_t at = 0;
    while (at < rank && same(at, at)) ++at;
    if (at == rank) return !turned || is_real(a);
    return at + 2 == rank && same(at, at + 1) && same(at + 1, at) && (turned || is_real(a)) && hermitian_(left.tensor);
  }
  /// (x - y)' W (x - y) of two rows of one tensor, whatever W.
  constexpr bool rows_mirrored(NodeId id) {
    const dsl::Quadratic pair = dsl::quadratic_of(graph_, id);
    if (pair.x != pair.y) return false;
    for (NodeId entry : pair.shared_entries)
      if (sign(entry, entry, false) != 1) return false;
    for (std::size_t at = 0; at < pair.x_entries.size(); ++at)
      if (sign(pair.x_entries[at], pair.y_entries[at], false) != 1) return false;
    return true;
  }
  /// Affine entries whose terms are exchanged.
  constexpr bool a_form(NodeId a, NodeId b) const {
    const auto left = graph_.operands(a), right = graph_.operands(b);
    if (left.size() != right.size() || graph_.attribute(a, 0) != graph_.attribute(b, 0)) return false;
    for (std::size_t at = 0; at < left.size(); ++at) {
      if (graph_.op(left[at]) != Op::index) return false;
      bool found = false;
      for (std::size_t other = 0; other < right.size(); ++other)
        found = found || (graph_.op(right[other]) == Op::index &&
                          graph_.attribute(right[other], 0) == swapped(graph_.attribute(left[at], 0)) &&
                          graph_.attribute(b, other + 1) == graph_.attribute(a, at + 1));
      if (!found) return false;
    }
    return true;
  }
  constexpr std::int64_t swapped(std::int64_t index) const {
    if (index == static_cast<std::int64_t>(row_.at)) return column_.at;
    return index == static_cast<std::int64_t>(column_.at) ? row_.at : index;
  }
  static constexpr Op commuting[] = {Op::add,   Op::multiply,    Op::minimum,    Op::maximum,
                                     Op::equal, Op::logical_and, Op::logical_or, Op::hypot};
  static constexpr Op even[] = {Op::abs, Op::cos, Op::cosh};
  static constexpr Op odd[] = {Op::negate, Op::sin, Op::tan, Op::sinh, Op::tanh, Op::asin, Op::atan,
                               Op::cbrt,   Op::erf, Op::sum, Op::mean, Op::real, Op::imag};
  /// f(conj x) = conj f(x) on all of the complex plane.
  static constexpr Op crosses[] = {Op::add,   Op::subtract, Op::multiply, Op::divide, Op::negate, Op::exp,
                                   Op::sin,   Op::cos,      Op::sinh,     Op::cosh,   Op::tanh,   Op::guard,
                                   Op::where, Op::cast,     Op::sum,      Op::mean};
  template <std::size_t count>
  static constexpr bool has_kind(Op op, const Op (&kind)[count]) {
    for (Op own : kind)
      if (own == op) return true;
    return false;
  }

  constexpr bool has(NodeId node, IndexId index) const { return graph_.uses(node, index); }
  constexpr bool is_real(NodeId node) const { return !dsl::is_complex(graph_.dtype(node)); }

  const Graph& graph_;
  IndexId row_, column_;
  int& budget_;
  F hermitian_;
};

}  // namespace ricci::passes::detail
