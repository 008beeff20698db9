/// Bodies of Graph's members: interning, indices, affine forms.
#pragma once

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/graph.hpp"

namespace ricci::dsl {

namespace detail {
/// One word more in the hash of a node.
constexpr std::uint64_t hashed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * golden;
  return hash ^ (hash >> 32U);
}
}  // namespace detail

constexpr bool Graph::same(const Node& node, Op op, DType dtype, std::span<const NodeId> operands,
                           std::span<const std::int64_t> ints, std::span<const std::int64_t> extents,
                           bool sparse) const {
  if (node.op != op || node.dtype != dtype || node.sparse != sparse || node.operand_count != operands.size() ||
      node.int_count != ints.size() || node.rank != extents.size())
    return false;
  const auto equal = [](const auto* own, const auto* other, std::size_t count) {
    for (const auto* end = own + count; own != end; ++own, ++other)
      if (*own != *other) return false;
    return true;
  };
  return equal(operands_.data() + node.first_operand, operands.data(), node.operand_count) &&
         equal(ints_.data() + node.first_int, ints.data(), node.int_count) &&
         equal(extents_.data() + node.first_extent, extents.data(), node.rank);
}

constexpr void Graph::intern(NodeId id, std::uint64_t hash) {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t slot = hash & mask;
  while (buckets_[slot] != 0) slot = (slot + 1) & mask;
  buckets_[slot] = id.at + 1;
}

constexpr NodeId Graph::add(Op op, DType dtype, std::span<const NodeId> operands, std::span<const std::int64_t> ints,
                            std::span<const std::int64_t> extents, bool sparse) {
  std::uint64_t hash = (static_cast<std::uint64_t>(op) << 8U) + static_cast<std::uint64_t>(dtype) + 1;
  const NodeId* operand = operands.data();
  for (const NodeId* end = operand + operands.size(); operand != end; ++operand)
    hash = detail::hashed(hash, operand->at);
  const std::int64_t* value = ints.data();
  for (const std::int64_t* end = value + ints.size(); value != end; ++value)
    hash = detail::hashed(hash, static_cast<std::uint64_t>(*value));
  value = extents.data();
  for (const std::int64_t* end = value + extents.size(); value != end; ++value)
    hash = detail::hashed(hash, ~static_cast<std::uint64_t>(*value));
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
  operands_.append(operands.data(), operands.size());
  node.first_int = static_cast<std::uint32_t>(ints_.size());
  node.int_count = static_cast<std::uint32_t>(ints.size());
  ints_.append(ints.data(), ints.size());
  node.first_extent = static_cast<std::uint32_t>(extents_.size());
  extents_.append(extents.data(), extents.size());
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
  const std::size_t skip = is_reduce(node.op) && node.int_count > 0 ? leading_ints(node.op) : node.int_count;
  std::uint32_t height = 0;
  for (std::uint32_t at = 0; at < node.operand_count; ++at) {
    const Node& operand = nodes_[operands_[node.first_operand + at].at];
    if (operand.height > height) height = operand.height;
    for (std::uint32_t which = 0; which < operand.free_count; ++which) {
      const IndexId index = free_[operand.first_free + which];
      if (skip == node.int_count || !bound_from(node, skip, index)) note_free(node.first_free, index);
    }
  }
  if (node.op == Op::index) free_.push_back(IndexId{static_cast<std::uint32_t>(ints_[node.first_int])});
  for (std::size_t at = skip; at < node.int_count; ++at) {
    const std::uint32_t level = indices_[static_cast<std::size_t>(ints_[node.first_int + at])].level;
    if (height <= level) height = level + 1;
  }
  node.height = height;
  node.free_count = static_cast<std::uint32_t>(free_.size()) - node.first_free;
}

constexpr bool Graph::bound_from(const Node& node, std::size_t skip, IndexId index) const {
  for (std::size_t at = skip; at < node.int_count; ++at)
    if (ints_[node.first_int + at] == static_cast<std::int64_t>(index.at)) return true;
  return false;
}

/// Puts an index among those from `first` on, which are sorted, unless it is there.
constexpr void Graph::note_free(std::uint32_t first, IndexId index) {
  std::size_t at = free_.size();
  while (at > first && index.at < free_[at - 1].at) --at;
  if (at > first && free_[at - 1] == index) return;
  free_.push_back(index);
  for (std::size_t from = free_.size() - 1; from > at; --from) free_[from] = free_[from - 1];
  free_[at] = index;
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
  const auto hash_of = [](const Index& index) {
    return mix(mix(index.level) ^ static_cast<std::uint64_t>(index.extent));
  };
  if (2 * canonical_ >= index_buckets_.size()) {
    index_buckets_ = Vec<std::uint32_t>(index_buckets_.empty() ? 16 : 2 * index_buckets_.size(), 0U);
    for (std::uint32_t at = 0; at < indices_.size(); ++at) {
      if (indices_[at].open()) continue;
      std::size_t slot = hash_of(indices_[at]) & (index_buckets_.size() - 1);
      while (index_buckets_[slot] != 0) slot = (slot + 1) & (index_buckets_.size() - 1);
      index_buckets_[slot] = at + 1;
    }
  }
  Index made{level, extent, Str(name)};
  const std::size_t mask = index_buckets_.size() - 1;
  std::size_t slot = hash_of(made) & mask;
  for (; index_buckets_[slot] != 0; slot = (slot + 1) & mask) {
    const IndexId found{index_buckets_[slot] - 1};
    if (indices_[found.at].level == level && indices_[found.at].extent == extent) return found;
  }
  indices_.push_back(std::move(made));
  ++canonical_;
  index_buckets_[slot] = static_cast<std::uint32_t>(indices_.size());
  return IndexId{static_cast<std::uint32_t>(indices_.size() - 1)};
}

/// Terms stand in the order of level and extent, which a copy into another graph keeps.
constexpr NodeId Graph::affine(std::int64_t offset, const Vec<IndexId>& indices,
                               const Vec<std::int64_t>& coefficients) {
  const auto before = [this](IndexId a, IndexId b) {
    const Index& left = index(a);
    const Index& right = index(b);
    return left.level != right.level ? left.level < right.level : left.extent < right.extent;
  };
  Vec<IndexId> sorted;
  Vec<std::uint64_t> sums;  // unsigned: wraps as i64 does in the language
  for (std::size_t at = 0; at < indices.size(); ++at) {
    std::size_t place = 0;
    while (place < sorted.size() && before(sorted[place], indices[at])) ++place;
    if (place == sorted.size() || sorted[place] != indices[at]) {
      sorted.push_back(indices[at]);
      sums.push_back(0);
      for (std::size_t from = sorted.size() - 1; from > place; --from) {
        sorted[from] = sorted[from - 1];
        sums[from] = sums[from - 1];
      }
      sorted[place] = indices[at];
      sums[place] = 0;
    }
    sums[place] += static_cast<std::uint64_t>(coefficients[at]);
  }
  Vec<NodeId> operands;
  Vec<std::int64_t> ints{offset};
  for (std::size_t at = 0; at < sorted.size(); ++at) {
    if (sums[at] == 0) continue;
    operands.push_back(index_value(sorted[at]));
    ints.push_back(static_cast<std::int64_t>(sums[at]));
  }
  if (operands.empty()) return integer(offset);
  if (offset == 0 && operands.size() == 1 && ints[1] == 1) return operands[0];
  return add(Op::affine, DType::i64, std::span(operands.data(), operands.size()), std::span(ints.data(), ints.size()));
}

constexpr NodeId Graph::linear(std::int64_t offset, std::span<const NodeId> operands,
                               std::span<const std::int64_t> coefficients) {
  std::uint64_t constant = static_cast<std::uint64_t>(offset);
  Vec<IndexId> indices;
  Vec<std::int64_t> scales;
  Vec<NodeId> others;
  const auto times = [](std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b);
  };
  const auto note = [&](NodeId index, std::uint64_t scale) {
    indices.push_back(IndexId{static_cast<std::uint32_t>(attribute(index, 0))});
    scales.push_back(static_cast<std::int64_t>(scale));
  };
  // The spans may point into our own pools, which grow below.
  const Vec<NodeId> terms(operands.data(), operands.data() + operands.size());
  const Vec<std::int64_t> factors(coefficients.data(), coefficients.data() + coefficients.size());
  for (std::size_t at = 0; at < terms.size(); ++at) {
    const NodeId term = terms[at];
    if (op(term) == Op::constant) {
      constant += times(factors[at], attribute(term, 0));
    } else if (op(term) == Op::index) {
      note(term, static_cast<std::uint64_t>(factors[at]));
    } else if (op(term) == Op::affine) {
      constant += times(factors[at], attribute(term, 0));
      for (std::size_t own = 0; own < nodes_[term.at].operand_count; ++own)
        note(operand(term, own), times(factors[at], attribute(term, own + 1)));
    } else {
      others.push_back(factors[at] == 1 ? term : add(Op::multiply, DType::i64, {integer(factors[at]), term}));
    }
  }
  NodeId out;
  if (others.empty() || !indices.empty() || constant != 0)
    out = affine(static_cast<std::int64_t>(constant), indices, scales);
  for (NodeId other : others) out = out.valid() ? add(Op::add, DType::i64, {out, other}) : other;
  return out;
}

constexpr NodeId Graph::access(NodeId tensor, std::span<const NodeId> entries) {
  Vec<NodeId> operands{tensor};
  for (NodeId entry : entries) operands.push_back(entry);
  return add(Op::access, dtype(tensor), std::span<const NodeId>(operands.begin(), operands.size()));
}

}  // namespace ricci::dsl

#include "dsl/graph/binding.hpp"
