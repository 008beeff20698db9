// The first door, sessions: values in and out, borrowing, errors, what outlives what.
#include <memory>
#include <type_traits>

#include <functional>
#include <utility>

#include <catch2/catch.hpp>
#include <ricci/xtensor.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xview.hpp>

namespace {

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

template <typename T>
concept can_borrow = requires(ricci::session& rc, T&& x) { rc.borrow("x", std::forward<T>(x)); };

}  // namespace

TEST_CASE("public: a session takes values, runs statements and gives values") {
  ricci::session rc;
  const xt::xtensor<double, 2> X{{1, 2, 3}, {4, 5, 6}};
  rc.set("X", X);
  rc.run("K[i,j] = sum[k] (X[i,k]-X[j,k])^2");
  const xt::xtensor<double, 2> K = rc.get<double, 2>("K");
  CHECK((K == xt::xtensor<double, 2>{{0, 27}, {27, 0}}));
  CHECK(rc.has("K"));
  CHECK(rc.names() == std::vector<std::string>{"K", "X"});
  const xt::xarray<double> any = rc.get("K");
  CHECK((any == K));
  const xt::xtensor_fixed<double, xt::xshape<2, 2>> fixed = rc.get("K");
  CHECK((fixed == K));
}

TEST_CASE("public: set copies what it is given by name and takes over what is moved") {
  ricci::session rc;
  xt::xtensor<double, 1> x{1, 2, 3};
  rc.set("x", x);
  x(0) = 100;
  CHECK(rc.get<double, 1>("x").data()[0] == 1);
  const double* elements = x.data();
  rc.set("y", std::move(x));
  CHECK(rc.get<double, 1>("y").data() == elements);
  std::vector<double> v{5, 6};
  elements = v.data();
  rc.set("v", std::move(v));
  CHECK(rc.get<double, 1>("v").data() == elements);
}

TEST_CASE("public: a session reads borrowed memory in place and computes again after changed()") {
  ricci::session rc;
  xt::xtensor<double, 1> x{1, 2, 3};
  rc.borrow("x", x);
  rc.set("z", 10.0);
  rc.run("s = sum(x)\nt = z + 1\nu = s + t");
  CHECK(rc.get("u").scalar<double>() == 17);
  x(0) = 11;
  CHECK(rc.get("u").scalar<double>() == 17);  // kept: nobody has told
  rc.changed("x");
  CHECK(rc.get("s").scalar<double>() == 16);
  CHECK(rc.get("u").scalar<double>() == 27);
  CHECK(code_of([&] { rc.changed("z"); }) == "value");
  static_assert(can_borrow<xt::xtensor<double, 1>&>);
  static_assert(!can_borrow<xt::xtensor<double, 1>>);        // a temporary
  static_assert(!can_borrow<const xt::xtensor<double, 1>>);  // a moved constant
}

TEST_CASE("public: what a session hands out owns its memory") {
  ricci::value kept;
  ricci::value borrowed;
  {
    auto x = std::make_unique<xt::xtensor<double, 1>>(xt::xtensor<double, 1>{1, 2, 3});
    ricci::session rc;
    rc.borrow("x", *x);
    rc.run("y[i] = 2*x[i]");
    kept = rc.get("y");
    borrowed = rc.get("x");
    rc.run("y = 0");
    (*x)(0) = -1;
  }
  CHECK(kept.elements<double>() == std::vector<double>{2, 4, 6});
  CHECK(borrowed.elements<double>() == std::vector<double>{1, 2, 3});
}

TEST_CASE("public: get checks type and rank") {
  ricci::session rc;
  rc.run("A = [[1.5, 2], [3, 4]]\nz = 1i*A\nn = [1, 2]\nb = [true, false]");
  CHECK(code_of([&] { rc.get<double, 1>("A"); }) == "shape");
  CHECK(code_of([&] { rc.get<float, 2>("A"); }) == "type");
  CHECK(code_of([&] { rc.get<double, 2>("z"); }) == "type");
  CHECK(code_of([&] { rc.get<std::int64_t, 2>("A"); }) == "type");
  CHECK(rc.get<double, 1>("n").data()[1] == 2.0);
  CHECK(rc.get<std::complex<double>, 2>("A").data()[0] == std::complex<double>(1.5));
  CHECK(rc.get<bool, 1>("b").data()[0]);
  CHECK(code_of([&] { rc.get("n").scalar<double>(); }) == "shape");
  CHECK(code_of([&] { rc.get("nn"); }) == "name");
  CHECK(code_of([&] { [[maybe_unused]] xt::xtensor_fixed<double, xt::xshape<3, 2>> f = rc.get("A"); }) == "shape");
  CHECK(code_of([&] { [[maybe_unused]] xt::xtensor<double, 3> f = rc.get("A"); }) == "shape");
}

TEST_CASE("public: containers of every element type come and go") {
  ricci::session rc;
  rc.set("f", xt::xtensor<float, 1>{1.5F, 2.5F});
  rc.set("c", xt::xarray<std::complex<double>>(std::vector<std::size_t>{2}, std::complex<double>(1, 2)));
  rc.set("cf", xt::xtensor<std::complex<float>, 1>{{1.0F, 2.0F}});
  rc.set("n", xt::xtensor<int, 1>{1, 2});
  rc.set("m", xt::xtensor<std::int64_t, 1>{1, 2});
  rc.set("b", xt::xtensor<bool, 1>{true, false});
  rc.set("s", 2);
  rc.set("u", std::size_t{7});
  rc.set("h", short{-3});
  rc.set("t", true);
  rc.set("a", std::array<double, 2>{1, 2});
  CHECK(rc.get("f").type() == ricci::dtype::f32);
  CHECK(rc.get("c").type() == ricci::dtype::c128);
  CHECK(rc.get("cf").type() == ricci::dtype::c64);
  CHECK(rc.get("n").type() == ricci::dtype::i32);
  CHECK(rc.get("m").type() == ricci::dtype::i64);
  CHECK(rc.get("b").type() == ricci::dtype::boolean);
  CHECK(rc.get("u").scalar<std::int64_t>() == 7);
  CHECK(rc.get("h").scalar<std::int64_t>() == -3);
  CHECK(rc.get("t").scalar<bool>());
  CHECK(code_of([&] { rc.set("big", ~std::uint64_t{0}); }) == "number");
  rc.run("k[i] = f[i]*b[i]\nl = sum(n)");
  const xt::xtensor<float, 1> k = rc.get("k");
  CHECK((k == xt::xtensor<float, 1>{1.5F, 0.0F}));
  const xt::xtensor<bool, 1> b = rc.get("b");
  CHECK((b(0) && !b(1)));
  const std::vector<double> a = rc.get("a");
  CHECK((a == std::vector<double>{1, 2}));
  const double s = rc.get("l");
  CHECK((s == 3));
  static_assert(!ricci::viewable<std::vector<unsigned char>>);  // would be read as something else
  static_assert(!ricci::viewable<xt::xtensor<std::uint32_t, 1>>);
}

TEST_CASE("public: memory order and strides never change a result") {
  ricci::session rc;
  const xt::xtensor<double, 2, xt::layout_type::row_major> rows{{1, 2, 3}, {4, 5, 6}};
  const xt::xtensor<double, 2, xt::layout_type::column_major> columns = rows;
  xt::xtensor<double, 2> wide = xt::zeros<double>({4, 9});
  auto window = xt::view(wide, xt::range(0, 4, 2), xt::range(1, 9, 3));
  window = rows;
  std::vector<double> raw{1, 2, 3, 4, 5, 6};
  const auto adapted = xt::adapt(raw, {2, 3});
  xt::xtensor<double, 2> backwards = xt::view(rows, xt::range(xt::placeholders::_, xt::placeholders::_, -1));
  const auto turned = xt::view(backwards, xt::range(xt::placeholders::_, xt::placeholders::_, -1), xt::all());
  rc.set("A", rows);
  rc.borrow("B", columns);
  rc.borrow("C", window);
  rc.borrow("D", adapted);
  rc.borrow("E", turned);
  rc.run("p[i,j] = A[i,k]*A[j,k]");
  const xt::xtensor<double, 2> p = rc.get("p");
  for (const char* name : {"B", "C", "D", "E"}) {
    INFO(name);
    rc.run("q[i,j] = " + std::string(name) + "[i,k]*" + name + "[j,k]");
    const xt::xtensor<double, 2> q = rc.get("q");
    CHECK((q == p));
    const xt::xtensor<double, 2, xt::layout_type::column_major> back = rc.get(name);
    CHECK((back == rows));
  }
}

TEST_CASE("public: errors tell code, message and place, and leave earlier values alone") {
  ricci::session rc;
  try {
    rc.run("x = 1\ny = x + zz\nw = 3");
    FAIL("no error");
  } catch (const ricci::error& cause) {
    CHECK(cause.code() == "name");
    CHECK(cause.message() == "`zz` has no value");
    CHECK(cause.where().line == 2);
    CHECK(cause.where().column == 9);
    CHECK(cause.where().length == 2);
    CHECK((std::string(cause.what()).find("y = x + zz") != std::string::npos));
  }
  CHECK(rc.get("x").scalar<std::int64_t>() == 1);
  CHECK_FALSE(rc.has("y"));
  CHECK_FALSE(rc.has("w"));
  rc.run("M = [[1, 2], [2, 4]]\n\n  v = M \\ [1, 2]");
  try {
    rc.get("v");
    FAIL("no error");
  } catch (const ricci::error& cause) {  // at the definition, which a later call asks for
    CHECK(cause.code() == "singular");
    CHECK(cause.where().line == 3);
    CHECK(cause.where().column == 3);
  }
}

namespace {
std::string told;
void tell(const ricci::shown& one) { told += one.label + ";"; }
}  // namespace

TEST_CASE("public: a session shows to functions, to objects and to nobody") {
  ricci::session rc;
  told.clear();
  rc.run("1 + 1\n2 + 2", tell);
  rc.run("3 + 3", &tell);
  CHECK(told == "1 + 1;2 + 2;3 + 3;");
  int count = 0;
  auto counter = [&count](const ricci::shown&) { ++count; };
  rc.run("1\n2", counter);
  rc.run("3", std::as_const(counter));
  const std::function<void(const ricci::shown&)> function = counter;
  rc.run("4", function);
  rc.run("5");
  rc.run("6", {});
  rc.run("7", nullptr);
  CHECK(count == 4);
}

TEST_CASE("public: what a handler throws passes through as it is") {
  ricci::session rc;
  const auto thrower = [](const ricci::shown&) { throw std::string("mine"); };
  CHECK_THROWS_AS(rc.run("1 + 1", thrower), std::string);
  CHECK_THROWS_AS(rc.run("1 + 1", [](const ricci::shown&) { throw std::out_of_range("mine"); }), std::out_of_range);
  CHECK(code_of([&] { rc.run("1 +"); }) == "syntax");
}
