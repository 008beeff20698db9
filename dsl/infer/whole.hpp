/// Tools for whole values: elements of sparse tensors that annihilate, slices, axis lists, conversions.
#pragma once

#include "dsl/infer/elaborator.hpp"

namespace ricci::dsl {

/// An access; to a sparse tensor, guarded so that what is not stored annihilates products.
constexpr NodeId annihilating(Graph& graph, NodeId node) {
  if (graph.op(node) == Op::guard) return node;
  const NodeId condition = stored_condition(graph, node);
  return condition.valid() ? graph.add(Op::guard, graph.dtype(node), {condition, node}) : node;
}

/// The number of elements; false where 64 bits do not hold it.
constexpr bool count_elements(std::span<const std::int64_t> extents, std::int64_t& count) {
  count = 1;
  for (std::int64_t extent : extents)
    if (extent == 0) count = 0;
  bool fits = true;
  for (std::int64_t extent : extents) fits = !__builtin_mul_overflow(count, extent, &count) && fits;
  return fits;
}
/// The same, or the fault.
constexpr std::int64_t counted(Elaborator& e, SyntaxId place, const Vec<std::int64_t>& extents) {
  std::int64_t count = 0;
  if (count_elements(std::span(extents.begin(), extents.size()), count)) return count;
  Str shown;
  for (std::int64_t extent : extents) {
    if (!shown.empty()) shown += " x ";
    shown += to_text(extent).view();
  }
  e.fail(Fault::too_many_elements, place, shown.view());
  return 0;
}

constexpr Vec<std::int64_t> extents_of(const Graph& graph, const Vec<IndexId>& indices) {
  Vec<std::int64_t> out;
  for (IndexId index : indices) out.push_back(graph.extent(index));
  return out;
}

constexpr Vec<std::int64_t> shape_copy(const Graph& graph, NodeId tensor) {
  const auto shape = graph.shape(tensor);
  return Vec<std::int64_t>(shape.data(), shape.data() + shape.size());
}

constexpr Thing tensor_node(Graph& graph, Op op, DType dtype, const Vec<NodeId>& operands,
                            const Vec<std::int64_t>& ints, const Vec<std::int64_t>& shape, bool sparse = false) {
  return {graph.add(op, dtype, std::span<const NodeId>(operands.begin(), operands.size()),
                    std::span<const std::int64_t>(ints.begin(), ints.size()),
                    std::span<const std::int64_t>(shape.begin(), shape.size()), sparse),
          true, false};
}

constexpr NodeId reshaped(Graph& graph, NodeId tensor, const Vec<std::int64_t>& shape) {
  if (shape_copy(graph, tensor) == shape) return tensor;
  return tensor_node(graph, Op::reshape, graph.dtype(tensor), {tensor}, {}, shape).node;
}

/// A whole tensor in another type; sparse ones stay sparse.
constexpr NodeId converted(Elaborator& e, NodeId tensor, DType type) {
  Graph& graph = e.graph;
  if (graph.dtype(tensor) == type) return tensor;
  const Vec<IndexId> axes = e.axes_of(tensor);
  const NodeId element = e.element_at(tensor, e.values_of(axes));
  const NodeId condition = stored_condition(graph, element);
  NodeId body = cast(graph, element, type);
  if (condition.valid()) body = graph.add(Op::guard, type, {condition, body});
  return bind_axes(graph, body, axes);
}

constexpr NodeId densified(Elaborator& e, NodeId tensor) {
  if (!tensor.valid() || !e.graph[tensor].sparse) return tensor;
  return tensor_node(e.graph, Op::to_dense, e.graph.dtype(tensor), {tensor}, {}, shape_copy(e.graph, tensor)).node;
}

/// Turns the entries of a slice access into axes of the result and entries of the source.
struct SliceBuilder {
  Elaborator& e;
  SyntaxId access;
  const Vec<std::int64_t>& shape;
  Vec<IndexId> axes;
  Vec<NodeId> entries;

  constexpr void take_all(std::size_t count) {
    for (; count > 0; --count) {
      axes.push_back(e.graph.open_index("", shape[entries.size()]));
      entries.push_back(e.graph.index_value(axes.back()));
    }
  }
  constexpr void take_position(SyntaxId id) {
    const std::int64_t extent = shape[entries.size()];
    std::int64_t at = 0;
    const Thing thing = e.closed(id);
    if (e.failed()) return;
    if (thing.whole) {
      e.fail(Fault::tensor_as_entry, id, e.text(id));
      return;
    }
    if (!e.integer(id, "an entry", at)) return;
    const std::int64_t place = at < 0 && is_negative_literal(e.program(), id) ? at + extent : at;
    if (place < 0 || place >= extent) {
      e.fail(Fault::position_outside, id, e.text(id), at, entries.size(), extent, e.text(access));
      return;
    }
    entries.push_back(e.graph.integer(place));
  }
  /// start:stop:step with NumPy's clipping.
  constexpr void take_slice(SyntaxId id) {
    const std::int64_t n = shape[entries.size()];
    std::int64_t parts[3] = {0, n, 1};
    bool given[3] = {false, false, false};
    for (std::size_t which = 0; which < 3; ++which) {
      if (which >= e.program()[id].kid_count) break;
      const SyntaxId part = e.program().kid(id, which);
      if (e.program()[part].form == Form::none) continue;
      given[which] = true;
      if (!e.integer(part, "an end of a slice", parts[which])) return;
    }
    const std::int64_t step = parts[2];
    if (step == 0) {
      e.fail(Fault::zero_step, id, e.text(id));
      return;
    }
    const auto clip = [n, step](std::int64_t at) {  // at + n cannot overflow: one is negative, the other is not
      if (at < 0) at += n;
      const std::int64_t low = step > 0 ? 0 : -1;
      const std::int64_t high = step > 0 ? n : n - 1;
      return at < low ? low : at > high ? high : at;
    };
    const std::int64_t start = given[0] ? clip(parts[0]) : step > 0 ? 0 : n - 1;
    const std::int64_t stop = given[1] ? clip(parts[1]) : step > 0 ? n : -1;
    const std::int64_t span = step > 0 ? stop - start : start - stop;
    const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
    const std::int64_t count =
        span > 0 ? static_cast<std::int64_t>((static_cast<std::uint64_t>(span) - 1) / stride) + 1 : 0;
    axes.push_back(e.graph.open_index("", count));
    entries.push_back(e.graph.affine(start, {axes.back()}, {step}));
  }
};

/// The axes named by axis=k or axis=[k, l], as a flag for each axis; all of them where it is absent.
constexpr Vec<bool> axis_flags(Elaborator& e, SyntaxId call, std::size_t rank) {
  Vec<bool> out(rank, true);
  const SyntaxId argument = e.named_argument(call, "axis");
  if (argument == Elaborator::absent) return out;
  out = Vec<bool>(rank, false);
  Vec<std::int64_t> axes;
  if (!e.integers(argument, "axis", axes)) return out;
  for (std::int64_t axis : axes) {
    const std::int64_t at = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (at < 0 || at >= static_cast<std::int64_t>(rank)) {
      e.fail(Fault::axis_outside, argument, axis, rank);
      return out;
    }
    if (out[static_cast<std::size_t>(at)]) {
      e.fail(Fault::axis_twice, argument, axis);
      return out;
    }
    out[static_cast<std::size_t>(at)] = true;
  }
  return out;
}

/// One axis, by axis=k; `fallback` where it is absent.
constexpr std::int64_t one_axis(Elaborator& e, SyntaxId call, std::size_t rank, std::int64_t fallback) {
  const SyntaxId argument = e.named_argument(call, "axis");
  if (argument == Elaborator::absent) return fallback;
  std::int64_t axis = 0;
  if (!e.integer(argument, "axis", axis)) return 0;
  const std::int64_t at = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  if (at < 0 || at >= static_cast<std::int64_t>(rank)) e.fail(Fault::axis_outside, argument, axis, rank);
  return at;
}

}  // namespace ricci::dsl
