/// A frozen formula as code: each node becomes an expression of the compiler, on one number or on as many as a vector
/// register holds, and everything is inlined into one loop nest. The numbers are those of the library's own kernels,
/// bit for bit, but for the order of sums. Vectors go by reference: an argument in a register would depend on the
/// instruction set of the caller.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "dsl/graph/frozen.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace ricci::detail::inlined {

using dsl::DType;
using dsl::Op;

#define RICCI_INLINE [[gnu::always_inline]] inline

/// W numbers side by side; truth is all ones or all zeros.
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
using Real = typename Lanes<W>::real;
template <int W>
using Integer = typename Lanes<W>::integer;
template <DType type, int W>
using Value = std::conditional_t<type == DType::f64, Real<W>, Integer<W>>;

/// Where the operands of accesses stand, the indices' values and ranges.
template <const auto& F>
struct Place {
  const double* data[static_cast<std::size_t>(F.accesses) + 1];
  std::int64_t stride[F.pool.size() + 1];  // of an access's entries, in numbers, where the pool holds the entries
  std::int64_t at[F.indices + 1];
  std::int64_t extent[F.indices + 1];
  bool one_row = false;  // all axes but the last have one value
};

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
  if constexpr (W == 1) {
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
  std::int64_t steps[W];
  for (int at = 0; at < W; ++at) steps[at] = from + at;
  std::memcpy(&out, steps, sizeof out);
}
template <int W>
RICCI_INLINE void truth(Integer<W>& out, const Integer<W>& of) {
  if constexpr (W == 1)
    out = -of;
  else
    out = of;
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

template <const auto& F>
RICCI_INLINE constexpr const dsl::FrozenNode& node(int id) {
  return F.nodes[static_cast<std::size_t>(id)];
}
template <const auto& F>
RICCI_INLINE constexpr int index_of(const dsl::FrozenNode& of, int which) {
  return static_cast<int>(F.pool[static_cast<std::size_t>(of.first + which)]);
}

template <const auto& F, int id, int lane, int W, typename Out>
RICCI_INLINE void evaluate(Place<F>& c, Out& out);

/// One element, or W neighbours along the lane.
template <const auto& F, int id, int lane, int W>
RICCI_INLINE void load(const Place<F>& c, Real<W>& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  const double* p = c.data[own.slot];
  // A step along the lane is one number; no loop over entries, or the places would have to stay in memory.
  unrolled<own.count>([&](auto at) __attribute__((always_inline)) {
    constexpr int index = index_of<F>(own, at);
    if constexpr (index == lane)
      p += c.at[index];
    else
      p += c.at[index] * c.stride[own.first + at];
  });
  if constexpr (W > 1 && F.depends(id, lane))
    std::memcpy(&out, p, sizeof out);
  else
    spread<W>(out, *p);
}

template <const auto& F, int id, int lane, int W, int level>
RICCI_INLINE void add_up(Place<F>& c, Real<W>& total) {
  constexpr dsl::FrozenNode own = node<F>(id);
  if constexpr (level == own.count) {
    Real<W> term{};
    evaluate<F, own.operands[0], lane, W>(c, term);
    total += term;
  } else {
    constexpr int index = index_of<F>(own, level);
    if constexpr (F.exact) {
      unrolled<static_cast<int>(F.extents[index])>([&](int k) __attribute__((always_inline)) {
        c.at[index] = k;
        add_up<F, id, lane, W, level + 1>(c, total);
      });
    } else {
      for (std::int64_t k = 0; k < c.extent[index]; ++k) {
        c.at[index] = k;
        add_up<F, id, lane, W, level + 1>(c, total);
      }
    }
  }
}

template <const auto& F, int id, int lane, int W, typename Out>
RICCI_INLINE void compare(Place<F>& c, Out& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  constexpr DType type = node<F>(own.operands[0]).dtype;
  Value<type, W> a{};
  Value<type, W> b{};
  evaluate<F, own.operands[0], lane, W>(c, a);
  evaluate<F, own.operands[1], lane, W>(c, b);
  if constexpr (own.op == Op::equal)
    truth<W>(out, a == b);
  else if constexpr (own.op == Op::not_equal)
    truth<W>(out, a != b);
  else if constexpr (own.op == Op::less)
    truth<W>(out, a < b);
  else
    truth<W>(out, a <= b);
}

/// Operations of one or two numbers.
template <const auto& F, int id, int lane, int W>
RICCI_INLINE void compute(Place<F>& c, Real<W>& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  Real<W> a{};
  evaluate<F, own.operands[0], lane, W>(c, a);
  if constexpr (own.op == Op::negate) {
    out = -a;
  } else if constexpr (own.op == Op::exp) {
    exp<W>(out, a);
  } else if constexpr (own.op == Op::abs) {
    Integer<W> bits;
    same_bits(bits, a);
    bits &= 0x7fffffffffffffff;
    same_bits(out, bits);
  } else if constexpr (own.op == Op::sqrt) {
    out = __builtin_sqrt(a);
  } else if constexpr (own.op == Op::power) {
    out = a * a;
  } else {
    Real<W> b{};
    evaluate<F, own.operands[1], lane, W>(c, b);
    if constexpr (own.op == Op::add) out = a + b;
    if constexpr (own.op == Op::subtract) out = a - b;
    if constexpr (own.op == Op::multiply) out = a * b;
    if constexpr (own.op == Op::divide) out = a / b;
    if constexpr (own.op == Op::minimum || own.op == Op::maximum) {
      Integer<W> ordered;
      Integer<W> nan;
      if constexpr (own.op == Op::minimum)
        truth<W>(ordered, a < b);
      else
        truth<W>(ordered, a > b);
      truth<W>(nan, a != a);
      select<W>(out, ordered | nan, a, b);
    }
  }
}

template <const auto& F, int id, int lane, int W, typename Out>
RICCI_INLINE void evaluate(Place<F>& c, Out& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  constexpr bool real = own.dtype == DType::f64;
  if constexpr (own.op == Op::constant && real) {
    double x;
    same_bits(x, own.bits);
    spread<W>(out, x);
  } else if constexpr (own.op == Op::constant) {
    const auto x = static_cast<std::int64_t>(own.bits);
    spread<W>(out, own.dtype == DType::boolean ? -x : x);
  } else if constexpr (own.op == Op::index) {
    if constexpr (W > 1 && own.bits == lane)
      along<W>(out, c.at[own.bits]);
    else
      spread<W>(out, c.at[own.bits]);
  } else if constexpr (own.op == Op::access) {
    load<F, id, lane, W>(c, out);
  } else if constexpr (own.op == Op::sum) {
    spread<W>(out, 0.0);
    add_up<F, id, lane, W, 0>(c, out);
  } else if constexpr (own.op == Op::guard) {
    Integer<W> holds{};
    Real<W> value{};
    Real<W> zero{};
    evaluate<F, own.operands[0], lane, W>(c, holds);
    evaluate<F, own.operands[1], lane, W>(c, value);
    spread<W>(zero, 0.0);
    select<W>(out, holds, value, zero);
  } else if constexpr (own.op == Op::cast) {
    constexpr DType from = node<F>(own.operands[0]).dtype;
    Value<from, W> value{};
    evaluate<F, own.operands[0], lane, W>(c, value);
    if constexpr (from == DType::boolean) value &= 1;
    if constexpr (W == 1)
      out = static_cast<double>(value);
    else
      out = __builtin_convertvector(value, Real<W>);
  } else if constexpr (own.op == Op::logical_not) {
    evaluate<F, own.operands[0], lane, W>(c, out);
    out = ~out;
  } else if constexpr (own.op == Op::logical_and || own.op == Op::logical_or) {
    Integer<W> other{};
    evaluate<F, own.operands[0], lane, W>(c, out);
    evaluate<F, own.operands[1], lane, W>(c, other);
    if constexpr (own.op == Op::logical_and)
      out &= other;
    else
      out |= other;
  } else if constexpr (own.dtype == DType::boolean) {
    compare<F, id, lane, W>(c, out);
  } else {
    compute<F, id, lane, W>(c, out);
  }
}

/// Elements begin..end of a row, along the lane; where vectors do not fit, the last one is computed twice, which gives
/// the same numbers, or a narrower one is taken.
template <const auto& F, int body, int lane, int W>
RICCI_INLINE void run_row(Place<F>& c, double* out, std::int64_t begin, std::int64_t end) {
  const auto at = [&]<int width>(std::integral_constant<int, width>, std::int64_t j) __attribute__((always_inline)) {
    Real<width> value{};
    c.at[lane] = j;
    evaluate<F, body, lane, width>(c, value);
    std::memcpy(out + j, &value, sizeof value);
  };
  std::int64_t j = begin;
  for (; j + W <= end; j += W) at(std::integral_constant<int, W>(), j);
  if constexpr (W > 1) {
    if (j < end && end - begin >= W) return at(std::integral_constant<int, W>(), end - W);
    for (; j + W / 2 <= end; j += W / 2) at(std::integral_constant<int, W / 2>(), j);
  }
  if constexpr (W > 2)
    for (; j < end; ++j) at(std::integral_constant<int, 1>(), j);
}

}  // namespace ricci::detail::inlined

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
