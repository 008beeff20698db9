// The third door: formulas in C++. That they mean what their text means is the matter of tests/language; here is what
// text does not have: lifetimes, containers, names, conversions.
#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>
#include <ricci/xtensor.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "dsl/infer/elaborator.hpp"

namespace {

using Matrix = xt::xtensor<double, 2>;
using Vector = xt::xtensor<double, 1>;
using ricci::val;

const ricci::index<"i"> i;
const ricci::index<"j"> j;
const ricci::index<"k"> k;

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

ricci::expression doubled_and_summed(const Vector& x) {
  const Vector local = 2 * x;
  return sum(k)(val(local)(k));  // owns its copy
}

struct Listed {
  std::string_view name;
};
constexpr Listed listed[] = {
#define RICCI_FUNCTION(name) {#name},
#define RICCI_MAKER(name) {#name},
#define RICCI_REDUCTION(name) {#name},
#include <ricci/functions.def>
#undef RICCI_FUNCTION
#undef RICCI_MAKER
#undef RICCI_REDUCTION
};

}  // namespace

TEST_CASE("public: an expression is assigned like any container") {
  const Matrix X{{1, 2}, {3, 4}};
  const Matrix Y{{1, 2}, {0, 0}, {1, 1}};
  const auto e = sum(k)(square(ricci::ref(X)(i, k) - ricci::ref(Y)(j, k)));
  const Matrix expected{{0, 5, 1}, {8, 25, 13}};
  CHECK((Matrix(e(i, j)) == expected));
  CHECK((xt::xarray<double>(e(i, j)) == expected));
  const xt::xtensor_fixed<double, xt::xshape<2, 3>> fixed = e(i, j);
  CHECK((fixed == expected));
  Matrix rows = xt::zeros<double>({2, 3});
  e(i, j).into(rows);
  CHECK((rows == expected));
  const double total = sum(i, j)(e);
  CHECK(total == 52);
  CHECK(e(i, j).get<double, 2>().data()[3] == 8);
  CHECK(e(i, j).text() == "[i,j] = sum[k] (X1[i,k] - X2[j,k])^2");
}

TEST_CASE("public: an expression is part of xtensor's") {
  const Vector x{1, 2, 3};
  const auto squares = square(ricci::ref(x)(i))(i);
  const Vector shifted = ricci::as_xtensor<double, 1>(squares) + 1;
  CHECK((shifted == Vector{2, 5, 10}));
  CHECK(xt::sum(ricci::as_xtensor<double, 1>(squares))() == 14);

  const xt::xarray<double> by_ricci = squares + 1.0;
  CHECK((by_ricci == shifted));
  auto changeable = squares;
  CHECK(xt::sum(squares)() == 14);
  CHECK(xt::sum(changeable)() == 14);
  CHECK(xt::sum(square(ricci::ref(x)(i))(i))() == 14);
  CHECK(xt::amax(squares)() == 9);
  CHECK(xt::mean(squares, {0})() == Approx(14.0 / 3));
  const xt::xarray<double> mixed = xt::sqrt(squares) + x * changeable;
  CHECK((mixed == xt::xarray<double>{2, 10, 30}));
  const xt::xarray<double> left = squares - x;
  CHECK((left == xt::xarray<double>{0, 2, 6}));
  const Matrix A{{1, 2}, {3, 4}};
  CHECK((xt::xarray<double>(xt::sum(ricci::ref(A)(i, j)(i, j), 0)) == xt::xarray<double>{4, 6}));
  CHECK((xt::view(ricci::evaluated(squares), 1)() == 4));
}

TEST_CASE("public: an xtensor expression over an expression owns its value") {
  const auto lazy = [] {
    const Vector x{1, 2, 3};
    const auto e = (val(x)(i) * 2)(i);
    return xt::exp(0 * e) + e;  // of xtensor, through xt::exp
  }();
  CHECK((xt::xarray<double>(lazy) == xt::xarray<double>{3, 5, 7}));
  const Vector z{1};
  CHECK(code_of([&] { xt::sum((ricci::ref(z)(i) * ricci::expression(std::complex<double>(0, 1)))(i)); }) == "type");
}

TEST_CASE("public: ref reads its container when it is evaluated, val has its own") {
  Vector x{1, 2, 3};
  const auto seen = sum(k)(ricci::ref(x)(k));
  const auto kept = sum(k)(val(x)(k));
  x = Vector{10, 20, 30, 40};  // elsewhere in memory
  CHECK(double(seen) == 100);
  CHECK(double(kept) == 6);
  CHECK(double(doubled_and_summed(x)) == 200);
  CHECK(double(sum(k)(val(Vector{1, 2})(k))) == 3);  // takes a temporary over
  const auto shared = std::make_shared<const Vector>(Vector{4, 5});
  CHECK(double(sum(k)(val(shared)(k))) == 9);
  CHECK(shared.use_count() == 1);
  CHECK(double(sum(val(seen.evaluate()) + 1)) == 101);  // a ricci::value
}

TEST_CASE("public: one container is one value, however often it is referred to") {
  const Matrix A{{1, 2}, {3, 4}};
  CHECK((ricci::ref(A)(i, k) * ricci::ref(A)(j, k))(i, j).text() == "[i,j] = X1[i,k]*X1[j,k]");
  const auto a = val(A);
  CHECK((a(i, k) * a(j, k))(i, j).text() == "[i,j] = X1[i,k]*X1[j,k]");
  const auto gram = (ricci::ref(A)(i, k) * ricci::ref(A)(j, k))(i, j);
  CHECK((gram(i, k) * gram(k, j) - gram(i, j))(i, j).text() ==
        "D1[i,j] = X1[i,k]*X1[j,k];\n[i,j] = D1[i,k]*D1[k,j] - D1[i,j]");
  const auto [q, r] = qr(ricci::ref(A));
  const Matrix back = matmul(q, r);
  CHECK(xt::allclose(back, A));
}

TEST_CASE("public: names are the user's where given, and mean one thing") {
  const Vector x{1, 2, 3};
  const auto named = ricci::ref(x).named("speed");
  CHECK((2 * named(i))(i).text() == "[i] = 2*speed[i]");
  CHECK((named(i) * val(x)(i))(i).named("energy").text() == "energy[i] = speed[i]*X1[i]");
  CHECK(code_of([&] { (named(i) + val(x).named("speed")(i))(i).text(); }) == "name");
  CHECK(code_of([&] { ricci::ref(x).named("i")(i)(i).text(); }) == "name");
  CHECK(code_of([&] { ricci::ref(x).named("not a name"); }) == "name");
  CHECK(code_of([&] { ricci::ref(x).named("sum"); }) == "name");
  const Vector X1{7, 8, 9};
  CHECK((ricci::ref(X1).named("X1")(i) + ricci::ref(x)(i))(i).text() == "[i] = X1[i] + X2[i]");
}

TEST_CASE("public: the draws of a named definition are the same wherever it is read") {
  const auto u = ricci::uniform(0, 1)(i)(i.in(0, 5)).named("u");
  const Vector drawn = u;
  const Vector again = (2 * u(i))(i);
  CHECK((again == 2 * drawn));
  ricci::session rc;
  rc.run("u[i] = uniform(0, 1)[i] for i in 0:5");
  CHECK((Vector(rc.get("u")) == drawn));
  CHECK((Vector(u.evaluate(1)) != drawn));
  const auto nameless = ricci::uniform(0, 1)(i)(i.in(0, 5));
  CHECK(code_of([&] { (nameless(i) + 1)(i).evaluate(); }) == "name");
}

TEST_CASE("public: errors of an expression are those of its text") {
  const Matrix A{{1, 2}, {3, 4}};
  const Vector x{1, 2, 3};
  CHECK(code_of([&] { (ricci::ref(A)(i, k) * ricci::ref(x)(k))(i).evaluate(); }) == "shape");
  CHECK(code_of([&] { ricci::ref(A)(i)(i).evaluate(); }) == "shape");
  CHECK(code_of([&] { ricci::ref(A)(i, k)(i).evaluate(); }) == "index");
  CHECK(code_of([&] { ricci::ref(x)(i - 1)(i.in(0, 3)).evaluate(); }) == "range");
  CHECK(code_of([&] { [[maybe_unused]] const Vector v = ricci::ref(A)(i, j)(i, j); }) == "shape");
  CHECK(code_of([&] { ricci::expression(std::uint64_t{1} << 63); }) == "number");
  CHECK(code_of([&] { (i + 1)(2 * i); }) == "target");
  ricci::expression long_chain = ricci::ref(x)(i);
  CHECK(code_of([&] {
          for (int term = 0; term < 3000; ++term) long_chain = long_chain + 1;
        }) == "limit");
}

TEST_CASE("public: numbers of C++ stand in a formula as literals do") {
  const xt::xtensor<float, 1> f{1.5F};
  CHECK((2.0 * ricci::ref(f)(i))(i).evaluate().type() == ricci::dtype::f32);
  CHECK((ricci::ref(f)(i) * std::complex<double>(0, 2))(i).evaluate().type() == ricci::dtype::c64);
  CHECK((ricci::ref(f)(i) + ricci::expression(true))(i).evaluate().type() == ricci::dtype::f32);
  CHECK((i + 1)(i.in(0, 2)).evaluate().type() == ricci::dtype::i64);
  const double minus_infinity = (ricci::ref(f)(0) * -std::numeric_limits<double>::infinity());
  CHECK(minus_infinity == -std::numeric_limits<double>::infinity());
  CHECK((-2 * ricci::ref(f)(i) - -3)(i).text() == "[i] = -2*X1[i] - -3");
}

TEST_CASE("public: every function of the language can be called from C++") {
  const std::vector<std::string_view> otherwise{"arg",    "bool",   "std",  "solve", "lu",   "qr",   "svd",  "eigh",
                                                "einsum", "assume", "load", "save",  "seed", "plot", "heat", "hist"};
  for (const ricci::dsl::Str& name : ricci::dsl::function_names()) {
    const bool known = std::ranges::any_of(listed, [&](const Listed& own) { return own.name == name.view(); }) ||
                       std::ranges::find(otherwise, name.view()) != otherwise.end();
    INFO(std::string(name.view()));
    CHECK(known);
  }
}
