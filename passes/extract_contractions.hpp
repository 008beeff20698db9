/// A sum of a product of several factors becomes contractions of two factors each, in the cheapest order, each a tensor
/// of its own that a BLAS-like kernel computes:  sum[k,l] A[i,k]*B[k,l]*c[l]  ->  sum[k] A[i,k]*T[k] with
/// T[k] = sum[l] B[k,l]*c[l];  exp(sum[k] U[i,k]*V[j,k])  ->  exp(T[i,j]).
/// What becomes true here: a sum that is left inside a body is better computed there, by the fused kernel; one that is
/// a whole body has two factors, if it is a contraction at all.
///
/// Exact over the reals: sums are reordered, factors grouped anew. Nothing is stored that would take the peak of memory
/// far from inputs and results (Allowance), unless the work falls many times over.
#pragma once

#include "passes/contraction_plan.hpp"
#include "passes/notes.hpp"
#include "passes/shared_pairs.hpp"

namespace ricci::passes {

namespace detail {

/// Which sums are factors of an enclosing product or sum, and are contracted with it.
constexpr Vec<char> absorbed_sums(const Graph& in, std::span<const NodeId> roots) {
  const Vec<NodeId> needed = dsl::reachable(in, roots);
  const Vec<std::uint32_t> users = dsl::users(in, roots);
  Vec<char> chained(in.size(), 0);
  for (std::size_t at = needed.size(); at-- > 0;) {
    const NodeId user = needed[at];
    const auto operands = in.operands(user);
    const auto chain = [&](NodeId id) {
      if (users[id.at] == 1 && in.dtype(id) == in.dtype(user)) chained[id.at] = 1;
    };
    const Op op = in.op(user);
    if (op == Op::sum || (op == Op::tensor && !in[user].sparse)) chain(operands[0]);
    if (chained[user.at] == 0) continue;
    if (op == Op::multiply || op == Op::negate || op == Op::divide) chain(operands[0]);
    if (op == Op::multiply) chain(operands[1]);
  }
  for (NodeId root : roots) chained[root.at] = 0;
  return chained;
}

class Extraction {
 public:
  constexpr Extraction(const Graph& in, std::span<const NodeId> roots, Notes& notes, Choice choice)
      : in_(in),
        notes_(notes),
        choice_(choice),
        chained_(absorbed_sums(in, roots)),
        axes_(axis_counts(in, roots)),
        allowance_(in, roots) {
    find_shared(roots);
  }

  constexpr NodeId operator()(Graph& out, NodeId made, NodeId old) {
    NodeId became = made;
    if (stands_alone(old)) became = in_expression(out, made, old);
    if (is_whole(old)) became = whole(out, made, old);
    if (!shared_.empty() && dsl::is_tensor(in_.op(old)) && !origins_.find(became).valid()) origins_.set(became, old);
    return became;
  }

 private:
  constexpr bool stands_alone(NodeId sum) const { return in_.op(sum) == Op::sum && chained_[sum.at] == 0; }
  constexpr bool is_whole(NodeId tensor) const {
    return in_.op(tensor) == Op::tensor && !in_[tensor].sparse && has_sum(tensor);
  }
  /// Reads the products of three factors and more, if there are two, before any of them is taken apart.
  constexpr void find_shared(std::span<const NodeId> roots) {
    Vec<NodeId> products;
    for (NodeId id : dsl::reachable(in_, roots))
      if ((stands_alone(id) || is_whole(id)) && has_three(in_.operand(id, 0))) products.push_back(id);
    if (products.size() < 2) return;
    Graph scratch = in_;  // opening a sum makes nodes
    for (NodeId id : products) {
      const Network network = stands_alone(id) ? NetworkReader(scratch, true).read(id, axes_in(scratch, id, id))
                                               : read_whole(scratch, id).network;
      if (network.usable) shared_.add(scratch, network, SharedPairs::tensors_of(scratch, network));
    }
    shared_.settle();
  }
  constexpr bool has_three(NodeId body) const {
    int products = 0;
    Vec<NodeId> open{body};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      const Op op = in_.op(id);
      products += op == Op::multiply ? 1 : 0;
      if (op == Op::multiply || op == Op::negate || op == Op::divide || op == Op::sum)
        for (NodeId operand : in_.operands(id)) open.push_back(operand);
    }
    return products >= 2;
  }
  constexpr Vec<SharedPair> shared_in(const Graph& out, const Network& network) const {
    if (shared_.empty() || !network.usable) return {};
    Vec<NodeId> tensors = SharedPairs::tensors_of(out, network);
    for (NodeId& own : tensors)
      if (own.valid()) own = origins_.find(own);
    return shared_.of(out, network, tensors);
  }
  struct Whole {
    dsl::Opened opened;
    Network network;
  };
  static constexpr Whole read_whole(Graph& graph, NodeId tensor) {
    dsl::Opened opened = graph.open(tensor);
    Network network = NetworkReader(graph, false).read(opened.body, opened.indices);
    return {std::move(opened), std::move(network)};
  }

  /// How many of a sum's free indices are axes of the tensor that it stands in; the others belong to reductions.
  static constexpr Vec<std::uint32_t> axis_counts(const Graph& in, std::span<const NodeId> roots) {
    Vec<std::uint32_t> out(in.size(), 0U);
    for (NodeId tensor : dsl::reachable(in, roots)) {
      if (in.op(tensor) != Op::tensor) continue;
      const Vec<IndexId> axes = in.bound(tensor);
      dsl::IdMap seen;
      Vec<NodeId> open{in.operand(tensor, 0)};
      while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        if (dsl::is_tensor(in.op(id)) || seen.find(id).valid()) continue;
        seen.set(id, id);
        out[id.at] = 0;
        for (IndexId own : in.free(id)) out[id.at] += axes.contains(own) ? 1U : 0U;
        for (NodeId operand : in.operands(id)) open.push_back(operand);
      }
    }
    return out;
  }
  constexpr bool has_sum(NodeId tensor) const {
    Vec<NodeId> open{in_.operand(tensor, 0)};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (chained_[id.at] == 0) continue;
      if (in_.op(id) == Op::sum) return true;
      if (in_.op(id) == Op::multiply || in_.op(id) == Op::negate || in_.op(id) == Op::divide)
        for (NodeId operand : in_.operands(id)) open.push_back(operand);
    }
    return false;
  }
  /// A sum inside a larger body: stands there as an access to what is stored.
  constexpr NodeId in_expression(Graph& out, NodeId made, NodeId old) {
    const Network network = NetworkReader(out, true).read(made, axes_in(out, made, old));
    ContractionPlan plan(out, network, false, choice_, shared_in(out, network));
    return settle(plan, out, made, old, fused_time(out, made));
  }
  /// The indices of a sum, ascending: the levels of reductions, then the axes in order. Axes come first in what is
  /// stored.
  constexpr Vec<IndexId> axes_in(const Graph& graph, NodeId sum, NodeId old) const {
    const auto free = graph.free(sum);
    const std::size_t inner = axes_[old.at] < free.size() ? free.size() - axes_[old.at] : 0;
    Vec<IndexId> sorted;
    for (IndexId own : free) insert(graph, sorted, own);
    Vec<IndexId> axes(sorted.begin() + inner, sorted.end());
    for (std::size_t at = 0; at < inner; ++at) axes.push_back(sorted[at]);
    return axes;
  }
  static constexpr void insert(const Graph& graph, Vec<IndexId>& sorted, IndexId index) {
    sorted.push_back(index);
    for (std::size_t at = sorted.size() - 1; at > 0; --at) {
      if (graph.index(sorted[at - 1]).level <= graph.index(index).level) return;
      sorted[at] = sorted[at - 1];
      sorted[at - 1] = index;
    }
  }

  /// A sum or a product of sums that is the whole body of a tensor: the last contraction goes straight into it.
  constexpr NodeId whole(Graph& out, NodeId made, NodeId old) {
    const auto [opened, network] = read_whole(out, made);
    ContractionPlan plan(out, network, true, choice_, shared_in(out, network));
    const NodeId body = settle(plan, out, opened.body, old, fused_time(out, opened.body));
    return body == opened.body ? made : out.rebind(made, out.dtype(body), body, opened.indices);
  }

  constexpr NodeId settle(ContractionPlan& plan, Graph& out, NodeId body, NodeId old, double fused) {
    if (!plan.worth_a_look()) return body;
    const bool always = choice_ == Choice::whatever_is_right;
    if (!always && plan.time() > 0.8 * fused) {
      notes_.say(in_, "left fused", old, "contractions would not be faster");
      return body;
    }
    const bool many_times = fused > 8 * plan.time() && fused > 1e8 && allowance_.admits_at_a_pinch(plan.bytes());
    if (!always && !allowance_.admits(plan.bytes()) && !many_times) {
      notes_.say(in_, "left fused", old, "what contractions store would take too much memory");
      return body;
    }
    const NodeId contracted = plan.emit(out);
    if (contracted == body) return body;  // it stood so already
    allowance_.spend(plan.bytes());
    notes_.fire(in_, "contracted", old, "pairs of factors, in the cheapest order");
    return contracted;
  }

  const Graph& in_;
  Notes& notes_;
  Choice choice_;
  Vec<char> chained_;
  Vec<std::uint32_t> axes_;
  Allowance allowance_;
  SharedPairs shared_;
  dsl::IdMap origins_;  // of tensors: from what they have become to what they were
};

}  // namespace detail

constexpr Rebuilt extract_by(Choice choice, const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  detail::Extraction extraction(in, span_of(roots), notes, choice);
  return rewrite(in, span_of(roots), [&](Graph& out, NodeId made, NodeId old) { return extraction(out, made, old); });
}

constexpr Rebuilt extract_contractions(const Graph& in, const Vec<NodeId>& roots, Notes& notes) {
  return extract_by(Choice::by_cost, in, roots, notes);
}

}  // namespace ricci::passes
