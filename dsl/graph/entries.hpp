/// Between which numbers an integer element lies, whatever values its indices take: what shows that an access stays
/// inside its axis. Extents are numbers, so this is interval arithmetic, forward over the graph; sums and products of
/// entries are followed too, because inlining an access below an affine entry makes them.
#pragma once

#include <cstdint>
#include <limits>

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

/// low..high, both included; nothing is known of an element where `known` is false.
struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool known = false;

  constexpr bool inside(std::int64_t extent) const { return known && 0 <= low && high < extent; }
};

namespace detail {

constexpr Interval sum_of(Interval a, Interval b) {
  Interval out{0, 0, a.known && b.known};
  if (__builtin_add_overflow(a.low, b.low, &out.low) || __builtin_add_overflow(a.high, b.high, &out.high)) return {};
  return out;
}
constexpr Interval product_of(Interval a, Interval b) {
  if (!a.known || !b.known) return {};
  Interval out{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), true};
  for (std::int64_t left : {a.low, a.high})
    for (std::int64_t right : {b.low, b.high}) {
      std::int64_t corner = 0;
      if (__builtin_mul_overflow(left, right, &corner)) return {};
      if (corner < out.low) out.low = corner;
      if (corner > out.high) out.high = corner;
    }
  return out;
}
constexpr Interval exactly(std::int64_t value) { return {value, value, true}; }
constexpr Interval hull(Interval a, Interval b) {
  return {a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high, a.known && b.known};
}

}  // namespace detail

/// The interval of one node, given those of the nodes before it by id. An index of extent 0 counts as 0: it has no
/// value, and what depends on it is never computed.
constexpr Interval interval_of(const Graph& graph, NodeId id, const Vec<Interval>& before) {
  using enum Op;
  if (graph.dtype(id) != DType::i64) return {};
  const auto of = [&](std::size_t which) { return before[graph.operand(id, which).at]; };
  switch (graph.op(id)) {
    case constant: return detail::exactly(graph.attribute(id, 0));
    case index: {
      const std::int64_t extent = graph.extent(IndexId{static_cast<std::uint32_t>(graph.attribute(id, 0))});
      return {0, extent > 0 ? extent - 1 : 0, true};
    }
    case wrap:
    case clamp_to:
    case gather: return {0, graph.attribute(id, 0) - 1, graph.attribute(id, 0) > 0};
    case affine: {
      Interval out = detail::exactly(graph.attribute(id, 0));
      for (std::size_t at = 0; at < graph.operands(id).size(); ++at)
        out = detail::sum_of(out, detail::product_of(detail::exactly(graph.attribute(id, at + 1)), of(at)));
      return out;
    }
    case add: return detail::sum_of(of(0), of(1));
    case subtract: return detail::sum_of(of(0), detail::product_of(detail::exactly(-1), of(1)));
    case negate: return detail::product_of(detail::exactly(-1), of(0));
    case multiply: return detail::product_of(of(0), of(1));
    case where: return detail::hull(of(1), of(2));
    case guard: return detail::hull(detail::exactly(0), of(1));
    case minimum:
    case maximum: {
      if (!of(0).known || !of(1).known) return {};
      const bool least = graph.op(id) == minimum;
      const auto chosen = [least](std::int64_t a, std::int64_t b) { return (a < b) == least ? a : b; };
      return {chosen(of(0).low, of(1).low), chosen(of(0).high, of(1).high), true};
    }
    default: return {};
  }
}

}  // namespace ricci::dsl
