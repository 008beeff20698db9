/// The lanes of a tile and the random words that belong to them. Counters are lined up for as many lanes as a chunk
/// takes, made into words in SIMD, and handed out so that lane l finds its own at place l.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "runtime/random/lanes.hpp"
#include "runtime/random/stream.hpp"

namespace ricci::runtime::random {

/// The coordinates of lanes 0, 1, 2 ...: in lane l coordinate c is base[c] + l*step[c]. A tile may have rows of
/// `row_lanes` lanes: then it is base[c] + (l % row_lanes)*step[c] + (l / row_lanes)*row_step[c].
struct TileCoordinates {
  std::span<const std::int64_t> base;
  std::span<const std::int64_t> step;
  std::int64_t row_lanes = 0;  // 0: all lanes are one row, and row_step is not read
  std::span<const std::int64_t> row_step = {};

  /// Coordinate c in lane l. Wraps around as 64-bit integers do.
  std::int64_t at(std::size_t c, std::int64_t lane) const;
  Spot spot(std::int64_t lane) const;
};

class TileWords {
 public:
  TileWords(const LaneKernels& kernels, Key key, const TileCoordinates& tile, Bits bits);

  /// Makes the words of lanes first .. first + n and returns n: at most `limit`, at most chunk_lanes, at least 1.
  std::int64_t make(std::int64_t first, std::int64_t limit);

  /// What was made last: one, two or four 32-bit words a lane, readable to padded(n) lanes.
  const std::uint32_t* words() const { return ready_; }

 private:
  static constexpr std::int64_t most_blocks = chunk_lanes + lane_padding;
  static constexpr std::int64_t slack = 4 * lane_padding;

  bool is_row_contiguous() const;
  void make_row(std::int64_t first, std::int64_t lanes);
  void make_rows(std::int64_t first, std::int64_t lanes);
  bool has_whole_rows() const;
  void make_whole_rows(std::int64_t first, std::int64_t lanes);
  void add_scattered(std::int64_t first, std::int64_t lanes, std::int64_t to);
  void make_scattered(std::int64_t first, std::int64_t lanes);
  void add_blocks(Spot spot, std::int64_t lanes);
  void run_blocks();
  void finish_blocks();
  std::int64_t units(std::int64_t lanes) const { return lanes * words_a_lane_; }

  const LaneKernels& kernels_;
  Key key_;
  TileCoordinates tile_;
  Bits bits_;
  std::int64_t words_a_lane_;  // in 32-bit words
  bool row_contiguous_;
  bool whole_rows_;
  std::int64_t block_count_ = 0;
  const std::uint32_t* ready_ = nullptr;
  alignas(64) std::array<std::uint64_t, most_blocks> numbers_;
  alignas(64) std::array<std::uint64_t, most_blocks> leading_;
  alignas(64) std::array<std::uint32_t, chunk_lanes> parts_;
  alignas(64) std::array<std::uint32_t, 4 * most_blocks + slack> words_;
  alignas(64) std::array<std::uint32_t, 4 * most_blocks + slack> lined_up_;
};

}  // namespace ricci::runtime::random
