#include "runtime/random/rejection.hpp"

#include "runtime/random/distributions.hpp"
#include "runtime/random/exact_math.hpp"
#include "runtime/random/mass.hpp"
#include "runtime/random/units.hpp"

namespace ricci::runtime::random {
namespace {

// Purposes of derived keys, far from the numbers of attempts.
constexpr std::uint64_t boost_purpose = std::uint64_t{1} << 40;
constexpr std::uint64_t first_gamma_purpose = std::uint64_t{2} << 40;
constexpr std::uint64_t second_gamma_purpose = std::uint64_t{3} << 40;

/// floor(x) for |x| < 2^63, plain arithmetic on every set (libm's floor is a call where SSE4.1 is not assumed).
double floor_of(double x) {
  if (!(x > -two_to_52 && x < two_to_52)) return x;
  const double whole = static_cast<double>(static_cast<std::int64_t>(x));
  return whole > x ? whole - 1 : whole;
}

__extension__ using Wide = unsigned __int128;

}  // namespace

MarsagliaTsang::MarsagliaTsang(double shape) : d_(shape - 1.0 / 3), c_(1.0 / __builtin_sqrt(9.0 * d_)) {}

std::optional<double> MarsagliaTsang::candidate(WordPair words) const {
  return candidate(exact::normal_quantile(centred_unit(words.first)), words.second);
}

std::optional<double> MarsagliaTsang::candidate(double normal, std::uint64_t word) const {
  const double root = 1.0 + c_ * normal;
  if (root <= 0) return std::nullopt;
  const double v = root * root * root;
  const double u = open_unit(word);
  const double square = normal * normal;
  if (u < 1.0 - 0.0331 * (square * square)) return d_ * v;
  if (exact::log(u) < 0.5 * square + d_ * (1.0 - v + exact::log(v))) return d_ * v;
  return std::nullopt;
}

GammaLaw::GammaLaw(double shape) : shape_(shape), core_(shape < 1 ? shape + 1 : shape) {}

double GammaLaw::from_core(double draw, Key key, Spot spot) const {
  if (shape_ >= 1) return draw;
  if (shape_ == 0) return 0;
  const double u = open_unit(word_128(derived(key, boost_purpose), spot).first);
  return draw * exact::exp(exact::log(u) / shape_);
}

double GammaLaw::draw_log(Key key, Spot spot) const {
  const double log_core = exact::log(accepted_draw(core_, key, spot));
  if (shape_ >= 1) return log_core;
  return log_core + exact::log(open_unit(word_128(derived(key, boost_purpose), spot).first)) / shape_;
}

BetaLaw::BetaLaw(double a, double b) : x_(a), y_(b), small_(a < 1 || b < 1) {}

double BetaLaw::draw(Key key, Spot spot) const {
  const Key first = derived(key, first_gamma_purpose);
  const Key second = derived(key, second_gamma_purpose);
  if (!small_) {
    const double x = 0.5 * x_.draw(first, spot);  // halved, that no sum overflows
    return x / (x + 0.5 * y_.draw(second, spot));
  }
  const double log_x = x_.draw_log(first, spot);
  const double log_y = y_.draw_log(second, spot);
  if (log_x == log_y) return 0.5;  // also where shapes below 1e-306 have sent both to minus infinity
  return 1.0 / (1.0 + exact::exp(log_y - log_x));
}

PoissonRejection::PoissonRejection(double lambda)
    : lambda_(lambda), b_(0.931 + 2.53 * __builtin_sqrt(lambda)), a_(-0.059 + 0.02483 * b_) {
  log_inverse_alpha_ = exact::log(1.1239 + 1.1328 / (b_ - 3.4));
  v_r_ = 0.9277 - 3.6224 / (b_ - 2.0);
}

std::optional<std::int64_t> PoissonRejection::candidate(WordPair words) const {
  const double u = centred_unit(words.first);
  const double v = open_unit(words.second);
  const double us = 0.5 - (u < 0 ? -u : u);
  const double k = floor_of((2.0 * a_ / us + b_) * u + lambda_ + 0.43);
  if (us >= 0.07 && v <= v_r_) return static_cast<std::int64_t>(k);
  // Candidates beyond any bound have no probability that a word could show.
  if (k < 0 || k > 2.0 * highest_rate || (us < 0.013 && v > us)) return std::nullopt;
  const double log_v = exact::log(v) + log_inverse_alpha_ - exact::log(a_ / (us * us) + b_);
  if (log_v <= log_poisson_mass(k, lambda_)) return static_cast<std::int64_t>(k);
  return std::nullopt;
}

BinomialRejection::BinomialRejection(double n, double p) : n_(n), p_(p > 0.5 ? 1.0 - p : p), reflected_(p > 0.5) {
  const double deviation = __builtin_sqrt(n_ * p_ * (1.0 - p_));
  b_ = 1.15 + 2.53 * deviation;
  a_ = -0.0873 + 0.0248 * b_ + 0.01 * p_;
  centre_ = n_ * p_ + 0.5;
  v_r_ = 0.92 - 4.2 / b_;
  log_alpha_ = exact::log((2.83 + 5.1 / b_) * deviation);
  log_mode_mass_ = log_binomial_mass(floor_of((n_ + 1) * p_), n_, p_);
}

std::optional<std::int64_t> BinomialRejection::candidate(WordPair words) const {
  const double u = centred_unit(words.first);
  const double v = open_unit(words.second);
  const double us = 0.5 - (u < 0 ? -u : u);
  const double k = floor_of((2.0 * a_ / us + b_) * u + centre_);
  const auto draw = [&] { return static_cast<std::int64_t>(reflected_ ? n_ - k : k); };
  if (us >= 0.07 && v <= v_r_) return draw();
  if (k < 0 || k > n_) return std::nullopt;
  const double log_v = exact::log(v) + log_alpha_ - exact::log(a_ / (us * us) + b_);
  if (log_v <= log_binomial_mass(k, n_, p_) - log_mode_mass_) return draw();
  return std::nullopt;
}

WideRange::WideRange(std::int64_t low, std::uint64_t extent)
    : low_(static_cast<std::uint64_t>(low)),
      numbers_(extent + 1),
      rejected_(numbers_ == 0 ? 0 : (~numbers_ + 1) % numbers_) {}  // 2^64 modulo the number of numbers

std::optional<std::int64_t> WideRange::candidate(std::uint64_t word) const {
  if (numbers_ == 0) return static_cast<std::int64_t>(word + low_);
  const Wide product = static_cast<Wide>(word) * numbers_;
  if (static_cast<std::uint64_t>(product) < rejected_) return std::nullopt;
  return static_cast<std::int64_t>(low_ + static_cast<std::uint64_t>(product >> 64));
}

std::int64_t WideRange::draw(Key key, Spot spot, std::uint64_t from) const {
  for (std::uint64_t attempt = from;; ++attempt)
    if (const auto draw = candidate(word_64(attempt_key(key, attempt), spot))) return *draw;
}

}  // namespace ricci::runtime::random
