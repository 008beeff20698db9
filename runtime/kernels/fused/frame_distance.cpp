/// Distances of rows in a frame. A block of the next rows is computed when the first of them is asked for; the steps
/// after it find theirs there, still in cache.
#include <algorithm>

#include "runtime/kernels/fused/frame.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime::fused {
namespace {

using distances::block_rows;
using distances::most_columns;
static_assert(most_columns >= tile_lanes);

std::shared_ptr<std::byte> room_for(std::size_t bytes) {
  return take_buffer(block_rows * most_columns * static_cast<std::int64_t>(bytes));
}

}  // namespace

void Frame::run_distance(const Instruction& instruction) {
  const Distance& own = program_.distances[static_cast<std::size_t>(instruction.info)];
  if (own.pairs) return run_pairs(instruction, own);
  Block& block = distance_blocks_[static_cast<std::size_t>(instruction.info)];
  const std::int64_t row = *as<std::int64_t>(instruction.a), column = value_of(own.column);
  const bool narrow = instruction.dtype == DType::f32;
  const bool held = block.column == column && block.lanes >= lanes_ && row >= block.row && row < block.row + block.rows;
  if (!held) fill_block(own, narrow, row, column, block);
  std::byte* const numbers = narrow ? block.narrow.get() : block.numbers.get();
  at_[instruction.dst] = numbers + (row - block.row) * most_columns * (narrow ? 4 : 8);
}

void Frame::fill_block(const Distance& own, bool narrow, std::int64_t row, std::int64_t column, Block& block) {
  const distances::Form& form = bound_.forms[own.form];
  if (block.numbers == nullptr) block.numbers = room_for(sizeof(double));
  if (narrow && block.narrow == nullptr) block.narrow = room_for(sizeof(float));
  const std::int64_t rows = form.rows_of(own.turned);
  const std::int64_t together = own.blocks ? std::min({block_rows, steps_ahead_, rows - row % rows}) : 1;
  auto* const numbers = reinterpret_cast<double*>(block.numbers.get());
  form.block(own.turned, row, together, column, lanes_, numbers, most_columns);
  block = {row, together, column, lanes_, block.numbers, block.narrow};
  if (!narrow) return;
  auto* const floats = reinterpret_cast<float*>(block.narrow.get());
  for (std::int64_t r = 0; r < together; ++r)
    for (std::int64_t l = 0; l < lanes_; ++l)
      floats[r * most_columns + l] = static_cast<float>(numbers[r * most_columns + l]);
}

void Frame::run_pairs(const Instruction& instruction, const Distance& own) {
  const distances::Form& form = bound_.forms[own.form];
  const auto* x = as<std::int64_t>(instruction.a);
  const auto* y = as<std::int64_t>(instruction.b);
  const std::int64_t n = width(instruction);
  for (std::int64_t l = 0; l < n; ++l) {
    const double value = form.pair(x[l], y[l]);
    if (instruction.dtype == DType::f32)
      as<float>(instruction.dst)[l] = static_cast<float>(value);
    else
      as<double>(instruction.dst)[l] = value;
  }
}

}  // namespace ricci::runtime::fused
