#include "runtime/random/inversion.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>

#include "runtime/random/exact_math.hpp"
#include "runtime/random/mass.hpp"

namespace ricci::runtime::random {
namespace {

/// Where less than 2^-40 lies below: by Chernoff's bound P(X <= mean - t) <= exp(-t^2 / (2 mean)) with t = 7.5
/// sqrt(mean).
double lower_end(double mean) {
  const double end = mean - 7.5 * __builtin_sqrt(mean);
  return end < 1 ? 0 : static_cast<double>(static_cast<std::int64_t>(end));
}

/// sum/total * 2^64 rounded down; 2^64 itself is out of reach of every word, and says so by `reachable`.
std::uint64_t wide_threshold(double share, bool& reachable) {
  reachable = share < 1;
  return reachable ? static_cast<std::uint64_t>(share * 18446744073709551616.0) : 0;
}

}  // namespace

void Thresholds::index_steps() {
  // Four stretches a step make the search one comparison long, nearly always.
  const int bits = std::clamp(static_cast<int>(std::bit_width(4 * steps.size())), 1, 14);
  guide_shift_ = 32 - bits;
  guide_.assign(std::size_t{1} << bits, 0);
  std::uint32_t passed = 0;
  for (std::size_t at = 0; at < guide_.size(); ++at) {
    const std::uint64_t word = static_cast<std::uint64_t>(at) << guide_shift_;
    while (passed < steps.size() && steps[passed] <= word) ++passed;
    guide_[at] = passed;
  }
}

void WordRanges::resize(std::size_t lanes) {
  for (auto* each : {&low, &span, &possible}) each->assign(lanes, 0);
}

void WordRanges::set(std::size_t lane, const Thresholds& of, Comparison how, std::int64_t with) {
  const auto steps = static_cast<std::int64_t>(of.steps.size());
  // The first word whose draw is at least first + passed.
  const auto word_of = [&](std::int64_t passed) {
    return passed <= 0 ? 0 : passed > steps ? no_word : of.steps[static_cast<std::size_t>(passed - 1)];
  };
  // Numbers that no draw reaches are as good as the nearest that none does.
  const std::int64_t passed = std::clamp(with, of.first - 1, of.first + steps + 1) - of.first;
  const bool from_here = how == Comparison::equal || how == Comparison::greater_equal;
  const bool to_here = how == Comparison::equal || how == Comparison::less_equal;
  std::uint64_t begin = 0, end = no_word;
  if (from_here || how == Comparison::greater) begin = word_of(from_here ? passed : passed + 1);
  if (to_here || how == Comparison::less) end = word_of(to_here ? passed + 1 : passed);
  low[lane] = static_cast<std::uint32_t>(begin);
  span[lane] = static_cast<std::uint32_t>(end - begin - 1);
  possible[lane] = begin < end ? ~std::uint32_t{0} : 0;
}

Walk Walk::poisson(double lambda) {
  Walk out;
  out.k_ = lower_end(lambda);
  out.first_ = static_cast<std::int64_t>(out.k_);
  out.mass_ = lambda == 0 ? 1 : exact::exp(log_poisson_mass(out.k_, lambda));
  out.grow_ = lambda;
  return out;
}

Walk Walk::binomial(double n, double p) {
  Walk out;
  out.k_ = lower_end(n * p);
  out.first_ = static_cast<std::int64_t>(out.k_);
  out.mass_ = n == 0 || p == 0 ? 1 : exact::exp(log_binomial_mass(out.k_, n, p));
  out.shrink_ = p / (1.0 - p);
  out.grow_ = n * out.shrink_;
  return out;
}

std::uint64_t Walk::next() {
  sum_ += mass_;
  const double ratio = (grow_ - shrink_ * k_) / (k_ + 1);
  mass_ *= ratio;
  k_ += 1;
  // Beyond the mode with a vanishing mass there is nothing left; rounding may have kept the sum below 1.
  const bool ended = ratio < 1 && mass_ < 1e-22 && sum_ > 0.5;
  if (ended) {
    mass_ = 0;
    sum_ = 1;
  }
  return sum_ < 1 ? threshold_of(sum_) : no_word;
}

Inversion Inversion::binomial(double n, double p) {
  const bool reflected = p > 0.5;
  return {Walk::binomial(n, reflected ? 1.0 - p : p), reflected, static_cast<std::int64_t>(n)};
}

std::int64_t Inversion::draw(std::uint32_t word) const {
  Walk steps = walk;
  const std::uint32_t sought = reflected ? ~word : word;
  std::int64_t k = steps.first();
  while (steps.next() <= sought) ++k;
  return reflected ? trials - k : k;
}

Thresholds Inversion::thresholds() const {
  Walk steps = walk;
  Thresholds out;
  out.first = steps.first();
  for (std::uint64_t next = steps.next(); next != no_word; next = steps.next()) out.add(next);
  if (reflected) {
    // n - Y passes a step at w where Y at ~w falls back below one: at 2^32 - step, from the last to the first.
    out.first = trials - out.first - static_cast<std::int64_t>(out.steps.size());
    std::reverse(out.steps.begin(), out.steps.end());
    for (std::uint32_t& step : out.steps) step = static_cast<std::uint32_t>(no_word - step);
  }
  out.index_steps();
  return out;
}

Thresholds Coin::thresholds() const {
  Thresholds out;
  out.add(threshold);
  out.index_steps();
  return out;
}

std::int64_t Weights::draw(std::uint32_t word) const {
  double passed = 0;
  std::int64_t k = 0;
  for (const Parameter& weight : weights) {
    passed += weight.real(lane);
    if (threshold_of(passed / sum) > word) return k;
    ++k;
  }
  return k - 1;  // never: the last quotient is 1
}

Thresholds Weights::thresholds() const {
  Thresholds out;
  double passed = 0;
  for (const Parameter& weight : weights) out.add(threshold_of((passed += weight.real(lane)) / sum));
  out.index_steps();
  return out;
}

std::int64_t Weights::draw_wide(std::uint64_t word) const {
  double passed = 0;
  std::int64_t k = 0;
  for (const Parameter& weight : weights) {
    bool reachable = false;
    const std::uint64_t threshold = wide_threshold((passed += weight.real(lane)) / sum, reachable);
    if (!reachable || threshold > word) return k;
    ++k;
  }
  return k - 1;  // never: the last quotient is 1
}

std::vector<std::uint64_t> Weights::wide_steps() const {
  std::vector<std::uint64_t> out;
  double passed = 0;
  for (const Parameter& weight : weights) {
    bool reachable = false;
    const std::uint64_t threshold = wide_threshold((passed += weight.real(lane)) / sum, reachable);
    if (!reachable) break;
    out.push_back(threshold);
  }
  return out;
}

}  // namespace ricci::runtime::random
