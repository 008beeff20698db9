/// Linear algebra over the last two axes: shapes, types and batch broadcasting of each function, and `\` and `@`.
#pragma once

#include "dsl/infer/whole.hpp"

namespace ricci::dsl {

/// The indices of `A \ b` in index notation, by role.
struct SolveAxes {
  Vec<IndexId> batch, equations, unknowns, columns;
};

constexpr Vec<std::int64_t> batch_of(const Graph& graph, NodeId tensor, std::size_t inner) {
  Vec<std::int64_t> out = shape_copy(graph, tensor);
  out.resize(out.size() - inner);
  return out;
}

/// NumPy's broadcasting of batch axes; false where they clash.
constexpr bool broadcast_shapes(const Vec<std::int64_t>& a, const Vec<std::int64_t>& b, Vec<std::int64_t>& out) {
  const std::size_t rank = a.size() > b.size() ? a.size() : b.size();
  out = Vec<std::int64_t>(rank, 1);
  for (std::size_t at = 0; at < rank; ++at) {
    const std::int64_t x = at + a.size() < rank ? 1 : a[at + a.size() - rank];
    const std::int64_t y = at + b.size() < rank ? 1 : b[at + b.size() - rank];
    if (x != y && x != 1 && y != 1) return false;
    out[at] = x == 1 ? y : x;
  }
  return true;
}

/// A matrix argument ready for LAPACK's types: dense, floating or complex, of rank 2 or more.
constexpr NodeId matrix_argument(Elaborator& e, SyntaxId argument, std::string_view function, bool square) {
  NodeId tensor = e.whole(argument);
  if (e.failed()) return {};
  const Vec<std::int64_t> shape = shape_copy(e.graph, tensor);
  if (shape.size() < 2) {
    e.fail(Fault::rank_wanted, argument, function, "a matrix", e.text(argument));
    return {};
  }
  if (square && shape[shape.size() - 1] != shape[shape.size() - 2]) {
    e.fail(Fault::square_wanted, argument, function, shape[shape.size() - 2], shape[shape.size() - 1]);
    return {};
  }
  return densified(e, converted(e, tensor, inexact_type(e.graph.dtype(tensor))));
}

/// x with A x = b. `wanted`: Op::solve (square only), Op::lstsq, or Op::constant: by the shape.
constexpr Thing solve_whole(Elaborator& e, SyntaxId place, NodeId matrix, NodeId side, Op wanted) {
  Graph& graph = e.graph;
  if (e.failed()) return {};
  if (graph.shape(matrix).size() < 2)
    return e.fail(Fault::rank_wanted, place, "\\", "a matrix on its left", e.text(place));
  if (graph.shape(side).empty())
    return e.fail(Fault::rank_wanted, place, "\\", "a vector or matrix on its right", e.text(place));
  const DType type = inexact_type(promote(graph.dtype(matrix), graph.dtype(side)));
  matrix = densified(e, converted(e, matrix, type));
  side = densified(e, converted(e, side, type));
  const Vec<std::int64_t> a = shape_copy(graph, matrix);
  const Vec<std::int64_t> b = shape_copy(graph, side);
  const bool vectors = b.size() == 1 || b.size() + 1 == a.size();
  const std::int64_t equations = a[a.size() - 2];
  const std::int64_t unknowns = a.back();
  const std::int64_t given = vectors ? b.back() : b[b.size() - 2];
  if (given != equations) return e.fail(Fault::solve_sizes, place, equations, given, e.text(place));
  if (wanted == Op::solve && equations != unknowns)
    return e.fail(Fault::square_wanted, place, "solve", equations, unknowns);
  Vec<std::int64_t> shape;
  if (!broadcast_shapes(batch_of(graph, matrix, 2), batch_of(graph, side, vectors ? 1 : 2), shape))
    return e.fail(Fault::batch_sizes, place, e.text(place));
  shape.push_back(unknowns);
  if (!vectors) shape.push_back(b.back());
  const Op op = wanted != Op::constant ? wanted : equations == unknowns ? Op::solve : Op::lstsq;
  return tensor_node(graph, op, type, {matrix, side}, {vectors ? 1 : 0}, shape);
}

/// `A \ b` in index notation: both operands become tensors [batch, equations, unknowns] and [batch, equations,
/// columns].
constexpr Thing solve_indexed(Elaborator& e, SyntaxId place, Thing matrix, Thing side, const SolveAxes& axes) {
  Graph& graph = e.graph;
  const DType type = inexact_type(join(graph.dtype(matrix.node), matrix.weak, graph.dtype(side.node), side.weak));
  Vec<IndexId> matrix_axes = axes.batch;
  matrix_axes.append(axes.equations);
  matrix_axes.append(axes.unknowns);
  Vec<IndexId> side_axes = axes.batch;
  side_axes.append(axes.equations);
  side_axes.append(axes.columns);
  Vec<std::int64_t> batch;
  for (IndexId index : axes.batch) batch.push_back(graph.extent(index));
  const std::int64_t equations = counted(e, place, extents_of(graph, axes.equations));
  const std::int64_t unknowns = counted(e, place, extents_of(graph, axes.unknowns));
  Vec<std::int64_t> matrix_shape = batch;
  matrix_shape.push_back(equations);
  matrix_shape.push_back(unknowns);
  Vec<std::int64_t> side_shape = batch;
  side_shape.push_back(equations);
  if (!axes.columns.empty()) side_shape.push_back(counted(e, place, extents_of(graph, axes.columns)));
  if (e.failed()) return {};
  const NodeId whole_matrix = reshaped(graph, graph.tensor(cast(graph, matrix.node, type), matrix_axes), matrix_shape);
  const NodeId whole_side = reshaped(graph, graph.tensor(cast(graph, side.node, type), side_axes), side_shape);
  const Thing flat = solve_whole(e, place, whole_matrix, whole_side, Op::constant);
  if (e.failed()) return {};
  Vec<IndexId> result_axes = axes.batch;
  result_axes.append(axes.unknowns);
  result_axes.append(axes.columns);
  Vec<std::int64_t> shape;
  for (IndexId index : result_axes) shape.push_back(graph.extent(index));
  return {e.element_at(reshaped(graph, flat.node, shape), e.values_of(result_axes)), false, false};
}

/// A' : the conjugate transpose of the last two axes.
constexpr Thing transposed(Elaborator& e, SyntaxId id) {
  Graph& graph = e.graph;
  const SyntaxId argument = e.program().kid(id, 0);
  const NodeId tensor = e.whole(argument);
  if (e.failed()) return {};
  const std::size_t rank = graph.shape(tensor).size();
  if (rank == 0) return {graph.add(Op::conj, graph.dtype(tensor), {e.element_at(tensor, {})}), false, false};
  if (rank == 1) return e.fail(Fault::vector_transposed, id, e.text(argument));
  const Vec<IndexId> axes = e.axes_of(tensor);
  const NodeId access = e.element_at(tensor, e.values_of(axes));
  NodeId body = is_complex(graph.dtype(tensor)) ? graph.add(Op::conj, graph.dtype(tensor), {access}) : access;
  const NodeId condition = stored_condition(graph, access);
  if (condition.valid()) body = graph.add(Op::guard, graph.dtype(tensor), {condition, body});
  Vec<IndexId> swapped = axes;
  std::swap(swapped[rank - 1], swapped[rank - 2]);
  return {bind_axes(graph, body, swapped), true, false};
}

/// A @ B with NumPy's rules for vectors and batches.
constexpr Thing matrix_product(Elaborator& e, SyntaxId id) {
  Graph& graph = e.graph;
  const NodeId left = e.whole(e.program().kid(id, 0));
  const NodeId right = e.failed() ? NodeId{} : e.whole(e.program().kid(id, 1));
  if (e.failed()) return {};
  const Vec<std::int64_t> a = shape_copy(graph, left);
  const Vec<std::int64_t> b = shape_copy(graph, right);
  if (a.empty() || b.empty())
    return e.fail(Fault::rank_wanted, id, "@", "vectors or matrices; * multiplies by a number", e.text(id));
  const std::int64_t inner = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (a.back() != inner) return e.fail(Fault::product_sizes, id, a.back(), inner, e.text(id));
  Vec<std::int64_t> batch;
  if (!broadcast_shapes(batch_of(graph, left, a.size() == 1 ? 1 : 2), batch_of(graph, right, b.size() == 1 ? 1 : 2),
                        batch))
    return e.fail(Fault::batch_sizes, id, e.text(id));
  Vec<IndexId> axes;
  for (std::int64_t extent : batch) axes.push_back(graph.open_index("", extent));
  const IndexId summed = graph.open_index("k", a.back());
  const auto entries = [&](const Vec<std::int64_t>& shape, std::size_t inner_axes) {
    Vec<NodeId> out;
    const std::size_t count = shape.size() - inner_axes;
    for (std::size_t at = 0; at < count; ++at)
      out.push_back(shape[at] == 1 ? graph.integer(0) : graph.index_value(axes[batch.size() - count + at]));
    return out;
  };
  Vec<NodeId> left_entries = entries(a, a.size() == 1 ? 1 : 2);
  Vec<NodeId> right_entries = entries(b, b.size() == 1 ? 1 : 2);
  if (a.size() > 1) {
    axes.push_back(graph.open_index("", a[a.size() - 2]));
    left_entries.push_back(graph.index_value(axes.back()));
  }
  left_entries.push_back(graph.index_value(summed));
  right_entries.push_back(graph.index_value(summed));
  if (b.size() > 1) {
    axes.push_back(graph.open_index("", b.back()));
    right_entries.push_back(graph.index_value(axes.back()));
  }
  const Thing body = product(graph,
                             {{{e.element_at(left, left_entries), false, false}, false},
                              {{e.element_at(right, right_entries), false, false}, false}},
                             false);
  const Thing sum = e.reduced(Op::sum, id, body, {summed});
  if (e.failed()) return {};
  if (axes.empty()) return {sum.node, false, false};
  return {graph.tensor(sum.node, axes), true, false};
}

/// inv pinv det logdet cholesky: one matrix in, one tensor out.
constexpr Thing matrix_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const std::string_view name = e.program().name(call);
  const Op op = name == "inv"      ? Op::inv
                : name == "pinv"   ? Op::pinv
                : name == "det"    ? Op::det
                : name == "logdet" ? Op::logdet
                                   : Op::cholesky;
  const NodeId matrix = matrix_argument(e, e.program().kid(call, 0), name, op != Op::pinv);
  if (e.failed()) return {};
  Vec<std::int64_t> shape = shape_copy(graph, matrix);
  const std::size_t rank = shape.size();
  if (op == Op::pinv) std::swap(shape[rank - 1], shape[rank - 2]);
  if (op == Op::det || op == Op::logdet) shape.resize(rank - 2);
  const DType type = op == Op::logdet ? real_type(graph.dtype(matrix)) : graph.dtype(matrix);
  const Thing out = tensor_node(graph, op, type, {matrix}, {}, shape);
  if (!shape.empty()) return out;
  return {e.element_at(out.node, {}), false, false};
}

constexpr Thing solve_function(Elaborator& e, SyntaxId call) {
  const Op op = e.program().name(call) == "solve" ? Op::solve : Op::lstsq;
  const NodeId matrix = e.whole(e.program().kid(call, 0));
  const NodeId side = e.failed() ? NodeId{} : e.whole(e.program().kid(call, 1));
  return e.failed() ? Thing{} : solve_whole(e, call, matrix, side, op);
}

constexpr Thing trace_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, tensor);
  if (shape.size() < 2) return e.fail(Fault::rank_wanted, call, "trace", "a matrix", e.text(call));
  const std::int64_t n = shape.back() < shape[shape.size() - 2] ? shape.back() : shape[shape.size() - 2];
  Vec<IndexId> axes;
  for (std::size_t at = 0; at + 2 < shape.size(); ++at) axes.push_back(graph.open_index("", shape[at]));
  const IndexId diagonal = graph.open_index("k", n);
  Vec<NodeId> entries = e.values_of(axes);
  entries.push_back(graph.index_value(diagonal));
  entries.push_back(graph.index_value(diagonal));
  const Thing sum =
      e.reduced(Op::sum, call, {annihilating(graph, e.element_at(tensor, entries)), false, false}, {diagonal});
  if (e.failed() || axes.empty()) return sum;
  return {graph.tensor(sum.node, axes), true, false};
}

/// kron(A, B) of the last two axes, batched over equal leading axes.
constexpr Thing kron_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId left = e.whole(e.program().kid(call, 0));
  const NodeId right = e.failed() ? NodeId{} : e.whole(e.program().kid(call, 1));
  if (e.failed()) return {};
  const Vec<std::int64_t> a = shape_copy(graph, left);
  const Vec<std::int64_t> b = shape_copy(graph, right);
  if (a.size() < 2 || b.size() < 2) return e.fail(Fault::rank_wanted, call, "kron", "two matrices", e.text(call));
  Vec<std::int64_t> shape;
  if (!broadcast_shapes(batch_of(graph, left, 2), batch_of(graph, right, 2), shape))
    return e.fail(Fault::batch_sizes, call, e.text(call));
  Vec<IndexId> axes;
  for (std::int64_t extent : shape) axes.push_back(graph.open_index("", extent));
  const std::size_t batch = axes.size();
  const auto entries = [&](const Vec<std::int64_t>& own) {
    Vec<NodeId> out;
    for (std::size_t at = 0; at + 2 < own.size(); ++at)
      out.push_back(own[at] == 1 ? graph.integer(0) : graph.index_value(axes[batch - (own.size() - 2) + at]));
    return out;
  };
  Vec<NodeId> left_entries = entries(a);
  Vec<NodeId> right_entries = entries(b);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    axes.push_back(graph.open_index("", a[a.size() - 2 + axis]));
    left_entries.push_back(graph.index_value(axes.back()));
    axes.push_back(graph.open_index("", b[b.size() - 2 + axis]));
    right_entries.push_back(graph.index_value(axes.back()));
    shape.push_back(counted(e, call, {a[a.size() - 2 + axis], b[b.size() - 2 + axis]}));
  }
  if (e.failed()) return {};
  const Thing body = product(graph,
                             {{{e.element_at(left, left_entries), false, false}, false},
                              {{e.element_at(right, right_entries), false, false}, false}},
                             false);
  return {reshaped(graph, graph.tensor(body.node, axes), shape), true, false};
}

/// rank(A), as numpy.linalg.matrix_rank counts it; cond(A) in the 2-norm. Both from the singular values.
constexpr Thing singular_value_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const std::string_view name = e.program().name(call);
  const NodeId matrix = matrix_argument(e, e.program().kid(call, 0), name, false);
  if (e.failed()) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, matrix);
  const std::int64_t m = shape[shape.size() - 2];
  const std::int64_t n = shape.back();
  const std::int64_t k = m < n ? m : n;
  const DType type = real_type(graph.dtype(matrix));
  const NodeId parts = tensor_node(graph, Op::svd, graph.dtype(matrix), {matrix}, {}, shape).node;
  Vec<std::int64_t> own = batch_of(graph, matrix, 2);
  const std::size_t batch = own.size();
  own.push_back(k);
  const NodeId values = tensor_node(graph, Op::part, type, {parts}, {1}, own).node;
  Vec<IndexId> axes;
  for (std::size_t at = 0; at < batch; ++at) axes.push_back(graph.open_index("", own[at]));
  const auto value_at = [&](NodeId place) {
    Vec<NodeId> entries = e.values_of(axes);
    entries.push_back(place);
    return Thing{e.element_at(values, entries), false, false};
  };
  if (k == 0 && name == "cond") return e.fail(Fault::reduction_of_nothing, call, name);
  Thing out;
  if (name == "cond") {
    out = element(graph, Op::divide, {value_at(graph.integer(0)), value_at(graph.integer(k - 1))});
  } else {
    const double epsilon = type == DType::f32 ? 1.1920928955078125e-07 : 2.220446049250313e-16;
    const Thing scale{graph.real(static_cast<double>(m > n ? m : n) * epsilon), false, true};
    const IndexId s = graph.open_index("k", k);
    Thing large{graph.integer(0, DType::boolean), false, false};
    if (k > 0)
      large =
          element(graph, Op::less,
                  {element(graph, Op::multiply, {value_at(graph.integer(0)), scale}), value_at(graph.index_value(s))});
    out = e.reduced(Op::count, call, large, {s});
  }
  if (e.failed() || axes.empty()) return out;
  return {graph.tensor(out.node, axes), true, false};
}

/// The parts of lu, qr, svd, eigh: each with its shape and type.
constexpr Vec<NodeId> decomposition_parts(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const std::string_view name = e.program().name(call);
  const Op op = name == "lu" ? Op::lu : name == "qr" ? Op::qr : name == "svd" ? Op::svd : Op::eigh;
  const NodeId matrix = matrix_argument(e, e.program().kid(call, 0), name, op == Op::eigh);
  if (e.failed()) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, matrix);
  const Vec<std::int64_t> batch = batch_of(graph, matrix, 2);
  const std::int64_t m = shape[shape.size() - 2];
  const std::int64_t n = shape.back();
  const std::int64_t k = m < n ? m : n;
  const DType type = graph.dtype(matrix);
  const NodeId whole = tensor_node(graph, op, type, {matrix}, {}, shape).node;
  Vec<NodeId> out;
  const auto part = [&](DType dtype, std::int64_t rows, std::int64_t cols) {
    Vec<std::int64_t> own = batch;
    own.push_back(rows);
    if (cols >= 0) own.push_back(cols);
    out.push_back(tensor_node(graph, Op::part, dtype, {whole}, {static_cast<std::int64_t>(out.size())}, own).node);
  };
  if (op == Op::lu) part(type, m, m);
  if (op == Op::lu || op == Op::qr || op == Op::svd) part(type, m, k);
  if (op == Op::lu || op == Op::qr) part(type, k, n);
  if (op == Op::svd || op == Op::eigh) part(real_type(type), k, -1);
  if (op == Op::svd) part(type, k, n);
  if (op == Op::eigh) part(type, n, n);
  return out;
}

constexpr bool is_decomposition(std::string_view name) {
  return name == "lu" || name == "qr" || name == "svd" || name == "eigh";
}

/// The parts that `P, L, U = lu(A)` unpacks.
constexpr Vec<NodeId> decomposition(Elaborator& e, SyntaxId id, std::size_t targets) {
  const Syntax& node = e.program()[id];
  if (node.form != Form::call || !is_decomposition(e.program().name(id)) || node.kid_count != 1) {
    e.fail(Fault::nothing_to_unpack, id, e.text(id));
    return {};
  }
  const Vec<NodeId> parts = decomposition_parts(e, id);
  if (!e.failed() && parts.size() != targets)
    e.fail(Fault::unpack_count, id, e.program().name(id), parts.size(), targets);
  return parts;
}

constexpr Thing decomposition_as_value(Elaborator& e, SyntaxId call) {
  const std::string_view name = e.program().name(call);
  const std::string_view usage = name == "lu"    ? "P, L, U = lu(A)"
                                 : name == "qr"  ? "Q, R = qr(A)"
                                 : name == "svd" ? "U, s, Vh = svd(A)"
                                                 : "w, V = eigh(A)";
  return e.fail(Fault::unpacking_wanted, call, name, usage);
}

}  // namespace ricci::dsl
