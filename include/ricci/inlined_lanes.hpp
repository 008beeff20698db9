/// Numbers side by side, as many as a vector register holds, and what literals compute with them. Compiler vectors and
/// no intrinsics: the functions take the instruction set of the function that they are inlined into. Vectors go by
/// reference: an argument in a register would depend on the instruction set of the caller.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "dsl/graph/dtype.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace ricci::detail::inlined {

using dsl::DType;

#define RICCI_INLINE [[gnu::always_inline]] inline

/// W numbers side by side; truth is all ones or all zeros. Where W is negative: two vectors of -W each, so that long
/// formulas need not wait for themselves.
template <int W>
struct Lanes {
  using real [[gnu::vector_size(8 * W)]] = double;
  using integer [[gnu::vector_size(8 * W)]] = std::int64_t;
};
template <>
struct Lanes<1> {
  using real = double;
  using integer = std::int64_t;
};

template <int W>
struct TwinReal {
  typename Lanes<W>::real a, b;
};
template <int W>
struct TwinInteger {
  typename Lanes<W>::integer a, b;
};
#define RICCI_TWIN(type, number, sign)                                     \
  template <int W>                                                         \
  RICCI_INLINE type<W> operator sign(const type<W>& x, const type<W>& y) { \
    return {x.a sign y.a, x.b sign y.b};                                   \
  }                                                                        \
  template <int W>                                                         \
  RICCI_INLINE type<W> operator sign(const type<W>& x, number y) {         \
    return {x.a sign y, x.b sign y};                                       \
  }                                                                        \
  template <int W>                                                         \
  RICCI_INLINE type<W> operator sign(number x, const type<W>& y) {         \
    return {x sign y.a, x sign y.b};                                       \
  }
RICCI_TWIN(TwinReal, double, +)
RICCI_TWIN(TwinReal, double, -)
RICCI_TWIN(TwinReal, double, *)
RICCI_TWIN(TwinReal, double, /)
RICCI_TWIN(TwinInteger, std::int64_t, +)
RICCI_TWIN(TwinInteger, std::int64_t, -)
RICCI_TWIN(TwinInteger, std::int64_t, &)
RICCI_TWIN(TwinInteger, std::int64_t, |)
RICCI_TWIN(TwinInteger, std::int64_t, <<)
#undef RICCI_TWIN
#define RICCI_TWIN_TRUTH(type, sign)                                              \
  template <int W>                                                                \
  RICCI_INLINE TwinInteger<W> operator sign(const type<W>& x, const type<W>& y) { \
    return {x.a sign y.a, x.b sign y.b};                                          \
  }
RICCI_TWIN_TRUTH(TwinReal, ==)
RICCI_TWIN_TRUTH(TwinReal, !=)
RICCI_TWIN_TRUTH(TwinReal, <)
RICCI_TWIN_TRUTH(TwinReal, <=)
RICCI_TWIN_TRUTH(TwinReal, >)
RICCI_TWIN_TRUTH(TwinInteger, ==)
RICCI_TWIN_TRUTH(TwinInteger, !=)
RICCI_TWIN_TRUTH(TwinInteger, <)
RICCI_TWIN_TRUTH(TwinInteger, <=)
#undef RICCI_TWIN_TRUTH
template <int W>
RICCI_INLINE TwinReal<W> operator-(const TwinReal<W>& x) {
  return {-x.a, -x.b};
}
template <int W>
RICCI_INLINE TwinInteger<W> operator~(const TwinInteger<W>& x) {
  return {~x.a, ~x.b};
}

template <int W>
  requires(W < 0)
struct Lanes<W> {
  using real = TwinReal<-W>;
  using integer = TwinInteger<-W>;
};
constexpr int lanes(int W) { return W < 0 ? -2 * W : W; }

template <int W>
using Real = typename Lanes<W>::real;
template <int W>
using Integer = typename Lanes<W>::integer;
template <DType type, int W>
using Value = std::conditional_t<type == DType::f64, Real<W>, Integer<W>>;

/// f(0), f(1), ..., written out.
template <int count, typename F>
RICCI_INLINE void unrolled(const F& f) {
  [&]<int... k>(std::integer_sequence<int, k...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, k>()), ...);
  }
  (std::make_integer_sequence<int, count>());
}

template <typename To, typename From>
RICCI_INLINE void same_bits(To& to, const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  std::memcpy(&to, &from, sizeof to);
}
template <int W>
RICCI_INLINE void select(Real<W>& out, const Integer<W>& mask, const Real<W>& a, const Real<W>& b) {
  Integer<W> left;
  Integer<W> right;
  same_bits(left, a);
  same_bits(right, b);
  const Integer<W> mixed = (left & mask) | (right & ~mask);
  same_bits(out, mixed);
}
/// The same number W times. g++ 12 broadcasts into one lane after the other unless it is told the instruction.
template <int W>
RICCI_INLINE void spread(Real<W>& out, double x) {
  if constexpr (W < 0) {
    spread<-W>(out.a, x);
    out.b = out.a;
  } else if constexpr (W == 1) {
    out = x;
  } else {
#if defined(__x86_64__) && !defined(__clang__)
    if constexpr (W > 2) {
      asm("vbroadcastsd %1, %0" : "=v"(out) : "vm"(x));
      return;
    }
#endif
    out = x - Real<W>{};  // keeps the sign of a zero
  }
}
template <int W>
RICCI_INLINE void spread(Integer<W>& out, std::int64_t x) {
  if constexpr (W == 1) {
    out = x;
  } else {
    double bits;
    Real<W> all;
    same_bits(bits, x);
    spread<W>(all, bits);
    same_bits(out, all);
  }
}
/// from, from + 1, ...
template <int W>
RICCI_INLINE void along(Integer<W>& out, std::int64_t from) {
  std::int64_t steps[lanes(W)];
  for (int at = 0; at < lanes(W); ++at) steps[at] = from + at;
  std::memcpy(&out, steps, sizeof out);
}
template <int W>
RICCI_INLINE void truth(Integer<W>& out, const Integer<W>& of) {
  if constexpr (W == 1)
    out = -of;
  else
    out = of;
}

template <int W>
RICCI_INLINE void to_real(Real<W>& out, const Integer<W>& x) {
  if constexpr (W < 0) {
    to_real<-W>(out.a, x.a);
    to_real<-W>(out.b, x.b);
  } else if constexpr (W == 1) {
    out = static_cast<double>(x);
  } else {
    out = __builtin_convertvector(x, Real<W>);
  }
}

/// e^x as runtime/kernels/fused computes it: see exp_of there for its error.
template <int W>
RICCI_INLINE void exp(Real<W>& out, const Real<W>& x) {
  using R = Real<W>;
  using I = Integer<W>;
  R low_end;
  R high_end;
  spread<W>(low_end, -760.0);
  spread<W>(high_end, 720.0);
  I below;
  I above;
  R y;
  truth<W>(below, x < low_end);
  select<W>(y, below, low_end, x);
  truth<W>(above, y > high_end);
  select<W>(y, above, high_end, y);
  const R shifted = y * 0x1.71547652b82fep0 + 0x1.8p52;
  const R k = shifted - 0x1.8p52;
  const R high = y - k * 0x1.62e42feep-1;
  const R low = k * 0x1.a39ef35793c76p-33;
  const R r = high - low;
  R q = r * 0x1.af38a0d2d9620p-26 + 0x1.28917e2c43a66p-22;
  q = q * r + 0x1.71de0db21e27fp-19;
  q = q * r + 0x1.a019b9133a48ap-16;
  q = q * r + 0x1.a01a01a7c327ap-13;
  q = q * r + 0x1.6c16c1788a49bp-10;
  q = q * r + 0x1.11111111109b4p-7;
  q = q * r + 0x1.5555555553d67p-5;
  q = q * r + 0x1.5555555555556p-3;
  q = q * r + 0x1.0000000000001p-1;
  const R p = 1.0 + (high + ((r * r) * q - low));
  const R half_shifted = k * 0.5 + 0x1.8p52;
  const R half = half_shifted - 0x1.8p52;
  const R rest_shifted = (k - half) + 0x1.8p52;
  I a;
  I b;
  same_bits(a, half_shifted);
  same_bits(b, rest_shifted);
  if constexpr (W == 1) {  // the upper bits are meant to fall away
    a = static_cast<I>((static_cast<std::uint64_t>(a) + 1023U) << 52U);
    b = static_cast<I>((static_cast<std::uint64_t>(b) + 1023U) << 52U);
  } else {
    a = (a + 1023) << 52;
    b = (b + 1023) << 52;
  }
  R scale_a;
  R scale_b;
  same_bits(scale_a, a);
  same_bits(scale_b, b);
  out = p * scale_a * scale_b;
}

}  // namespace ricci::detail::inlined

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
