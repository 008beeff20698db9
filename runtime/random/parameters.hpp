/// A distribution's parameters: each a number, or an array with one element a lane; of doubles or of 64-bit integers
/// (so that the bounds of `integers` are exact). Here they are checked, before any draw.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "runtime/random/distributions.hpp"

namespace ricci::runtime::random {

class Parameter {
 public:
  Parameter(std::floating_point auto value) : real_(static_cast<double>(value)) {}  // NOLINT: a number
  Parameter(std::integral auto value)
      : whole_(static_cast<std::int64_t>(value)), is_whole_(true) {}  // NOLINT: a number
  /// One element a lane; the array outlives the Parameter.
  static Parameter lanes(const double* values) {
    Parameter out(0.0);
    out.reals_ = values;
    return out;
  }
  static Parameter lanes(const std::int64_t* values) {
    Parameter out(std::int64_t{0});
    out.wholes_ = values;
    return out;
  }

  bool varies() const { return reals_ != nullptr || wholes_ != nullptr; }
  bool is_whole() const { return is_whole_; }
  /// The value in lane `at`, as a double (rounded where an integer has no double).
  double real(std::int64_t at) const {
    return is_whole_ ? static_cast<double>(whole(at)) : (reals_ ? reals_[at] : real_);
  }
  /// The value in lane `at` of integers.
  std::int64_t whole(std::int64_t at) const { return wholes_ ? wholes_[at] : whole_; }

 private:
  double real_ = 0;
  std::int64_t whole_ = 0;
  const double* reals_ = nullptr;
  const std::int64_t* wholes_ = nullptr;
  bool is_whole_ = false;
};

using Parameters = std::span<const Parameter>;

/// True when some parameter differs from lane to lane.
bool varies(Parameters parameters);

/// The values of `integers`, low .. low + extent, both ends included.
struct WholeRange {
  std::int64_t low = 0;
  std::uint64_t extent = 0;
};
WholeRange whole_range(Parameters parameters, std::int64_t lane);  // of checked parameters

/// The sum of a categorical's weights in one lane, added from the first to the last.
double weight_sum(Parameters weights, std::int64_t lane);

/// Throws ricci::error (code value) when the parameters of some lane below `count` are outside the distribution's
/// domain; NaN always is.
void check_parameters(Distribution distribution, Parameters parameters, std::int64_t count);

}  // namespace ricci::runtime::random
