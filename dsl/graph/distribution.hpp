/// The random distributions of the language: name, parameters and type of a draw; and the identity of a stream of
/// draws.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dsl/graph/dtype.hpp"

namespace ricci::dsl {

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
  categorical,
};

struct DistributionRow {
  std::string_view name;
  std::string_view parameters;  // as numpy.random.Generator names them
  int parameter_count;
  DType type;
  std::string_view documentation;
};

inline constexpr std::array<DistributionRow, 10> distribution_rows{{
    {"uniform", "low, high", 2, DType::f64, "uniform on [low, high)"},
    {"normal", "loc, scale", 2, DType::f64, "normal with mean loc and standard deviation scale"},
    {"binomial", "n, p", 2, DType::i64, "successes in n trials of probability p"},
    {"poisson", "lam", 1, DType::i64, "Poisson with mean lam"},
    {"exponential", "scale", 1, DType::f64, "exponential with mean scale"},
    {"gamma", "shape, scale", 2, DType::f64, "gamma with mean shape * scale"},
    {"beta", "a, b", 2, DType::f64, "beta on [0, 1]"},
    {"integers", "low, high", 2, DType::i64, "integers from low to high - 1, equally likely"},
    {"bernoulli", "p", 1, DType::boolean, "true with probability p"},
    {"categorical", "p", 1, DType::i64, "index k with probability p[k] / sum(p)"},
}};

constexpr const DistributionRow& row(Distribution distribution) {
  return distribution_rows[static_cast<std::size_t>(distribution)];
}

constexpr std::optional<Distribution> distribution_named(std::string_view name) {
  for (std::size_t at = 0; at < distribution_rows.size(); ++at)
    if (distribution_rows[at].name == name) return static_cast<Distribution>(at);
  return std::nullopt;
}

/// One step of a 64-bit mixer (splitmix64's finaliser: Steele, Lea, Flood 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// The stream that the `ordinal`-th call of a statement draws from, when it defines `name` for the `times_defined`-th
/// time.
constexpr std::uint64_t stream_of(std::string_view name, std::uint64_t times_defined, std::uint64_t ordinal) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return mix(mix(mix(hash) ^ times_defined) ^ ordinal);
}

}  // namespace ricci::dsl
