/// The scalars that our loops compute in, and constant factors over them. Integers wrap, so they are unsigned here;
/// complex products are the plain four, without the recovery of infinities that the C library adds.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "runtime/kernels/contraction/match.hpp"
#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::contraction {

template <typename T>
struct LoopScalar {
  using type = T;
};
template <>
struct LoopScalar<std::int32_t> {
  using type = std::uint32_t;
};
template <>
struct LoopScalar<std::int64_t> {
  using type = std::uint64_t;
};

using linalg::conjugate;

template <typename T>
T factor_of(const Scale& scale) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(scale.whole);
  else if constexpr (linalg::is_complex_scalar<T>)
    return {static_cast<linalg::Real<T>>(scale.real), static_cast<linalg::Real<T>>(scale.imaginary)};
  else
    return static_cast<T>(scale.real);
}

template <typename T>
T times(T a, T b) {
  if constexpr (linalg::is_complex_scalar<T>)
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  else
    return a * b;
}

/// By a constant: a real one leaves the partner of an infinite part alone.
template <typename T>
T scaled(T value, T factor) {
  if constexpr (linalg::is_complex_scalar<T>) {
    if (factor.imag() == 0) return {value.real() * factor.real(), value.imag() * factor.real()};
  }
  return times(value, factor);
}

inline void scale_by(Scale& scale, std::int64_t count) {
  scale.real *= static_cast<double>(count);
  scale.imaginary *= static_cast<double>(count);
  scale.whole = static_cast<std::int64_t>(static_cast<std::uint64_t>(scale.whole) * static_cast<std::uint64_t>(count));
}

}  // namespace ricci::runtime::contraction
