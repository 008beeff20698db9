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

inline constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;  // odd, 2^64 over the golden ratio

/// A bijection of 64-bit words in which every input bit moves every output bit with probability near 1/2
/// (the finaliser of D. Stafford's variant 13, used by SplitMix64: Steele, Lea, Flood 2014).
constexpr std::uint64_t scramble(std::uint64_t word) {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31U);
}
/// One step of SplitMix64, for hashing.
constexpr std::uint64_t mix(std::uint64_t word) { return scramble(word + golden); }

/// The stream that the `ordinal`-th call of a statement draws from, when it defines `name` for the `times_defined`-th
/// time.
constexpr std::uint64_t stream_of(std::string_view name, std::uint64_t times_defined, std::uint64_t ordinal) {
  std::uint64_t hash = scramble(golden + name.size());
  for (std::size_t at = 0; at < name.size(); at += 8) {
    std::uint64_t chunk = 0;
    for (std::size_t byte = at; byte < at + 8 && byte < name.size(); ++byte)
      chunk |= std::uint64_t{static_cast<unsigned char>(name[byte])} << (8 * (byte - at));
    hash = scramble((hash + golden) ^ chunk);
  }
  hash = scramble((hash + golden) ^ times_defined);
  return scramble((hash + golden) ^ ordinal);
}

}  // namespace ricci::dsl
