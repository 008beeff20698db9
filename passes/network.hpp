/// A product under sums, taken apart: the factors, which index is summed over, and what stands outside. Products and
/// sums of a chain are one level here, so that it does not matter how they were nested or written.
#pragma once

#include "passes/contraction_order.hpp"
#include "passes/cost.hpp"

namespace ricci::passes {

/// Whether a BLAS-like kernel can read the factor in place: an element of a dense tensor, perhaps conjugated or
/// converted without loss, at affine, wrapped, clamped or gathered entries.
constexpr bool is_plain_entry(const Graph& graph, NodeId entry) {
  const auto affine = [&](NodeId id) {
    return graph.op(id) == Op::index || graph.op(id) == Op::affine || graph.op(id) == Op::constant;
  };
  if (graph.op(entry) == Op::wrap || graph.op(entry) == Op::clamp_to) return affine(graph.operand(entry, 0));
  if (graph.op(entry) != Op::gather) return affine(entry);
  NodeId source = graph.operand(entry, 0);
  if (graph.op(source) == Op::cast) source = graph.operand(source, 0);
  if (graph.op(source) != Op::access || graph[graph.operand(source, 0)].sparse) return false;
  for (NodeId own : graph.operands(source).subspan(1))
    if (!affine(own)) return false;
  return true;
}
constexpr bool is_plain(const Graph& graph, NodeId factor) {
  const DType type = graph.dtype(factor);
  while (graph.op(factor) == Op::cast || graph.op(factor) == Op::conj) factor = graph.operand(factor, 0);
  if (graph.op(factor) != Op::access || graph[graph.operand(factor, 0)].sparse) return false;
  if (graph.dtype(factor) == DType::boolean || dsl::promote(graph.dtype(factor), type) != type) return false;
  for (NodeId entry : graph.operands(factor).subspan(1))
    if (!is_plain_entry(graph, entry)) return false;
  return true;
}

struct NetworkFactor {
  NodeId node;
  IndexSet indices = 0;
  bool plain = false;
};

struct Network {
  DType dtype = DType::f64;
  Vec<NetworkFactor> factors;
  Vec<IndexId> indices;  // those of the result first, in the order of its axes
  IndexSet result = 0;
  Vec<NodeId> numbers;    // constant factors, and scalars where they were asked for
  bool negative = false;  // as a whole
  int sums = 0;           // how many sums it was made of
  int outside = 0;        // how many factors stood outside all sums
  bool usable = true;

  constexpr OrderProblem problem(const Graph& graph) const {
    OrderProblem out;
    for (const NetworkFactor& factor : factors) out.factors.push_back(factor.indices);
    out.result = result;
    for (IndexId index : indices) out.extents.push_back(static_cast<double>(graph.extent(index)));
    return out;
  }
};

namespace detail {

/// Takes the chain under a root apart. Sums in it are opened, except one that stands in it twice.
class NetworkReader {
 public:
  enum class Depth { root, all };  // which sums are opened

  /// `scalars_outside`: factors without an index stand outside, as numbers do.
  constexpr NetworkReader(Graph& graph, bool scalars_outside, Depth depth = Depth::all)
      : graph_(graph), scalars_outside_(scalars_outside), depth_(depth) {}

  /// `axes`: the free indices of the root, in the order in which a result should have them.
  constexpr Network read(NodeId root, const Vec<IndexId>& axes) {
    out_.dtype = graph_.dtype(root);
    for (IndexId own : axes) bit(own);
    if (!out_.usable) return std::move(out_);
    out_.result = axes.empty() ? 0 : ~IndexSet{0} >> (64 - axes.size());
    level(root, true);
    while (!open_.empty() && out_.usable) {
      const Part part = open_.back();
      open_.pop_back();
      take(part);
    }
    if (out_.usable)
      for (NodeId divisor : divisors_) divide(divisor);
    IndexSet used = out_.result;
    for (NetworkFactor& factor : out_.factors) {
      factor.plain = is_plain(graph_, factor.node);
      used |= factor.indices;
    }
    // An index that no factor has counts its extent: left as it is.
    if (used != (IndexSet{1} << out_.indices.size()) - 1) out_.usable = false;
    return std::move(out_);
  }

 private:
  struct Part {
    NodeId node;
    bool outside = false;  // of every sum
    bool again = false;    // it stands in this product more than once
  };

  constexpr IndexSet bit(IndexId index) {
    for (std::size_t at = 0; at < out_.indices.size(); ++at)
      if (out_.indices[at] == index) return IndexSet{1} << at;
    if (out_.indices.size() == 63 || graph_.extent(index) == 0) out_.usable = false;
    if (out_.usable) out_.indices.push_back(index);
    return out_.usable ? IndexSet{1} << (out_.indices.size() - 1) : 0;
  }
  constexpr IndexSet bits(NodeId id) {
    IndexSet out = 0;
    const auto free = graph_.free(id);
    for (IndexId own : free) out |= bit(own);
    return out;
  }

  /// The parts of one product, in order, as far as multiplications, divisions and signs go.
  constexpr void level(NodeId root, bool outside) {
    Vec<NodeId> open{root};
    Vec<Part> parts;
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      const Op op = graph_.op(id);
      if (op == Op::multiply || op == Op::divide || op == Op::negate) {
        if (op == Op::multiply) open.push_back(graph_.operand(id, 1));
        if (op == Op::divide) divisors_.push_back(graph_.operand(id, 1));
        if (op == Op::negate) out_.negative = !out_.negative;
        open.push_back(graph_.operand(id, 0));
        continue;
      }
      Part part{id, outside, false};
      if (op == Op::sum)
        for (Part& other : parts)
          if (other.node == id) part.again = other.again = true;
      parts.push_back(part);
    }
    for (std::size_t at = parts.size(); at-- > 0;) open_.push_back(parts[at]);
  }
  constexpr void take(const Part& part) {
    const NodeId id = part.node;
    if (graph_.op(id) == Op::constant) {
      out_.numbers.push_back(id);
    } else if (graph_.op(id) == Op::sum && !part.again && opens(id) && (depth_ == Depth::all || out_.sums == 0)) {
      const dsl::Opened opened = graph_.open(id);
      for (IndexId own : opened.indices) bit(own);
      ++out_.sums;
      level(opened.body, false);
    } else if (scalars_outside_ && graph_.free(id).empty()) {
      out_.numbers.push_back(id);
    } else {
      out_.outside += part.outside ? 1 : 0;
      out_.factors.push_back({id, bits(id), false});
    }
  }
  /// A bracket that is false, and what is not stored, annihilate the other factors: they stay together.
  constexpr bool opens(NodeId sum) const {
    const NodeId body = graph_.operand(sum, 0);
    return graph_.dtype(body) == out_.dtype && graph_.op(body) != Op::guard &&
           points_of(graph_, span_of(graph_.bound(sum))) > 0;
  }
  /// A denominator joins the smallest factor that has all its indices.
  constexpr void divide(NodeId divisor) {
    const IndexSet own = bits(divisor);
    NetworkFactor* best = nullptr;
    for (NetworkFactor& factor : out_.factors)
      if ((own & ~factor.indices) == 0 && (best == nullptr || size(factor.indices) < size(best->indices)))
        best = &factor;
    if (best == nullptr)
      out_.usable = false;
    else
      best->node = graph_.add(Op::divide, out_.dtype, {best->node, divisor});
  }
  constexpr double size(IndexSet set) const {
    double out = 1;
    for (std::size_t at = 0; at < out_.indices.size(); ++at)
      if ((set >> at & 1U) != 0) out *= static_cast<double>(graph_.extent(out_.indices[at]));
    return out;
  }

  Graph& graph_;
  bool scalars_outside_;
  Depth depth_;
  Network out_;
  Vec<Part> open_;
  Vec<NodeId> divisors_;
};

}  // namespace detail
}  // namespace ricci::passes
