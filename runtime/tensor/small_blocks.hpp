/// Small freed blocks stay with the thread that freed them, a few of each size: a statement on ten numbers takes and
/// gives back half a dozen buffers, and aligned blocks are what malloc is slowest at.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ricci::runtime::small_blocks {

inline constexpr std::int64_t largest = std::int64_t{64} << 10;

/// The size of a block that holds `needed` bytes, up to the largest: four sizes to each power of two.
std::int64_t size_for(std::int64_t needed);
/// A block of such a size, as std::aligned_alloc gives it, or null.
std::byte* take(std::int64_t size);
/// Whether the block is kept. Any size; any thread, also one that is ending.
bool give(std::byte* block, std::int64_t size);

}  // namespace ricci::runtime::small_blocks
