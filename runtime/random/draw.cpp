#include "runtime/random/draw.hpp"

#include <array>
#include <cstddef>

#include "runtime/error.hpp"
#include "runtime/random/affine.hpp"
#include "runtime/random/inversion.hpp"
#include "runtime/random/rejection.hpp"
#include "runtime/random/units.hpp"

namespace ricci::runtime::random {
namespace {

double uniform_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  double unit;
  half_open_unit(word_64(key, spot), unit);
  return affine_of(Distribution::uniform, parameters, lane)(unit);
}

double normal_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const double z = exact::normal_quantile(centred_unit(word_64(key, spot)));
  return affine_of(Distribution::normal, parameters, lane)(z);
}

double exponential_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const double z = -exact::log(open_unit(word_64(key, spot)));
  return affine_of(Distribution::exponential, parameters, lane)(z);
}

double gamma_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  return GammaLaw(parameters[0].real(lane)).draw(key, spot) * parameters[1].real(lane);
}

double beta_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  return BetaLaw(parameters[0].real(lane), parameters[1].real(lane)).draw(key, spot);
}

std::int64_t binomial_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const double n = parameters[0].real(lane);
  const double p = parameters[1].real(lane);
  if (is_inverted_binomial(n, p)) return Inversion::binomial(n, p).draw(word_32(key, spot));
  return accepted_draw(BinomialRejection(n, p), key, spot);
}

std::int64_t poisson_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const double lambda = parameters[0].real(lane);
  if (is_inverted_poisson(lambda)) return Inversion::poisson(lambda).draw(word_32(key, spot));
  return accepted_draw(PoissonRejection(lambda), key, spot);
}

std::int64_t integers_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const WholeRange range = whole_range(parameters, lane);
  if (range.extent < most_narrow_numbers) {
    const std::uint64_t product = std::uint64_t{word_32(key, spot)} * (range.extent + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.low) + (product >> 32));
  }
  return WideRange(range.low, range.extent).draw(key, spot);
}

std::int64_t bernoulli_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  return Coin(parameters[0].real(lane)).draw(word_32(key, spot));
}

std::int64_t categorical_at(Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  const Weights weights(parameters, lane);
  return weights.is_wide() ? weights.draw_wide(word_64(key, spot)) : weights.draw(word_32(key, spot));
}

struct DrawRow {
  Distribution distribution;
  double (*real)(Parameters, std::int64_t, Key, Spot);
  std::int64_t (*integer)(Parameters, std::int64_t, Key, Spot);
};

constexpr std::array<DrawRow, distribution_rows.size()> draw_rows{{
    {Distribution::uniform, uniform_at, nullptr},
    {Distribution::normal, normal_at, nullptr},
    {Distribution::binomial, nullptr, binomial_at},
    {Distribution::poisson, nullptr, poisson_at},
    {Distribution::exponential, exponential_at, nullptr},
    {Distribution::gamma, gamma_at, nullptr},
    {Distribution::beta, beta_at, nullptr},
    {Distribution::integers, nullptr, integers_at},
    {Distribution::bernoulli, nullptr, bernoulli_at},
    {Distribution::categorical, nullptr, categorical_at},
}};
static_assert([] {
  for (std::size_t at = 0; at < draw_rows.size(); ++at) {
    const DrawRow& each = draw_rows[at];
    if (each.distribution != static_cast<Distribution>(at)) return false;
    if ((each.real != nullptr) != is_real(each.distribution)) return false;
    if ((each.integer != nullptr) == is_real(each.distribution)) return false;
  }
  return true;
}());

}  // namespace

bool is_inverted_binomial(double n, double p) { return n * p * (1.0 - p) <= most_inverted_variance; }
bool is_inverted_poisson(double lambda) { return lambda <= most_inverted_variance; }

double real_at(Distribution distribution, Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  return draw_rows[static_cast<std::size_t>(distribution)].real(parameters, lane, key, spot);
}

std::int64_t integer_at(Distribution distribution, Parameters parameters, std::int64_t lane, Key key, Spot spot) {
  return draw_rows[static_cast<std::size_t>(distribution)].integer(parameters, lane, key, spot);
}

double draw_real(Distribution distribution, Key key, Parameters parameters, std::span<const std::int64_t> coordinates) {
  if (!is_real(distribution)) fail(dsl::Fault::internal, "a whole number drawn as a real one");
  check_parameters(distribution, parameters, 1);
  return real_at(distribution, parameters, 0, key, spot_of(coordinates));
}

std::int64_t draw_integer(Distribution distribution, Key key, Parameters parameters,
                          std::span<const std::int64_t> coordinates) {
  if (is_real(distribution)) fail(dsl::Fault::internal, "a real number drawn as a whole one");
  check_parameters(distribution, parameters, 1);
  return integer_at(distribution, parameters, 0, key, spot_of(coordinates));
}

}  // namespace ricci::runtime::random
