/// How one network of factors is contracted: which factors are stored first, which pairs become tensors, what the last
/// pair is computed by; what that takes in time and memory; and its nodes, if it is chosen.
#pragma once

#include "passes/network.hpp"

namespace ricci::passes {

class ContractionPlan {
 public:
  /// `in_place`: the result is a tensor's whole body, so that the last contraction needs no temporary.
  constexpr ContractionPlan(const Graph& graph, Network network, bool in_place, Choice choice = Choice::by_cost,
                            const Vec<SharedPair>& shared = {})
      : graph_(graph),
        network_(std::move(network)),
        problem_(network_.problem(graph)),
        in_place_(in_place),
        choice_(choice) {
    facts_.extend(graph);
    if (!network_.usable || network_.factors.size() < 2 || network_.sums == 0 || !admitted() || already()) return;
    looked_at_ = true;
    sum_out_private();
    problem_.shared = shared;
    pairs_ = contraction_order(problem_);
    weigh();
  }

  /// Whether there is anything to decide: not for what is a contraction of two plain factors already.
  constexpr bool worth_a_look() const { return looked_at_ && (store_root_ || in_place_ || pairs_.size() > 1); }
  constexpr double time() const { return time_; }
  constexpr double bytes() const { return bytes_; }

  /// The body that stands in place of the network.
  constexpr NodeId emit(Graph& out) const {
    Vec<NodeId> nodes;
    for (std::size_t at = 0; at < network_.factors.size(); ++at) nodes.push_back(leaf(out, at));
    for (std::size_t at = 0; at < pairs_.size(); ++at) {
      const Pair& pair = pairs_[at];
      const bool last = at + 1 == pairs_.size();
      if (const SharedPair* own = last ? nullptr : problem_.sharing(pair.left, pair.right)) {
        nodes.push_back(common(out, pair, own->turned));
        continue;
      }
      const NodeId product = out.add(Op::multiply, network_.dtype, {nodes[pair.left], nodes[pair.right]});
      const NodeId body = summed(out, product, (pair.all | alone(pair)) & ~pair.kept);
      nodes.push_back(last && !store_root_ ? body : stored(out, body, pair.kept));
    }
    NodeId result = nodes.back();
    for (std::size_t at = network_.numbers.size(); at-- > 0;)  // read again, they stand in the same order
      result = out.add(Op::multiply, network_.dtype, {network_.numbers[at], result});
    return network_.negative ? out.add(Op::negate, network_.dtype, {result}) : result;
  }

 private:
  static constexpr double used_many_times = 8;
  static constexpr double short_sum = 16;
  static constexpr double small_bytes = 1 << 20;
  static constexpr double slice_bytes = 32 << 20;  // what is made and read slice by slice takes no more

  /// Draws are not stored, a sparse matrix is not made dense, and no error may come up that did not before.
  constexpr bool admitted() const {
    for (const NetworkFactor& factor : network_.factors) {
      if (facts_.draws(factor.node) || facts_.sparse(factor.node)) return false;
      if (facts_.fails(factor.node) && !(in_place_ && factor.plain)) return false;
    }
    return true;
  }
  /// One sum over two plain factors, as a whole body; or two sums, one of each factor.
  constexpr bool already() const {
    if (!in_place_ || network_.factors.size() != 2) return false;
    return network_.sums > 1 || (network_.outside == 0 && network_.factors[0].plain && network_.factors[1].plain);
  }

  /// An index that one factor has alone: of three and more factors, it is summed over first; of two, their kernel does
  /// so.
  constexpr void sum_out_private() {
    private_ = Vec<IndexSet>(network_.factors.size(), IndexSet{0});
    stored_ = Vec<char>(network_.factors.size(), 0);
    for (std::size_t at = 0; at < network_.factors.size(); ++at) {
      IndexSet others = network_.result;
      for (std::size_t other = 0; other < network_.factors.size(); ++other)
        if (other != at) others |= network_.factors[other].indices;
      private_[at] = network_.factors[at].indices & ~others;
      problem_.factors[at] &= others;
      if (network_.factors.size() > 2 && private_[at] != 0) store_leaf(at);
    }
  }
  constexpr void store_leaf(std::size_t at) {
    if (stored_[at] != 0) return;
    stored_[at] = 1;
    const NetworkFactor& factor = network_.factors[at];
    take(problem_.factors[at]);
    time_ += problem_.size(factor.indices) * (facts_.units(factor.node) + 1) * rate::unit;
  }
  constexpr void take(IndexSet kept) {
    const double own = problem_.size(kept) * static_cast<double>(dsl::bytes_of(network_.dtype));
    const bool sliced = in_place_ && own > slice_bytes && cut_along(kept);
    bytes_ += sliced ? slice_bytes : own;
    time_ += own * (sliced ? rate::cached_byte : rate::byte) + rate::step;
  }

  /// Whether a tensor over these indices can be made and read slice by slice: an index that stays to the end does no
  /// more in any factor than lead to elements.
  constexpr bool cut_along(IndexSet kept) const {
    for (std::size_t at = 0; at < network_.indices.size(); ++at) {
      if ((kept & network_.result & IndexSet{1} << at) == 0) continue;
      bool only = true;
      for (const NetworkFactor& factor : network_.factors) only = only && leads_only(factor.node, network_.indices[at]);
      if (only) return true;
    }
    return false;
  }
  constexpr bool leads_only(NodeId body, IndexId index) const {
    dsl::IdMap seen;
    Vec<NodeId> open{body};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (!graph_.uses(id, index) || seen.find(id).valid()) continue;
      seen.set(id, id);
      const Op op = graph_.op(id);
      const bool reads = op == Op::access || op == Op::quadratic;
      if (op == Op::random || op == Op::stored) return false;
      for (NodeId operand : graph_.operands(id)) {
        if (!reads)
          open.push_back(operand);
        else if (!dsl::is_tensor(graph_.op(operand)) && graph_.uses(operand, index) && graph_.op(operand) != Op::index)
          return false;
      }
    }
    return true;
  }

  constexpr void weigh() {
    for (std::size_t at = 0; at < pairs_.size(); ++at) {
      const bool last = at + 1 == pairs_.size();
      const Pair& pair = pairs_[at];
      if (last && !decide_root(pair)) continue;
      const double before_time = time_, before_bytes = bytes_;
      contract(pair);
      if (!last || store_root_) take(pair.kept);
      const SharedPair* own = last ? nullptr : problem_.sharing(pair.left, pair.right);
      if (own == nullptr) continue;
      time_ = before_time + (time_ - before_time) / own->uses;
      bytes_ = before_bytes + (bytes_ - before_bytes) / own->uses;
    }
  }
  /// Whether the last pair is a contraction; otherwise the fused kernel of the body around it computes it.
  constexpr bool decide_root(const Pair& pair) {
    const double fused = pair.points * (fused_units(pair.left) + fused_units(pair.right) + 2) * rate::unit;
    const double before_time = time_, before_bytes = bytes_;
    const Vec<char> before_stored = stored_;
    const bool sums = (pair.all & ~pair.kept) != 0;
    if (sums) {
      contract(pair);
      if (!in_place_) take(pair.kept);
    }
    const bool always = choice_ == Choice::whatever_is_right;
    const bool faster = sums && (always || time_ - before_time < 0.8 * fused);
    const bool short_one = problem_.size(pair.all & ~pair.kept) < short_sum &&
                           problem_.size(pair.kept) * static_cast<double>(dsl::bytes_of(network_.dtype)) > small_bytes;
    time_ = before_time;
    bytes_ = before_bytes;
    stored_ = before_stored;
    if (faster && (always || in_place_ || !short_one)) {
      store_root_ = !in_place_;
      return true;
    }
    time_ += fused;
    return false;
  }
  constexpr double fused_units(std::size_t at) const {
    const bool leaf = at < network_.factors.size() && stored_[at] == 0;
    return leaf ? facts_.units(network_.factors[at].node) : 1;
  }

  /// The time of a pair as a tensor of its own. A factor that is no plain access is stored where it is used often.
  constexpr void contract(const Pair& pair) {
    const double largest = larger(problem_.size(pair.kept), larger(size_of(pair.left), size_of(pair.right)));
    const bool dense = choice_ == Choice::whatever_is_right || pair.points >= used_many_times * largest;
    double units = 2;
    bool fused = false;
    for (std::size_t at : {pair.left, pair.right}) {
      const bool expression = at < network_.factors.size() && !network_.factors[at].plain && stored_[at] == 0;
      if (expression && dense) store_leaf(at);
      units += fused_units(at);
      fused = fused || (expression && !dense);
    }
    const double wide = dsl::is_complex(network_.dtype) ? 3 : 1;
    time_ += pair.points * (fused ? units * rate::unit : wide * (dense ? rate::product : rate::streamed_product));
  }
  constexpr double size_of(std::size_t at) const {
    return problem_.size(at < network_.factors.size() ? problem_.factors[at]
                                                      : pairs_[at - network_.factors.size()].kept);
  }
  static constexpr double larger(double a, double b) { return a > b ? a : b; }

  /// Indices that a factor of the pair has alone, where they were not summed over before.
  constexpr IndexSet alone(const Pair& pair) const {
    IndexSet out = 0;
    for (std::size_t at : {pair.left, pair.right})
      if (at < network_.factors.size() && stored_[at] == 0) out |= private_[at];
    return out;
  }
  constexpr Vec<IndexId> named(IndexSet set) const {
    Vec<IndexId> out;
    for (std::size_t at = 0; at < network_.indices.size(); ++at)
      if ((set >> at & 1U) != 0) out.push_back(network_.indices[at]);
    return out;
  }
  constexpr NodeId summed(Graph& out, NodeId body, IndexSet over) const {
    return over == 0 ? body : out.reduce(Op::sum, network_.dtype, body, named(over));
  }
  constexpr NodeId stored(Graph& out, NodeId body, IndexSet kept) const { return stored(out, body, named(kept)); }
  static constexpr NodeId stored(Graph& out, NodeId body, const Vec<IndexId>& axes) {
    const NodeId tensor = out.tensor(body, axes);
    Vec<NodeId> entries;
    for (IndexId axis : axes) entries.push_back(out.index_value(axis));
    return out.access(tensor, span_of(entries));
  }
  /// A pair that other products have too, as each of them writes it: indices come in the order of the factors' entries.
  constexpr NodeId common(Graph& out, const Pair& pair, bool turned) const {
    const NodeId left = network_.factors[turned ? pair.right : pair.left].node;
    const NodeId right = network_.factors[turned ? pair.left : pair.right].node;
    Vec<IndexId> kept, gone;
    for (const NodeId factor : {left, right})
      for (NodeId entry : out.operands(factor).subspan(1)) {
        const IndexId index{static_cast<std::uint32_t>(out.attribute(entry, 0))};
        Vec<IndexId>& list = named(pair.kept).contains(index) ? kept : gone;
        if (!list.contains(index)) list.push_back(index);
      }
    const NodeId product = out.add(Op::multiply, network_.dtype, {left, right});
    return stored(out, gone.empty() ? product : out.reduce(Op::sum, network_.dtype, product, gone), kept);
  }
  constexpr NodeId leaf(Graph& out, std::size_t at) const {
    const NodeId node = network_.factors[at].node;
    return stored_[at] == 0 ? node : stored(out, summed(out, node, private_[at]), problem_.factors[at]);
  }

  const Graph& graph_;
  Network network_;
  OrderProblem problem_;
  Facts facts_;
  bool in_place_;
  Choice choice_;
  bool looked_at_ = false, store_root_ = false;
  Vec<IndexSet> private_;  // by factor: summed over before all else
  Vec<char> stored_;       // by factor: made a tensor first
  Vec<Pair> pairs_;
  double time_ = 0, bytes_ = 0;
};

}  // namespace ricci::passes
