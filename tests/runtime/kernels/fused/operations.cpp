/// Every tile function of every instruction set that this machine runs, against the reference's function of numbers:
/// the same bits in all sets, lengths and lanes, also at NaN, infinities and the ends of the ranges.
#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

#include "runtime/kernels/fused/tile_ops.hpp"
#include "runtime/kernels/reference/function_tables.hpp"

namespace {

using namespace ricci::runtime;
using namespace ricci::runtime::fused;
using ricci::dsl::DType;
using ricci::dsl::Op;

/// Operands that hold special values among ordinary ones.
struct Tiles {
  alignas(64) std::byte a[16 * tile_lanes], b[16 * tile_lanes], out[16 * tile_lanes], again[16 * tile_lanes];

  Tiles(DType type, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::byte* tile : {a, b})
      for (std::int64_t l = 0; l < 2 * tile_lanes; ++l) put(tile, type, l, random);
  }

  static void put(std::byte* tile, DType type, std::int64_t l, std::mt19937_64& random) {
    static constexpr double special[] = {0.0,
                                         -0.0,
                                         1.0,
                                         -1.0,
                                         std::numeric_limits<double>::infinity(),
                                         -std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN(),
                                         1e300,
                                         -1e-300,
                                         0.5,
                                         2.5,
                                         -1.5,
                                         709.5,
                                         -745.0,
                                         -720.0,
                                         88.5,
                                         -103.5,
                                         1e6,
                                         3e5,
                                         1e22};
    const std::int64_t whole = static_cast<std::int64_t>(random() % 19) - 9;
    const double value = random() % 3 == 0 ? special[random() % 20]
                                           : std::ldexp(static_cast<double>(random() % 4096) - 2048,
                                                        static_cast<int>(random() % 12) - 9);
    switch (ricci::dsl::real_type(type)) {
      case DType::boolean:
        if (l < tile_lanes) reinterpret_cast<std::uint8_t*>(tile)[l] = random() % 2;
        break;
      case DType::i32:
        reinterpret_cast<std::int32_t*>(tile)[l] =
            static_cast<std::int32_t>(random() % 5 == 0 ? random() : static_cast<std::uint64_t>(whole));
        break;
      case DType::i64:
        reinterpret_cast<std::int64_t*>(tile)[l] = random() % 5 == 0 ? static_cast<std::int64_t>(random()) : whole;
        break;
      case DType::f32: reinterpret_cast<float*>(tile)[l] = static_cast<float>(value); break;
      default: reinterpret_cast<double*>(tile)[l] = value;
    }
  }
};

std::vector<const TileTable*> tables() {
  std::vector<const TileTable*> out;
  for (const char* name : {"baseline", "v3", "v4"})
    if (const TileTable* table = tile_table_named(name)) out.push_back(table);
  return out;
}

TileTable by_reference() {
  TileTable table;
  place_reference_functions(table);
  return table;
}

template <class T>
std::int64_t ulps_apart(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : 1000000;
  const auto place = [](T x) {
    const Bits bits = std::bit_cast<Bits>(x);
    return static_cast<std::int64_t>(bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits);
  };
  return a == b ? 0 : std::abs(place(a) - place(b));
}

/// The largest distance in units of the last place over lanes and planes; other types must agree bit for bit.
std::int64_t apart(const std::byte* a, const std::byte* b, DType type, std::int64_t n) {
  std::int64_t worst = 0;
  const std::int64_t planes = ricci::dsl::is_complex(type) ? 2 : 1;
  for (std::int64_t plane = 0; plane < planes; ++plane)
    for (std::int64_t lane = 0; lane < n; ++lane) {
      const std::int64_t l = plane * tile_lanes + lane;
      switch (ricci::dsl::real_type(type)) {
        case DType::f32:
          worst =
              std::max(worst, ulps_apart(reinterpret_cast<const float*>(a)[l], reinterpret_cast<const float*>(b)[l]));
          break;
        case DType::f64:
          worst =
              std::max(worst, ulps_apart(reinterpret_cast<const double*>(a)[l], reinterpret_cast<const double*>(b)[l]));
          break;
        default: {
          const auto bytes = ricci::dsl::bytes_of(type);
          if (std::memcmp(a + l * static_cast<std::int64_t>(bytes), b + l * static_cast<std::int64_t>(bytes), bytes) !=
              0)
            return 1000000;
        }
      }
    }
  return worst;
}

DType result_of(Op op, DType type) {
  const auto& row = ricci::dsl::row(op);
  if (row.types == ricci::dsl::TypeRule::boolean) return DType::boolean;
  return row.types == ricci::dsl::TypeRule::real ? ricci::dsl::real_type(type) : type;
}

/// Own functions may be this far from the C library's, whose tanh is two units off by itself; all others are the
/// reference's own operations. How far the own ones are from the truth is functions.cpp's.
std::int64_t allowed(Op op, DType type) {
  static constexpr std::pair<Op, std::int64_t> rows[] = {{Op::exp, 1},   {Op::log, 1}, {Op::log1p, 1}, {Op::sin, 1},
                                                         {Op::cos, 1},   {Op::tan, 2}, {Op::expm1, 2}, {Op::erf, 2},
                                                         {Op::power, 1}, {Op::tanh, 3}};
  if (ricci::dsl::is_complex(type)) return op == Op::exp ? 3 : 0;
  if (type != DType::f32 && type != DType::f64) return 0;
  for (const auto& [own, ulps] : rows)
    if (own == op) return ulps;
  return 0;
}

}  // namespace

TEST_CASE("fused: functions of one number are the reference's in every instruction set") {
  const TileTable reference = by_reference();
  for (std::size_t type = 0; type < type_count; ++type)
    for (std::size_t op = 0; op < op_count; ++op) {
      if (reference.unary[op][type] == nullptr) continue;
      const auto own = static_cast<DType>(type);
      const DType result = result_of(static_cast<Op>(op), own);
      for (std::int64_t n : {1, 3, 8, 17, 511, 512}) {
        Tiles tiles(own, 7 * op + type + static_cast<std::size_t>(n));
        reference.unary[op][type](tiles.out, tiles.a, nullptr, nullptr, n);
        for (const TileTable* table : tables()) {
          INFO(ricci::dsl::op_rows[op].name << " " << ricci::dsl::name_of(own) << " " << table->name << " n=" << n);
          table->unary[op][type](tiles.again, tiles.a, nullptr, nullptr, n);
          CHECK(apart(tiles.out, tiles.again, result, n) <= allowed(static_cast<Op>(op), own));
        }
      }
    }
}

TEST_CASE("fused: functions of two numbers are the reference's, with uniform operands too") {
  const TileTable reference = by_reference();
  for (std::size_t type = 0; type < type_count; ++type)
    for (std::size_t op = 0; op < op_count; ++op)
      for (std::size_t uniform = 0; uniform < 3; ++uniform) {
        if (reference.binary[op][type][uniform] == nullptr) continue;
        const auto own = static_cast<DType>(type);
        for (std::int64_t n : {1, 9, 64, 512}) {
          Tiles tiles(own, 11 * op + type + uniform);
          reference.binary[op][type][uniform](tiles.out, tiles.a, tiles.b, nullptr, n);
          for (const TileTable* table : tables()) {
            INFO(ricci::dsl::op_rows[op].name << " " << ricci::dsl::name_of(own) << " " << table->name);
            table->binary[op][type][uniform](tiles.again, tiles.a, tiles.b, nullptr, n);
            CHECK(apart(tiles.out, tiles.again, result_of(static_cast<Op>(op), own), n) <=
                  allowed(static_cast<Op>(op), own));
          }
        }
      }
}

TEST_CASE("fused: own functions give the same bits in every instruction set and in every lane") {
  for (Op op :
       {Op::exp, Op::expm1, Op::log, Op::log1p, Op::sin, Op::cos, Op::tan, Op::tanh, Op::erf, Op::sqrt, Op::abs})
    for (DType type : {DType::f32, DType::f64, DType::c64, DType::c128}) {
      const auto at = static_cast<std::size_t>(op);
      const auto of = static_cast<std::size_t>(type);
      Tiles tiles(type, 5);
      const TileTable* first = tables().front();
      if (first->unary[at][of] == nullptr) continue;
      first->unary[at][of](tiles.out, tiles.a, nullptr, nullptr, tile_lanes);
      for (const TileTable* table : tables()) {
        for (std::int64_t n : {1, 5, 31, 512}) {
          table->unary[at][of](tiles.again, tiles.a, nullptr, nullptr, n);
          INFO(ricci::dsl::row(op).name << " " << ricci::dsl::name_of(type) << " " << table->name << " n=" << n);
          const auto bytes = static_cast<std::size_t>(n) * ricci::dsl::bytes_of(ricci::dsl::real_type(type));
          CHECK(std::memcmp(tiles.out, tiles.again, bytes) == 0);
        }
      }
    }
}

TEST_CASE("fused: exp of doubles stays within a unit of the last place over its whole range") {
  std::mt19937_64 random(3);
  alignas(64) double x[tile_lanes];
  alignas(64) double y[tile_lanes];
  double worst = 0;
  for (int round = 0; round < 2000; ++round) {
    for (double& each : x)
      each = static_cast<double>(static_cast<std::int64_t>(random() % 1500000000) - 750000000) / 1e6;
    tile_table().unary[static_cast<std::size_t>(Op::exp)][static_cast<std::size_t>(DType::f64)](y, x, nullptr, nullptr,
                                                                                                tile_lanes);
    for (std::int64_t l = 0; l < tile_lanes; ++l) {
      const long double exact = std::exp(static_cast<long double>(x[l]));
      if (exact < 2.3e-308L || exact > 1.7e308L) continue;
      const long double unit = std::ldexp(1.0L, std::ilogb(static_cast<double>(exact)) - 52);
      worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(y[l]) - exact) / unit));
    }
  }
  CHECK(worst < 0.95);
}

TEST_CASE("fused: logarithms of doubles stay within a unit of the last place over their whole range") {
  std::mt19937_64 random(4);
  alignas(64) double x[tile_lanes], y[tile_lanes], z[tile_lanes];
  const auto table = [](Op op) {
    return tile_table().unary[static_cast<std::size_t>(op)][static_cast<std::size_t>(DType::f64)];
  };
  double worst = 0;
  const auto measure = [&](double got, long double exact) {
    if (exact == 0 || !std::isfinite(exact)) return;
    const long double unit = std::ldexp(1.0L, std::max(std::ilogb(static_cast<double>(exact)), -1022) - 52);
    worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / unit));
  };
  for (int round = 0; round < 2000; ++round) {
    for (double& each : x) {  // every size, around 1, and small numbers, whose log1p is hard
      const double share = static_cast<double>(random() >> 11U) * 0x1p-53;
      const auto sort = random() % 4;
      each = sort == 0   ? std::ldexp(1 + share, static_cast<int>(random() % 2098) - 1074)
             : sort == 1 ? 0.7 + 0.8 * share
             : sort == 2 ? share - 0.5
                         : std::ldexp(share - 0.5, -static_cast<int>(random() % 60));
    }
    table(Op::log)(y, x, nullptr, nullptr, tile_lanes);
    table(Op::log1p)(z, x, nullptr, nullptr, tile_lanes);
    for (std::int64_t l = 0; l < tile_lanes; ++l) {
      if (x[l] > 0) measure(y[l], std::log(static_cast<long double>(x[l])));
      if (x[l] > -1) measure(z[l], std::log1p(static_cast<long double>(x[l])));
    }
  }
  CHECK(worst < 0.9);
}
