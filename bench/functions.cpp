/// The tile functions beside those of SLEEF, xsimd and glibc's libmvec, each at its widest on this very machine: time
/// an element, in tiles that lie in the first cache, and the largest error found. `./dev bench --functions`.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string_view>
#include <vector>

#include "runtime/kernels/fused/tile_ops.hpp"

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#define RICCI_WIDE 1
#endif
#if defined(RICCI_SLEEF)
#include <sleef.h>
#endif
#if defined(RICCI_XSIMD)
#include <xsimd/xsimd.hpp>
#endif

// libmvec has no header: its names are those of the vector function ABI.
#if defined(__AVX512F__)
using Doubles = __m512d;
using Floats = __m512;
#define RICCI_SLEEF_NAME(f, type, bound) Sleef_##f##type##_##bound##avx512f
#define RICCI_DOUBLES "_ZGVeN8v_"
#define RICCI_DOUBLES_TWO "_ZGVeN8vv_"
#define RICCI_FLOATS "_ZGVeN16v_"
#define RICCI_FLOATS_TWO "_ZGVeN16vv_"
#define RICCI_D d8
#define RICCI_F f16
#elif defined(__AVX2__)
using Doubles = __m256d;
using Floats = __m256;
#define RICCI_SLEEF_NAME(f, type, bound) Sleef_##f##type##_##bound##avx2
#define RICCI_DOUBLES "_ZGVdN4v_"
#define RICCI_DOUBLES_TWO "_ZGVdN4vv_"
#define RICCI_FLOATS "_ZGVdN8v_"
#define RICCI_FLOATS_TWO "_ZGVdN8vv_"
#define RICCI_D d4
#define RICCI_F f8
#endif
#define RICCI_JOINED(f, type, bound) RICCI_SLEEF_NAME(f, type, bound)

namespace {

using ricci::dsl::DType;
using ricci::dsl::Op;
using ricci::runtime::fused::tile_lanes;
using ricci::runtime::fused::tile_table;

constexpr std::int64_t count = 16 * tile_lanes;

/// out = f(x), or f(x, y), of `count` numbers.
template <class T>
using Run = void (*)(const T* x, const T* y, T* out);

template <class V, class T, auto F>
void each(const T* x, const T* y, T* out) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  for (std::int64_t l = 0; l < count; l += lanes) {
    V a, b;
    std::memcpy(&a, x + l, sizeof a);
    std::memcpy(&b, y + l, sizeof b);
    V got;
    if constexpr (requires { F(a); })
      got = F(a);
    else
      got = F(a, b);
    std::memcpy(out + l, &got, sizeof got);
  }
}

#if defined(RICCI_WIDE)
extern "C" {
#define RICCI_MVEC(f)                                    \
  Doubles f##_of_doubles(Doubles) asm(RICCI_DOUBLES #f); \
  Floats f##_of_floats(Floats) asm(RICCI_FLOATS #f "f")
RICCI_MVEC(exp);
RICCI_MVEC(expm1);
RICCI_MVEC(log);
RICCI_MVEC(log1p);
RICCI_MVEC(sin);
RICCI_MVEC(cos);
RICCI_MVEC(tan);
RICCI_MVEC(tanh);
RICCI_MVEC(erf);
Doubles pow_of_doubles(Doubles, Doubles) asm(RICCI_DOUBLES_TWO "pow");
Floats pow_of_floats(Floats, Floats) asm(RICCI_FLOATS_TWO "powf");
}
#endif

/// One function of one type: where its arguments lie, what is compared.
template <class T>
struct Case {
  Op op;
  const char* name;
  double low, high;  // of x; x >= 0 and spread over its exponents where `spread`
  bool spread;
  long double (*exact)(long double, long double);
  Run<T> mvec, sleef, xsimd, scalar;
};

#if defined(RICCI_WIDE)
#define RICCI_MVEC_ROW(f) each<Doubles, double, f##_of_doubles>
#define RICCI_MVEC_ROW_F(f) each<Floats, float, f##_of_floats>
#else
#define RICCI_MVEC_ROW(f) nullptr
#define RICCI_MVEC_ROW_F(f) nullptr
#endif
#if defined(RICCI_WIDE) && defined(RICCI_SLEEF)
#define RICCI_SLEEF_ROW(f) each<Doubles, double, &RICCI_JOINED(f, RICCI_D, u10)>
#define RICCI_SLEEF_ROW_F(f) each<Floats, float, RICCI_JOINED(f, RICCI_F, u10)>
#else
#define RICCI_SLEEF_ROW(f) nullptr
#define RICCI_SLEEF_ROW_F(f) nullptr
#endif
#if defined(RICCI_XSIMD)
#define RICCI_XSIMD_ROW(f, T)                                                       \
  [](const T* x, const T* y, T* out) {                                              \
    using B = xsimd::batch<T>;                                                      \
    for (std::int64_t l = 0; l < count; l += static_cast<std::int64_t>(B::size))    \
      one([](const B& a, const B&) { return xsimd::f(a); }, x + l, y + l, out + l); \
  }
#define RICCI_XSIMD_ROW_TWO(f, T)                                                        \
  [](const T* x, const T* y, T* out) {                                                   \
    using B = xsimd::batch<T>;                                                           \
    for (std::int64_t l = 0; l < count; l += static_cast<std::int64_t>(B::size))         \
      one([](const B& a, const B& b) { return xsimd::f(a, b); }, x + l, y + l, out + l); \
  }
template <class F, class T>
void one(F f, const T* x, const T* y, T* out) {
  f(xsimd::load_unaligned(x), xsimd::load_unaligned(y)).store_unaligned(out);
}
#else
#define RICCI_XSIMD_ROW(f, T) nullptr
#define RICCI_XSIMD_ROW_TWO(f, T) nullptr
#endif

#define RICCI_SCALAR_ROW(f, T)                                      \
  [](const T* x, const T*, T* out) {                                \
    for (std::int64_t l = 0; l < count; ++l) out[l] = std::f(x[l]); \
  }
#define RICCI_SCALAR_ROW_TWO(f, T)                                        \
  [](const T* x, const T* y, T* out) {                                    \
    for (std::int64_t l = 0; l < count; ++l) out[l] = std::f(x[l], y[l]); \
  }
#define RICCI_ROW(f, low, high, spread)                                                                    \
  Case<double> {                                                                                           \
    Op::f, #f, low, high, spread, [](long double x, long double) { return std::f(x); }, RICCI_MVEC_ROW(f), \
        RICCI_SLEEF_ROW(f), RICCI_XSIMD_ROW(f, double), RICCI_SCALAR_ROW(f, double)                        \
  }
#define RICCI_ROW_F(f, low, high, spread)                                                                    \
  Case<float> {                                                                                              \
    Op::f, #f, low, high, spread, [](long double x, long double) { return std::f(x); }, RICCI_MVEC_ROW_F(f), \
        RICCI_SLEEF_ROW_F(f), RICCI_XSIMD_ROW(f, float), RICCI_SCALAR_ROW(f, float)                          \
  }

const Case<double> doubles[] = {
    RICCI_ROW(exp, -700, 700, false),
    RICCI_ROW(expm1, -30, 700, false),
    RICCI_ROW(expm1, -1, 1, false),
    RICCI_ROW(log, 1e-300, 1e300, true),
    RICCI_ROW(log1p, 1e-20, 1e20, true),
    RICCI_ROW(sin, -3, 3, false),
    RICCI_ROW(sin, -1e4, 1e4, false),
    RICCI_ROW(sin, 1e7, 1e300, true),
    RICCI_ROW(cos, -3, 3, false),
    RICCI_ROW(cos, -1e4, 1e4, false),
    RICCI_ROW(tan, -3, 3, false),
    RICCI_ROW(tan, -1e4, 1e4, false),
    RICCI_ROW(tanh, -3, 3, false),
    RICCI_ROW(tanh, -30, 30, false),
    RICCI_ROW(erf, -1, 1, false),
    RICCI_ROW(erf, -6, 6, false),
    Case<double>{Op::power, "pow", 1e-10, 1e10, true, [](long double x, long double y) { return std::pow(x, y); },
                 RICCI_MVEC_ROW(pow), RICCI_SLEEF_ROW(pow), RICCI_XSIMD_ROW_TWO(pow, double),
                 RICCI_SCALAR_ROW_TWO(pow, double)},
};
const Case<float> floats[] = {
    RICCI_ROW_F(exp, -87, 88, false),
    RICCI_ROW_F(expm1, -20, 88, false),
    RICCI_ROW_F(expm1, -1, 1, false),
    RICCI_ROW_F(log, 1e-30, 1e30, true),
    RICCI_ROW_F(log1p, 1e-9, 1e9, true),
    RICCI_ROW_F(sin, -3, 3, false),
    RICCI_ROW_F(sin, -1e4, 1e4, false),
    RICCI_ROW_F(sin, 1e7, 1e30, true),
    RICCI_ROW_F(cos, -3, 3, false),
    RICCI_ROW_F(cos, -1e4, 1e4, false),
    RICCI_ROW_F(tan, -3, 3, false),
    RICCI_ROW_F(tan, -1e4, 1e4, false),
    RICCI_ROW_F(tanh, -3, 3, false),
    RICCI_ROW_F(tanh, -12, 12, false),
    RICCI_ROW_F(erf, -1, 1, false),
    RICCI_ROW_F(erf, -4, 4, false),
    Case<float>{Op::power, "pow", 1e-3, 1e3, true, [](long double x, long double y) { return std::pow(x, y); },
                RICCI_MVEC_ROW_F(pow), RICCI_SLEEF_ROW_F(pow), RICCI_XSIMD_ROW_TWO(pow, float),
                RICCI_SCALAR_ROW_TWO(pow, float)},
};

template <class T>
struct Numbers {
  std::vector<T> x = std::vector<T>(count), y = std::vector<T>(count), out = std::vector<T>(count);

  void draw(const Case<T>& row, std::mt19937_64& random) {
    std::uniform_real_distribution<double> share(0, 1);
    for (std::size_t l = 0; l < x.size(); ++l) {
      const double at = share(random);
      x[l] = static_cast<T>(row.spread ? std::exp(std::log(row.low) * (1 - at) + std::log(row.high) * at)
                                       : row.low + (row.high - row.low) * at);
      y[l] = static_cast<T>(20 * share(random) - 10);
    }
  }
};

template <class T>
void by_tiles(Op op, const T* x, const T* y, T* out) {
  const auto type = static_cast<std::size_t>(sizeof(T) == 8 ? DType::f64 : DType::f32);
  const auto at = static_cast<std::size_t>(op);
  const auto function = op == Op::power ? tile_table().binary[at][type][0] : tile_table().unary[at][type];
  for (std::int64_t l = 0; l < count; l += tile_lanes) function(out + l, x + l, y + l, nullptr, tile_lanes);
}

template <class T>
double worst_error(const Case<T>& row, const Numbers<T>& numbers) {
  constexpr int digits = std::numeric_limits<T>::digits, least = std::numeric_limits<T>::min_exponent;
  double worst = 0;
  for (std::size_t l = 0; l < numbers.x.size(); ++l) {
    const long double exact = row.exact(numbers.x[l], numbers.y[l]);
    if (!(std::fabs(exact) < std::numeric_limits<T>::max()) || exact == 0) continue;
    const long double unit = std::ldexp(1.0L, std::max(std::ilogb(exact) + 1, least) - digits);
    worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(numbers.out[l]) - exact) / unit));
  }
  return worst;
}

template <class Call>
double nanoseconds(Call call) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  call();
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(count);
}

/// Least time and largest error of each, the runs of all interleaved.
template <class T>
void measure(const Case<T>& row, std::mt19937_64& random) {
  constexpr int peers = 5, rounds = 60;
  const Run<T> runs[peers] = {nullptr, row.sleef, row.xsimd, row.mvec, row.scalar};
  double time[peers], error[peers] = {};
  std::fill(time, time + peers, 1e300);
  Numbers<T> numbers;
  for (int round = 0; round < rounds; ++round) {
    numbers.draw(row, random);
    for (int peer = 0; peer < peers; ++peer) {
      if (peer > 0 && runs[peer] == nullptr) continue;
      for (int again = 0; again < 4; ++again)
        time[peer] = std::min(time[peer], nanoseconds([&] {
                                if (peer == 0)
                                  by_tiles(row.op, numbers.x.data(), numbers.y.data(), numbers.out.data());
                                else
                                  runs[peer](numbers.x.data(), numbers.y.data(), numbers.out.data());
                              }));
      error[peer] = std::max(error[peer], worst_error(row, numbers));
    }
  }
  std::printf("%-3s %-6s %9.3g .. %-9.3g", sizeof(T) == 8 ? "f64" : "f32", row.name, row.low, row.high);
  for (int peer = 0; peer < peers; ++peer) {
    if (peer > 0 && runs[peer] == nullptr)
      std::printf("                 ");
    else
      std::printf("  %6.2f %8.3g", time[peer], error[peer]);
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  std::mt19937_64 random(1);
  std::printf("nanoseconds an element, largest error in units of the last place; ricci's loops: %s\n",
              tile_table().name);
  std::printf(
      "                                       ricci            SLEEF            xsimd            libmvec          "
      "libm\n");
  for (const auto& row : doubles)
    if (only.empty() || only == row.name) measure(row, random);
  for (const auto& row : floats)
    if (only.empty() || only == row.name) measure(row, random);
}
