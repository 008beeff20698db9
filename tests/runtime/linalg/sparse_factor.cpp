/// Sparse factors beside the dense ones: every dtype, shape of right-hand sides, transposed or not, definite or not;
/// singular, not finite, empty and badly scaled matrices; the same bits with any number of threads.
#include "runtime/linalg/sparse_factor.hpp"

#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/factor.hpp"
#include "tests/runtime/linalg/matrices.hpp"
#include "tests/seed.hpp"

namespace {
using namespace linalg_tests;
using ricci::dsl::DType;
using ricci::runtime::linalg::SparseFactor;
namespace linalg = ricci::runtime::linalg;

enum class Kind : std::uint8_t { general, definite, indefinite };

/// About three elements a row; every diagonal element is there, small where the kind is general, so that pivots move.
template <typename T>
Tensor pattern(Random& random, std::int64_t n, Kind kind) {
  Tensor out = Tensor::zeros(dtype_of<T>(), {n, n});
  const auto at = [&](std::int64_t i, std::int64_t j) -> T& { return out.as<T>()[i * n + j]; };
  for (std::int64_t i = 0; i < n; ++i) {
    at(i, i) = T(1e-3);
    for (int more = 0; more < 3; ++more)
      at(i, static_cast<std::int64_t>(random.engine()() % static_cast<unsigned>(n))) = random.element<T>();
  }
  if (kind == Kind::general) return out;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      if constexpr (Parts<T>::complex)
        at(i, j) = std::conj(at(j, i));
      else
        at(i, j) = at(j, i);
    }
    at(i, i) = kind == Kind::definite ? T(20) : T(0.5);
  }
  return out;
}

Csr stored(const Tensor& dense) { return csr_from_dense(dense); }

template <typename T>
void solves(unsigned seed) {
  Random random(seed);
  for (Kind kind : {Kind::general, Kind::definite, Kind::indefinite})
    for (std::int64_t n : {1, 2, 7, 40, 65}) {
      const Tensor A = pattern<T>(random, n, kind);
      const SparseFactor factor(stored(A));
      if (factor.report().singular || factor.report().nearly_singular()) continue;
      INFO("seed " << seed << ", n " << n << ", kind " << static_cast<int>(kind));
      if (n >= 40) CHECK((factor.report().method == "sparse LDL'") == (kind == Kind::definite));
      for (bool transposed_too : {false, true})
        for (std::int64_t sides : {0, 1, 5, 33}) {
          const Tensor B = random.tensor<T>({n, sides});
          const Tensor X = factor.solve(B, false, transposed_too);
          REQUIRE(X.dtype == dtype_of<T>());
          REQUIRE(X.shape == B.shape);
          const Matrix a = matrix_of<T>(transposed_too ? transposed(A) : A);
          CHECK(solve_ratio(a, matrix_of<T>(X), matrix_of<T>(B), epsilon<T>()) < 30);
        }
      const Tensor batch = random.tensor<T>({3, n});  // vectors with an axis before
      const Tensor each = factor.solve(batch, true, false);
      for (std::int64_t at = 0; at < 3; ++at) {
        const Matrix x = matrix_of<T>(each, at, true);
        CHECK(solve_ratio(matrix_of<T>(A), x, matrix_of<T>(batch, at, true), epsilon<T>()) < 30);
      }
    }
}

TEST_CASE("linalg: sparse systems are solved as accurately as dense ones") {
  const unsigned seed = ricci::testing::seed();
  for (unsigned at = 0; at < 20; ++at) {
    solves<double>(seed + at);
    solves<float>(seed + at);
    solves<std::complex<double>>(seed + at);
    solves<std::complex<float>>(seed + at);
  }
}

template <typename T>
void determinants(unsigned seed) {
  Random random(seed);
  for (Kind kind : {Kind::general, Kind::definite, Kind::indefinite})
    for (std::int64_t n : {1, 6, 30}) {
      const Tensor A = pattern<T>(random, n, kind);
      const SparseFactor factor(stored(A));
      INFO("seed " << seed << ", n " << n);
      const auto dense = std::complex<double>(linalg::det(A).as<T>()[0]),
                 own = std::complex<double>(factor.det().as<T>()[0]);
      CHECK(std::abs(own - dense) <= 1e-9 * std::abs(dense));
      const auto log = linalg::logdet(A);
      CHECK(*factor.logdet().template as<double>() == Approx(*log.template as<double>()).epsilon(1e-10).margin(1e-10));
      if (factor.report().singular) continue;
      const Matrix one = product(matrix_of<T>(A), matrix_of<T>(factor.inverse()));
      CHECK(norm(difference(one, Matrix::identity(n))) <= 1e-12L / std::max(1e-9, factor.report().rcond_min));
    }
}

TEST_CASE("linalg: determinants and inverses of sparse matrices are those of dense ones") {
  const unsigned seed = ricci::testing::seed();
  for (unsigned at = 0; at < 20; ++at) {
    determinants<double>(seed + at);
    determinants<std::complex<double>>(seed + at);
  }
}

TEST_CASE("linalg: sparse matrices that are singular, not finite, empty or badly scaled") {
  const auto of = [](std::vector<double> elements) {
    return SparseFactor(stored(Tensor::from<double>({2, 2}, elements)));
  };
  CHECK(of({1, 0, 2, 0}).report().singular);
  CHECK(of({0, 0, 0, 0}).report().singular);
  CHECK(of({1, 2, 2, 4}).report().singular);
  CHECK(*of({1, 2, 2, 4}).det().as<double>() == 0);
  CHECK(*of({1, 2, 2, 4}).logdet().as<double>() == -HUGE_VAL);
  CHECK(of({1, 1, 1, 1 + 1e-16}).report().singular);
  CHECK(of({1, 1, 1, 1 + 3e-16}).report().nearly_singular());
  const Tensor b = Tensor::from<double>({2}, {2, 3});
  const SparseFactor nan = of({1, std::nan(""), 0, 1});
  CHECK_FALSE(nan.report().singular);
  CHECK(std::isnan(nan.solve(b, true, false).as<double>()[1]));
  CHECK(std::isnan(*nan.det().as<double>()));
  const Tensor tiny = of({2e-310, 0, 0, 4e-310}).solve(Tensor::from<double>({2}, {2e-310, 2e-310}), true, false);
  CHECK(tiny.as<double>()[0] == Approx(1).epsilon(1e-10));
  const SparseFactor huge = of({0, 1e300, 1e300, 0});
  CHECK(huge.solve(b, true, false).as<double>()[0] == Approx(3e-300));
  CHECK(*huge.logdet().as<double>() == Approx(2 * std::log(1e300)));
  const SparseFactor empty(stored(Tensor::zeros(DType::f64, {0, 0})));
  CHECK(empty.solve(Tensor::zeros(DType::f64, {0, 3}), false, false).shape == Extents{0, 3});
  CHECK(*empty.det().as<double>() == 1);
  CHECK(*empty.logdet().as<double>() == 0);
  const SparseFactor whole(stored(Tensor::from<std::int64_t>({2, 2}, {0, 3, 2, 0})));
  CHECK(whole.solve(b, true, false).as<double>()[0] == 1.5);
  const Tensor complex = Tensor::from<std::complex<double>>({2}, {{3, 6}, {2, 4}});
  CHECK(whole.solve(complex, true, false).as<std::complex<double>>()[1] == std::complex<double>(1, 2));
}

TEST_CASE("linalg: sparse solves have the same bits with one thread and with two") {
  Random random(7);
  const Tensor A = pattern<double>(random, 60, Kind::general), B = random.tensor<double>({60, 100});
  const SparseFactor factor(stored(A));
  const auto with = [&](int threads) {
    const ThreadCount held(threads);
    return factor.solve(B, false, false);
  };
  const Tensor one = with(1), two = with(2);
  for (std::int64_t at = 0; at < one.count(); ++at) REQUIRE(one.as<double>()[at] == two.as<double>()[at]);
}

}  // namespace
