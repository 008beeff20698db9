/// The factorisations of one matrix in memory with gaps between rows, and their inner loops on every instruction set.
/// Expected values come from products in long double.
#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/dense/triangle.hpp"
#include "tests/runtime/linalg/matrices.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg::dense;
using std::complex;

namespace {

/// Rows ld apart; what lies between them must stay as it is.
template <typename T>
struct Gapped {
  std::int64_t rows, cols, ld;
  std::vector<T> memory;

  Gapped(const Tensor& from, std::int64_t gap)
      : rows(from.shape[0]),
        cols(from.shape[1]),
        ld(cols + gap),
        memory(static_cast<std::size_t>(rows * ld + 1), T(7)) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < cols; ++j) at(i, j) = from.as<T>()[i * cols + j];
  }
  T* data() { return memory.data(); }
  T& at(std::int64_t i, std::int64_t j) { return memory[static_cast<std::size_t>(i * ld + j)]; }
  bool gaps_kept() {
    bool kept = memory.back() == T(7);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = cols; j < ld; ++j) kept = kept && at(i, j) == T(7);
    return kept;
  }
  template <typename Keep>
  Matrix matrix(Keep keep) {
    Matrix out = Matrix::of(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < cols; ++j)
        if (keep(i, j)) out.at(i, j) = Wide(std::real(at(i, j)), std::imag(at(i, j)));
    return out;
  }
};

Matrix some_rows(const Matrix& from, std::int64_t rows) {
  Matrix out = Matrix::of(rows, from.cols);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < from.cols; ++j) out.at(i, j) = from.at(i, j);
  return out;
}

/// L U against A with its rows exchanged.
template <typename T>
void check_lu(const Tensor& a, Gapped<T>& lu, const std::vector<std::int32_t>& pivots) {
  const std::int64_t m = lu.rows, n = lu.cols, k = std::min(m, n);
  Matrix lower = lu.matrix([](auto i, auto j) { return i > j; });
  Matrix left = Matrix::of(m, k);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < k; ++j) {
      left.at(i, j) = i == j ? Wide(1) : lower.at(i, j);
      if (std::abs(left.at(i, j)) > 1.5) FAIL("a multiplier above 1: no partial pivoting at " << i << ", " << j);
    }
  const Matrix upper = some_rows(lu.matrix([](auto i, auto j) { return i <= j; }), k);
  Matrix exchanged = matrix_of<T>(a);
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t j = 0; j < n; ++j)
      std::swap(exchanged.at(row, j), exchanged.at(pivots[static_cast<std::size_t>(row)], j));
  CHECK(match_ratio(exchanged, product(left, upper), epsilon<T>()) < 30);
  CHECK(lu.gaps_kept());
}

template <typename T>
Tensor positive(Random& random, std::int64_t n) {
  const Tensor half = random.tensor<T>({n, n});
  Tensor out = Tensor::zeros(dtype_of<T>(), {n, n});
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < n; ++k) {
      const T factor = half.as<T>()[i * n + k];
      for (std::int64_t j = 0; j < n; ++j) {
        const T other = half.as<T>()[j * n + k];
        if constexpr (Parts<T>::complex)
          out.as<T>()[i * n + j] += factor * std::conj(other);
        else
          out.as<T>()[i * n + j] += factor * other;
      }
    }
  for (std::int64_t i = 0; i < n; ++i) out.as<T>()[i * n + i] += T(static_cast<typename Parts<T>::Real>(n));
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: P A = L U in memory with gaps, of every shape", "", float, double, complex<float>,
                   complex<double>) {
  const unsigned seed = 71;
  INFO("seed " << seed);
  Random random(seed);
  for (const auto& [m, n] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {2, 2}, {7, 7}, {8, 8}, {9, 9}, {40, 3}, {3, 40}, {33, 33}, {70, 65}, {65, 70}, {129, 129}}) {
    INFO("m " << m << " n " << n);
    const Tensor a = random.tensor<TestType>({m, n});
    Gapped<TestType> lu(a, n % 3);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(std::min(m, n)));
    CHECK(factor_lu(m, n, lu.data(), lu.ld, pivots.data()) == 0);
    check_lu<TestType>(a, lu, pivots);
  }
}

TEST_CASE("runtime/linalg: P A = L U over the pool, the same bits on one and two threads") {
  const unsigned seed = 72;
  INFO("seed " << seed);
  Random random(seed);
  for (const auto& [m, n] : std::vector<std::pair<std::int64_t, std::int64_t>>{{256, 256}, {331, 300}, {300, 389}}) {
    INFO("m " << m << " n " << n);
    const Tensor a = random.tensor<double>({m, n});
    Gapped<double> one(a, 2), two(a, 2);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(std::min(m, n))), again = pivots;
    {
      const ThreadCount alone(1);
      CHECK(factor_lu(m, n, one.data(), one.ld, pivots.data()) == 0);
    }
    const ThreadCount both(2);
    CHECK(factor_lu(m, n, two.data(), two.ld, again.data()) == 0);
    CHECK(one.memory == two.memory);
    CHECK(pivots == again);
    check_lu<double>(a, one, pivots);
  }
}

TEST_CASE("runtime/linalg: columns without a pivot are passed over, and the first is named") {
  for (const std::int64_t n : {5, 20, 300})
    for (const std::int64_t zero : {std::int64_t{0}, n / 2, n - 1}) {
      INFO("n " << n << " zero " << zero);
      Random random(73);
      const Tensor a = random.tensor<double>({n, n});
      for (std::int64_t row = 0; row < n; ++row) a.as<double>()[row * n + zero] = 0;
      Gapped<double> lu(a, 0);
      std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
      CHECK(factor_lu(n, n, lu.data(), n, pivots.data()) == zero + 1);
      check_lu<double>(a, lu, pivots);
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: panels on every instruction set choose the largest pivot", "", float, double,
                   complex<float>, complex<double>) {
  int sets = 0;
  for (; inner_of_set<TestType>(sets) != nullptr; ++sets)
    for (const std::int64_t m : {1, 2, 5, 8, 9, 16, 17, 100})
      for (int width = 1; width <= std::min<std::int64_t>(m, inner_order); ++width) {
        INFO("set " << sets << " m " << m << " width " << width);
        Random random(74);
        const Tensor a = random.tensor<TestType>({m, width});
        Gapped<TestType> panel(a, 1);
        std::vector<std::int32_t> pivots(static_cast<std::size_t>(width));
        std::vector<TestType> work(static_cast<std::size_t>(panel_workspace(m)));
        CHECK(inner_of_set<TestType>(sets)->factor_panel(m, width, panel.data(), panel.ld, pivots.data(),
                                                         work.data()) == 0);
        check_lu<TestType>(a, panel, pivots);
      }
  CHECK(sets > 0);
}

TEST_CASE("runtime/linalg: a panel of NaN, of infinities or of tiny pivots keeps its rows in bounds") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), tiny = std::numeric_limits<double>::denorm_min();
  for (const double filling : {nan, std::numeric_limits<double>::infinity(), tiny, 0.0})
    for (const std::int64_t m : {1, 3, 9, 30}) {
      std::vector<double> a(static_cast<std::size_t>(m * 4), filling),
          work(static_cast<std::size_t>(panel_workspace(m)));
      std::vector<std::int32_t> pivots(4);
      const int width = static_cast<int>(std::min<std::int64_t>(m, 4));
      inner<double>().factor_panel(m, width, a.data(), 4, pivots.data(), work.data());
      for (int k = 0; k < width; ++k)
        CHECK((pivots[static_cast<std::size_t>(k)] >= k && pivots[static_cast<std::size_t>(k)] < m));
    }
}

TEMPLATE_TEST_CASE("runtime/linalg: triangles of every kind, order and number of sides", "", float, double,
                   complex<float>, complex<double>) {
  const unsigned seed = 75;
  INFO("seed " << seed);
  Random random(seed);
  using Real = typename Parts<TestType>::Real;
  for (const std::int64_t n : {1, 2, 7, 8, 9, 24, 65})
    for (const std::int64_t r : {1, 2, 3, 8, 15, 37, 70})
      for (const bool lower : {true, false})
        for (const bool unit : {true, false})
          for (const bool adjointed : {true, false}) {
            INFO("n " << n << " r " << r << " lower " << lower << " unit " << unit << " adjoint " << adjointed);
            Tensor t = random.tensor<TestType>({n, n});
            for (std::int64_t at = 0; at < n * n; ++at) t.as<TestType>()[at] /= static_cast<Real>(n);
            for (std::int64_t i = 0; i < n; ++i) t.as<TestType>()[i * n + i] += TestType(2);
            const Tensor b = random.tensor<TestType>({n, r});
            Gapped<TestType> x(b, 1);
            const View<TestType> view = adjointed ? adjoint_of(t.as<TestType>(), n)
                                                  : rows_of(static_cast<const TestType*>(t.as<TestType>()), n);
            solve_triangle({lower, unit}, n, r, view, x.data(), x.ld);
            Matrix triangle = matrix_of<TestType>(t);
            if (adjointed) triangle = adjoint(triangle);
            for (std::int64_t i = 0; i < n; ++i)
              for (std::int64_t j = 0; j < n; ++j) {
                if (lower ? j > i : j < i) triangle.at(i, j) = 0;
                if (i == j && unit) triangle.at(i, j) = 1;
              }
            const Matrix solution = x.matrix([](auto, auto) { return true; });
            CHECK(solve_ratio(triangle, solution, matrix_of<TestType>(b), epsilon<TestType>()) < 30);
            CHECK(x.gaps_kept());
          }
}

TEMPLATE_TEST_CASE("runtime/linalg: A = U^H U from the upper triangle alone", "", float, double, complex<float>,
                   complex<double>) {
  const unsigned seed = 76;
  INFO("seed " << seed);
  Random random(seed);
  for (const std::int64_t n : {1, 2, 8, 9, 33, 100}) {
    INFO("n " << n);
    const Tensor a = positive<TestType>(random, n);
    Gapped<TestType> u(a, 2);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < i; ++j) u.at(i, j) = TestType(-5);
    CHECK(factor_cholesky(n, u.data(), u.ld));
    const Matrix upper = u.matrix([](auto i, auto j) { return i <= j; });
    CHECK(match_ratio(matrix_of<TestType>(a), product(adjoint(upper), upper), epsilon<TestType>()) < 30);
    CHECK(u.gaps_kept());
    u = Gapped<TestType>(a, 2);
    u.at(n - 1, n - 1) = TestType(-1);
    CHECK_FALSE(factor_cholesky(n, u.data(), u.ld));
  }
}

TEST_CASE("runtime/linalg: A = U^H U over the pool, the same bits on one and two threads") {
  Random random(77);
  for (const std::int64_t n : {320, 397}) {
    const Tensor a = positive<double>(random, n);
    Gapped<double> one(a, 1), two(a, 1);
    {
      const ThreadCount alone(1);
      CHECK(factor_cholesky(n, one.data(), one.ld));
    }
    const ThreadCount both(2);
    CHECK(factor_cholesky(n, two.data(), two.ld));
    CHECK(one.memory == two.memory);
    const Matrix upper = one.matrix([](auto i, auto j) { return i <= j; });
    CHECK(match_ratio(matrix_of<double>(a), product(adjoint(upper), upper), epsilon<double>()) < 30);
  }
}
