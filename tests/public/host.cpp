// What a host allows: each limit stops what it is given to and nothing else, and changes no result.
#include <atomic>
#include <cstdlib>
#include <thread>

#include <catch2/catch.hpp>
#include <ricci/outcome.hpp>
#include <ricci/xtensor.hpp>

namespace {

using namespace ricci::literals;
using ricci::arg;
using Matrix = xt::xtensor<double, 2>;
using Vector = xt::xtensor<double, 1>;

std::string code_of(auto&& f) {
  const auto run = ricci::try_run([&] { f(); });
  return run ? "" : run.fault().code();
}

/// Some seconds of work that looks up often.
constexpr std::string_view long_work = "t = sum[i in 0:20000, j in 0:20000] sin(0.5*i*j)";

/// Memory that counts what it gives.
struct Counted {
  std::atomic<long> taken{0};
  std::atomic<long> given{0};
  ricci::memory_source source() {
    return {[](void* own, std::size_t bytes, std::size_t alignment) {
              ++static_cast<Counted*>(own)->taken;
              return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
            },
            [](void* own, void* block, std::size_t, std::size_t) {
              ++static_cast<Counted*>(own)->given;
              std::free(block);
            },
            this};
  }
};

}  // namespace

TEST_CASE("public: a cancelled session stops, others go on, and it goes on when it may") {
  ricci::cancellation stop;
  ricci::session mine({.host = {.cancel = stop}});
  ricci::session other;
  stop.cancel();
  CHECK(code_of([&] { mine.run("x = sum(ones(100)); x"); }) == "interrupted");
  CHECK(code_of([&] { other.run("x = sum(ones(100)); x"); }).empty());
  stop.clear();
  CHECK(mine.get("x").scalar<double>() == 100);
}

TEST_CASE("public: a call is cancelled from another thread while it runs") {
  ricci::cancellation stop;
  const auto work = ricci::compile(long_work);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stop.cancel();
  });
  CHECK(code_of([&] { work({}, {.host = {.cancel = stop}}); }) == "interrupted");
  later.join();
}

TEST_CASE("public: time limits hold for a call, a session and a scope") {
  const auto work = ricci::compile(long_work);
  CHECK(code_of([&] { work({}, {.host = {.seconds = 0.02}}); }) == "limit");
  ricci::session mine({.host = {.seconds = 0.02}});
  CHECK(code_of([&] {
          mine.run(long_work);
          mine.get("t");
        }) == "limit");
  const ricci::hosted scope(ricci::host{.seconds = 0.02});
  CHECK(code_of([&] { work(); }) == "limit");
}

TEST_CASE("public: a memory limit is the session's own") {
  ricci::session mine({.host = {.memory = 1 << 20}});
  ricci::session other;
  const std::string_view large = "x = ones(600, 600); y = inv(x + 600*eye(600))";
  CHECK(code_of([&] {
          mine.run(large);
          mine.get("y");
        }) == "memory");
  other.run(large);
  CHECK(code_of([&] { other.get("y"); }).empty());
  mine.run("z = inv(ones(20, 20) + 20*eye(20))");
  CHECK(code_of([&] { mine.get("z"); }).empty());
  const auto call = ricci::compile("inv(A)");
  const Matrix A = xt::eye<double>(400);
  CHECK(code_of([&] { call({{"A", A}}, {.host = {.memory = 1000}}); }) == "memory");
  CHECK(code_of([&] { call({{"A", A}}); }).empty());
}

TEST_CASE("public: a host's memory is taken and given back, by values that outlive the call too") {
  Counted memory;
  {
    const auto call = ricci::compile("exp(A) @ A");
    const Matrix A = xt::eye<double>(50);
    const ricci::value kept = call({{"A", A}}, {.host = {.source = memory.source()}});
    CHECK(memory.taken > memory.given);
    CHECK(kept.shape() == ricci::extents{50, 50});
    CHECK((Matrix(kept) == Matrix(call({{"A", A}}))));
  }
  CHECK(memory.taken == memory.given);
  const ricci::memory_source none{[](void*, std::size_t, std::size_t) -> void* { return nullptr; },
                                  [](void*, void*, std::size_t, std::size_t) {}, nullptr};
  const auto sum = ricci::compile("A + 1");
  const Matrix A = xt::ones<double>({3, 3});
  const auto refused = ricci::try_run([&] { return sum({{"A", A}}, {.host = {.source = none}}); });
  CHECK(!refused);
}

TEST_CASE("public: fewer threads give the same bits") {
  const Matrix A = xt::ones<double>({700, 300}) * 0.1 + xt::arange<double>(300);
  const auto work = ricci::compile("s[i] = sum[k] exp(-A[i,k]) * A[i,k]");
  const Vector all = work({{"A", A}});
  const Vector one = work({{"A", A}}, {.host = {.threads = 1}});
  CHECK((all == one));
  const int before = ricci::threads();
  {
    const ricci::hosted scope(ricci::host{.threads = 1});
    CHECK(ricci::threads() == 1);
  }
  CHECK(ricci::threads() == before);
}

TEST_CASE("public: literals and operators run under the scope that they stand in") {
  const Vector x = xt::ones<double>({1000000});
  ricci::cancellation stop;
  stop.cancel();
  const ricci::index<"i"> i;
  const ricci::hosted scope(ricci::host{.cancel = stop});
  CHECK(code_of([&] { Vector y = "y[i] = exp(x[i]) + 1"_ricci(arg<"x"> = x); }) == "interrupted");
  CHECK(code_of([&] { Vector y = (exp(ricci::ref(x)(i)) + 1)(i); }) == "interrupted");
}

TEST_CASE("public: warnings go to the host's log") {
  std::vector<std::string> heard;
  const ricci::host listening{.log = [&](const ricci::notice& one) { heard.push_back(one.text); }};
  const Matrix M{{1, 1}, {1, 1 + 1e-15}};
  const Vector b{1, 2};
  ricci::compile("x[j] = M[i,j] \\ b[i]")({{"M", M}, {"b", b}}, {.host = listening});
  CHECK(heard.size() == 1);
  ricci::session rc({.host = listening});
  rc.set("M", M);
  rc.set("b", b);
  rc.run("x[j] = M[i,j] \\ b[i]");
  rc.get("x");
  CHECK(heard.size() == 2);
  CHECK(rc.take_notices().empty());
}

TEST_CASE("public: calls under different hosts run at once") {
  const auto work = ricci::compile("s = sum[i in 0:n] exp(-0.001*i)");
  const double expected = work({{"n", 30000}});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int at = 0; at < 6; ++at)
    threads.emplace_back([&, at] {
      for (int round = 0; round < 20; ++round) {
        ricci::cancellation stop;
        if (at % 2 == 0) stop.cancel();
        const auto run = ricci::try_run([&] {
          return double(work({{"n", 30000}}, {.host = {.threads = 1 + at % 3, .memory = 1 << 24, .cancel = stop}}));
        });
        if (at % 2 == 0 ? bool(run) || run.fault().code() != "interrupted" : !run || *run != expected) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
