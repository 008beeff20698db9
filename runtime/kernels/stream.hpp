/// When results are written past the caches (stream.inc), and how that ends. Never a question of bits.
#pragma once

#include <atomic>
#include <cstdint>

namespace ricci::runtime {

/// Results of so many bytes do not stay in the caches whoever reads them next; writing them without reading the old
/// contents first saves a third to a half of the traffic.
inline constexpr std::int64_t streamed_from = 32'000'000;

/// Streamed bytes are seen by whoever is told of them after this.
inline void stream_fence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

}  // namespace ricci::runtime
