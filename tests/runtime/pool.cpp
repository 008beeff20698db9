// One pool, any number of callers: every index exactly once, errors and interruptions come back, bits never depend on
// how many threads there are.
#include "runtime/pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/error.hpp"

namespace {
using namespace ricci::runtime;

struct ThreadCount {
  int before = threads();
  explicit ThreadCount(int count) { set_threads(count); }
  ~ThreadCount() { set_threads(before); }
};

std::string code_of(void (*act)()) {
  try {
    act();
  } catch (const ricci::error& error) {
    return error.code();
  }
  return "";
}
}  // namespace

TEST_CASE("runtime/pool: every index is visited exactly once") {
  for (const int count_of_threads : {1, 2, 5}) {
    const ThreadCount scope(count_of_threads);
    for (const std::int64_t count : {0, 1, 2, 7, 64, 1000})
      for (const std::int64_t grain : {0, 1, 3, 64, 5000}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
        parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t at = begin; at < end; ++at) ++seen[static_cast<std::size_t>(at)];
        });
        for (const auto& times : seen) REQUIRE(times == 1);
      }
  }
}

TEST_CASE("runtime/pool: a small job runs on the caller") {
  const auto caller = std::this_thread::get_id();
  parallel_for(10, 10, [&](std::int64_t, std::int64_t) { CHECK(std::this_thread::get_id() == caller); });
}

TEST_CASE("runtime/pool: chunks are cut by count and grain alone") {
  for (const int count_of_threads : {1, 3}) {
    const ThreadCount scope(count_of_threads);
    std::vector<std::int64_t> ends(4, 0);
    parallel_for(10, 3, [&](std::int64_t begin, std::int64_t end) { ends[static_cast<std::size_t>(begin / 3)] = end; });
    CHECK(ends == std::vector<std::int64_t>{3, 6, 9, 10});
  }
}

TEST_CASE("runtime/pool: nested and concurrent calls finish") {
  const ThreadCount scope(4);
  std::atomic<std::int64_t> total{0};
  const auto nested = [&] {
    for (int round = 0; round < 50; ++round)
      parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
        parallel_for(20, 2, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
      });
  };
  std::vector<std::thread> callers;
  for (int each = 0; each < 4; ++each) callers.emplace_back(nested);
  for (auto& caller : callers) caller.join();
  CHECK(total == 4 * 50 * 8 * 20);
}

TEST_CASE("runtime/pool: no index is lost between jobs that follow at once, or when workers just went to sleep") {
  for (const int count_of_threads : {2, 4}) {
    const ThreadCount scope(count_of_threads);
    std::atomic<std::int64_t> total{0};
    const auto rounds = [&] {
      for (int round = 0; round < 400; ++round) {
        parallel_for(3, 1, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
        // About as long as a worker looks for more to do.
        if (round % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 128));
      }
    };
    std::thread other(rounds);
    rounds();
    other.join();
    CHECK(total == 2 * 400 * 3);
  }
}

TEST_CASE("runtime/pool: the exception of the lowest chunk reaches the caller") {
  for (const int count_of_threads : {1, 4}) {
    const ThreadCount scope(count_of_threads);
    for (int round = 0; round < 100; ++round) {
      std::string message;
      try {
        parallel_for(100, 1, [](std::int64_t begin, std::int64_t) {
          if (begin >= 17) throw std::runtime_error(std::to_string(begin));
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      REQUIRE(message == "17");
    }
  }
  std::atomic<int> after{0};  // the pool still works
  parallel_for(10, 1, [&](std::int64_t, std::int64_t) { ++after; });
  CHECK(after == 10);
}

TEST_CASE("runtime/pool: interruption and deadline stop between chunks") {
  const ThreadCount scope(2);
  const auto job = [] {
    parallel_for(1000, 1, [](std::int64_t begin, std::int64_t) {
      if (begin == 20) request_interrupt();
    });
  };
  CHECK(code_of(job) == "interrupted");
  CHECK(interrupt_requested());
  clear_interrupt();
  CHECK(code_of([] { check_interrupt(); }).empty());
  set_deadline(Clock::now() - std::chrono::seconds(1));
  CHECK(code_of([] { check_interrupt(); }) == "limit");
  CHECK(code_of([] { parallel_for(2, 1, [](std::int64_t, std::int64_t) {}); }) == "limit");
  set_deadline(Clock::now() + std::chrono::hours(1));
  CHECK(code_of([] { check_interrupt(); }).empty());
  clear_deadline();
}

TEST_CASE("runtime/pool: the number of threads is clamped and kept") {
  const ThreadCount scope(0);
  CHECK(threads() == 1);
  set_threads(1000);
  CHECK(threads() == 64);
  set_threads(3);
  CHECK(threads() == 3);
}
