/// In which order to contract a product of several factors, two at a time: the fewest multiplications, and among equal
/// ones the smallest intermediate. Optimal by dynamic programming over subsets up to 12 factors (Pfeifer, Haegeman,
/// Verstraete 2014), beyond that the best of many greedy orders, as many as a number of steps allows: never of a time,
/// since results must not depend on it.
///
/// A factor is known by the set of its indices, 64 at most. An index leaves with the last pair that has it, unless it
/// is an index of the result; so indices of one factor, of three and more, and batches need no rule of their own.
#pragma once

#include <bit>
#include <cstdint>
#include <iterator>

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

/// Two factors whose product so many problems, this one among them, share if they begin with it.
struct SharedPair {
  std::size_t a = 0, b = 0;  // a < b
  double uses = 1;
  bool turned = false;  // the others have b on the left
};

struct OrderProblem {
  Vec<IndexSet> factors;
  IndexSet result = 0;
  Vec<double> extents;  // by index
  Vec<SharedPair> shared{};

  /// Of two factors; null where they are nobody else's.
  constexpr const SharedPair* sharing(std::size_t a, std::size_t b) const {
    for (const SharedPair& own : shared)
      if (own.a == a && own.b == b) return &own;
    return nullptr;
  }
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
      const double points = before + problem_.size(best_[left].kept | best_[right].kept) / uses(set);
      double peak = own > best_[left].peak ? own : best_[left].peak;
      if (best_[right].peak > peak) peak = best_[right].peak;
      if (best.left != 0 && (points > best.points || (points == best.points && peak >= best.peak))) continue;
      best.points = points;
      best.peak = peak;
      best.left = left;
    }
  }
  constexpr double uses(std::size_t set) const {
    if (problem_.shared.empty() || std::popcount(set) != 2) return 1;
    const auto first = static_cast<std::size_t>(std::countr_zero(set));
    const SharedPair* own = problem_.sharing(first, static_cast<std::size_t>(std::countr_zero(set & (set - 1))));
    return own == nullptr ? 1 : own->uses;
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

/// Always the pair whose result grows least over its operands; how much the operands count for, and a little chance,
/// make one order differ from the next (Gray, Kourtis 2021).
class GreedyOrders {
 public:
  constexpr explicit GreedyOrders(const OrderProblem& problem) : problem_(problem) {}

  constexpr Vec<Pair> best() {
    Vec<Pair> out = order(1);
    double least = cost(out);
    constexpr double shares[] = {1, 0.5, 0, 2};
    for (std::size_t round = 1; steps_ < most_steps; ++round) {
      chance_ = round >= std::size(shares);
      Vec<Pair> other = order(shares[round % std::size(shares)]);
      const double own = cost(other);
      if (own >= least) continue;
      least = own;
      out = std::move(other);
    }
    return out;
  }

 private:
  static constexpr std::size_t most_steps = 1 << 15;  // pairs looked at
  struct Live {
    std::size_t at;
    IndexSet set;
    double size;
  };

  static constexpr double cost(const Vec<Pair>& pairs) {
    double out = 0;
    for (const Pair& pair : pairs) out += pair.points;
    return out;
  }
  constexpr Vec<Pair> order(double weight) {
    start();
    Vec<Pair> out;
    while (live_.size() > 1) {
      std::size_t a = 0, b = 1;
      double least = 0;
      for (std::size_t left = 0; left < live_.size(); ++left)
        for (std::size_t right = left + 1; right < live_.size(); ++right) {
          ++steps_;
          const double size = problem_.size(kept(live_[left].set, live_[right].set));
          double growth = size - weight * (live_[left].size + live_[right].size);
          if (chance_) growth *= factor();
          if (right > 1 && growth >= least) continue;
          least = growth;
          a = left;
          b = right;
        }
      join(a, b, out);
    }
    return out;
  }
  constexpr void start() {
    live_ = {};
    users_ = Vec<std::uint32_t>(problem_.extents.size(), 0U);
    for (std::size_t at = 0; at < problem_.factors.size(); ++at) {
      live_.push_back({at, problem_.factors[at], problem_.size(problem_.factors[at])});
      count(problem_.factors[at], 1);
    }
  }
  constexpr void count(IndexSet set, std::uint32_t by) {
    for (std::size_t at = 0; set != 0; ++at, set >>= 1U)
      if ((set & 1U) != 0) users_[at] += by;
  }
  /// The indices that the result of two factors has: of the whole result, or of some other factor.
  constexpr IndexSet kept(IndexSet a, IndexSet b) const {
    IndexSet out = 0;
    for (std::size_t at = 0; at < users_.size(); ++at) {
      const IndexSet own = IndexSet{1} << at;
      const std::uint32_t here = ((a & own) != 0 ? 1U : 0U) + ((b & own) != 0 ? 1U : 0U);
      if (here > 0 && ((problem_.result & own) != 0 || users_[at] > here)) out |= own;
    }
    return out;
  }
  constexpr void join(std::size_t a, std::size_t b, Vec<Pair>& out) {
    const IndexSet left = live_[a].set, right = live_[b].set, stays = kept(left, right);
    out.push_back({live_[a].at, live_[b].at, stays, left | right, problem_.size(left | right)});
    count(left, ~std::uint32_t{0});  // one less
    count(right, ~std::uint32_t{0});
    count(stays, 1);
    live_[a] = {problem_.factors.size() + out.size() - 1, stays, problem_.size(stays)};
    for (std::size_t at = b; at + 1 < live_.size(); ++at) live_[at] = live_[at + 1];
    live_.pop_back();
  }
  /// Between 1/2 and 3/2, always the same ones in the same order (splitmix64).
  constexpr double factor() {
    std::uint64_t bits = state_ += 0x9e3779b97f4a7c15U;
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
    return 0.5 + static_cast<double>((bits ^ (bits >> 31U)) >> 11U) * 0x1p-53;
  }

  const OrderProblem& problem_;
  Vec<Live> live_;
  Vec<std::uint32_t> users_;  // by index: how many of the factors alive have it
  std::size_t steps_ = 0;
  std::uint64_t state_ = 0;
  bool chance_ = false;
};

}  // namespace detail

/// The pairs in order, the last one is the result. Factors must have no index that is theirs alone, unless the result
/// has it; extents are not 0.
constexpr Vec<Pair> contraction_order(const OrderProblem& problem) {
  if (problem.factors.size() > detail::most_optimal) return detail::GreedyOrders(problem).best();
  return detail::OptimalOrder(problem).pairs();
}

}  // namespace ricci::passes
