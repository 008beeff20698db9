// The first door, prepared expressions: called with any memory order, into the caller's memory, bound, from threads.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>
#include <ricci/xtensor.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xview.hpp>

#include "runtime/linalg/report.hpp"

namespace {

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

Matrix sloping(std::size_t n, double diagonal) {
  Matrix out = xt::zeros<double>({n, n});
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      out(i, j) = (i == j ? diagonal : 0.0) + 1.0 / (1.0 + static_cast<double>(i + 2 * j));
  return out;
}

}  // namespace

TEST_CASE("public: a prepared expression is called like a function") {
  const auto kernel = ricci::compile("K[i,j] = sum[k] (X[i,k]-Y[j,k])^2");
  const Matrix X{{1, 2}, {3, 4}};
  const Matrix Y{{1, 2}, {0, 0}, {1, 1}};
  const Matrix expected{{0, 5, 1}, {8, 25, 13}};
  const Matrix K = kernel({{"X", X}, {"Y", Y}});
  CHECK((K == expected));
  const xt::xarray<double> K2 = kernel({{"Y", Y}, {"X", X}});
  CHECK((K2 == expected));
  CHECK(kernel.times_planned() == 1);
  const xt::xtensor<double, 2, xt::layout_type::column_major> Xc = X;
  CHECK((Matrix(kernel({{"X", Xc}, {"Y", xt::xtensor<double, 2, xt::layout_type::column_major>(Y)}})) == expected));
  CHECK(code_of([&] { kernel({{"X", X}}); }) == "name");
  CHECK(code_of([&] { kernel({{"X", X}, {"X", X}}); }) == "value");
  CHECK(code_of([&] { kernel({{"X", X}, {"Y", Vector{1}}}); }) == "shape");
  CHECK(code_of([&] { ricci::compile("K[i,j] = X[i,k"); }) == "bracket");
  CHECK(code_of([&] { ricci::compile("K[i,j] = X[i,j,l]"); }) == "index");
  CHECK(code_of([&] { ricci::compile("")(); }) == "syntax");
}

TEST_CASE("public: into() writes where the caller says") {
  const auto twice = ricci::compile("Y[i,j] = 2*X[i,j]");
  const Matrix X{{1, 2, 3}, {4, 5, 6}};
  Matrix rows = xt::zeros<double>({2, 3});
  twice.into(rows, {{"X", X}});
  CHECK((rows == 2 * X));
  xt::xtensor<double, 2, xt::layout_type::column_major> columns = xt::zeros<double>({2, 3});
  twice.into(columns, {{"X", X}});
  CHECK((columns == rows));
  Matrix wide = xt::zeros<double>({4, 6});
  twice.into(xt::view(wide, xt::range(0, 4, 2), xt::range(0, 6, 2)), {{"X", X}});
  CHECK((wide(2, 4) == 12));
  CHECK((wide(1, 1) == 0));
  CHECK((xt::sum(wide)() == 42));
  Matrix wrong = xt::zeros<double>({3, 2});
  CHECK(code_of([&] { twice.into(wrong, {{"X", X}}); }) == "shape");
  Vector flat = xt::zeros<double>({6});
  CHECK(code_of([&] { twice.into(flat, {{"X", X}}); }) == "shape");
  xt::xtensor<float, 2> narrow = xt::zeros<float>({2, 3});
  CHECK(code_of([&] { twice.into(narrow, {{"X", X}}); }) == "type");
  Matrix itself = X;
  twice.into(itself, {{"X", itself}});
  CHECK((itself == 2 * X));
  std::vector<double> list(2);
  ricci::compile("x + 1").into(list, {{"x", std::vector<double>{1, 2}}});
  CHECK((list == std::vector<double>{2, 3}));
}

TEST_CASE("public: each call's own matrix is factored for that call") {
  const auto solve = ricci::compile("x[j] = M[i,j] \\ b[i]");
  const Vector b{2, 4};
  for (int round = 0; round < 3; ++round)
    for (const double scale : {1.0, 2.0, 4.0}) {
      const Vector x = solve({{"M", Matrix{{scale, 0}, {0, 2 * scale}}}, {"b", b}});
      CHECK((x == Vector{2 / scale, 2 / scale}));
    }
  CHECK(solve.times_planned() == 1);
}

TEST_CASE("public: what depends on bound arguments alone is computed once") {
  const Matrix M = sloping(40, 3);
  const auto general = ricci::compile("A[i,j] = M[k,i]*M[k,j]\nx[j] = A[i,j] \\ b[i]");
  const auto solve = general.bind({{"M", M}});
  for (int round = 0; round < 4; ++round) {
    Vector b = xt::zeros<double>({40});
    b(static_cast<std::size_t>(round)) = 1;
    const Vector kept = solve({{"b", b}});
    const Vector fresh = general({{"M", M}, {"b", b}});
    CHECK(xt::allclose(kept, fresh, 1e-9, 1e-12));
  }
  CHECK(solve.times_planned() == 1);
  const Matrix other = sloping(40, 7);  // given in the call, it is not the bound one
  const Vector b = xt::ones<double>({40});
  CHECK(xt::allclose(Vector(solve({{"M", other}, {"b", b}})), Vector(general({{"M", other}, {"b", b}}))));
  const auto all = general.bind({{"M", M}}).bind({{"b", b}});
  CHECK(xt::allclose(Vector(all()), Vector(solve({{"b", b}}))));
  Matrix gone = M;
  const auto owner = ricci::compile("x = M \\ b").bind({{"M", gone}});
  gone.fill(0);
  CHECK(xt::allclose(Vector(owner({{"b", b}})), Vector(ricci::compile("x = M \\ b")({{"M", M}, {"b", b}}))));
}

TEST_CASE("public: a bound matrix is factored once, whatever comes with it in the calls") {
  using ricci::runtime::linalg::factorisations;
  const Matrix M = sloping(30, 4);
  const auto general = ricci::compile("X[j,r] = s * (M[i,j] \\ B[i,r])");
  const auto solve = general.bind({{"M", M}});
  const std::int64_t before = factorisations();
  for (int round = 0; round < 3; ++round)
    for (const std::size_t sides : {1, 2, 17}) {
      const Matrix B = xt::ones<double>({std::size_t{30}, sides});
      const Matrix X = solve({{"B", B}, {"s", 2.0}});
      const Matrix whole = solve({{"B", B}, {"s", 2}});  // another type
      CHECK((whole == X));
      CHECK(X.shape(1) == sides);
    }
  CHECK(solve.times_planned() == 6);
  CHECK(factorisations() == before + 1);
  const auto derived = ricci::compile("A[i,j] = M[k,i]*M[k,j] + (i == j)\nX[j,r] = A[i,j] \\ B[i,r]").bind({{"M", M}});
  for (const std::size_t sides : {3, 1, 3, 2}) derived({{"B", Matrix(xt::ones<double>({std::size_t{30}, sides}))}});
  CHECK(factorisations() == before + 2);
  const Matrix other = sloping(30, 5);  // given in the call, it is not the bound one
  const Matrix B = xt::ones<double>({30, 2});
  const Matrix theirs = solve({{"M", other}, {"B", B}, {"s", 2.0}});
  CHECK(factorisations() == before + 3);
  CHECK(xt::allclose(theirs, Matrix(general({{"M", other}, {"B", B}, {"s", 2.0}}))));
}

TEST_CASE("public: a bound matrix that a call hides is not taken for another bound one") {
  const Matrix M = sloping(4, 5), N = sloping(4, 9), other = sloping(4, 7);
  const Vector b{1, 2, 3, 4};
  const auto general = ricci::compile("x[j] = M[i,j] \\ b[i] - N[i,j] \\ b[i]");
  const auto both = general.bind({{"M", M}, {"N", N}});
  const Vector hidden_first = both({{"M", other}, {"b", b}});
  const Vector hidden_second = both({{"N", other}, {"b", b}});
  const Vector expected_first = general({{"M", other}, {"N", N}, {"b", b}});
  const Vector expected_second = general({{"M", M}, {"N", other}, {"b", b}});
  CHECK(hidden_first == expected_first);
  CHECK(hidden_second == expected_second);
}

TEST_CASE("public: checking verifies what a prepared expression assumes and computes") {
  const auto lower = ricci::compile("x = assume(M, lower) \\ b", {.check = true});
  const Vector b{1, 2};
  CHECK(code_of([&] { lower({{"M", Matrix{{1, 2}, {3, 4}}}, {"b", b}}); }) == "check");
  CHECK(code_of([&] { lower({{"M", Matrix{{1, 0}, {3, 4}}}, {"b", b}}); }).empty());
  const auto draws = ricci::compile("s[i] = normal(0, 1)[i] + i for i in 0:9", {.check = true});
  CHECK(code_of([&] { draws({}, {.seed = 7}); }).empty());
}

TEST_CASE("public: many threads call one prepared expression at once") {
  const Matrix M = sloping(30, 4);
  const auto solve = ricci::compile("x[j] = M[i,j] \\ b[i]").bind({{"M", M}});
  const auto general = ricci::compile("x[j] = M[i,j] \\ b[i]");
  std::vector<Vector> expected;
  for (int at = 0; at < 8; ++at) expected.emplace_back(general({{"M", M}, {"b", Vector(xt::ones<double>({30}) * at)}}));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int at = 0; at < 8; ++at)
    threads.emplace_back([&, at] {
      const Matrix own = (at + 1) * M;
      for (int round = 0; round < 20; ++round) {
        const Vector b = xt::ones<double>({30}) * at;
        if (!xt::allclose(Vector(solve({{"b", b}})), expected[static_cast<std::size_t>(at)])) ++wrong;
        const Vector x = general({{"M", own}, {"b", b}});
        if (!xt::allclose((at + 1) * x, expected[static_cast<std::size_t>(at)])) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(solve.times_planned() == 1);
}

TEST_CASE("public: plans hold for the extents and types they were made for, and for contents that give extents") {
  const auto head = ricci::compile("y[i] = x[i] for i in 0:n");
  const Vector x{1, 2, 3, 4};
  CHECK((Vector(head({{"x", x}, {"n", 2}})) == Vector{1, 2}));
  CHECK((Vector(head({{"x", x}, {"n", 3}})) == Vector{1, 2, 3}));
  CHECK((Vector(head({{"x", x}, {"n", 2}})) == Vector{1, 2}));
  CHECK(head.times_planned() == 2);
  CHECK((Vector(head({{"x", Vector{5, 6}}, {"n", 2}})) == Vector{5, 6}));
  CHECK(head.times_planned() == 3);
  const auto by_content = ricci::compile("y[i] = x[i] for i in 0:p[1]");
  using Integers = xt::xtensor<std::int64_t, 1>;
  CHECK((Vector(by_content({{"x", x}, {"p", Integers{0, 2}}})) == Vector{1, 2}));
  CHECK((Vector(by_content({{"x", x}, {"p", Integers{0, 4}}})) == x));
  CHECK((Vector(by_content({{"x", x}, {"p", Integers{0, 2}}})) == Vector{1, 2}));
  CHECK(by_content.times_planned() == 2);
  const auto scaled = ricci::compile("x * n");
  for (int n = 0; n < 100; ++n) CHECK((Vector(scaled({{"x", x}, {"n", n}})) == n * x));
  CHECK(scaled.times_planned() == 1);
}

TEST_CASE("public: a call takes a seed, and draws are a session's") {
  const auto draw = ricci::compile("x = normal(0, s, shape=[5])");
  const Vector first = draw({{"s", 1.0}}, {.seed = 7});
  CHECK((Vector(draw({{"s", 1.0}}, {.seed = 7})) == first));
  CHECK((Vector(draw({{"s", 1.0}}, {.seed = 8})) != first));
  ricci::session rc({.seed = 7});
  rc.run("x = normal(0, 1.0, shape=[5])");
  CHECK((Vector(rc.get("x")) == first));
  const auto bound = draw.bind({{"s", 1.0}});
  CHECK((Vector(bound({}, {.seed = 7})) == first));
  CHECK((Vector(bound({}, {.seed = 8})) != first));
}

TEST_CASE("public: results never lie in an argument's memory") {
  const auto same = ricci::compile("X");
  Vector x{1, 2, 3};
  const ricci::value kept = same({{"X", x}});
  const ricci::value shaped = ricci::compile("reshape(X, [3, 1])")({{"X", x}});
  x.fill(0);
  CHECK(kept.elements<double>() == std::vector<double>{1, 2, 3});
  CHECK(shaped.elements<double>() == std::vector<double>{1, 2, 3});
}
