#include "runtime/random/exact_math.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "runtime/random/mass.hpp"
#include "runtime/random/units.hpp"

using namespace ricci::runtime::random;

namespace {

/// Distance of a double from the true value, in units in the last place of the true value.
double ulps(double got, long double expected) {
  const auto near = static_cast<double>(expected);
  const double unit = std::nextafter(std::fabs(near), std::numeric_limits<double>::infinity()) - std::fabs(near);
  return static_cast<double>(std::fabs((static_cast<long double>(got) - expected) / static_cast<long double>(unit)));
}

/// The tail of the normal law beyond x >= 0.
long double normal_beyond(long double x) { return std::erfc(x / std::sqrt(2.0L)) / 2; }

}  // namespace

TEST_CASE("random: log errs by less than 1 ulp") {
  std::mt19937_64 source(1);
  double worst = 0;
  for (int at = 0; at < 400000; ++at) {
    // All magnitudes, those near 1, and those of open units.
    double x = std::bit_cast<double>((source() % (std::uint64_t{0x7fe} << 52)) + (std::uint64_t{1} << 52));
    if (at % 3 == 1) x = 0.5 + static_cast<double>(source() >> 11) * 0x1p-53;
    if (at % 3 == 2) x = open_unit(source());
    worst = std::max(worst, ulps(exact::log(x), std::log(static_cast<long double>(x))));
  }
  CAPTURE(worst);
  CHECK(worst < 1.0);
  CHECK(exact::log(1.0) == 0.0);
  CHECK(std::isfinite(exact::log(std::numeric_limits<double>::min())));
  CHECK(std::isfinite(exact::log(std::numeric_limits<double>::max())));
}

TEST_CASE("random: log1p errs by less than 2 ulp") {
  std::mt19937_64 source(2);
  double worst = 0;
  for (int at = 0; at < 300000; ++at) {
    const double size = std::ldexp(open_unit(source()), -static_cast<int>(source() % 70));
    const double x = at % 2 == 0 ? size * 3 : -size;
    worst = std::max(worst, ulps(exact::log1p(x), std::log1p(static_cast<long double>(x))));
  }
  CAPTURE(worst);
  CHECK(worst < 2.0);
  CHECK(exact::log1p(0.0) == 0.0);
}

TEST_CASE("random: exp errs by less than 1 ulp, overflows to infinity and underflows to zero") {
  std::mt19937_64 source(3);
  double worst = 0;
  for (int at = 0; at < 300000; ++at) {
    const double range = at % 2 == 0 ? 708.0 : 2.0;
    const double x = (2 * open_unit(source()) - 1) * range;
    worst = std::max(worst, ulps(exact::exp(x), std::exp(static_cast<long double>(x))));
  }
  CAPTURE(worst);
  CHECK(worst < 1.0);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(exact::exp(0.0) == 1.0);
  CHECK(exact::exp(709.78) < infinity);
  CHECK(exact::exp(709.79) == infinity);
  CHECK(exact::exp(infinity) == infinity);
  CHECK(exact::exp(-infinity) == 0.0);
  CHECK(exact::exp(-746.0) == 0.0);
  CHECK(exact::exp(-745.0) == std::numeric_limits<double>::denorm_min());
  CHECK(std::fabs(exact::exp(-720.0) / std::exp(-720.0) - 1) < 1e-10);
}

TEST_CASE("random: the normal quantile errs by less than 8 ulp, in the far tail too") {
  std::mt19937_64 source(4);
  double worst = 0;
  for (int at = 0; at < 200000; ++at) {
    double q = centred_unit(source());
    if (at % 4 == 3)
      q = std::copysign(0.5 - std::ldexp(0.5 + open_unit(source()) / 2, -2 - static_cast<int>(source() % 51)), q);
    const double z = exact::normal_quantile(q);
    // One Newton step in long double from z shows how far z is off: (beyond(|z|) - p) / density.
    const long double size = std::fabs(static_cast<long double>(z));
    const long double density = std::exp(-size * size / 2) / std::sqrt(2 * std::acos(-1.0L));
    const long double p = 0.5L - std::fabs(static_cast<long double>(q));
    const long double below = std::fabs(q) < 0.25 ? std::erf(size / std::sqrt(2.0L)) / 2 : 0;
    const long double gap =
        std::fabs(q) < 0.25 ? std::fabs(static_cast<long double>(q)) - below : normal_beyond(size) - p;
    const long double wanted = size + gap / density;
    worst = std::max(worst, ulps(std::fabs(z), wanted));
    REQUIRE((z < 0) == (q < 0));
  }
  CAPTURE(worst);
  CHECK(worst < 8.0);
}

TEST_CASE("random: units are exact and stay within their ends") {
  double unit;
  half_open_unit(std::uint64_t{0}, unit);
  CHECK(unit == 0.0);
  half_open_unit(~std::uint64_t{0}, unit);
  CHECK(unit == 1.0 - 0x1p-53);
  half_open_unit(std::uint64_t{0x8000000100000800}, unit);
  CHECK(unit == 0.5 + 0x1p-32 + 0x1p-53);
  CHECK(open_unit(std::uint64_t{0}) == 0x1p-53);
  CHECK(open_unit(~std::uint64_t{0}) == 1.0 - 0x1p-53);
  CHECK(centred_unit(std::uint64_t{0}) == 0x1p-54);
  CHECK(centred_unit(~std::uint64_t{0}) == -(0.5 - 0x1p-54));
}

TEST_CASE("random: whether a word lies in the normal tail is decided as by its unit") {
  const auto limit = static_cast<std::uint64_t>(0.425 * 0x1p53);
  for (std::uint64_t k = limit - 4; k <= limit + 4; ++k) {
    const std::uint64_t word = k << 11;
    CHECK(in_normal_tail(word) == (centred_unit(word) > exact::normal_centre_reach));
    CHECK(in_normal_tail(word | std::uint64_t{1} << 63) == in_normal_tail(word));
  }
}

TEST_CASE("random: probability masses agree with factorials in long double") {
  double worst = 0;
  for (const double n : {1.0, 2.0, 7.0, 15.0, 16.0, 17.0, 60.0, 1000.0, 30000.0}) {
    for (const double p : {1e-9, 0.01, 0.3, 0.5, 0.97}) {
      for (double k = 0; k <= n; k += n < 100 ? 1 : std::floor(n / 50)) {
        const long double expected = std::lgamma(n + 1.0L) - std::lgamma(k + 1.0L) - std::lgamma(n - k + 1.0L) +
                                     k * std::log(static_cast<long double>(p)) +
                                     (n - k) * std::log1p(-static_cast<long double>(p));
        const double gap = static_cast<double>(std::fabs(log_binomial_mass(k, n, p) - expected));
        worst = std::max(worst, gap / (1 + std::fabs(static_cast<double>(expected))));
      }
    }
  }
  // Above that, the long doubles' own cancellation is larger than what is allowed here.
  for (const double lambda : {1e-3, 1.0, 15.5, 3000.0, 10000.0}) {
    for (double k = 0; k <= 2 * lambda + 10; k += std::floor(1 + lambda / 20)) {
      const long double expected =
          k * std::log(static_cast<long double>(lambda)) - static_cast<long double>(lambda) - std::lgamma(k + 1.0L);
      const double gap = static_cast<double>(std::fabs(log_poisson_mass(k, lambda) - expected));
      worst = std::max(worst, gap / (1 + std::fabs(static_cast<double>(expected))));
    }
  }
  CAPTURE(worst);
  CHECK(worst < 1e-14);  // of 1 + |logarithm|
}
