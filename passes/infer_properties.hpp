/// The properties of a tensor, from how it is defined: X'X + 2I is definite, a product of lower triangles is one, what
/// a bracket (i <= j) leaves is upper, a Q is orthogonal, and what the user vouches for is believed.
/// Looks a bounded number of definitions deep and at a bounded number of nodes; what it does not see, it does not know.
#pragma once

#include "passes/bracket_band.hpp"
#include "passes/fold.hpp"
#include "passes/mirror_image.hpp"
#include "passes/signs.hpp"

namespace ricci::passes {

namespace detail {

/// Reads canonical indices where they stand: the graph is not changed.
class PropertyReader {
 public:
  constexpr explicit PropertyReader(const Graph& graph) : graph_(graph) {}

  constexpr Properties of(NodeId tensor, int depth = 0) {
    if (depth > deepest || --budget_ < 0) return {};
    Properties out = by_operation(tensor, depth);
    const auto shape = graph_.shape(tensor);
    if (shape.size() >= 2 && shape[shape.size() - 1] == shape[shape.size() - 2])
      out.orthonormal_columns = out.orthonormal_rows = out.orthonormal_columns || out.orthonormal_rows;
    return out;
  }

 private:
  static constexpr int deepest = 24;

  /// The axes of the matrix whose elements are looked at.
  struct Axes {
    IndexId row, column;
    int depth = 0;
  };

  constexpr Properties by_operation(NodeId tensor, int depth) {
    const Op op = graph_.op(tensor);
    const auto below = [&] { return of(graph_.operand(tensor, 0), depth + 1); };
    if (op == Op::assume) return both_of(below(), vouched_for(graph_.attribute(tensor, 0)));
    if (op == Op::part) return of_part(graph_.op(graph_.operand(tensor, 0)), graph_.attribute(tensor, 0));
    if (op == Op::inv) return below().inverted();
    if (op == Op::to_dense || op == Op::to_sparse) return below();
    if (op == Op::cholesky) return of_part(op, 0);
    return op == Op::tensor && graph_[tensor].rank >= 2 ? of_elements(tensor, depth) : Properties{};
  }
  constexpr Properties of_elements(NodeId tensor, int depth) {
    const Vec<IndexId> bound = graph_.bound(tensor);
    const Axes axes{bound[bound.size() - 2], bound[bound.size() - 1], depth};
    const bool square = graph_.extent(axes.row) == graph_.extent(axes.column);
    const NodeId body = graph_.operand(tensor, 0);
    if (!has(body, axes.row) && !has(body, axes.column)) return {};  // one number everywhere: nobody factors it
    Properties out = element(body, axes);
    if (!square) {
      out.hermitian = out.semidefinite = out.definite = out.permutation = false;
      return out;
    }
    out.hermitian = out.hermitian || out.semidefinite || mirrored(body, body, axes);
    return out;
  }

  constexpr bool has(NodeId node, IndexId index) const { return graph_.uses(node, index); }
  constexpr bool is_real(NodeId node) const { return !dsl::is_complex(graph_.dtype(node)); }

  /// Of the matrix with this element. Whether it is its own mirror image is asked of the whole, once.
  constexpr Properties element(NodeId node, const Axes& axes) {
    if (--budget_ < 0) return {};
    if (!has(node, axes.row) && !has(node, axes.column)) return everywhere(node);
    switch (graph_.op(node)) {
      case Op::add:
      case Op::subtract: {
        const Properties a = element(graph_.operand(node, 0), axes), b = element(graph_.operand(node, 1), axes);
        return graph_.op(node) == Op::add ? sum_of(a, b) : sum_of(a, negated(b));
      }
      case Op::negate: return negated(element(graph_.operand(node, 0), axes));
      case Op::conj: return element(graph_.operand(node, 0), axes);
      case Op::divide: return scaled(element(graph_.operand(node, 0), axes), graph_.operand(node, 1), axes);
      case Op::multiply: return product(node, axes);
      case Op::guard: return under(graph_.operand(node, 0), graph_.operand(node, 1), axes);
      case Op::cast: {
        const NodeId below = graph_.operand(node, 0);
        return graph_.dtype(below) == DType::boolean ? under(below, NodeId{}, axes) : element(below, axes);
      }
      case Op::access: return read(node, axes);
      case Op::sum: return summed(node, axes);
      default: return {};
    }
  }

  /// The same number in every element.
  constexpr Properties everywhere(NodeId node) const {
    Properties out;
    out.hermitian = is_real(node);
    out.semidefinite = not_negative(graph_, node);
    return out;
  }
  static constexpr Properties negated(Properties of) {
    of.semidefinite = of.definite = of.unit_diagonal = of.permutation = false;
    return of;
  }
  /// Times, or over, a number that the matrix's indices are not in.
  constexpr Properties scaled(Properties of, NodeId by, const Axes& axes) const {
    const bool one_number = !has(by, axes.row) && !has(by, axes.column);
    of.hermitian = of.hermitian && one_number && is_real(by);
    of.semidefinite = of.semidefinite && one_number && not_negative(graph_, by);
    of.definite = of.definite && one_number && positive(graph_, by);
    of.unit_diagonal = of.orthonormal_columns = of.orthonormal_rows = of.permutation = false;
    return of;
  }

  /// A product of elements: by a number, of a vector with itself, or element by element (Schur).
  constexpr Properties product(NodeId node, const Axes& axes) {
    const NodeId left = graph_.operand(node, 0), right = graph_.operand(node, 1);
    if (!has(left, axes.row) && !has(left, axes.column)) return scaled(element(right, axes), left, axes);
    if (!has(right, axes.row) && !has(right, axes.column)) return scaled(element(left, axes), right, axes);
    const Properties a = element(left, axes), b = element(right, axes);
    Properties out;
    out.below = narrower(a.below, b.below);
    out.above = narrower(a.above, b.above);
    out.semidefinite = (a.semidefinite && b.semidefinite) || is_gram(node, axes);
    out.definite = a.definite && b.definite;
    return out;
  }
  /// f(row) conj(f(column)), times what is not negative.
  constexpr bool is_gram(NodeId node, const Axes& axes) {
    Vec<NodeId> rows, columns, open{node};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      const bool row = has(id, axes.row), column = has(id, axes.column);
      if (graph_.op(id) == Op::multiply) {
        open.push_back(graph_.operand(id, 0));
        open.push_back(graph_.operand(id, 1));
      } else if (row && column) {
        return false;
      } else if (!row && !column) {
        if (!not_negative(graph_, id)) return false;
      } else {
        (row ? rows : columns).push_back(id);
      }
    }
    if (rows.size() != columns.size()) return false;
    Vec<char> used(columns.size(), 0);
    for (NodeId row : rows) {
      std::size_t at = 0;
      while (at < columns.size() && (used[at] != 0 || !mirrored(row, columns[at], axes))) ++at;
      if (at == columns.size()) return false;
      used[at] = 1;
    }
    return true;
  }

  /// A matrix where a bracket holds, and 0 elsewhere; without a node, the bracket as 1 and 0.
  constexpr Properties under(NodeId condition, NodeId value, const Axes& axes) {
    Properties out = value.valid() ? element(value, axes) : Properties{};
    out.hermitian = out.semidefinite = out.definite = false;
    out.orthonormal_columns = out.orthonormal_rows = out.permutation = false;
    for (NodeId own : conjuncts(graph_, condition)) {
      const Properties band = band_of(graph_, own, axes.row, axes.column);
      out.below = narrower(out.below, band.below);
      out.above = narrower(out.above, band.above);
    }
    if (graph_.op(condition) != Op::equal || !out.diagonal()) return out;
    const bool one = !value.valid();
    out.semidefinite = one || not_negative(graph_, value);
    out.definite = one || positive(graph_, value);
    out.unit_diagonal = out.permutation = one;
    out.orthonormal_columns = out.orthonormal_rows = one && graph_.extent(axes.row) == graph_.extent(axes.column);
    return out;
  }
  /// A[.., row, column] or A[.., column, row] of another tensor.
  constexpr Properties read(NodeId access, const Axes& axes) {
    const Sides sides = sides_of(access);
    if (sides.first == axes.row && sides.second == axes.column) return of(graph_.operand(access, 0), axes.depth + 1);
    if (sides.first == axes.column && sides.second == axes.row)
      return of(graph_.operand(access, 0), axes.depth + 1).transposed();
    return {};
  }
  /// The indices of the last two axes, where they run over all of them and are in no other entry.
  struct Sides {
    IndexId first, second;
  };
  constexpr Sides sides_of(NodeId access) const {
    const auto shape = graph_.shape(graph_.operand(access, 0));
    const auto entries = graph_.operands(access).subspan(1);
    if (graph_.op(access) != Op::access || shape.size() < 2) return {};
    const auto whole = [&](std::size_t axis) {
      if (graph_.op(entries[axis]) != Op::index) return IndexId{};
      const IndexId index{static_cast<std::uint32_t>(graph_.attribute(entries[axis], 0))};
      return graph_.extent(index) == shape[axis] ? index : IndexId{};
    };
    const Sides out{whole(shape.size() - 2), whole(shape.size() - 1)};
    for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis)
      for (IndexId own : {out.first, out.second})
        if (!own.valid() || has(entries[axis], own)) return {};
    return out;
  }

  /// A sum of such matrices, or a product of two.
  constexpr Properties summed(NodeId sum, const Axes& axes) {
    const NodeId body = graph_.operand(sum, 0);
    Properties each = element(body, axes);
    each.unit_diagonal = each.orthonormal_columns = each.orthonormal_rows = each.permutation = false;
    const Vec<IndexId> over = graph_.bound(sum);
    if (points_of(graph_, span_of(over)) == 0) each.definite = false;
    if (over.size() != 1 || graph_.op(body) != Op::multiply) return each;
    for (std::size_t first : {0, 1}) {
      bool found = true;
      const Properties a = factor(graph_.operand(body, first), axes.row, over[0], axes.depth, found);
      const Properties b = factor(graph_.operand(body, 1 - first), over[0], axes.column, axes.depth, found);
      if (found) return both_of(each, product_of(a, b));
    }
    return each;
  }
  /// A factor of a product, as the matrix with these rows and columns.
  constexpr Properties factor(NodeId node, IndexId row, IndexId column, int depth, bool& found) {
    const bool turned = graph_.op(node) == Op::conj;
    const NodeId access = turned ? graph_.operand(node, 0) : node;
    const Sides sides = graph_.op(access) == Op::access ? sides_of(access) : Sides{};
    if (sides.first == row && sides.second == column) return of(graph_.operand(access, 0), depth + 1);
    if (sides.first == column && sides.second == row) return of(graph_.operand(access, 0), depth + 1).transposed();
    found = false;
    return {};
  }

  /// Whether the row's element is the column's, exchanged and conjugated.
  constexpr bool mirrored(NodeId one, NodeId other, const Axes& axes) {
    const auto hermitian = [&](NodeId tensor) { return of(tensor, axes.depth + 1).hermitian; };
    return MirrorImage(graph_, axes.row, axes.column, budget_, hermitian).sign(one, other, true) == 1;
  }

  const Graph& graph_;
  int budget_ = 4000;
};

}  // namespace detail

constexpr Properties properties_of(const Graph& graph, NodeId tensor) {
  return detail::PropertyReader(graph).of(tensor);
}

}  // namespace ricci::passes
