/// The graph: what every front end makes and every pass rewrites. One flat vector of small nodes, operands before
/// users, interned when made: equal means identical. Axes are indices, not positions; there is no layout here.
///
/// Two sorts of nodes. An element node is a number at each point of its free indices. A tensor node is a whole value
/// without free indices; Op::tensor makes one of an element body by binding the body's indices as axes, and
/// Op::access takes an element of one.
///
/// Binders (Op::tensor and the reductions) bind canonical indices, numbered from the inside out (the height of the
/// body), so that sum[k] f(k) and sum[l] f(l) are one node. To look below a binder, open() it: that gives the body
/// with fresh open indices; bind again to close. Extents are numbers: a graph stands for one set of extents.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "dsl/graph/dtype.hpp"
#include "dsl/graph/id_map.hpp"
#include "dsl/graph/op.hpp"
#include "dsl/source/vec.hpp"

namespace ricci::dsl {

struct IndexId {
  std::uint32_t at = 0xffffffffU;
  constexpr bool valid() const { return at != 0xffffffffU; }
  friend constexpr auto operator<=>(const IndexId&, const IndexId&) = default;
};

/// An index runs over 0..extent-1. Bound ones are known by level and extent alone; open ones are each their own.
struct Index {
  std::uint32_t level = 0;
  std::int64_t extent = 0;
  Str name;  // what the user called it; no part of the identity

  static constexpr std::uint32_t open_base = 1U << 20U;
  constexpr bool open() const { return level >= open_base; }
};

/// A tensor that comes from outside.
struct Input {
  Str name;
  DType dtype = DType::f64;
  Vec<std::int64_t> shape;
  bool sparse = false;
};

struct Node {
  Op op = Op::constant;
  DType dtype = DType::f64;
  bool sparse = false;       // a tensor whose not-stored elements annihilate products
  std::uint8_t rank = 0;     // of a tensor node; 0 for element nodes
  std::uint32_t height = 0;  // levels bound inside an element body
  std::uint32_t first_operand = 0, operand_count = 0;
  std::uint32_t first_int = 0, int_count = 0;
  std::uint32_t first_extent = 0;                // `rank` extents
  std::uint32_t first_free = 0, free_count = 0;  // free indices, ascending
};

/// What is opened by Graph::open: the body and the fresh open indices that stand for the bound ones, in order.
struct Opened {
  NodeId body;
  Vec<IndexId> indices;
};

/// One index to be replaced by an element node.
struct Replacement {
  IndexId index;
  NodeId by;
};

class Graph {
 public:
  // -- reading
  constexpr std::size_t size() const { return nodes_.size(); }
  constexpr const Node& operator[](NodeId id) const { return nodes_[id.at]; }
  constexpr Op op(NodeId id) const { return nodes_[id.at].op; }
  constexpr DType dtype(NodeId id) const { return nodes_[id.at].dtype; }
  constexpr std::span<const NodeId> operands(NodeId id) const {
    const Node& node = nodes_[id.at];
    return {operands_.begin() + node.first_operand, node.operand_count};
  }
  constexpr NodeId operand(NodeId id, std::size_t which) const {
    return operands_[nodes_[id.at].first_operand + which];
  }
  constexpr std::span<const std::int64_t> ints(NodeId id) const {
    const Node& node = nodes_[id.at];
    return {ints_.begin() + node.first_int, node.int_count};
  }
  constexpr std::int64_t attribute(NodeId id, std::size_t which) const {
    return ints_[nodes_[id.at].first_int + which];
  }
  constexpr std::span<const std::int64_t> shape(NodeId id) const {
    const Node& node = nodes_[id.at];
    return {extents_.begin() + node.first_extent, node.rank};
  }
  constexpr std::span<const IndexId> free(NodeId id) const {
    const Node& node = nodes_[id.at];
    return {free_.begin() + node.first_free, node.free_count};
  }
  constexpr bool uses(NodeId id, IndexId index) const {
    const Node& node = nodes_[id.at];
    if (node.free_count == 0) return false;
    const IndexId* own = free_.data() + node.first_free;
    for (const IndexId* end = own + node.free_count; own != end; ++own)
      if (own->at == index.at) return true;
    return false;
  }
  constexpr const Index& index(IndexId id) const { return indices_[id.at]; }
  constexpr std::size_t index_count() const { return indices_.size(); }
  constexpr std::int64_t extent(IndexId id) const { return indices_[id.at].extent; }
  constexpr const Vec<Input>& inputs() const { return inputs_; }
  constexpr const Input& input_of(NodeId id) const { return inputs_[static_cast<std::size_t>(attribute(id, 0))]; }

  /// The indices a binder binds: canonical ones, in order.
  constexpr Vec<IndexId> bound(NodeId id) const {
    Vec<IndexId> out;
    const Node& node = nodes_[id.at];
    const std::size_t skip = leading_ints(node.op);
    if (node.int_count > skip) out.reserve(node.int_count - skip);
    for (std::size_t at = skip; at < node.int_count; ++at)
      out.push_back(IndexId{static_cast<std::uint32_t>(ints_[node.first_int + at])});
    return out;
  }
  constexpr bool binds(NodeId id) const { return op(id) == Op::tensor || is_reduce(op(id)); }

  // -- making (each returns the node that is equal to what is asked for, made now or before)
  /// The general form: an element or tensor node of these operands and attributes; `extents` for tensors.
  constexpr NodeId add(Op op, DType dtype, std::span<const NodeId> operands, std::span<const std::int64_t> ints = {},
                       std::span<const std::int64_t> extents = {}, bool sparse = false);
  constexpr NodeId add(Op op, DType dtype, std::initializer_list<NodeId> operands,
                       std::initializer_list<std::int64_t> ints = {}) {
    return add(op, dtype, std::span(operands.begin(), operands.size()), std::span(ints.begin(), ints.size()));
  }
  constexpr NodeId constant(DType dtype, std::uint64_t bits, std::uint64_t imaginary_bits = 0) {
    return add(Op::constant, dtype, {}, {static_cast<std::int64_t>(bits), static_cast<std::int64_t>(imaginary_bits)});
  }
  /// Integers and bools keep their value in the bits; floats and complexes keep doubles' bit patterns.
  constexpr NodeId integer(std::int64_t value, DType dtype = DType::i64) {
    return constant(dtype, static_cast<std::uint64_t>(value));
  }
  constexpr NodeId real(double value, DType dtype = DType::f64) {
    return constant(dtype, std::bit_cast<std::uint64_t>(value));
  }
  constexpr NodeId complex(double re, double im, DType dtype = DType::c128) {
    return constant(dtype, std::bit_cast<std::uint64_t>(re), std::bit_cast<std::uint64_t>(im));
  }
  constexpr NodeId input(Input input);
  constexpr IndexId open_index(std::string_view name, std::int64_t extent);
  constexpr NodeId index_value(IndexId index) {
    return add(Op::index, DType::i64, {}, {static_cast<std::int64_t>(index.at)});
  }
  /// The one index of this level and extent that binders bind; `name` counts when it is made.
  constexpr IndexId canonical_index(std::uint32_t level, std::int64_t extent, std::string_view name);
  /// offset + sum of coefficients[n] * indices[n]; terms are merged and sorted; a bare index or number stays one.
  constexpr NodeId affine(std::int64_t offset, const Vec<IndexId>& indices, const Vec<std::int64_t>& coefficients);
  /// The same over any i64 elements: indices, affine forms and numbers are merged, others become sums of products.
  constexpr NodeId linear(std::int64_t offset, std::span<const NodeId> operands,
                          std::span<const std::int64_t> coefficients);
  constexpr NodeId access(NodeId tensor, std::span<const NodeId> entries);

  /// Binds open indices of an element body: a tensor with these axes, in this order.
  constexpr NodeId tensor(NodeId body, const Vec<IndexId>& axes, bool sparse = false);
  /// Binds open indices of an element body under a reduction. `attributes` come before the indices (ddof).
  constexpr NodeId reduce(Op op, DType dtype, NodeId body, const Vec<IndexId>& indices,
                          std::initializer_list<std::int64_t> attributes = {});
  /// The general form: binds indices of `body`, open ones or canonical ones that an unopened body has left free, at
  /// the lowest levels that capture nothing. `leading` comes before the indices among the node's ints.
  constexpr NodeId bind(Op op, DType dtype, NodeId body, Vec<IndexId> indices, const Vec<std::int64_t>& leading,
                        bool sparse);
  /// Binds again what open() has opened: the binder `like` with another body (of the dtype given).
  constexpr NodeId rebind(NodeId like, DType dtype, NodeId body, const Vec<IndexId>& indices);

  /// The body of a binder with fresh open indices in place of the bound ones.
  constexpr Opened open(NodeId binder);
  /// `body` with each of the indices replaced, all at once; goes below binders, never captures. Closed tensors are left
  /// as they are. Linear in the nodes that change.
  constexpr NodeId substitute(NodeId body, const Vec<Replacement>& replacements);
  /// The element of a tensor made by Op::tensor, in place of an access to it: its body at `entries`. An entry that
  /// pads becomes a guard around the body.
  constexpr NodeId body_at(NodeId tensor, std::span<const NodeId> entries);

  /// The number of attributes of a binder that are no indices.
  static constexpr std::size_t leading_ints(Op op) { return op == Op::variance || op == Op::deviation ? 1 : 0; }

 private:
  constexpr std::uint32_t binding_level(NodeId body, const Vec<IndexId>& indices) const;
  constexpr bool touched(NodeId id, const Vec<Replacement>& replacements) const;
  constexpr bool clashes(NodeId binder, const Vec<Replacement>& replacements) const;
  constexpr NodeId replaced(NodeId id, const Vec<Replacement>& replacements, const IdMap& done);
  constexpr bool same(const Node& node, Op op, DType dtype, std::span<const NodeId> operands,
                      std::span<const std::int64_t> ints, std::span<const std::int64_t> extents, bool sparse) const;
  constexpr void intern(NodeId id, std::uint64_t hash);
  constexpr void derive(Node& node);
  constexpr bool bound_from(const Node& node, std::size_t skip, IndexId index) const;
  constexpr void note_free(std::uint32_t first, IndexId index);

  Vec<Node> nodes_;
  Vec<NodeId> operands_;
  Vec<std::int64_t> ints_;
  Vec<std::int64_t> extents_;
  Vec<IndexId> free_;
  Vec<Index> indices_;
  Vec<Input> inputs_;
  Vec<std::uint64_t> hashes_;
  Vec<std::uint32_t> buckets_;        // open addressing; node + 1, 0 is empty
  Vec<std::uint32_t> index_buckets_;  // the same for canonical indices
  std::uint32_t canonical_ = 0;
  std::uint32_t opened_ = 0;
};

}  // namespace ricci::dsl

#include "dsl/graph/graph_impl.hpp"
