/// Nodes of linear equations as passes make and read them: solves, and the matrix that a definition only turns or
/// scales. What becomes true here: whoever factors a matrix asks for it by one node, however it was written.
#pragma once

#include "dsl/graph/shapes.hpp"
#include "passes/cost.hpp"

namespace ricci::passes {

/// Who can use the LU or Cholesky factor of a square matrix, and who its QR or SVD.
constexpr bool is_square_user(Op op) { return op == Op::solve || op == Op::inv || op == Op::det || op == Op::logdet; }
constexpr bool is_tall_user(Op op) { return op == Op::lstsq || op == Op::pinv; }

namespace detail {

constexpr bool is_equation(Op op) { return op == Op::solve || op == Op::lstsq; }
constexpr bool factors(Op op) { return is_square_user(op) || is_tall_user(op); }

/// solve or lstsq of a matrix and right-hand sides that fit.
constexpr NodeId equation(Graph& graph, Op op, NodeId matrix, NodeId side, bool vectors) {
  const NodeId both[] = {matrix, side};
  const std::int64_t ints[] = {vectors ? 1 : 0};
  return dsl::derived_tensor(graph, op, both, ints);
}
/// The x of A x = b, or of A^T x = b.
constexpr NodeId solved(Graph& graph, NodeId matrix, NodeId side, bool vectors, bool transposed) {
  if (!transposed) return equation(graph, Op::solve, matrix, side, vectors);
  const NodeId both[] = {matrix, side};
  const std::int64_t ints[] = {vectors ? 1 : 0, 1};
  return dsl::derived_tensor(graph, Op::solve, both, ints);
}

constexpr NodeId reshaped(Graph& graph, NodeId tensor, const Vec<std::int64_t>& shape) {
  while (graph.op(tensor) == Op::reshape) tensor = graph.operand(tensor, 0);
  const auto own = graph.shape(tensor);
  if (shape == Vec<std::int64_t>(own.data(), own.data() + own.size())) return tensor;
  return graph.add(Op::reshape, graph.dtype(tensor), std::span<const NodeId>(&tensor, 1), {}, span_of(shape));
}
/// All axes from `first` on as one.
constexpr NodeId with_columns_joined(Graph& graph, NodeId tensor, std::size_t first) {
  Vec<std::int64_t> shape;
  for (std::int64_t extent : graph.shape(tensor)) {
    if (shape.size() > first)
      shape[first] *= extent;
    else
      shape.push_back(extent);
  }
  return reshaped(graph, tensor, shape);
}

/// The tensor over fresh indices, as an element and the indices of its axes.
struct Element {
  NodeId node;
  Vec<IndexId> axes;
};
constexpr Element element_of(Graph& graph, NodeId tensor) {
  Element out;
  const auto shape = graph.shape(tensor);
  const Vec<std::int64_t> extents(shape.data(), shape.data() + shape.size());
  Vec<NodeId> entries;
  for (std::int64_t extent : extents) {
    out.axes.push_back(graph.open_index("", extent));
    entries.push_back(graph.index_value(out.axes.back()));
  }
  out.node = graph.access(tensor, span_of(entries));
  return out;
}
constexpr NodeId with_axes_swapped(Graph& graph, NodeId matrix) {
  Element element = element_of(graph, matrix);
  const std::size_t rank = element.axes.size();
  const IndexId last = element.axes[rank - 1];
  element.axes[rank - 1] = element.axes[rank - 2];
  element.axes[rank - 2] = last;
  return graph.tensor(element.node, element.axes);
}

/// What a definition makes of a matrix where it only renames, turns or scales:  [i,j] -2*conj(A[j,i]).
struct MatrixView {
  NodeId base;
  bool transposed = false, conjugated = false;
  Vec<NodeId> scales;  // numbers, none of them zero, by which it is multiplied
  bool negative = false;

  constexpr bool plain() const { return !transposed && !conjugated && scales.empty() && !negative; }
  constexpr bool scaled() const { return !scales.empty() || negative; }
};

constexpr bool is_nonzero_number(const Graph& graph, NodeId id) {
  if (graph.op(id) != Op::constant || dsl::is_complex(graph.dtype(id))) return false;
  if (!dsl::is_floating(graph.dtype(id))) return false;
  const double value = std::bit_cast<double>(graph.attribute(id, 0));
  return value != 0 && value - value == 0;
}

/// One step of a view: the access below numbers, signs and conjugations; null where there is more to it.
constexpr NodeId viewed_access(const Graph& graph, NodeId body, MatrixView& view) {
  for (;;) {
    const Op op = graph.op(body);
    if (op == Op::access) return body;
    if (op == Op::conj) {
      view.conjugated = !view.conjugated;  // numbers are real: they may stand on either side
      body = graph.operand(body, 0);
    } else if (op == Op::negate) {
      view.negative = !view.negative;
      body = graph.operand(body, 0);
    } else if (op == Op::multiply && is_nonzero_number(graph, graph.operand(body, 0))) {
      view.scales.push_back(graph.operand(body, 0));
      body = graph.operand(body, 1);
    } else if (op == Op::multiply && is_nonzero_number(graph, graph.operand(body, 1))) {
      view.scales.push_back(graph.operand(body, 1));
      body = graph.operand(body, 0);
    } else {
      return {};
    }
  }
}

/// The matrix behind a tensor, through any number of views of the same shape; `sparse` where it may be a sparse one.
constexpr MatrixView view_of(const Graph& graph, NodeId tensor, bool sparse = false) {
  MatrixView out;
  out.base = tensor;
  while (graph.op(out.base) == Op::tensor && !graph[out.base].sparse) {
    MatrixView next = out;
    const NodeId access = viewed_access(graph, graph.operand(out.base, 0), next);
    if (!access.valid()) break;
    const NodeId below = graph.operand(access, 0);
    const auto shape = graph.shape(out.base), own = graph.shape(below);
    const std::size_t rank = shape.size();
    if (rank < 2 || own.size() != rank || graph.dtype(below) != graph.dtype(tensor)) break;
    if (graph[below].sparse && !sparse) break;
    const Vec<IndexId> axes = graph.bound(out.base);
    bool same = true, turned = true;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const NodeId entry = graph.operand(access, axis + 1);
      const bool index = graph.op(entry) == Op::index && own[axis] == shape[axis];
      const auto which = index ? IndexId{static_cast<std::uint32_t>(graph.attribute(entry, 0))} : IndexId{};
      const std::size_t mirror = axis + 2 < rank ? axis : 2 * rank - 3 - axis;
      same = same && which == axes[axis];
      turned = turned && which == axes[mirror] && own[axis] == shape[mirror];
    }
    if (!same && !turned) break;
    next.base = below;
    if (!same) next.transposed = !next.transposed;
    out = std::move(next);
  }
  if (sparse && graph.op(out.base) == Op::to_dense) out.base = graph.operand(out.base, 0);
  return out;
}
/// The matrix that an operation factors: those that need a square one take a sparse one as it is.
constexpr MatrixView factored(const Graph& graph, NodeId node) {
  return view_of(graph, graph.operand(node, 0), is_square_user(graph.op(node)));
}

}  // namespace detail
}  // namespace ricci::passes
