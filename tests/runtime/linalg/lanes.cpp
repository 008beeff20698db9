/// Systems across lanes: every instruction set gives the same bits, and names the lanes that it could not do.
#include "runtime/linalg/lanes.hpp"

#include <array>
#include <tuple>

#include "tests/runtime/linalg/matrices.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

/// What a job of random systems leaves: solutions, doubtful lanes, the least condition.
template <typename T>
struct Solved {
  Tensor a, b, x;
  std::vector<std::uint32_t> doubtful;
  LaneLeast least;
};

template <typename T>
Solved<T> solve_with(const LaneKernels<T>& kernels, const Tensor& a, const Tensor& b) {
  const std::int64_t count = a.shape[0], n = a.shape[1], r = b.shape[2];
  Solved<T> out{a, b, Tensor::empty(dtype_of<T>(), {count, n, r}), {}, {}};
  const std::vector<Real<T>> probe(static_cast<std::size_t>(n), Real<T>(0.75));
  out.doubtful.resize(static_cast<std::size_t>(count / lane_count<T>));
  const Buffer<T> work(lane_workspace<T>(n, r));
  LaneJob<T> job;
  job.n = static_cast<int>(n), job.r = static_cast<int>(r), job.packs = count / lane_count<T>;
  job.matrices = a.as<T>(), job.b = b.as<T>(), job.x = out.x.template as<T>(), job.probe = probe.data();
  job.low = Real<T>(1e-9), job.high = Real<T>(1e9), job.doubt = Real<T>(1e-7);
  job.workspace = work.data(), job.doubtful = out.doubtful.data();
  out.least = kernels.solve(job);
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: lanes of every instruction set give the same bits", "", float, double,
                   complex<float>, complex<double>) {
  using T = TestType;
  const unsigned seed = 81;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33})
    for (const std::int64_t r : {1, 3}) {
      INFO("n " << n << " r " << r);
      const Tensor a = random.tensor<T>({2 * lane_count<T>, n, n}), b = random.tensor<T>({2 * lane_count<T>, n, r});
      const Solved<T> best = solve_with<T>(*lane_kernels_of_set<T>(0), a, b);
      for (int set = 1; lane_kernels_of_set<T>(set) != nullptr; ++set) {
        const Solved<T> other = solve_with<T>(*lane_kernels_of_set<T>(set), a, b);
        CHECK(same_bits(other.x, best.x));
        CHECK(other.doubtful == best.doubtful);
        CHECK(other.least.rcond == best.least.rcond);
        CHECK(other.least.entry == best.least.entry);
      }
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: lanes that were not solved are named, the others are as without them", "", float,
                   double, complex<float>, complex<double>) {
  using T = TestType;
  Random random(82);
  for (const std::int64_t n : {2, 3, 6, 11}) {
    INFO("n " << n);
    const Tensor a = random.tensor<T>({lane_count<T>, n, n}), b = random.tensor<T>({lane_count<T>, n, 1});
    for (std::int64_t at = 0; at < a.count(); at += n + 1) a.as<T>()[at] += T(5);  // some of them well conditioned
    const Solved<T> whole = solve_with<T>(*lane_kernels_of_set<T>(0), a, b);
    const Tensor spoiled = copy(a);
    const auto element = [&](std::int64_t lane) { return spoiled.as<T>() + lane * n * n; };
    std::fill(element(0), element(1), T(0));                       // singular
    element(1)[n] = T(std::numeric_limits<Real<T>>::quiet_NaN());  // not a number
    element(2)[0] = T(std::numeric_limits<Real<T>>::infinity());   // not finite
    std::fill(element(3), element(4), T(1));                       // singular after one step
    element(4)[1] = T(std::numeric_limits<Real<T>>::max() / 4);    // needs scaling
    const Solved<T> found = solve_with<T>(*lane_kernels_of_set<T>(0), spoiled, b);
    CHECK((found.doubtful[0] & 31U) == 31U);
    CHECK(found.doubtful[0] >> 5 == whole.doubtful[0] >> 5);
    CHECK((found.least.entry < 0 || found.least.entry >= 5));
    for (std::int64_t at = 5 * n; at < b.count(); ++at)
      CHECK(found.x.template as<T>()[at] == whole.x.template as<T>()[at]);
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: least squares across lanes have the same bits with every instruction set", "",
                   float, double, complex<float>, complex<double>) {
  using T = TestType;
  const unsigned seed = 83;
  INFO("seed " << seed);
  Random random(seed);
  for (const auto& [m, n, r] : {std::array<std::int64_t, 3>{1, 1, 1}, {5, 3, 2}, {12, 4, 1}, {17, 9, 5}}) {
    INFO("m " << m << " n " << n << " r " << r);
    const std::int64_t count = 2 * lane_count<T>;
    const Tensor a = random.tensor<T>({count, m, n}), b = random.tensor<T>({count, m, r});
    const std::vector<Real<T>> probe(static_cast<std::size_t>(n), Real<T>(0.75));
    const Buffer<T> work(least_squares_workspace<T>(m, n, r));
    const auto run = [&, m = m, n = n, r = r](LeastSquaresLanes<T> kernel) {
      const Tensor x = Tensor::empty(dtype_of<T>(), {count, n, r});
      std::vector<Real<T>> conditions(static_cast<std::size_t>(count));
      std::vector<std::uint32_t> doubtful(2);
      LaneJob<T> job;
      job.m = static_cast<int>(m), job.n = static_cast<int>(n), job.r = static_cast<int>(r), job.packs = 2;
      job.matrices = a.as<T>(), job.b = b.as<T>(), job.x = x.as<T>(), job.probe = probe.data();
      job.low = Real<T>(1e-9), job.high = Real<T>(1e9), job.doubt = Real<T>(1e-7);
      job.conditions = conditions.data(), job.workspace = work.data(), job.doubtful = doubtful.data();
      kernel(job);
      return std::tuple(x, conditions, doubtful);
    };
    const auto [x, conditions, doubtful] = run(*least_squares_lanes_of_set<T>(0));
    for (int set = 1; least_squares_lanes_of_set<T>(set) != nullptr; ++set) {
      const auto [other, other_conditions, other_doubtful] = run(*least_squares_lanes_of_set<T>(set));
      CHECK(same_bits(other, x));
      CHECK(other_conditions == conditions);
      CHECK(other_doubtful == doubtful);
    }
  }
}
