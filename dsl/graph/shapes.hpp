/// Type and shape of the tensor operations, written once: the front ends make such nodes with derived_tensor, verify
/// holds graphs to the same rules. Matrices are the last two axes; leading axes batch by NumPy's broadcasting.
#pragma once

#include <array>

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

/// What a tensor is; with a `fault`, why it cannot be.
struct TensorType {
  DType dtype = DType::f64;
  Vec<std::int64_t> shape;
  bool sparse = false;
  std::string_view fault;
};

constexpr TensorType type_of(const Graph& graph, NodeId tensor) {
  const auto shape = graph.shape(tensor);
  return {graph.dtype(tensor), Vec<std::int64_t>(shape.data(), shape.data() + shape.size()), graph[tensor].sparse, {}};
}

namespace detail {

/// What a rule looks at: operands, attributes, and below Op::part which decomposition it is a part of.
struct ShapeFacts {
  Vec<TensorType> of;
  Vec<std::int64_t> ints;
  Op decomposition = Op::part;
};

constexpr TensorType refuse(std::string_view why) { return {DType::f64, {}, false, why}; }

/// The leading axes of a shape: all but the last `matrix`.
constexpr Vec<std::int64_t> batch_of(const TensorType& type, std::size_t matrix) {
  return {type.shape.data(), type.shape.data() + (type.shape.size() - matrix)};
}
constexpr std::int64_t from_end(const TensorType& type, std::size_t which) {
  return type.shape[type.shape.size() - which];
}
constexpr Vec<std::int64_t> joined(Vec<std::int64_t> batch, std::initializer_list<std::int64_t> matrix) {
  for (std::int64_t extent : matrix) batch.push_back(extent);
  return batch;
}

/// Leading axes of two operands as NumPy broadcasts them.
constexpr bool broadcast(const Vec<std::int64_t>& a, const Vec<std::int64_t>& b, Vec<std::int64_t>& out) {
  const Vec<std::int64_t>& longer = a.size() >= b.size() ? a : b;
  const Vec<std::int64_t>& shorter = a.size() >= b.size() ? b : a;
  out = longer;
  const std::size_t ahead = longer.size() - shorter.size();
  for (std::size_t at = 0; at < shorter.size(); ++at) {
    std::int64_t& extent = out[ahead + at];
    if (extent == 1) extent = shorter[at];
    if (extent != shorter[at] && shorter[at] != 1) return false;
  }
  return true;
}

constexpr std::string_view not_a_matrix(const TensorType& type, bool square) {
  if (inexact_type(type.dtype) != type.dtype) return "linear algebra computes in floating or complex types";
  if (type.shape.size() < 2) return "linear algebra needs at least two axes";
  if (square && from_end(type, 1) != from_end(type, 2)) return "the matrices are not square";
  return {};
}

/// solve and lstsq: A[..,m,n] over b[..,m] or b[..,m,r]. A solve with square matrices may ask for the transposed ones.
constexpr TensorType solved(const ShapeFacts& facts, bool square) {
  const TensorType& a = facts.of[0];
  const TensorType& b = facts.of[1];
  if (const std::string_view why = not_a_matrix(a, square); !why.empty()) return refuse(why);
  if (a.dtype != b.dtype) return refuse("matrix and right-hand side have different types");
  const bool transposed = square && facts.ints.size() == 2 && facts.ints[1] == 1;
  if ((facts.ints.size() != 1 && !transposed) || (facts.ints[0] != 0 && facts.ints[0] != 1))
    return refuse("it must say whether the right-hand side is vectors");
  const bool vectors = facts.ints[0] == 1;
  const std::size_t own = vectors ? 1 : 2;
  if (b.shape.size() < own) return refuse("the right-hand side has too few axes");
  if (from_end(b, own) != from_end(a, 2)) return refuse("matrix and right-hand side differ in the number of equations");
  TensorType out{a.dtype, {}, false, {}};
  if (!broadcast(batch_of(a, 2), batch_of(b, own), out.shape)) return refuse("the batch axes do not broadcast");
  out.shape.push_back(from_end(a, 1));
  if (!vectors) out.shape.push_back(from_end(b, 1));
  return out;
}
constexpr TensorType solve_rule(const ShapeFacts& facts) { return solved(facts, true); }
constexpr TensorType lstsq_rule(const ShapeFacts& facts) { return solved(facts, false); }

/// What solve_update and det_update have in common: d[..,n], U and V[..,n,q], all with the same batch.
constexpr std::string_view not_an_update(const ShapeFacts& facts) {
  const TensorType& d = facts.of[0];
  if (d.shape.empty() || inexact_type(d.dtype) != d.dtype) return "its diagonal is no vector of an inexact type";
  if (facts.ints.size() != 1 || (facts.ints[0] != 0 && facts.ints[0] != 1)) return "its attribute is 0 or 1";
  for (const TensorType& own : facts.of)
    if (own.dtype != d.dtype) return "its operands differ in type";
  if (facts.of[1].shape.size() != d.shape.size() + 1 || !(facts.of[1].shape == facts.of[2].shape))
    return "U and V are not matrices of one shape";
  if (!(batch_of(facts.of[1], 1) == d.shape)) return "U has more or fewer rows than the diagonal";
  return {};
}
/// b[..,n] or b[..,n,r].
constexpr TensorType update_rule(const ShapeFacts& facts) {
  if (const std::string_view why = not_an_update(facts); !why.empty()) return refuse(why);
  const TensorType &d = facts.of[0], &b = facts.of[3];
  const std::size_t columns = facts.ints[0] == 1 ? 0 : 1;
  if (b.shape.size() != d.shape.size() + columns || !(batch_of(b, columns) == d.shape))
    return refuse("the right-hand side has other equations than the diagonal");
  return b;
}
constexpr TensorType det_update_rule(const ShapeFacts& facts) {
  if (const std::string_view why = not_an_update(facts); !why.empty()) return refuse(why);
  const TensorType& d = facts.of[0];
  return {facts.ints[0] == 1 ? real_type(d.dtype) : d.dtype, batch_of(d, 1), false, {}};
}

/// inv and cholesky.
constexpr TensorType square_rule(const ShapeFacts& facts) {
  if (const std::string_view why = not_a_matrix(facts.of[0], true); !why.empty()) return refuse(why);
  return {facts.of[0].dtype, facts.of[0].shape, false, {}};
}
constexpr TensorType pinv_rule(const ShapeFacts& facts) {
  const TensorType& a = facts.of[0];
  if (const std::string_view why = not_a_matrix(a, false); !why.empty()) return refuse(why);
  return {a.dtype, joined(batch_of(a, 2), {from_end(a, 1), from_end(a, 2)}), false, {}};
}
constexpr TensorType det_rule(const ShapeFacts& facts) {
  if (const std::string_view why = not_a_matrix(facts.of[0], true); !why.empty()) return refuse(why);
  return {facts.of[0].dtype, batch_of(facts.of[0], 2), false, {}};
}
constexpr TensorType logdet_rule(const ShapeFacts& facts) {
  TensorType out = det_rule(facts);
  out.dtype = real_type(out.dtype);
  return out;
}

/// A decomposition is no value: it carries the matrix's type and shape, and only Op::part reads it.
constexpr TensorType decomposition_rule(const ShapeFacts& facts) {
  if (const std::string_view why = not_a_matrix(facts.of[0], false); !why.empty()) return refuse(why);
  return {facts.of[0].dtype, facts.of[0].shape, false, {}};
}
constexpr TensorType part_rule(const ShapeFacts& facts) {
  using enum Op;
  const TensorType& a = facts.of[0];
  const Op from = facts.decomposition;
  if (from != lu && from != qr && from != svd && from != eigh) return refuse("only decompositions have parts");
  const std::int64_t parts = from == qr || from == eigh ? 2 : 3;
  if (facts.ints.size() != 1 || facts.ints[0] < 0 || facts.ints[0] >= parts) return refuse("there is no such part");
  if (a.shape.size() < 2) return refuse("linear algebra needs at least two axes");
  const std::int64_t which = facts.ints[0];
  const std::int64_t m = from_end(a, 2);
  const std::int64_t n = from_end(a, 1);
  const std::int64_t k = m < n ? m : n;
  const Vec<std::int64_t> batch = batch_of(a, 2);
  const bool values = (from == svd && which == 1) || (from == eigh && which == 0);
  if (values) return {real_type(a.dtype), joined(batch, {k}), false, {}};
  if (from == lu && which == 0) return {a.dtype, joined(batch, {m, m}), false, {}};
  if (which == parts - 1 && from != eigh) return {a.dtype, joined(batch, {k, n}), false, {}};
  return {a.dtype, joined(batch, {m, k}), false, {}};
}

constexpr TensorType concat_rule(const ShapeFacts& facts) {
  if (facts.of.empty()) return refuse("nothing is joined");
  TensorType out = facts.of[0];
  const std::size_t axis = facts.ints.size() == 1 ? static_cast<std::size_t>(facts.ints[0]) : out.shape.size();
  if (axis >= out.shape.size()) return refuse("there is no such axis to join along");
  out.shape[axis] = 0;
  for (const TensorType& own : facts.of) {
    if (own.dtype != out.dtype) return refuse("what is joined differs in type");
    if (own.shape.size() != out.shape.size()) return refuse("what is joined differs in the number of axes");
    for (std::size_t at = 0; at < own.shape.size(); ++at)
      if (at != axis && own.shape[at] != out.shape[at]) return refuse("what is joined differs in another axis");
    if (__builtin_add_overflow(out.shape[axis], own.shape[axis], &out.shape[axis])) return refuse("it is too long");
    out.sparse = out.sparse && own.sparse;
  }
  return out;
}
constexpr TensorType to_sparse_rule(const ShapeFacts& facts) {
  if (facts.of[0].shape.size() != 2) return refuse("only matrices are stored sparse");
  return {facts.of[0].dtype, facts.of[0].shape, true, {}};
}
constexpr TensorType to_dense_rule(const ShapeFacts& facts) {
  return {facts.of[0].dtype, facts.of[0].shape, false, {}};
}
constexpr TensorType assume_rule(const ShapeFacts& facts) {
  if (facts.ints.size() != 1 || facts.ints[0] < 0 || static_cast<std::size_t>(facts.ints[0]) >= property_names.size())
    return refuse("there is no such property");
  return facts.of[0];
}

struct ShapeRule {
  Op op;
  std::size_t operands;  // 0: any number
  TensorType (*rule)(const ShapeFacts&);
};
inline constexpr std::array<ShapeRule, 18> shape_rules{{{Op::solve, 2, solve_rule},
                                                        {Op::lstsq, 2, lstsq_rule},
                                                        {Op::solve_update, 4, update_rule},
                                                        {Op::det_update, 3, det_update_rule},
                                                        {Op::inv, 1, square_rule},
                                                        {Op::cholesky, 1, square_rule},
                                                        {Op::pinv, 1, pinv_rule},
                                                        {Op::det, 1, det_rule},
                                                        {Op::logdet, 1, logdet_rule},
                                                        {Op::lu, 1, decomposition_rule},
                                                        {Op::qr, 1, decomposition_rule},
                                                        {Op::svd, 1, decomposition_rule},
                                                        {Op::eigh, 1, square_rule},
                                                        {Op::part, 1, part_rule},
                                                        {Op::concat, 0, concat_rule},
                                                        {Op::to_sparse, 1, to_sparse_rule},
                                                        {Op::to_dense, 1, to_dense_rule},
                                                        {Op::assume, 1, assume_rule}}};

}  // namespace detail

/// Whether tensor_type knows the operation; the shapes of the others are their maker's choice.
constexpr bool has_shape_rule(Op op) {
  for (const detail::ShapeRule& own : detail::shape_rules)
    if (own.op == op) return true;
  return false;
}

/// Type and shape of a tensor operation over these operands. A decomposition shows its matrix's; ask for its parts.
constexpr TensorType tensor_type(const Graph& graph, Op op, std::span<const NodeId> operands,
                                 std::span<const std::int64_t> ints = {}) {
  for (const detail::ShapeRule& own : detail::shape_rules) {
    if (own.op != op) continue;
    if (own.operands != 0 && own.operands != operands.size()) return detail::refuse("the number of operands is wrong");
    detail::ShapeFacts facts;
    for (NodeId operand : operands) {
      if (!is_tensor(graph.op(operand))) return detail::refuse("an operand is no tensor");
      facts.of.push_back(type_of(graph, operand));
    }
    facts.ints = Vec<std::int64_t>(ints.data(), ints.data() + ints.size());
    if (op == Op::part) facts.decomposition = graph.op(operands[0]);
    return own.rule(facts);
  }
  return detail::refuse("the operation does not decide its shape");
}

/// Makes such a node where tensor_type finds no fault; the caller has asked before and reported it.
constexpr NodeId derived_tensor(Graph& graph, Op op, std::span<const NodeId> operands,
                                std::span<const std::int64_t> ints = {}) {
  const TensorType type = tensor_type(graph, op, operands, ints);
  if (!type.fault.empty()) return {};
  return graph.add(op, type.dtype, operands, ints, std::span(type.shape.data(), type.shape.size()), type.sparse);
}

/// Whether a solve is over the transposes of its matrices.
constexpr bool solves_transposed(const Graph& graph, NodeId id) {
  return graph.op(id) == Op::solve && graph.ints(id).size() == 2;
}

}  // namespace ricci::dsl
