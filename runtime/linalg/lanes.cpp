#include "runtime/linalg/lanes.hpp"

#include <limits>

#include "runtime/linalg/condition.hpp"

// g++ 12 fails in itself when it instruments AVX-512 comparisons for undefined behaviour.
#define RICCI_INLINE __attribute__((always_inline, no_sanitize("undefined"))) inline
#define RICCI_FOR(instructions) __attribute__((target(instructions), no_sanitize("undefined")))

namespace ricci::runtime::linalg {
namespace {

template <typename R>
struct Vector;
template <>
struct Vector<double> {
  typedef double type __attribute__((vector_size(64), may_alias));
  typedef std::int64_t mask __attribute__((vector_size(64), may_alias));
};
template <>
struct Vector<float> {
  typedef float type __attribute__((vector_size(64), may_alias));
  typedef std::int32_t mask __attribute__((vector_size(64), may_alias));
};

/// One element of every matrix of the pack; a complex one is two vectors. Everything goes by reference: functions that
/// take or return wide vectors have no stable calling convention across instruction sets.
template <typename T>
struct Lane {
  using V = typename Vector<T>::type;
  using M = typename Vector<T>::mask;
  V re;

  static RICCI_INLINE void set(Lane& out, int lane, T value) { out.re[lane] = value; }
  RICCI_INLINE T at(int lane) const { return re[lane]; }
  RICCI_INLINE void magnitude(V& out) const { out = re < 0 ? -re : re; }
  RICCI_INLINE void subtract_product(const Lane& a, const Lane& b) { re -= a.re * b.re; }
  RICCI_INLINE void multiply(const Lane& a) { re *= a.re; }
  RICCI_INLINE void invert() { re = 1 / re; }
  static RICCI_INLINE void exchange(const M& where, Lane& a, Lane& b) {
    const V old = a.re;
    a.re = where ? b.re : old;
    b.re = where ? old : b.re;
  }
};

template <typename R>
struct Lane<std::complex<R>> {
  using V = typename Vector<R>::type;
  using M = typename Vector<R>::mask;
  V re, im;

  static RICCI_INLINE void set(Lane& out, int lane, std::complex<R> value) {
    out.re[lane] = value.real();
    out.im[lane] = value.imag();
  }
  RICCI_INLINE std::complex<R> at(int lane) const { return {re[lane], im[lane]}; }
  RICCI_INLINE void magnitude(V& out) const { out = (re < 0 ? -re : re) + (im < 0 ? -im : im); }
  RICCI_INLINE void subtract_product(const Lane& a, const Lane& b) {
    re -= a.re * b.re - a.im * b.im;
    im -= a.re * b.im + a.im * b.re;
  }
  RICCI_INLINE void multiply(const Lane& a) {
    const V old = re;
    re = old * a.re - im * a.im;
    im = old * a.im + im * a.re;
  }
  RICCI_INLINE void invert() {  // Smith's: divides by the larger part first
    const M steep = (im < 0 ? -im : im) > (re < 0 ? -re : re);
    const V large = steep ? im : re, small = steep ? re : im;
    const V ratio = small / large;
    const V inverse = 1 / (large + small * ratio);
    const V scaled_ratio = ratio * inverse;
    re = steep ? scaled_ratio : inverse;
    im = steep ? -inverse : -scaled_ratio;
  }
  static RICCI_INLINE void exchange(const M& where, Lane& a, Lane& b) {
    const V old_re = a.re, old_im = a.im;
    a.re = where ? b.re : old_re;
    a.im = where ? b.im : old_im;
    b.re = where ? old_re : b.re;
    b.im = where ? old_im : b.im;
  }
};

/// out[e] = element e of each of the eight matrices, from in[lane] = elements 0 to 7 of one: three rounds of shuffles.
template <typename V>
RICCI_INLINE void transpose_eight(const V (&in)[8], V (&out)[8]) {
  V pairs[8], fours[8];
#pragma GCC unroll 8
  for (int each = 0; each < 8; each += 2) {
    pairs[each] = __builtin_shufflevector(in[each], in[each + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[each + 1] = __builtin_shufflevector(in[each], in[each + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma GCC unroll 8
  for (int half = 0; half < 8; half += 4)
#pragma GCC unroll 8
    for (int odd = 0; odd < 2; ++odd) {
      const V &a = pairs[half + odd], &b = pairs[half + 2 + odd];
      fours[half + odd] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[half + 2 + odd] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma GCC unroll 8
  for (int each = 0; each < 4; ++each) {
    out[each] = __builtin_shufflevector(fours[each], fours[each + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    out[each + 4] = __builtin_shufflevector(fours[each], fours[each + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/// As many elements of the matrices as eights hold, in double precision on AVX-512; returns how many.
template <typename T>
RICCI_INLINE int load_eights(int n, int width, const T* const* matrices, Lane<T>* rows) {
  typedef double Unaligned __attribute__((vector_size(64), aligned(8), may_alias));
  using V = typename Lane<T>::V;
  int at = 0;
  for (; at + 8 <= n * n; at += 8) {
    V in[8], out[8];
#pragma GCC unroll 8
    for (int lane = 0; lane < 8; ++lane) in[lane] = *reinterpret_cast<const Unaligned*>(matrices[lane] + at);
      // Eight short streams are more than hardware prefetches: ask for the next pack's share, wherever that ends.
#pragma GCC unroll 8
    for (int lane = 0; lane < 8; ++lane) __builtin_prefetch(matrices[lane] + at + 8 * n * n);
    transpose_eight(in, out);
#pragma GCC unroll 8
    for (int each = 0; each < 8; ++each) rows[(at + each) / n * width + (at + each) % n].re = out[each];
  }
  return at;
}

/// Fills rows of n + r + 1: the matrices, their right-hand sides, the probe.
template <typename T, bool Avx512>
RICCI_INLINE void load(int n, int r, const T* const* matrices, T* const* x, Lane<T>* rows) {
  const int width = n + r + 1;
  int loaded = 0;
  if constexpr (Avx512 && std::is_same_v<T, double>) loaded = load_eights<T>(n, width, matrices, rows);
  for (int lane = 0; lane < lane_count<T>; ++lane) {
    const T* rhs = x[lane];
    for (int at = loaded; at < n * n; ++at) Lane<T>::set(rows[at / n * width + at % n], lane, matrices[lane][at]);
    for (int row = 0; row < n; ++row)
      for (int col = 0; col < r; ++col) Lane<T>::set(rows[row * width + n + col], lane, *rhs++);
  }
  for (int row = 0; row < n; ++row) {
    const T entry(static_cast<Real<T>>(probe_entry(row)));
    for (int lane = 0; lane < lane_count<T>; ++lane) Lane<T>::set(rows[row * width + n + r], lane, entry);
  }
}

/// Largest magnitude and largest row sum. NaN must not be lost: a comparison with it is false, so it is kept apart.
template <typename T, typename V = typename Lane<T>::V>
RICCI_INLINE void measure(int n, int width, const Lane<T>* rows, V& largest, V& norm) {
  V zero{};
  largest = zero;
  norm = zero;
  V poison = zero;
  for (int row = 0; row < n; ++row) {
    V sum = zero;
#pragma GCC unroll 4
    for (int col = 0; col < n; ++col) {
      V size;
      rows[row * width + col].magnitude(size);
      poison += size * 0;
      largest = size > largest ? size : largest;
      sum += size;
    }
    norm = sum > norm ? sum : norm;
  }
  largest += poison;
}

/// Elimination with partial pivoting over all columns. The reciprocals of the pivots stay on the diagonal.
template <typename T, typename V = typename Lane<T>::V>
RICCI_INLINE void eliminate(int n, int width, Lane<T>* rows, V& smallest) {
  using M = typename Lane<T>::M;
  for (int k = 0; k < n; ++k) {
    Lane<T>* top = rows + k * width;
    V best;
    top[k].magnitude(best);
    M pivot = M{} + k;
    for (int row = k + 1; row < n; ++row) {
      V size;
      rows[row * width + k].magnitude(size);
      const M larger = size > best;
      best = larger ? size : best;
      pivot = larger ? M{} + row : pivot;
    }
    smallest = best < smallest ? best : smallest;
    for (int row = k + 1; row < n; ++row) {
      const M here = pivot == row;
#pragma GCC unroll 4
      for (int col = k; col < width; ++col) Lane<T>::exchange(here, top[col], rows[row * width + col]);
    }
    top[k].invert();
    for (int row = k + 1; row < n; ++row) {
      Lane<T>* own = rows + row * width;
      Lane<T> factor = own[k];
      factor.multiply(top[k]);
#pragma GCC unroll 4
      for (int col = k + 1; col < width; ++col) own[col].subtract_product(factor, top[col]);
    }
  }
}

template <typename T>
RICCI_INLINE void substitute(int n, int width, Lane<T>* rows) {
  for (int k = n; k-- > 0;) {
    Lane<T>* own = rows + k * width;
#pragma GCC unroll 4
    for (int col = n; col < width; ++col) own[col].multiply(own[k]);
    for (int row = 0; row < k; ++row) {
      const Lane<T> factor = rows[row * width + k];
#pragma GCC unroll 4
      for (int col = n; col < width; ++col) rows[row * width + col].subtract_product(factor, own[col]);
    }
  }
}

/// N, R: order and number of right-hand sides where the compiler knows them, or 0.
template <typename T, int N, int R, bool Avx512>
RICCI_INLINE void solve_pack(int order, int sides, const T* const* matrices, T* const* x, Lane<T>* rows,
                             LaneOutcome<T>& outcome) {
  using V = typename Lane<T>::V;
  const int n = N != 0 ? N : order, r = R != 0 ? R : sides, width = n + r + 1;
  load<T, Avx512>(n, r, matrices, x, rows);
  V largest, norm;
  measure<T>(n, width, rows, largest, norm);
  V smallest = V{} + std::numeric_limits<Real<T>>::max();
  eliminate<T>(n, width, rows, smallest);
  substitute<T>(n, width, rows);
  V reach{}, poison{};
  for (int row = 0; row < n; ++row) {
    V size;
    rows[row * width + n + r].magnitude(size);
    reach = size > reach ? size : reach;
    for (int col = 0; col < r; ++col) {
      rows[row * width + n + col].magnitude(size);
      poison += size * 0;
    }
  }
  const V probed = 1 / (norm * reach), pivoted = smallest / norm;
  const V rcond = probed < pivoted ? probed : pivoted;
  for (int lane = 0; lane < lane_count<T>; ++lane) {
    outcome.largest[lane] = largest[lane];
    outcome.rcond[lane] = rcond[lane];
    outcome.zero_pivot[lane] = smallest[lane] == 0;
    outcome.finite[lane] = poison[lane] == 0;
    T* out = x[lane];
    for (int row = 0; row < n; ++row)
      for (int col = 0; col < r; ++col) *out++ = rows[row * width + n + col].at(lane);
  }
}

template <typename T, bool Avx512>
RICCI_INLINE void solve_any(int n, int r, const T* const* matrices, T* const* x, Lane<T>* rows,
                            LaneOutcome<T>& outcome) {
  if constexpr (std::is_same_v<T, double>) {
    if (n == 2 && r == 1) return solve_pack<T, 2, 1, Avx512>(n, r, matrices, x, rows, outcome);
    if (n == 3 && r == 1) return solve_pack<T, 3, 1, Avx512>(n, r, matrices, x, rows, outcome);
    if (n == 4 && r == 1) return solve_pack<T, 4, 1, Avx512>(n, r, matrices, x, rows, outcome);
  }
  return solve_pack<T, 0, 0, Avx512>(n, r, matrices, x, rows, outcome);
}

#if defined(__x86_64__)
template <typename T>
RICCI_FOR("avx512f,avx512dq,avx512vl,avx512bw")
void solve_avx512(int n, int r, const T* const* matrices, T* const* x, Lane<T>* rows, LaneOutcome<T>& outcome) {
  solve_any<T, true>(n, r, matrices, x, rows, outcome);
}
template <typename T>
RICCI_FOR("avx2")
void solve_avx2(int n, int r, const T* const* matrices, T* const* x, Lane<T>* rows, LaneOutcome<T>& outcome) {
  solve_any<T, false>(n, r, matrices, x, rows, outcome);
}
#endif
template <typename T>
void solve_plain(int n, int r, const T* const* matrices, T* const* x, Lane<T>* rows, LaneOutcome<T>& outcome) {
  solve_any<T, false>(n, r, matrices, x, rows, outcome);
}

template <typename T>
auto chosen_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    return &solve_avx512<T>;
  if (__builtin_cpu_supports("avx2")) return &solve_avx2<T>;
#endif
  return &solve_plain<T>;
}

}  // namespace

bool lanes_pay(std::int64_t count, std::int64_t n, std::int64_t r) {
  if (n == 0 || r == 0 || r > 4 * n + 16) return false;
  return n <= 16 || (n <= 48 && count >= 8);
}

template <typename T>
void solve_lanes(int n, int r, const T* const* matrices, T* const* x, T* workspace, LaneOutcome<T>& outcome) {
  static const auto kernel = chosen_kernel<T>();
  kernel(n, r, matrices, x, reinterpret_cast<Lane<T>*>(workspace), outcome);
}

template void solve_lanes(int, int, const float* const*, float* const*, float*, LaneOutcome<float>&);
template void solve_lanes(int, int, const double* const*, double* const*, double*, LaneOutcome<double>&);
template void solve_lanes(int, int, const std::complex<float>* const*, std::complex<float>* const*,
                          std::complex<float>*, LaneOutcome<std::complex<float>>&);
template void solve_lanes(int, int, const std::complex<double>* const*, std::complex<double>* const*,
                          std::complex<double>*, LaneOutcome<std::complex<double>>&);

}  // namespace ricci::runtime::linalg
