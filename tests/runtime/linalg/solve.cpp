// A x = b: residuals of every size, type and memory order; hard cases; reports; bits independent of threads.
#include "matrices.hpp"
#include "runtime/error.hpp"
#include "runtime/linalg/factor.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

constexpr std::int64_t sizes[] = {0, 1, 2, 3, 5, 8, 16, 17, 33, 100};

template <typename T>
void check_solution(const Tensor& a, const Tensor& x, const Tensor& b, bool vectors, std::int64_t a_count,
                    std::int64_t b_count, std::int64_t count) {
  for (std::int64_t at = 0; at < count; ++at) {
    INFO("entry " << at);
    REQUIRE(solve_ratio(matrix_of<T>(a, at % a_count), matrix_of<T>(x, at, vectors),
                        matrix_of<T>(b, at % b_count, vectors), epsilon<T>()) < 30);
  }
}

Tensor doubles(Extents shape, const std::vector<double>& elements) { return Tensor::from(std::move(shape), elements); }

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: solve leaves small residuals at every size", "", float, double, complex<float>,
                   complex<double>) {
  const unsigned seed = 11;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : sizes)
    for (const std::int64_t batch : {1, 3, 19}) {
      if (n == 100 && batch == 19) continue;
      INFO("n " << n << " batch " << batch);
      const Tensor a = random.tensor<TestType>({batch, n, n}), b = random.tensor<TestType>({batch, n}),
                   many = random.tensor<TestType>({batch, n, 7});
      Report report;
      const Tensor x = solve_once(a, b, true, &report), xs = solve_once(a, many, false);
      REQUIRE(x.shape == Extents{batch, n});
      CHECK(!report.singular);
      check_solution<TestType>(a, x, b, true, batch, batch, n == 0 ? 0 : batch);
      check_solution<TestType>(a, xs, many, false, batch, batch, n == 0 ? 0 : batch);
      const Factor kept = factor(a);
      check_solution<TestType>(a, solve(kept, b, true), b, true, batch, batch, n == 0 ? 0 : batch);
      check_solution<TestType>(a, solve(kept, many, false), many, false, batch, batch, n == 0 ? 0 : batch);
      for (const Tensor& other : {column_major(a), n > 0 ? backwards<TestType>(a) : a}) {
        CHECK(same_bits(solve_once(other, b, true), x));
        CHECK(same_bits(solve_once(other, column_major(many), false), xs));
        CHECK(same_bits(solve(factor(other), b, true), solve(kept, b, true)));
      }
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: one matrix serves many vectors as rows", "", float, double, complex<float>,
                   complex<double>) {
  Random random(12);
  for (const std::int64_t n : {1, 3, 17, 100}) {
    INFO("n " << n);
    const Tensor a = random.tensor<TestType>({n, n}), b = random.tensor<TestType>({4, 50, n});
    check_solution<TestType>(a, solve_once(a, b, true), b, true, 1, 200, 200);
    // Positive definite, lower, upper: each solves from the right in its own way.
    Tensor spd = copy(a), lower = copy(a), upper = copy(a);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        const auto large = static_cast<typename Parts<TestType>::Real>(3 * n);
        const TestType own = a.as<TestType>()[i * n + j], twin = a.as<TestType>()[j * n + i];
        TestType mirrored = twin;
        if constexpr (Parts<TestType>::complex) mirrored = std::conj(twin);
        spd.as<TestType>()[i * n + j] = own + mirrored + (i == j ? TestType(large) : TestType(0));
        if (i == j)
          lower.as<TestType>()[i * n + j] += TestType(large), upper.as<TestType>()[i * n + j] += TestType(large);
        if (i < j) lower.as<TestType>()[i * n + j] = 0;
        if (i > j) upper.as<TestType>()[i * n + j] = 0;
      }
    for (const Tensor& matrix : {spd, lower, upper}) {
      const Factor kept = factor(matrix);
      INFO(kept.report().method);
      if (n > 1) CHECK(kept.report().method != "lu");
      check_solution<TestType>(matrix, solve(kept, b, true), b, true, 1, 200, 200);
      const Tensor columns = random.tensor<TestType>({n, 150});
      check_solution<TestType>(matrix, solve(kept, columns, false), columns, false, 1, 1, 1);
    }
    if (n > 1) CHECK(factor(spd).report().method == "cholesky");
  }
}

TEST_CASE("runtime/linalg: batches broadcast as NumPy's, empty ones included") {
  Random random(13);
  const Tensor a = random.tensor<double>({2, 1, 4, 4}), b = random.tensor<double>({3, 4});
  const Tensor x = solve_once(a, b, true);
  REQUIRE(x.shape == Extents{2, 3, 4});
  for (std::int64_t at = 0; at < 6; ++at)
    CHECK(solve_ratio(matrix_of<double>(a, at / 3), matrix_of<double>(x, at, true), matrix_of<double>(b, at % 3, true),
                      epsilon<double>()) < 30);
  const Tensor inner = random.tensor<double>({3, 4, 4}), outer = random.tensor<double>({2, 1, 4, 2});
  const Tensor y = solve_once(inner, outer, false);
  REQUIRE(y.shape == Extents{2, 3, 4, 2});
  for (std::int64_t at = 0; at < 6; ++at)
    CHECK(solve_ratio(matrix_of<double>(inner, at % 3), matrix_of<double>(y, at), matrix_of<double>(outer, at / 3),
                      epsilon<double>()) < 30);
  CHECK(solve_once(random.tensor<double>({0, 3, 3}), random.tensor<double>({0, 3}), true).shape == Extents{0, 3});
  CHECK(solve_once(random.tensor<double>({3, 3}), random.tensor<double>({0, 3}), true).shape == Extents{0, 3});
  CHECK(solve_once(random.tensor<double>({3, 3}), random.tensor<double>({3, 0}), false).shape == Extents{3, 0});
  CHECK(solve_once(random.tensor<double>({0, 0}), random.tensor<double>({0, 5}), false).shape == Extents{0, 5});
  CHECK(solve_once(random.tensor<double>({5, 0, 0}), random.tensor<double>({5, 0}), true).shape == Extents{5, 0});
  CHECK_THROWS_AS(solve_once(random.tensor<double>({2, 3, 3}), random.tensor<double>({5, 3}), true), ricci::error);
  CHECK_THROWS_AS(solve_once(random.tensor<double>({3, 4}), random.tensor<double>({3}), true), ricci::error);
  CHECK_THROWS_AS(solve_once(random.tensor<double>({3, 3}), random.tensor<double>({4}), true), ricci::error);
  CHECK_THROWS_AS(solve_once(random.tensor<double>({3}), random.tensor<double>({3}), true), ricci::error);
}

TEST_CASE("runtime/linalg: types promote, also against a kept factor") {
  Random random(14);
  const Tensor narrow = random.tensor<float>({5, 5}), real = random.tensor<double>({5, 5}),
               b = random.tensor<double>({5}), z = random.tensor<complex<double>>({5}),
               zs = random.tensor<complex<double>>({5, 3});
  CHECK(solve(factor(narrow), random.tensor<float>({5}), true).dtype == DType::f32);
  const Tensor x = solve(factor(narrow), b, true);
  CHECK(x.dtype == DType::f64);
  CHECK(solve_ratio(matrix_of<float>(narrow), matrix_of<double>(x, 0, true), matrix_of<double>(b, 0, true),
                    epsilon<double>()) < 30);
  for (const Tensor& y : {solve(factor(real), z, true), solve_once(real, z, true)}) {
    CHECK(y.dtype == DType::c128);
    CHECK(y.shape == Extents{5});
    CHECK(solve_ratio(matrix_of<double>(real), matrix_of<complex<double>>(y, 0, true),
                      matrix_of<complex<double>>(z, 0, true), epsilon<double>()) < 30);
  }
  const Tensor ys = solve(factor(real), zs, false);
  CHECK(ys.shape == Extents{5, 3});
  CHECK(solve_ratio(matrix_of<double>(real), matrix_of<complex<double>>(ys), matrix_of<complex<double>>(zs),
                    epsilon<double>()) < 30);
  const Tensor whole =
      solve_once(Tensor::from<std::int64_t>({2, 2}, {2, 0, 0, 4}), Tensor::from<std::int64_t>({2}, {1, 1}), true);
  CHECK(same_bits(whole, doubles({2}, {0.5, 0.25})));
}

TEST_CASE("runtime/linalg: pivoting happens where it must") {
  const Tensor swap = doubles({2, 2}, {0, 1, 1, 0}), b = doubles({2}, {3, 5});
  CHECK(same_bits(solve_once(swap, b, true), doubles({2}, {5, 3})));
  CHECK(same_bits(solve(factor(swap), b, true), doubles({2}, {5, 3})));
  const Tensor tiny = doubles({2, 2}, {1e-20, 1, 1, 1});
  const Tensor x = solve_once(tiny, doubles({2}, {1, 2}), true);
  CHECK(x.as<double>()[0] == Approx(1));
  CHECK(x.as<double>()[1] == Approx(1));
}

TEST_CASE("runtime/linalg: tiny and huge elements neither vanish nor overflow") {
  Random random(15);
  for (const std::int64_t n : {2, 3, 20, 60}) {
    const Tensor a = random.tensor<double>({n, n}), b = random.tensor<double>({n});
    for (const double size : {1e-310, 1e-290, 1e290}) {
      INFO("n " << n << " size " << size);
      Tensor small = copy(a), rhs = copy(b);
      for (std::int64_t at = 0; at < n * n; ++at) small.as<double>()[at] *= size;
      for (std::int64_t at = 0; at < n; ++at) rhs.as<double>()[at] *= size;
      for (const Tensor& x : {solve_once(small, rhs, true), solve(factor(small), rhs, true)}) {
        CHECK(solve_ratio(matrix_of<double>(small), matrix_of<double>(x, 0, true), matrix_of<double>(rhs, 0, true),
                          epsilon<double>()) < 30);
      }
    }
  }
  // One pivot whose reciprocal overflows, at every size and by every method.
  for (const std::int64_t n : {2, 3, 8, 17, 40, 100}) {
    INFO("n " << n);
    Tensor a = random.tensor<double>({n, n}), b = random.tensor<double>({n});
    for (std::int64_t k = 0; k < n; ++k) a.as<double>()[k * n + n / 2] *= 1e-310;
    b.as<double>()[0] = 0;
    for (std::int64_t k = 0; k < n; ++k) b.as<double>()[k] = a.as<double>()[k * n + n / 2];
    Report report;
    const Tensor x = solve_once(a, b, true, &report);
    CHECK(!report.singular);
    CHECK(report.nearly_singular());
    for (const Tensor& found : {x, solve(factor(a), b, true)}) {
      CHECK(found.as<double>()[n / 2] == Approx(1));
      CHECK(solve_ratio(matrix_of<double>(a), matrix_of<double>(found, 0, true), matrix_of<double>(b, 0, true),
                        epsilon<double>()) < 30);
    }
  }
  const Tensor diagonal = doubles({3, 3}, {1, 0, 0, 0, 1e-310, 0, 0, 0, 1e300});
  const Tensor x = solve(factor(diagonal), doubles({3}, {1, 1e-310, 1e300}), true);
  CHECK(same_bits(x, doubles({3}, {1, 1, 1})));
  const Tensor graded = doubles({2, 2}, {1e300, 1, 1, 1e-310});  // its second pivot vanishes when scaled
  for (const Tensor& y :
       {solve_once(graded, doubles({2}, {1e300, 1}), true), solve(factor(graded), doubles({2}, {1e300, 1}), true)})
    CHECK(y.as<double>()[0] == Approx(1));
  const Tensor lower = doubles({2, 2}, {1e-310, 0, 1, 1});
  CHECK(same_bits(solve(factor(lower), doubles({2}, {1e-310, 3}), true), doubles({2}, {1, 2})));
}

TEST_CASE("runtime/linalg: a singular matrix is named by its batch entry, the others are solved") {
  Random random(16);
  for (const std::int64_t n : {1, 2, 3, 8, 16, 33, 64, 300}) {
    INFO("n " << n);
    const std::int64_t outer = n == 300 ? 1 : 3;
    Tensor a = random.tensor<double>({outer, 2, n, n}), b = random.tensor<double>({outer, 2, n});
    const std::int64_t bad = 2 * (outer - 1) + 1;
    for (std::int64_t k = 0; k < n; ++k) a.as<double>()[bad * n * n + k * n] = 0;  // a column of zeros
    Report report;
    const Tensor x = solve_once(a, b, true, &report);
    CHECK(report.singular);
    CHECK(report.where == std::vector<std::int64_t>{outer - 1, 1});
    CHECK(all_nan<double>(matrix_of<double>(x, bad, true)));
    CHECK(solve_ratio(matrix_of<double>(a, 0), matrix_of<double>(x, 0, true), matrix_of<double>(b, 0, true),
                      epsilon<double>()) < 30);
    CHECK(factor(a).report().where == report.where);
    std::string shown;
    try {
      raise_if_singular(report);
    } catch (const ricci::error& error) {
      shown = error.code() + " " + error.message();
    }
    CHECK(shown == "singular the matrix at batch entry [" + std::to_string(outer - 1) + ", 1] is singular");
  }
  Report report;
  solve_once(doubles({2, 2}, {0, 0, 0, 0}), doubles({2}, {1, 1}), true, &report);
  CHECK(report.singular);
  CHECK(report.where.empty());
  solve_once(doubles({2, 2}, {1, 2, 2, 4}), doubles({2}, {1, 1}), true, &report);
  CHECK(report.singular);
}

TEST_CASE("runtime/linalg: a nearly singular matrix is reported with its rcond") {
  for (const std::int64_t n : {12, 14, 20, 40}) {
    INFO("n " << n);
    Tensor hilbert = Tensor::empty(DType::f64, {2, n, n});
    for (std::int64_t at = 0; at < n * n; ++at) {
      hilbert.as<double>()[at] = at / n == at % n ? 1 : 0.01;
      hilbert.as<double>()[n * n + at] = 1.0 / static_cast<double>(at / n + at % n + 1);
    }
    Tensor b = Tensor::zeros(DType::f64, {2, n});
    b.as<double>()[0] = b.as<double>()[n] = 1;
    Report once;
    solve_once(hilbert, b, true, &once);
    for (const Report& report : {once, factor(hilbert).report()}) {
      CHECK(report.nearly_singular());
      CHECK(report.rcond_where == std::vector<std::int64_t>{1});
      CHECK(report.rcond_min > 1e-25);
    }
  }
  // Pivots that look healthy on a matrix that is not.
  Report report;
  solve_once(doubles({2, 2}, {1, 1e10, 0, 1}), doubles({2}, {1, 1}), true, &report);
  CHECK(report.rcond_min == Approx(1e-20).epsilon(0.5));
  CHECK(factor(doubles({2, 2}, {1, 1e10, 1e-12, 1})).report().rcond_min < 1e-19);
  solve_once(doubles({2, 2}, {1, 1, 1, 1 + 1e-15}), doubles({2}, {1, 1}), true, &report);
  CHECK(report.rcond_min == Approx(2.8e-16).epsilon(0.5));
  CHECK(report.nearly_singular());
  Random random(17);
  solve_once(random.tensor<double>({1000, 5, 5}), random.tensor<double>({1000, 5}), true, &report);
  CHECK(!report.nearly_singular());
  CHECK(report.rcond_min < 1e-2);
}

TEMPLATE_TEST_CASE("runtime/linalg: non-finite data stay in their batch entry", "", float, double, complex<float>,
                   complex<double>) {
  Random random(18);
  using Real = typename Parts<TestType>::Real;
  for (const std::int64_t n : {1, 2, 8, 16, 17, 33, 100})
    for (const Real poison : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
      INFO("n " << n << " poison " << poison);
      Tensor a = random.tensor<TestType>({3, n, n}), b = random.tensor<TestType>({3, n});
      a.as<TestType>()[n * n + n * n / 2] = poison;
      Report report;
      for (const Tensor& x : {solve_once(a, b, true, &report), solve(factor(a), b, true)}) {
        CHECK(all_nan<TestType>(matrix_of<TestType>(x, 1, true)));
        for (const std::int64_t good : {0, 2})
          CHECK(solve_ratio(matrix_of<TestType>(a, good), matrix_of<TestType>(x, good, true),
                            matrix_of<TestType>(b, good, true), epsilon<TestType>()) < 30);
      }
      CHECK(!report.singular);
      // In a right-hand side: its own column only.
      Tensor sides = random.tensor<TestType>({n, 3});
      sides.as<TestType>()[1] = poison;
      const Tensor matrix = random.tensor<TestType>({n, n});
      for (const Tensor& x : {solve_once(matrix, sides, false), solve(factor(matrix), sides, false)})
        for (std::int64_t row = 0; row < n; ++row) {
          CHECK(std::isfinite(std::abs(x.as<TestType>()[row * 3])));
          CHECK(std::isfinite(std::abs(x.as<TestType>()[row * 3 + 2])));
        }
    }
}

TEST_CASE("runtime/linalg: hints are checked against the data") {
  Random random(19);
  const Tensor a = random.tensor<double>({6, 6}), b = random.tensor<double>({6});
  for (const Structure hint :
       {Structure::symmetric, Structure::spd, Structure::lower, Structure::upper, Structure::diagonal}) {
    CHECK(solve_ratio(matrix_of<double>(a), matrix_of<double>(solve_once(a, b, true, nullptr, hint), 0, true),
                      matrix_of<double>(b, 0, true), epsilon<double>()) < 30);
    CHECK(solve_ratio(matrix_of<double>(a), matrix_of<double>(solve(factor(a, hint), b, true), 0, true),
                      matrix_of<double>(b, 0, true), epsilon<double>()) < 30);
  }
  // Symmetric with a positive diagonal, but indefinite.
  const Tensor indefinite = doubles({2, 2}, {1, 2, 2, 1});
  CHECK(factor(indefinite, Structure::spd).report().method == "lu");
  CHECK(solve(factor(indefinite), doubles({2}, {3, 3}), true).as<double>()[0] == Approx(1));
}

TEST_CASE("runtime/linalg: one and two threads give the same bits") {
  Random random(20);
  const Tensor small = random.tensor<double>({3000, 4, 4}), small_b = random.tensor<double>({3000, 4}),
               middle = random.tensor<double>({20, 60, 60}), middle_b = random.tensor<double>({20, 60, 3}),
               large = random.tensor<double>({500, 500}), large_b = random.tensor<double>({500, 300}),
               rows = random.tensor<double>({2000, 60});
  std::vector<Tensor> found[2];
  for (const int count : {1, 2}) {
    const ThreadCount scope(count);
    found[count - 1] = {
        solve_once(small, small_b, true), solve_once(middle, middle_b, false), solve_once(large, large_b, false),
        solve(factor(middle), middle_b, false),
        solve_once(contiguous_copy_if_needed(Tensor::view(DType::f64, middle.as<double>(), {60, 60}, {60, 1})), rows,
                   true)};
  }
  for (std::size_t which = 0; which < found[0].size(); ++which) CHECK(same_bits(found[0][which], found[1][which]));
  CHECK(solve_ratio(matrix_of<double>(large), matrix_of<double>(found[0][2]), matrix_of<double>(large_b),
                    epsilon<double>()) < 30);
}
