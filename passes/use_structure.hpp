/// A matrix whose inverse is at hand is not factored:  Q \ b  ->  sum[i] conj(Q[i,j])*b[i] where Q's columns (or rows)
/// are orthonormal, and a product of triangles is solved triangle by triangle:  (L @ L') \ b  ->  L' \ (L \ b).
/// What becomes true here: what is factored is a matrix of which nothing better is known (passes/infer_properties.hpp).
///
/// Exact over the reals. A product with Q^H loses no digits; two substitutions are what a factorisation of the product
/// would end with, and forming it loses as much as they do: eps |L| |R| (Higham, Accuracy and Stability, 8.5 and 9.3).
#pragma once

#include "passes/equations.hpp"
#include "passes/infer_properties.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class StructuredUser {
 public:
  constexpr StructuredUser(Graph& graph, NodeId user) : graph_(graph), user_(user), matrix_(graph.operand(user, 0)) {}

  /// What stands in place of the node; null where nothing of use is known of its matrix.
  constexpr NodeId run() {
    const Op op = graph_.op(user_);
    if (op == Op::solve && !graph_[matrix_].sparse) {
      const NodeId split = triangle_by_triangle();
      if (split.valid()) return split;
    }
    if (graph_[matrix_].sparse) return {};
    const Properties known = properties_of(graph_, matrix_);
    const bool both = known.orthonormal_columns && known.orthonormal_rows;
    if (op == Op::solve || op == Op::inv ? !both : !(known.orthonormal_columns || known.orthonormal_rows)) return {};
    why_ = "its rows or columns are orthonormal: its adjoint is its inverse";
    return is_equation(op) ? times_adjoint() : adjoint();
  }
  constexpr std::string_view why() const { return why_; }

 private:
  /// Element [.., row, column] of the matrix at the batch entry of these axes of the result.
  constexpr NodeId element(NodeId tensor, std::span<const IndexId> batch, std::initializer_list<IndexId> own) {
    const auto shape = graph_.shape(tensor);
    const Vec<std::int64_t> extents(shape.data(), shape.data() + shape.size());
    const std::size_t leading = extents.size() - own.size(), ahead = batch.size() - leading;
    Vec<NodeId> entries;
    for (std::size_t axis = 0; axis < leading; ++axis)
      entries.push_back(extents[axis] == 1 ? graph_.integer(0) : graph_.index_value(batch[ahead + axis]));
    for (IndexId index : own) entries.push_back(graph_.index_value(index));
    return graph_.access(tensor, span_of(entries));
  }
  constexpr NodeId conjugate(NodeId node) {
    return dsl::is_complex(graph_.dtype(node)) ? graph_.add(Op::conj, graph_.dtype(node), {node}) : node;
  }
  constexpr Vec<IndexId> result_axes() {
    const auto shape = graph_.shape(user_);
    const Vec<std::int64_t> extents(shape.data(), shape.data() + shape.size());
    Vec<IndexId> out;
    for (std::int64_t extent : extents) out.push_back(graph_.open_index("", extent));
    return out;
  }

  /// x[.., j, r] = sum[i] conj(Q[.., i, j]) * b[.., i, r]
  constexpr NodeId times_adjoint() {
    const NodeId side = graph_.operand(user_, 1);
    const bool vectors = graph_.attribute(user_, 0) != 0, turned = dsl::solves_transposed(graph_, user_);
    const auto shape = graph_.shape(matrix_);
    const IndexId summed = graph_.open_index("", shape[shape.size() - (turned ? 1 : 2)]);
    const Vec<IndexId> axes = result_axes();
    const std::size_t batch = axes.size() - (vectors ? 1 : 2);
    const std::span<const IndexId> leading(axes.data(), batch);
    const IndexId row = axes[batch];
    const NodeId factor = turned ? element(matrix_, leading, {row, summed}) : element(matrix_, leading, {summed, row});
    const NodeId of_side =
        vectors ? element(side, leading, {summed}) : element(side, leading, {summed, axes[batch + 1]});
    const DType type = graph_.dtype(user_);
    const NodeId product = graph_.add(Op::multiply, type, {conjugate(factor), of_side});
    return graph_.tensor(graph_.reduce(Op::sum, type, product, Vec<IndexId>{summed}), axes);
  }
  constexpr NodeId adjoint() {
    const Vec<IndexId> axes = result_axes();
    const std::size_t batch = axes.size() - 2;
    const NodeId turned = element(matrix_, {axes.data(), batch}, {axes[batch + 1], axes[batch]});
    return graph_.tensor(conjugate(turned), axes);
  }

  /// Of one matrix that is a product of two triangles, or of one and its adjoint.
  constexpr NodeId triangle_by_triangle() {
    if (graph_.op(matrix_) != Op::tensor || graph_[matrix_].rank != 2 || dsl::solves_transposed(graph_, user_))
      return {};
    const dsl::Opened opened = graph_.open(matrix_);
    if (graph_.op(opened.body) != Op::sum || elements_of(graph_, matrix_) == 0) return {};
    const dsl::Opened inside = graph_.open(opened.body);
    if (inside.indices.size() != 1 || graph_.op(inside.body) != Op::multiply) return {};
    for (std::size_t first : {0, 1}) {
      const NodeId left = factor(graph_.operand(inside.body, first), opened.indices[0], inside.indices[0]);
      const NodeId right = factor(graph_.operand(inside.body, 1 - first), inside.indices[0], opened.indices[1]);
      if (!left.valid() || !right.valid()) continue;
      why_ = "it is a product of triangles: each is substituted";
      const bool vectors = graph_.attribute(user_, 0) != 0;
      return solved(graph_, right, solved(graph_, left, graph_.operand(user_, 1), vectors, false), vectors, false);
    }
    return {};
  }
  /// The square triangle with these rows and columns that an element is of; null where it is of no such.
  constexpr NodeId factor(NodeId node, IndexId row, IndexId column) {
    const bool its_own = graph_.free(node).size() == 2 && graph_.uses(node, row) && graph_.uses(node, column);
    if (!its_own || graph_.extent(row) != graph_.extent(column)) return {};
    const NodeId matrix = graph_.tensor(node, Vec<IndexId>{row, column});
    const Properties known = properties_of(graph_, matrix);
    return known.lower() || known.upper() ? without_renaming(graph_, matrix) : NodeId{};
  }

  Graph& graph_;
  NodeId user_, matrix_;
  std::string_view why_;
};

}  // namespace detail

constexpr Rebuilt use_structure(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (!detail::is_equation(out.op(made)) && out.op(made) != Op::inv && out.op(made) != Op::pinv) return made;
    detail::StructuredUser user(out, made);
    const NodeId better = user.run();
    if (!better.valid()) return made;
    notes.fire(in, "not factored", in.operand(old, 0), user.why());
    return better;
  });
}

}  // namespace ricci::passes
