/// Functions that make, reshape and reduce whole tensors. Each is a comprehension over open indices wherever that says
/// it all, so that nothing below has to know the function.
#pragma once

#include "dsl/infer/whole.hpp"

namespace ricci::dsl {

/// sum(A), max(A, axis=-1), var(A, axis=[0, 1], ddof=1): the reductions of index notation over whole axes.
constexpr Thing reduction_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const Op op = reduction_named(e.program().name(call));
  NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const bool arg = op == Op::argmin || op == Op::argmax;
  if (arg && e.named_argument(call, "axis") == Elaborator::absent) {
    const std::int64_t count = counted(e, call, shape_copy(graph, tensor));
    tensor = reshaped(graph, densified(e, tensor), {count});
  }
  const Vec<bool> reduced_axes = axis_flags(e, call, graph.shape(tensor).size());
  std::int64_t ddof = 0;
  const SyntaxId ddof_argument = e.named_argument(call, "ddof");
  if (ddof_argument != Elaborator::absent) e.integer(ddof_argument, "ddof", ddof);
  if (e.failed()) return {};
  const Vec<IndexId> all = e.axes_of(tensor);
  Vec<IndexId> summed;
  Vec<IndexId> kept;
  for (std::size_t at = 0; at < all.size(); ++at) (reduced_axes[at] ? summed : kept).push_back(all[at]);
  if (arg && summed.size() != 1) return e.fail(Fault::one_index_only, call, row(op).spelling);
  const Thing body{annihilating(graph, e.element_at(tensor, e.values_of(all))), false, false};
  const Thing out = e.reduced(op, call, body, summed, ddof);
  if (e.failed() || kept.empty()) return out;
  return {graph.tensor(out.node, kept), true, false};
}

/// transpose(A) reverses the axes; transpose(A, axes=[1, 0, 2]) permutes them.
constexpr Thing transpose_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const std::size_t rank = graph.shape(tensor).size();
  Vec<std::int64_t> order;
  SyntaxId argument = e.named_argument(call, "axes");
  if (argument == Elaborator::absent && positional_count(e.program(), call) > 1) argument = e.program().kid(call, 1);
  if (argument == Elaborator::absent) {
    for (std::size_t at = rank; at-- > 0;) order.push_back(static_cast<std::int64_t>(at));
  } else if (!e.integers(argument, "axes", order)) {
    return {};
  }
  Vec<bool> seen(rank, false);
  bool fine = order.size() == rank;
  for (std::int64_t& axis : order) {
    if (axis < 0) axis += static_cast<std::int64_t>(rank);
    fine = fine && axis >= 0 && axis < static_cast<std::int64_t>(rank) && !seen[static_cast<std::size_t>(axis)];
    if (!fine) return e.fail(Fault::no_permutation, argument, e.text(argument), rank);
    seen[static_cast<std::size_t>(axis)] = true;
  }
  if (!fine) return e.fail(Fault::no_permutation, call, e.text(call), rank);
  const Vec<IndexId> axes = e.axes_of(tensor);
  Vec<IndexId> permuted;
  for (std::int64_t axis : order) permuted.push_back(axes[static_cast<std::size_t>(axis)]);
  return {bind_axes(graph, annihilating(graph, e.element_at(tensor, e.values_of(axes))), permuted), true, false};
}

/// The extents from position `first` on: one list, or several integers.
constexpr bool extents_argument(Elaborator& e, SyntaxId call, std::size_t first, Vec<std::int64_t>& out,
                                bool inferred = false) {
  for (std::size_t at = first; at < positional_count(e.program(), call); ++at)
    if (!e.integers(e.program().kid(call, at), "an extent", out)) return false;
  for (std::int64_t extent : out)
    if (extent < 0 && !(inferred && extent == -1)) {
      e.fail(Fault::negative_extent, call, extent, e.text(call));
      return false;
    }
  return e.check_rank(out.size(), call);
}

constexpr Thing reshape_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = densified(e, e.whole(e.program().kid(call, 0)));
  if (e.failed()) return {};
  Vec<std::int64_t> shape;
  if (!extents_argument(e, call, 1, shape, true)) return {};
  const std::int64_t count = counted(e, call, shape_copy(graph, tensor));
  Vec<std::int64_t> given;
  for (std::int64_t extent : shape)
    if (extent != -1) given.push_back(extent);
  const std::size_t inferred = shape.size() - given.size();
  const std::int64_t known = counted(e, call, given);
  if (e.failed()) return {};
  if (inferred == 1 && known != 0 && count % known == 0)
    for (std::int64_t& extent : shape) extent = extent == -1 ? count / known : extent;
  std::int64_t made = 0;
  if (inferred > 1 || !count_elements(std::span(shape.begin(), shape.size()), made) || made != count)
    return e.fail(Fault::reshape_count, call, count, e.text(call));
  const NodeId out = reshaped(graph, tensor, shape);
  if (shape.empty()) return {e.element_at(out, {}), false, false};
  return {out, true, false};
}

/// concat([A, B], axis=0) joins along an axis; stack adds one.
constexpr Thing concat_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const bool stacks = e.program().name(call) == "stack";
  Vec<SyntaxId> ids;
  for (std::size_t at = 0; at < positional_count(e.program(), call); ++at) ids.push_back(e.program().kid(call, at));
  if (ids.size() == 1 && e.program()[ids[0]].form == Form::list) {
    const SyntaxId list = ids[0];
    ids.clear();
    for (std::size_t at = 0; at < e.program()[list].kid_count; ++at) ids.push_back(e.program().kid(list, at));
  }
  Vec<NodeId> tensors;
  DType type = DType::boolean;
  for (SyntaxId id : ids) {
    const NodeId tensor = e.whole(id);
    if (e.failed()) return {};
    tensors.push_back(densified(e, tensor));
    type = promote(type, graph.dtype(tensor));
  }
  if (tensors.empty()) return e.fail(Fault::argument_count, call, e.program().name(call), 1, "tensors");
  const std::size_t rank = graph.shape(tensors[0]).size() + (stacks ? 1 : 0);
  if (!e.check_rank(rank, call)) return {};
  if (rank == 0)
    return e.fail(Fault::rank_wanted, call, "concat", "vectors or larger; stack joins numbers", e.text(call));
  const std::size_t axis = static_cast<std::size_t>(one_axis(e, call, rank, 0));
  if (e.failed()) return {};
  Vec<std::int64_t> shape;
  for (std::size_t at = 0; at < tensors.size(); ++at) {
    Vec<std::int64_t> own = shape_copy(graph, tensors[at]);
    if (stacks) {
      Vec<std::int64_t> wider;
      for (std::size_t place = 0; place <= own.size(); ++place) {
        if (place == axis) wider.push_back(1);
        if (place < own.size()) wider.push_back(own[place]);
      }
      own = wider;
    }
    bool fits = own.size() == rank && (at == 0 || shape.size() == rank);
    for (std::size_t place = 0; fits && at > 0 && place < rank; ++place)
      fits = place == axis || own[place] == shape[place];
    if (!fits) return e.fail(Fault::concat_sizes, ids[at], e.text(ids[at]), axis);
    tensors[at] = reshaped(graph, converted(e, tensors[at], type), own);
    if (at == 0)
      shape = own;
    else
      shape[axis] += own[axis];
  }
  return tensor_node(graph, Op::concat, type, tensors, {static_cast<std::int64_t>(axis)}, shape);
}

/// roll(B, s, axis=k): element i goes to (i + s) % n. Without axis the elements roll in row-major order, as NumPy's.
constexpr Thing roll_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = densified(e, e.whole(e.program().kid(call, 0)));
  std::int64_t shift = 0;
  if (e.failed() || !e.integer(e.program().kid(call, 1), "the shift", shift)) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, tensor);
  const bool flat = e.named_argument(call, "axis") == Elaborator::absent && shape.size() != 1;
  const std::int64_t count = counted(e, call, shape);
  const NodeId source = flat ? reshaped(graph, tensor, {count}) : tensor;
  const std::size_t axis = flat ? 0 : static_cast<std::size_t>(one_axis(e, call, shape.size(), 0));
  if (e.failed() || count == 0) return {tensor, true, false};
  const Vec<IndexId> axes = e.axes_of(source);
  Vec<NodeId> entries = e.values_of(axes);
  const std::int64_t n = graph.extent(axes[axis]);
  const std::int64_t back = (n - shift % n) % n;
  if (back != 0) entries[axis] = graph.add(Op::wrap, DType::i64, {graph.affine(back, {axes[axis]}, {1})}, {n});
  return {reshaped(graph, graph.tensor(e.element_at(source, entries), axes), shape), true, false};
}

constexpr Thing flip_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const Vec<bool> flipped = axis_flags(e, call, graph.shape(tensor).size());
  if (e.failed()) return {};
  const Vec<IndexId> axes = e.axes_of(tensor);
  Vec<NodeId> entries;
  for (std::size_t at = 0; at < axes.size(); ++at)
    entries.push_back(flipped[at] ? graph.affine(graph.extent(axes[at]) - 1, {axes[at]}, {-1})
                                  : graph.index_value(axes[at]));
  return {bind_axes(graph, annihilating(graph, e.element_at(tensor, entries)), axes), true, false};
}

/// The second positional argument of diag, tril, triu: which diagonal.
constexpr bool diagonal_argument(Elaborator& e, SyntaxId call, std::int64_t& k) {
  SyntaxId given = e.named_argument(call, "k");
  if (given == Elaborator::absent && positional_count(e.program(), call) > 1) given = e.program().kid(call, 1);
  if (given == Elaborator::absent) return true;
  if (!e.integer(given, "the diagonal", k)) return false;
  constexpr std::int64_t far = std::int64_t{1} << 62;
  if (k > -far && k < far) return true;
  e.fail(Fault::index_arithmetic, given, e.text(given));
  return false;
}

/// diag(v): the matrix with v on its diagonal; diag(A): the diagonal of A.
constexpr Thing diag_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  std::int64_t k = 0;
  if (e.failed() || !diagonal_argument(e, call, k)) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, tensor);
  if (shape.empty()) return e.fail(Fault::rank_wanted, call, "diag", "a vector or a matrix", e.text(call));
  const std::int64_t down = k < 0 ? -k : 0;
  const std::int64_t right = k > 0 ? k : 0;
  if (shape.size() == 1) {
    const std::int64_t n = shape[0] + down + right;
    const IndexId i = graph.open_index("i", n);
    const IndexId j = graph.open_index("j", n);
    const NodeId on =
        graph.add(Op::equal, DType::boolean, {graph.affine(right, {i}, {1}), graph.affine(down, {j}, {1})});
    const NodeId entry = graph.add(Op::pad, DType::i64, {graph.affine(-down, {i}, {1})}, {shape[0]});
    const NodeId value = graph.access(tensor, std::span<const NodeId>(&entry, 1));
    return {graph.tensor(graph.add(Op::guard, graph.dtype(tensor), {on, value}), {i, j}), true, false};
  }
  const std::int64_t rows = shape[shape.size() - 2] - down;
  const std::int64_t cols = shape.back() - right;
  const std::int64_t n = rows < cols ? rows : cols;
  Vec<IndexId> axes;
  for (std::size_t at = 0; at + 2 < shape.size(); ++at) axes.push_back(graph.open_index("", shape[at]));
  axes.push_back(graph.open_index("i", n < 0 ? 0 : n));
  Vec<NodeId> entries = e.values_of(axes);
  entries.pop_back();
  entries.push_back(graph.affine(down, {axes.back()}, {1}));
  entries.push_back(graph.affine(right, {axes.back()}, {1}));
  return {graph.tensor(e.element_at(tensor, entries), axes), true, false};
}

/// tril(A, k), triu(A, k): zero above or below a diagonal.
constexpr Thing triangle_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  std::int64_t k = 0;
  if (e.failed() || !diagonal_argument(e, call, k)) return {};
  const Vec<IndexId> axes = e.axes_of(tensor);
  if (axes.size() < 2) return e.fail(Fault::rank_wanted, call, e.program().name(call), "a matrix", e.text(call));
  const bool lower = e.program().name(call) == "tril";
  const NodeId row_value = graph.affine(k, {axes[axes.size() - 2]}, {1});
  const NodeId column = graph.index_value(axes.back());
  const Thing keep{lower ? graph.add(Op::less_equal, DType::boolean, {column, row_value})
                         : graph.add(Op::less_equal, DType::boolean, {row_value, column}),
                   false, false};
  const Thing value{e.element_at(tensor, e.values_of(axes)), false, false};
  return {bind_axes(graph, product(graph, {{keep, false}, {value, false}}, false).node, axes), true, false};
}

constexpr Thing shape_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const NodeId tensor = e.whole(e.program().kid(call, 0));
  if (e.failed()) return {};
  const Vec<std::int64_t> shape = shape_copy(graph, tensor);
  const std::string_view name = e.program().name(call);
  if (name == "ndim") return {graph.integer(static_cast<std::int64_t>(shape.size())), false, true};
  if (name == "size") {
    const Vec<bool> of = axis_flags(e, call, shape.size());
    Vec<std::int64_t> extents;
    for (std::size_t at = 0; at < shape.size() && !e.failed(); ++at)
      if (of[at]) extents.push_back(shape[at]);
    return {graph.integer(counted(e, call, extents)), false, true};
  }
  Vec<NodeId> elements;
  for (std::int64_t extent : shape) elements.push_back(graph.integer(extent));
  return tensor_node(graph, Op::pack, DType::i64, elements, {}, {static_cast<std::int64_t>(shape.size())});
}

constexpr Thing filled(Elaborator& e, const Vec<std::int64_t>& shape, NodeId value) {
  if (shape.empty()) return {value, false, false};
  Vec<IndexId> axes;
  for (std::int64_t extent : shape) axes.push_back(e.graph.open_index("", extent));
  return {e.graph.tensor(value, axes), true, false};
}

constexpr Thing zeros_function(Elaborator& e, SyntaxId call) {
  Vec<std::int64_t> shape;
  if (!extents_argument(e, call, 0, shape)) return {};
  return filled(e, shape, e.graph.real(e.program().name(call) == "ones" ? 1.0 : 0.0));
}

/// full([m, n], value)
constexpr Thing full_function(Elaborator& e, SyntaxId call) {
  Vec<std::int64_t> shape;
  if (!e.integers(e.program().kid(call, 0), "an extent", shape)) return {};
  for (std::int64_t extent : shape)
    if (extent < 0) return e.fail(Fault::negative_extent, call, extent, e.text(call));
  if (!e.check_rank(shape.size(), call)) return {};
  const Thing value = e.closed(e.program().kid(call, 1));
  if (e.failed()) return {};
  if (value.whole) return e.fail(Fault::rank_wanted, call, "full", "a number to fill with", e.text(call));
  return filled(e, shape, value.node);
}

constexpr Thing eye_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  Vec<std::int64_t> shape;
  if (!extents_argument(e, call, 0, shape)) return {};
  if (shape.empty() || shape.size() > 2) return e.fail(Fault::argument_count, call, "eye", 1, "n, or n, m");
  const IndexId i = graph.open_index("i", shape[0]);
  const IndexId j = graph.open_index("j", shape.back());
  const NodeId on = graph.add(Op::equal, DType::boolean, {graph.index_value(i), graph.index_value(j)});
  return {graph.tensor(graph.add(Op::cast, DType::f64, {on}), {i, j}), true, false};
}

/// arange(stop), arange(start, stop), arange(start, stop, step): integers or floats, as NumPy counts them.
constexpr Thing arange_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const std::size_t given = positional_count(e.program(), call);
  Vec<Thing> parts{{graph.integer(0), false, true}, {}, {graph.integer(1), false, true}};
  for (std::size_t at = 0; at < given; ++at) {
    const Thing part = e.closed(e.program().kid(call, at));
    if (e.failed()) return {};
    if (part.whole || kind_rank(graph.dtype(part.node)) > 2)
      return e.fail(Fault::rank_wanted, call, "arange", "real numbers", e.text(call));
    parts[given == 1 ? 1 : at] = part;
  }
  const DType type = promote(joined_type(graph, parts), DType::i64);
  std::int64_t count = 0;
  if (type == DType::i64) {
    std::int64_t ends[3] = {0, 0, 1};
    for (std::size_t at = 0; at < given; ++at)
      if (!e.integer(e.program().kid(call, at), "an end of arange", ends[given == 1 ? 1 : at])) return {};
    if (ends[2] == 0) return e.fail(Fault::zero_step, call, e.text(call));
    const bool up = ends[2] > 0;
    const std::uint64_t span =
        static_cast<std::uint64_t>(ends[up ? 1 : 0]) - static_cast<std::uint64_t>(ends[up ? 0 : 1]);
    const std::uint64_t stride = up ? static_cast<std::uint64_t>(ends[2]) : -static_cast<std::uint64_t>(ends[2]);
    if (up ? ends[0] < ends[1] : ends[1] < ends[0]) count = static_cast<std::int64_t>((span - 1) / stride) + 1;
    if (count < 0) return e.fail(Fault::integer_unknown, call, "the number of elements", e.text(call));
  } else {
    const Thing span = element(graph, Op::subtract, {parts[1], parts[0]});
    const Thing steps = element(graph, Op::divide, {span, parts[2]});
    if (!e.rounded(steps.node, Op::ceil, count))
      return e.fail(Fault::integer_unknown, call, "an end of arange that is no integer", e.text(call));
    if (count > (std::int64_t{1} << 53) || count < -(std::int64_t{1} << 53))  // a step of 0, infinite or NaN ends
      return e.fail(Fault::zero_step, call, e.text(call));
    if (count < 0) count = 0;
  }
  const IndexId i = graph.open_index("i", count);
  const Thing at{graph.index_value(i), false, true};
  const Thing scaled = element(graph, Op::multiply, {at, parts[2]});
  const Thing value = element(graph, Op::add, {parts[0], scaled});
  return {graph.tensor(cast(graph, value.node, type), {i}), true, false};
}

/// linspace(start, stop, n): n points, both ends exact.
constexpr Thing linspace_function(Elaborator& e, SyntaxId call) {
  Graph& graph = e.graph;
  const Thing start = e.closed(e.program().kid(call, 0));
  const Thing stop = e.failed() ? Thing{} : e.closed(e.program().kid(call, 1));
  std::int64_t n = 50;
  if (e.failed() ||
      (positional_count(e.program(), call) > 2 && !e.integer(e.program().kid(call, 2), "the number of points", n)))
    return {};
  if (start.whole || stop.whole) return e.fail(Fault::rank_wanted, call, "linspace", "numbers", e.text(call));
  if (n < 0) return e.fail(Fault::negative_extent, call, n, e.text(call));
  const IndexId i = graph.open_index("i", n);
  if (n < 2)
    return {graph.tensor(element(graph, Op::divide, {start, {graph.integer(1), false, true}}).node, {i}), true, false};
  const Thing span = element(graph, Op::subtract, {stop, start});
  const Thing step = element(graph, Op::divide, {span, {graph.integer(n - 1), false, true}});
  const Thing at{graph.index_value(i), false, true};
  const Thing inner = element(graph, Op::add, {start, element(graph, Op::multiply, {at, step})});
  const NodeId last = graph.add(Op::equal, DType::boolean, {at.node, graph.integer(n - 1)});
  const DType type = graph.dtype(inner.node);
  return {graph.tensor(graph.add(Op::where, type, {last, cast(graph, stop.node, type), inner.node}), {i}), true, false};
}

}  // namespace ricci::dsl
