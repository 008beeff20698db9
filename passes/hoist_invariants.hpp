/// An expensive part of a body that depends on fewer indices than the loops around it becomes a tensor of its own over
/// its indices:  K[i,j] = A[i,j]*exp(v[j])  ->  K[i,j] = A[i,j]*T[j] with T[j] = exp(v[j]).
/// What becomes true here: what is recomputed along the lanes of the fused kernel, or once for each step of a loop that
/// it does not depend on, is cheap. Exact: the same operations on the same numbers.
///
/// What depends on leading axes alone is left: the fused kernel computes it once for all lanes. Draws are not stored;
/// reductions of draws may be.
#pragma once

#include "passes/cost.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class Hoisting {
 public:
  constexpr Hoisting(Graph& graph, Facts& facts, Allowance& allowance, Choice choice, Vec<IndexId> axes)
      : graph_(graph), facts_(facts), allowance_(allowance), choice_(choice), axes_(std::move(axes)) {
    facts_.extend(graph);
  }

  /// The body with its invariant parts as accesses; how many there were.
  constexpr NodeId run(NodeId body) {
    search(body, points_of(graph_, span_of(axes_)));
    return count_ == 0 ? body : with_replaced(graph_, body, hoisted_);
  }
  constexpr int count() const { return count_; }

 private:
  static constexpr double expensive_units = 12;
  static constexpr double repeated = 4;  // how often it would be computed, at least
  static constexpr double share_of_reader = 0.125;

  struct Place {
    NodeId node;
    double loops;  // points of the loops around
  };

  /// From the body down; what is hoisted is looked into by itself.
  constexpr void search(NodeId body, double loops) {
    Vec<Place> open{{body, loops}};
    dsl::IdMap seen;
    while (!open.empty()) {
      const Place place = open.back();
      open.pop_back();
      if (dsl::is_tensor(graph_.op(place.node)) || seen.find(place.node).valid()) continue;
      seen.set(place.node, place.node);
      if (invariant(place)) {
        hoist(place.node);
        continue;
      }
      double inside = place.loops;
      if (dsl::is_reduce(graph_.op(place.node))) {
        inside = points_of(graph_, graph_.free(place.node)) * points_of(graph_, span_of(graph_.bound(place.node)));
      } else if (const double own = points_of(graph_, graph_.free(place.node)); own < inside && !lanes(place.node)) {
        inside = own;
      }
      for (NodeId operand : graph_.operands(place.node)) open.push_back({operand, inside});
    }
  }
  /// Whether it changes along the last axis or along a reduction: what a fused kernel runs along its lanes.
  constexpr bool lanes(NodeId id) const {
    for (IndexId own : graph_.free(id))
      if (!graph_.index(own).open() || (!axes_.empty() && own == axes_.back())) return true;
    return false;
  }

  constexpr bool invariant(const Place& place) const {
    const NodeId id = place.node;
    if (dsl::row(graph_.op(id)).kind == dsl::OpKind::entry) return false;  // it keeps an access inside its axis
    const bool reduces = dsl::is_reduce(graph_.op(id));
    const double units = facts_.units(id);
    if (units < expensive_units || facts_.fails(id) || facts_.sparse(id)) {
      if (!(reduces && facts_.draws(id) && !facts_.sparse(id))) return false;
    }
    if (facts_.draws(id) && !reduces) return false;
    if (!lanes(id) && !(reduces && graph_.free(id).empty())) return false;
    const double points = points_of(graph_, graph_.free(id));
    if (choice_ == Choice::whatever_is_right) return points > 0 && place.loops > points;
    if (points == 0 || place.loops < repeated * points) return false;
    const double bytes = points * static_cast<double>(dsl::bytes_of(graph_.dtype(id)));
    const double saved = (place.loops - points) * units * rate::unit;
    const double reader = points_of(graph_, span_of(axes_)) * static_cast<double>(dsl::bytes_of(graph_.dtype(id)));
    constexpr double always_small = 1 << 16;
    if (bytes > always_small && bytes > share_of_reader * reader) return false;
    return saved > 2 * (rate::step + bytes * rate::byte) && allowance_.admits(bytes);
  }

  constexpr void hoist(NodeId id) {
    Vec<IndexId> axes;
    const auto free = graph_.free(id);
    for (bool open : {true, false})  // the axes first, then what reductions bind
      for (IndexId own : free)
        if (graph_.index(own).open() == open) axes.push_back(own);
    const NodeId body =
        Hoisting(graph_, facts_, allowance_, choice_, axes).run(id);  // it may hold invariants of its own
    const NodeId tensor = graph_.tensor(body, axes);
    allowance_.spend(bytes_of(graph_, tensor));
    Vec<NodeId> entries;
    for (IndexId own : axes) entries.push_back(graph_.index_value(own));
    hoisted_.set(id, graph_.access(tensor, span_of(entries)));
    ++count_;
  }

  Graph& graph_;
  Facts& facts_;
  Allowance& allowance_;
  Choice choice_;
  Vec<IndexId> axes_;
  dsl::IdMap hoisted_;
  int count_ = 0;
};

/// A literal tensor is written by evaluating its elements one by one: what takes long there becomes a number of its
/// own.
constexpr NodeId lightened(Graph& out, NodeId pack, const Facts& facts, int& count) {
  constexpr double long_units = 1000;
  const auto given = out.operands(pack);
  Vec<NodeId> elements(given.data(), given.data() + given.size());
  for (NodeId& element : elements) {
    if (facts.units(element) < long_units || !out.free(element).empty()) continue;
    element = out.access(out.tensor(element, {}), {});
    ++count;
  }
  return count == 0 ? pack : out.add(Op::pack, out.dtype(pack), span_of(elements), out.ints(pack), out.shape(pack));
}

}  // namespace detail

constexpr Rebuilt hoist_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Facts facts;
  Allowance allowance(in, span_of(roots));
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (in.op(old) == Op::pack) {
      int count = 0;
      facts.extend(out);
      const NodeId lighter = detail::lightened(out, made, facts, count);
      if (count > 0) notes.fire(in, "took long elements out of", old, "each is computed by a kernel of its own");
      return lighter;
    }
    if (in.op(old) != Op::tensor || in[old].sparse || elements_of(in, old) == 0) return made;
    const dsl::Opened opened = out.open(made);
    detail::Hoisting hoisting(out, facts, allowance, choice, opened.indices);
    const NodeId body = hoisting.run(opened.body);
    if (hoisting.count() == 0) return made;
    notes.fire(in, "took an invariant part out of", old, "it would be computed again for each step of a loop");
    return out.rebind(made, out.dtype(made), body, opened.indices);
  });
}

constexpr Rebuilt hoist_invariants(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return hoist_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
