/// A system whose matrix is a Kronecker product, or block-diagonal, becomes the systems it is made of:
/// (A[i,j]*B[k,l]) \ c[i,k]  ->  B \ (A \ c), axis by axis;  ((m == p)*P[m,i,j]) \ b[m,i]  ->  P[m,..] \ b[m,..].
/// What becomes true here: no matrix is formed, or factored, that is larger than its factors.
///
/// Exact over the reals. Each step is backward stable in its own factor, and the condition of a Kronecker product is
/// the product of theirs (Van Loan, The ubiquitous Kronecker product, 2000): nothing is lost against solving the whole.
#pragma once

#include "passes/equations.hpp"
#include "passes/notes.hpp"
#include "passes/renaming.hpp"

namespace ricci::passes {

namespace detail {

/// The matrix of a system with its axes apart:  [batch, equations, unknowns].
struct OpenMatrix {
  NodeId body;
  Vec<IndexId> batch, equations, unknowns;
};

/// The product under a body: its factors, and the conditions of its brackets.
struct SystemFactors {
  Vec<NodeId> conditions, factors, divisors;
  bool negative = false;
};

constexpr SystemFactors factors_of(const Graph& graph, NodeId body) {
  SystemFactors out;
  Vec<NodeId> open{body};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    const Op op = graph.op(id);
    if (op == Op::guard) {
      Vec<NodeId> conditions{graph.operand(id, 0)};
      while (!conditions.empty()) {
        const NodeId condition = conditions.back();
        conditions.pop_back();
        if (graph.op(condition) == Op::logical_and)
          for (NodeId own : graph.operands(condition)) conditions.push_back(own);
        else
          out.conditions.push_back(condition);
      }
      open.push_back(graph.operand(id, 1));
    } else if (op == Op::cast && graph.dtype(graph.operand(id, 0)) == DType::boolean) {
      out.conditions.push_back(graph.operand(id, 0));  // 1 where it holds
    } else if (op == Op::multiply) {
      open.push_back(graph.operand(id, 1));
      open.push_back(graph.operand(id, 0));
    } else if (op == Op::divide) {
      out.divisors.push_back(graph.operand(id, 1));
      open.push_back(graph.operand(id, 0));
    } else if (op == Op::negate) {
      out.negative = !out.negative;
      open.push_back(graph.operand(id, 0));
    } else {
      out.factors.push_back(id);
    }
  }
  return out;
}

class SystemSplit {
 public:
  constexpr SystemSplit(Graph& graph, NodeId solve) : graph_(graph), solve_(solve) {}

  /// The solution made of those of smaller systems; null where the matrix is of one piece.
  constexpr NodeId run() {
    if (dsl::solves_transposed(graph_, solve_) || !open_matrix() || !sides_fit()) return {};
    parts_ = factors_of(graph_, matrix_.body);
    pair_blocks();
    if (!parts_.conditions.empty() || !components() || (pairs_.empty() && blocks_.size() < 2)) return {};
    return emitted();
  }

 private:
  /// One smaller system: its equations, its unknowns, and what its elements are the product of.
  struct Block {
    Vec<IndexId> equations, unknowns;
    Vec<NodeId> factors, divisors;
  };
  struct BlockPair {
    IndexId equation, unknown;  // equal wherever the matrix is not zero
  };
  /// A tensor, and the index that stands for each of its axes.
  struct Named {
    NodeId tensor;
    Vec<IndexId> axes;
  };

  constexpr double extents(const Vec<IndexId>& indices) const { return points_of(graph_, span_of(indices)); }

  /// The axes of what was reshaped to a matrix: the first that make up its rows are equations.
  constexpr bool open_matrix() {
    const NodeId matrix = graph_.operand(solve_, 0);
    if (graph_.op(matrix) != Op::reshape || elements_of(graph_, matrix) == 0) return false;
    const NodeId whole = graph_.operand(matrix, 0);
    if (graph_.op(whole) != Op::tensor || graph_[whole].sparse) return false;
    const auto shape = graph_.shape(matrix), own = graph_.shape(whole);
    const std::size_t batch = shape.size() - 2;
    if (own.size() < batch + 3) return false;
    for (std::size_t axis = 0; axis < batch; ++axis)
      if (own[axis] != shape[axis]) return false;
    // Half of the axes, where that fits; axes of extent 1 leave a choice.
    std::size_t split = batch + (own.size() - batch) / 2;
    if (rows_up_to(own, batch, split) != shape[batch]) {
      split = batch + 1;
      while (split + 1 < own.size() && rows_up_to(own, batch, split) != shape[batch]) ++split;
    }
    if (rows_up_to(own, batch, split) != shape[batch]) return false;
    const dsl::Opened opened = graph_.open(whole);
    matrix_.body = opened.body;
    for (std::size_t axis = 0; axis < opened.indices.size(); ++axis)
      (axis < batch   ? matrix_.batch
       : axis < split ? matrix_.equations
                      : matrix_.unknowns)
          .push_back(opened.indices[axis]);
    all_equations_ = matrix_.equations;
    all_unknowns_ = matrix_.unknowns;
    return true;
  }
  static constexpr std::int64_t rows_up_to(std::span<const std::int64_t> shape, std::size_t batch, std::size_t split) {
    std::int64_t out = 1;
    for (std::size_t axis = batch; axis < split; ++axis) out *= shape[axis];
    return out;
  }
  constexpr bool sides_fit() const {
    const auto shape = graph_.shape(graph_.operand(solve_, 1)), own = graph_.shape(graph_.operand(solve_, 0));
    const std::size_t batch = matrix_.batch.size();
    if (shape.size() != batch + (graph_.attribute(solve_, 0) != 0 ? 1 : 2)) return false;
    for (std::size_t axis = 0; axis < batch; ++axis)
      if (shape[axis] != own[axis]) return false;
    return elements_of(graph_, graph_.operand(solve_, 1)) > 0;
  }

  /// (m == p) between an equation and an unknown: one block for each m.
  constexpr void pair_blocks() {
    Vec<NodeId> left;
    for (NodeId condition : parts_.conditions) {
      const BlockPair pair = pair_of(condition);
      if (pair.equation.valid())
        pairs_.push_back(pair);
      else
        left.push_back(condition);
    }
    parts_.conditions = std::move(left);
    Vec<dsl::Replacement> replacements;
    for (const BlockPair& pair : pairs_) {
      replacements.push_back({pair.unknown, graph_.index_value(pair.equation)});
      matrix_.equations = without(matrix_.equations, pair.equation);
      matrix_.unknowns = without(matrix_.unknowns, pair.unknown);
    }
    for (Vec<NodeId>* nodes : {&parts_.factors, &parts_.divisors})
      for (NodeId& node : *nodes) node = graph_.substitute(node, replacements);
  }
  constexpr BlockPair pair_of(NodeId condition) const {
    if (graph_.op(condition) != Op::equal) return {};
    IndexId sides[2];
    for (std::size_t at = 0; at < 2; ++at) {
      const NodeId side = graph_.operand(condition, at);
      if (graph_.op(side) != Op::index) return {};
      sides[at] = IndexId{static_cast<std::uint32_t>(graph_.attribute(side, 0))};
    }
    if (!matrix_.equations.contains(sides[0])) std::swap(sides[0], sides[1]);
    if (!matrix_.equations.contains(sides[0]) || !matrix_.unknowns.contains(sides[1])) return {};
    if (graph_.extent(sides[0]) != graph_.extent(sides[1])) return {};
    for (const BlockPair& other : pairs_)
      if (other.equation == sides[0] || other.unknown == sides[1]) return {};
    return {sides[0], sides[1]};
  }
  static constexpr Vec<IndexId> without(const Vec<IndexId>& indices, IndexId gone) {
    Vec<IndexId> out;
    for (IndexId own : indices)
      if (own != gone) out.push_back(own);
    return out;
  }

  /// Equations and unknowns that factors tie together, each a square matrix. False where some axis has no factor.
  constexpr bool components() {
    Vec<IndexId> axes = matrix_.equations;
    axes.append(matrix_.unknowns);
    Vec<std::size_t> label;
    for (std::size_t at = 0; at < axes.size(); ++at) label.push_back(at);
    for (const Vec<NodeId>* nodes : {&parts_.factors, &parts_.divisors})
      for (NodeId node : *nodes) tie(node, axes, label);
    for (std::size_t own = 0; own < axes.size(); ++own) {
      Block block;
      for (std::size_t at = 0; at < axes.size(); ++at)
        if (label[at] == own) (at < matrix_.equations.size() ? block.equations : block.unknowns).push_back(axes[at]);
      if (block.equations.empty() && block.unknowns.empty()) continue;
      if (block.equations.empty() || block.unknowns.empty() || extents(block.equations) != extents(block.unknowns))
        return false;
      blocks_.push_back(std::move(block));
    }
    if (blocks_.empty()) blocks_.push_back({});  // one by one: diagonal
    for (NodeId factor : parts_.factors) owner(factor).factors.push_back(factor);
    for (NodeId divisor : parts_.divisors) owner(divisor).divisors.push_back(divisor);
    return true;
  }
  constexpr void tie(NodeId node, const Vec<IndexId>& axes, Vec<std::size_t>& label) const {
    std::size_t first = axes.size();
    for (std::size_t at = 0; at < axes.size(); ++at) {
      if (!graph_.uses(node, axes[at])) continue;
      if (first == axes.size()) first = at;
      const std::size_t from = label[at], to = label[first];
      for (std::size_t& own : label) own = own == from ? to : own;
    }
  }
  /// The block that the node has axes of; the first, if it has none.
  constexpr Block& owner(NodeId node) {
    for (Block& block : blocks_)
      for (const Vec<IndexId>* axes : {&block.equations, &block.unknowns})
        for (IndexId own : *axes)
          if (graph_.uses(node, own)) return block;
    return blocks_[0];
  }

  constexpr NodeId element(const Named& of) {
    Vec<NodeId> entries;
    for (IndexId own : of.axes) entries.push_back(graph_.index_value(own));
    return graph_.access(of.tensor, span_of(entries));
  }
  /// The element as a tensor over some indices, the rest of its axes joined as they are given.
  constexpr NodeId laid_out(NodeId body, const Vec<IndexId>& leading,
                            std::initializer_list<const Vec<IndexId>*> joined) {
    Vec<IndexId> axes = leading;
    Vec<std::int64_t> shape;
    for (IndexId own : leading) shape.push_back(graph_.extent(own));
    for (const Vec<IndexId>* group : joined) {
      axes.append(*group);
      shape.push_back(static_cast<std::int64_t>(extents(*group)));
    }
    return reshaped(graph_, without_renaming(graph_, graph_.tensor(body, axes)), shape);
  }

  constexpr NodeId emitted() {
    const auto result = graph_.shape(solve_);
    const Vec<std::int64_t> shape(result.data(), result.data() + result.size());
    const DType type = graph_.dtype(solve_);
    Named sides = open_sides();
    const IndexId column = sides.axes.back();
    for (std::size_t at = 0; at < blocks_.size(); ++at) sides = solved_along(blocks_[at], sides, type, at == 0);
    Vec<IndexId> axes = matrix_.batch;
    for (IndexId own : all_unknowns_) {
      IndexId stands = own;
      for (const BlockPair& pair : pairs_) stands = pair.unknown == own ? pair.equation : stands;
      axes.push_back(stands);
    }
    axes.push_back(column);
    return reshaped(graph_, without_renaming(graph_, graph_.tensor(element(sides), axes)), shape);
  }
  /// The right-hand sides with their equations apart, over [batch, equations, columns].
  constexpr Named open_sides() {
    Named out{{}, matrix_.batch};
    const std::size_t batch = matrix_.batch.size();
    const NodeId side = graph_.operand(solve_, 1);
    out.axes.append(all_equations_);
    const auto given = graph_.shape(side);
    const std::int64_t columns = graph_.attribute(solve_, 0) != 0 ? 1 : given[batch + 1];
    out.axes.push_back(graph_.open_index("", columns));
    Vec<std::int64_t> shape;
    for (IndexId own : out.axes) shape.push_back(graph_.extent(own));
    out.tensor = reshaped(graph_, side, shape);
    return out;
  }
  /// One step: the block's equations of the sides become its unknowns. Whatever its matrix does not depend on is one
  /// more column.
  constexpr Named solved_along(const Block& block, const Named& sides, DType type, bool first) {
    NodeId product;
    for (NodeId factor : block.factors)
      product = product.valid() ? graph_.add(Op::multiply, type, {product, factor}) : factor;
    if (!product.valid()) product = one(type);
    for (NodeId divisor : block.divisors) product = graph_.add(Op::divide, type, {product, divisor});
    if (first && parts_.negative) product = graph_.add(Op::negate, type, {product});
    Vec<IndexId> batch, others;
    for (IndexId own : sides.axes) {
      if (block.equations.contains(own)) continue;
      (graph_.uses(product, own) ? batch : others).push_back(own);
    }
    const NodeId matrix = laid_out(product, batch, {&block.equations, &block.unknowns});
    const NodeId side = laid_out(element(sides), batch, {&block.equations, &others});
    Named out{solved(graph_, matrix, side, false, false), batch};
    out.axes.append(block.unknowns);
    out.axes.append(others);
    Vec<std::int64_t> shape;
    for (IndexId own : out.axes) shape.push_back(graph_.extent(own));
    out.tensor = reshaped(graph_, out.tensor, shape);
    return out;
  }
  constexpr NodeId one(DType type) { return dsl::is_complex(type) ? graph_.complex(1, 0, type) : graph_.real(1, type); }

  Graph& graph_;
  NodeId solve_;
  OpenMatrix matrix_;
  Vec<IndexId> all_equations_, all_unknowns_;
  SystemFactors parts_;
  Vec<BlockPair> pairs_;
  Vec<Block> blocks_;
};

}  // namespace detail

constexpr Rebuilt split_systems(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (out.op(made) != Op::solve) return made;
    const NodeId split = detail::SystemSplit(out, made).run();
    if (!split.valid()) return made;
    notes.fire(in, "split into smaller systems", in.operand(old, 0),
               "it is a product over separate axes, or block-diagonal");
    return split;
  });
}

}  // namespace ricci::passes
