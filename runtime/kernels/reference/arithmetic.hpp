/// What the operators mean, number by number, as NumPy 2 defines them: integers wrap, // and % take the sign of the
/// divisor, NaN spreads through min and max. Nothing here is fast; each is meant to be read and believed.
#pragma once

#include <bit>
#include <string_view>

#include "runtime/error.hpp"
#include "runtime/kernels/reference/numbers.hpp"

namespace ricci::runtime::reference {

/// The unsigned type in which T's arithmetic wraps without undefined behaviour.
template <IntegerScalar T>
using Wrapping = std::make_unsigned_t<T>;

template <IntegerScalar T>
constexpr T wrapped(Wrapping<T> bits) {
  return std::bit_cast<T>(bits);
}

template <class T>
T add(T a, T b) {
  if constexpr (IntegerScalar<T>)
    return wrapped<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  else
    return a + b;
}

template <class T>
T subtract(T a, T b) {
  if constexpr (IntegerScalar<T>)
    return wrapped<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  else
    return a - b;
}

/// Complex products are the four plain ones: no repair of infinities, as in NumPy and in every fast kernel.
template <class T>
T multiply(T a, T b) {
  if constexpr (IntegerScalar<T>)
    return wrapped<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  else if constexpr (ComplexScalar<T>)
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  else
    return a * b;
}

/// Complex quotients by R. L. Smith, Algorithm 116 (CACM 1962): no overflow of |b|^2.
template <InexactScalar T>
T divide(T a, T b) {
  if constexpr (RealScalar<T>) {
    return a / b;
  } else if (std::abs(b.real()) >= std::abs(b.imag())) {
    if (b.real() == 0 && b.imag() == 0) return {a.real() / std::abs(b.real()), a.imag() / std::abs(b.real())};
    const Part<T> ratio = b.imag() / b.real();
    const Part<T> scale = b.real() + b.imag() * ratio;
    return {(a.real() + a.imag() * ratio) / scale, (a.imag() - a.real() * ratio) / scale};
  } else {
    const Part<T> ratio = b.real() / b.imag();
    const Part<T> scale = b.imag() + b.real() * ratio;
    return {(a.real() * ratio + a.imag()) / scale, (a.imag() * ratio - a.real()) / scale};
  }
}

template <class T>
T negate(T a) {
  if constexpr (IntegerScalar<T>)
    return subtract(T{0}, a);
  else
    return -a;
}

template <class T>
struct QuotientRemainder {
  T quotient;
  T remainder;
};

/// Quotient rounded down, remainder of the divisor's sign; the most negative integer over -1 wraps.
template <IntegerScalar T>
QuotientRemainder<T> floor_divided(T a, T b) {
  if (b == 0) fail(dsl::Fault::integer_division_by_zero);
  if (b == -1) return {negate(a), 0};
  const T quotient = a / b;
  const T remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) return {quotient - 1, remainder + b};
  return {quotient, remainder};
}

/// NumPy's npy_divmod, that is Python's: both signs of zero and both infinities included.
template <RealScalar T>
QuotientRemainder<T> floor_divided(T a, T b) {
  T remainder = std::fmod(a, b);
  if (b == 0) return {a / b, remainder};
  T quotient = (a - remainder) / b;
  if (remainder == 0) {
    remainder = std::copysign(T{0}, b);
  } else if ((remainder < 0) != (b < 0)) {
    remainder += b;
    quotient -= 1;
  }
  if (quotient == 0) return {std::copysign(T{0}, a / b), remainder};
  const T whole = std::floor(quotient);
  return {quotient - whole > T{0.5} ? whole + 1 : whole, remainder};
}

template <class T>
T floor_divide(T a, T b) {
  return floor_divided(a, b).quotient;
}
template <class T>
T modulo(T a, T b) {
  return floor_divided(a, b).remainder;
}

/// base^exponent by squaring, exponent >= 0.
template <class T>
T repeated_product(T base, std::int64_t exponent) {
  T out{1};
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) out = multiply(out, base);
    if (exponent > 1) base = multiply(base, base);
  }
  return out;
}

template <IntegerScalar T>
T power(T a, T b) {
  if (b < 0) fail(dsl::Fault::negative_integer_power);
  return repeated_product(a, b);
}
template <RealScalar T>
T power(T a, T b) {
  if (b == 2) return a * a;  // rounded once, as a square is everywhere; the C library may be one ulp off
  return std::pow(a, b);
}
/// NumPy's npy_cpow: 0 to a positive power is 0, to any other NaN; small whole powers are products.
template <ComplexScalar T>
T power(T a, T b) {
  constexpr Part<T> nan = std::numeric_limits<Part<T>>::quiet_NaN();
  if (b == T{0}) return T{1};
  if (a == T{0}) return b.real() > 0 && b.imag() == 0 ? T{0} : T{nan, nan};
  if (b.imag() == 0 && std::abs(b.real()) < 100 && b.real() == std::trunc(b.real())) {
    const T product = repeated_product(a, static_cast<std::int64_t>(std::abs(b.real())));
    return b.real() < 0 ? divide(T{1}, product) : product;
  }
  return std::pow(a, b);
}

template <class T>
bool is_nan(T a) {
  if constexpr (ComplexScalar<T>)
    return std::isnan(a.real()) || std::isnan(a.imag());
  else if constexpr (RealScalar<T>)
    return std::isnan(a);
  else
    return false;
}
template <class T>
bool is_finite(T a) {
  if constexpr (InexactScalar<T>)
    return finite(a);
  else
    return true;
}

template <class T>
T minimum(T a, T b) {
  return a < b || is_nan(a) ? a : b;
}
template <class T>
T maximum(T a, T b) {
  return a > b || is_nan(a) ? a : b;
}

template <class T>
Part<T> magnitude(T a) {
  if constexpr (ComplexScalar<T>)
    return std::hypot(a.real(), a.imag());
  else if constexpr (RealScalar<T>)
    return std::fabs(a);
  else if constexpr (std::same_as<T, bool>)
    return a;
  else
    return a < 0 ? negate(a) : a;
}

template <class T>
T sign(T a) {
  if (is_nan(a)) return a;
  return static_cast<T>((a > T{0}) - (a < T{0}));
}
/// x / |x| with NumPy 2's answers at infinity: along an axis a unit, along a diagonal no direction at all.
template <ComplexScalar T>
T sign(T a) {
  using P = Part<T>;
  constexpr P nan = std::numeric_limits<P>::quiet_NaN();
  const P size = magnitude(a);
  if (size == 0) return {};
  if (std::isnan(size) || (std::isinf(a.real()) && std::isinf(a.imag()))) return {nan, nan};
  if (std::isinf(a.real())) return {std::copysign(P{1}, a.real()), 0};
  if (std::isinf(a.imag())) return {0, std::copysign(P{1}, a.imag())};
  return {a.real() / size, a.imag() / size};
}

}  // namespace ricci::runtime::reference
