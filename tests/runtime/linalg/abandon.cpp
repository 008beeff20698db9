// Calls that nothing can stop can be left: what they touch stays until they end, and nothing else waits for them.
#include "runtime/linalg/abandon.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "matrices.hpp"
#include "runtime/error.hpp"
#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/tensor/memory.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;

namespace {

template <typename F>
std::string code_of(F f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return {};
}

/// A call that goes on until it is allowed to end.
struct Gate {
  std::shared_ptr<std::atomic<bool>> open = std::make_shared<std::atomic<bool>>(false);
  std::function<int()> call() const {
    return [open = open, memory = Buffer<double>(1000)] {
      while (!*open) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return static_cast<int>(memory[0] = 7);
    };
  }
};

void wait_until_none_is_left() {
  while (abandoned_calls() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// What is interrupted has the flag to itself.
struct Interrupted {
  Interrupted() { request_interrupt(); }
  ~Interrupted() { clear_interrupt(); }
};

}  // namespace

TEST_CASE("runtime/linalg: a call that is waited for gives its result, or throws what it throws") {
  CHECK(run_abandonable([] { return 3; }) == 3);
  CHECK(code_of([] { run_abandonable([]() -> int { ricci::fail(ricci::dsl::Fault::time_limit); }); }) == "limit");
  CHECK(abandoned_calls() == 0);
}

TEST_CASE("runtime/linalg: an interrupted call is left behind, and keeps its memory until it ends") {
  wait_until_none_is_left();
  const std::int64_t before = Memory::in_use();
  const Gate gate;
  {
    const Interrupted now;
    CHECK(code_of([&] { run_abandonable(gate.call()); }) == "interrupted");
  }
  CHECK(abandoned_calls() == 1);
  CHECK(Memory::in_use() > before);
  CHECK(run_abandonable([] { return 5; }) == 5);  // nobody waits for it
  set_deadline(Clock::now());
  CHECK(code_of([&] { run_abandonable(gate.call()); }) == "limit");
  clear_deadline();
  *gate.open = true;
  wait_until_none_is_left();
  CHECK(Memory::in_use() == before);
}

TEST_CASE("runtime/linalg: with several calls left behind the next one waits, and can be interrupted too") {
  wait_until_none_is_left();
  const Gate gate;
  std::atomic<int> begun{0};
  {
    const Interrupted now;
    while (code_of([&] { run_abandonable(gate.call()); }) == "interrupted" && abandoned_calls() < 3) {
    }
    CHECK(code_of([&] { run_abandonable([&] { return ++begun; }); }) == "interrupted");
  }
  CHECK(begun == 0);
  std::thread later([&] { *gate.open = true; });
  CHECK(run_abandonable([&] { return ++begun; }) == 1);
  later.join();
  wait_until_none_is_left();
}

TEST_CASE("runtime/linalg: large matrices, whose calls can be left, are decomposed as small ones are") {
  constexpr std::int64_t n = 380;  // n^3 is just large enough
  Random random(71);
  const Tensor a = random.tensor<double>({n, n});
  const auto at = [](const Tensor& of, std::int64_t row, std::int64_t col) { return of.as<double>()[row * n + col]; };
  const auto row_times_column = [&](const Tensor& left, std::int64_t row, const Tensor& right, std::int64_t col) {
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += at(left, row, k) * at(right, k, col);
    return sum;
  };
  const Svd parts = svd(a);
  const Tensor v = copy(linalg_tests::transposed(parts.Vh));
  const Qr factors = qr(a);
  const Tensor twice = copy(a);
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = 0; col < n; ++col) twice.as<double>()[row * n + col] = at(a, row, col) + at(a, col, row);
  const Eigh spectrum = eigh(twice);
  for (const std::int64_t k : {std::int64_t{0}, n / 2, n - 1})
    for (std::int64_t row = 0; row < n; row += 7) {
      CHECK(std::abs(row_times_column(a, row, v, k) - parts.s.as<double>()[k] * at(parts.U, row, k)) < 1e-10);
      CHECK(std::abs(row_times_column(factors.Q, row, factors.R, k) - at(a, row, k)) < 1e-11);
      CHECK(std::abs(row_times_column(twice, row, spectrum.V, k) -
                     spectrum.w.as<double>()[k] * at(spectrum.V, row, k)) < 1e-10);
    }
}

TEST_CASE("runtime/linalg: decompositions of a large matrix can be interrupted, and work again at once") {
  Random random(72);
  const Tensor a = random.tensor<double>({1200, 1200}), small = random.tensor<double>({6, 6});
  const Tensor expected = singular_values(small);
  const std::int64_t before = Memory::in_use();
  for (const auto& work :
       {+[](const Tensor& of) { svd(of); }, +[](const Tensor& of) { eigh(of); }, +[](const Tensor& of) { qr(of); }}) {
    std::thread person([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
      request_interrupt();
    });
    CHECK(code_of([&] { work(a); }) == "interrupted");
    person.join();
    clear_interrupt();
    CHECK(same_bits(singular_values(small), expected));
  }
  wait_until_none_is_left();
  CHECK(Memory::in_use() == before);
}
