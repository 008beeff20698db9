/// What each element op means at a point, once its operands are known: one rule an op, listed in the table at the end.
#pragma once

#include <string>

#include "dsl/graph/quadratic.hpp"
#include "runtime/kernels/reference/draws.hpp"
#include "runtime/kernels/reference/reductions.hpp"

namespace ricci::runtime::reference {

/// The number that a node is, in the scalar T of its dtype, from its up-to-date operands.
template <class T, class Scalars>
using Rule = T (*)(Elements<Scalars>&, NodeId);

/// Integers keep their value in the bits; the others the bit patterns of doubles, of which f32 keeps what it can hold.
template <class T, class Scalars>
T constant(Elements<Scalars>& elements, NodeId id) {
  const auto part = [&](std::size_t which) {
    const double exact = std::bit_cast<double>(elements.graph.attribute(id, which));
    const DType type = dsl::real_type(elements.graph.dtype(id));
    return convert<Part<T>>(type == DType::f32 ? double{static_cast<float>(exact)} : exact);
  };
  if constexpr (std::integral<T>)
    return convert<T>(elements.graph.attribute(id, 0));
  else if constexpr (ComplexScalar<T>)
    return {part(0), part(1)};
  else
    return part(0);
}

// -- entries of an access

template <class T, class Scalars>
T index(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(elements.index_value(IndexId{static_cast<std::uint32_t>(elements.graph.attribute(id, 0))}));
}

template <class T, class Scalars>
T affine(Elements<Scalars>& elements, NodeId id) {
  std::int64_t total = elements.graph.attribute(id, 0);
  for (std::size_t term = 0; term < elements.graph.operands(id).size(); ++term) {
    const auto value = elements.template operand<std::int64_t>(id, term);
    total = add(total, multiply(elements.graph.attribute(id, term + 1), value));
  }
  return convert<T>(total);
}

template <class T, class Scalars>
T wrap(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(modulo(elements.template operand<std::int64_t>(id, 0), elements.graph.attribute(id, 0)));
}

template <class T, class Scalars>
T clamp_to(Elements<Scalars>& elements, NodeId id) {
  const auto at = elements.template operand<std::int64_t>(id, 0);
  return convert<T>(maximum(std::int64_t{0}, minimum(at, elements.graph.attribute(id, 0) - 1)));
}

/// pad and gather are their operand; the access looks at where they lead.
template <class T, class Scalars>
T itself(Elements<Scalars>& elements, NodeId id) {
  return elements.template operand<T>(id, 0);
}

// -- accesses

/// One entry of an access, within its axis: a wrong one computed from data is the user's, any other ours.
template <class Scalars>
std::int64_t checked_entry(const Elements<Scalars>& elements, NodeId access, std::size_t axis, std::int64_t extent) {
  const Graph& graph = elements.graph;
  const NodeId entry = graph.operand(access, axis + 1);
  const auto at = elements.template value<std::int64_t>(entry);
  if (at >= 0 && at < extent) return at;
  const NodeId tensor = graph.operand(access, 0);
  std::string name = "a computed tensor";
  if (graph.op(tensor) == Op::input) name = "`" + std::string(graph.input_of(tensor).name.view()) + "`";
  if (graph.op(entry) == Op::gather)
    fail(dsl::Fault::gather_outside, at, static_cast<std::int64_t>(axis), name, extent);
  fail(dsl::Fault::internal, "entry " + std::to_string(at) + " leaves axis " + std::to_string(axis) + " of " + name);
}

/// Row-major position of the element that an access reads.
template <class Scalars>
std::int64_t flat_position(const Elements<Scalars>& elements, NodeId access, const Extents& shape) {
  std::int64_t position = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    position = position * shape[axis] + checked_entry(elements, access, axis, shape[axis]);
  return position;
}

/// Where a sparse matrix stores the element that an access reads, or -1.
template <class Scalars>
std::int64_t stored_position(const Elements<Scalars>& elements, NodeId access, const Held<Scalars>& matrix) {
  const auto row = checked_entry(elements, access, 0, matrix.pattern->rows);
  return matrix.position(row, checked_entry(elements, access, 1, matrix.pattern->cols));
}

template <class T, class Scalars>
T access(Elements<Scalars>& elements, NodeId id) {
  if (outside_padding(elements, id)) return T{};
  const Held<Scalars>& tensor = elements.tensor(elements.graph.operand(id, 0));
  const T* values = tensor.elements.template as<T>();
  if (!tensor.sparse()) return values[flat_position(elements, id, tensor.elements.shape)];
  const std::int64_t position = stored_position(elements, id, tensor);
  return position < 0 ? T{} : values[position];
}

/// A dense tensor stores every element that it has.
template <class Scalars>
bool stored(Elements<Scalars>& elements, NodeId id) {
  if (outside_padding(elements, id)) return false;
  const Held<Scalars>& tensor = elements.tensor(elements.graph.operand(id, 0));
  if (tensor.sparse()) return stored_position(elements, id, tensor) >= 0;
  flat_position(elements, id, tensor.elements.shape);
  return true;
}

// -- pairs of rows

/// (x - y)' W (x - y), as it is written.
template <class T, class Scalars>
T quadratic(Elements<Scalars>& elements, NodeId id) {
  const dsl::Quadratic own = dsl::quadratic_of(elements.graph, id);
  const auto row = [&](NodeId tensor, std::int64_t position, std::size_t axis, std::span<const NodeId> entries) {
    const auto shape = elements.graph.shape(tensor);
    for (NodeId entry : entries) position = position * shape[axis++] + elements.template value<std::int64_t>(entry);
    return position;
  };
  const std::int64_t block = row(own.x, 0, 0, own.shared_entries);
  const std::int64_t depth = elements.graph.shape(own.x).back();
  const T* x = elements.tensor(own.x).elements.template as<T>() + row(own.x, block, own.shared, own.x_entries) * depth;
  const T* y = elements.tensor(own.y).elements.template as<T>() + row(own.y, block, own.shared, own.y_entries) * depth;
  const T* w = own.weights.valid() ? elements.tensor(own.weights).elements.template as<T>() : nullptr;
  T sum{};
  for (std::int64_t k = 0; k < depth; ++k) {
    const T difference = x[k] - y[k];
    if (own.kind == dsl::QuadraticWeights::none) sum += difference * difference;
    if (own.kind == dsl::QuadraticWeights::diagonal) sum += difference * w[block * depth + k] * difference;
    for (std::int64_t l = 0; own.kind == dsl::QuadraticWeights::matrix && l < depth; ++l)
      sum += difference * w[(block * depth + k) * depth + l] * (x[l] - y[l]);
  }
  return sum;
}

// -- selection

template <class T, class Scalars>
T guard(Elements<Scalars>& elements, NodeId id) {
  return elements.template operand<bool>(id, 0) ? elements.template operand<T>(id, 1) : T{};
}

template <class T, class Scalars>
T where(Elements<Scalars>& elements, NodeId id) {
  return elements.template operand<T>(id, elements.template operand<bool>(id, 0) ? 1 : 2);
}

// -- functions, from their tables

template <class Function>
Function function_of(const ByOp<Function>& table, const Graph& graph, NodeId id) {
  const auto op = static_cast<std::size_t>(graph.op(id));
  if (!table.defined[op])
    fail(dsl::Fault::internal, std::string(dsl::row(graph.op(id)).spelling) + " is not defined for these types");
  return table.functions[op];
}

template <class T, class Scalars>
T unary(Elements<Scalars>& elements, NodeId id) {
  return function_of(unary_table<T>, elements.graph, id)(elements.template operand<T>(id, 0));
}

template <class T, class Scalars>
T binary(Elements<Scalars>& elements, NodeId id) {
  return function_of(binary_table<T>, elements.graph, id)(elements.template operand<T>(id, 0),
                                                          elements.template operand<T>(id, 1));
}

/// abs, real, imag, arg: complex operands are read whole, real ones in the node's own type.
template <class T, class Scalars>
T part(Elements<Scalars>& elements, NodeId id) {
  if constexpr (RealScalar<T>)
    if (dsl::is_complex(elements.graph.dtype(elements.graph.operand(id, 0)))) {
      using Z = std::complex<T>;
      return function_of(part_table<Z>, elements.graph, id)(elements.template operand<Z>(id, 0));
    }
  return function_of(part_table<T>, elements.graph, id)(elements.template operand<T>(id, 0));
}

template <class Scalars>
bool test(Elements<Scalars>& elements, NodeId id) {
  return with_scalar<Scalars>(elements.graph.dtype(elements.graph.operand(id, 0)), [&](auto zero) {
    using X = decltype(zero);
    return function_of(test_table<X>, elements.graph, id)(elements.template operand<X>(id, 0));
  });
}

template <class Scalars>
bool comparison(Elements<Scalars>& elements, NodeId id) {
  const Graph& graph = elements.graph;
  const DType common = dsl::promote(graph.dtype(graph.operand(id, 0)), graph.dtype(graph.operand(id, 1)));
  return with_scalar<Scalars>(common, [&](auto zero) {
    using X = decltype(zero);
    return function_of(comparison_table<X>, graph, id)(elements.template operand<X>(id, 0),
                                                       elements.template operand<X>(id, 1));
  });
}

// -- the table

/// Ops that a functions' table has are computed by one rule.
template <class T, class Scalars, class Function>
constexpr void place_rule(ByOp<Rule<T, Scalars>>& table, const ByOp<Function>& functions, Rule<T, Scalars> rule) {
  for (std::size_t op = 0; op < op_count; ++op)
    if (functions.defined[op]) table.place(op, rule);
}

template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> common_rules[] = {
    {Op::constant, constant<T>}, {Op::access, access<T>}, {Op::guard, guard<T>},
    {Op::where, where<T>},       {Op::cast, itself<T>},   {Op::random, draw<T>},
};
template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> number_rules[] = {{Op::sum, sum<T>}, {Op::product, product<T>}};
template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> ordered_rules[] = {{Op::least, least<T>}, {Op::greatest, greatest<T>}};
template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> inexact_rules[] = {{Op::mean, mean<T>}, {Op::logsumexp, logsumexp<T>}};
template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> real_rules[] = {
    {Op::norm, norm<T>}, {Op::variance, variance<T>}, {Op::deviation, deviation<T>}, {Op::quadratic, quadratic<T>}};
template <class T, class Scalars>
inline constexpr OpFunction<Rule<T, Scalars>> integer_rules[] = {
    {Op::index, index<T>},       {Op::affine, affine<T>}, {Op::wrap, wrap<T>},
    {Op::clamp_to, clamp_to<T>}, {Op::pad, itself<T>},    {Op::gather, itself<T>},
    {Op::argmin, argmin<T>},     {Op::argmax, argmax<T>}, {Op::count, count<T>},
};
template <class Scalars>
inline constexpr OpFunction<Rule<bool, Scalars>> bool_rules[] = {
    {Op::stored, stored<Scalars>}, {Op::any, any<bool>}, {Op::all, all<bool>}};

template <class T, class Scalars>
inline constexpr ByOp<Rule<T, Scalars>> rule_table = [] {
  ByOp<Rule<T, Scalars>> table{};
  place_rows(table, common_rules<T, Scalars>);
  place_rule<T, Scalars>(table, unary_table<T>, unary<T>);
  place_rule<T, Scalars>(table, binary_table<T>, binary<T>);
  if constexpr (!ComplexScalar<T>) {
    place_rule<T, Scalars>(table, part_table<T>, part<T>);
    place_rows(table, ordered_rules<T, Scalars>);
  }
  if constexpr (std::same_as<T, bool>) {
    place_rule<T, Scalars>(table, test_table<bool>, test<Scalars>);
    place_rule<T, Scalars>(table, comparison_table<std::int64_t>, comparison<Scalars>);
    place_rows(table, bool_rules<Scalars>);
  } else {
    place_rows(table, number_rules<T, Scalars>);
    if constexpr (IntegerScalar<T>) place_rows(table, integer_rules<T, Scalars>);
    if constexpr (InexactScalar<T>) place_rows(table, inexact_rules<T, Scalars>);
    if constexpr (RealScalar<T>) place_rows(table, real_rules<T, Scalars>);
  }
  return table;
}();

template <class Scalars>
void Elements<Scalars>::compute(NodeId id) {
  if (++since_check_ % 4096 == 0) check_interrupt();
  with_scalar<Scalars>(graph.dtype(id), [&](auto zero) {
    using T = decltype(zero);
    const T number = function_of(rule_table<T, Scalars>, graph, id)(*this, id);
    std::memcpy(cells_[id.at].bytes, &number, sizeof number);
    cells_[id.at].made = clock_;
  });
}

}  // namespace ricci::runtime::reference
