// Least squares: normal-equation residuals, minimum norm, ranks, agreement with the pseudo-inverse.
#include "runtime/linalg/least_squares.hpp"
#include "runtime/linalg/lanes.hpp"

#include "matrices.hpp"
#include "runtime/error.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

/// |A^H (b - A x)| / (|A|_F-ish squared scale): what a solution of least squares makes small.
long double normal_ratio(const Matrix& a, const Matrix& x, const Matrix& b, long double eps) {
  const Matrix residual = difference(product(a, x), b);
  const long double n = static_cast<long double>(std::max(a.rows, a.cols));
  return over(norm(product(adjoint(a), residual)), norm(adjoint(a)) * (norm(a) * norm(x) + norm(b)) * n * eps);
}

template <typename T>
Tensor low_rank(Random& random, std::int64_t m, std::int64_t n, std::int64_t rank) {
  const Matrix full = product(matrix_of<T>(random.tensor<T>({m, rank})), matrix_of<T>(random.tensor<T>({rank, n})));
  Tensor out = Tensor::empty(dtype_of<T>(), {m, n});
  for (std::int64_t at = 0; at < m * n; ++at) {
    const Wide value = full.elements[static_cast<std::size_t>(at)];
    using Real = typename Parts<T>::Real;
    if constexpr (Parts<T>::complex)
      out.as<T>()[at] = T(static_cast<Real>(value.real()), static_cast<Real>(value.imag()));
    else
      out.as<T>()[at] = static_cast<T>(value.real());
  }
  return out;
}

Tensor doubles(Extents shape, const std::vector<double>& elements) { return Tensor::from(std::move(shape), elements); }

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: lstsq over all shapes and ranks", "", float, double, complex<float>,
                   complex<double>) {
  Random random(51);
  const std::pair<std::int64_t, std::int64_t> shapes[] = {{1, 1},     {2, 1},    {1, 2},    {5, 3},    {3, 5},
                                                          {8, 8},     {33, 17},  {17, 33},  {100, 10}, {10, 100},
                                                          {1000, 20}, {30, 400}, {100, 100}};
  for (const auto& [m, n] : shapes)
    for (const bool deficient : {false, true}) {
      const std::int64_t k = std::min(m, n), rank = deficient && k > 2 ? k / 2 : k;
      INFO("m " << m << " n " << n << " rank " << rank);
      const Tensor a = rank < k ? low_rank<TestType>(random, m, n, rank) : random.tensor<TestType>({m, n});
      const Tensor b = random.tensor<TestType>({m, 3}), v = random.tensor<TestType>({m});
      Report report;
      const Tensor x = lstsq(a, b, false, &report);
      REQUIRE(x.shape == Extents{n, 3});
      CHECK(report.rank_min == rank);
      const Matrix full = matrix_of<TestType>(a), sides = matrix_of<TestType>(b), found = matrix_of<TestType>(x);
      REQUIRE(normal_ratio(full, found, sides, epsilon<TestType>()) < 50);
      // Minimum norm and agreement: x = A^+ b.
      const Matrix plus = matrix_of<TestType>(pinv(a));
      const long double scale =
          norm(plus) * norm(sides) * static_cast<long double>(std::max(m, n)) * epsilon<TestType>();
      const long double condition = norm(plus) * norm(full);
      CHECK(norm(difference(product(plus, sides), found)) < 50 * scale * condition);
      // Penrose: A A^+ A = A, A^+ A A^+ = A^+.
      CHECK(match_ratio(full, product(product(full, plus), full), epsilon<TestType>() * condition) < 50);
      CHECK(match_ratio(plus, product(product(plus, full), plus), epsilon<TestType>() * condition) < 50);
      const LeastSquaresFactor kept = factor_least_squares(a);
      CHECK(normal_ratio(full, matrix_of<TestType>(solve(kept, v, true), 0, true), matrix_of<TestType>(v, 0, true),
                         epsilon<TestType>()) < 50);
      CHECK(same_bits(solve(kept, b, false), x));
      CHECK(same_bits(lstsq(column_major(a), backwards<TestType>(b), false), x));
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: one matrix, many vectors for lstsq", "", float, double, complex<float>,
                   complex<double>) {
  Random random(52);
  const std::pair<std::int64_t, std::int64_t> shapes[] = {{20, 4}, {4, 20}, {600, 30}};
  for (const auto& [m, n] : shapes) {
    INFO("m " << m << " n " << n);
    const Tensor a = random.tensor<TestType>({m, n}), b = random.tensor<TestType>({2, 70, m});
    const Tensor x = lstsq(a, b, true);
    REQUIRE(x.shape == Extents{2, 70, n});
    const Matrix full = matrix_of<TestType>(a);
    for (std::int64_t at = 0; at < 140; at += 23)
      CHECK(normal_ratio(full, matrix_of<TestType>(x, at, true), matrix_of<TestType>(b, at, true),
                         epsilon<TestType>()) < 50);
    CHECK(same_bits(solve(factor_least_squares(a), b, true), x));
  }
  const Tensor a = random.tensor<TestType>({2, 1, 6, 3}), b = random.tensor<TestType>({5, 6});
  const Tensor x = lstsq(a, b, true);
  REQUIRE(x.shape == Extents{2, 5, 3});
  CHECK(normal_ratio(matrix_of<TestType>(a, 1), matrix_of<TestType>(x, 7, true), matrix_of<TestType>(b, 2, true),
                     epsilon<TestType>()) < 50);
}

TEST_CASE("runtime/linalg: lstsq of nothing") {
  CHECK(same_bits(lstsq(Tensor::empty(DType::f64, {0, 3}), Tensor::empty(DType::f64, {0, 2}), false),
                  Tensor::zeros(DType::f64, {3, 2})));
  CHECK(lstsq(Tensor::empty(DType::f64, {3, 0}), Tensor::zeros(DType::f64, {3}), true).shape == Extents{0});
  CHECK(lstsq(doubles({2, 1}, {1, 1}), Tensor::empty(DType::f64, {2, 0}), false).shape == Extents{1, 0});
  CHECK(lstsq(Tensor::empty(DType::f64, {0, 4, 2}), Tensor::empty(DType::f64, {0, 4}), true).shape == Extents{0, 2});
  CHECK(pinv(Tensor::empty(DType::f64, {0, 3})).shape == Extents{3, 0});
  CHECK(same_bits(pinv(Tensor::zeros(DType::f64, {2, 3})), Tensor::zeros(DType::f64, {3, 2})));
  Report report;
  CHECK(same_bits(lstsq(Tensor::zeros(DType::f64, {4, 2}), doubles({4}, {1, 2, 3, 4}), true, &report),
                  Tensor::zeros(DType::f64, {2})));
  CHECK(report.rank_min == 0);
  CHECK_THROWS_AS(lstsq(Tensor::zeros(DType::f64, {4, 2}), Tensor::zeros(DType::f64, {3}), true), ricci::error);
  CHECK_THROWS_AS(lstsq(Tensor::zeros(DType::f64, {4}), Tensor::zeros(DType::f64, {4}), true), ricci::error);
}

TEST_CASE("runtime/linalg: ill-conditioned least squares leaves the fast tier in time") {
  Random random(53);
  const std::int64_t m = 800, n = 16;
  for (const double condition : {1e2, 1e6, 1e8, 1e11}) {
    INFO("condition " << condition);
    Tensor a = random.tensor<double>({m, n}), b = random.tensor<double>({m});
    for (std::int64_t row = 0; row < m; ++row) {  // the last column all but equals the first
      double* own = a.as<double>() + row * n;
      own[n - 1] = own[0] + own[n - 1] / condition;
    }
    Report report;
    const Tensor x = lstsq(a, b, true, &report);
    INFO(report.method);
    CHECK(report.rank_min == n);
    CHECK(report.rcond_min < 10 / condition);
    CHECK((report.method == "cholesky-qr2") == (condition < 1e7));
    CHECK(normal_ratio(matrix_of<double>(a), matrix_of<double>(x, 0, true), matrix_of<double>(b, 0, true),
                       epsilon<double>()) < 1);
  }
}

TEST_CASE("runtime/linalg: non-finite, tiny and huge matrices of least squares") {
  Random random(54);
  for (const std::int64_t m : {3, 6, 900}) {
    Tensor a = random.tensor<double>({3, m, 4}), b = random.tensor<double>({3, m});
    a.as<double>()[m * 4 + 2] = std::numeric_limits<double>::quiet_NaN();
    const Tensor x = lstsq(a, b, true);
    CHECK(all_nan<double>(matrix_of<double>(x, 1, true)));
    CHECK(normal_ratio(matrix_of<double>(a, 2), matrix_of<double>(x, 2, true), matrix_of<double>(b, 2, true),
                       epsilon<double>()) < 50);
    CHECK(all_nan<double>(matrix_of<double>(pinv(a), 1)));
    for (const double size : {1e-290, 1e290}) {
      Tensor one = random.tensor<double>({m, 4}), side = random.tensor<double>({m});
      for (std::int64_t at = 0; at < m * 4; ++at) one.as<double>()[at] *= size;
      for (std::int64_t at = 0; at < m; ++at) side.as<double>()[at] *= size;
      CHECK(normal_ratio(matrix_of<double>(one), matrix_of<double>(lstsq(one, side, true), 0, true),
                         matrix_of<double>(side, 0, true), epsilon<double>()) < 50);
    }
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: lstsq in sweeps, of any size of elements and beside non-finite sides", "", float,
                   double, complex<float>, complex<double>) {
  using Real = typename Parts<TestType>::Real;
  const unsigned seed = 57;
  INFO("seed " << seed);
  Random random(seed);
  const std::int64_t m = 1100, n = 9, r = 131;
  const Real tiny = std::numeric_limits<Real>::min() * 1000, huge = std::numeric_limits<Real>::max() / 10000;
  for (const Real size : {Real(1), tiny, std::sqrt(tiny), std::sqrt(huge), huge}) {
    INFO("size " << size);
    const Tensor a = random.tensor<TestType>({2, m, n}), b = random.tensor<TestType>({2, m, r});
    for (std::int64_t at = 0; at < a.count(); ++at) a.as<TestType>()[at] *= size;
    for (std::int64_t at = 0; at < b.count(); ++at) b.as<TestType>()[at] *= size;
    const Tensor x = lstsq(a, b, false);
    for (std::int64_t at = 0; at < 2; ++at)
      CHECK(normal_ratio(matrix_of<TestType>(a, at), matrix_of<TestType>(x, at), matrix_of<TestType>(b, at),
                         epsilon<TestType>()) < 30);
    CHECK(same_bits(solve(factor_least_squares(a), b, false), x));
    CHECK(same_bits(lstsq(column_major(a), backwards<TestType>(b), false), x));
    const Tensor spoiled = copy(b);
    spoiled.as<TestType>()[7] = TestType(std::numeric_limits<Real>::quiet_NaN());
    const Tensor y = lstsq(a, spoiled, false);
    for (std::int64_t at = 0; at < y.count(); ++at)
      if (at % r == 7 && at < n * r)
        CHECK(std::isnan(std::real(y.as<TestType>()[at])));
      else
        CHECK(y.as<TestType>()[at] == x.template as<TestType>()[at]);
    for (const Real poison : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
      a.as<TestType>()[m * n + 5] = TestType(poison);
      const Tensor z = lstsq(a, b, false);
      CHECK(all_nan<TestType>(matrix_of<TestType>(z, 1)));
      CHECK(std::equal(z.as<TestType>(), z.as<TestType>() + n * r, x.as<TestType>()));
    }
  }
}

TEST_CASE("runtime/linalg: least squares promotes types and reports ranks by entry") {
  Random random(55);
  const Tensor narrow = random.tensor<float>({9, 3}), b = random.tensor<double>({9}),
               z = random.tensor<complex<double>>({9});
  const Tensor x = solve(factor_least_squares(narrow), b, true);
  CHECK(x.dtype == DType::f64);
  CHECK(normal_ratio(matrix_of<float>(narrow), matrix_of<double>(x, 0, true), matrix_of<double>(b, 0, true),
                     epsilon<double>()) < 50);
  const Tensor y = solve(factor_least_squares(cast(narrow, DType::f64)), z, true);
  CHECK(y.dtype == DType::c128);
  CHECK(normal_ratio(matrix_of<float>(narrow), matrix_of<complex<double>>(y, 0, true),
                     matrix_of<complex<double>>(z, 0, true), epsilon<double>()) < 50);
  const Report report = factor_least_squares(doubles({2, 2, 2}, {1, 0, 0, 1, 1, 2, 2, 4})).report();
  CHECK(report.rank_min == 1);
  CHECK(report.rank_where == std::vector<std::int64_t>{1});
  const Tensor least = lstsq(doubles({2, 2}, {1, 2, 2, 4}), doubles({2}, {5, 10}), true);
  CHECK(least.as<double>()[0] == Approx(1));
  CHECK(least.as<double>()[1] == Approx(2));
}

TEST_CASE("runtime/linalg: least squares gives the same bits on one and two threads") {
  Random random(56);
  const Tensor tall = random.tensor<double>({3000, 40}), sides = random.tensor<double>({3000, 300}),
               batch = random.tensor<double>({50, 12, 5}), batch_b = random.tensor<double>({50, 12}),
               wide = random.tensor<double>({20, 2000}), wide_b = random.tensor<double>({20});
  std::vector<Tensor> found[2];
  for (const int count : {1, 2}) {
    const ThreadCount scope(count);
    found[count - 1] = {lstsq(tall, sides, false), lstsq(batch, batch_b, true), lstsq(wide, wide_b, true), pinv(tall)};
  }
  for (std::size_t which = 0; which < found[0].size(); ++which) CHECK(same_bits(found[0][which], found[1][which]));
}

TEMPLATE_TEST_CASE("runtime/linalg: least squares of many small matrices, each by itself", "", float, double,
                   complex<float>, complex<double>) {
  using T = TestType;
  const unsigned seed = 58;
  INFO("seed " << seed);
  Random random(seed);
  const std::pair<std::int64_t, std::int64_t> shapes[] = {{1, 1}, {3, 2}, {8, 8}, {12, 4}, {33, 16}, {64, 5}};
  for (const auto& [m, n] : shapes) {
    const std::int64_t count = 2 * lane_count<T> + 5;
    const Tensor a = random.tensor<T>({count, m, n}), b = random.tensor<T>({count, m, 3});
    const auto matrix = [&, rows = m, cols = n](std::int64_t at) { return a.as<T>() + at * rows * cols; };
    if (n > 1)  // one column twice
      for (std::int64_t row = 0; row < m; ++row) matrix(2)[row * n + 1] = matrix(2)[row * n];
    std::fill_n(matrix(4), m * n, T(0));
    const auto tiny = std::sqrt(std::numeric_limits<typename Parts<T>::Real>::min());
    for (std::int64_t at = 0; at < m * n; ++at) matrix(5)[at] *= tiny;
    Report report;
    const Tensor x = lstsq(a, b, false, &report);
    REQUIRE(x.shape == Extents{count, n, 3});
    CHECK(report.rank_min == 0);
    CHECK(report.rank_where == std::vector<std::int64_t>{4});
    for (std::int64_t at = 0; at < count; ++at) {
      INFO("m " << m << " n " << n << " entry " << at);
      if (at != 4)
        CHECK(normal_ratio(matrix_of<T>(a, at), matrix_of<T>(x, at), matrix_of<T>(b, at), epsilon<T>()) < 50);
      else
        CHECK(norm(matrix_of<T>(x, at)) == 0);
      const Tensor alone = lstsq(copy(part(a, at)), copy(part(b, at)), false);
      CHECK(same_bits(alone, copy(part(x, at))));
    }
    const ThreadCount one(1);
    CHECK(same_bits(lstsq(column_major(a), backwards<T>(b), false), x));
    const Tensor spoiled = copy(a);
    spoiled.as<T>()[7 * m * n] = T(std::numeric_limits<typename Parts<T>::Real>::quiet_NaN());
    const Tensor y = lstsq(spoiled, b, false);
    CHECK(all_nan<T>(matrix_of<T>(y, 7)));
    for (std::int64_t at = 0; at < count; ++at)
      if (at != 7) CHECK(same_bits(copy(part(y, at)), copy(part(x, at))));
  }
}
