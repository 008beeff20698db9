/// Draws that no cheap inversion gives: a candidate is made of two 64-bit words and accepted or not; the next attempt
/// takes its words under a derived key. Exact laws, from exact_math alone.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/random/stream.hpp"

namespace ricci::runtime::random {

/// The first accepted candidate of the law's attempts, beginning with number `from`.
template <typename Law>
auto accepted_draw(const Law& law, Key key, Spot spot, std::uint64_t from = 0) {
  for (std::uint64_t attempt = from;; ++attempt)
    if (const auto draw = law.candidate(word_128(attempt_key(key, attempt), spot))) return *draw;
}

/// Gamma of a shape >= 1/3 and scale 1 (callers come with shapes >= 1, where 95 % of the attempts succeed).
/// G. Marsaglia, W. W. Tsang: A simple method for generating gamma variables (ACM TOMS 26, 2000).
class MarsagliaTsang {
 public:
  explicit MarsagliaTsang(double shape);
  std::optional<double> candidate(WordPair words) const;
  /// The same from a normal draw and a word.
  std::optional<double> candidate(double normal, std::uint64_t word) const;

 private:
  double d_;
  double c_;
};

/// Gamma of any shape >= 0; below 1 from that of shape + 1 times u^(1/shape), as the same authors say.
class GammaLaw {
 public:
  explicit GammaLaw(double shape);

  const MarsagliaTsang& core() const { return core_; }
  double draw(Key key, Spot spot) const { return from_core(accepted_draw(core_, key, spot), key, spot); }
  /// The draw from an accepted candidate of the core.
  double from_core(double draw, Key key, Spot spot) const;
  /// Its logarithm, also where the draw itself would underflow; shape > 0.
  double draw_log(Key key, Spot spot) const;

 private:
  double shape_;
  MarsagliaTsang core_;
};

/// X/(X + Y) for gammas X of shape a and Y of shape b.
class BetaLaw {
 public:
  BetaLaw(double a, double b);
  double draw(Key key, Spot spot) const;

 private:
  GammaLaw x_;
  GammaLaw y_;
  bool small_;
};

// W. Hoermann: The transformed rejection method for generating Poisson random variables (Insurance: Mathematics and
// Economics 12, 1993), and The generation of binomial random variates (J. Statist. Comput. Simul. 46, 1993).

/// Poisson of lambda >= 10: algorithm PTRS.
class PoissonRejection {
 public:
  explicit PoissonRejection(double lambda);
  std::optional<std::int64_t> candidate(WordPair words) const;

 private:
  double lambda_;
  double b_;
  double a_;
  double log_inverse_alpha_;
  double v_r_;
};

/// Binomial of n*p*(1-p) >= 10: algorithm BTRS, reflected for p > 1/2.
class BinomialRejection {
 public:
  BinomialRejection(double n, double p);
  std::optional<std::int64_t> candidate(WordPair words) const;

 private:
  double n_;
  double p_;
  bool reflected_;
  double b_;
  double a_;
  double centre_;
  double v_r_;
  double log_alpha_;
  double log_mode_mass_;
};

/// Whole numbers low .. low + extent, of a 64-bit word: the upper half of word * (extent + 1). The few words that would
/// make some numbers likelier than others are rejected.
/// D. Lemire: Fast random integer generation in an interval (ACM TOMACS 29, 2019).
class WideRange {
 public:
  WideRange(std::int64_t low, std::uint64_t extent);
  std::optional<std::int64_t> candidate(std::uint64_t word) const;
  std::int64_t draw(Key key, Spot spot, std::uint64_t from = 0) const;

 private:
  std::uint64_t low_;
  std::uint64_t numbers_;  // 0 for 2^64
  std::uint64_t rejected_;
};

}  // namespace ricci::runtime::random
