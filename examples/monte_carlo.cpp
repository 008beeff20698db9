/// How often a binomial variable takes each value, by drawing it, against the exact probabilities.
/// Shows: random draws, which are a function of the seed alone; a seed for each call; draws that are never stored.
#include <algorithm>
#include <cmath>

#include <ricci/xtensor.hpp>

#include "examples/check.hpp"

namespace {

constexpr int trials = 55;
constexpr double p = 0.05;

/// The largest distance of an estimate from the exact probability, in standard errors.
double standard_errors(const xt::xtensor<double, 1>& estimate, double draws) {
  double worst = 0;
  for (int m = 0; m < 8; ++m) {
    const double ways = std::lgamma(trials + 1) - std::lgamma(m + 1) - std::lgamma(trials - m + 1);
    const double exact = std::exp(ways + m * std::log(p) + (trials - m) * std::log1p(-p));
    const double error = std::sqrt(exact * (1 - exact) / draws);
    worst = std::max(worst, std::abs(estimate(static_cast<std::size_t>(m)) - exact) / error);
  }
  return worst;
}

}  // namespace

int main() {
  constexpr int draws = 20'000;
  Checks check;

  const auto estimate = ricci::compile("e[m] = mean[t in 0:draws] (binomial(trials, p)[t,m] == m) for m in 0:8")
                            .bind({{"draws", draws}, {"trials", trials}, {"p", p}});
  const xt::xtensor<double, 1> first = estimate({}, {.seed = 1});
  const xt::xtensor<double, 1> other = estimate({}, {.seed = 2});
  const xt::xtensor<double, 1> again = estimate({}, {.seed = 1});
  check.below("seed 1: standard errors from the exact probability", standard_errors(first, draws), 5);
  check.below("seed 2: standard errors from the exact probability", standard_errors(other, draws), 5);
  check.holds("another seed draws other numbers", other != first);
  check.holds("the same seed draws the same ones", again == first);
  return check.status();
}
