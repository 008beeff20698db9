#include "runtime/tensor/small_blocks.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "runtime/tensor/memory.hpp"

namespace ricci::runtime::small_blocks {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool enabled = false;  // so that whoever reads what was given back is caught
#else
constexpr bool enabled = true;
#endif

constexpr std::size_t kept = 4;  // of each size
constexpr std::size_t smallest_octave = std::bit_width(buffer_alignment) - 1;
constexpr std::size_t sizes = (std::bit_width(static_cast<std::uint64_t>(largest)) - smallest_octave) * 4;

struct Shelf {
  std::size_t count = 0;
  std::byte* blocks[kept] = {};
};
constinit thread_local Shelf shelves[sizes];
constinit thread_local bool thread_ended = false;

/// What outlives its thread's end is given back to malloc.
struct ThreadEnd {
  ~ThreadEnd() {
    thread_ended = true;
    for (Shelf& own : shelves)
      while (own.count > 0) std::free(own.blocks[--own.count]);
  }
};

Shelf& shelf_of(std::int64_t size) {
  const auto octave = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(size))) - 1;
  const auto quarter = static_cast<std::size_t>(size >> (octave - 2)) & 3U;
  return shelves[(octave - smallest_octave) * 4 + quarter];
}

}  // namespace

std::int64_t size_for(std::int64_t needed) {
  const auto quarter = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(needed))) / 4;
  const std::int64_t step = std::max(quarter, static_cast<std::int64_t>(buffer_alignment));
  return (needed + step - 1) / step * step;
}

std::byte* take(std::int64_t size) {
  if (!enabled || size > largest || thread_ended) return nullptr;
  Shelf& own = shelf_of(size);
  return own.count == 0 ? nullptr : own.blocks[--own.count];
}

bool give(std::byte* block, std::int64_t size) {
  if (!enabled || size > largest || thread_ended) return false;
  thread_local const ThreadEnd end;  // from the first block on
  Shelf& own = shelf_of(size);
  if (own.count == kept) return false;
  own.blocks[own.count++] = block;
  return true;
}

}  // namespace ricci::runtime::small_blocks
