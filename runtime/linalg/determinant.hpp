/// A determinant as it is put together from the diagonals of factors: products of many numbers neither over- nor
/// underflow on the way, only where the result does.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>

#include "runtime/linalg/factor_entry.hpp"
#include "runtime/linalg/scan.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {

/// fraction * 2^exponent.
template <typename T>
struct Determinant {
  Wide<T> fraction{1};
  std::int64_t exponent = 0;

  void multiply(Wide<T> factor) {
    fraction *= factor;
    const long double size = std::max(std::abs(std::real(fraction)), std::abs(std::imag(fraction)));
    if (!(size > 0) || !std::isfinite(size)) return;
    const int power = std::ilogb(size);
    fraction = scaled(fraction, -power);
    exponent += power;
  }
  T value() const {
    const auto power = static_cast<int>(std::clamp<std::int64_t>(exponent, -40000, 40000));
    return static_cast<T>(scaled(fraction, power));
  }
  Real<T> log_magnitude() const {
    constexpr long double log_of_two = 0.693147180559945309417232121458176568L;
    return static_cast<Real<T>>(std::log(std::abs(fraction)) + static_cast<long double>(exponent) * log_of_two);
  }
};

/// The same in the numbers of a lane: the fraction's magnitude is at least one and below two, or zero.
template <typename T>
struct LaneDeterminant {
  T fraction;
  std::int32_t exponent;

  bool near() const { return exponent > -reach && exponent < reach; }
  T value() const { return near() ? fraction * power() : scaled(fraction, exponent); }
  Real<T> log_magnitude() const {
    if (near()) return std::log(std::abs(value()));  // no terms that cancel
    return std::log(std::abs(fraction)) + static_cast<Real<T>>(exponent) * static_cast<Real<T>>(0.6931471805599453L);
  }

 private:
  using Bits = std::conditional_t<sizeof(Real<T>) == 8, std::uint64_t, std::uint32_t>;
  static constexpr std::int32_t reach = std::numeric_limits<Real<T>>::max_exponent - 2;

  Real<T> power() const {  // std::scalbn costs more than the rest of a small determinant
    return std::bit_cast<Real<T>>(static_cast<Bits>(exponent + reach + 1)
                                  << (std::numeric_limits<Real<T>>::digits - 1));
  }
};

/// Of a factored matrix. Singular ones are those with an exact zero pivot.
template <typename T>
Determinant<T> determinant_of(const Entry<T>& entry);

}  // namespace ricci::runtime::linalg
