/// Exact local simplifications: those of rules/table.hpp, and guard(true, x) -> x and their like. What becomes true
/// here: nothing below has to look through operations that do nothing, and a guard stands once where the same condition
/// was asked twice.
///
/// Every rule gives the same number, bit for bit, for every input (x^2 the same to the last place). What is dropped
/// cannot raise an error, or is computed anyway.
#pragma once

#include "passes/cost.hpp"
#include "passes/fold_numbers.hpp"
#include "passes/notes.hpp"
#include "passes/renaming.hpp"
#include "passes/rules/table.hpp"

namespace ricci::passes {

namespace detail {

/// The conditions that a conjunction is made of.
constexpr Vec<NodeId> conjuncts(const Graph& graph, NodeId condition) {
  Vec<NodeId> out, open{condition};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (graph.op(id) == Op::logical_and) {
      open.push_back(graph.operand(id, 1));
      open.push_back(graph.operand(id, 0));
    } else if (!out.contains(id)) {
      out.push_back(id);
    }
  }
  return out;
}
constexpr bool implied(const Graph& graph, NodeId condition, const Vec<NodeId>& known) {
  for (NodeId own : conjuncts(graph, condition))
    if (!known.contains(own)) return false;
  return true;
}

class Folding {
 public:
  constexpr Folding(Graph& graph, Facts& facts) : graph_(graph), facts_(facts) {}

  /// What stands in place of `id` once no rule fits any more.
  constexpr NodeId settled(NodeId id) {
    for (NodeId next = id; next.valid(); next = step(id)) id = next;
    return id;
  }
  /// The rule that was applied last; null where none was.
  constexpr const rules::Rule* rule() const { return rule_; }

 private:
  /// What stands in place of `id` after one rule; null where none fits.
  constexpr NodeId step(NodeId id) {
    if (const rules::Applied done = rules::applied(rules::exact, graph_, id); done.node.valid()) {
      rule_ = done.rule;
      return done.node;
    }
    switch (graph_.op(id)) {
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide: return fold_numbers(graph_, id);
      case Op::logical_and: return logic(id, true);
      case Op::logical_or: return logic(id, false);
      case Op::guard: return guard(id);
      case Op::where: return where(id);
      case Op::cast: return cast(id);
      default: return {};
    }
  }

  constexpr NodeId operand(NodeId id, std::size_t at) const { return graph_.operand(id, at); }
  constexpr bool fails(NodeId id) {
    facts_.extend(graph_);
    return facts_.fails(id);
  }
  /// `neutral` leaves the other operand as it is; its opposite decides, if the other cannot raise an error.
  constexpr NodeId logic(NodeId id, bool neutral) {
    for (std::size_t at : {0, 1}) {
      if (graph_.op(operand(id, at)) != Op::constant) continue;
      const bool value = graph_.attribute(operand(id, at), 0) != 0;
      if (value == neutral) return operand(id, 1 - at);
      if (!fails(operand(id, 1 - at))) return operand(id, at);
    }
    return {};
  }
  constexpr NodeId guard(NodeId id) {
    const NodeId condition = operand(id, 0), value = operand(id, 1);
    if (graph_.op(condition) == Op::constant)
      return graph_.attribute(condition, 0) != 0 ? value : graph_.constant(graph_.dtype(id), 0);
    const NodeId bare = without_guards(value, conjuncts(graph_, condition));
    if (bare.valid()) return graph_.add(Op::guard, graph_.dtype(id), {condition, bare});
    if (graph_.op(value) != Op::guard || fails(operand(value, 0))) return {};
    const NodeId both = graph_.add(Op::logical_and, DType::boolean, {condition, operand(value, 0)});
    return graph_.add(Op::guard, graph_.dtype(id), {both, operand(value, 1)});
  }
  /// `value` where the `known` conditions hold: guards that ask for them again are dropped, below products and
  /// functions of one number, where elaboration and inlining put them. Null where nothing changes.
  constexpr NodeId without_guards(NodeId value, const Vec<NodeId>& known) {
    Vec<NodeId> open{value};
    dsl::IdMap became;
    while (!open.empty()) {
      const NodeId id = open.back();
      const std::size_t waiting = open.size();
      const Span below = passed_through(id, known);
      for (std::size_t at = below.first; at < below.last; ++at)
        if (!became.find(operand(id, at)).valid()) open.push_back(operand(id, at));
      if (open.size() != waiting) continue;
      open.pop_back();
      if (!became.find(id).valid()) became.set(id, over(id, below, became));
    }
    return became.find(value) == value ? NodeId{} : became.find(value);
  }
  struct Span {
    std::size_t first = 0, last = 0;
  };
  /// Which operands of a node are computed wherever it is, and enter it as factors or alone.
  constexpr Span passed_through(NodeId id, const Vec<NodeId>& known) const {
    switch (graph_.op(id)) {
      case Op::guard: return implied(graph_, operand(id, 0), known) ? Span{1, 2} : Span{};
      case Op::multiply: return {0, 2};
      case Op::divide:
      case Op::negate:
      case Op::cast:
      case Op::conj: return {0, 1};
      default: return {};
    }
  }
  constexpr NodeId over(NodeId id, Span below, const dsl::IdMap& became) {
    if (graph_.op(id) == Op::guard && below.last != 0) return became.find(operand(id, 1));
    Vec<NodeId> operands;
    bool same = true;
    for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
      const NodeId own = operand(id, at);
      operands.push_back(at >= below.first && at < below.last ? became.find(own) : own);
      same = same && operands.back() == own;
    }
    return same ? id : settled(graph_.add(graph_.op(id), graph_.dtype(id), span_of(operands)));
  }

  constexpr NodeId where(NodeId id) {
    const NodeId condition = operand(id, 0);
    if (graph_.op(condition) == Op::constant) return operand(id, graph_.attribute(condition, 0) != 0 ? 1 : 2);
    return operand(id, 1) == operand(id, 2) && !fails(condition) ? operand(id, 1) : NodeId{};
  }
  /// To its own type; or through a type that holds every number of the first.
  constexpr NodeId cast(NodeId id) {
    const NodeId below = operand(id, 0);
    if (graph_.dtype(below) == graph_.dtype(id)) return below;
    if (graph_.op(below) == Op::constant) {
      const NodeId number = dsl::cast(graph_, below, graph_.dtype(id));
      return number == id ? NodeId{} : number;
    }
    if (graph_.op(below) != Op::cast) return {};
    const NodeId first = operand(below, 0);
    if (!holds(graph_.dtype(below), graph_.dtype(first))) return {};
    return graph_.add(Op::cast, graph_.dtype(id), {first});
  }
  /// Whether `wide` holds every number of `narrow` exactly.
  static constexpr bool holds(DType wide, DType narrow) {
    if (narrow == DType::boolean || narrow == wide) return true;
    if (narrow == DType::i64) return false;
    return dsl::promote(narrow, wide) == wide;
  }

  Graph& graph_;
  Facts& facts_;
  const rules::Rule* rule_ = nullptr;
};

}  // namespace detail

constexpr Rebuilt fold(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  // What a sparse matrix stores follows from the guard of its body: that one stays as it is.
  Vec<char> pattern(in.size(), 0);
  for (NodeId id : dsl::reachable(in, span_of(roots)))
    if (in.op(id) == Op::tensor && in[id].sparse) pattern[in.operand(id, 0).at] = 1;
  Facts facts;
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (pattern[old.at] != 0) return made;
    detail::Folding folding(out, facts);
    const NodeId id = dsl::is_tensor(out.op(made)) ? without_renaming(out, made) : folding.settled(made);
    if (id != made)
      notes.fire(in, "simplified", old,
                 folding.rule() != nullptr ? folding.rule()->written : "the same number with fewer operations");
    return id;
  });
}

}  // namespace ricci::passes
