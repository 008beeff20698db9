/// The seven element types and their promotion (NumPy 2's table, restricted to these).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ricci::dsl {

/// Ordered so that within a kind a later type holds an earlier one.
enum class DType : std::uint8_t { boolean, i32, i64, f32, f64, c64, c128 };

struct DTypeRow {
  std::string_view name;   // as in programs
  std::string_view numpy;  // kind and size in a .npy header
  std::size_t bytes;
};

inline constexpr std::array<DTypeRow, 7> dtype_rows{{
    {"bool", "b1", 1},
    {"i32", "i4", 4},
    {"i64", "i8", 8},
    {"f32", "f4", 4},
    {"f64", "f8", 8},
    {"c64", "c8", 8},
    {"c128", "c16", 16},
}};

constexpr const DTypeRow& row(DType type) { return dtype_rows[static_cast<std::size_t>(type)]; }
constexpr std::string_view name_of(DType type) { return row(type).name; }
constexpr std::size_t bytes_of(DType type) { return row(type).bytes; }
constexpr bool is_integer(DType type) { return type == DType::i32 || type == DType::i64; }
constexpr bool is_floating(DType type) { return type == DType::f32 || type == DType::f64; }
constexpr bool is_complex(DType type) { return type == DType::c64 || type == DType::c128; }

constexpr std::optional<DType> dtype_named(std::string_view name) {
  for (std::size_t at = 0; at < dtype_rows.size(); ++at)
    if (dtype_rows[at].name == name) return static_cast<DType>(at);
  return std::nullopt;
}

/// The type that holds both, as NumPy 2 promotes arrays: i32 with f32 is f64, i64 with c64 is c128.
constexpr DType promote(DType a, DType b) {
  using enum DType;
  if (a == b) return a;
  if (b < a) return promote(b, a);
  if (a == boolean) return b;
  if (is_integer(a)) {
    if (is_integer(b)) return i64;
    return is_complex(b) ? c128 : f64;
  }
  if (a == f64 && b == c64) return c128;
  return b;
}

/// The real type of a complex one's parts; any other type is its own.
constexpr DType real_type(DType type) {
  if (type == DType::c64) return DType::f32;
  return type == DType::c128 ? DType::f64 : type;
}

/// The complex type whose parts hold `type`.
constexpr DType complex_type(DType type) { return type == DType::f32 || type == DType::c64 ? DType::c64 : DType::c128; }

/// The floating or complex type in which `type` is divided, rooted, exponentiated: integers and bools go to f64.
constexpr DType inexact_type(DType type) { return type < DType::f32 ? DType::f64 : type; }

}  // namespace ricci::dsl
