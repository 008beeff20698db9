// What plans hold: a chain of definitions needs two buffers however long it is, by the plan and as measured; and plans
// that are kept serve any number of threads and any memory limit, with the same bits.
#include <catch2/catch.hpp>

#include "runtime/pool.hpp"
#include "runtime/session/session.hpp"
#include "runtime/tensor/memory.hpp"

namespace {
using namespace ricci::runtime;
using ricci::dsl::DType;

Tensor counted(std::int64_t count) {
  Tensor out = Tensor::empty(DType::f64, {count});
  for (std::int64_t at = 0; at < count; ++at) out.as<double>()[at] = static_cast<double>(at % 17) / 16;
  return out;
}

std::vector<double> elements(const Value& value) {
  const Tensor flat = contiguous_copy_if_needed(std::get<Tensor>(value));
  return {flat.as<double>(), flat.as<double>() + flat.count()};
}

/// Each from the one before; kept apart, they are ten steps.
std::string chain(int length) {
  std::string out = "a0[i] = x[i] + 1\n";
  for (int at = 1; at < length; ++at) {
    const std::string own = "a" + std::to_string(at), before = "a" + std::to_string(at - 1);
    out += own + "[i] = 0.5*" + before + "[i] + " + before + "[i]*x[i]\n";
  }
  return out;
}

}  // namespace

TEST_CASE("execute: a chain of ten definitions holds two buffers at once") {
  constexpr std::int64_t count = 1 << 17, bytes = 8 * count;
  for (const int length : {2, 10, 30}) {
    Session rc;
    rc.options().passes_off = {"inline_definitions", "inline_leftovers"};
    rc.set("x", counted(count));
    const std::string last = "a" + std::to_string(length - 1);
    const Plan plan = rc.plan({chain(length)}, {last});
    CHECK(plan.steps.size() == static_cast<std::size_t>(length));
    CHECK(plan.peak_bytes == 2 * bytes);
    const std::int64_t before = Memory::in_use();
    const Outcome outcome = rc.run_planned(plan);
    CHECK(Memory::peak() - before <= 2 * bytes + bytes / 8);
    CHECK(Memory::peak() - before >= 2 * bytes);
    CHECK(Memory::in_use() - before <= bytes + bytes / 8);
  }
}

TEST_CASE("execute: definitions that are all inlined hold one buffer") {
  constexpr std::int64_t count = 1 << 17;
  Session rc;
  rc.set("x", counted(count));
  CHECK(rc.plan({chain(10)}, {"a9"}).peak_bytes == 8 * count);
}

TEST_CASE("execute: kept plans serve any number of threads and any memory limit") {
  const int threads_before = threads();
  const std::int64_t limit_before = Memory::limit();
  Session rc;
  std::vector<double> first;
  int turn = 0;
  std::size_t planned = 0;
  for (const int own : {1, 2, 1, 2})
    for (const std::int64_t limit : {limit_before, std::int64_t{64} << 20}) {
      set_threads(own);
      Memory::set_limit(limit);
      rc.set("x", counted(5000));
      rc.run("K[i,j] = exp(-abs(x[i]-x[j]))\ny[i] = K[i,j]*x[j]\ns = sum[i] y[i]*x[i]");
      const std::vector<double> found = elements(rc.get("y"));
      if (turn++ == 0) first = found;
      CHECK(found == first);
      rc.get("s");
      if (turn == 2) planned = rc.times_planned();  // in the second, x comes from where it always will
    }
  set_threads(threads_before);
  Memory::set_limit(limit_before);
  CHECK(turn == 8);
  CHECK(rc.times_planned() == planned);
}
