/// The ledger of tensor memory and the pool of freed blocks behind take_buffer.
/// What is counted is what was asked for, so that a plan's predicted peak and the measured one agree to the byte;
/// rounding to a size class costs address space, not resident pages. A block's pages stay mapped while it is pooled:
/// fresh 4 KiB pages cost 0.4 ms/MiB to fault in, fresh huge pages 0.07, reused ones nothing.
#include "runtime/tensor/memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "runtime/error.hpp"
#include "runtime/grant.hpp"
#include "runtime/tensor/small_blocks.hpp"

namespace ricci::runtime {
namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t pooled_from = mebibyte / 8;  // from there on malloc maps, and pages are fresh each time
constexpr std::int64_t mapped_from = 4 * mebibyte;  // larger blocks are mapped by themselves, in huge pages
constexpr std::int64_t huge_page = 2 * mebibyte;
constexpr std::int64_t pool_share = 4;  // the pool keeps at most limit / pool_share bytes
constexpr std::size_t pool_slots = 256;

std::int64_t round_up(std::int64_t bytes, std::int64_t step) { return (bytes + step - 1) / step * step; }

/// Eight size classes to each power of two: at most 1/8 is rounded away, and nearly equal requests share a class.
std::int64_t block_size(std::int64_t bytes) {
  const std::int64_t needed = bytes + static_cast<std::int64_t>(buffer_padding);
  if (needed <= small_blocks::largest) return small_blocks::size_for(needed);
  if (needed < pooled_from) return round_up(needed, buffer_alignment);
  return round_up(needed, static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(needed))) / 8);
}

/// A mapping of `size` bytes that starts on a huge page's boundary, or null.
std::byte* map_block(std::int64_t size) {
  const auto length = static_cast<std::size_t>(size + huge_page);
  void* mapped = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(mapped);
  const auto past = reinterpret_cast<std::uintptr_t>(begin) % static_cast<std::uintptr_t>(huge_page);
  const std::size_t skipped = past == 0 ? 0 : static_cast<std::size_t>(huge_page) - past;
  if (skipped > 0) munmap(begin, skipped);
  if (const std::size_t tail = static_cast<std::size_t>(huge_page) - skipped; tail > 0)
    munmap(begin + skipped + size, tail);
#ifdef MADV_HUGEPAGE
  madvise(begin + skipped, static_cast<std::size_t>(size), MADV_HUGEPAGE);
#endif
  return begin + skipped;
}

std::byte* allocate_block(std::int64_t size) {
  if (size >= mapped_from) return map_block(size);
  return static_cast<std::byte*>(std::aligned_alloc(buffer_alignment, static_cast<std::size_t>(size)));
}

void release_block(std::byte* block, std::int64_t size) {
  if (size >= mapped_from)
    munmap(block, static_cast<std::size_t>(size));
  else
    std::free(block);
}

/// The number after `key` in a file of lines, or after nothing when the key is empty; -1 when there is none.
std::int64_t number_in(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  while (!key.empty() && file >> word)
    if (word == key) break;
  std::int64_t number = -1;
  return file >> number ? number : -1;
}

/// Bytes that the machine, and the container if there is one, can still give.
std::int64_t free_memory() {
  const std::int64_t kibibytes = number_in("/proc/meminfo", "MemAvailable:");
  std::int64_t free = kibibytes > 0 ? kibibytes * 1024 : 4096 * mebibyte;
  const std::int64_t allowed = number_in("/sys/fs/cgroup/memory.max", "");
  const std::int64_t taken = number_in("/sys/fs/cgroup/memory.current", "");
  if (allowed >= 0 && taken >= 0) free = std::min(free, std::max<std::int64_t>(allowed - taken, 0));
  return free;
}

/// 1234567890 -> "1.15 GiB".
std::string human(std::int64_t bytes) {
  constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1023.995 && unit + 1 < std::size(units); ++unit) amount /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.2f %s", amount, units[unit]);
  return text;
}

/// Freed blocks, oldest first. A fixed array: giving a block back must never allocate.
class Pool {
 public:
  /// A block of at least `size` bytes and at most a quarter more, or null; `size` becomes the block's own.
  std::byte* take(std::int64_t& size) {
    const std::lock_guard lock(mutex_);
    std::size_t best = count_;
    for (std::size_t at = 0; at < count_; ++at) {
      const bool fits = slots_[at].size >= size && slots_[at].size <= size + size / 4;
      if (fits && (best == count_ || slots_[at].size <= slots_[best].size)) best = at;
    }
    if (best == count_) return nullptr;
    const Slot taken = slots_[best];
    remove(best);
    size = taken.size;
    return taken.block;
  }

  void give(std::byte* block, std::int64_t size, std::int64_t room) {
    const std::lock_guard lock(mutex_);
    if (size > room) return release_block(block, size);
    shrink_locked(room - size);
    if (count_ == pool_slots) drop_oldest();
    slots_[count_++] = {block, size};
    bytes_ += size;
  }

  /// Gives the oldest blocks back to the system until at most `room` bytes are kept.
  void shrink(std::int64_t room) {
    if (bytes_.load() <= room) return;  // without the lock: small buffers are many
    const std::lock_guard lock(mutex_);
    shrink_locked(room);
  }

 private:
  struct Slot {
    std::byte* block;
    std::int64_t size;
  };

  void shrink_locked(std::int64_t room) {
    while (count_ > 0 && bytes_ > room) drop_oldest();
  }
  void drop_oldest() {
    const Slot oldest = slots_[0];
    remove(0);
    release_block(oldest.block, oldest.size);
  }
  void remove(std::size_t which) {
    bytes_ -= slots_[which].size;
    std::copy(slots_ + which + 1, slots_ + count_, slots_ + which);
    --count_;
  }

  std::mutex mutex_;
  Slot slots_[pool_slots] = {};
  std::size_t count_ = 0;
  std::atomic<std::int64_t> bytes_{0};
};

struct Ledger {
  std::atomic<std::int64_t> in_use{0};
  std::atomic<std::int64_t> peak{0};
  std::atomic<std::int64_t> limit{free_memory() / 5 * 4};
  Pool pool;

  /// Counts `bytes` as in use, or changes nothing and throws.
  void reserve(std::int64_t bytes) {
    std::int64_t before = in_use.load();
    do {
      const std::int64_t allowed = limit.load();
      if (bytes > allowed || before > allowed - bytes)
        fail(dsl::Fault::memory_limit, human(bytes), human(before), human(allowed));
    } while (!in_use.compare_exchange_weak(before, before + bytes));
    std::int64_t highest = peak.load();
    while (highest < before + bytes && !peak.compare_exchange_weak(highest, before + bytes)) {
    }
  }

  /// What the pool may keep: its share, and never more than is left under the limit.
  std::int64_t pool_room() const {
    const std::int64_t allowed = limit.load();
    return std::max<std::int64_t>(0, std::min(allowed / pool_share, allowed - in_use.load()));
  }
};

/// Never destroyed: values in other static objects may give their buffers back after main.
Ledger& ledger() {
  static Ledger* const only = new Ledger;
  return *only;
}

const GrantedMemory* limited_grant() {
  const Grant* grant = current_grant();
  return grant != nullptr && grant->memory != nullptr && grant->memory->limit > 0 ? grant->memory.get() : nullptr;
}

/// What is taken of a grant's memory, given back unless it is kept.
class Granted {
 public:
  explicit Granted(std::int64_t bytes) : bytes_(bytes) {
    if (const Grant* grant = current_grant(); grant != nullptr) of_ = grant->memory;
    if (of_ == nullptr) return;
    const std::int64_t before = of_->in_use.fetch_add(bytes);
    if (of_->limit <= 0 || bytes <= of_->limit - before) return;
    of_->in_use -= bytes;
    fail(dsl::Fault::memory_limit, human(bytes), human(before), human(of_->limit));
  }
  ~Granted() {
    if (of_ != nullptr) of_->in_use -= bytes_;
  }
  Granted(const Granted&) = delete;
  Granted& operator=(const Granted&) = delete;

  const GrantedMemory* of() const { return of_.get(); }
  std::shared_ptr<GrantedMemory> keep() { return std::exchange(of_, nullptr); }

 private:
  std::shared_ptr<GrantedMemory> of_;
  std::int64_t bytes_;
};

/// Gives a block back when the last reference to it goes.
struct GiveBack {
  std::int64_t wanted;
  std::int64_t size;
  std::shared_ptr<GrantedMemory> granted;
  void operator()(std::byte* block) const {
    ledger().in_use -= wanted;
    if (granted != nullptr) granted->in_use -= wanted;
    if (granted != nullptr && granted->source.give != nullptr) {
      granted->source.give(granted->source.host, block, static_cast<std::size_t>(size), buffer_alignment);
    } else if (size < pooled_from) {
      if (!small_blocks::give(block, size)) release_block(block, size);
    } else {
      ledger().pool.give(block, size, ledger().pool_room());
    }
  }
};

}  // namespace

std::int64_t Memory::in_use() { return ledger().in_use; }
std::int64_t Memory::peak() { return ledger().peak; }
void Memory::reset_peak() { ledger().peak = ledger().in_use.load(); }
std::int64_t Memory::limit() { return ledger().limit; }
std::int64_t memory_allowed() {
  const GrantedMemory* granted = limited_grant();
  return granted != nullptr && granted->limit - granted->in_use < Memory::limit() - Memory::in_use() ? granted->limit
                                                                                                     : Memory::limit();
}
std::int64_t memory_left() {
  const GrantedMemory* granted = limited_grant();
  const std::int64_t own = Memory::limit() - Memory::in_use();
  return granted != nullptr ? std::min(own, granted->limit - granted->in_use) : own;
}

void Memory::set_limit(std::int64_t bytes) {
  ledger().limit = std::max<std::int64_t>(bytes, 0);
  ledger().pool.shrink(ledger().pool_room());
}

std::shared_ptr<std::byte> take_buffer(std::int64_t bytes) {
  if (bytes < 0) fail(dsl::Fault::internal, "a buffer of negative size was asked for");
  Ledger& own = ledger();
  Granted granted(bytes);
  own.reserve(bytes);
  // A limit this high can only be nominal; no address space holds the block, and rounding it up would overflow.
  const bool addressable = bytes < std::numeric_limits<std::int64_t>::max() / 4;
  std::int64_t size = addressable ? block_size(bytes) : bytes;
  std::byte* block = nullptr;
  if (addressable && granted.of() != nullptr && granted.of()->source.take != nullptr) {
    const MemorySource& source = granted.of()->source;
    block = static_cast<std::byte*>(source.take(source.host, static_cast<std::size_t>(size), buffer_alignment));
  } else if (addressable) {
    block = size >= pooled_from ? own.pool.take(size) : small_blocks::take(size);
    own.pool.shrink(own.pool_room());
    if (block == nullptr) block = allocate_block(size);
    if (block == nullptr) {
      own.pool.shrink(0);
      block = allocate_block(size);
    }
  }
  if (block == nullptr) {
    own.in_use -= bytes;
    throw std::bad_alloc();
  }
  return {block, GiveBack{bytes, size, granted.keep()}};
}

}  // namespace ricci::runtime
