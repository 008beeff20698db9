#include "runtime/random/parameters.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/random/sampler.hpp"

using namespace ricci::runtime::random;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t count = 500;

std::string refusal(Distribution distribution, const std::vector<Parameter>& parameters) {
  try {
    prepared(distribution, parameters);
  } catch (const ricci::error& caught) {
    CHECK(caught.code() == "value");
    return caught.message();
  }
  return "accepted";
}

std::vector<double> reals(Distribution distribution, const std::vector<Parameter>& parameters) {
  std::vector<double> out(count);
  const std::vector<std::int64_t> base{0};
  const std::vector<std::int64_t> step{1};
  fill_real(distribution, {3, 4}, parameters, {base, step}, count, out.data());
  return out;
}

std::vector<std::int64_t> wholes(Distribution distribution, const std::vector<Parameter>& parameters) {
  std::vector<std::int64_t> out(count);
  const std::vector<std::int64_t> base{0};
  const std::vector<std::int64_t> step{1};
  fill_integer(distribution, {3, 4}, parameters, {base, step}, count, out.data());
  return out;
}

template <typename T>
bool all_are(const std::vector<T>& sample, T value) {
  for (const T each : sample)
    if (each != value) return false;
  return true;
}

}  // namespace

TEST_CASE("random: parameters outside their domain are refused in the user's words") {
  CHECK(refusal(Distribution::binomial, {10, 1.5}) == "binomial needs p to be between 0 and 1, not 1.5");
  CHECK(refusal(Distribution::binomial, {-1, 0.5}) == "binomial needs n to be a whole number from 0 to 2^53, not -1");
  CHECK(refusal(Distribution::binomial, {2.5, 0.5}) == "binomial needs n to be a whole number from 0 to 2^53, not 2.5");
  CHECK(refusal(Distribution::exponential, {-2.0}) == "exponential needs scale to be finite and at least 0, not -2");
  CHECK(refusal(Distribution::beta, {0.0, 1.0}) == "beta needs a to be finite and above 0, not 0");
  CHECK(refusal(Distribution::uniform, {2.0, 1.0}) == "uniform needs high to be at least low = 2, not 1");
  CHECK(refusal(Distribution::uniform, {-1.7e308, 1.7e308}) == "uniform needs high - low to be finite, not inf");
  CHECK(refusal(Distribution::integers, {3, 3}) == "integers needs high to be above low = 3, not 3");
  CHECK(refusal(Distribution::integers, {0, 2.5}) == "integers needs high to be a whole number of 64 bits, not 2.5");
  CHECK(refusal(Distribution::integers, {most, most}) != "accepted");
  CHECK(refusal(Distribution::integers, {0x1p63, 0x1p63}) != "accepted");
  CHECK(refusal(Distribution::poisson, {-0.5}) == "poisson needs lambda to be from 0 to 2^52, not -0.5");
  CHECK(refusal(Distribution::poisson, {1e18}) != "accepted");
  CHECK(refusal(Distribution::categorical, {0.5, -0.5}) == "categorical needs p to be finite and at least 0, not -0.5");
  CHECK(refusal(Distribution::categorical, {0.0, 0.0}) ==
        "categorical needs the sum of p to be finite and above 0, not 0");
  CHECK(refusal(Distribution::categorical, {1e308, 1e308}) != "accepted");
  CHECK(refusal(Distribution::normal, {0.0, -1.0}) == "normal needs sd to be finite and at least 0, not -1");
}

TEST_CASE("random: NaN and infinity are refused everywhere") {
  for (const DistributionRow& facts : distribution_rows) {
    INFO(facts.name);
    const std::size_t parameters = facts.parameter_count == 0 ? 3 : facts.parameter_count;
    for (const double bad : {not_a_number, infinity, -infinity}) {
      for (std::size_t at = 0; at < parameters; ++at) {
        std::vector<Parameter> values(parameters, Parameter(0.5));
        values[at] = bad;
        CHECK(refusal(facts.distribution, values) != "accepted");
      }
    }
  }
}

TEST_CASE("random: a bad parameter in any lane is found before a draw is made") {
  std::vector<double> shares(count, 0.5);
  shares.back() = not_a_number;
  std::vector<std::int64_t> out(count, 7);
  const std::vector<std::int64_t> base{0};
  const std::vector<std::int64_t> step{1};
  const std::vector<Parameter> parameters{Parameter::lanes(shares.data())};
  CHECK_THROWS_AS(fill_integer(Distribution::bernoulli, {}, parameters, {base, step}, count, out.data()), ricci::error);
  CHECK(all_are(out, std::int64_t{7}));
}

TEST_CASE("random: a wrong number of parameters or kind of result is an error, not a crash") {
  CHECK_THROWS_AS(prepared(Distribution::normal, std::vector<Parameter>{1.0}), ricci::error);
  CHECK_THROWS_AS(prepared(Distribution::categorical, std::vector<Parameter>{}), ricci::error);
  CHECK_THROWS_AS(reals(Distribution::poisson, {1.0}), ricci::error);
  CHECK_THROWS_AS(wholes(Distribution::normal, {0.0, 1.0}), ricci::error);
}

TEST_CASE("random: laws without spread give their only value") {
  CHECK(all_are(wholes(Distribution::binomial, {0, 0.5}), std::int64_t{0}));
  CHECK(all_are(wholes(Distribution::binomial, {20, 0.0}), std::int64_t{0}));
  CHECK(all_are(wholes(Distribution::binomial, {20, 1.0}), std::int64_t{20}));
  CHECK(all_are(wholes(Distribution::binomial, {std::int64_t{1} << 53, 1.0}), std::int64_t{1} << 53));
  CHECK(all_are(wholes(Distribution::poisson, {0.0}), std::int64_t{0}));
  CHECK(all_are(wholes(Distribution::integers, {5, 6}), std::int64_t{5}));
  CHECK(all_are(wholes(Distribution::integers, {most - 1, most}), most - 1));
  CHECK(all_are(wholes(Distribution::integers, {most, 0x1p63}), most));
  CHECK(all_are(wholes(Distribution::bernoulli, {0.0}), std::int64_t{0}));
  CHECK(all_are(wholes(Distribution::bernoulli, {1.0}), std::int64_t{1}));
  CHECK(all_are(wholes(Distribution::categorical, {0.0, 2.0, 0.0}), std::int64_t{1}));
  CHECK(all_are(reals(Distribution::gamma, {0.0, 3.0}), 0.0));
  CHECK(all_are(reals(Distribution::gamma, {2.0, 0.0}), 0.0));
  CHECK(all_are(reals(Distribution::exponential, {0.0}), 0.0));
  CHECK(all_are(reals(Distribution::normal, {4.0, 0.0}), 4.0));
  CHECK(all_are(reals(Distribution::uniform, {2.0, 2.0}), 2.0));
}

TEST_CASE("random: integers reach over all 64 bits, and both of its ends are exact") {
  const auto all = wholes(Distribution::integers, {least, 0x1p63});
  CHECK(std::count_if(all.begin(), all.end(), [](std::int64_t each) { return each < 0; }) > count / 3);
  CHECK(std::count_if(all.begin(), all.end(), [](std::int64_t each) { return each > most / 2; }) > count / 8);
  const std::int64_t low = (std::int64_t{1} << 60) + 1;  // no double
  bool first = false;
  bool last = false;
  for (const std::int64_t each : wholes(Distribution::integers, {low, low + 3})) {
    REQUIRE(each >= low);
    REQUIRE(each < low + 3);
    first = first || each == low;
    last = last || each == low + 2;
  }
  CHECK(first);
  CHECK(last);
}

TEST_CASE("random: uniform draws stay below high, however close it is") {
  const double next = 1 + 0x1p-52;
  CHECK(all_are(reals(Distribution::uniform, {1.0, next}), 1.0));
  for (const double each : reals(Distribution::uniform, {1e16, 1e16 + 4})) REQUIRE((each >= 1e16 && each < 1e16 + 4));
  for (const double each : reals(Distribution::uniform, {-0x1p-1074, 0.0})) REQUIRE(each == -0x1p-1074);
}

TEST_CASE("random: extreme parameters give finite draws") {
  for (const double each : reals(Distribution::gamma, {1e-300, 1.0})) REQUIRE(each == 0);
  for (const double each : reals(Distribution::gamma, {1e300, 1.0})) REQUIRE(std::abs(each / 1e300 - 1) < 1e-12);
  for (const double each : reals(Distribution::beta, {1e-300, 1e-300})) REQUIRE((each >= 0 && each <= 1));
  for (const double each : reals(Distribution::beta, {1e308, 1e308})) REQUIRE(std::abs(each - 0.5) < 1e-12);
  for (const std::int64_t each : wholes(Distribution::poisson, {highest_rate}))
    REQUIRE(std::abs(static_cast<double>(each) / highest_rate - 1) < 1e-6);
  for (const std::int64_t each : wholes(Distribution::binomial, {std::int64_t{1} << 53, 0.5}))
    REQUIRE(std::abs(static_cast<double>(each) * 0x1p-52 - 1) < 1e-6);
  for (const std::int64_t each : wholes(Distribution::binomial, {std::int64_t{1} << 53, 1e-300})) REQUIRE(each == 0);
  for (const std::int64_t each : wholes(Distribution::poisson, {0x1p-1074})) REQUIRE(each == 0);
}

TEST_CASE("random: every distribution is found by its name") {
  for (const DistributionRow& facts : distribution_rows) {
    CHECK(distribution_named(facts.name) == facts.distribution);
    CHECK_FALSE(facts.summary.empty());
  }
  CHECK_FALSE(distribution_named("cauchy").has_value());
}
