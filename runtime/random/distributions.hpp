/// The distributions of the language as one table: name, parameters and what they must be, type of a draw.
/// Parameters mean what numpy.random.Generator's do, and all are required.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dsl/graph/dtype.hpp"

namespace ricci::runtime::random {

enum class Distribution : std::uint8_t {
  uniform,
  normal,
  binomial,
  poisson,
  exponential,
  gamma,
  beta,
  integers,
  bernoulli,
  categorical
};

/// What one parameter must be, for itself.
enum class Domain : std::uint8_t { finite, non_negative, positive, probability, whole, trials, rate };

/// Numbers of trials and rates stop where the whole numbers of a double end or begin to.
inline constexpr double most_trials = 9007199254740992.0;
inline constexpr double highest_rate = 4503599627370496.0;

/// The words for a Domain, after "needs x to be".
inline constexpr std::array<std::string_view, 7> domain_text{
    "finite",          "finite and at least 0",     "finite and above 0",
    "between 0 and 1", "a whole number of 64 bits", "a whole number from 0 to 2^53",
    "from 0 to 2^52"};

struct ParameterRow {
  std::string_view name;
  Domain domain = Domain::finite;
};

struct DistributionRow {
  Distribution distribution;
  std::string_view name;
  std::size_t parameter_count;  // 0: a vector of any length from 1, every entry of which is as the first row says
  std::array<ParameterRow, 2> parameters;
  dsl::DType result;
  std::string_view summary;
};

inline constexpr std::array<DistributionRow, 10> distribution_rows{{
    {Distribution::uniform,
     "uniform",
     2,
     {{{"low", Domain::finite}, {"high", Domain::finite}}},
     dsl::DType::f64,
     "evenly spread over low <= x < high"},
    {Distribution::normal,
     "normal",
     2,
     {{{"mean", Domain::finite}, {"sd", Domain::non_negative}}},
     dsl::DType::f64,
     "Gaussian of that mean and standard deviation"},
    {Distribution::binomial,
     "binomial",
     2,
     {{{"n", Domain::trials}, {"p", Domain::probability}}},
     dsl::DType::i64,
     "successes in n independent trials of probability p"},
    {Distribution::poisson,
     "poisson",
     1,
     {{{"lambda", Domain::rate}, {}}},
     dsl::DType::i64,
     "events in an interval where lambda are expected"},
    {Distribution::exponential,
     "exponential",
     1,
     {{{"scale", Domain::non_negative}, {}}},
     dsl::DType::f64,
     "waiting time of mean scale"},
    {Distribution::gamma,
     "gamma",
     2,
     {{{"shape", Domain::non_negative}, {"scale", Domain::non_negative}}},
     dsl::DType::f64,
     "gamma of mean shape*scale"},
    {Distribution::beta,
     "beta",
     2,
     {{{"a", Domain::positive}, {"b", Domain::positive}}},
     dsl::DType::f64,
     "beta on 0 to 1, of mean a/(a+b)"},
    {Distribution::integers,
     "integers",
     2,
     {{{"low", Domain::whole}, {"high", Domain::whole}}},
     dsl::DType::i64,
     "whole numbers low <= k < high, all equally likely"},
    {Distribution::bernoulli,
     "bernoulli",
     1,
     {{{"p", Domain::probability}, {}}},
     dsl::DType::boolean,
     "true with probability p"},
    {Distribution::categorical,
     "categorical",
     0,
     {{{"p", Domain::non_negative}, {}}},
     dsl::DType::i64,
     "index k of the vector p with probability p[k]/sum(p)"},
}};

constexpr const DistributionRow& row(Distribution distribution) {
  return distribution_rows[static_cast<std::size_t>(distribution)];
}

constexpr std::optional<Distribution> distribution_named(std::string_view name) {
  for (const DistributionRow& each : distribution_rows)
    if (each.name == name) return each.distribution;
  return std::nullopt;
}

/// True when draws are doubles; otherwise they are whole numbers (bernoulli's 0 and 1).
constexpr bool is_real(Distribution distribution) { return row(distribution).result == dsl::DType::f64; }

static_assert([] {
  for (std::size_t at = 0; at < distribution_rows.size(); ++at)
    if (distribution_rows[at].distribution != static_cast<Distribution>(at)) return false;
  return true;
}());

}  // namespace ricci::runtime::random
