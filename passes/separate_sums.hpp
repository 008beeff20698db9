/// Takes factors out of sums that do not range over any of their indices, and splits a sum over several indices where
/// its factors allow:  sum[j] a[i]*b[i,j]  ->  a[i] * sum[j] b[i,j];
/// sum[k,l] d[k]*W[k,l]*e[l]  ->  sum[l] e[l] * sum[k] d[k]*W[k,l].
/// What becomes true here: each factor is multiplied as often as its indices ask for, and no more. One multiplication a
/// partial sum instead of one a summand. Exact over the reals.
///
/// Sums that are contractions as they stand are left alone: their kernels know better.
#pragma once

#include "passes/network.hpp"
#include "passes/notes.hpp"

namespace ricci::passes {

namespace detail {

class SumSeparation {
 public:
  constexpr SumSeparation(Graph& out, Network network) : out_(out), network_(std::move(network)) {
    for (const NetworkFactor& factor : network_.factors) live_.push_back({factor.node, factor.indices});
  }

  /// The nested form; null where it costs as much as the sum as it stands.
  constexpr NodeId run() {
    if (!network_.usable || network_.sums != 1 || network_.factors.empty() || contracts()) return {};
    IndexSet summed = all_of(live_) & ~network_.result;
    const bool constants = !network_.numbers.empty() || network_.negative;
    if (summed == 0 || (!constants && !improves(summed))) return {};
    while (summed != 0) {
      const IndexSet next = cheapest(summed);
      eliminate(next);
      summed &= ~next;
    }
    NodeId result;
    for (NodeId number : network_.numbers) result = times(result, number);
    for (const Live& own : live_) result = times(result, own.node);
    return network_.negative ? out_.add(Op::negate, network_.dtype, {result}) : result;
  }

 private:
  struct Live {
    NodeId node;
    IndexSet indices = 0;
  };

  static constexpr IndexSet all_of(const Vec<Live>& live) {
    IndexSet out = 0;
    for (const Live& own : live) out |= own.indices;
    return out;
  }
  constexpr bool contracts() const {
    for (const NetworkFactor& factor : network_.factors)
      if (!factor.plain) return false;
    return network_.factors.size() == 2 && network_.numbers.empty() && !network_.negative;
  }
  /// Whether some factor does not have all the summed indices.
  constexpr bool improves(IndexSet summed) const {
    for (const Live& own : live_)
      if ((summed & ~own.indices) != 0) return live_.size() > 1;
    return false;
  }
  constexpr IndexSet with(IndexSet index) const {
    IndexSet out = 0;
    for (const Live& own : live_)
      if ((own.indices & index) != 0) out |= own.indices;
    return out;
  }
  constexpr double size(IndexSet set) const {
    double out = 1;
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if ((set >> at & 1U) != 0) out *= static_cast<double>(out_.extent(network_.indices[at]));
    return out;
  }
  /// The index whose sum is the smallest, with all others that the very same factors have.
  constexpr IndexSet cheapest(IndexSet summed) const {
    IndexSet best = 0;
    double least = 0;
    for (IndexSet left = summed; left != 0; left &= left - 1) {
      const IndexSet index = left & (~left + 1);
      const double cost = size(with(index));
      if (best != 0 && cost >= least) continue;
      best = index;
      least = cost;
    }
    IndexSet group = best;
    for (IndexSet left = summed & ~best; left != 0; left &= left - 1) {
      const IndexSet index = left & (~left + 1);
      bool same = true;
      for (const Live& own : live_) same = same && ((own.indices & index) != 0) == ((own.indices & best) != 0);
      if (same) group |= index;
    }
    return group;
  }
  constexpr NodeId times(NodeId a, NodeId b) { return a.valid() ? out_.add(Op::multiply, network_.dtype, {a, b}) : b; }

  /// The factors that have the group's indices become their sum, in the place of the first.
  constexpr void eliminate(IndexSet group) {
    Vec<Live> left;
    NodeId product;
    IndexSet indices = 0;
    std::size_t place = 0;
    for (const Live& own : live_) {
      if ((own.indices & group) == 0) {
        left.push_back(own);
        continue;
      }
      if (!product.valid()) {
        place = left.size();
        left.push_back({});
      }
      product = times(product, own.node);
      indices |= own.indices;
    }
    Vec<IndexId> bound;
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if ((group >> at & 1U) != 0) bound.push_back(network_.indices[at]);
    left[place] = {out_.reduce(Op::sum, network_.dtype, product, bound), indices & ~group};
    live_ = std::move(left);
  }

  Graph& out_;
  Network network_;
  Vec<Live> live_;
};

}  // namespace detail

constexpr Rebuilt separate_sums(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  using Reader = detail::NetworkReader;
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) {
    if (in.op(old) != Op::sum || out.op(made) != Op::sum) return made;
    const auto free = out.free(made);
    const Vec<IndexId> axes(free.data(), free.data() + free.size());
    const NodeId separated = detail::SumSeparation(out, Reader(out, true, Reader::Depth::root).read(made, axes)).run();
    if (!separated.valid()) return made;
    notes.fire(in, "separated", old, "factors stand outside the sums that do not need them");
    return separated;
  });
}

}  // namespace ricci::passes
