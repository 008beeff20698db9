/// One look at a matrix before anything is computed: is every element finite, how large is the largest. From these
/// follow the power of two by which a matrix is scaled, and that non-finite data never reach LAPACK.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg {

template <typename R>
struct Scan {
  R largest = 0;  // of |element|, or of real and imaginary parts; infinity when anything is not finite
  R sum = 0;      // of the same magnitudes
  bool finite() const { return largest <= std::numeric_limits<R>::max(); }
};

/// Of `count` elements. A NaN counts as infinity (comparisons miss it, sums of magnitudes do not); written without
/// branches, so that compilers vectorise it.
template <typename T>
Scan<Real<T>> scan(const T* elements, std::int64_t count) {
  using R = Real<T>;
  const R* parts = reinterpret_cast<const R*>(elements);
  const std::int64_t size = count * static_cast<std::int64_t>(sizeof(T) / sizeof(R));
  R largest[8] = {}, sums[8] = {};
  std::int64_t at = 0;
  for (; at + 8 <= size; at += 8)
    for (int lane = 0; lane < 8; ++lane) {
      const R magnitude = std::abs(parts[at + lane]);
      sums[lane] += magnitude;
      largest[lane] = magnitude > largest[lane] ? magnitude : largest[lane];
    }
  for (; at < size; ++at) {
    const R magnitude = std::abs(parts[at]);
    sums[0] += magnitude;
    largest[0] = magnitude > largest[0] ? magnitude : largest[0];
  }
  Scan<R> found;
  for (int lane = 0; lane < 8; ++lane) {
    found.sum += sums[lane];
    found.largest = largest[lane] > found.largest ? largest[lane] : found.largest;
  }
  if (std::isnan(found.sum)) found.largest = std::numeric_limits<R>::infinity();
  return found;
}

/// The same of a matrix whose rows stand `ld` apart, or of its lower triangle alone.
template <typename T>
Scan<Real<T>> scan_rows(const T* matrix, std::int64_t rows, std::int64_t cols, std::int64_t ld, bool lower = false) {
  Scan<Real<T>> all;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto one = scan(matrix + row * ld, lower ? std::min(row + 1, cols) : cols);
    all.largest = std::max(all.largest, one.largest);
    all.sum += one.sum;
  }
  return all;
}

/// Largest magnitudes from `low` up to below `high` need no scaling: their products and reciprocals are far from both
/// ends of the range.
template <typename R>
struct SafeRange {
  static constexpr int safe = std::numeric_limits<R>::max_exponent / 4;
  R low = std::ldexp(R(1), -safe), high = std::ldexp(R(1), safe + 1);
};

/// The exponent by which a matrix of this largest magnitude is divided before it is factored; 0 where it is safe.
template <typename R>
int scaling_exponent(R largest) {
  static const SafeRange<R> range;
  if (largest >= range.low && largest < range.high) return 0;
  return largest > 0 && largest <= std::numeric_limits<R>::max() ? std::ilogb(largest) : 0;
}

/// Whether products of two elements may underflow next to others, so that a zero pivot need not mean singular.
template <typename T>
bool wide_range(const T* elements, std::int64_t count, std::int64_t step = 1) {
  Real<T> smallest = std::numeric_limits<Real<T>>::max(), largest = 0;
  for (std::int64_t at = 0; at < count; ++at) {
    const Real<T> size = std::abs(elements[at * step]);
    if (size > 0 && size < smallest) smallest = size;
    if (size > largest) largest = size;
  }
  return scaling_exponent(largest) != 0 ||
         smallest < largest * std::sqrt(std::sqrt(std::numeric_limits<Real<T>>::min()));
}

/// element * 2^exponent, exact unless the result is subnormal.
template <typename T>
T scaled(T value, int exponent) {
  if constexpr (is_complex_scalar<T>)
    return {std::scalbn(value.real(), exponent), std::scalbn(value.imag(), exponent)};
  else
    return std::scalbn(value, exponent);
}

template <typename T>
void scale(T* elements, std::int64_t count, int exponent) {
  if (exponent == 0) return;
  for (std::int64_t at = 0; at < count; ++at) elements[at] = scaled(elements[at], exponent);
}

template <typename T>
inline constexpr T not_a_number = T(std::numeric_limits<Real<T>>::quiet_NaN());

}  // namespace ricci::runtime::linalg
