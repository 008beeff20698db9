// Literals that become code of their own, against the library's kernels on the same text: bit for bit where nothing is
// summed, to rounding where something is; every memory order, empty and unit extents, NaN, infinities and signed zeros.
#include <array>
#include <cstring>
#include <limits>
#include <random>

#include <catch2/catch.hpp>
#include <ricci/eigen.hpp>
#include <ricci/xtensor.hpp>

#include "tests/seed.hpp"

namespace {

using namespace ricci::literals;
using ricci::arg;
using Matrix = xt::xtensor<double, 2>;
using Columns = xt::xtensor<double, 2, xt::layout_type::column_major>;
using Vector = xt::xtensor<double, 1>;

template <typename Call>
constexpr bool nests = false;
template <ricci::dsl::FixedString Text, typename... G>
constexpr bool nests<ricci::literal_call<Text, G...>> = ricci::detail::Inlined<Text, G...>::nest;
template <typename Call>
constexpr bool straight = false;
template <ricci::dsl::FixedString Text, typename... G>
constexpr bool straight<ricci::literal_call<Text, G...>> = ricci::detail::Inlined<Text, G...>::small;

/// Numbers of all sizes, and the odd ones.
template <typename C>
C filled(std::vector<std::size_t> shape, std::mt19937_64& random) {
  C out = xt::zeros<double>(shape);
  constexpr double odd[] = {0.0,
                            -0.0,
                            1.0,
                            -1.0,
                            750.0,
                            -750.0,
                            std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()};
  std::normal_distribution<double> normal(0, 3);
  for (double& x : out) x = random() % 10 == 0 ? odd[random() % 9] : normal(random);
  return out;
}

bool same(const Matrix& a, const Matrix& b, bool summed) {
  if (a.shape() != b.shape()) return false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    const double x = a.data()[at];
    const double y = b.data()[at];
    if (std::isnan(x) && std::isnan(y)) continue;
    if (summed ? !(x == y || std::abs(x - y) <= 1e-12 * std::max(1.0, std::abs(x))) : std::memcmp(&x, &y, 8) != 0)
      return false;
  }
  return true;
}

/// Through the loop nest and through the library; `call` makes the call of the literal.
void compare(const auto& call, bool summed, const std::string& what) {
  static_assert(nests<decltype(call())>);
  const Matrix library = call().evaluate();
  const Matrix inlined = call();
  INFO(what << "\ninlined: " << inlined(0, 0) << "\nlibrary: " << library(0, 0));
  CHECK(same(inlined, library, summed));
}

}  // namespace

TEST_CASE("public: formulas of elements become loops with the library's numbers") {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const std::size_t n : {1, 2, 3, 7, 65})
    for (const std::size_t m : {1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 32, 33, 1000}) {
      const auto A = filled<Matrix>({n, m}, random);
      const auto B = filled<Columns>({n, m}, random);
      const auto r = filled<Vector>({m}, random);
      const auto c = filled<Vector>({n}, random);
      const double s = 0.75;
      const std::string size = std::to_string(n) + " x " + std::to_string(m);
      const auto chain = [&] {
        return "Y[i,j] = s*exp(-A[i,j]) + A[i,j]*A[i,j]/3 - abs(A[i,j])"_ricci(arg<"A"> = A, arg<"s"> = s);
      };
      compare(chain, false, "a chain, " + size);
      const auto broadcast = [&] {
        return "Y[i,j] = max(A[i,j]*r[j], c[i]) - min(r[j], 2)"_ricci(arg<"A"> = A, arg<"r"> = r, arg<"c"> = c);
      };
      compare(broadcast, false, "a row and a column, " + size);
      const auto mixed = [&] {
        return "Y[i,j] = (A[i,j] + B[i,j])^2 + 2.5*(i == j) + 0.5*i - (A[i,j] < B[i,j])*r[j]"_ricci(
            arg<"A"> = A, arg<"B"> = B, arg<"r"> = r);
      };
      compare(mixed, false, "two memory orders, " + size);
      const auto logic = [&] {
        return "Y[i,j] = (A[i,j] > 0 && !(i >= j) || c[i] != 0)*A[i,j]"_ricci(arg<"A"> = A, arg<"c"> = c);
      };
      compare(logic, false, "brackets, " + size);
    }
}

TEST_CASE("public: sums inside formulas become inner loops") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (const std::size_t d : {1, 3, 10, 64})
    for (const std::size_t n : {1, 5, 33})
      for (const std::size_t m : {1, 4, 9, 40}) {
        Matrix X = xt::zeros<double>({n, d});
        Matrix Y = xt::zeros<double>({m, d});
        Vector w = xt::zeros<double>({d});
        for (double& x : X) x = uniform(random);
        for (double& x : Y) x = uniform(random);
        for (double& x : w) x = uniform(random);
        const std::string size = std::to_string(n) + " x " + std::to_string(m) + ", " + std::to_string(d);
        compare(
            [&] {
              return "K[i,j] = exp(-0.5 * sum[k] w[k]^2*(X[i,k]-Y[j,k])^2)"_ricci(arg<"X"> = X, arg<"Y"> = Y,
                                                                                  arg<"w"> = w);
            },
            true, "a kernel of distances, " + size);
        compare(
            [&] {
              return "K[i,j] = sum[k,l] exp(X[i,k]*Y[j,l] - w[k])"_ricci(arg<"X"> = X, arg<"Y"> = Y, arg<"w"> = w);
            },
            true, "a double sum, " + size);
      }
}

TEST_CASE("public: tiles of rows and panels of lanes cover results of any rank and memory order") {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  const auto any = [&]<typename C>(std::type_identity<C>, std::vector<std::size_t> shape) {
    C out = xt::zeros<double>(shape);
    for (double& x : out) x = uniform(random);
    return out;
  };
  using Cube = xt::xtensor<double, 3>;
  for (const std::size_t d : {1, 2, 9})
    for (const std::size_t m : {1, 3, 8, 15, 16, 17, 31, 70, 300})
      for (const std::size_t n : {1, 3, 4, 6, 21}) {
        INFO("extents " << n << ", " << m << ", " << d);
        const Matrix X = any(std::type_identity<Matrix>(), {n, d});
        const Matrix Y = any(std::type_identity<Matrix>(), {m, d});
        const Columns Z = any(std::type_identity<Columns>(), {m, d});
        const Vector w = any(std::type_identity<Vector>(), {d});
        const Vector u = any(std::type_identity<Vector>(), {m});
        const Vector v = any(std::type_identity<Vector>(), {2});
        const auto cube = [&] {
          return "T[l,i,j] = u[j] - sum[k] abs(X[i,k] - v[l]*Y[j,k]) + 0.5*j"_ricci(arg<"X"> = X, arg<"Y"> = Y,
                                                                                    arg<"u"> = u, arg<"v"> = v);
        };
        static_assert(nests<decltype(cube())>);
        const Cube left = cube();
        CHECK(xt::allclose(left, Cube(cube().evaluate()), 1e-12, 1e-12));
        const auto line = [&] {
          return "t[j] = exp(sum[k] (w[k] - Z[j,k])^2) - u[j]"_ricci(arg<"Z"> = Z, arg<"w"> = w, arg<"u"> = u);
        };
        CHECK(xt::allclose(Vector(line()), Vector(line().evaluate()), 1e-12, 1e-12));
        const auto two = [&] {
          return "t[i,j] = (sum[k] abs(X[i,k] - Y[j,k])) - (sum[k] exp(X[i,k]*Z[j,k] - w[k])) + X[i,0]*u[j]*0"_ricci(
              arg<"X"> = X, arg<"Y"> = Y, arg<"Z"> = Z, arg<"w"> = w, arg<"u"> = u);
        };
        CHECK(xt::allclose(Matrix(two()), Matrix(two().evaluate()), 1e-12, 1e-12));
      }
}

TEST_CASE("public: long rows are cut into blocks that leave no lane out") {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (const std::size_t m : {43521, 65537, 131073, 131079, 140007}) {
    INFO("extent " << m);
    Matrix A = xt::zeros<double>({std::size_t{1}, m});
    for (double& x : A) x = uniform(random);
    compare([&] { return "Y[i,j] = exp(A[i,j]) + 0.5*A[i,j]"_ricci(arg<"A"> = A); }, false, "a chain");
    const Matrix X{{0.5, -1}, {0.25, 2}, {1, 1}};
    Matrix Z = xt::zeros<double>({m, std::size_t{2}});
    for (double& x : Z) x = uniform(random);
    compare([&] { return "Y[i,j] = sum[k] abs(X[i,k] - Z[j,k])"_ricci(arg<"X"> = X, arg<"Z"> = Z); }, true, "sums");
  }
}

TEST_CASE("public: the library takes over where a loop nest does not fit") {
  const Matrix A{{1, 2, 3}, {4, 5, 6}};
  const Vector two{1, 2};
  const Matrix none = xt::zeros<double>({0, 3});
  const auto add = ricci::expr<"Y[i,j] = A[i,j] + 2*v[j]">;
  CHECK_THROWS_AS(Matrix(add(arg<"A"> = A, arg<"v"> = two)), ricci::error);
  CHECK(Matrix(add(arg<"A"> = none, arg<"v"> = Vector{1, 2, 3})).size() == 0);
  const Columns columns = add(arg<"A"> = A, arg<"v"> = Vector{1, 2, 3});
  CHECK((columns == Matrix{{3, 6, 9}, {6, 9, 12}}));
  const Matrix square{{1, 2}, {3, 4}};
  CHECK((Vector("y[i] = 1.5*A[i,i] + 1"_ricci(arg<"A"> = square)) == Vector{2.5, 7}));
  CHECK((Matrix("Y[i,j] = A[j,i] + 0.0"_ricci(arg<"A"> = A)) == xt::transpose(A)));
  const Matrix big = xt::ones<double>({257, 1031});
  CHECK((Matrix("Y[i,j] = 2.0*A[i,j] + 1"_ricci(arg<"A"> = big)) == 2 * big + 1));  // in several chunks
}

TEST_CASE("public: programs over extents that types know become straight code") {
  const xt::xtensor_fixed<double, xt::xshape<3, 3>> A{{0, 1, .5}, {1, 3, .25}, {.5, .25, 2}};  // needs a pivot
  const std::array<double, 3> b{1, 2, 3};
  const std::array<double, 3> x = "x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b);
  static_assert(straight<decltype("x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b))>);
  static_assert(straight<decltype("sum[k] b[k]^2"_ricci(arg<"b"> = b))>);
  const Vector expected = "x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b).evaluate();
  for (std::size_t at = 0; at < 3; ++at) CHECK(x[at] == Approx(expected(at)).epsilon(1e-14));

  Eigen::Matrix4d M;
  M << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17;
  const xt::xtensor_fixed<double, xt::xshape<4, 4>> R{{1, 0, 2, 0}, {0, 1, 0, 2}, {3, 0, 1, 0}, {0, 3, 0, 1}};
  const Eigen::Matrix4d product = "C[i,j] = M[i,k]*R[k,j]"_ricci(arg<"M"> = M, arg<"R"> = R);
  const Matrix by_library = "C[i,j] = M[i,k]*R[k,j]"_ricci(arg<"M"> = M, arg<"R"> = R).evaluate();
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) CHECK(product(i, j) == by_library(std::size_t(i), std::size_t(j)));

  const std::array<double, 3> several =
      "d[i] = A[i,k]*b[k]; y = solve(A, d); z[i] = y[i] + sqrt(b[i]) - (i == 1)"_ricci(arg<"A"> = A, arg<"b"> = b);
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(several[at] == Approx(b[at] + std::sqrt(b[at]) - (at == 1 ? 1 : 0)).epsilon(1e-13));
  const double total = "sum[k] b[k]^2"_ricci(arg<"b"> = b);
  CHECK(total == 14);

  const xt::xtensor_fixed<double, xt::xshape<2, 2>> singular{{1, 2}, {2, 4}};
  const std::array<double, 2> side{1, 1};
  using Pair = std::array<double, 2>;
  CHECK_THROWS_AS(Pair("x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = singular, arg<"b"> = side)), ricci::error);
}
