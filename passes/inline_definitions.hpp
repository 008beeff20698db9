/// An access to a definition becomes the definition's body at the entries, where storing the definition is not worth
/// it:  T[i] = 2*x[i];  y[i] = T[n-1-i]  ->  y[i] = 2*x[n-1-i].
/// What becomes true for the passes below: a tensor that is still made by Op::tensor, and no root, is expensive and
/// read more often than it has elements, or something needs it whole.
///
/// Exact: the same operations on the same numbers. Errors can only become fewer, because elements that nobody reads
/// are no longer computed.
#pragma once

#include "passes/cost.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class Inlining {
 public:
  constexpr Inlining(const Graph& in, std::span<const NodeId> roots, Notes& notes, Choice choice)
      : in_(in), notes_(notes), choice_(choice) {
    needed_ = dsl::reachable(in, roots);
    facts_.extend(in);
    of_ = Vec<Reads>(in.size());
    for (NodeId root : roots) of_[root.at].whole = true;
    for (NodeId id : needed_) note_users(id);
    for (NodeId id : needed_)
      if (in.op(id) == Op::tensor || in.op(id) == Op::pack) count_reads(id);
    Vec<double> units(in.size(), 0.0);  // as bodies will be, definitions first
    for (NodeId id : needed_) decide(id, units);
  }

  constexpr bool inlined(NodeId tensor) const { return of_[tensor.at].inlined; }

 private:
  struct Reads {
    bool whole = false;    // a root, or needed as a tensor
    bool refused = false;  // an access to it cannot be replaced
    bool inlined = false;
    double points = 0;  // at which its elements are read, a sum over all accesses
  };

  constexpr void note_users(NodeId id) {
    const Op op = in_.op(id);
    const auto operands = in_.operands(id);
    // What a sparse matrix stores follows from its body: an access must not become a guard there.
    if (op == Op::tensor && in_[id].sparse && in_.op(operands[0]) == Op::access)
      of_[in_.operand(operands[0], 0).at].refused = true;
    for (std::size_t at = 0; at < operands.size(); ++at) {
      if (!dsl::is_tensor(in_.op(operands[at]))) continue;
      Reads& reads = of_[operands[at].at];
      if (op != Op::access && op != Op::stored)
        reads.whole = true;
      else if (!replaceable(id))
        reads.refused = true;
    }
  }

  /// Whether the body at the entries means what the access means. It does not where the access is never computed, and
  /// where an entry computed from data would lose its range check.
  constexpr bool replaceable(NodeId access) const {
    const NodeId tensor = in_.operand(access, 0);
    if (in_.op(tensor) != Op::tensor) return false;
    for (IndexId own : in_.free(access))
      if (in_.extent(own) == 0) return false;
    for (std::size_t axis = 0; axis < in_.shape(tensor).size(); ++axis) {
      const NodeId entry = in_.operand(access, axis + 1);
      if (in_.shape(tensor)[axis] == 0) return false;
      if (in_.op(entry) == Op::pad && in_.attribute(entry, 0) == 0) return false;
      if (in_.op(entry) == Op::gather && !checks_range(tensor, axis)) return false;
    }
    return true;
  }

  /// Whether the body reads, at every point, some tensor at the axis's index, over the same extent.
  constexpr bool checks_range(NodeId tensor, std::size_t axis) const {
    const IndexId index = in_.bound(tensor)[axis];
    Vec<NodeId> open{in_.operand(tensor, 0)};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (dsl::is_tensor(in_.op(id)) || !in_.uses(id, index)) continue;
      if (in_.op(id) == Op::access) {
        if (reads_at(id, index)) return true;
        continue;
      }
      if (in_.op(id) == Op::guard || in_.op(id) == Op::where) {
        open.push_back(in_.operand(id, 0));
        continue;
      }
      if (dsl::is_reduce(in_.op(id)) && points_of(in_, span_of(in_.bound(id))) == 0) continue;
      for (NodeId operand : in_.operands(id)) open.push_back(operand);
    }
    return false;
  }
  constexpr bool reads_at(NodeId access, IndexId index) const {
    const auto shape = in_.shape(in_.operand(access, 0));
    bool found = false;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const NodeId entry = in_.operand(access, axis + 1);
      if (in_.op(entry) == Op::pad) return false;
      found = found || (in_.op(entry) == Op::index && shape[axis] == in_.extent(index) &&
                        in_.attribute(entry, 0) == static_cast<std::int64_t>(index.at));
    }
    return found;
  }

  /// Adds, to each tensor that the bodies read, the points at which they do: all of the reader's, since what does not
  /// depend on the lanes' index may still be recomputed along them; but those of a reduction only where they matter.
  constexpr void count_reads(NodeId reader) {
    const double axes = in_.op(reader) == Op::tensor ? elements_of(in_, reader) : 1;
    Vec<IndexId> own;
    if (in_.op(reader) == Op::tensor) own = in_.bound(reader);
    dsl::IdMap seen;
    Vec<NodeId> open(in_.operands(reader).data(), in_.operands(reader).data() + in_.operands(reader).size());
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (dsl::is_tensor(in_.op(id)) || seen.find(id).valid()) continue;
      seen.set(id, id);
      if (in_.op(id) == Op::access || in_.op(id) == Op::stored) {
        double points = axes;
        for (IndexId index : in_.free(id))
          if (!own.contains(index)) points *= static_cast<double>(in_.extent(index));
        of_[in_.operand(id, 0).at].points += points;
      }
      for (NodeId operand : in_.operands(id)) open.push_back(operand);
    }
  }

  /// Units of each node as it will be, and for a definition whether its accesses are replaced.
  constexpr void decide(NodeId id, Vec<double>& units) {
    double sum = units_of(in_, id);
    if (!dsl::is_tensor(in_.op(id))) {
      for (NodeId operand : in_.operands(id))
        if (!dsl::is_tensor(in_.op(operand)) || inlined(operand)) sum += units[operand.at];
      if ((in_.op(id) == Op::access || in_.op(id) == Op::stored) && inlined(in_.operand(id, 0)))
        sum -= units_of(in_, id);
      if (dsl::is_reduce(in_.op(id))) sum *= points_of(in_, span_of(in_.bound(id)));
      units[id.at] = sum < 1e30 ? sum : 1e30;
      return;
    }
    if (in_.op(id) != Op::tensor) return;
    units[id.at] = units[in_.operand(id, 0).at];
    Reads& reads = of_[id.at];
    if (reads.whole || reads.refused || reads.points == 0) return;
    reads.inlined = worth(id, units[id.at]);
  }

  constexpr bool worth(NodeId id, double units) {
    if (in_[id].sparse && !renames_sparse(id)) return false;
    const NodeId body = in_.operand(id, 0);
    const Reads& reads = of_[id.at];
    const double elements = elements_of(in_, id);
    constexpr double stays_in_cache = 1 << 20;
    if (is_view(body)) return yes(id, "it only renames elements");
    if (in_[id].sparse) return yes(id, "it only renames a sparse matrix");
    if (choice_ == Choice::whatever_is_right) return yes(id, "it is right");
    if (choice_ != Choice::cheap && reads.points <= elements) return yes(id, "no more elements are read than it has");
    // What is read many times over may be a factor of a contraction, which reads it in place.
    if (choice_ == Choice::cheap && (units > cheap_units || reads.points >= 8 * elements)) return false;
    if (units > cheap_units) return no(id, "it is expensive and read more often than it has elements");
    const bool often = reads.points >= 16 * elements && bytes_of(in_, id) <= stays_in_cache;
    if (units > 3 && often) return no(id, "it is small and read often");
    return yes(id, "computing it again is cheaper than storing it");
  }
  constexpr bool yes(NodeId id, std::string_view reason) {
    notes_.fire(in_, "inlined", id, reason);
    return true;
  }
  constexpr bool no(NodeId id, std::string_view reason) {
    notes_.say(in_, "kept", id, reason);
    return false;
  }

  /// An element that is found elsewhere, or a number: perhaps in another type.
  constexpr bool is_view(NodeId body) const {
    while (in_.op(body) == Op::cast) body = in_.operand(body, 0);
    const Op op = in_.op(body);
    if (op == Op::constant || op == Op::index || op == Op::affine) return true;
    if (op != Op::access || in_[in_.operand(body, 0)].sparse) return false;
    for (NodeId entry : in_.operands(body).subspan(1))
      if (in_.op(entry) != Op::index && in_.op(entry) != Op::affine && in_.op(entry) != Op::constant &&
          in_.op(entry) != Op::wrap && in_.op(entry) != Op::clamp_to)
        return false;
    return true;
  }
  /// What a matrix stores follows from its guard: guard(stored(S, ...), S[...]), perhaps in another type.
  constexpr bool renames_sparse(NodeId id) const {
    const NodeId body = in_.operand(id, 0);
    if (in_[id].rank != 2 || in_.op(body) != Op::guard || in_.op(in_.operand(body, 0)) != Op::stored) return false;
    NodeId value = in_.operand(body, 1);
    while (in_.op(value) == Op::cast) value = in_.operand(value, 0);
    if (in_.op(value) != Op::access) return false;
    const auto a = in_.operands(value), b = in_.operands(in_.operand(body, 0));
    for (std::size_t at = 0; at < a.size(); ++at)
      if (a.size() != b.size() || a[at] != b[at]) return false;
    return true;
  }

  const Graph& in_;
  Notes& notes_;
  Choice choice_;
  Facts facts_;
  Vec<NodeId> needed_;
  Vec<Reads> of_;
};

/// Whether the element at the entries counts as stored: the guard of the body there.
constexpr NodeId stored_at(Graph& out, NodeId tensor, std::span<const NodeId> entries) {
  const NodeId element = out.body_at(tensor, entries);  // guard(stored, v), or guard(inside, guard(stored, v))
  const NodeId condition = out.operand(element, 0);
  bool pads = false;
  for (NodeId entry : entries) pads = pads || out.op(entry) == Op::pad;
  if (!pads) return condition;
  return out.add(Op::logical_and, DType::boolean, {condition, out.operand(out.operand(element, 1), 0)});
}

}  // namespace detail

namespace detail {
constexpr Rebuilt inline_once(Choice choice, const Graph& in, std::span<const NodeId> roots, Notes& notes) {
  const Inlining inlining(in, roots, notes, choice);
  return rewrite(in, roots, [&](Graph& out, NodeId made, NodeId old) {
    const Op op = in.op(old);
    if ((op != Op::access && op != Op::stored) || !inlining.inlined(in.operand(old, 0))) return made;
    const NodeId tensor = out.operand(made, 0);
    const auto entries = out.operands(made).subspan(1);
    const Vec<NodeId> places(entries.data(), entries.data() + entries.size());
    return op == Op::access ? out.body_at(tensor, span_of(places)) : stored_at(out, tensor, span_of(places));
  });
}
}  // namespace detail

/// Until nothing changes: a definition that is read by fewer bodies may come to be worth inlining.
constexpr Rebuilt inline_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  Rebuilt out = detail::inline_once(choice, in, span_of(roots), notes);
  for (int before = 0; notes.fired > before;) {
    before = notes.fired;
    out = then(out, detail::inline_once(choice, out.graph, span_of(out.roots), notes));
  }
  return out;
}

constexpr Rebuilt inline_definitions(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return inline_by(Choice::by_cost, in, roots, notes);
}

/// A second look, when contractions and invariants are tensors of their own: what is left of a body may be cheap now.
constexpr Rebuilt inline_leftovers(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return inline_by(Choice::cheap, in, roots, notes);
}

}  // namespace ricci::passes
