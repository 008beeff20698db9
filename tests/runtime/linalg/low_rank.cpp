// (diag(d) + U V^T) x = b and its determinant, against the matrix by its elements in long double: all types, batches,
// cancellation that the formulas cannot stand, zeros on the diagonal, singular and spoiled entries.
#include "runtime/linalg/low_rank.hpp"

#include "matrices.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/factor.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg;
using std::complex;

namespace {

template <typename T>
DiagonalPlusLowRank drawn(Random& random, std::int64_t batch, std::int64_t n, std::int64_t q, double diagonal) {
  DiagonalPlusLowRank out{random.tensor<T>({batch, n}), random.tensor<T>({batch, n, q}),
                          random.tensor<T>({batch, n, q})};
  for (std::int64_t at = 0; at < batch * n; ++at) {
    T& own = out.d.as<T>()[at];
    own = static_cast<typename Parts<T>::Real>(diagonal) * (own / std::abs(own) + own / T(8));
  }
  return out;
}

template <typename T>
Tensor formed(const DiagonalPlusLowRank& a) {
  const std::int64_t batch = a.d.shape[0], n = a.d.shape[1], q = a.u.shape[2];
  Tensor out = Tensor::zeros(dtype_of<T>(), {batch, n, n});
  for (std::int64_t at = 0; at < batch; ++at)
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        Wide sum = i == j ? Wide(a.d.as<T>()[at * n + i]) : Wide(0);
        for (std::int64_t p = 0; p < q; ++p)
          sum += Wide(a.u.as<T>()[(at * n + i) * q + p]) * Wide(a.v.as<T>()[(at * n + j) * q + p]);
        if constexpr (Parts<T>::complex)
          out.as<T>()[(at * n + i) * n + j] = T(sum);
        else
          out.as<T>()[(at * n + i) * n + j] = static_cast<T>(sum.real());
      }
  return out;
}

/// |b - A x| over (n + q + 16) eps (|d| |x| + |U| |V|^T |x| + |b|), by largest elements of each column; at most 1 plus
/// what computing it rounds.
template <typename T>
long double backward_error(const DiagonalPlusLowRank& a, const Tensor& b, const Tensor& x, std::int64_t entry) {
  const std::int64_t n = a.d.shape[1], q = a.u.shape[2], r = b.shape[2];
  const T *d = a.d.as<T>() + entry * n, *u = a.u.as<T>() + entry * n * q, *v = a.v.as<T>() + entry * n * q;
  long double out = 0;
  for (std::int64_t col = 0; col < r; ++col) {
    std::vector<Wide> inner(static_cast<std::size_t>(q));
    std::vector<long double> size(static_cast<std::size_t>(q));
    const auto x_at = [&](std::int64_t row) { return Wide(x.as<T>()[(entry * n + row) * r + col]); };
    for (std::int64_t row = 0; row < n; ++row)
      for (std::int64_t p = 0; p < q; ++p) {
        inner[static_cast<std::size_t>(p)] += Wide(v[row * q + p]) * x_at(row);
        size[static_cast<std::size_t>(p)] += std::abs(Wide(v[row * q + p]) * x_at(row));
      }
    long double worst = 0, most = 0;
    for (std::int64_t row = 0; row < n; ++row) {
      const Wide given = Wide(b.as<T>()[(entry * n + row) * r + col]);
      Wide left = given - Wide(d[row]) * x_at(row);
      long double around = std::abs(given) + std::abs(Wide(d[row]) * x_at(row));
      for (std::int64_t p = 0; p < q; ++p) {
        left -= Wide(u[row * q + p]) * inner[static_cast<std::size_t>(p)];
        around += std::abs(Wide(u[row * q + p])) * size[static_cast<std::size_t>(p)];
      }
      worst = std::max(worst, std::abs(left));
      most = std::max(most, around);
    }
    out = std::max(out, over(worst, static_cast<long double>(n + q + 16) * epsilon<T>() * most));
  }
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: an update of a diagonal is solved as well as the matrix", "", float, double,
                   complex<float>, complex<double>) {
  const unsigned seed = 31;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : {1, 2, 7, 64, 150})
    for (const std::int64_t q : {0, 1, 3, 8})
      for (const double diagonal : {1.0, 1e-3, 1e-9, 1e6}) {
        INFO("n " << n << " q " << q << " diagonal " << diagonal);
        const auto a = drawn<TestType>(random, 3, n, q, diagonal);
        const Tensor b = random.tensor<TestType>({3, n, 70});
        Report report;
        const Tensor x = solve_low_rank(a, b, false, &report);
        INFO(report.method << " rcond " << report.rcond_min);
        CHECK(!report.singular);
        for (std::int64_t entry = 0; entry < 3; ++entry) CHECK(backward_error<TestType>(a, b, x, entry) < 1.5L);
        if (q == 0) CHECK(report.method == "diagonal");
        if (n == 150 && q == 3 && diagonal == 1.0) CHECK(report.method.find("low-rank update") != std::string::npos);
      }
}

TEMPLATE_TEST_CASE("runtime/linalg: determinants of updates of diagonals", "", float, double, complex<float>,
                   complex<double>) {
  Random random(32);
  for (const std::int64_t n : {1, 2, 7, 40})
    for (const std::int64_t q : {0, 1, 3})
      for (const double diagonal : {1.0, 1e-6}) {
        INFO("n " << n << " q " << q << " diagonal " << diagonal);
        const auto a = drawn<TestType>(random, 2, n, q, diagonal);
        const Tensor wide = cast(formed<TestType>(a), ricci::dsl::DType::c128);
        const Tensor log = det_low_rank(a, true), value = det_low_rank(a, false), expected = logdet(wide),
                     sign = det(wide);
        // A relative error of the determinant is at most about the condition times that of the elements.
        const double rcond = [&] {
          Report report;
          inv(wide, &report);
          return report.rcond_min;
        }();
        for (std::int64_t at = 0; at < 2; ++at) {
          const double bound = 20 * static_cast<double>(n + q) * static_cast<double>(epsilon<TestType>()) / rcond;
          if (bound > 0.1) continue;
          const double found = static_cast<double>(log.template as<typename Parts<TestType>::Real>()[at]);
          const double rounded = std::abs(expected.as<double>()[at]) * static_cast<double>(epsilon<TestType>());
          CHECK(std::abs(found - expected.as<double>()[at]) <= bound + rounded);
          const complex<double> ratio =
              complex<double>(value.template as<TestType>()[at]) / sign.as<complex<double>>()[at];
          const auto size = std::abs(sign.as<complex<double>>()[at]);
          using Limits = std::numeric_limits<typename Parts<TestType>::Real>;
          if (size > static_cast<double>(Limits::min()) && size < static_cast<double>(Limits::max()))
            CHECK(std::abs(ratio - 1.0) <= bound);
        }
      }
}

TEST_CASE("runtime/linalg: an update says which entry is singular, and spoils no other") {
  Random random(33);
  auto a = drawn<double>(random, 4, 20, 1, 1.0);
  // 1 + v^T D^-1 u = 0 in entry 2: only element 0 of u and v, u0 v0 = -d0.
  for (std::int64_t row = 0; row < 20; ++row) a.u.as<double>()[40 + row] = row == 0 ? -1 : 0;
  for (std::int64_t row = 0; row < 20; ++row) a.v.as<double>()[40 + row] = row == 0 ? a.d.as<double>()[40] : 0;
  const Tensor b = random.tensor<double>({4, 20, 2});
  Report report;
  const Tensor x = solve_low_rank(a, b, false, &report);
  CHECK(report.singular);
  CHECK(report.where == std::vector<std::int64_t>{2});
  for (std::int64_t entry : {0, 1, 3}) CHECK(backward_error<double>(a, b, x, entry) < 1.5L);
  CHECK(det_low_rank(a, false).as<double>()[2] == 0);
}

TEST_CASE("runtime/linalg: a zero on the diagonal is no obstacle where the products fill it") {
  Random random(34);
  auto a = drawn<double>(random, 1, 30, 2, 1.0);
  a.d.as<double>()[4] = 0;
  const Tensor b = random.tensor<double>({1, 30, 1});
  CHECK(backward_error<double>(a, b, solve_low_rank(a, b, false), 0) < 1.5L);
  a.u.as<double>()[8] = a.u.as<double>()[9] = 0;  // now a row of zeros
  Report report;
  solve_low_rank(a, b, false, &report);
  CHECK(report.singular);
  const DiagonalPlusLowRank alone{a.d, Tensor::zeros(a.d.dtype, {1, 30, 0}), Tensor::zeros(a.d.dtype, {1, 30, 0})};
  Report other;
  solve_low_rank(alone, b, false, &other);
  CHECK(other.singular);
  CHECK(det_low_rank(alone, true).as<double>()[0] == -std::numeric_limits<double>::infinity());
}

TEST_CASE("runtime/linalg: what is not finite spoils its own entry, or its own column") {
  Random random(35);
  const auto a = drawn<double>(random, 3, 25, 2, 1.0);
  Tensor b = random.tensor<double>({3, 25, 3});
  b.as<double>()[7] = std::numeric_limits<double>::infinity();  // entry 0, row 2, column 1
  a.v.as<double>()[50 + 4] = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = solve_low_rank(a, b, false);
  for (std::int64_t row = 0; row < 25; ++row) {
    CHECK(std::isfinite(x.as<double>()[row * 3]));
    CHECK(!std::isfinite(x.as<double>()[row * 3 + 1]));
    CHECK(std::isnan(x.as<double>()[75 + row * 3]));
  }
  CHECK(backward_error<double>(a, b, x, 2) < 1.5L);
  CHECK(std::isnan(det_low_rank(a, false).as<double>()[1]));
}

TEST_CASE("runtime/linalg: bits of an update do not depend on threads") {
  Random random(36);
  const auto a = drawn<double>(random, 5, 80, 4, 1.0);
  const Tensor b = random.tensor<double>({5, 80, 200});
  Tensor one, two;
  {
    const ThreadCount alone(1);
    one = solve_low_rank(a, b, false);
  }
  {
    const ThreadCount together(2);
    two = solve_low_rank(a, b, false);
  }
  CHECK(same_bits(one, two));
}
