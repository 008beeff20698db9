/// The loops of random draws that run in SIMD lanes, once for each instruction set and chosen when the program starts.
/// All sets give the same bits. Counts are multiples of `lane_padding`: callers pad their buffers, not their results.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/random/stream.hpp"

namespace ricci::runtime::random {

inline constexpr std::int64_t chunk_lanes =
    512;  // the most lanes that one call takes: a chunk stays in the first cache
inline constexpr std::int64_t lane_padding = 16;

constexpr std::int64_t padded(std::int64_t lanes) { return (lanes + lane_padding - 1) / lane_padding * lane_padding; }

/// Draw `at` among words of which each draw takes two.
inline std::uint64_t wide_word(const std::uint32_t* words, std::int64_t at) {
  return std::uint64_t{words[2 * at + 1]} << 32 | words[2 * at];
}

/// Blocks in rows of 2^shift: block b has the number `number + b % 2^shift` and the leading coordinate
/// `leading + (b >> shift)*step`.
struct BlockRows {
  std::uint64_t number = 0, leading = 0, step = 0;
  unsigned shift = 0;
};

struct LaneKernels {
  std::string_view name;
  /// words[4*b ...]: the four words of the block with that number and leading coordinate.
  void (*blocks)(Key key, const std::uint64_t* numbers, const std::uint64_t* leading, std::int64_t count,
                 std::uint32_t* words);
  /// The same for blocks in rows.
  void (*row_blocks)(Key key, const BlockRows& rows, std::int64_t count, std::uint32_t* words);
  // A draw takes two words, as one of 64 bits, the first the lower half.
  void (*uniform)(const std::uint32_t* words, std::int64_t count, double* out);      // over [0, 1)
  void (*normal)(const std::uint32_t* words, std::int64_t count, double* out);       // mean 0, variance 1
  void (*exponential)(const std::uint32_t* words, std::int64_t count, double* out);  // mean 1
  /// values = min(shift + scale*values, top), lane by lane.
  void (*affine)(const double* shift, const double* scale, const double* top, std::int64_t count, double* values);
  // A draw takes one word.
  /// out = first + the number of steps that are <= word.
  void (*count_steps)(const std::uint32_t* words, std::int64_t count, std::span<const std::uint32_t> steps,
                      std::int64_t first, std::int64_t* out);
  /// out = 1 where word - low <= span, modulo 2^32, and `possible` is all ones; else 0.
  void (*within)(const std::uint32_t* words, std::int64_t count, const std::uint32_t* low, const std::uint32_t* span,
                 const std::uint32_t* possible, std::uint8_t* out);
  /// out = low + floor(word * numbers / 2^32).
  void (*scale_words)(const std::uint32_t* words, std::int64_t count, std::uint32_t numbers, std::int64_t low,
                      std::int64_t* out);
};

/// The best set that this machine runs.
const LaneKernels& lane_kernels();
/// All sets that this machine runs, the best last.
std::span<const LaneKernels* const> runnable_lane_kernels();

}  // namespace ricci::runtime::random
