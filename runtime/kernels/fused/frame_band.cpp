/// Where a loop's range begins and ends: bisection in sorted coordinates (bands.hpp).
#include <algorithm>
#include <cmath>

#include "runtime/kernels/fused/frame.hpp"

namespace ricci::runtime::fused {
namespace {

template <class F>
decltype(auto) with_ordered(DType type, F&& f) {
  switch (type) {
    case DType::i32: return f(std::int32_t{});
    case DType::i64: return f(std::int64_t{});
    case DType::f32: return f(float{});
    default: return f(double{});
  }
}

/// The first of first..last-1 where `holds`, which does so from some place on; last where nowhere.
template <class F>
std::int64_t first_where(std::int64_t first, std::int64_t last, F&& holds) {
  while (first < last) {
    const std::int64_t middle = first + (last - first) / 2;
    if (holds(middle))
      last = middle;
    else
      first = middle + 1;
  }
  return first;
}

/// The least or the greatest lane that is no NaN; false where all are.
template <class T>
bool extreme_of(const T* lanes, std::int64_t n, bool greatest, T& out) {
  bool found = false;
  for (std::int64_t l = 0; l < n; ++l) {
    const T value = lanes[l];
    if (value != value) continue;
    if (!found || (greatest ? value > out : value < out)) out = value;
    found = true;
  }
  return found;
}

template <class T>
bool ascends(const T* values, std::int64_t step, std::int64_t count) {
  if (count > 0 && values[0] != values[0]) return false;
  for (std::int64_t at = 1; at < count; ++at)
    if (!(values[(at - 1) * step] <= values[at * step])) return false;
  return true;
}

}  // namespace

template <class T, class At>
void Frame::cut(const LoopBound& bound, At&& at, std::int64_t& first, std::int64_t& last) const {
  const bool wide = program_.registers[static_cast<std::size_t>(bound.other)].wide;
  T limit{};
  if (!extreme_of(as<T>(bound.other), wide ? lanes_ : 1, bound.upper, limit)) {
    last = first;
  } else if (bound.upper) {
    last =
        first_where(first, last, [&](std::int64_t n) { return bound.strict ? !(at(n) < limit) : !(at(n) <= limit); });
  } else {
    first = first_where(first, last, [&](std::int64_t n) { return bound.strict ? limit < at(n) : limit <= at(n); });
  }
}

bool Frame::sorted(const Loop& loop, std::int32_t which) {
  std::int8_t& known = sorted_[static_cast<std::size_t>(which)];
  if (known >= 0) return known != 0;
  const LoopBound& bound = program_.bounds[static_cast<std::size_t>(which)];
  const Address& address = program_.addresses[static_cast<std::size_t>(bound.address)];
  known = with_ordered(bound.dtype, [&](auto zero) {
    using T = decltype(zero);
    return ascends(reinterpret_cast<const T*>(place(address, address.affine.offset)), address.affine.scale_of(loop.var),
                   loop.count);
  });
  return known != 0;
}

void Frame::narrow(const Loop& loop, std::int64_t& first, std::int64_t& last) {
  for (std::int32_t which : loop.bounds) {
    const LoopBound& bound = program_.bounds[static_cast<std::size_t>(which)];
    const Address& address = program_.addresses[static_cast<std::size_t>(bound.address)];
    const std::int64_t offset = address.affine.offset, step = address.affine.scale_of(loop.var);
    if (address.slot != none && !sorted(loop, which)) continue;
    with_ordered(bound.dtype, [&](auto zero) {
      using T = decltype(zero);
      if (address.slot == none)
        return cut<T>(
            bound, [&](std::int64_t n) { return static_cast<T>(offset + step * n); }, first, last);
      const T* const values = reinterpret_cast<const T*>(place(address, offset));
      cut<T>(
          bound, [&](std::int64_t n) { return values[n * step]; }, first, last);
    });
  }
}

}  // namespace ricci::runtime::fused
