/// One draw, by definition: the plain path, without lanes or tables, that every other path agrees with to the bit.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/random/parameters.hpp"
#include "runtime/random/stream.hpp"

namespace ricci::runtime::random {

/// A draw of a distribution with is_real(), at those coordinates. Parameters that vary are taken in lane 0.
/// Throws ricci::error (code value) for parameters outside the domain.
double draw_real(Distribution distribution, Key key, Parameters parameters, std::span<const std::int64_t> coordinates);

/// A draw of any other distribution; of bernoulli 0 or 1.
std::int64_t draw_integer(Distribution distribution, Key key, Parameters parameters,
                          std::span<const std::int64_t> coordinates);

// The same for one lane of parameters that have been checked.
double real_at(Distribution distribution, Parameters parameters, std::int64_t lane, Key key, Spot spot);
std::int64_t integer_at(Distribution distribution, Parameters parameters, std::int64_t lane, Key key, Spot spot);

/// Whether binomial or poisson is inverted on one word; otherwise it is drawn by rejection.
bool is_inverted_binomial(double n, double p);
bool is_inverted_poisson(double lambda);

/// `integers` of at most this many different values take 32 bits a draw, each value then right to 2^-32; others take
/// 64, and all values are equally likely.
inline constexpr std::uint64_t most_narrow_numbers = 4096;

}  // namespace ricci::runtime::random
