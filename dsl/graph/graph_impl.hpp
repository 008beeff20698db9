/// Bodies of Graph's members: interning, binding, substitution.
#pragma once

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

namespace detail {
constexpr void note_free(Vec<IndexId>& into, IndexId index) {
  std::size_t at = 0;
  while (at < into.size() && into[at] < index) ++at;
  if (at < into.size() && into[at] == index) return;
  into.push_back(index);
  for (std::size_t from = into.size() - 1; from > at; --from) into[from] = into[from - 1];
  into[at] = index;
}
}  // namespace detail

constexpr bool Graph::same(const Node& node, Op op, DType dtype, std::span<const NodeId> operands,
                           std::span<const std::int64_t> ints, std::span<const std::int64_t> extents,
                           bool sparse) const {
  if (node.op != op || node.dtype != dtype || node.sparse != sparse || node.operand_count != operands.size() ||
      node.int_count != ints.size() || node.rank != extents.size())
    return false;
  for (std::size_t at = 0; at < operands.size(); ++at)
    if (operands_[node.first_operand + at] != operands[at]) return false;
  for (std::size_t at = 0; at < ints.size(); ++at)
    if (ints_[node.first_int + at] != ints[at]) return false;
  for (std::size_t at = 0; at < extents.size(); ++at)
    if (extents_[node.first_extent + at] != extents[at]) return false;
  return true;
}

constexpr void Graph::intern(NodeId id, std::uint64_t hash) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t slot = hash & mask;
  while (buckets_[slot] != 0) slot = (slot + 1) & mask;
  buckets_[slot] = id.at + 1;
}

constexpr NodeId Graph::add(Op op, DType dtype, std::span<const NodeId> operands, std::span<const std::int64_t> ints,
                            std::span<const std::int64_t> extents, bool sparse) {
  std::uint64_t hash = mix((static_cast<std::uint64_t>(op) << 8U) + static_cast<std::uint64_t>(dtype));
  for (NodeId operand : operands) hash = mix(hash ^ operand.at);
  for (std::int64_t value : ints) hash = mix(hash ^ static_cast<std::uint64_t>(value));
  for (std::int64_t value : extents) hash = mix(hash + static_cast<std::uint64_t>(value));
  if (2 * nodes_.size() >= buckets_.size()) {
    buckets_ = Vec<std::uint32_t>(buckets_.empty() ? 64 : 2 * buckets_.size(), 0U);
    for (std::uint32_t at = 0; at < nodes_.size(); ++at) intern(NodeId{at}, hashes_[at]);
  }
  const std::size_t mask = buckets_.size() - 1;
  for (std::size_t slot = hash & mask; buckets_[slot] != 0; slot = (slot + 1) & mask) {
    const NodeId found{buckets_[slot] - 1};
    if (hashes_[found.at] == hash && same(nodes_[found.at], op, dtype, operands, ints, extents, sparse)) return found;
  }
  Node node{.op = op, .dtype = dtype, .sparse = sparse, .rank = static_cast<std::uint8_t>(extents.size())};
  node.first_operand = static_cast<std::uint32_t>(operands_.size());
  node.operand_count = static_cast<std::uint32_t>(operands.size());
  // The spans may point into our own pools: copy before the pools grow.
  const Vec<NodeId> operands_copy(operands.data(), operands.data() + operands.size());
  const Vec<std::int64_t> ints_copy(ints.data(), ints.data() + ints.size());
  const Vec<std::int64_t> extents_copy(extents.data(), extents.data() + extents.size());
  operands_.append(operands_copy);
  node.first_int = static_cast<std::uint32_t>(ints_.size());
  node.int_count = static_cast<std::uint32_t>(ints_copy.size());
  ints_.append(ints_copy);
  node.first_extent = static_cast<std::uint32_t>(extents_.size());
  extents_.append(extents_copy);
  derive(node);
  nodes_.push_back(node);
  hashes_.push_back(hash);
  const NodeId id{static_cast<std::uint32_t>(nodes_.size() - 1)};
  intern(id, hash);
  return id;
}

/// Height and free indices follow from the operands; a tensor node has neither.
constexpr void Graph::derive(Node& node) {
  node.first_free = static_cast<std::uint32_t>(free_.size());
  if (is_tensor(node.op)) return;
  Vec<IndexId> free;
  std::uint32_t height = 0;
  for (std::uint32_t at = 0; at < node.operand_count; ++at) {
    const Node& operand = nodes_[operands_[node.first_operand + at].at];
    if (operand.height > height) height = operand.height;
    for (std::uint32_t which = 0; which < operand.free_count; ++which)
      detail::note_free(free, free_[operand.first_free + which]);
  }
  if (node.op == Op::index) free.push_back(IndexId{static_cast<std::uint32_t>(ints_[node.first_int])});
  if (is_reduce(node.op)) {
    const std::size_t skip = leading_ints(node.op);
    Vec<IndexId> left;
    for (IndexId own : free) {
      bool is_bound = false;
      for (std::size_t at = skip; at < node.int_count; ++at)
        is_bound = is_bound || ints_[node.first_int + at] == static_cast<std::int64_t>(own.at);
      if (!is_bound) left.push_back(own);
    }
    free = left;
    height += node.int_count - static_cast<std::uint32_t>(skip);
  }
  node.height = static_cast<std::uint16_t>(height);
  node.free_count = static_cast<std::uint32_t>(free.size());
  free_.append(free);
}

constexpr NodeId Graph::input(Input input) {
  const Vec<std::int64_t> shape = input.shape;
  const DType dtype = input.dtype;
  const bool sparse = input.sparse;
  inputs_.push_back(std::move(input));
  const std::int64_t slot = static_cast<std::int64_t>(inputs_.size()) - 1;
  return add(Op::input, dtype, {}, std::span(&slot, 1), std::span(shape.begin(), shape.size()), sparse);
}

constexpr IndexId Graph::open_index(std::string_view name, std::int64_t extent) {
  indices_.push_back(Index{Index::open_base + opened_++, extent, Str(name)});
  return IndexId{static_cast<std::uint32_t>(indices_.size() - 1)};
}

constexpr IndexId Graph::canonical_index(std::uint32_t level, std::int64_t extent, std::string_view name) {
  for (std::uint32_t at : bound_indices_)
    if (indices_[at].level == level && indices_[at].extent == extent) return IndexId{at};
  indices_.push_back(Index{level, extent, Str(name)});
  bound_indices_.push_back(static_cast<std::uint32_t>(indices_.size() - 1));
  return IndexId{static_cast<std::uint32_t>(indices_.size() - 1)};
}

constexpr NodeId Graph::affine(std::int64_t offset, const Vec<IndexId>& indices,
                               const Vec<std::int64_t>& coefficients) {
  Vec<IndexId> sorted;
  for (IndexId index : indices) detail::note_free(sorted, index);
  Vec<NodeId> operands;
  Vec<std::int64_t> ints{offset};
  for (IndexId index : sorted) {
    std::int64_t coefficient = 0;
    for (std::size_t at = 0; at < indices.size(); ++at)
      if (indices[at] == index) coefficient += coefficients[at];
    if (coefficient == 0) continue;
    operands.push_back(index_value(index));
    ints.push_back(coefficient);
  }
  if (operands.empty()) return integer(offset);
  if (offset == 0 && operands.size() == 1 && ints[1] == 1) return operands[0];
  return add(Op::affine, DType::i64, std::span(operands.begin(), operands.size()),
             std::span(ints.begin(), ints.size()));
}

constexpr NodeId Graph::access(NodeId tensor, std::span<const NodeId> entries) {
  Vec<NodeId> operands{tensor};
  for (NodeId entry : entries) operands.push_back(entry);
  return add(Op::access, dtype(tensor), std::span<const NodeId>(operands.begin(), operands.size()));
}

constexpr NodeId Graph::bind(Op op, DType dtype, NodeId body, const Vec<IndexId>& indices, Vec<std::int64_t> ints,
                             bool sparse) {
  const std::uint32_t height = nodes_[body.at].height;
  Vec<Replacement> replacements;
  Vec<std::int64_t> extents;
  for (std::size_t at = 0; at < indices.size(); ++at) {
    const Index old = index(indices[at]);
    const IndexId canonical = canonical_index(height + static_cast<std::uint32_t>(at), old.extent, old.name);
    replacements.push_back({indices[at], index_value(canonical)});
    ints.push_back(canonical.at);
    extents.push_back(old.extent);
  }
  const NodeId closed = substitute(body, replacements);
  if (op != Op::tensor) extents.clear();
  return add(op, dtype, std::span<const NodeId>(&closed, 1), std::span(ints.begin(), ints.size()),
             std::span(extents.begin(), extents.size()), sparse);
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
  return bind(op(like), dtype, body, indices, std::move(leading), nodes_[like.at].sparse);
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
  const Opened opened = open(tensor);
  Vec<Replacement> replacements;
  for (std::size_t at = 0; at < entries.size(); ++at) replacements.push_back({opened.indices[at], entries[at]});
  return substitute(opened.body, replacements);
}

constexpr NodeId Graph::substitute(NodeId body, const Vec<Replacement>& replacements) {
  if (replacements.empty() || nodes_[body.at].free_count == 0) return body;
  Vec<std::uint32_t> done;  // pairs: node, what it became
  return substitute_known(body, replacements, done);
}

constexpr NodeId Graph::substitute_known(NodeId body, const Vec<Replacement>& replacements, Vec<std::uint32_t>& done) {
  bool touched = false;
  for (const Replacement& replacement : replacements) touched = touched || uses(body, replacement.index);
  if (!touched) return body;
  for (std::size_t at = 0; at < done.size(); at += 2)
    if (done[at] == body.at) return NodeId{done[at + 1]};
  const NodeId out = replaced(body, replacements, done);
  done.push_back(body.at);
  done.push_back(out.at);
  return out;
}

constexpr NodeId Graph::replaced(NodeId id, const Vec<Replacement>& replacements, Vec<std::uint32_t>& done) {
  if (op(id) == Op::index) {
    for (const Replacement& replacement : replacements)
      if (attribute(id, 0) == static_cast<std::int64_t>(replacement.index.at)) return replacement.by;
    return id;
  }
  if (binds(id)) {  // open, replace below, close again: levels inside may have changed
    const Opened opened = open(id);
    const NodeId body = substitute(opened.body, replacements);
    return rebind(id, dtype(id), body, opened.indices);
  }
  Vec<NodeId> operands;
  for (std::uint32_t at = 0; at < nodes_[id.at].operand_count; ++at)
    operands.push_back(substitute_known(operand(id, at), replacements, done));
  return readd(id, operands);
}

/// The node `like` over other operands. An affine entry is added up anew when its indices became affine themselves,
/// and becomes a sum of products when they became anything else.
constexpr NodeId Graph::readd(NodeId like, const Vec<NodeId>& operands) {
  if (op(like) != Op::affine) {
    const Vec<std::int64_t> attributes(ints(like).data(), ints(like).data() + ints(like).size());
    const Vec<std::int64_t> extents(shape(like).data(), shape(like).data() + shape(like).size());
    return add(op(like), dtype(like), std::span<const NodeId>(operands.begin(), operands.size()),
               std::span(attributes.begin(), attributes.size()), std::span(extents.begin(), extents.size()),
               nodes_[like.at].sparse);
  }
  std::int64_t offset = attribute(like, 0);
  Vec<IndexId> indices;
  Vec<std::int64_t> coefficients;
  Vec<NodeId> others;
  for (std::size_t at = 0; at < operands.size(); ++at) {
    const std::int64_t scale = attribute(like, at + 1);
    const NodeId operand = operands[at];
    if (op(operand) == Op::constant) {
      offset += scale * attribute(operand, 0);
    } else if (op(operand) == Op::index) {
      indices.push_back(IndexId{static_cast<std::uint32_t>(attribute(operand, 0))});
      coefficients.push_back(scale);
    } else if (op(operand) == Op::affine) {
      offset += scale * attribute(operand, 0);
      for (std::size_t term = 0; term < nodes_[operand.at].operand_count; ++term) {
        indices.push_back(IndexId{static_cast<std::uint32_t>(attribute(this->operand(operand, term), 0))});
        coefficients.push_back(scale * attribute(operand, term + 1));
      }
    } else {
      others.push_back(scale == 1 ? operand : add(Op::multiply, DType::i64, {integer(scale), operand}));
    }
  }
  NodeId out = affine(offset, indices, coefficients);
  for (NodeId other : others) out = add(Op::add, DType::i64, {out, other});
  return out;
}

}  // namespace ricci::dsl
