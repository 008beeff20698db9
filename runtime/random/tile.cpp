#include "runtime/random/tile.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace ricci::runtime::random {

std::int64_t TileCoordinates::at(std::size_t c, std::int64_t lane) const {
  const auto word = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  if (row_lanes <= 0) return static_cast<std::int64_t>(word(base[c]) + word(lane) * word(step[c]));
  return static_cast<std::int64_t>(word(base[c]) + word(lane % row_lanes) * word(step[c]) +
                                   word(lane / row_lanes) * word(row_step[c]));
}

Spot TileCoordinates::spot(std::int64_t lane) const {
  if (base.empty()) return {};
  const std::size_t count = base.size() - 1;
  const std::int64_t last = at(count, lane);
  if (count == 0) return {0, last};
  if (count == 1) return {static_cast<std::uint64_t>(at(0, lane)), last};
  std::uint64_t hash = 0;
  for (std::size_t c = 0; c < count; ++c) hash = mix_coordinate(hash, static_cast<std::uint64_t>(at(c, lane)));
  return {hash, last};
}

TileWords::TileWords(const LaneKernels& kernels, Key key, const TileCoordinates& tile, Bits bits)
    : kernels_(kernels),
      key_(key),
      tile_(tile),
      bits_(bits),
      words_a_lane_(4 >> static_cast<int>(bits)),
      row_contiguous_(is_row_contiguous()),
      whole_rows_(row_contiguous_ && has_whole_rows()) {}

/// True when neighbours in a row are neighbours along the last coordinate.
bool TileWords::is_row_contiguous() const {
  if (tile_.step.empty() || tile_.step.back() != 1) return false;
  const std::span<const std::int64_t> others = tile_.step.first(tile_.step.size() - 1);
  return std::all_of(others.begin(), others.end(), [](std::int64_t step) { return step == 0; });
}

/// True when each row is the same blocks, all of them wanted, under a leading coordinate of its own.
bool TileWords::has_whole_rows() const {
  constexpr std::int64_t far = std::int64_t{1} << 60;  // from where numbers of blocks could wrap around
  if (tile_.row_lanes <= 0 || tile_.row_lanes > chunk_lanes || tile_.base.size() != 2) return false;
  const std::int64_t last = tile_.base[1], per_block = std::int64_t{1} << static_cast<int>(bits_);
  return tile_.row_step[1] == 0 && tile_.row_lanes % per_block == 0 && part_of(last, bits_) == 0 && last > -far &&
         last < far;
}

std::int64_t TileWords::make(std::int64_t first, std::int64_t limit) {
  const bool one_row = tile_.row_lanes <= 0;
  std::int64_t lanes = std::min(limit, chunk_lanes);
  block_count_ = 0;
  if (whole_rows_ && first % tile_.row_lanes == 0) {
    lanes = std::min(limit, chunk_lanes / tile_.row_lanes * tile_.row_lanes);
    make_whole_rows(first, lanes);
  } else if (row_contiguous_ && one_row) {
    // Stops short once, so that all further chunks begin with a block.
    const std::int64_t offset = part_of(tile_.at(tile_.base.size() - 1, first), bits_);
    lanes = std::min(limit, chunk_lanes - offset);
    make_row(first, lanes);
  } else if (row_contiguous_) {
    make_rows(first, lanes);
  } else {
    make_scattered(first, lanes);
  }
  return lanes;
}

/// Lines up the blocks of `lanes` neighbours from `spot` on.
void TileWords::add_blocks(Spot spot, std::int64_t lanes) {
  const std::int64_t begin = part_of(spot.last, bits_);
  const std::int64_t per_block = std::int64_t{1} << static_cast<int>(bits_);
  const std::int64_t blocks = (begin + lanes + per_block - 1) / per_block;
  const auto number = static_cast<std::uint64_t>(block_of(spot.last, bits_));
  // A row that runs past the largest coordinate goes on at the smallest, whose block follows in this many bits.
  const std::uint64_t mask = ~std::uint64_t{0} >> static_cast<int>(bits_);
  const std::uint64_t sign = (mask >> 1) + 1;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::uint64_t wrapped = (number + static_cast<std::uint64_t>(block)) & mask;
    const auto at = static_cast<std::size_t>(block_count_ + block);
    numbers_[at] = (wrapped ^ sign) - sign;
    leading_[at] = spot.leading;
  }
  block_count_ += blocks;
}

/// Words for all blocks that are lined up; what lies behind them is zero or words of nobody, never uninitialised.
void TileWords::run_blocks() {
  const std::int64_t count = padded(block_count_);
  for (std::int64_t at = block_count_; at < count; ++at) {
    numbers_[static_cast<std::size_t>(at)] = 0;
    leading_[static_cast<std::size_t>(at)] = 0;
  }
  kernels_.blocks(key_, numbers_.data(), leading_.data(), count, words_.data());
  finish_blocks();
}

void TileWords::finish_blocks() {
  std::memset(words_.data() + 4 * padded(block_count_), 0, sizeof(std::uint32_t) * slack);
  ready_ = words_.data();
}

void TileWords::make_row(std::int64_t first, std::int64_t lanes) {
  const Spot spot = tile_.spot(first);
  add_blocks(spot, lanes);
  run_blocks();
  ready_ = words_.data() + units(part_of(spot.last, bits_));
}

void TileWords::make_whole_rows(std::int64_t first, std::int64_t lanes) {
  const auto number = static_cast<std::uint64_t>(block_of(tile_.base[1], bits_));
  const auto per_row = static_cast<std::size_t>(tile_.row_lanes >> static_cast<int>(bits_));
  const auto row_step = static_cast<std::uint64_t>(tile_.row_step[0]);
  auto leading = static_cast<std::uint64_t>(tile_.at(0, first));
  const auto rows = static_cast<std::size_t>((lanes + tile_.row_lanes - 1) / tile_.row_lanes);
  block_count_ = static_cast<std::int64_t>(rows * per_row);
  if ((per_row & (per_row - 1)) == 0) {
    const auto shift = static_cast<unsigned>(std::countr_zero(per_row));
    kernels_.row_blocks(key_, {number, leading, row_step, shift}, padded(block_count_), words_.data());
    return finish_blocks();
  }
  for (std::size_t row = 0, at = 0; row < rows; ++row, leading += row_step)
    for (std::size_t block = 0; block < per_row; ++block, ++at) {
      numbers_[at] = number + block;
      leading_[at] = leading;
    }
  run_blocks();
}

void TileWords::make_rows(std::int64_t first, std::int64_t lanes) {
  struct Piece {
    std::int64_t from;  // in 32-bit words
    std::int64_t lanes;
  };
  std::array<Piece, chunk_lanes> pieces;
  pieces[0] = {};
  std::size_t piece_count = 0;
  for (std::int64_t lane = 0; lane < lanes;) {
    const std::int64_t in_row = (first + lane) % tile_.row_lanes;
    const std::int64_t count = std::min(lanes - lane, tile_.row_lanes - in_row);
    const Spot spot = tile_.spot(first + lane);
    pieces[piece_count++] = {4 * block_count_ + units(part_of(spot.last, bits_)), count};
    add_blocks(spot, count);
    lane += count;
  }
  run_blocks();
  bool in_place = pieces[0].from == 0;
  for (std::size_t at = 1; at < piece_count; ++at)
    in_place = in_place && pieces[at].from == pieces[at - 1].from + units(pieces[at - 1].lanes);
  if (in_place) return;
  std::uint32_t* to = lined_up_.data();
  for (std::size_t at = 0; at < piece_count; ++at) {
    const std::int64_t words = units(pieces[at].lanes);
    std::memcpy(to, words_.data() + pieces[at].from, static_cast<std::size_t>(words) * sizeof(std::uint32_t));
    to += words;
  }
  std::memset(to, 0, sizeof(std::uint32_t) * slack);
  ready_ = lined_up_.data();
}

/// A block of its own for each of `lanes` neighbours in one row, beginning with lane `first`, which is number `to` of
/// the chunk.
void TileWords::add_scattered(std::int64_t first, std::int64_t lanes, std::int64_t to) {
  std::uint64_t* leading = leading_.data() + to;
  std::fill_n(leading, lanes, 0);
  if (tile_.base.empty()) {
    std::fill_n(numbers_.data() + to, lanes, 0);
    std::fill_n(parts_.data() + to, lanes, 0);
    return;
  }
  const std::size_t last = tile_.base.size() - 1;
  for (std::size_t c = 0; c < last; ++c) {
    auto coordinate = static_cast<std::uint64_t>(tile_.at(c, first));
    const auto step = static_cast<std::uint64_t>(tile_.step[c]);
    for (std::int64_t lane = 0; lane < lanes; ++lane, coordinate += step)
      leading[lane] = last == 1 ? coordinate : mix_coordinate(leading[lane], coordinate);
  }
  auto coordinate = static_cast<std::uint64_t>(tile_.at(last, first));
  const auto step = static_cast<std::uint64_t>(tile_.step[last]);
  for (std::int64_t lane = to; lane < to + lanes; ++lane, coordinate += step) {
    const auto at = static_cast<std::size_t>(lane);
    numbers_[at] = static_cast<std::uint64_t>(block_of(static_cast<std::int64_t>(coordinate), bits_));
    parts_[at] = part_of(static_cast<std::int64_t>(coordinate), bits_);
  }
}

void TileWords::make_scattered(std::int64_t first, std::int64_t lanes) {
  const std::int64_t row = tile_.row_lanes <= 0 ? first + lanes : tile_.row_lanes;
  for (std::int64_t lane = 0; lane < lanes;) {
    const std::int64_t count = std::min(lanes - lane, row - (first + lane) % row);
    add_scattered(first + lane, count, lane);
    lane += count;
  }
  block_count_ = lanes;
  run_blocks();
  if (bits_ == Bits::whole_block) return;
  const std::size_t bytes = static_cast<std::size_t>(words_a_lane_) * sizeof(std::uint32_t);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    const std::uint32_t* from = words_.data() + 4 * lane + units(parts_[static_cast<std::size_t>(lane)]);
    std::uint32_t* to = lined_up_.data() + units(lane);
    bytes == sizeof(std::uint32_t) ? std::memcpy(to, from, sizeof(std::uint32_t))
                                   : std::memcpy(to, from, sizeof(std::uint64_t));
  }
  std::memset(lined_up_.data() + units(lanes), 0, sizeof(std::uint32_t) * slack);
  ready_ = lined_up_.data();
}

}  // namespace ricci::runtime::random
