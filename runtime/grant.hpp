/// What a host allows whom: the threads, the time and the memory of some of the work in a process. A grant holds for
/// the thread that stands in its scope and for the pool's workers while they work for that thread; whatever else runs
/// in the process is not touched. Nothing here changes a result.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/pool.hpp"

namespace ricci::runtime {

/// Where buffers come from instead of the library's own memory. Both are called from any thread.
struct MemorySource {
  void* (*take)(void* host, std::size_t bytes, std::size_t alignment) = nullptr;  // null where there is none left
  void (*give)(void* host, void* block, std::size_t bytes, std::size_t alignment) = nullptr;
  void* host = nullptr;
};

/// The memory of one grant. It lives as long as the last buffer that was taken from it.
struct GrantedMemory {
  std::int64_t limit = 0;  // bytes; 0: what the process has
  MemorySource source;
  std::atomic<std::int64_t> in_use{0};
};

struct Grant {
  int threads = 0;  // at most, the caller included; 0: what the pool has
  Clock::time_point deadline = Clock::time_point::max();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // null: nobody can
  std::shared_ptr<GrantedMemory> memory;               // null: the process's
};

/// Of the thread that asks; null: there is none.
const Grant* current_grant() noexcept;

/// The limit of memory that leaves this thread least: its grant's or the process's, and what is left of it.
std::int64_t memory_allowed();
std::int64_t memory_left();

/// The grant of this thread as long as the scope lasts. Scopes nest; the innermost holds.
class GrantScope {
 public:
  explicit GrantScope(const Grant* grant) noexcept;
  ~GrantScope();
  GrantScope(const GrantScope&) = delete;
  GrantScope& operator=(const GrantScope&) = delete;

 private:
  const Grant* before_;
};

}  // namespace ricci::runtime
