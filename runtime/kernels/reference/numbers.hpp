/// The C++ scalars in which the reference computes, and every conversion between them.
/// Native computes each node in the very type its dtype names. Extended computes every floating and complex node in
/// long double and is rounded once, at the end: the oracle for judging how accurate the others are. Integers wrap in
/// their own width in both.
#pragma once

#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "dsl/graph/dtype.hpp"

namespace ricci::runtime::reference {

using dsl::DType;

struct Native {
  using f32 = float;
  using f64 = double;
};
struct Extended {
  using f32 = long double;
  using f64 = long double;
};

/// Calls f(T{}) with the scalar in which nodes of `type` are computed.
template <class Scalars, class F>
decltype(auto) with_scalar(DType type, F&& f) {
  switch (type) {
    case DType::boolean: return f(bool{});
    case DType::i32: return f(std::int32_t{});
    case DType::i64: return f(std::int64_t{});
    case DType::f32: return f(typename Scalars::f32{});
    case DType::f64: return f(typename Scalars::f64{});
    case DType::c64: return f(std::complex<typename Scalars::f32>{});
    default: return f(std::complex<typename Scalars::f64>{});
  }
}

template <class Scalars>
std::size_t scalar_bytes(DType type) {
  return with_scalar<Scalars>(type, [](auto zero) { return sizeof zero; });
}

namespace detail {
template <class T>
struct PartOf {
  using type = T;
};
template <class T>
struct PartOf<std::complex<T>> {
  using type = T;
};
}  // namespace detail

/// The type of a complex number's parts; any other type is its own.
template <class T>
using Part = typename detail::PartOf<T>::type;

template <class T>
concept ComplexScalar = !std::same_as<T, Part<T>>;
template <class T>
concept IntegerScalar = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept RealScalar = std::floating_point<T>;
/// What linear algebra and the transcendental functions are defined for.
template <class T>
concept InexactScalar = RealScalar<T> || ComplexScalar<T>;

/// What an integer cannot hold becomes its most negative value, NaN too, as NumPy does on x86.
template <class To, class From>
constexpr To convert_real(From value) {
  if constexpr (std::same_as<To, bool>) {
    return value != From{};
  } else if constexpr (IntegerScalar<To> && std::floating_point<From>) {
    constexpr From beyond = -static_cast<From>(std::numeric_limits<To>::min());  // 2^31 or 2^63: exact
    const From whole = std::trunc(value);
    return whole >= -beyond && whole < beyond ? static_cast<To>(whole) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(value);
  }
}

/// Op::cast: complex to real keeps the real part, floating to integer truncates, to bool is != 0.
template <class To, class From>
constexpr To convert(From value) {
  if constexpr (ComplexScalar<To> && ComplexScalar<From>)
    return {convert_real<Part<To>>(value.real()), convert_real<Part<To>>(value.imag())};
  else if constexpr (ComplexScalar<To>)
    return {convert_real<Part<To>>(value), 0};
  else if constexpr (ComplexScalar<From> && std::same_as<To, bool>)
    return value != From{};
  else if constexpr (ComplexScalar<From>)
    return convert_real<To>(value.real());
  else
    return convert_real<To>(value);
}

template <class T>
constexpr T real_part(T value) {
  return value;
}
template <class T>
constexpr T real_part(std::complex<T> value) {
  return value.real();
}
template <class T>
constexpr T conjugate(T value) {
  return value;
}
template <class T>
constexpr std::complex<T> conjugate(std::complex<T> value) {
  return {value.real(), -value.imag()};
}

template <InexactScalar T>
bool finite(T value) {
  if constexpr (ComplexScalar<T>)
    return std::isfinite(value.real()) && std::isfinite(value.imag());
  else
    return std::isfinite(value);
}

}  // namespace ricci::runtime::reference
