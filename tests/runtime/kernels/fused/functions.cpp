/// The tiles' own functions against long double: their errors in units of the last place over all exponents and where
/// they are hard, C's values at the ends of the ranges, and the same bits in every instruction set, lane and company.
#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "runtime/kernels/fused/tile_ops.hpp"

namespace {

using namespace ricci::runtime::fused;
using ricci::dsl::DType;
using ricci::dsl::Op;

constexpr std::size_t lanes = static_cast<std::size_t>(tile_lanes);
template <class T>
constexpr auto type_of = static_cast<std::size_t>(sizeof(T) == 8 ? DType::f64 : DType::f32);

/// f(x), or x^y, of as many numbers as there are, by one instruction set.
template <class T>
std::vector<T> computed(const TileTable& table, Op op, std::vector<T> x, std::vector<T> y) {
  const std::size_t n = x.size();
  std::vector<T> out(n);
  const auto at = static_cast<std::size_t>(op);
  const auto function = op == Op::power ? table.binary[at][type_of<T>][none_uniform] : table.unary[at][type_of<T>];
  for (std::size_t l = 0; l < n; l += lanes)
    function(&out[l], &x[l], y.empty() ? nullptr : &y[l], nullptr, static_cast<std::int64_t>(std::min(lanes, n - l)));
  return out;
}

std::vector<const TileTable*> tables() {
  std::vector<const TileTable*> out;
  for (const char* name : {"baseline", "v3", "v4"})
    if (const TileTable* table = tile_table_named(name)) out.push_back(table);
  return out;
}

template <class T>
double error(T got, long double exact) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(exact)) return std::isnan(got) ? 0 : 1e9;
  const T nearest = static_cast<T>(exact);
  if (got == nearest) return std::signbit(got) == std::signbit(nearest) || got != 0 ? 0.5 : 1e9;
  const int exponent = exact == 0 ? Limits::min_exponent : std::max(std::ilogb(exact) + 1, Limits::min_exponent);
  if (std::isinf(got) || std::isinf(nearest)) {  // one unit beyond the largest number is the least infinity
    const long double least = std::ldexp(1.0L, Limits::max_exponent);
    const long double a = std::isinf(got) ? std::copysign(least, static_cast<long double>(got)) : got;
    return static_cast<double>(std::fabs(a - (std::isinf(nearest) ? std::copysign(least, exact) : exact)) /
                               std::ldexp(1.0L, Limits::max_exponent - Limits::digits));
  }
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) /
                             std::ldexp(1.0L, exponent - Limits::digits));
}

struct Function {
  Op op;
  double ulps, float_ulps;
  long double (*exact)(long double, long double);
  double size;  // around which arguments are ordinary
};

const Function functions[] = {
    {Op::exp, 0.95, 0.51, [](long double x, long double) { return std::exp(x); }, 700},
    {Op::expm1, 1, 0.52, [](long double x, long double) { return std::expm1(x); }, 40},
    {Op::log, 0.9, 0.51, [](long double x, long double) { return std::log(x); }, 2},
    {Op::log1p, 0.9, 0.51, [](long double x, long double) { return std::log1p(x); }, 2},
    {Op::sin, 0.9, 0.65, [](long double x, long double) { return std::sin(x); }, 10},
    {Op::cos, 0.9, 0.65, [](long double x, long double) { return std::cos(x); }, 10},
    {Op::tan, 2, 0.9, [](long double x, long double) { return std::tan(x); }, 10},
    {Op::tanh, 1, 0.52, [](long double x, long double) { return std::tanh(x); }, 3},
    {Op::erf, 2, 0.6, [](long double x, long double) { return std::erf(x); }, 3},
    {Op::power, 1.5, 0.52, [](long double x, long double y) { return std::pow(x, y); }, 3},
};

template <class T>
struct Arguments {
  std::vector<T> x, y;
  void add(double a, double b) {
    x.push_back(static_cast<T>(a));
    y.push_back(static_cast<T>(b));
  }
};

/// Ordinary ones, all exponents, neighbours of multiples of pi/2, powers near the ends of the range.
template <class T>
Arguments<T> drawn(const Function& function, std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  Arguments<T> out;
  const auto share = [&] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
  const auto any = [&] {
    const int exponent = static_cast<int>(random() % (Limits::max_exponent - Limits::min_exponent + Limits::digits)) +
                         Limits::min_exponent - Limits::digits;
    return std::ldexp(1 + share(), exponent) * (random() % 2 == 0 ? 1 : -1);
  };
  for (int i = 0; i < 6000; ++i) {
    out.add(function.size * (2 * share() - 1), 20 * share() - 10);
    out.add(any(), any());
    out.add(std::ldexp(share() - 0.5, -static_cast<int>(random() % 60)), static_cast<double>(random() % 9) - 4);
    const double k = static_cast<double>(random() >> (20 + random() % 43));
    out.add(static_cast<double>(static_cast<T>(k * 1.57079632679489661923132169163975144L)), 0.5);
    const double x = std::fabs(any());
    out.add(x, (random() % 2 == 0 ? 0.99 : -1.02) * Limits::max_exponent * std::log(2.0) / std::log(x));
    out.add(1 + std::ldexp(share() - 0.5, -static_cast<int>(random() % 30)), any() * 1e-3);
  }
  return out;
}

template <class T>
void check_errors(std::uint32_t seed) {
  for (const Function& function : functions) {
    std::mt19937_64 random(seed);
    const Arguments<T> at = drawn<T>(function, random);
    const std::vector<T> got = computed(tile_table(), function.op, at.x, at.y);
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t l = 0; l < got.size(); ++l) {
      const double off = error(got[l], function.exact(at.x[l], at.y[l]));
      if (off > worst) where = l;
      worst = std::max(worst, off);
    }
    INFO(ricci::dsl::row(function.op).name << (sizeof(T) == 8 ? " f64" : " f32") << " seed " << seed << ", at "
                                           << std::hexfloat << at.x[where] << ", " << at.y[where] << ": " << got[where]
                                           << " is off by " << std::defaultfloat << worst);
    CHECK(worst <= (sizeof(T) == 8 ? function.ulps : function.float_ulps));
  }
}

template <class T>
std::vector<T> special_numbers() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> out;
  for (T size : {T(0), Limits::denorm_min(), Limits::min(), Limits::epsilon(), T(0.5), T(1), T(1.5), T(2), T(3),
                 T(1000), T(0x1p53), Limits::max(), Limits::infinity(), Limits::quiet_NaN()}) {
    out.push_back(size);
    out.push_back(-size);
  }
  return out;
}

template <class T>
void check_ends() {
  const std::vector<T> special = special_numbers<T>();
  for (const Function& function : functions)
    for (const TileTable* table : tables()) {
      std::vector<T> x, y;
      for (T a : special)
        for (T b : special) {
          x.push_back(a);
          y.push_back(b);
        }
      const std::vector<T> got = computed(*table, function.op, x, y);
      for (std::size_t l = 0; l < got.size(); ++l) {
        INFO(ricci::dsl::row(function.op).name << " " << table->name << " of " << x[l] << ", " << y[l] << ": "
                                               << got[l]);
        const long double exact = function.exact(x[l], y[l]);
        CHECK(error(got[l], exact) <= (sizeof(T) == 8 ? function.ulps : function.float_ulps));
        if (!std::isnan(exact)) CHECK(std::signbit(got[l]) == std::signbit(exact));
      }
    }
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void check_bits(std::uint32_t seed) {
  for (const Function& function : functions) {
    std::mt19937_64 random(seed);
    Arguments<T> at = drawn<T>(function, random);
    at.x.resize(4096);
    at.y.resize(4096);
    const std::vector<T> first = computed(*tables().front(), function.op, at.x, at.y);
    INFO(ricci::dsl::row(function.op).name << (sizeof(T) == 8 ? " f64" : " f32") << " seed " << seed);
    for (const TileTable* table : tables()) {
      INFO(table->name);
      CHECK(same_bits(first, computed(*table, function.op, at.x, at.y)));
      bool alone = true;
      for (std::size_t l = 0; l < 600; ++l)
        alone = alone && same_bits(computed<T>(*table, function.op, {at.x[l]}, {at.y[l]}), {first[l]});
      CHECK(alone);
    }
  }
}

}  // namespace

TEST_CASE("fused: own functions are as accurate as they say over all exponents and where they are hard") {
  for (std::uint32_t seed : {1U, 2U, 3U}) {
    check_errors<double>(seed);
    check_errors<float>(seed);
  }
}

TEST_CASE("fused: own functions have C's values at zeros, denormal and infinite numbers and NaN") {
  check_ends<double>();
  check_ends<float>();
}

TEST_CASE("fused: own functions give a number the same bits in every instruction set, alone or in company") {
  check_bits<double>(4);
  check_bits<float>(4);
}

TEST_CASE("fused: sine, cosine and tangent of the doubles that are nearest to multiples of pi/2") {
  // Muller et al., Handbook of Floating-Point Arithmetic: the worst double of all; then some below 10^6 and below 2^63.
  std::vector<double> x = {6381956970095103.0 * 0x1p797, 0x1.921fb54442d18p+0, 0x1.6ac5b262ca1ffp+849,
                           7.853981633974483};
  for (std::int64_t k = 1; k < 700000; k += 7)
    x.push_back(static_cast<double>(static_cast<long double>(k) * 1.57079632679489661923132169163975144L));
  for (const Function& function : functions) {
    if (function.op != Op::sin && function.op != Op::cos && function.op != Op::tan) continue;
    const std::vector<double> got = computed(tile_table(), function.op, x, x);
    double worst = 0;
    for (std::size_t l = 0; l < x.size(); ++l) worst = std::max(worst, error(got[l], function.exact(x[l], 0)));
    INFO(ricci::dsl::row(function.op).name);
    CHECK(worst <= function.ulps);
  }
}

TEST_CASE("fused: whole powers of whole numbers are exact where they fit") {
  std::vector<double> x, y, exact;
  for (int base = -30; base <= 30; ++base)
    for (double power = 0, value = 1; power < 40 && std::fabs(value) < 0x1p53; ++power, value *= base) {
      x.push_back(base);
      y.push_back(power);
      exact.push_back(value);
    }
  CHECK(same_bits(computed(tile_table(), Op::power, x, y), exact));
}

TEST_CASE("fused: exp of complex numbers is off by a unit of the last place in each part at most") {
  std::mt19937_64 random(6);
  const auto share = [&] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
  double worst[2] = {};
  alignas(64) double z[2 * tile_lanes], w[2 * tile_lanes], again[2 * tile_lanes];
  alignas(64) float narrow[2 * tile_lanes], narrow_out[2 * tile_lanes];
  const auto at = static_cast<std::size_t>(Op::exp);
  for (int round = 0; round < 400; ++round) {
    const double size = round % 3 == 0 ? 1 : round % 3 == 1 ? 700 : 1460;
    for (std::size_t l = 0; l < lanes; ++l) {
      z[l] = size * (2 * share() - 1);
      z[lanes + l] = std::ldexp(share() - 0.5, static_cast<int>(random() % 80) - (size > 1000 ? 1070 : 40));
      narrow[l] = static_cast<float>(z[l] / 8);
      narrow[lanes + l] = static_cast<float>(z[lanes + l]);
    }
    tile_table().unary[at][static_cast<std::size_t>(DType::c128)](w, z, nullptr, nullptr, tile_lanes);
    tile_table().unary[at][static_cast<std::size_t>(DType::c64)](narrow_out, narrow, nullptr, nullptr, tile_lanes);
    for (const TileTable* table : tables()) {
      table->unary[at][static_cast<std::size_t>(DType::c128)](again, z, nullptr, nullptr, tile_lanes);
      CHECK(std::memcmp(again, w, sizeof w) == 0);
    }
    for (std::size_t l = 0; l < lanes; ++l) {
      const auto exact = [](long double x, long double y, bool imaginary) {
        return std::exp(x) * (imaginary ? std::sin(y) : std::cos(y));
      };
      for (std::size_t part : {std::size_t{0}, lanes}) {
        worst[0] = std::max(worst[0], error(w[part + l], exact(z[l], z[lanes + l], part != 0)));
        worst[1] = std::max(worst[1], error(narrow_out[part + l], exact(narrow[l], narrow[lanes + l], part != 0)));
      }
    }
  }
  CHECK(worst[0] <= 1);
  CHECK(worst[1] <= 0.6);
}
