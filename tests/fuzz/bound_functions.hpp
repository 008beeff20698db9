/// The error bounds of elementwise functions: how steep they are where their argument may be, and four roundings of
/// their own.
#pragma once

#include "tests/fuzz/bound.hpp"

namespace fuzz {

inline Number Bounds::exponential(NodeId id) {
  const Number e = of(id, 0), r = size(id);
  const Number slope = graph_.op(id) == Op::exp ? r : 1 + r;
  return (e.zero() ? e : slope * call(Op::expm1, e)) + rounding(id, 4);
}

inline Number Bounds::logarithm(NodeId id) {
  const NodeId of_what = graph_.operand(id, 0);
  const Number e = of(of_what);
  if (e.zero()) return rounding(id, 4);
  const Number a = graph_.op(id) != Op::log1p ? size(of_what) : call(Op::abs, 1 + as_real(of_what));
  const Number out = chosen(e < a, 4 * e / (a - e), anything());
  return cut(of_what, out) + rounding(id, 4);
}

/// Anything near the negative real axis, where complex roots and logarithms jump.
inline Number Bounds::cut(NodeId id, const Number& otherwise) {
  if (!dsl::is_complex(graph_.dtype(id))) return otherwise;
  const Number e = of(id);
  return chosen((as_real(id) <= e) & (call(Op::abs, imaginary(id)) <= e), anything(), otherwise);
}

inline Number Bounds::root(NodeId id) {
  const NodeId of_what = graph_.operand(id, 0);
  const Number e = of(of_what), a = size(of_what);
  if (e.zero()) return rounding(id, 4);
  const Number crude = 2 * call(graph_.op(id), e);
  const Truth far = 2 * e < a;
  if (graph_.op(id) == Op::cbrt) return chosen(far, e / a * size(id), crude) + rounding(id, 4);
  const Number near = dsl::is_complex(graph_.dtype(id)) ? crude : chosen(as_real(of_what) < e, anything(), crude);
  return cut(of_what, chosen(far, e / a * size(id), near)) + rounding(id, 4);
}

inline Number Bounds::wave(NodeId id) {
  const NodeId of_what = graph_.operand(id, 0);
  if (!dsl::is_complex(graph_.dtype(id))) return of(of_what) + rounding(id, 4);
  const Number e = of(of_what), grown = call(Op::exp, call(Op::abs, imaginary(of_what)) + e);
  return e * grown + (8 * unit(graph_.dtype(id))) * grown;
}

inline Number Bounds::growing(NodeId id) {
  const NodeId of_what = graph_.operand(id, 0);
  const Number e = of(of_what), grown = call(Op::exp, call(Op::abs, as_real(of_what)) + e);
  return e * grown + rounding(id, 4);
}

inline Number Bounds::tangent(NodeId id) {
  const Number e = of(id, 0), r = size(id);
  if (e.zero()) return rounding(id, 4);
  const Number slope = 1 + r * r;
  return chosen(8 * e * slope < number(1), 4 * e * slope, anything()) + rounding(id, 4);
}

inline Number Bounds::flat(NodeId id) {
  if (dsl::is_complex(graph_.dtype(id))) return number(unknown_error);
  return 1.2 * of(id, 0) + rounding(id, 4);
}

inline Number Bounds::steep(NodeId id) {
  const Number e = of(id, 0);
  if (e.zero()) return rounding(id, 4);
  if (dsl::is_complex(graph_.dtype(id))) return number(unknown_error);
  const Number reach = size(graph_.operand(id, 0)) + e;
  return chosen(reach < number(1), e / call(Op::sqrt, 1 - reach * reach), anything()) + rounding(id, 4);
}

inline Number Bounds::log_gamma(NodeId id) {
  const Number a = as_real(graph_.operand(id, 0)), e = of(id, 0);
  const Number own = rounding(id, 8) + number(8 * unit(graph_.dtype(id)));
  if (e.zero()) return own;
  const Number slope = call(Op::abs, call(Op::log, a)) + 2 / (a - e);
  return chosen(2 * e < a, 2 * e * slope, anything()) + own;
}

inline Number Bounds::sign(NodeId id) {
  const Number e = of(id, 0), a = size(graph_.operand(id, 0));
  if (!dsl::is_complex(graph_.dtype(id))) return where_it(!(e < a), e);
  return (e.zero() ? e : chosen(2 * e < a, 4 * e / a, anything())) + rounding(id, 2);
}

inline Number Bounds::length(NodeId id) {
  const Number own = of(id, 0) + (graph_.operands(id).size() == 2 ? of(id, 1) : nothing());
  const bool plain = graph_.op(id) == Op::abs && !dsl::is_complex(graph_.dtype(graph_.operand(id, 0)));
  return own + (plain ? nothing() : rounding(id, 4));
}

/// Of a point; anything where it may stand on either side of the negative axis, be it by the sign of a zero.
inline Number Bounds::angle(NodeId id) {
  const bool two = graph_.operands(id).size() == 2;
  const NodeId first = graph_.operand(id, 0);
  if (!two && !dsl::is_complex(graph_.dtype(first)))  // 0 or pi
    return where_it(!(of(first) < size(first)), of(first)) + rounding(id, 1);
  const Number y = two ? as_real(first) : imaginary(first);
  const Number x = as_real(two ? graph_.operand(id, 1) : first);
  const Number ey = of(first), ex = two ? of(id, 1) : ey;
  const Number far = made(y, Op::hypot, {y.id, x.id}), e = ex + ey;
  const Truth jumps = (call(Op::abs, y) <= ey) & (x <= ex);
  return chosen(jumps, anything(), e.zero() ? e : chosen(2 * e < far, 2 * e / far, anything())) + rounding(id, 4);
}

inline Number Bounds::finiteness(NodeId id) {
  const Number e = of(id, 0);
  return e.zero() ? e : chosen(e < anything(), nothing(), anything());
}

}  // namespace fuzz
