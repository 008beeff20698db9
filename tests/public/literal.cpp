// The second door: literals. That a wrong one stops the build is the matter of tests/compile_fail.
#include <array>
#include <vector>

#include <catch2/catch.hpp>
#include <ricci/eigen.hpp>
#include <ricci/xtensor.hpp>

namespace {

using namespace ricci::literals;
using ricci::arg;
using Matrix = xt::xtensor<double, 2>;
using Vector = xt::xtensor<double, 1>;

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

/// What the compiler finds wrong with a text and these arguments; "" where only extents could be.
constexpr ricci::dsl::Str refused(std::string_view text, const ricci::dsl::Vec<ricci::dsl::Declared>& of) {
  const auto faults = ricci::dsl::check_declared(text, of);
  if (faults.empty()) return {};
  return ricci::dsl::row(faults[0].fault).code;
}

using ricci::dsl::DType;
const ricci::dsl::Vec<ricci::dsl::Declared> declared{{.name = "x", .dtype = DType::f64, .shape = {-1}},
                                                     {.name = "A", .dtype = DType::f64, .shape = {-1, -1}},
                                                     {.name = "p", .dtype = DType::i64, .shape = {-1}},
                                                     {.name = "n", .dtype = DType::i64, .shape = {}}};

}  // namespace

TEST_CASE("public: a literal is called with named arguments") {
  const Matrix X{{1, 2}, {3, 4}};
  const Matrix Y{{1, 2}, {0, 0}, {1, 1}};
  const Matrix expected{{0, 5, 1}, {8, 25, 13}};
  const Matrix K = "K[i,j] = sum[k] (X[i,k]-Y[j,k])^2"_ricci(arg<"X"> = X, arg<"Y"> = Y);
  CHECK((K == expected));
  constexpr auto distances = ricci::expr<"K[i,j] = sum[k] (X[i,k]-Y[j,k])^2">;
  const xt::xarray<double> K2 = distances(arg<"Y"> = Y, arg<"X"> = X);
  CHECK((K2 == expected));
  const xt::xarray<double> dynamic = X;  // its rank is known at the call
  CHECK((Matrix(distances(arg<"X"> = dynamic, arg<"Y"> = Y)) == expected));
  CHECK(code_of([&] { distances(arg<"X"> = xt::xarray<double>(Vector{1}), arg<"Y"> = Y).evaluate(); }) == "shape");
  CHECK(code_of([&] { distances(arg<"X"> = Matrix{{1, 2, 3}}, arg<"Y"> = Y).evaluate(); }) == "shape");
}

TEST_CASE("public: literals take every construct of the language") {
  const Matrix A{{2, 1}, {1, 3}};
  const Vector b{3, 5};
  const Vector x = "x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b);
  CHECK(x(0) == Approx(0.8));
  CHECK(x(1) == Approx(1.4));
  const double several = "G[i,j] = A[k,i]*A[k,j]; t = trace(G); t / 2"_ricci(arg<"A"> = A);
  CHECK(several == 7.5);
  const Matrix sparse = "S = sparse(A); Y[i,j] = S[i,k]*A[k,j]"_ricci(arg<"A"> = A);
  CHECK((sparse == Matrix{{5, 5}, {5, 10}}));
  const Eigen::SparseMatrix<double> E = Eigen::MatrixXd::Identity(2, 2).sparseView();
  CHECK((Vector("y[i] = S[i,j]*b[j]"_ricci(arg<"S"> = E, arg<"b"> = b)) == b));
  const int n = 4;
  const Vector ramp = "r[i] = 0.5*i for i in 0:n"_ricci(arg<"n"> = n);
  CHECK((ramp == Vector{0, 0.5, 1, 1.5}));
  const Vector shifted = "y[i] = b[(i+1) % 2] + b[pad(i-1)] for i in 0:2"_ricci(arg<"b"> = b);
  CHECK((shifted == Vector{5, 6}));
}

TEST_CASE("public: draws are the same through every door, and take a seed a call") {
  const Vector mu{0, 10};
  const auto draw = ricci::expr<"u[i] = normal(mu[i], 1)[i]">;
  const Vector drawn = draw(arg<"mu"> = mu);
  ricci::session rc;
  rc.set("mu", mu);
  rc.run("u[i] = normal(mu[i], 1)[i]");
  CHECK((Vector(rc.get("u")) == drawn));
  const Vector other = draw(arg<"mu"> = mu).evaluate({.seed = 7});
  CHECK((other != drawn));
}

TEST_CASE("public: what the compiler refuses of a literal is wrong for all extents") {
  CHECK(refused("y[i] = A[i,k]*x[k]", declared) == "");
  CHECK(refused("y[i] = A[i,k]*x[k,k]", declared) == "shape");
  CHECK(refused("y[i] = A[i,k]*z[k]", declared) == "name");
  CHECK(refused("y[i] = A[i]", declared) == "shape");
  CHECK(refused("y[i] = x[p[i]]", declared) == "");
  CHECK(refused("y[i] = x[x[i]]", declared) == "type");
  CHECK(refused("det(x)", declared) == "shape");
  CHECK(refused("x'", declared) == "shape");
  CHECK(refused("frobnicate(x)", declared) == "name");
  CHECK(refused("Q, R = svd(A)", declared) == "type");
  // what extents or contents decide is left to the call
  CHECK(refused("y[i] = x[i+30] for i in 0:2", declared) == "");
  CHECK(refused("y[i] = A[i,k]*x[k] + p[i]", declared) == "");
  CHECK(refused("reshape(A, [5, 5])", declared) == "");
  CHECK(refused("y[i] = x[i] for i in 0:n", declared) == "");
  CHECK(refused("A @ x + [1, 2, 3]", declared) == "");
  CHECK(refused("load(\"a.npy\")", declared) == "");
  CHECK(refused("sum(A, axis=n)", declared) == "");
  static_assert(refused("y[i] = x[i]*A[i,i]", {{.name = "x", .dtype = DType::f64, .shape = {3}},
                                               {.name = "A", .dtype = DType::f64, .shape = {3, 4}}}) == "shape");
}
