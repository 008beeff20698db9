#include "runtime/random/mass.hpp"

#include <array>
#include <cstddef>

#include "runtime/random/exact_math.hpp"

namespace ricci::runtime::random {
namespace {

constexpr double two_pi = 6.283185307179586477;

// stirling_error(0 .. 15); the first is never read.
constexpr std::array<double, 16> small_stirling_errors{0.0,
                                                       0.0810614667953272582196702,
                                                       0.0413406959554092940938221,
                                                       0.02767792568499833914878929,
                                                       0.02079067210376509311152277,
                                                       0.01664469118982119216319487,
                                                       0.01387612882307074799874573,
                                                       0.01189670994589177009505572,
                                                       0.010411265261972096497478567,
                                                       0.009255462182712732917728637,
                                                       0.008330563433362871256469318,
                                                       0.007573675487951840794972024,
                                                       0.006942840107209529865664152,
                                                       0.006408994188004207068439631,
                                                       0.005951370112758847735624416,
                                                       0.005554733551962801371038690};

}  // namespace

double stirling_error(double n) {
  if (n < 16) return small_stirling_errors[static_cast<std::size_t>(n)];
  const double square = n * n;
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square) / n;
}

double deviance(double x, double mean) {
  if (x == 0) return mean;
  const double difference = x - mean;
  if ((difference < 0 ? -difference : difference) >= 0.1 * (x + mean)) return x * exact::log(x / mean) + mean - x;
  // x*log(x/mean) in powers of v = (x - mean)/(x + mean), |v| < 0.1: the first term cancels mean - x.
  const double v = difference / (x + mean);
  const double square = v * v;
  double sum = difference * v;
  double power = 2 * x * v;
  for (double odd = 3; odd < 60; odd += 2) {
    power *= square;
    const double next = sum + power / odd;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

double log_poisson_mass(double k, double lambda) {
  if (k == 0) return -lambda;
  return -stirling_error(k) - deviance(k, lambda) - 0.5 * exact::log(two_pi * k);
}

double log_binomial_mass(double k, double n, double p) {
  const double q = 1.0 - p;
  if (k == 0) return n * exact::log1p(-p);
  if (k == n) return n * exact::log(p);
  const double rest = n - k;
  return stirling_error(n) - stirling_error(k) - stirling_error(rest) - deviance(k, n * p) - deviance(rest, n * q) +
         0.5 * exact::log(n / (two_pi * k * rest));
}

}  // namespace ricci::runtime::random
