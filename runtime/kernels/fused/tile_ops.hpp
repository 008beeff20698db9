/// The inner loops of fused kernels: functions over tiles of up to 512 lanes, in tables by operation and type. They are
/// compiled once for each instruction set, from one text (tile_ops.inc), and chosen when the program starts; all sets
/// give the same bits. A complex tile holds its real parts first and its imaginary parts `tile_lanes` further on, so
/// that complex loops are loops over reals; a uniform operand is element 0 of such planes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dsl/graph/dtype.hpp"
#include "dsl/graph/op.hpp"

namespace ricci::runtime::fused {

inline constexpr std::int64_t tile_lanes = 512;
inline constexpr std::size_t op_count = dsl::op_rows.size();
inline constexpr std::size_t type_count = dsl::dtype_rows.size();

/// Reads a, b, c and writes dst in lanes 0..n-1; operands may be dst itself. What a null operand is depends on the op.
using TileFunction = void (*)(void* dst, const void* a, const void* b, const void* c, std::int64_t n);

/// Which operands of a function of two are uniform.
enum Uniform : std::size_t { none_uniform = 0, first_uniform = 1, second_uniform = 2 };

/// The offset in an offset tile that stands for a zero instead of an element.
inline constexpr std::int64_t no_element = INT64_MIN;

/// One function of two numbers of a chain: of what is there and `with`, or the other way round.
struct Link {
  enum class How : std::uint8_t { add, subtract, subtract_from, multiply, divide, divide_into };
  How how = How::add;
  bool uniform = false;
  const void* with = nullptr;
};

struct TileTable {
  const char* name = "";
  TileFunction unary[op_count][type_count] = {};      // by the operand's type
  TileFunction binary[op_count][type_count][3] = {};  // by the operands' type, and Uniform
  TileFunction cast[type_count][type_count] = {};     // from, to
  TileFunction fill[type_count] = {};                 // dst = the uniform a
  TileFunction copy[type_count] = {};
  TileFunction blend[type_count] = {};                     // dst = mask a ? b : 0
  TileFunction select[type_count] = {};                    // dst = mask a ? b : c
  TileFunction multiply_add[type_count][3] = {};           // dst = a*b + c, two roundings
  TileFunction square_difference_add[type_count][3] = {};  // dst = (a-b)^2 + c, three roundings
  /// The whole loop of such a sum: sum += a*b or (a-b)^2 over `count` steps, the sum in registers all the while. Steps
  /// in elements from iteration to iteration. Of floats alone; [0] products, [1] squares of differences.
  using Contraction = void (*)(void* sum, const void* a, std::int64_t step_a, const void* b, std::int64_t step_b,
                               std::int64_t count, std::int64_t n);
  Contraction contract[2][type_count][3] = {};
  /// dst = first and what the links do to it, one after the other, in registers. Of floats alone.
  void (*chain[type_count])(void* dst, const void* first, const Link* links, std::int64_t count, std::int64_t n) = {};
  TileFunction best[2][type_count] = {};  // argmin, argmax: dst, a: value and position kept; b, c: offered
  TileFunction count_lanes = nullptr;     // dst (i64, by lane) += a
  TileFunction count_all = nullptr;       // dst[0] (i64) += how many of a hold
  int (*test)(const void* mask, std::int64_t n) = nullptr;  // 0: none holds, 1: some, 2: all
  void (*iota)(std::int64_t* dst, std::int64_t start, std::int64_t step, std::int64_t n) = nullptr;
  /// Strides and offsets in elements.
  void (*load[type_count])(void* dst, const void* from, std::int64_t stride, std::int64_t n) = {};
  void (*store[type_count])(void* to, std::int64_t stride, const void* a, std::int64_t n) = {};
  void (*stream[type_count])(void* to, const void* a, std::int64_t n) = {};  // stride 1, past the caches
  void (*gather[type_count])(void* dst, const void* from, const std::int64_t* offsets, std::int64_t n) = {};
};

/// The best table for this machine.
const TileTable& tile_table();
/// A table by name (baseline, v3, v4), or null where this machine cannot run it.
const TileTable* tile_table_named(const char* name);

// Filled in turn: what the reference defines, number by number; then what has a loop of its own.
void place_reference_functions(TileTable& table);
void place_tile_ops_baseline(TileTable& table);
void place_tile_ops_v3(TileTable& table);
void place_tile_ops_v4(TileTable& table);

/// exp of a complex number that has an infinite part or a NaN.
void exp_complex_one(double re, double im, double* out);

/// Functions of two integers that fail (division by zero, negative powers): raise it if an active lane has one.
/// `mask` null: all lanes are active; inactive lanes get 0.
using CheckedFunction = void (*)(void* dst, const void* a, const void* b, const std::uint8_t* mask, std::int64_t n);
CheckedFunction checked_function(dsl::Op op, dsl::DType type);

}  // namespace ricci::runtime::fused
