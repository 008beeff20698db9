/// Batches of small matrices, which go across lanes: right against long double, and each matrix by itself: its bits do
/// not depend on where it stands, on its neighbours, on its memory order or on the number of threads.
#include <functional>

#include "runtime/error.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/factor.hpp"
#include "runtime/linalg/lanes.hpp"
#include "tests/runtime/linalg/matrices.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

constexpr std::int64_t orders[] = {1, 2, 3, 5, 6, 8, 16, 17, 33};

/// A A^H + n, Hermitian to the last bit, of each matrix.
template <typename T>
Tensor definite(const Tensor& a) {
  const std::int64_t n = a.shape[2];
  const Tensor out = Tensor::empty(dtype_of<T>(), a.shape);
  for (std::int64_t entry = 0; entry < a.shape[0]; ++entry) {
    const T* const from = a.as<T>() + entry * n * n;
    T* const to = out.as<T>() + entry * n * n;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j <= i; ++j) {
        T sum = i == j ? T(static_cast<typename Parts<T>::Real>(n)) : T(0);
        for (std::int64_t k = 0; k < n; ++k) sum += from[i * n + k] * conjugate(from[j * n + k]);
        if (i == j) sum = T(std::real(sum));
        to[i * n + j] = sum;
        to[j * n + i] = conjugate(sum);
      }
  }
  return out;
}

struct Logarithm {
  Wide sign{1};
  long double size = 0;
};

Logarithm log_determinant(Matrix a) {
  Logarithm out;
  for (std::int64_t k = 0; k < a.rows; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t i = k + 1; i < a.rows; ++i)
      if (std::abs(a.at(i, k)) > std::abs(a.at(pivot, k))) pivot = i;
    for (std::int64_t j = 0; j < a.cols; ++j) std::swap(a.at(k, j), a.at(pivot, j));
    if (pivot != k) out.sign = -out.sign;
    out.sign *= a.at(k, k) / std::abs(a.at(k, k));
    out.size += std::log(std::abs(a.at(k, k)));
    for (std::int64_t i = k + 1; i < a.rows; ++i) {
      const Wide factor = a.at(i, k) / a.at(k, k);
      for (std::int64_t j = k; j < a.cols; ++j) a.at(i, j) -= factor * a.at(k, j);
    }
  }
  return out;
}

Tensor reversed(const Tensor& batch) {
  Tensor out = part(batch, batch.shape[0] - 1);
  out.shape[0] = batch.shape[0];
  out.strides[0] = -batch.strides[0];
  return copy(out);
}

using Operation = std::function<Tensor(const Tensor&)>;
struct Named {
  const char* name;
  Operation run;
};
Tensor ones_of(const Tensor& a) {
  const Tensor out = Tensor::zeros(a.dtype, {a.shape[0], a.shape[2]});
  with_inexact(a.dtype, [&](auto zero) {
    for (std::int64_t at = 0; at < out.count(); ++at) out.as<decltype(zero)>()[at] = decltype(zero)(1);
  });
  return out;
}
const Named operations[] = {{"det", [](const Tensor& a) { return det(a); }},
                            {"logdet", [](const Tensor& a) { return logdet(a); }},
                            {"inv", [](const Tensor& a) { return inv(a); }},
                            {"solve", [](const Tensor& a) { return solve_once(a, ones_of(a), true); }}};

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: determinants of batches are right", "", float, double, complex<float>,
                   complex<double>) {
  using T = TestType;
  using R = typename Parts<T>::Real;
  const unsigned seed = 91;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : orders)
    for (const std::int64_t count : {1, 2 * lane_count<T> + 3}) {
      const Tensor general = random.tensor<T>({count, n, n}), spd = definite<T>(random.tensor<T>({count, n, n}));
      for (const Tensor& a : {general, spd}) {
        const Tensor found = det(a), logarithms = logdet(a);
        REQUIRE(found.shape == Extents{count});
        for (std::int64_t at = 0; at < count; ++at) {
          INFO("n " << n << " count " << count << " entry " << at);
          const Matrix matrix = matrix_of<T>(a, at);
          const Logarithm expected = log_determinant(matrix);
          const long double condition = norm(matrix) * norm(matrix_of<T>(inv(part(a, at))));
          const long double slack = 10 * static_cast<long double>(n) * condition * epsilon<T>();
          CHECK(std::abs(static_cast<long double>(logarithms.as<R>()[at]) - expected.size) <=
                slack + 4 * epsilon<T>() * std::abs(expected.size));
          const long double size = std::exp(expected.size);
          const T own = found.as<T>()[at];
          if (size > std::numeric_limits<R>::max() || slack > 0.1L) continue;
          CHECK(std::abs(Wide(std::real(own), std::imag(own)) - size * expected.sign) <= slack * size * 2);
        }
      }
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: inverses, definite solutions and factors of batches are right", "", float, double,
                   complex<float>, complex<double>) {
  using T = TestType;
  const unsigned seed = 92;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : orders)
    for (const std::int64_t count : {1, 2 * lane_count<T> + 3}) {
      const Tensor a = random.tensor<T>({count, n, n}), spd = definite<T>(a), b = random.tensor<T>({count, n, 2});
      Report report;
      const Tensor inverse = inv(a), x = solve_once(spd, b, false, &report), l = cholesky(spd);
      if (n >= 6 && n <= 16) CHECK(report.method == "cholesky");
      for (std::int64_t at = 0; at < count; ++at) {
        INFO("n " << n << " count " << count << " entry " << at);
        const Matrix lower = matrix_of<T>(l, at);
        CHECK(solve_ratio(matrix_of<T>(a, at), matrix_of<T>(inverse, at), Matrix::identity(n), epsilon<T>()) < 30);
        CHECK(solve_ratio(matrix_of<T>(spd, at), matrix_of<T>(x, at), matrix_of<T>(b, at), epsilon<T>()) < 30);
        CHECK(match_ratio(matrix_of<T>(spd, at), product(lower, adjoint(lower)), epsilon<T>()) < 30);
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t j = i + 1; j < n; ++j) CHECK(lower.at(i, j) == Wide(0));
      }
      CHECK(same_bits(cholesky(column_major(spd)), l));
      CHECK(same_bits(inv(column_major(a)), inverse));
      CHECK(same_bits(inv(backwards<T>(a)), inverse));
      CHECK(same_bits(solve_once(a, identity(a.dtype, n), false), inverse));
      CHECK(same_bits(det(backwards<T>(a)), det(a)));
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: a matrix of a batch has its bits to itself", "", float, double, complex<float>,
                   complex<double>) {
  using T = TestType;
  using R = typename Parts<T>::Real;
  const unsigned seed = 93;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : orders) {
    const std::int64_t count = 3 * lane_count<T> + 5;
    const Tensor a = random.tensor<T>({count, n, n}), spd = definite<T>(random.tensor<T>({count, n, n}));
    const auto matrix = [&](std::int64_t at) { return a.as<T>() + at * n * n; };
    for (std::int64_t at = 0; at < count; at += 3) std::copy_n(spd.as<T>() + at * n * n, n * n, matrix(at));
    std::fill_n(matrix(1), n * n, T(0));
    matrix(4)[n * n - 1] = T(std::numeric_limits<R>::quiet_NaN());
    matrix(7)[0] = T(std::numeric_limits<R>::infinity());
    for (std::int64_t k = 0; k < n * n; ++k)
      matrix(10)[k] = T(std::ldexp(R(1), -std::numeric_limits<R>::max_exponent / 2)) * matrix(10)[k];
    for (const Named& operation : operations) {
      INFO(operation.name << " n " << n);
      const Tensor whole = operation.run(a);
      CHECK(same_bits(reversed(operation.run(reversed(a))), whole));
      {
        const ThreadCount one(1);
        CHECK(same_bits(operation.run(a), whole));
      }
      for (std::int64_t at = 0; at < count && n <= 16; ++at) {
        INFO("entry " << at);
        CHECK(same_bits(operation.run(part(a, at)), copy(part(whole, at))));
      }
    }
    CHECK(det(a).template as<T>()[1] == T(0));
    CHECK(logdet(a).template as<R>()[1] == -std::numeric_limits<R>::infinity());
    CHECK(std::real(det(a).template as<T>()[4]) != std::real(det(a).template as<T>()[4]));
    CHECK(all_nan<T>(matrix_of<T>(inv(a), 1)));
    CHECK(all_nan<T>(matrix_of<T>(inv(a), 4)));
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: factors of a batch read lower triangles, and name what is not definite", "", float,
                   double, complex<float>, complex<double>) {
  using T = TestType;
  using R = typename Parts<T>::Real;
  const unsigned seed = 94;
  INFO("seed " << seed);
  Random random(seed);
  const T nan = T(std::numeric_limits<R>::quiet_NaN());
  for (const std::int64_t n : {2, 5, 9, 16}) {
    INFO("n " << n);
    const std::int64_t count = 2 * lane_count<T> + 1;
    const Tensor spd = definite<T>(random.tensor<T>({count, n, n})), l = cholesky(spd);
    CHECK(same_bits(reversed(cholesky(reversed(spd))), l));
    const Tensor above = copy(spd);
    for (std::int64_t at = 0; at < count; ++at) above.as<T>()[at * n * n + 1] = nan;
    CHECK(same_bits(cholesky(above), l));
    const Tensor below = copy(spd);
    below.as<T>()[3 * n * n + n] = nan;
    const Tensor spoiled = cholesky(below);
    for (std::int64_t at = 0; at < count; ++at)
      if (at != 3) CHECK(same_bits(copy(part(spoiled, at)), copy(part(l, at))));
    CHECK(std::real(spoiled.as<T>()[3 * n * n]) != std::real(spoiled.as<T>()[3 * n * n]));
    const Tensor indefinite = copy(spd);
    for (const std::int64_t at : {count - 1, std::int64_t{6}}) indefinite.as<T>()[at * n * n + n + 1] = T(-1);
    CHECK_THROWS_WITH(cholesky(indefinite), Catch::Contains("6"));
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: lanes of every instruction set factor and multiply pivots with the same bits", "",
                   float, double, complex<float>, complex<double>) {
  using T = TestType;
  const unsigned seed = 95;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : orders) {
    INFO("n " << n);
    const std::int64_t packs = 2, count = packs * lane_count<T>;
    const Tensor a = random.tensor<T>({count, n, n}), spd = definite<T>(a);
    const Buffer<T> work(lane_workspace<T>(n, 0));
    struct Found {
      Tensor fractions, factors;
      std::vector<std::int32_t> exponents;
      std::vector<std::uint32_t> doubtful;
    };
    const auto run = [&](const LaneKernels<T>& kernels) {
      Found out{Tensor::empty(dtype_of<T>(), {count}), Tensor::empty(dtype_of<T>(), {count, n, n}), {}, {}};
      out.exponents.resize(static_cast<std::size_t>(count)), out.doubtful.resize(2 * packs);
      LaneJob<T> job;
      job.n = static_cast<int>(n), job.packs = packs, job.workspace = work.data();
      job.low = Real<T>(1e-9), job.high = Real<T>(1e9), job.doubt = Real<T>(1e-7);
      job.matrices = a.as<T>(), job.x = out.fractions.template as<T>(), job.exponents = out.exponents.data();
      job.doubtful = out.doubtful.data();
      kernels.determinant(job);
      job.matrices = spd.as<T>(), job.x = out.factors.template as<T>(), job.doubtful = out.doubtful.data() + packs;
      kernels.cholesky(job);
      return out;
    };
    const Found best = run(*lane_kernels_of_set<T>(0));
    CHECK(best.doubtful == std::vector<std::uint32_t>(2 * packs, 0));
    for (int set = 1; lane_kernels_of_set<T>(set) != nullptr; ++set) {
      const Found other = run(*lane_kernels_of_set<T>(set));
      CHECK(same_bits(other.fractions, best.fractions));
      CHECK(same_bits(other.factors, best.factors));
      CHECK(other.exponents == best.exponents);
      CHECK(other.doubtful == best.doubtful);
    }
  }
}
