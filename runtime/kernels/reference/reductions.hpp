/// The reductions by definition: one number after the other, in the row-major order of the bound indices, in the
/// node's own scalars. Those that need the whole range before they can begin (var, norm, logsumexp) go over it twice.
#pragma once

#include "runtime/kernels/reference/elements.hpp"

namespace ricci::runtime::reference {

/// Calls visit(x) with the body at each point of the bound indices, as an X.
template <class X, class Scalars, class F>
void for_each_value(Elements<Scalars>& elements, NodeId reduction, F&& visit) {
  const dsl::Vec<IndexId> bound = elements.graph.bound(reduction);
  const NodeId body = elements.graph.operand(reduction, 0);
  elements.for_each_point({bound.begin(), bound.size()}, [&] { visit(elements.template at<X>(body)); });
}

template <class Scalars>
std::int64_t points_of(const Elements<Scalars>& elements, NodeId reduction) {
  std::int64_t count = 1;
  for (IndexId index : elements.graph.bound(reduction)) count *= elements.graph.extent(index);
  return count;
}

template <class Scalars>
void refuse_empty(const Elements<Scalars>& elements, NodeId reduction) {
  if (points_of(elements, reduction) == 0)
    fail(dsl::Fault::empty_reduction, dsl::row(elements.graph.op(reduction)).spelling);
}

/// Calls f(X{}) with the scalar of the body when it is complex, and otherwise with the node's own T.
template <class T, class Scalars, class F>
T with_body_scalar(const Elements<Scalars>& elements, NodeId reduction, F&& f) {
  if constexpr (RealScalar<T>)
    if (dsl::is_complex(elements.graph.dtype(elements.graph.operand(reduction, 0)))) return f(std::complex<T>{});
  return f(T{});
}

template <class T, class Scalars>
T sum(Elements<Scalars>& elements, NodeId id) {
  T total{};
  for_each_value<T>(elements, id, [&](T x) { total = add(total, x); });
  return total;
}

template <class T, class Scalars>
T product(Elements<Scalars>& elements, NodeId id) {
  T total{1};
  for_each_value<T>(elements, id, [&](T x) { total = multiply(total, x); });
  return total;
}

template <class T, class Scalars>
T mean(Elements<Scalars>& elements, NodeId id) {
  refuse_empty(elements, id);
  return divide(sum<T>(elements, id), convert<T>(points_of(elements, id)));
}

/// The values `better` than all before; a NaN is better than any number, and the first one stays.
template <class T, class Scalars, class Better>
T extremum(Elements<Scalars>& elements, NodeId id, Better better) {
  refuse_empty(elements, id);
  std::optional<T> best;
  for_each_value<T>(elements, id, [&](T x) {
    if (!best || (!is_nan(*best) && (is_nan(x) || better(x, *best)))) best = x;
  });
  return *best;
}
template <class T, class Scalars>
T least(Elements<Scalars>& elements, NodeId id) {
  return extremum<T>(elements, id, [](T x, T best) { return x < best; });
}
template <class T, class Scalars>
T greatest(Elements<Scalars>& elements, NodeId id) {
  return extremum<T>(elements, id, [](T x, T best) { return x > best; });
}

/// Where the extremum stands: the row-major position, which for one index is its value.
template <class Better, class Scalars>
std::int64_t position_of_extremum(Elements<Scalars>& elements, NodeId id, Better better) {
  refuse_empty(elements, id);
  return with_scalar<Scalars>(elements.graph.dtype(elements.graph.operand(id, 0)), [&](auto zero) -> std::int64_t {
    using X = decltype(zero);
    if constexpr (ComplexScalar<X>) {
      fail(dsl::Fault::internal, "complex numbers have no order");
    } else {
      std::int64_t position = 0;
      std::int64_t best_position = 0;
      X best{};
      for_each_value<X>(elements, id, [&](X x) {
        if (position == 0 || (!is_nan(best) && (is_nan(x) || better(x, best)))) {
          best = x;
          best_position = position;
        }
        ++position;
      });
      return best_position;
    }
  });
}
template <class T, class Scalars>
T argmin(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(position_of_extremum(elements, id, [](auto x, auto best) { return x < best; }));
}
template <class T, class Scalars>
T argmax(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(position_of_extremum(elements, id, [](auto x, auto best) { return x > best; }));
}

template <class Scalars>
std::int64_t count_of_true(Elements<Scalars>& elements, NodeId id) {
  std::int64_t count = 0;
  for_each_value<bool>(elements, id, [&](bool holds) { count += holds; });
  return count;
}
template <class T, class Scalars>
T count(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(count_of_true(elements, id));
}
template <class T, class Scalars>
T any(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(count_of_true(elements, id) > 0);
}
template <class T, class Scalars>
T all(Elements<Scalars>& elements, NodeId id) {
  return convert<T>(count_of_true(elements, id) == points_of(elements, id));
}

/// shift + log(sum exp(x - shift)) with the largest (real part of) x as the shift; an infinite shift, or none because
/// the range is empty, is the result.
template <class T, class Scalars>
T logsumexp(Elements<Scalars>& elements, NodeId id) {
  Part<T> shift = -std::numeric_limits<Part<T>>::infinity();
  for_each_value<T>(elements, id, [&](T x) {
    if (is_nan(x)) shift = std::numeric_limits<Part<T>>::quiet_NaN();
    if (real_part(x) > shift) shift = real_part(x);
  });
  if (!std::isfinite(shift)) return T{shift};
  T total{};
  for_each_value<T>(elements, id, [&](T x) { total += std::exp(x - shift); });
  return shift + std::log(total);
}

/// The root of the sum of |x|^2. All are scaled by one power of two before they are squared, which changes no digit
/// and keeps the squares in range.
template <class T, class Scalars>
T norm(Elements<Scalars>& elements, NodeId id) {
  return with_body_scalar<T>(elements, id, [&](auto zero) {
    using X = decltype(zero);
    T largest{};
    for_each_value<X>(elements, id, [&](X x) { largest = maximum(magnitude(x), largest); });
    if (largest == 0 || !std::isfinite(largest)) return largest;
    const int exponent = std::ilogb(largest);
    T total{};
    for_each_value<X>(elements, id, [&](X x) {
      const T re = std::scalbn(real_part(x), -exponent);
      total += re * re;
      if constexpr (ComplexScalar<X>) {
        const T im = std::scalbn(x.imag(), -exponent);
        total += im * im;
      }
    });
    return std::scalbn(std::sqrt(total), exponent);
  });
}

/// sum |x - mean|^2 over the count less ddof, or over 0 where that is negative, as NumPy.
template <class T, class Scalars>
T variance(Elements<Scalars>& elements, NodeId id) {
  return with_body_scalar<T>(elements, id, [&](auto zero) {
    using X = decltype(zero);
    const std::int64_t count = points_of(elements, id);
    X total{};
    for_each_value<X>(elements, id, [&](X x) { total += x; });
    const X centre = total / static_cast<T>(count);
    T squares{};
    for_each_value<X>(elements, id, [&](X x) {
      const X off = x - centre;
      squares += real_part(multiply(off, conjugate(off)));
    });
    return squares / static_cast<T>(std::max<std::int64_t>(count - elements.graph.attribute(id, 0), 0));
  });
}
template <class T, class Scalars>
T deviation(Elements<Scalars>& elements, NodeId id) {
  return std::sqrt(variance<T>(elements, id));
}

}  // namespace ricci::runtime::reference
