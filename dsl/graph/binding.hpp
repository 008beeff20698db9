/// Bodies of Graph's members: binding, opening, substitution. What becomes true here: terms that differ in the names of
/// bound indices alone are one node, and nothing is ever captured, not even below binders that were not opened.
///
/// A binder's levels start above all that its body binds, so that giving an index another name (open, bind) never
/// meets a binder of the same index; only the replacement by other elements can (clashes), and opens it then.
#pragma once

#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

/// The lowest level from which `indices` can be bound: above all that the body binds, and where no index that stays
/// free is captured. The latter matters only below binders that are not opened; in a closed graph it is the height.
constexpr std::uint32_t Graph::binding_level(NodeId body, const Vec<IndexId>& indices) const {
  std::uint32_t level = nodes_[body.at].height;
  for (bool clear = false; !clear;) {
    clear = true;
    for (IndexId own : free(body)) {
      const Index& index = indices_[own.at];
      if (index.open() || index.level < level || index.level - level >= indices.size() || indices.contains(own))
        continue;
      if (index.extent != extent(indices[index.level - level])) continue;
      level = index.level + 1;
      clear = false;
    }
  }
  return level;
}

constexpr NodeId Graph::bind(Op op, DType dtype, NodeId body, Vec<IndexId> indices, const Vec<std::int64_t>& leading,
                             bool sparse) {
  for (bool settled = false; !settled;) {
    const std::uint32_t level = binding_level(body, indices);
    Vec<Replacement> replacements;
    for (std::size_t at = 0; at < indices.size(); ++at) {
      const Index old = index(indices[at]);
      const IndexId canonical = canonical_index(level + static_cast<std::uint32_t>(at), old.extent, old.name);
      if (canonical != indices[at]) replacements.push_back({indices[at], index_value(canonical)});
      indices[at] = canonical;
    }
    body = substitute(body, replacements);
    // Binders below may have come down to levels that were taken before.
    settled = replacements.empty() || binding_level(body, indices) == level;
  }
  Vec<std::int64_t> ints = leading;
  Vec<std::int64_t> extents;
  for (IndexId bound_here : indices) {
    ints.push_back(bound_here.at);
    if (op == Op::tensor) extents.push_back(extent(bound_here));
  }
  return add(op, dtype, std::span<const NodeId>(&body, 1), std::span(ints.data(), ints.size()),
             std::span(extents.data(), extents.size()), sparse);
}

constexpr NodeId Graph::tensor(NodeId body, const Vec<IndexId>& axes, bool sparse) {
  return bind(Op::tensor, dtype(body), body, axes, {}, sparse);
}

constexpr NodeId Graph::reduce(Op op, DType dtype, NodeId body, const Vec<IndexId>& indices,
                               std::initializer_list<std::int64_t> attributes) {
  return bind(op, dtype, body, indices, Vec<std::int64_t>(attributes), false);
}

constexpr NodeId Graph::rebind(NodeId like, DType dtype, NodeId body, const Vec<IndexId>& indices) {
  Vec<std::int64_t> leading;
  for (std::size_t at = 0; at < leading_ints(op(like)); ++at) leading.push_back(attribute(like, at));
  return bind(op(like), dtype, body, indices, leading, nodes_[like.at].sparse);
}

constexpr Opened Graph::open(NodeId binder) {
  Opened out;
  Vec<Replacement> replacements;
  for (IndexId canonical : bound(binder)) {
    const Index old = index(canonical);
    const IndexId fresh = open_index(old.name, old.extent);
    out.indices.push_back(fresh);
    replacements.push_back({canonical, index_value(fresh)});
  }
  out.body = substitute(operand(binder, 0), replacements);
  return out;
}

constexpr NodeId Graph::body_at(NodeId tensor, std::span<const NodeId> entries) {
  const Vec<IndexId> axes = bound(tensor);
  const Vec<NodeId> places(entries.data(), entries.data() + entries.size());  // the span may point into our own pool
  Vec<Replacement> replacements;
  NodeId inside;
  for (std::size_t at = 0; at < places.size(); ++at) {
    NodeId place = places[at];
    if (op(place) == Op::pad) {
      const std::int64_t extent = attribute(place, 0);
      if (extent == 0) return constant(dtype(tensor), 0);
      const NodeId value = operand(place, 0);
      const NodeId test = add(Op::logical_and, DType::boolean,
                              {add(Op::less_equal, DType::boolean, {integer(0), value}),
                               add(Op::less, DType::boolean, {value, integer(extent)})});
      inside = inside.valid() ? add(Op::logical_and, DType::boolean, {inside, test}) : test;
      place = add(Op::clamp_to, DType::i64, {value}, {extent});
    }
    replacements.push_back({axes[at], place});
  }
  const NodeId body = substitute(operand(tensor, 0), replacements);
  return inside.valid() ? add(Op::guard, dtype(body), {inside, body}) : body;
}

constexpr bool Graph::touched(NodeId id, const Vec<Replacement>& replacements) const {
  if (nodes_[id.at].free_count == 0) return false;
  for (const Replacement& replacement : replacements)
    if (uses(id, replacement.index)) return true;
  return false;
}

/// Whether replacing below this binder as it stands would replace or capture an index that it binds.
constexpr bool Graph::clashes(NodeId binder, const Vec<Replacement>& replacements) const {
  for (std::size_t at = leading_ints(op(binder)); at < ints(binder).size(); ++at) {
    const IndexId own{static_cast<std::uint32_t>(attribute(binder, at))};
    for (const Replacement& replacement : replacements)
      if (replacement.index == own || uses(replacement.by, own)) return true;
  }
  return false;
}

/// Without recursion on the depth of the graph: a node is made once its operands are. Only a binder that clashes is
/// opened, replaced in and bound apart.
constexpr NodeId Graph::substitute(NodeId body, const Vec<Replacement>& replacements) {
  if (!touched(body, replacements)) return body;
  IdMap done;
  Vec<NodeId> work{body};
  while (!work.empty()) {
    const NodeId id = work.back();
    if (done.find(id).valid()) {
      work.pop_back();
      continue;
    }
    if (binds(id) && clashes(id, replacements)) {
      const Opened opened = open(id);
      const NodeId below = substitute(opened.body, replacements);
      done.set(id, rebind(id, dtype(id), below, opened.indices));
      continue;
    }
    const std::size_t before = work.size();
    for (std::size_t at = 0; at < nodes_[id.at].operand_count; ++at) {
      const NodeId own = operand(id, at);
      if (touched(own, replacements) && !done.find(own).valid()) work.push_back(own);
    }
    if (work.size() == before) done.set(id, replaced(id, replacements, done));
  }
  return done.find(body);
}

/// The node over operands that are done. An affine form is added up anew; a binder may come to stand at other levels.
constexpr NodeId Graph::replaced(NodeId id, const Vec<Replacement>& replacements, const IdMap& done) {
  if (op(id) == Op::index) {
    for (const Replacement& replacement : replacements)
      if (attribute(id, 0) == static_cast<std::int64_t>(replacement.index.at)) return replacement.by;
    return id;
  }
  Vec<NodeId> over;
  over.reserve(nodes_[id.at].operand_count);
  for (std::size_t at = 0; at < nodes_[id.at].operand_count; ++at) {
    const NodeId own = operand(id, at);
    const NodeId became = done.find(own);
    over.push_back(became.valid() ? became : own);
  }
  if (binds(id)) return rebind(id, dtype(id), over[0], bound(id));
  if (op(id) == Op::affine)
    return linear(attribute(id, 0), std::span<const NodeId>(over.data(), over.size()), ints(id).subspan(1));
  return add(op(id), dtype(id), std::span<const NodeId>(over.data(), over.size()), ints(id), shape(id),
             nodes_[id.at].sparse);
}

}  // namespace ricci::dsl
