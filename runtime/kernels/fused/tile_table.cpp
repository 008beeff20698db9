/// The table of tile functions for this machine. Every operation starts as a loop over the reference's own function of
/// numbers, so that what has no fast loop yet is right; the instruction sets then put theirs in place.
#include <complex>
#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/kernels/fused/tile_ops.hpp"
#include "runtime/kernels/reference/function_tables.hpp"

namespace ricci::runtime::fused {
namespace {

using dsl::DType;
using dsl::Op;

/// Element `l` of a tile, as the scalar the reference computes in; bools are bytes 0 and 1, complexes two planes.
template <class T>
T read(const void* tile, std::int64_t l) {
  if constexpr (reference::ComplexScalar<T>) {
    const auto* parts = static_cast<const reference::Part<T>*>(tile);
    return {parts[l], parts[l + tile_lanes]};
  } else if constexpr (std::same_as<T, bool>) {
    return static_cast<const std::uint8_t*>(tile)[l] != 0;
  } else {
    return static_cast<const T*>(tile)[l];
  }
}

template <class T>
void write(void* tile, std::int64_t l, T value) {
  if constexpr (reference::ComplexScalar<T>) {
    auto* parts = static_cast<reference::Part<T>*>(tile);
    parts[l] = value.real();
    parts[l + tile_lanes] = value.imag();
  } else if constexpr (std::same_as<T, bool>) {
    static_cast<std::uint8_t*>(tile)[l] = value;
  } else {
    static_cast<T*>(tile)[l] = value;
  }
}

template <class T, const auto& Functions, std::size_t At>
void unary_loop(void* dst, const void* a, const void*, const void*, std::int64_t n) {
  for (std::int64_t l = 0; l < n; ++l) write(dst, l, Functions.functions[At](read<T>(a, l)));
}

template <class T, const auto& Functions, std::size_t At, bool UA, bool UB>
void binary_loop(void* dst, const void* a, const void* b, const void*, std::int64_t n) {
  const T a0 = read<T>(a, 0);
  const T b0 = read<T>(b, 0);
  for (std::int64_t l = 0; l < n; ++l)
    write(dst, l, Functions.functions[At](UA ? a0 : read<T>(a, l), UB ? b0 : read<T>(b, l)));
}

template <class T>
constexpr std::size_t type_index() {
  for (std::size_t at = 0; at < type_count; ++at)
    if (reference::with_scalar<reference::Native>(static_cast<DType>(at),
                                                  [](auto zero) { return std::same_as<decltype(zero), T>; }))
      return at;
  return type_count;
}

template <class T, std::size_t At, const auto& Functions>
void place_unary(TileTable& table) {
  if constexpr (Functions.defined[At]) table.unary[At][type_index<T>()] = unary_loop<T, Functions, At>;
}

template <class T, std::size_t At, const auto& Functions>
void place_binary(TileTable& table) {
  if constexpr (Functions.defined[At]) {
    auto& row = table.binary[At][type_index<T>()];
    row[none_uniform] = binary_loop<T, Functions, At, false, false>;
    row[first_uniform] = binary_loop<T, Functions, At, true, false>;
    row[second_uniform] = binary_loop<T, Functions, At, false, true>;
  }
}

/// Integer functions that can fail look at the mask first: checked_function.
template <class T>
constexpr bool checked(std::size_t op) {
  const bool fails = op == static_cast<std::size_t>(Op::floor_divide) || op == static_cast<std::size_t>(Op::modulo) ||
                     op == static_cast<std::size_t>(Op::power);
  return reference::IntegerScalar<T> && fails;
}

template <class T, std::size_t... At>
void place_type(TileTable& table, std::index_sequence<At...>) {
  (place_unary<T, At, reference::unary_table<T>>(table), ...);
  (place_unary<T, At, reference::part_table<T>>(table), ...);
  (place_unary<T, At, reference::test_table<T>>(table), ...);
  (place_binary<T, At, reference::comparison_table<T>>(table), ...);
  (
      [&] {
        if constexpr (!checked<T>(At)) place_binary<T, At, reference::binary_table<T>>(table);
      }(),
      ...);
}

template <class T, T (*Function)(T, T)>
void checked_loop(void* dst, const void* a, const void* b, const std::uint8_t* mask, std::int64_t n) {
  for (std::int64_t l = 0; l < n; ++l)
    write(dst, l, mask == nullptr || mask[l] != 0 ? Function(read<T>(a, l), read<T>(b, l)) : T{0});
}

template <class T>
CheckedFunction checked_of(Op op) {
  if (op == Op::floor_divide) return checked_loop<T, reference::floor_divide<T>>;
  if (op == Op::modulo) return checked_loop<T, reference::modulo<T>>;
  return checked_loop<T, reference::power<T>>;
}

TileTable made(const char* name, void (*place)(TileTable&)) {
  TileTable table;
  place_reference_functions(table);
  place_tile_ops_baseline(table);
  place(table);
  table.name = name;
  return table;
}

bool runs_v3() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}
bool runs_v4() {
#if defined(__x86_64__)
  return runs_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

}  // namespace

void place_reference_functions(TileTable& table) {
  constexpr auto ops = std::make_index_sequence<op_count>();
  place_type<bool>(table, ops);
  place_type<std::int32_t>(table, ops);
  place_type<std::int64_t>(table, ops);
  place_type<float>(table, ops);
  place_type<double>(table, ops);
  place_type<std::complex<float>>(table, ops);
  place_type<std::complex<double>>(table, ops);
}

CheckedFunction checked_function(Op op, DType type) {
  return type == DType::i32 ? checked_of<std::int32_t>(op) : checked_of<std::int64_t>(op);
}

const TileTable* tile_table_named(const char* name) {
  const std::string_view wanted = name;
  static const TileTable baseline = made("baseline", place_tile_ops_baseline);
  if (wanted == "baseline") return &baseline;
#if defined(__x86_64__)
  if (wanted == "v3" && runs_v3()) {
    static const TileTable v3 = made("v3", place_tile_ops_v3);
    return &v3;
  }
  if (wanted == "v4" && runs_v4()) {
    static const TileTable v4 = made("v4", place_tile_ops_v4);
    return &v4;
  }
#endif
  return nullptr;
}

const TileTable& tile_table() {
  static const TileTable* const best = [] {
    for (const char* name : {"v4", "v3"})
      if (const TileTable* table = tile_table_named(name)) return table;
    return tile_table_named("baseline");
  }();
  return *best;
}

void exp_complex_one(double re, double im, double* out) {
  const std::complex<double> value = std::exp(std::complex<double>(re, im));
  out[0] = value.real();
  out[1] = value.imag();
}

}  // namespace ricci::runtime::fused
