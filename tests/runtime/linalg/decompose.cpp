// Decompositions: LAPACK's residual ratios at every size and type, conventions, hard cases, non-finite entries.
#include "runtime/linalg/decompose.hpp"

#include <cmath>

#include "matrices.hpp"
#include "runtime/error.hpp"
#include "runtime/linalg/selftest.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

constexpr std::int64_t sizes[] = {0, 1, 2, 3, 5, 8, 16, 17, 33, 100};

Tensor doubles(Extents shape, const std::vector<double>& elements) { return Tensor::from(std::move(shape), elements); }

/// Shapes m x n of every kind.
template <typename F>
void each_shape(F f) {
  for (const std::int64_t n : sizes)
    for (const std::int64_t m : {n, n + 3, 2 * n, n / 2}) {
      INFO("m " << m << " n " << n);
      f(m, n);
    }
}

template <typename T>
Tensor hermitian(const Tensor& a) {
  const Matrix full = matrix_of<T>(a), twin = adjoint(full);
  Tensor out = copy(a);
  for (std::size_t at = 0; at < full.elements.size(); ++at) {
    const Wide value = full.elements[at] + twin.elements[at];
    if constexpr (Parts<T>::complex)
      out.as<T>()[at] =
          T(static_cast<typename Parts<T>::Real>(value.real()), static_cast<typename Parts<T>::Real>(value.imag()));
    else
      out.as<T>()[at] = static_cast<T>(value.real());
  }
  return out;
}

Matrix scaled_columns(Matrix a, const Matrix& s) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) a.at(i, j) *= s.at(j, 0);
  return a;
}

bool triangular(const Matrix& a, bool lower) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j)
      if ((lower ? j > i : j < i) && a.at(i, j) != Wide(0)) return false;
  return true;
}

}  // namespace

TEST_CASE("runtime/linalg: the packaged BLAS is sane") { CHECK(blas_is_sane()); }

TEMPLATE_TEST_CASE("runtime/linalg: A = P L U", "", float, double, complex<float>, complex<double>) {
  Random random(31);
  each_shape([&](std::int64_t m, std::int64_t n) {
    const Tensor a = random.tensor<TestType>({3, m, n});
    const Lu parts = lu(a);
    REQUIRE(parts.P.shape == Extents{3, m, m});
    REQUIRE(parts.L.shape == Extents{3, m, std::min(m, n)});
    REQUIRE(parts.U.shape == Extents{3, std::min(m, n), n});
    for (std::int64_t at = 0; at < 3 && m * n > 0; at += 2) {
      const Matrix p = matrix_of<TestType>(parts.P, at), l = matrix_of<TestType>(parts.L, at),
                   u = matrix_of<TestType>(parts.U, at);
      REQUIRE(match_ratio(matrix_of<TestType>(a, at), product(p, product(l, u)), epsilon<TestType>()) < 30);
      CHECK(triangular(l, true));
      CHECK(triangular(u, false));
      CHECK(orthogonality_ratio(p, 1) == 0);
    }
    CHECK(same_bits(lu(column_major(a)).U, parts.U));
  });
}

TEMPLATE_TEST_CASE("runtime/linalg: A = Q R", "", float, double, complex<float>, complex<double>) {
  Random random(32);
  each_shape([&](std::int64_t m, std::int64_t n) {
    const Tensor a = random.tensor<TestType>({2, m, n});
    const Qr parts = qr(a);
    REQUIRE(parts.Q.shape == Extents{2, m, std::min(m, n)});
    if (m * n == 0) return;
    const Matrix q = matrix_of<TestType>(parts.Q, 1), r = matrix_of<TestType>(parts.R, 1);
    REQUIRE(orthogonality_ratio(q, epsilon<TestType>()) < 30);
    REQUIRE(match_ratio(matrix_of<TestType>(a, 1), product(q, r), epsilon<TestType>()) < 30);
    CHECK(triangular(r, false));
    CHECK(same_bits(qr(backwards<TestType>(a)).R, parts.R));
  });
}

TEMPLATE_TEST_CASE("runtime/linalg: A = Q R, graded, of short rank, triangular", "", float, double) {
  const unsigned seed = 41;
  INFO("seed " << seed);
  Random random(seed);
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{150, 150}, {400, 33}, {33, 120}, {131, 97}})
    for (const std::string kind : {"graded", "short", "zero", "triangular"}) {
      INFO("m " << m << " n " << n << " " << kind);
      const Tensor a = random.tensor<TestType>({m, n});
      for (std::int64_t row = 0; row < m; ++row)
        for (std::int64_t col = 0; col < n; ++col) {
          TestType& element = a.as<TestType>()[row * n + col];
          if (kind == "graded") element *= std::pow(TestType(10), -TestType(col) / 5);
          if (kind == "short") element = TestType((row % 5) * (col % 3) + (row % 2));
          if (kind == "zero" || (kind == "triangular" && row > col)) element = 0;
        }
      const Qr parts = qr(a);
      const Matrix q = matrix_of<TestType>(parts.Q), r = matrix_of<TestType>(parts.R);
      REQUIRE(orthogonality_ratio(q, epsilon<TestType>()) < 30);
      REQUIRE(match_ratio(matrix_of<TestType>(a), product(q, r), epsilon<TestType>()) < 30);
      CHECK(triangular(r, false));
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: A = U s Vh", "", float, double, complex<float>, complex<double>) {
  Random random(33);
  each_shape([&](std::int64_t m, std::int64_t n) {
    const Tensor a = random.tensor<TestType>({2, m, n});
    const Svd parts = svd(a);
    REQUIRE(parts.s.shape == Extents{2, std::min(m, n)});
    REQUIRE(parts.s.dtype == dtype_of<typename Parts<TestType>::Real>());
    if (m * n == 0) return;
    const Matrix u = matrix_of<TestType>(parts.U, 1), vh = matrix_of<TestType>(parts.Vh, 1);
    const Matrix s = matrix_of<typename Parts<TestType>::Real>(parts.s, 1, true);
    REQUIRE(orthogonality_ratio(u, epsilon<TestType>()) < 30);
    REQUIRE(orthogonality_ratio(adjoint(vh), epsilon<TestType>()) < 30);
    REQUIRE(match_ratio(matrix_of<TestType>(a, 1), product(scaled_columns(u, s), vh), epsilon<TestType>()) < 50);
    for (std::int64_t k = 1; k < s.rows; ++k) CHECK(s.at(k - 1, 0).real() >= s.at(k, 0).real());
    const Matrix alone = matrix_of<typename Parts<TestType>::Real>(singular_values(a), 1, true);
    CHECK(match_ratio(s, alone, epsilon<TestType>()) < 30);
  });
}

TEMPLATE_TEST_CASE("runtime/linalg: A = U s Vh of long matrices, of any condition and size of elements", "", float,
                   double, complex<float>, complex<double>) {
  using Real = typename Parts<TestType>::Real;
  const unsigned seed = 36;
  INFO("seed " << seed);
  Random random(seed);
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{300, 40}, {40, 300}, {2100, 4}})
    for (const Real shrink : {Real(1), Real(1e-3), Real(0)})  // of the last column or row, against the others
      for (const Real size : {Real(1), std::numeric_limits<Real>::min() * 1000}) {
        INFO("m " << m << " n " << n << " shrink " << shrink << " size " << size);
        const Tensor a = random.tensor<TestType>({m, n});
        for (std::int64_t at = 0; at < m * n; ++at) a.as<TestType>()[at] *= size;
        for (std::int64_t at = 0; at < std::max(m, n); ++at)
          a.as<TestType>()[m > n ? at * n + n - 1 : (m - 1) * n + at] *= shrink;
        const Svd parts = svd(a);
        const Matrix u = matrix_of<TestType>(parts.U), vh = matrix_of<TestType>(parts.Vh);
        const Matrix s = matrix_of<Real>(parts.s, 0, true);
        REQUIRE(orthogonality_ratio(u, epsilon<TestType>()) < 30);
        REQUIRE(orthogonality_ratio(adjoint(vh), epsilon<TestType>()) < 30);
        if (size == 1)
          REQUIRE(match_ratio(matrix_of<TestType>(a), product(scaled_columns(u, s), vh), epsilon<TestType>()) < 50);
        CHECK(match_ratio(s, matrix_of<Real>(singular_values(a), 0, true), epsilon<TestType>()) < 30);
        if (shrink == 0) CHECK(s.at(s.rows - 1, 0).real() <= s.at(0, 0).real() * 100 * epsilon<TestType>());
      }
}

TEMPLATE_TEST_CASE("runtime/linalg: A = U s Vh of square matrices, graded, of short rank, with equal values", "", float,
                   double) {
  const unsigned seed = 40;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : {63, 64, 131})
    for (const std::string kind : {"graded", "short", "orthogonal", "zero", "triangular"}) {
      INFO("n " << n << " " << kind);
      Tensor a = random.tensor<TestType>({n, n});
      if (kind == "orthogonal") a = qr(a).Q;
      for (std::int64_t row = 0; row < n; ++row)
        for (std::int64_t col = 0; col < n; ++col) {
          TestType& element = a.as<TestType>()[row * n + col];
          if (kind == "graded") element *= std::pow(TestType(10), -TestType(row + col) / 10);
          if (kind == "short") element = TestType((row % 5) * (col % 3) + (row % 2));
          if (kind == "zero" || (kind == "triangular" && row > col)) element = 0;
        }
      const Svd parts = svd(a);
      const Matrix u = matrix_of<TestType>(parts.U), vh = matrix_of<TestType>(parts.Vh),
                   s = matrix_of<TestType>(parts.s, 0, true);
      REQUIRE(orthogonality_ratio(u, epsilon<TestType>()) < 30);
      REQUIRE(orthogonality_ratio(adjoint(vh), epsilon<TestType>()) < 30);
      REQUIRE(match_ratio(matrix_of<TestType>(a), product(scaled_columns(u, s), vh), epsilon<TestType>()) < 50);
      CHECK(match_ratio(s, matrix_of<TestType>(singular_values(a), 0, true), epsilon<TestType>()) < 30);
      for (std::int64_t k = 1; k < n; ++k) CHECK(s.at(k - 1, 0).real() >= s.at(k, 0).real());
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: A V = V w, from the lower triangle", "", float, double, complex<float>,
                   complex<double>) {
  Random random(34);
  for (const std::int64_t n : sizes) {
    INFO("n " << n);
    const Tensor a = n == 0 ? random.tensor<TestType>({0, 0}) : hermitian<TestType>(random.tensor<TestType>({n, n}));
    const Eigh parts = eigh(a);
    REQUIRE(parts.w.shape == Extents{n});
    if (n == 0) continue;
    const Matrix v = matrix_of<TestType>(parts.V), full = matrix_of<TestType>(a);
    const Matrix w = matrix_of<typename Parts<TestType>::Real>(parts.w, 0, true);
    REQUIRE(orthogonality_ratio(v, epsilon<TestType>()) < 30);
    REQUIRE(over(norm(difference(product(full, v), scaled_columns(v, w))),
                 norm(full) * static_cast<long double>(n) * epsilon<TestType>()) < 30);
    for (std::int64_t k = 1; k < n; ++k) CHECK(w.at(k - 1, 0).real() <= w.at(k, 0).real());
    Tensor spoiled = copy(a);
    for (std::int64_t at = 0; at < n * n; ++at)
      if (at % n > at / n)
        spoiled.as<TestType>()[at] = std::numeric_limits<typename Parts<TestType>::Real>::quiet_NaN();
    CHECK(same_bits(eigh(spoiled).w, parts.w));
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: A = L L^H, or the entry that is not positive definite", "", float, double,
                   complex<float>, complex<double>) {
  Random random(35);
  for (const std::int64_t n : sizes) {
    INFO("n " << n);
    Tensor a = random.tensor<TestType>({2, n, n});
    for (std::int64_t at = 0; at < 2 && n > 0; ++at) {
      Tensor one = Tensor::view(a.dtype, a.as<TestType>() + at * n * n, {n, n}, {n, 1});
      const Tensor positive = hermitian<TestType>(one);
      for (std::int64_t k = 0; k < n * n; ++k)
        one.as<TestType>()[k] =
            positive.as<TestType>()[k] + (k % (n + 1) == 0 ? TestType(static_cast<float>(6 * n)) : TestType(0));
    }
    const Tensor l = cholesky(a);
    for (std::int64_t at = 0; at < 2 && n > 0; ++at) {
      const Matrix lower = matrix_of<TestType>(l, at);
      CHECK(triangular(lower, true));
      REQUIRE(match_ratio(matrix_of<TestType>(a, at), product(lower, adjoint(lower)), epsilon<TestType>()) < 30);
    }
    CHECK(same_bits(cholesky(column_major(a)), l));
    if (n == 0) continue;
    a.as<TestType>()[2 * n * n - 1] = -1;
    std::string shown;
    try {
      cholesky(a);
    } catch (const ricci::error& error) {
      shown = error.code() + ": " + error.message();
    }
    CHECK(shown == "not_positive_definite: the matrix at batch entry [1] is not positive definite");
  }
}

TEMPLATE_TEST_CASE("runtime/linalg: the inverse, the determinant and its logarithm", "", float, double, complex<float>,
                   complex<double>) {
  Random random(36);
  using Real = typename Parts<TestType>::Real;
  for (const std::int64_t n : sizes) {
    INFO("n " << n);
    const Tensor a = random.tensor<TestType>({9, n, n});
    const Tensor inverse = inv(a);
    REQUIRE(inverse.shape == a.shape);
    const Tensor d = det(a), l = logdet(a);
    REQUIRE(d.shape == Extents{9});
    CHECK(l.dtype == dtype_of<Real>());
    for (std::int64_t at = 0; at < 9; at += 4) {
      const Matrix full = n == 0 ? Matrix::of(0, 0) : matrix_of<TestType>(a, at);
      if (n > 0)
        REQUIRE(solve_ratio(full, matrix_of<TestType>(inverse, at), Matrix::identity(n), epsilon<TestType>()) < 30);
      Matrix work = full;  // elimination in long double
      Wide expected = 1;
      long double logarithm = 0;
      for (std::int64_t k = 0; k < n; ++k) {
        std::int64_t pivot = k;
        for (std::int64_t row = k; row < n; ++row)
          if (std::abs(work.at(row, k)) > std::abs(work.at(pivot, k))) pivot = row;
        for (std::int64_t col = 0; col < n; ++col) std::swap(work.at(k, col), work.at(pivot, col));
        expected *= pivot == k ? work.at(k, k) : -work.at(k, k);
        logarithm += std::log(std::abs(work.at(k, k)));
        for (std::int64_t row = k + 1; row < n; ++row) {
          const Wide factor = work.at(row, k) / work.at(k, k);
          for (std::int64_t col = k; col < n; ++col) work.at(row, col) -= factor * work.at(k, col);
        }
      }
      const long double slack = 1e4L * static_cast<long double>(n + 1) * epsilon<TestType>();
      CHECK(std::abs(static_cast<long double>(l.as<Real>()[at]) - logarithm) < slack);
      const TestType found = d.as<TestType>()[at];
      if (logarithm > 80 && sizeof(Real) == 4) continue;  // past the range of single precision
      const Wide value(static_cast<long double>(std::real(found)), static_cast<long double>(std::imag(found)));
      CHECK(std::abs(value - expected) <= slack * std::abs(expected));
    }
  }
}

TEST_CASE("runtime/linalg: determinants of the empty, the singular, the tiny and the huge") {
  CHECK(*det(Tensor::empty(DType::f64, {0, 0})).as<double>() == 1);
  CHECK(*logdet(Tensor::empty(DType::f64, {0, 0})).as<double>() == 0);
  CHECK(*det(doubles({2, 2}, {1, 2, 2, 4})).as<double>() == 0);
  CHECK(*logdet(doubles({2, 2}, {1, 2, 2, 4})).as<double>() == -std::numeric_limits<double>::infinity());
  CHECK(*det(Tensor::zeros(DType::f64, {300, 300})).as<double>() == 0);
  CHECK(*det(doubles({2, 2}, {0, 1, 1, 0})).as<double>() == -1);
  CHECK(*det(doubles({2, 2}, {1e-310, 0, 0, 1e300})).as<double>() == Approx(1e-10));
  CHECK(*det(doubles({3, 3}, {1e200, 0, 0, 0, 1e200, 0, 0, 0, 1e-300})).as<double>() == Approx(1e100));
  CHECK(*logdet(doubles({2, 2}, {1e-310, 0, 0, 1e-310})).as<double>() == Approx(-2 * 310 * std::log(10)));
  CHECK(*det(doubles({2, 2}, {1, 1, 1e-310, 3e-310})).as<double>() == Approx(2e-310));
  CHECK(*det(Tensor::from<std::int64_t>({2, 2}, {1, 2, 3, 4})).as<double>() == Approx(-2));
  Report report;
  const Tensor inverse = inv(doubles({2, 2, 2}, {1, 0, 0, 2, 1, 2, 2, 4}), &report);
  CHECK(report.singular);
  CHECK(report.where == std::vector<std::int64_t>{1});
  CHECK(inverse.as<double>()[3] == 0.5);
  CHECK(inv(Tensor::empty(DType::f64, {4, 0, 0})).shape == Extents{4, 0, 0});
}

TEST_CASE("runtime/linalg: tiny pivots do not spoil lu, qr, svd, eigh, cholesky") {
  Random random(37);
  for (const double size : {1e-310, 1e-300, 1e300})
    for (const std::int64_t n : {2, 9, 40}) {
      INFO("n " << n << " size " << size);
      Tensor a = random.tensor<double>({n, n});
      for (std::int64_t at = 0; at < n * n; ++at) a.as<double>()[at] *= size;
      const Matrix full = matrix_of<double>(a);
      const Lu parts = lu(a);
      const long double granularity = size < 1e-305 ? 1e4L : 1;  // subnormal elements have few digits
      CHECK(match_ratio(
                full,
                product(matrix_of<double>(parts.P), product(matrix_of<double>(parts.L), matrix_of<double>(parts.U))),
                epsilon<double>() * granularity) < 30);
      const Qr orthogonal = qr(a);
      CHECK(orthogonality_ratio(matrix_of<double>(orthogonal.Q), epsilon<double>()) < 30);
      const Svd spectrum = svd(a);
      CHECK(orthogonality_ratio(matrix_of<double>(spectrum.U), epsilon<double>()) < 30);
      CHECK(spectrum.s.as<double>()[0] > 0);
      CHECK(std::isfinite(eigh(a).w.as<double>()[0]));
    }
  const Lu parts = lu(doubles({3, 3}, {1, 0, 0, 0, 1e-310, 0, 0, 1e-310, 1}));
  CHECK(parts.L.as<double>()[7] == 1);
  const Tensor l = cholesky(doubles({2, 2}, {4e-310, 0, 0, 4e300}));
  CHECK(l.as<double>()[0] == Approx(2e-155));
  CHECK(l.as<double>()[3] == Approx(2e150));
}

TEMPLATE_TEST_CASE("runtime/linalg: NaN and infinity stay in their entry and never hang", "", float, double,
                   complex<float>, complex<double>) {
  Random random(38);
  using Real = typename Parts<TestType>::Real;
  for (const std::int64_t n : {1, 2, 8, 33, 70})
    for (const Real poison : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
      Tensor a = Tensor::zeros(dtype_of<TestType>(), {2, n, n});
      for (std::int64_t k = 0; k < n; ++k) a.as<TestType>()[k * n + k] = a.as<TestType>()[(n + k) * n + k] = 2;
      a.as<TestType>()[2 * n * n - 1] = poison;
      const auto check = [&](const Tensor& t, bool vector = false, bool real = false) {
        const auto part = [&](std::int64_t at) {
          return real ? matrix_of<Real>(t, at, vector) : matrix_of<TestType>(t, at, vector);
        };
        CHECK(std::isfinite(static_cast<double>(norm(part(0)))));
        CHECK(!std::isfinite(static_cast<double>(norm(part(1)))));
      };
      check(lu(a).U), check(qr(a).R), check(svd(a).U), check(svd(a).s, true, true), check(eigh(a).V);
      check(cholesky(a)), check(inv(a)), check(singular_values(a), true, true);
      CHECK(std::isnan(std::real(det(a).as<TestType>()[1])));
      CHECK(std::isnan(logdet(a).as<Real>()[1]));
      CHECK(std::isfinite(logdet(a).as<Real>()[0]));
    }
}

TEST_CASE("runtime/linalg: decompositions give the same bits on one and two threads") {
  Random random(39);
  const Tensor batch = random.tensor<double>({40, 30, 30}), large = random.tensor<double>({400, 400});
  std::vector<Tensor> found[2];
  for (const int count : {1, 2}) {
    const ThreadCount scope(count);
    found[count - 1] = {lu(batch).U, qr(batch).Q, svd(batch).Vh, eigh(batch).V, inv(batch),
                        inv(large),  det(batch),  det(large),    svd(large).U,  svd(large).Vh};
  }
  for (std::size_t which = 0; which < found[0].size(); ++which) CHECK(same_bits(found[0][which], found[1][which]));
}
