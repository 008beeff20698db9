/// Pairs of factors that several products have in common: A[i,j]*B[j,k] in A[i,j]*B[j,k]*X[k,l] and in
/// A[i,j]*B[j,k]*Y[k,m]. What becomes true here: an order of contractions counts such a pair once for all of those that
/// choose it, and each of them writes it as the same tensor.
///
/// A product may choose a pair because others would pay for it too: what is counted is who really chooses it, and
/// with those each product costs no more than by its own best order, so that all of them together do not either.
#pragma once

#include "passes/network.hpp"

namespace ricci::passes {

/// What a pair of factors is, whatever its indices are called: two elements of tensors, which of their entries are the
/// same index, and which of these stay.
struct PairKey {
  NodeId first, second;  // tensors, by the ids of the graph that the pass was given
  DType dtype = DType::f64;
  Vec<std::int64_t> entries;  // by entry of both: which index, numbered as they come up
  Vec<std::int64_t> extents;  // by index: negative, less one, where it stays
  constexpr bool operator==(const PairKey& other) const {
    return first == other.first && second == other.second && dtype == other.dtype && entries == other.entries &&
           extents == other.extents;
  }
};

/// The products of a graph, and what pairs they share.
class SharedPairs {
 public:
  /// The tensors that a product's factors are plain elements of; null for what is more than that.
  static constexpr Vec<NodeId> tensors_of(const Graph& graph, const Network& network) {
    Vec<NodeId> out;
    for (const NetworkFactor& factor : network.factors) {
      const bool element =
          graph.op(factor.node) == Op::access && factor.plain && graph.dtype(factor.node) == network.dtype;
      out.push_back(element ? graph.operand(factor.node, 0) : NodeId{});
      for (std::size_t at = 1; element && at < graph.operands(factor.node).size(); ++at)
        if (graph.op(graph.operand(factor.node, at)) != Op::index) out.back() = NodeId{};
    }
    return out;
  }
  constexpr bool empty() const { return keys_.empty(); }

  /// `tensors`: those of the factors, by the ids of the graph that the pass was given.
  constexpr void add(const Graph& graph, const Network& network, const Vec<NodeId>& tensors) {
    Product own{network.problem(graph), {}};
    for (std::size_t a = 0; a < network.factors.size(); ++a)
      for (std::size_t b = a + 1; b < network.factors.size(); ++b) {
        const PairKey key = key_of(graph, network, tensors, a, b);
        if (network.factors.size() > 2 && key.first.valid()) own.pairs.push_back({a, b, number(key)});
      }
    products_.push_back(std::move(own));
  }

  /// Counts who chooses what, until all agree; a pair that only one chooses is nobody's.
  constexpr void settle() {
    uses_ = Vec<double>(keys_.size(), 0.0);
    for (const Product& own : products_)
      for (const Shared& pair : own.pairs) uses_[pair.key] += 1;
    for (bool changed = true; changed;) {
      Vec<double> chosen(keys_.size(), 0.0);
      for (const Product& own : products_)
        for (std::size_t key : choices(own)) chosen[key] += 1;
      changed = false;
      for (std::size_t key = 0; key < keys_.size(); ++key) {
        if (uses_[key] < 2 || chosen[key] >= uses_[key]) continue;
        uses_[key] = chosen[key];  // only ever less, so that it ends
        changed = true;
      }
    }
  }
  /// The pairs of a product that others choose too.
  constexpr Vec<SharedPair> of(const Graph& graph, const Network& network, const Vec<NodeId>& tensors) const {
    Vec<SharedPair> out;
    for (std::size_t a = 0; a < network.factors.size() && !keys_.empty() && network.factors.size() > 2; ++a)
      for (std::size_t b = a + 1; b < network.factors.size(); ++b) {
        const PairKey key = key_of(graph, network, tensors, a, b);
        for (std::size_t at = 0; key.first.valid() && at < keys_.size(); ++at)
          if (uses_[at] >= 2 && keys_[at] == key) out.push_back({a, b, uses_[at], key.first == tensors[b]});
      }
    return out;
  }

 private:
  struct Shared {
    std::size_t a = 0, b = 0, key = 0;
  };
  struct Product {
    OrderProblem problem;
    Vec<Shared> pairs;
  };

  constexpr std::size_t number(const PairKey& key) {
    for (std::size_t at = 0; at < keys_.size(); ++at)
      if (keys_[at] == key) return at;
    keys_.push_back(key);
    return keys_.size() - 1;
  }
  /// The keys of the pairs that a product contracts first, where what others pay is not its own.
  constexpr Vec<std::size_t> choices(const Product& product) const {
    OrderProblem problem = product.problem;
    for (const Shared& own : product.pairs)
      if (uses_[own.key] >= 2) problem.shared.push_back({own.a, own.b, uses_[own.key], false});
    Vec<std::size_t> out;
    if (problem.shared.empty() || problem.factors.size() > detail::most_optimal) return out;
    for (const Pair& pair : contraction_order(problem))
      for (const Shared& own : product.pairs)
        if (uses_[own.key] >= 2 && pair.left == own.a && pair.right == own.b) out.push_back(own.key);
    return out;
  }

  /// Of two plain elements of different tensors; without tensors where they are no such.
  static constexpr PairKey key_of(const Graph& graph, const Network& network, const Vec<NodeId>& tensors, std::size_t a,
                                  std::size_t b) {
    PairKey out;
    if (!tensors[a].valid() || !tensors[b].valid() || tensors[a] == tensors[b]) return out;
    if (tensors[b].at < tensors[a].at) std::swap(a, b);
    IndexSet others = network.result;
    for (std::size_t at = 0; at < network.factors.size(); ++at)
      if (at != a && at != b) others |= network.factors[at].indices;
    const IndexSet left = network.factors[a].indices, right = network.factors[b].indices;
    const bool alone = (left & ~right & ~others) != 0 || (right & ~left & ~others) != 0;
    if (alone || (left & right & ~others) == 0) return out;  // nothing, or more than the product, is summed over
    Vec<IndexId> met;
    for (const std::size_t factor : {a, b})
      for (NodeId entry : graph.operands(network.factors[factor].node).subspan(1))
        out.entries.push_back(place(graph, network, others, entry, met, out.extents));
    out.dtype = network.dtype;
    out.first = tensors[a];
    out.second = tensors[b];
    return out;
  }
  static constexpr std::int64_t place(const Graph& graph, const Network& network, IndexSet others, NodeId entry,
                                      Vec<IndexId>& met, Vec<std::int64_t>& extents) {
    const IndexId index{static_cast<std::uint32_t>(graph.attribute(entry, 0))};
    for (std::size_t at = 0; at < met.size(); ++at)
      if (met[at] == index) return static_cast<std::int64_t>(at);
    met.push_back(index);
    bool stays = false;
    for (std::size_t at = 0; at < network.indices.size(); ++at)
      stays = stays || (network.indices[at] == index && (others >> at & 1U) != 0);
    extents.push_back(stays ? -1 - graph.extent(index) : graph.extent(index));
    return static_cast<std::int64_t>(met.size()) - 1;
  }

  Vec<PairKey> keys_;
  Vec<Product> products_;
  Vec<double> uses_;
};

}  // namespace ricci::passes
