/// A frozen formula as code: each node becomes an expression of the compiler, on one number or on as many as a vector
/// register holds, and everything is inlined into one loop nest. The numbers are those of the library's own kernels,
/// bit for bit, but for the order of sums. Vectors go by reference: an argument in a register would depend on the
/// instruction set of the caller.
#pragma once

#include <array>
#include <bit>

#include <ricci/inlined_lanes.hpp>

#include "dsl/graph/frozen.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace ricci::detail::inlined {

using dsl::Op;

/// Where the operands of accesses stand, the indices' values and ranges.
template <const auto& F>
struct Place {
  const double* data[static_cast<std::size_t>(F.accesses) + 1];
  std::int64_t stride[F.pool.size() + 1];  // of an access's entries, in numbers, where the pool holds the entries
  std::int64_t at[F.indices + 1];          // of the lane: counted from `origin`, as the data of what depends on it
  std::int64_t extent[F.indices + 1];
  std::int64_t origin;
};

/// Sums whose values are known already, in the order of `sums_of`.
template <int W, int count>
struct Totals {
  Real<W> of[count + 1];
};
struct NoTotals {};

template <const auto& F>
RICCI_INLINE constexpr const dsl::FrozenNode& node(int id) {
  return F.nodes[static_cast<std::size_t>(id)];
}
template <const auto& F>
RICCI_INLINE constexpr int index_of(const dsl::FrozenNode& of, int which) {
  return static_cast<int>(F.pool[static_cast<std::size_t>(of.first + which)]);
}

/// Some of a formula's nodes.
template <std::size_t Nodes>
struct Chosen {
  int count = 0;
  std::array<int, Nodes> of{};

  constexpr void add(int id) { of[static_cast<std::size_t>(count++)] = id; }
  constexpr int place_of(int id) const {
    for (int at = 0; at < count; ++at)
      if (of[static_cast<std::size_t>(at)] == id) return at;
    return -1;
  }
};

/// The sums that no other sum is around.
template <const auto& F>
constexpr auto outer_sums() {
  Chosen<F.nodes.size()> out;
  std::array<bool, F.nodes.size()> seen{};
  seen[F.root] = true;
  for (int id = F.root; id >= 0; --id) {
    const dsl::FrozenNode& own = F.nodes[static_cast<std::size_t>(id)];
    if (!seen[static_cast<std::size_t>(id)]) continue;
    if (own.op == Op::sum)
      out.add(id);
    else
      for (int operand : own.operands)
        if (operand >= 0) seen[static_cast<std::size_t>(operand)] = true;
  }
  return out;
}
template <const auto& F>
inline constexpr auto sums_of = outer_sums<F>();

template <const auto& F, int id, int lane, int W, typename Known, typename Out>
RICCI_INLINE void evaluate(Place<F>& c, const Known& known, Out& out);

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
  if constexpr (W != 1 && F.depends(id, lane))
    std::memcpy(&out, p, sizeof out);
  else
    spread<W>(out, *p);
}

template <const auto& F, int id, int lane, int W, int level>
RICCI_INLINE void add_up(Place<F>& c, Real<W>& total) {
  constexpr dsl::FrozenNode own = node<F>(id);
  if constexpr (level == own.count) {
    Real<W> term{};
    evaluate<F, own.operands[0], lane, W>(c, NoTotals(), term);
    total = total + term;
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

template <const auto& F, int id, int lane, int W, typename Known, typename Out>
RICCI_INLINE void compare(Place<F>& c, const Known& known, Out& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  constexpr DType type = node<F>(own.operands[0]).dtype;
  Value<type, W> a{};
  Value<type, W> b{};
  evaluate<F, own.operands[0], lane, W>(c, known, a);
  evaluate<F, own.operands[1], lane, W>(c, known, b);
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
template <const auto& F, int id, int lane, int W, typename Known>
RICCI_INLINE void compute(Place<F>& c, const Known& known, Real<W>& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  Real<W> a{};
  evaluate<F, own.operands[0], lane, W>(c, known, a);
  if constexpr (own.op == Op::negate) {
    out = -a;
  } else if constexpr (own.op == Op::exp) {
    exp<W>(out, a);
  } else if constexpr (own.op == Op::abs) {
    Integer<W> bits;
    same_bits(bits, a);
    bits = bits & 0x7fffffffffffffff;
    same_bits(out, bits);
  } else if constexpr (own.op == Op::sqrt) {
    out = __builtin_sqrt(a);
  } else if constexpr (own.op == Op::power) {
    out = a * a;
  } else {
    Real<W> b{};
    evaluate<F, own.operands[1], lane, W>(c, known, b);
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

template <const auto& F, int id, int lane, int W, typename Known, typename Out>
RICCI_INLINE void evaluate(Place<F>& c, const Known& known, Out& out) {
  constexpr dsl::FrozenNode own = node<F>(id);
  constexpr bool real = own.dtype == DType::f64;
  if constexpr (own.op == Op::constant && real) {
    out = std::bit_cast<double>(own.bits) - Real<W>{};                              // keeps the sign of a zero
  } else if constexpr (W != 1 && own.op != Op::constant && !F.depends(id, lane)) {  // the same in every lane
    Value<own.dtype, 1> one{};
    evaluate<F, id, lane, 1>(c, NoTotals(), one);
    spread<W>(out, one);
  } else if constexpr (own.op == Op::constant) {
    const auto x = static_cast<std::int64_t>(own.bits);
    spread<W>(out, own.dtype == DType::boolean ? -x : x);
  } else if constexpr (own.op == Op::index) {
    if constexpr (W != 1 && own.bits == lane)
      along<W>(out, c.origin + c.at[own.bits]);
    else
      spread<W>(out, own.bits == lane ? c.origin + c.at[own.bits] : c.at[own.bits]);
  } else if constexpr (own.op == Op::access) {
    load<F, id, lane, W>(c, out);
  } else if constexpr (own.op == Op::sum) {
    if constexpr (!std::is_same_v<Known, NoTotals> && sums_of<F>.place_of(id) >= 0) {
      out = known.of[sums_of<F>.place_of(id)];
    } else {
      out = Real<W>{};
      add_up<F, id, lane, W, 0>(c, out);
    }
  } else if constexpr (own.op == Op::guard) {
    Integer<W> holds{};
    Real<W> value{};
    const Real<W> zero{};
    evaluate<F, own.operands[0], lane, W>(c, known, holds);
    evaluate<F, own.operands[1], lane, W>(c, known, value);
    select<W>(out, holds, value, zero);
  } else if constexpr (own.op == Op::cast) {
    constexpr DType from = node<F>(own.operands[0]).dtype;
    Value<from, W> value{};
    evaluate<F, own.operands[0], lane, W>(c, known, value);
    if constexpr (from == DType::boolean) value = value & 1;
    to_real<W>(out, value);
  } else if constexpr (own.op == Op::logical_not) {
    evaluate<F, own.operands[0], lane, W>(c, known, out);
    out = ~out;
  } else if constexpr (own.op == Op::logical_and || own.op == Op::logical_or) {
    Integer<W> other{};
    evaluate<F, own.operands[0], lane, W>(c, known, out);
    evaluate<F, own.operands[1], lane, W>(c, known, other);
    if constexpr (own.op == Op::logical_and)
      out = out & other;
    else
      out = out | other;
  } else if constexpr (own.dtype == DType::boolean) {
    compare<F, id, lane, W>(c, known, out);
  } else {
    compute<F, id, lane, W>(c, known, out);
  }
}

}  // namespace ricci::detail::inlined

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
