/// What the tests of random draws measure with: correlation, the chi-square and the Kolmogorov-Smirnov test.
/// All from libm and textbook series, so that nothing under test judges itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace ricci::test {

/// The upper tail of the regularised incomplete gamma function (series and continued fraction, Numerical Recipes 6.2).
inline double gamma_upper(double a, double x) {
  if (x <= 0) return 1;
  const double front = std::exp(-x + a * std::log(x) - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (double n = a + 1; term > sum * 1e-16; n += 1) sum += (term *= x / n);
    return 1 - front * sum;
  }
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double h = d;
  for (int i = 1; i < 100000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const double step = d * c;
    h *= step;
    if (std::fabs(step - 1) < 1e-15) break;
  }
  return front * h;
}

/// The regularised incomplete beta function (continued fraction, Numerical Recipes 6.4).
inline double beta_lower(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - beta_lower(b, a, 1 - x);
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  double c = 1;
  double d = 1 / (1 - (a + b) * x / (a + 1));
  double h = d;
  for (int m = 1; m < 10000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= d * c;
    if (std::fabs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/// The probability of a Kolmogorov-Smirnov distance at least as large as these draws have from `cdf`.
inline double ks_probability(std::vector<double> draws, const std::function<double(double)>& cdf) {
  std::sort(draws.begin(), draws.end());
  const auto n = static_cast<double>(draws.size());
  double distance = 0;
  for (std::size_t at = 0; at < draws.size(); ++at) {
    const double expected = cdf(draws[at]);
    const auto below = static_cast<double>(at);
    distance = std::max({distance, expected - below / n, (below + 1) / n - expected});
  }
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  if (lambda < 0.2) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return sum;
}

/// Bins of whole numbers with at least `least` expected draws each: the last value of each bin and its probability.
struct Bins {
  std::vector<std::int64_t> last;
  std::vector<double> probability;
};
/// Values low .. high with probability mass(k); what lies outside joins the first and the last bin.
inline Bins bins_of(std::int64_t low, std::int64_t high, double draws, double least,
                    const std::function<long double(std::int64_t)>& mass) {
  Bins out;
  long double gathered = 0;
  long double total = 0;
  for (std::int64_t k = low; k <= high; ++k) {
    gathered += mass(k);
    if (static_cast<double>(gathered) * draws < least) continue;
    out.last.push_back(k);
    out.probability.push_back(static_cast<double>(gathered));
    total += gathered;
    gathered = 0;
  }
  // The last bin takes the rest, so that the sum is 1.
  out.last.back() = INT64_MAX;
  out.probability.back() += static_cast<double>(1 - total);
  return out;
}

/// The probability of a chi-square at least as large as these draws give.
inline double chi_square_probability(const std::vector<std::int64_t>& draws, const Bins& bins) {
  std::vector<double> seen(bins.last.size(), 0.0);
  for (const std::int64_t draw : draws)
    seen[static_cast<std::size_t>(std::lower_bound(bins.last.begin(), bins.last.end(), draw) - bins.last.begin())] += 1;
  double sum = 0;
  for (std::size_t at = 0; at < seen.size(); ++at) {
    const double expected = bins.probability[at] * static_cast<double>(draws.size());
    sum += (seen[at] - expected) * (seen[at] - expected) / expected;
  }
  return gamma_upper(static_cast<double>(seen.size() - 1) / 2, sum / 2);
}

/// Pearson's correlation of two samples of equal length, times the root of the length: about standard normal for
/// independent ones.
inline double correlation_score(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0;
  double my = 0;
  for (std::size_t at = 0; at < x.size(); ++at) {
    mx += x[at] / n;
    my += y[at] / n;
  }
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t at = 0; at < x.size(); ++at) {
    xx += (x[at] - mx) * (x[at] - mx);
    yy += (y[at] - my) * (y[at] - my);
    xy += (x[at] - mx) * (y[at] - my);
  }
  return xy / std::sqrt(xx * yy) * std::sqrt(n);
}

}  // namespace ricci::test
