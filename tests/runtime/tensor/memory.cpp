/// The ledger counts what was asked for, refuses before it takes, and its pool stays within bounds.
#include "runtime/tensor/memory.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "runtime/error.hpp"

using namespace ricci::runtime;

namespace {

/// Puts the limit back, whatever a test does.
struct LimitKept {
  std::int64_t before = Memory::limit();
  ~LimitKept() { Memory::set_limit(before); }
};

constexpr std::int64_t mebibyte = 1 << 20;

}  // namespace

TEST_CASE("tensor: buffers are aligned, padded and counted as asked for") {
  const std::int64_t before = Memory::in_use();
  for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{1}, std::int64_t{63}, std::int64_t{1000},
                                   mebibyte - 64, mebibyte, 3 * mebibyte + 7, 4 * mebibyte, 9 * mebibyte + 1}) {
    const auto buffer = take_buffer(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.get()) % buffer_alignment == 0);
    CHECK(Memory::in_use() == before + bytes);
    std::memset(buffer.get(), 1, static_cast<std::size_t>(bytes) + buffer_padding);
  }
  CHECK(Memory::in_use() == before);
}

TEST_CASE("tensor: the peak follows what is in use") {
  Memory::reset_peak();
  const std::int64_t before = Memory::peak();
  { const auto a = take_buffer(5000), b = take_buffer(2 * mebibyte); }
  CHECK(Memory::peak() == before + 5000 + 2 * mebibyte);
  Memory::reset_peak();
  CHECK(Memory::peak() == Memory::in_use());
}

TEST_CASE("tensor: a buffer over the limit is refused and nothing is counted") {
  const LimitKept kept;
  const auto held = take_buffer(mebibyte);
  const std::int64_t before = Memory::in_use();
  Memory::set_limit(before + 10 * mebibyte);
  Memory::reset_peak();
  try {
    take_buffer(10 * mebibyte + 1);
    FAIL("the buffer was given");
  } catch (const ricci::error& refused) {
    CHECK(refused.code() == "memory");
    CHECK(refused.message().find("10.00 MiB") != std::string::npos);
    CHECK(refused.message().find("11.00 MiB") != std::string::npos);
  }
  CHECK_THROWS_AS(take_buffer(INT64_MAX), ricci::error);
  CHECK_THROWS_AS(take_buffer(-1), ricci::error);
  CHECK(Memory::in_use() == before);
  CHECK(Memory::peak() == before);
  CHECK_NOTHROW(take_buffer(10 * mebibyte));
}

TEST_CASE("tensor: no address space is not a crash") {
  const LimitKept kept;
  Memory::set_limit(INT64_MAX);
  const std::int64_t before = Memory::in_use();
  CHECK_THROWS_AS(take_buffer(INT64_MAX - before), std::bad_alloc);
  CHECK_THROWS_AS(take_buffer(std::int64_t{1} << 60), std::bad_alloc);
  CHECK(Memory::in_use() == before);
}

TEST_CASE("tensor: freed blocks come back, and make way when they are in the way") {
  const LimitKept kept;
  Memory::set_limit(Memory::in_use() + 400 * mebibyte);
  const std::byte* first = take_buffer(40 * mebibyte).get();
  CHECK(take_buffer(40 * mebibyte - 1000).get() == first);  // the same size class
  // Everything that the limit allows can be had although the pool holds a block of it.
  const std::int64_t all = Memory::limit() - Memory::in_use();
  CHECK_NOTHROW(take_buffer(all));
  CHECK(Memory::in_use() + all == Memory::limit());
}

TEST_CASE("tensor: many threads take and give back") {
  const std::int64_t before = Memory::in_use();
  std::vector<std::thread> threads;
  for (int which = 0; which < 4; ++which)
    threads.emplace_back([which] {
      for (int round = 0; round < 400; ++round) {
        const std::int64_t bytes = (round % 3 == 0) ? mebibyte + round * 1000 + which : round * 13;
        const auto buffer = take_buffer(bytes);
        std::memset(buffer.get(), which, static_cast<std::size_t>(bytes % 4096));
      }
    });
  for (std::thread& each : threads) each.join();
  CHECK(Memory::in_use() == before);
}

TEST_CASE("tensor: small buffers of every size, given back by other threads and after their thread has ended") {
  const std::int64_t before = Memory::in_use();
  for (int round = 0; round < 3; ++round)
    for (std::int64_t bytes = 0; bytes < 140'000; bytes += bytes < 1'000 ? 1 : 331) {
      const auto a = take_buffer(bytes);
      const auto b = take_buffer(bytes);
      REQUIRE(a.get() != b.get());
      REQUIRE(reinterpret_cast<std::uintptr_t>(a.get()) % buffer_alignment == 0);
      std::memset(a.get(), round, static_cast<std::size_t>(bytes) + buffer_padding);
      std::memset(b.get(), round + 1, static_cast<std::size_t>(bytes) + buffer_padding);
      if (bytes > 0) REQUIRE(static_cast<int>(a.get()[bytes - 1]) == round);
    }
  std::vector<std::shared_ptr<std::byte>> held;
  std::thread([&] {
    for (int at = 0; at < 20; ++at) held.push_back(take_buffer(100 * at));
    thread_local std::shared_ptr<std::byte> last;  // goes when the thread's own blocks may be gone
    last = take_buffer(100);
    for (int at = 0; at < 20; ++at) take_buffer(100 * at);
  }).join();
  held.clear();
  CHECK(Memory::in_use() == before);
}
