/// Draws of whole numbers by inversion of the distribution function on one 32-bit word: with thresholds t(0) <= t(1) <=
/// ..., t(k) = P(X <= k) * 2^32 rounded, the draw is the number of thresholds that are <= word. Every probability is
/// then right to 2^-32. A Walk finds the thresholds one after the other; a Thresholds table keeps them all for many
/// draws.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/random/parameters.hpp"

namespace ricci::runtime::random {

inline constexpr std::uint64_t no_word = std::uint64_t{1} << 32;  // a threshold that no word reaches

/// p * 2^32, to the nearest; for 0 <= p <= 1.
inline std::uint64_t threshold_of(double p) { return static_cast<std::uint64_t>(p * 4294967296.0 + 0.5); }

/// All thresholds of one set of parameters. An executor may use `first` and `steps` itself.
class Thresholds {
 public:
  std::int64_t first = 0;            // the draw at word 0: the number of thresholds that are 0
  std::vector<std::uint32_t> steps;  // the others that some word reaches, ascending

  /// Takes the next threshold.
  void add(std::uint64_t threshold) {
    if (threshold == 0)
      ++first;
    else if (threshold < no_word)
      steps.push_back(static_cast<std::uint32_t>(threshold));
  }
  /// Ends adding: makes `value` quick.
  void index_steps();

  /// first + the number of steps that are <= word.
  std::int64_t value(std::uint32_t word) const {
    std::size_t passed = guide_[word >> guide_shift_];
    while (passed < steps.size() && steps[passed] <= word) ++passed;
    return first + static_cast<std::int64_t>(passed);
  }

 private:
  std::vector<std::uint32_t> guide_;  // of each stretch of words: the number of steps that its first word has passed
  int guide_shift_ = 31;
};

/// How a draw is compared with a number.
enum class Comparison : std::uint8_t { equal, less, less_equal, greater, greater_equal };

/// The words whose draws compare so, lane by lane: low .. low + span where `possible` is all ones. Padded, as lanes
/// are.
struct WordRanges {
  std::vector<std::uint32_t> low, span, possible;

  void resize(std::size_t lanes);
  void set(std::size_t lane, const Thresholds& of, Comparison how, std::int64_t with);
};

/// The thresholds of binomial(n, p) with p <= 1/2, or poisson(lambda): from `first` on, below which less than 2^-40
/// lies.
class Walk {
 public:
  static Walk poisson(double lambda);
  static Walk binomial(double n, double p);

  std::int64_t first() const { return first_; }
  /// The threshold of first(), then of first() + 1, and so on; no_word in the end, and for ever after.
  std::uint64_t next();

 private:
  std::int64_t first_ = 0;
  double k_ = 0;     // of the next threshold
  double mass_ = 0;  // P(X = k)
  double sum_ = 0;   // P(X < k)
  double grow_ = 0;  // P(k+1)/P(k) = (grow - shrink*k)/(k+1)
  double shrink_ = 0;
};

/// Draws of binomial and poisson whose variance is at most this go by inversion, all others by rejection.
inline constexpr double most_inverted_variance = 4096;

/// A Walk together with its reflection for p > 1/2: n minus the draw of binomial(n, 1-p) at the complement of the word.
struct Inversion {
  Walk walk;
  bool reflected = false;
  std::int64_t trials = 0;

  static Inversion poisson(double lambda) { return {Walk::poisson(lambda)}; }
  static Inversion binomial(double n, double p);

  std::int64_t draw(std::uint32_t word) const;
  Thresholds thresholds() const;
};

/// true (1) from the one threshold on.
struct Coin {
  std::uint64_t threshold = no_word;

  explicit Coin(double p) : threshold(threshold_of(1.0 - p)) {}
  std::int64_t draw(std::uint32_t word) const { return threshold <= word ? 1 : 0; }
  Thresholds thresholds() const;
};

/// The categorical law. With more weights than `most_narrow_weights` a draw takes a 64-bit word, as it would otherwise
/// be too coarse for each of them.
inline constexpr std::size_t most_narrow_weights = 4096;

struct Weights {
  Parameters weights;
  std::int64_t lane = 0;
  double sum = 0;

  Weights(Parameters weights_in, std::int64_t lane_in)
      : weights(weights_in), lane(lane_in), sum(weight_sum(weights_in, lane_in)) {}
  bool is_wide() const { return weights.size() > most_narrow_weights; }

  std::int64_t draw(std::uint32_t word) const;
  std::int64_t draw_wide(std::uint64_t word) const;
  Thresholds thresholds() const;
  std::vector<std::uint64_t> wide_steps() const;  // as draw_wide compares them, the first of each index
};

}  // namespace ricci::runtime::random
