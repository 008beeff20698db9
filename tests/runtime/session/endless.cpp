// Sessions that run for ever: constant memory under loops of statements, long chains without deep recursion, values
// dropped when their names move on, and kept values that make room under the memory limit.
#include <unistd.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "runtime/session/session.hpp"
#include "runtime/tensor/memory.hpp"

namespace {

using namespace ricci::runtime;

double scalar(Session& session, const std::string& name) {
  return *cast(std::get<Tensor>(session.get(name)), DType::f64).as<double>();
}

std::int64_t resident_bytes() {
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;

/// Restores the limit when a test is over, however it ends.
struct Limit {
  explicit Limit(std::int64_t bytes) : before(Memory::limit()) { Memory::set_limit(bytes); }
  ~Limit() { Memory::set_limit(before); }
  std::int64_t before;
};

}  // namespace

TEST_CASE("session: 100,000 statements run in constant memory") {
  Session rc;
  rc.run("s = 0\nx = [1.5, 2]");
  const auto round = [&](int count) {
    for (int at = 0; at < count; ++at) rc.run("x[i] = 0.5*x[i] + 1\ns = s + 1\nsum(x)\nt = [s, s]\nsum(t) > 0");
  };
  round(2'000);
  const std::int64_t before = resident_bytes();
  round(18'000);
  CHECK(resident_bytes() - before < 16 * mebibyte);
  CHECK(rc.graph().size() < 200'000);
  CHECK(scalar(rc, "s") == 20'000);
}

TEST_CASE("session: a chain of 100,000 redefinitions in one program") {
  std::string program = "x = 0\n";
  for (int at = 0; at < 100'000; ++at) program += at % 2 == 0 ? "x = x + 1; " : "x = x + 1\n";
  Session rc;
  rc.run(program);
  CHECK(scalar(rc, "x") == 100'000);
}

TEST_CASE("session: a lazy chain that cannot be computed says so when it is asked for") {
  Session rc;
  rc.run("x = 1 // ([1, 0][1])");
  for (int at = 0; at < 1000; ++at) rc.run("x = x + 1");
  CHECK_THROWS_AS(rc.get("x"), ricci::error);
  rc.run("y = 2");
  CHECK(scalar(rc, "y") == 2);
}

TEST_CASE("session: big values go when their names move on") {
  const std::int64_t before = Memory::in_use();
  Session rc;
  for (int at = 0; at < 50; ++at) {
    rc.run("big = arange(1_000_000) + " + std::to_string(at) + "\ns = sum(big)");
    rc.get(std::vector<std::string>{"big", "s"});
    CHECK(Memory::in_use() - before < 40 * mebibyte);
  }
  for (int at = 0; at < 50; ++at) {
    rc.set("X", Tensor::zeros(DType::f64, {1'000'000}));
    rc.run("arange(1_000_000) + X");
    CHECK(Memory::in_use() - before < 60 * mebibyte);
  }
}

TEST_CASE("session: kept values make room, the cheapest for their size first") {
  const Limit limit(Memory::in_use() + 36 * mebibyte);
  Session rc;
  rc.run("cheap = arange(1_000_000) + 1.0\nA = uniform(0, 1, shape=[400, 400])\ndear = A @ A @ A");
  rc.get("cheap");
  rc.get("dear");
  REQUIRE(rc.evaluated("cheap"));
  rc.run("n = sum(cheap)");
  rc.get("n");
  rc.run("bulk = arange(4_000_000) + 0.5");
  rc.get("bulk");  // 32 MB: does not fit beside cheap's 8
  CHECK_FALSE(rc.evaluated("cheap"));
  CHECK(rc.evaluated("dear"));
  rc.run("bulk = 0");
  CHECK(scalar(rc, "n") == 500000500000.0);
  rc.run("again = sum(cheap)");  // computed again from its definition
  CHECK(scalar(rc, "again") == 500000500000.0);
}

TEST_CASE("session: what cannot fit is refused before anything is taken") {
  const Limit limit(Memory::in_use() + 16 * mebibyte);
  Session rc;
  rc.run("small = arange(100)\nsmall");
  const std::int64_t before = Memory::in_use();
  Memory::reset_peak();
  rc.run("huge = zeros([4_000, 4_000]) + 1");
  try {
    rc.get("huge");
    FAIL("no error");
  } catch (const ricci::error& cause) {
    CHECK(cause.code() == "memory");
    CHECK(cause.where().line == 1);
  }
  CHECK(Memory::peak() - before < mebibyte);
  rc.run("t = small[3]");
  CHECK(scalar(rc, "t") == 3);
}
