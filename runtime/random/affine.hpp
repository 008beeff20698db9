/// Uniform, normal and exponential draws: a standard draw of one 64-bit word, stretched and moved.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "runtime/random/parameters.hpp"

namespace ricci::runtime::random {

/// min(shift + scale*z, top).
struct Affine {
  double shift = 0;
  double scale = 1;
  double top = std::numeric_limits<double>::infinity();

  double operator()(double z) const {
    const double moved = shift + scale * z;
    return moved > top ? top : moved;
  }
};

/// The largest double below a finite one.
inline double next_below(double x) {
  if (x == 0) return -std::numeric_limits<double>::denorm_min();
  const auto bits = std::bit_cast<std::int64_t>(x);
  return std::bit_cast<double>(x > 0 ? bits - 1 : bits + 1);
}

constexpr bool is_affine(Distribution distribution) {
  return distribution == Distribution::uniform || distribution == Distribution::normal ||
         distribution == Distribution::exponential;
}

/// Of one of those three, in one lane of checked parameters.
inline Affine affine_of(Distribution distribution, Parameters parameters, std::int64_t lane) {
  const double first = parameters[0].real(lane);
  if (distribution == Distribution::exponential) return {0, first};
  const double second = parameters[1].real(lane);
  if (distribution == Distribution::normal) return {first, second};
  // Rounding may carry low + (high-low)*u up to high, which is not among the results, unless it is the only one.
  return {first, second - first, first == second ? second : next_below(second)};
}

}  // namespace ricci::runtime::random
