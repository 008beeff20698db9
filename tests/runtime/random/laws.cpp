// Whether draws follow their laws: chi-square for whole numbers, Kolmogorov-Smirnov for reals, at fixed seeds.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "runtime/random/sampler.hpp"
#include "tests/runtime/random/statistics.hpp"

using namespace ricci::runtime::random;
using namespace ricci::test;

namespace {

constexpr double least_probability = 1e-4;
constexpr std::int64_t draws = 200000;

std::vector<std::int64_t> draw_wholes(Distribution distribution, const std::vector<Parameter>& parameters) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(draws));
  const std::vector<std::int64_t> base{1, 0};
  const std::vector<std::int64_t> step{0, 1};
  fill_integer(distribution, stream_key(2024, 5), parameters, {base, step}, draws, out.data());
  return out;
}

std::vector<double> draw_reals(Distribution distribution, const std::vector<Parameter>& parameters) {
  std::vector<double> out(static_cast<std::size_t>(draws));
  const std::vector<std::int64_t> base{1, 0};
  const std::vector<std::int64_t> step{0, 1};
  fill_real(distribution, stream_key(2024, 6), parameters, {base, step}, draws, out.data());
  return out;
}

long double binomial_mass(std::int64_t k, std::int64_t n, double p) {
  const auto a = static_cast<long double>(k);
  const auto m = static_cast<long double>(n);
  return std::exp(std::lgamma(m + 1) - std::lgamma(a + 1) - std::lgamma(m - a + 1) +
                  a * std::log(static_cast<long double>(p)) + (m - a) * std::log1p(-static_cast<long double>(p)));
}
long double poisson_mass(std::int64_t k, double lambda) {
  const auto a = static_cast<long double>(k);
  return std::exp(a * std::log(static_cast<long double>(lambda)) - static_cast<long double>(lambda) -
                  std::lgamma(a + 1));
}

/// Mean and variance within 5 standard errors; `kurtosis` is the law's excess, which the error of the variance needs.
template <typename T>
void check_moments(const std::vector<T>& sample, double mean, double variance, double excess_kurtosis) {
  const auto n = static_cast<double>(sample.size());
  double seen_mean = 0;
  for (const T draw : sample) seen_mean += (static_cast<double>(draw) - mean) / n;
  double seen_variance = 0;
  for (const T draw : sample) seen_variance += std::pow(static_cast<double>(draw) - mean, 2) / n;
  CHECK(std::fabs(seen_mean) < 5 * std::sqrt(variance / n));
  CHECK(std::fabs(seen_variance - variance) < 5 * variance * std::sqrt((2 + excess_kurtosis) / n));
}

}  // namespace

TEST_CASE("random: binomial draws follow their law, inverted and rejected, reflected and not") {
  struct Law {
    std::int64_t n;
    double p;
  };
  for (const Law law : {Law{1, 0.3}, Law{10, 0.5}, Law{55, 0.05}, Law{100, 0.97}, Law{1000, 0.5}, Law{16000, 0.5},
                        Law{20000, 0.9}, Law{1000000, 0.999}, Law{17000, 0.5}, Law{1000000, 0.3}, Law{1000000, 0.9},
                        Law{1000000000, 1e-5}, Law{1000000000, 0.5}}) {
    INFO("n " << law.n << ", p " << law.p);
    const auto sample = draw_wholes(Distribution::binomial, {law.n, law.p});
    const double mean = static_cast<double>(law.n) * law.p;
    const double variance = mean * (1 - law.p);
    const auto low = static_cast<std::int64_t>(std::max(0.0, std::floor(mean - 7 * std::sqrt(variance) - 10)));
    const auto high =
        static_cast<std::int64_t>(std::min(static_cast<double>(law.n), std::ceil(mean + 7 * std::sqrt(variance) + 10)));
    const Bins bins = bins_of(low, high, static_cast<double>(draws), 50,
                              [&](std::int64_t k) { return binomial_mass(k, law.n, law.p); });
    CHECK(chi_square_probability(sample, bins) > least_probability);
    check_moments(sample, mean, variance, (1 - 6 * law.p * (1 - law.p)) / variance);
  }
}

TEST_CASE("random: Poisson draws follow their law, inverted and rejected") {
  for (const double lambda : {0.1, 1.0, 3.5, 10.0, 56.0, 57.0, 1000.0, 4096.0, 4097.0, 1e5, 1e8}) {
    INFO("lambda " << lambda);
    const auto sample = draw_wholes(Distribution::poisson, {lambda});
    const double reach = 7 * std::sqrt(lambda) + 15;
    const Bins bins = bins_of(static_cast<std::int64_t>(std::max(0.0, std::floor(lambda - reach))),
                              static_cast<std::int64_t>(lambda + reach), static_cast<double>(draws), 50,
                              [&](std::int64_t k) { return poisson_mass(k, lambda); });
    CHECK(chi_square_probability(sample, bins) > least_probability);
    check_moments(sample, lambda, lambda, 1 / lambda);
  }
}

TEST_CASE("random: thresholds are the distribution function to 2^-32") {
  struct Law {
    std::int64_t n;
    double p;
  };
  for (const Law law : {Law{55, 0.05}, Law{100, 0.97}, Law{1000, 0.5}, Law{16000, 0.5}, Law{1000000, 0.999}}) {
    INFO("n " << law.n << ", p " << law.p);
    const Sampler sampler = prepared(Distribution::binomial, std::vector<Parameter>{law.n, law.p});
    const Thresholds& thresholds = *sampler.thresholds();
    long double below = 0;
    for (std::int64_t k = std::max(std::int64_t{0}, thresholds.first - 400); k < thresholds.first; ++k)
      below += binomial_mass(k, law.n, law.p);
    CHECK(static_cast<double>(below) < 0x1p-32);
    double worst = 0;
    for (std::size_t at = 0; at < thresholds.steps.size(); ++at) {
      below += binomial_mass(thresholds.first + static_cast<std::int64_t>(at), law.n, law.p);
      worst = std::max(worst, static_cast<double>(std::fabs(thresholds.steps[at] * 0x1p-32L - below)));
    }
    CHECK(worst < 0x1p-32);
    const std::int64_t last = thresholds.first + static_cast<std::int64_t>(thresholds.steps.size());
    below += binomial_mass(last, law.n, law.p);
    CHECK(static_cast<double>(below) > 1 - 0x1p-31);  // no value that a word could show is missing
  }
  const Sampler sampler = prepared(Distribution::poisson, std::vector<Parameter>{3000.0});
  const Thresholds& thresholds = *sampler.thresholds();
  long double below = 0;
  for (std::int64_t k = 0; k < thresholds.first; ++k) below += poisson_mass(k, 3000);
  double worst = 0;
  for (std::size_t at = 0; at < thresholds.steps.size(); ++at) {
    below += poisson_mass(thresholds.first + static_cast<std::int64_t>(at), 3000);
    worst = std::max(worst, static_cast<double>(std::fabs(thresholds.steps[at] * 0x1p-32L - below)));
  }
  CHECK(worst < 0x1p-32);
}

TEST_CASE("random: integers are equally likely, in narrow and wide ranges") {
  for (const std::int64_t numbers : {2, 3, 10, 100, 4096, 4097, 10000}) {
    INFO(numbers << " numbers");
    const auto sample = draw_wholes(Distribution::integers, {-3, numbers - 3});
    const Bins bins = bins_of(-3, numbers - 4, static_cast<double>(draws), 15,
                              [&](std::int64_t) { return 1.0L / static_cast<long double>(numbers); });
    CHECK(chi_square_probability(sample, bins) > least_probability);
  }
  // Of three quarters of all words every value must be as likely as any: the sample spreads evenly.
  const double low = -6917529027641081856.0;  // -3/4 * 2^63
  auto sample = draw_wholes(Distribution::integers, {low, -low});
  std::vector<double> spread;
  for (const std::int64_t draw : sample) spread.push_back((static_cast<double>(draw) - low) / (-2 * low));
  CHECK(ks_probability(spread, [](double x) { return x; }) > least_probability);
}

TEST_CASE("random: bernoulli and categorical draws have their probabilities") {
  for (const double p : {0.001, 0.3, 0.5, 0.999}) {
    INFO("p " << p);
    const auto sample = draw_wholes(Distribution::bernoulli, {p});
    CHECK(chi_square_probability(sample, Bins{{0, INT64_MAX}, {1 - p, p}}) > least_probability);
  }
  const auto sample = draw_wholes(Distribution::categorical, {0.0, 3.0, 0.0, 1.0, 4.0, 0.0});
  CHECK(chi_square_probability(sample, Bins{{1, 3, INT64_MAX}, {3.0 / 8, 1.0 / 8, 4.0 / 8}}) > least_probability);
  for (const std::int64_t draw : sample) REQUIRE((draw == 1 || draw == 3 || draw == 4));
  std::vector<Parameter> weights;
  double total = 0;
  for (int at = 0; at < 6000; ++at) {
    weights.emplace_back(static_cast<double>(at % 5));
    total += at % 5;
  }
  const auto wide = draw_wholes(Distribution::categorical, weights);
  const Bins bins = bins_of(0, 5999, static_cast<double>(draws), 20, [&](std::int64_t k) {
    return static_cast<long double>(k % 5) / static_cast<long double>(total);
  });
  CHECK(chi_square_probability(wide, bins) > least_probability);
  for (const std::int64_t draw : wide) REQUIRE(draw % 5 != 0);
}

TEST_CASE("random: uniform, normal and exponential draws follow their laws") {
  const auto uniform = draw_reals(Distribution::uniform, {-1.0, 3.0});
  CHECK(ks_probability(uniform, [](double x) { return (x + 1) / 4; }) > least_probability);
  check_moments(uniform, 1, 16.0 / 12, -1.2);
  const auto normal = draw_reals(Distribution::normal, {5.0, 2.0});
  CHECK(ks_probability(normal, [](double x) { return std::erfc((5 - x) / 2 / std::sqrt(2)) / 2; }) > least_probability);
  check_moments(normal, 5, 4, 0);
  const auto exponential = draw_reals(Distribution::exponential, {3.0});
  CHECK(ks_probability(exponential, [](double x) { return -std::expm1(-x / 3); }) > least_probability);
  check_moments(exponential, 3, 9, 6);
}

TEST_CASE("random: gamma draws follow their law for small and large shapes") {
  for (const double shape : {0.05, 0.5, 0.99, 1.0, 1.5, 10.0, 1000.0}) {
    INFO("shape " << shape);
    const auto sample = draw_reals(Distribution::gamma, {shape, 2.0});
    CHECK(ks_probability(sample, [&](double x) { return 1 - gamma_upper(shape, x / 2); }) > least_probability);
    check_moments(sample, 2 * shape, 4 * shape, 6 / shape);
  }
}

TEST_CASE("random: beta draws follow their law for small and large shapes") {
  struct Law {
    double a;
    double b;
  };
  for (const Law law : {Law{0.05, 0.08}, Law{0.5, 0.5}, Law{1, 1}, Law{0.3, 4}, Law{2, 3}, Law{50, 20}}) {
    INFO("a " << law.a << ", b " << law.b);
    const auto sample = draw_reals(Distribution::beta, {law.a, law.b});
    // Near 1 the doubles are too coarse for a tiny b: the law below 0.9, and how much of it lies there.
    const double below = beta_lower(law.a, law.b, 0.9);
    std::vector<double> lower;
    for (const double draw : sample)
      if (draw < 0.9) lower.push_back(draw);
    CHECK(ks_probability(lower, [&](double x) { return beta_lower(law.a, law.b, x) / below; }) > least_probability);
    CHECK(std::fabs(static_cast<double>(lower.size()) - below * draws) <
          5 * std::sqrt(below * (1 - below) * draws) + 1e-6);
    const double sum = law.a + law.b;
    check_moments(sample, law.a / sum, law.a * law.b / (sum * sum * (sum + 1)), 0);
    for (const double draw : sample) REQUIRE((draw >= 0 && draw <= 1));
  }
}
