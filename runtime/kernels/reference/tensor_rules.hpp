/// What each tensor op means, once the tensors that it needs have values: one rule an op, listed in the table at the
/// end.
#pragma once

#include <map>

#include "dsl/graph/shapes.hpp"
#include "runtime/kernels/reference/element_rules.hpp"
#include "runtime/kernels/reference/matrix_steps.hpp"
#include "runtime/random/sparse_draw.hpp"

namespace ricci::runtime::reference {

/// Everything known while tensor nodes are computed.
template <class Scalars>
struct Work {
  Work(const Graph& graph_in, std::optional<std::uint64_t> seed) : graph(graph_in), elements(graph_in, tensors, seed) {}

  const Graph& graph;
  Tensors<Scalars> tensors;
  std::unordered_map<std::uint32_t, std::vector<Held<Scalars>>> results;  // of decompositions
  Elements<Scalars> elements;

  const Held<Scalars>& operand(NodeId id, std::size_t which) const { return tensors.at(graph.operand(id, which).at); }
  Block<Scalars> dense_operand(NodeId id, std::size_t which) const { return dense_block(operand(id, which)); }
  Extents shape(NodeId id) const { return {graph.shape(id).begin(), graph.shape(id).end()}; }
};

template <class Scalars>
using TensorRule = Held<Scalars> (*)(Work<Scalars>&, NodeId);

template <class Scalars>
Held<Scalars> missing_input(Work<Scalars>& work, NodeId id) {
  fail(dsl::Fault::internal, "the input " + std::string(work.graph.input_of(id).name.view()) + " was not given");
}

// -- from elements

/// Stores what the guard of the body admits, zeros too; without a guard, what is not zero.
template <class T, class Scalars>
Held<Scalars> sparse_from_body(Work<Scalars>& work, NodeId id) {
  const NodeId body = work.graph.operand(id, 0);
  const bool guarded = work.graph.op(body) == Op::guard;
  const dsl::Vec<IndexId> axes = work.graph.bound(id);
  SparseRows<Scalars, T> rows(work.graph.shape(id)[0], work.graph.shape(id)[1]);
  for (std::int64_t row = 0; row < work.graph.shape(id)[0]; ++row) {
    work.elements.set_index(axes[0], row);
    work.elements.for_each_point({axes.begin() + 1, 1}, [&] {
      const std::int64_t column = work.elements.index_value(axes[1]);
      const T element = work.elements.template at<T>(body);
      if (guarded ? work.elements.template operand<bool>(body, 0) : element != T{}) rows.store(column, element);
    });
    rows.end_row();
  }
  return rows.finish(work.graph.dtype(id));
}

template <class Scalars>
Held<Scalars> from_body(Work<Scalars>& work, NodeId id) {
  return with_scalar<Scalars>(work.graph.dtype(id), [&](auto zero) -> Held<Scalars> {
    using T = decltype(zero);
    if (work.graph[id].sparse && work.graph[id].rank == 2) return sparse_from_body<T>(work, id);
    auto out = Block<Scalars>::make(work.graph.dtype(id), work.shape(id));
    T* next = out.template as<T>();
    const dsl::Vec<IndexId> axes = work.graph.bound(id);
    work.elements.for_each_point({axes.begin(), axes.size()},
                                 [&] { *next++ = work.elements.template at<T>(work.graph.operand(id, 0)); });
    return {out, nullptr};
  });
}

template <class Scalars>
Held<Scalars> pack(Work<Scalars>& work, NodeId id) {
  auto out = Block<Scalars>::make(work.graph.dtype(id), work.shape(id));
  if (out.count() != static_cast<std::int64_t>(work.graph.operands(id).size()))
    fail(dsl::Fault::internal, "a literal tensor has another number of elements than its shape");
  with_scalar<Scalars>(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    T* next = out.template as<T>();
    for (NodeId element : work.graph.operands(id)) *next++ = work.elements.template at<T>(element);
  });
  return {out, nullptr};
}

// -- the same elements elsewhere

template <class Scalars>
Held<Scalars> same_value(Work<Scalars>& work, NodeId id) {
  return work.operand(id, 0);
}

template <class Scalars>
Held<Scalars> reshape(Work<Scalars>& work, NodeId id) {
  Block<Scalars> out = work.dense_operand(id, 0);
  if (out.count() != count_of(work.shape(id))) fail(dsl::Fault::internal, "a reshape changes the number of elements");
  out.shape = work.shape(id);
  return {out, nullptr};
}

/// Row by row of the leading axes, the operands one after the other.
template <class Scalars>
Held<Scalars> concat(Work<Scalars>& work, NodeId id) {
  const Extents shape = work.shape(id);
  const auto axis = static_cast<std::size_t>(work.graph.attribute(id, 0));
  auto out = Block<Scalars>::make(work.graph.dtype(id), shape);
  std::vector<Block<Scalars>> pieces;
  for (std::size_t which = 0; which < work.graph.operands(id).size(); ++which)
    pieces.push_back(converted<Scalars>(work.dense_operand(id, which), out.dtype));
  std::int64_t rows = 1;
  for (std::size_t before = 0; before < axis; ++before) rows *= shape[before];
  with_scalar<Scalars>(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    T* next = out.template as<T>();
    for (std::int64_t row = 0; row < rows; ++row)
      for (const Block<Scalars>& piece : pieces) {
        const std::int64_t length = piece.count() / rows;
        next = std::copy_n(piece.template as<T>() + row * length, length, next);
      }
  });
  return {out, nullptr};
}

// -- sparse

template <class Scalars>
Held<Scalars> to_sparse(const Block<Scalars>& matrix) {
  return with_scalar<Scalars>(matrix.dtype, [&](auto zero) {
    using T = decltype(zero);
    SparseRows<Scalars, T> rows(matrix.shape[0], matrix.shape[1]);
    const T* next = matrix.template as<T>();
    for (std::int64_t row = 0; row < matrix.shape[0]; ++row) {
      for (std::int64_t column = 0; column < matrix.shape[1]; ++column, ++next)
        if (*next != T{}) rows.store(column, *next);
      rows.end_row();
    }
    return rows.finish(matrix.dtype);
  });
}
template <class Scalars>
Held<Scalars> non_zeros(Work<Scalars>& work, NodeId id) {
  return to_sparse(work.dense_operand(id, 0));
}
template <class Scalars>
Held<Scalars> all_elements(Work<Scalars>& work, NodeId id) {
  return {work.dense_operand(id, 0), nullptr};
}

/// Duplicates add up in the order in which they are given.
template <class Scalars>
Held<Scalars> from_triples(Work<Scalars>& work, NodeId id) {
  const std::int64_t rows = work.graph.shape(id)[0];
  const std::int64_t cols = work.graph.shape(id)[1];
  const auto row_of = converted<Scalars>(work.dense_operand(id, 0), DType::i64);
  const auto column_of = converted<Scalars>(work.dense_operand(id, 1), DType::i64);
  const auto values = converted<Scalars>(work.dense_operand(id, 2), work.graph.dtype(id));
  return with_scalar<Scalars>(values.dtype, [&](auto zero) {
    using T = decltype(zero);
    std::map<std::pair<std::int64_t, std::int64_t>, T> elements;
    for (std::int64_t at = 0; at < values.count(); ++at) {
      const std::int64_t row = row_of.template as<std::int64_t>()[at];
      const std::int64_t column = column_of.template as<std::int64_t>()[at];
      if (row < 0 || row >= rows || column < 0 || column >= cols)
        fail(dsl::Fault::triple_outside, at, row, column,
             "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]");
      T& sum = elements[{row, column}];
      sum = static_cast<T>(add(sum, values.template as<T>()[at]));
    }
    SparseRows<Scalars, T> out(rows, cols);
    auto next = elements.begin();
    for (std::int64_t row = 0; row < rows; ++row) {
      for (; next != elements.end() && next->first.first == row; ++next) out.store(next->first.second, next->second);
      out.end_row();
    }
    return out.finish(values.dtype);
  });
}

template <class Scalars>
Held<Scalars> random_sparse(Work<Scalars>& work, NodeId id) {
  const auto ints = work.graph.ints(id);
  const std::uint64_t seed = work.elements.seed.value_or(static_cast<std::uint64_t>(ints[1]));
  const random::Key key = random::stream_key(seed, static_cast<std::uint64_t>(ints[2]));
  const auto shape = work.graph.shape(id);
  return held_of<Scalars>(std::make_shared<const Csr>(random::draw_sparse(shape[0], shape[1], ints[0], key)));
}

// -- matrices

template <class Scalars>
Held<Scalars> equation(Work<Scalars>& work, NodeId id) {
  const EquationForm form{work.graph.attribute(id, 0) == 1, dsl::solves_transposed(work.graph, id)};
  return solutions(work.graph.op(id), work.dense_operand(id, 0), work.dense_operand(id, 1), form, work.shape(id));
}

/// diag(d) + U V^T by its elements, and then an equation as any.
template <class Scalars>
Held<Scalars> updated_equation(Work<Scalars>& work, NodeId id) {
  const Block<Scalars> d = work.dense_operand(id, 0);
  const bool vectors = work.graph.attribute(id, 0) == 1;
  return solutions(Op::solve, diagonal_plus_products(d, work.dense_operand(id, 1), work.dense_operand(id, 2)),
                   work.dense_operand(id, 3), EquationForm{vectors, false}, work.shape(id));
}

template <class Scalars>
Held<Scalars> updated_determinant(Work<Scalars>& work, NodeId id) {
  const Block<Scalars> d = work.dense_operand(id, 0);
  return matrix_function(work.graph.attribute(id, 0) == 1 ? Op::logdet : Op::det,
                         diagonal_plus_products(d, work.dense_operand(id, 1), work.dense_operand(id, 2)))
      .front();
}

/// A function of one matrix. One with several results keeps them for its parts, and has no value itself.
template <class Scalars>
Held<Scalars> of_matrix(Work<Scalars>& work, NodeId id) {
  return matrix_function(work.graph.op(id), work.dense_operand(id, 0)).front();
}
template <class Scalars>
Held<Scalars> part_of(Work<Scalars>& work, NodeId id) {
  return work.results.at(work.graph.operand(id, 0).at).at(static_cast<std::size_t>(work.graph.attribute(id, 0)));
}

constexpr bool is_decomposition(Op op) { return op == Op::lu || op == Op::qr || op == Op::svd || op == Op::eigh; }

template <class Scalars>
inline constexpr OpFunction<TensorRule<Scalars>> tensor_rule_rows[] = {
    {Op::input, missing_input<Scalars>},
    {Op::tensor, from_body<Scalars>},
    {Op::pack, pack<Scalars>},
    {Op::reshape, reshape<Scalars>},
    {Op::concat, concat<Scalars>},
    {Op::solve, equation<Scalars>},
    {Op::lstsq, equation<Scalars>},
    {Op::solve_update, updated_equation<Scalars>},
    {Op::det_update, updated_determinant<Scalars>},
    {Op::inv, of_matrix<Scalars>},
    {Op::pinv, of_matrix<Scalars>},
    {Op::det, of_matrix<Scalars>},
    {Op::logdet, of_matrix<Scalars>},
    {Op::cholesky, of_matrix<Scalars>},
    {Op::part, part_of<Scalars>},
    {Op::to_sparse, non_zeros<Scalars>},
    {Op::from_triples, from_triples<Scalars>},
    {Op::to_dense, all_elements<Scalars>},
    {Op::random_sparse, random_sparse<Scalars>},
    {Op::assume, same_value<Scalars>},
};

template <class Scalars>
inline constexpr ByOp<TensorRule<Scalars>> tensor_rule_table = [] {
  ByOp<TensorRule<Scalars>> table{};
  place_rows(table, tensor_rule_rows<Scalars>);
  return table;
}();

}  // namespace ricci::runtime::reference
