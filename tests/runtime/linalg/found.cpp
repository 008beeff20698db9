// What a factorisation finds in the data: bands, triangles with their rows exchanged, positive definite bands. Each is
// solved as well as by LU, straight and transposed, at every scale; what only looks like one goes on to the next.
#include <cmath>

#include "matrices.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/factor.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

template <typename T>
T conjugated(T value) {
  if constexpr (Parts<T>::complex)
    return std::conj(value);
  else
    return value;
}

/// Zero where row - column > below or column - row > above.
template <typename T>
Tensor band(Random& random, std::int64_t n, std::int64_t below, std::int64_t above) {
  Tensor out = random.tensor<T>({n, n});
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      if (i - j > below || j - i > above) out.as<T>()[i * n + j] = 0;
  return out;
}
template <typename T>
Tensor definite_band(Random& random, std::int64_t n, std::int64_t width) {
  Tensor out = band<T>(random, n, width, width);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) out.as<T>()[i * n + j] = conjugated(out.as<T>()[j * n + i]);
    out.as<T>()[i * n + i] = T(static_cast<typename Parts<T>::Real>(4 * width + 4));
  }
  return out;
}
/// Rows in another order.
template <typename T>
Tensor shuffled(Random& random, const Tensor& matrix) {
  const std::int64_t n = matrix.shape[0];
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  for (std::int64_t row = 0; row < n; ++row) order[static_cast<std::size_t>(row)] = row;
  std::shuffle(order.begin(), order.end(), random.engine());
  Tensor out = copy(matrix);
  for (std::int64_t row = 0; row < n; ++row)
    std::copy_n(matrix.as<T>() + order[static_cast<std::size_t>(row)] * n, n, out.as<T>() + row * n);
  return out;
}
/// Triangles that are not near to singular.
template <typename T>
Tensor triangle(Random& random, std::int64_t n, bool lower) {
  Tensor out = lower ? band<T>(random, n, n, 0) : band<T>(random, n, 0, n);
  for (std::int64_t i = 0; i < n; ++i) out.as<T>()[i * n + i] += T(static_cast<typename Parts<T>::Real>(2 * n));
  return out;
}

template <typename T>
void check(Random& random, const Tensor& a, const std::string& method) {
  const std::int64_t n = a.shape[0];
  const Tensor b = random.tensor<T>({n, 5});
  const Factor kept = factor(a);
  CHECK(kept.report().method == method);
  CHECK(!kept.report().singular);
  const Tensor x = solve(kept, b, false), y = solve_transposed(kept, a, b, false);
  CHECK(solve_ratio(matrix_of<T>(a), matrix_of<T>(x), matrix_of<T>(b), epsilon<T>()) < 30);
  CHECK(solve_ratio(matrix_of<T>(linalg_tests::transposed(a)), matrix_of<T>(y), matrix_of<T>(b), epsilon<T>()) < 30);
  CHECK(solve_ratio(matrix_of<T>(a), matrix_of<T>(solve_once(a, b, false)), matrix_of<T>(b), epsilon<T>()) < 30);
  const T plain = det(a).as<T>()[0], found = det(kept).as<T>()[0];
  const double size = static_cast<double>(std::abs(plain));
  const double bound = 100 * static_cast<double>(n * epsilon<T>()) / kept.report().rcond_min;
  if (size > 1e-30 && size < 1e30 && bound < 0.1) CHECK(static_cast<double>(std::abs(found - plain)) <= bound * size);
}

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: bands are found and factored within", "", float, double, complex<float>,
                   complex<double>) {
  Random random(41);
  for (const std::int64_t n : {30, 64, 201})
    for (const auto& [below, above] : {std::pair{1, 1}, std::pair{1, 2}, std::pair{2, 1}, std::pair{3, 2}}) {
      INFO("n " << n << " below " << below << " above " << above);
      if (below * (below + above) * 90 >= n * n) continue;
      check<TestType>(random, band<TestType>(random, n, below, above), "banded lu");
      check<TestType>(random, definite_band<TestType>(random, n, above + 1),
                      (above + 1) * 2 * (above + 1) * 90 < n * n ? "banded cholesky" : "cholesky");
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: triangles are found under exchanged rows", "", float, double, complex<float>,
                   complex<double>) {
  Random random(42);
  for (const std::int64_t n : {3, 8, 50, 130}) {
    INFO("n " << n);
    const auto shuffle = [&](const Tensor& of) {
      for (;;) {
        Tensor out = shuffled<TestType>(random, of);
        const std::string found = factor(out).report().method;
        if (found != "lower triangular" && found != "upper triangular") return out;
      }
    };
    check<TestType>(random, shuffle(triangle<TestType>(random, n, true)), "row-exchanged lower triangular");
    check<TestType>(random, shuffle(triangle<TestType>(random, n, false)), "row-exchanged upper triangular");
  }
}

TEST_CASE("runtime/linalg: what only looks like a band, or definite, is still solved") {
  Random random(43);
  // A symmetric band with a positive diagonal that is indefinite: Cholesky gives up, banded LU does it.
  Tensor a = definite_band<double>(random, 100, 1);
  for (std::int64_t i = 0; i < 100; ++i) a.as<double>()[i * 101] = 0.1;
  check<double>(random, a, "banded lu");
  // A dense symmetric indefinite one.
  Tensor dense = random.tensor<double>({40, 40});
  for (std::int64_t i = 0; i < 40; ++i)
    for (std::int64_t j = 0; j <= i; ++j) dense.as<double>()[j * 40 + i] = dense.as<double>()[i * 40 + j];
  check<double>(random, dense, "lu");
}

TEST_CASE("runtime/linalg: singular and nearly singular bands are named as others are") {
  Random random(44);
  Tensor a = band<double>(random, 60, 1, 1);
  for (std::int64_t j = 0; j < 60; ++j) a.as<double>()[7 * 60 + j] = 0;
  CHECK(factor(a).report().singular);
  Tensor twice = band<double>(random, 60, 2, 2);
  for (std::int64_t j = 0; j < 60; ++j) twice.as<double>()[21 * 60 + j] = twice.as<double>()[20 * 60 + j];
  const Report report = factor(twice).report();
  CHECK((report.singular || report.nearly_singular()));
  // Rows exchanged, and a diagonal over sixty orders of magnitude, all of it far below what is safe.
  Tensor steep = Tensor::zeros(ricci::dsl::DType::f64, {4, 4});
  for (std::int64_t i = 0; i < 4; ++i)
    steep.as<double>()[i * 4 + (3 - i)] = std::ldexp(1.0, -1000 + 60 * static_cast<int>(i));
  const Tensor b = Tensor::from<double>({4}, {std::ldexp(1.0, -1000), 0, 0, std::ldexp(1.0, -820)});
  const Tensor x = solve(factor(steep), b, true);
  CHECK(x.as<double>()[3] == 1);
  CHECK(x.as<double>()[0] == 1);
  CHECK(x.as<double>()[1] == 0);
}

TEST_CASE("runtime/linalg: bands at extreme scales keep their solutions") {
  Random random(45);
  for (const int power : {-1000, -300, 0, 300, 1000}) {
    INFO("scaled by 2^" << power);
    Tensor a = band<double>(random, 50, 1, 1);
    for (std::int64_t at = 0; at < a.count(); ++at) a.as<double>()[at] = std::ldexp(a.as<double>()[at], power);
    const Tensor x = random.tensor<double>({50});
    Tensor b = Tensor::zeros(ricci::dsl::DType::f64, {50});
    for (std::int64_t i = 0; i < 50; ++i)
      for (std::int64_t j = 0; j < 50; ++j) b.as<double>()[i] += a.as<double>()[i * 50 + j] * x.as<double>()[j];
    const Factor kept = factor(a);
    CHECK(kept.report().method == "banded lu");
    const Tensor found = solve(kept, b, true);
    for (std::int64_t i = 0; i < 50; ++i)
      CHECK(std::abs(found.as<double>()[i] - x.as<double>()[i]) < 1e-12 / kept.report().rcond_min);
  }
}
