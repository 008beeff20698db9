/// In which order to contract a product of several factors, two at a time: the fewest multiplications, and among equal
/// ones the smallest intermediate. Optimal by dynamic programming over subsets up to 12 factors (Pfeifer, Haegeman,
/// Verstraete 2014), greedy beyond.
///
/// A factor is known by the set of its indices, 64 at most. An index leaves with the last pair that has it, unless it
/// is an index of the result; so indices of one factor, of three and more, and batches need no rule of their own.
#pragma once

#include <bit>

#include "dsl/source/vec.hpp"

namespace ricci::passes {

using IndexSet = std::uint64_t;
using dsl::Vec;

/// Contract `left` and `right`: factors, or the results of earlier pairs, which follow the factors in number.
struct Pair {
  std::size_t left = 0, right = 0;
  IndexSet kept = 0;  // the indices of its result
  IndexSet all = 0;   // those of both operands
  double points = 0;  // multiplications
};

struct OrderProblem {
  Vec<IndexSet> factors;
  IndexSet result = 0;
  Vec<double> extents;  // by index

  constexpr double size(IndexSet set) const {
    double out = 1;
    for (std::size_t at = 0; set != 0; ++at, set >>= 1U)
      if ((set & 1U) != 0) out *= extents[at];
    return out;
  }
};

namespace detail {

inline constexpr std::size_t most_optimal = 12;

class OptimalOrder {
 public:
  constexpr explicit OptimalOrder(const OrderProblem& problem)
      : problem_(problem), best_(subset(problem.factors.size())) {
    const std::size_t all = best_.size() - 1;
    for (std::size_t set = 1; set <= all; ++set) best_[set].kept = kept(set);
    for (std::size_t set = 1; set <= all; ++set)
      if (std::popcount(set) > 1) choose(set);
  }

  constexpr Vec<Pair> pairs() {
    Vec<Pair> out;
    emit(best_.size() - 1, out);
    return out;
  }

 private:
  struct Best {
    IndexSet kept = 0;
    double points = 0, peak = 0;
    std::size_t left = 0;
  };
  static constexpr std::size_t subset(std::size_t count) { return std::size_t{1} << count; }

  constexpr IndexSet kept(std::size_t set) const {
    IndexSet inside = 0, outside = problem_.result;
    for (std::size_t at = 0; at < problem_.factors.size(); ++at)
      ((set >> at & 1U) != 0 ? inside : outside) |= problem_.factors[at];
    return inside & outside;
  }
  constexpr void choose(std::size_t set) {
    Best& best = best_[set];
    const double own = problem_.size(best.kept);
    for (std::size_t left = (set - 1) & set; left != 0; left = (left - 1) & set) {
      const std::size_t right = set ^ left;
      if (left < right) continue;  // each split once
      const double before = best_[left].points + best_[right].points;
      if (best.left != 0 && before > best.points) continue;
      const double points = before + problem_.size(best_[left].kept | best_[right].kept);
      double peak = own > best_[left].peak ? own : best_[left].peak;
      if (best_[right].peak > peak) peak = best_[right].peak;
      if (best.left != 0 && (points > best.points || (points == best.points && peak >= best.peak))) continue;
      best.points = points;
      best.peak = peak;
      best.left = left;
    }
  }
  /// The number of the set's result: its factor, or the pair made last.
  constexpr std::size_t emit(std::size_t set, Vec<Pair>& out) {
    if (std::popcount(set) == 1) return static_cast<std::size_t>(std::countr_zero(set));
    const std::size_t a = best_[set].left, b = set ^ a;
    // The half with the first factor stands left, as it was written.
    const bool first = std::countr_zero(a) < std::countr_zero(b);
    const std::size_t left = emit(first ? a : b, out);
    const std::size_t right = emit(first ? b : a, out);
    const IndexSet all = best_[a].kept | best_[b].kept;
    out.push_back({left, right, best_[set].kept, all, problem_.size(all)});
    return problem_.factors.size() + out.size() - 1;
  }

  const OrderProblem& problem_;
  Vec<Best> best_;
};

/// Always the pair whose result grows least over its operands.
constexpr Vec<Pair> greedy_order(const OrderProblem& problem) {
  struct Live {
    std::size_t at;
    IndexSet set;
  };
  Vec<Live> live;
  for (std::size_t at = 0; at < problem.factors.size(); ++at) live.push_back({at, problem.factors[at]});
  Vec<Pair> out;
  while (live.size() > 1) {
    Pair best;
    std::size_t a = 0, b = 1;
    double least = 0;
    for (std::size_t left = 0; left < live.size(); ++left)
      for (std::size_t right = left + 1; right < live.size(); ++right) {
        IndexSet outside = problem.result;
        for (std::size_t other = 0; other < live.size(); ++other)
          if (other != left && other != right) outside |= live[other].set;
        const IndexSet all = live[left].set | live[right].set;
        const double growth =
            problem.size(all & outside) - problem.size(live[left].set) - problem.size(live[right].set);
        if (best.points != 0 && growth >= least) continue;
        best = {live[left].at, live[right].at, all & outside, all, problem.size(all)};
        least = growth;
        a = left;
        b = right;
      }
    out.push_back(best);
    live[a] = {problem.factors.size() + out.size() - 1, best.kept};
    for (std::size_t at = b; at + 1 < live.size(); ++at) live[at] = live[at + 1];
    live.pop_back();
  }
  return out;
}

}  // namespace detail

/// The pairs in order, the last one is the result. Factors must have no index that is theirs alone, unless the result
/// has it; extents are not 0.
constexpr Vec<Pair> contraction_order(const OrderProblem& problem) {
  if (problem.factors.size() > detail::most_optimal) return detail::greedy_order(problem);
  return detail::OptimalOrder(problem).pairs();
}

}  // namespace ricci::passes
