/// The trees of fold.hpp, one loop for each way of combining.
#include "runtime/kernels/fused/fold.hpp"

#include <cmath>

#include "runtime/kernels/reference/arithmetic.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

namespace ricci::runtime::fused {
namespace {

using dsl::DType;
using dsl::Op;

/// Calls combine(lower, upper, n) for runs of n elements until keep are left.
template <class F>
void halve(std::int64_t count, std::int64_t keep, F&& combine) {
  while (count > keep) {
    const std::int64_t rows = count / keep;
    const std::int64_t half = (rows + 1) / 2;
    combine(0, half * keep, (rows - half) * keep);
    count = half * keep;
  }
}

template <class T, class F>
void fold_values(T* values, std::int64_t count, std::int64_t keep, F&& combine) {
  halve(count, keep, [&](std::int64_t lower, std::int64_t upper, std::int64_t n) {
    for (std::int64_t at = 0; at < n; ++at) values[lower + at] = combine(values[lower + at], values[upper + at]);
  });
}

template <class T>
void fold_complex_product(T* re, T* im, std::int64_t count, std::int64_t keep) {
  halve(count, keep, [&](std::int64_t lower, std::int64_t upper, std::int64_t n) {
    for (std::int64_t at = 0; at < n; ++at) {
      const std::complex<T> product = reference::multiply(std::complex<T>(re[lower + at], im[lower + at]),
                                                          std::complex<T>(re[upper + at], im[upper + at]));
      re[lower + at] = product.real();
      im[lower + at] = product.imag();
    }
  });
}

/// NaN is better than any number; of equals the lowest position.
template <class T>
void fold_best(T* values, std::int64_t* positions, std::int64_t count, std::int64_t keep, bool greatest) {
  halve(count, keep, [&](std::int64_t lower, std::int64_t upper, std::int64_t n) {
    for (std::int64_t at = 0; at < n; ++at) {
      const T old = values[lower + at];
      const T offered = values[upper + at];
      const bool earlier = positions[upper + at] < positions[lower + at];
      const bool old_nan = old != old;
      const bool new_nan = offered != offered;
      const bool better = greatest ? offered > old : offered < old;
      const bool takes = new_nan ? !old_nan || earlier : !old_nan && (better || (offered == old && earlier));
      if (!takes) continue;
      values[lower + at] = offered;
      positions[lower + at] = positions[upper + at];
    }
  });
}

template <class T>
void fold_ordered(Op op, T* values, std::int64_t* second, std::int64_t count, std::int64_t keep) {
  switch (op) {
    case Op::sum:
    case Op::count: return fold_values(values, count, keep, [](T a, T b) { return reference::add(a, b); });
    case Op::product: return fold_values(values, count, keep, [](T a, T b) { return reference::multiply(a, b); });
    case Op::least: return fold_values(values, count, keep, [](T a, T b) { return reference::minimum(a, b); });
    case Op::greatest: return fold_values(values, count, keep, [](T a, T b) { return reference::maximum(a, b); });
    default: return fold_best(values, second, count, keep, op == Op::argmax);
  }
}

void fold_bools(Op op, std::uint8_t* values, std::int64_t* second, std::int64_t count, std::int64_t keep) {
  if (op == Op::argmin || op == Op::argmax) return fold_best(values, second, count, keep, op == Op::argmax);
  const bool any = op == Op::any || op == Op::sum || op == Op::greatest;
  fold_values(values, count, keep,
              [&](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(any ? a | b : a & b); });
}

template <class T>
void fold_complex(Op op, void* first, void* second, std::int64_t count, std::int64_t keep) {
  auto* re = static_cast<T*>(first);
  auto* im = static_cast<T*>(second);
  if (op == Op::product) return fold_complex_product(re, im, count, keep);
  fold_ordered<T>(Op::sum, re, nullptr, count, keep);
  fold_ordered<T>(Op::sum, im, nullptr, count, keep);
}

}  // namespace

void fold_parts(Op op, DType type, void* first, void* second, std::int64_t count, std::int64_t keep) {
  auto* positions = static_cast<std::int64_t*>(second);
  switch (type) {
    case DType::boolean: return fold_bools(op, static_cast<std::uint8_t*>(first), positions, count, keep);
    case DType::i32: return fold_ordered(op, static_cast<std::int32_t*>(first), positions, count, keep);
    case DType::i64: return fold_ordered(op, static_cast<std::int64_t*>(first), positions, count, keep);
    case DType::f32: return fold_ordered(op, static_cast<float*>(first), positions, count, keep);
    case DType::f64: return fold_ordered(op, static_cast<double*>(first), positions, count, keep);
    case DType::c64: return fold_complex<float>(op, first, second, count, keep);
    default: return fold_complex<double>(op, first, second, count, keep);
  }
}

}  // namespace ricci::runtime::fused
