/// The error bounds of reductions, whose numbers may come in any order.
#pragma once

#include "tests/fuzz/bound.hpp"

namespace fuzz {

inline Bounds::Over Bounds::over(NodeId id) {
  Over out{*this, graph_.open(id)};
  for (dsl::IndexId own : out.opened.indices) out.points *= static_cast<double>(graph_.extent(own));
  return out;
}

inline Number Bounds::sum(NodeId id) {
  const Over all = over(id);
  const Number total = all.sum(of(all.body()));
  if (!inexact(id)) return total;
  const double losing = (all.points + 2) * unit(graph_.dtype(id)) * (dsl::is_complex(graph_.dtype(id)) ? 2 : 1);
  const Number out = total + losing * all.sum(size(all.body())) + number(all.points * least(graph_.dtype(id)));
  return graph_.op(id) == Op::mean ? out / std::max(all.points, 1.0) : out;
}

inline Number Bounds::product(NodeId id) {
  const Over all = over(id);
  const Number e = of(all.body()), a = size(all.body());
  if (all.points == 0) return nothing();
  if (!inexact(id)) return if_any(all.sum(e));
  const double losing = 2 * all.points * unit(graph_.dtype(id)) * (dsl::is_complex(graph_.dtype(id)) ? 3 : 1);
  const Number whole = all.reduced(Op::product, a + e);
  const Number parts = all.reduced(Op::product, larger(a + e, number(1)));  // what part of it may grow to
  const Number error = (e.zero() ? e : whole - all.reduced(Op::product, a)) + losing * whole +
                       (all.points * least(graph_.dtype(id))) * parts;
  return chosen(number(most(graph_.dtype(id))) < parts, anything(), error);
}

inline Number Bounds::extreme(NodeId id) {
  const Over all = over(id);
  return all.reduced(Op::greatest, of(all.body()));
}

inline Number Bounds::quantifier(NodeId id) {
  const Over all = over(id);
  const Number e = of(all.body());
  if (e.zero()) return e;
  const Truth holds{&graph_, all.body()};
  const Truth decides = (graph_.op(id) == Op::any ? holds : !holds) & (e <= nothing());
  const Truth decided{&graph_, graph_.reduce(Op::any, dsl::DType::boolean, decides.id, all.opened.indices)};
  return chosen(decided, nothing(), if_any(all.sum(e)));
}

/// Anything where another value lies as near to the best as their errors reach.
inline Number Bounds::place(NodeId id) {
  const Over all = over(id);
  const Number e = of(all.body());
  if (e.zero()) return e;
  const Number value = as_real(all.body()), most = all.reduced(Op::greatest, e);
  const Number best = all.reduced(graph_.op(id) == Op::argmin ? Op::least : Op::greatest, value);
  const Truth near = !(most + e < call(Op::abs, value - best));
  const Number rivals = all.sum(chosen(near, number(1), nothing()));
  return where_it(!(rivals <= number(1)), most);
}

inline Number Bounds::log_sum(NodeId id) {
  const Over all = over(id);
  const Number own = rounding(id, 4) + number((all.points + 8) * unit(graph_.dtype(id)));
  return all.reduced(Op::greatest, of(all.body())) + own;
}

inline Number Bounds::norm(NodeId id) {
  const Over all = over(id);
  const Number e = of(all.body()), squares = all.sum(e * e);
  return (squares.zero() ? squares : call(Op::sqrt, squares)) + rounding(id, all.points + 8);
}

inline Number Bounds::spread(NodeId id) {
  const Over all = over(id);
  const double ddof = static_cast<double>(graph_.attribute(id, 0)), u = unit(graph_.dtype(id));
  const dsl::DType type = dsl::inexact_type(graph_.dtype(all.body()));
  const NodeId body = graph_.dtype(all.body()) == type ? all.body() : graph_.add(Op::cast, type, {all.body()});
  const NodeId middle = graph_.reduce(Op::mean, type, body, all.opened.indices);
  const Number away = size(graph_.add(Op::subtract, type, {body, middle}));
  const Number e = of(all.body());
  const Number moved = e + (all.sum(e) + ((all.points + 4) * u * 2) * all.sum(size(body))) / all.points +
                       number(least(graph_.dtype(id)));
  const Number variance = graph_.op(id) == Op::variance ? size(id) : size(id) * size(id);
  const Number error = all.sum(2 * away * moved + moved * moved) / (all.points - ddof) +
                       ((2 * all.points + 8) * u) * variance + number(least(graph_.dtype(id)));
  if (graph_.op(id) == Op::variance) return error;
  return smaller(call(Op::sqrt, error), error / size(id)) + rounding(id, 4);
}

}  // namespace fuzz
