/// Every buffer of tensor data is taken and given back here: aligned, padded, counted, and refused over the limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace ricci::runtime {

/// What tensor buffers take of the machine, in bytes. One ledger for the process; all functions are thread-safe.
struct Memory {
  static std::int64_t in_use();
  static std::int64_t peak();
  static void reset_peak();     // the peak starts again from what is in use
  static std::int64_t limit();  // default: 80 % of what the machine has free when first asked
  static void set_limit(std::int64_t bytes);
};

/// Alignment of every buffer, and the readable bytes past its end (packaged BLAS kernels over-read).
inline constexpr std::size_t buffer_alignment = 64;
inline constexpr std::size_t buffer_padding = 64;

/// A buffer of `bytes` (uninitialised). Freed blocks are pooled and reused; a pool never counts as
/// in use. Throws ricci::error (code memory) when the limit would be passed: nothing has been allocated then.
std::shared_ptr<std::byte> take_buffer(std::int64_t bytes);

}  // namespace ricci::runtime
