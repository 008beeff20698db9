// Statements that are run again: what was read, optimised and lowered once serves other data of the same types, and
// nothing else. Whatever a plan or a reading depends on changes here, and the results are those of a session that has
// seen nothing before.
#include <unistd.h>

#include <filesystem>
#include <random>

#include <catch2/catch.hpp>

#include "runtime/io/io.hpp"
#include "runtime/session/session.hpp"
#include "tests/seed.hpp"

namespace {

using namespace ricci::runtime;
using ricci::dsl::DType;

Tensor numbers(std::initializer_list<double> elements) {
  return Tensor::from<double>({static_cast<std::int64_t>(elements.size())}, std::vector<double>(elements));
}
Tensor dense(const Value& value) {
  if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
  return dense_from_csr(*std::get<std::shared_ptr<const Csr>>(value));
}
std::vector<double> elements(Session& session, const std::string& name) {
  const Tensor flat = contiguous_copy_if_needed(cast(dense(session.get(name)), DType::f64));
  return {flat.as<double>(), flat.as<double>() + flat.count()};
}
using Numbers = std::vector<double>;

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.what();
  }
  return "";
}

}  // namespace

TEST_CASE("session: a statement that is run again is neither read nor planned again") {
  Session rc;
  rc.set("b", numbers({1, 2, 3}));
  rc.set("c", numbers({10, 10, 10}));
  for (int turn = 0; turn < 5; ++turn) {
    rc.set("a", numbers({1.0 * turn, 2, 3}));
    rc.run("y[i] = a[i]*b[i] + c[i]");
    CHECK(elements(rc, "y") == Numbers{10.0 + turn, 14, 19});
  }
  CHECK(rc.times_read() == 1);
  CHECK(rc.times_planned() <= 2);  // a comes before b and c in the first turn only
}

TEST_CASE("session: a loop over one name is read and planned once, and holds no history") {
  Session rc;
  rc.set("x", numbers({0, 1}));
  double first = 0;
  double second = 1;
  for (int turn = 0; turn < 5'000; ++turn) {
    rc.run("x = x*0.5 + 1");
    first = first * 0.5 + 1;
    second = second * 0.5 + 1;
    if (turn % 500 < 3) CHECK(elements(rc, "x") == Numbers{first, second});
    rc.get("x");
  }
  CHECK(rc.times_read() < 5);
  CHECK(rc.times_planned() < 5);
  CHECK(rc.graph().size() < 5'000);
}

TEST_CASE("session: a lazy loop is planned once a length") {
  Session rc;
  rc.set("x", numbers({0, 1}));
  for (int turn = 0; turn < 4'000; ++turn) rc.run("x = x*0.5 + 1");
  CHECK(rc.times_planned() < 5);
  Session other;
  other.set("x", numbers({0, 1}));
  for (int turn = 0; turn < 4'000; ++turn) other.run("x = x*0.5 + 1 # " + std::to_string(turn));
  CHECK(elements(rc, "x") == elements(other, "x"));
}

TEST_CASE("session: other types, extents and layouts are other plans") {
  Session rc;
  const auto sum_of = [&](Value value) {
    rc.set("a", std::move(value));
    rc.run("y[i,j] = 2*a[i,j] + 1");
    return elements(rc, "y");
  };
  CHECK(sum_of(Tensor::from<double>({2, 2}, {1, 2, 3, 4.5})) == Numbers{3, 5, 7, 10});
  CHECK(sum_of(Tensor::from<std::int64_t>({2, 2}, {1, 2, 3, 4})) == Numbers{3, 5, 7, 9});
  CHECK(std::get<Tensor>(rc.get("y")).dtype == DType::i64);
  CHECK(sum_of(Tensor::from<float>({1, 2}, {1, 2})) == Numbers{3, 5});
  CHECK(std::get<Tensor>(rc.get("y")).dtype == DType::f32);
  CHECK(sum_of(Tensor::empty(DType::f64, {0, 3})).empty());
  CHECK(std::get<Tensor>(rc.get("y")).shape == Extents{0, 3});
  CHECK(sum_of(Tensor::empty(DType::f64, {3, 0})).empty());
  const Tensor matrix = Tensor::from<double>({2, 2}, {1, 2, 3, 4});
  Tensor turned = matrix;
  turned.strides = {1, 2};
  CHECK(sum_of(turned) == Numbers{3, 7, 5, 9});
  CHECK(sum_of(matrix) == Numbers{3, 5, 7, 9});
  CHECK(sum_of(std::make_shared<const Csr>(csr_from_dense(matrix))) == Numbers{3, 5, 7, 9});
}

TEST_CASE("session: settings are part of a plan") {
  Session rc;
  rc.set("a", numbers({1, 2, 3}));
  rc.run("y[i] = a[i]*a[i] + 0*1");
  const auto planned_with = [&](const Options& options) {
    rc.options() = options;
    rc.set("a", numbers({1, 2, 3}));
    rc.run("y[i] = a[i]*a[i] + 0*1");
    CHECK(elements(rc, "y") == Numbers{1, 4, 9});
    return rc.times_planned();
  };
  CHECK(planned_with({}) == 1);
  CHECK(planned_with({}) == 1);
  CHECK(planned_with({.level = 0}) == 2);
  CHECK(planned_with({.level = 1}) == 3);
  CHECK(planned_with({.strict = true}) == 4);
  CHECK(planned_with({.passes_off = {"fold"}}) == 5);
  CHECK(planned_with({}) == 5);
}

TEST_CASE("session: draws are drawn anew where a name is defined anew, and follow the seed") {
  Session rc;
  const auto drawn = [&] {
    rc.run("x = uniform(0, 1, shape=[3])");
    return elements(rc, "x");
  };
  const Numbers first = drawn();
  const Numbers second = drawn();
  CHECK(first != second);
  rc.run("seed(7)");
  const Numbers third = drawn();
  Session other;
  CHECK(message_of([&] { other.run("x = 1; x = 1; seed(7); x = uniform(0, 1, shape=[3])"); }).empty());
  CHECK(elements(other, "x") == third);
  rc.options().seed = 8;
  CHECK(drawn() != third);
}

TEST_CASE("session: what is read of contents is read again") {
  Session rc;
  for (std::int64_t n : {3, 5, 0, 5}) {
    rc.set("n", Tensor::scalar<std::int64_t>(n));
    rc.run("y[i] = 2*i for i in 0:n");
    CHECK(elements(rc, "y").size() == static_cast<std::size_t>(n));
  }
  const std::string path =
      (std::filesystem::temp_directory_path() / ("again" + std::to_string(getpid()) + ".npy")).string();
  for (double value : {1.0, 2.0}) {
    io::save(path, numbers({value}));
    rc.run("z = 10 * load(\"" + path + "\")");
    CHECK(elements(rc, "z") == Numbers{10 * value});
  }
  std::filesystem::remove(path);
}

TEST_CASE("session: names that come to stand for something else") {
  Session rc;
  rc.set("x", numbers({1, 2}));
  const auto result = [&](const std::string& definition) {
    rc.run(definition);
    rc.run("y = s * x + s");
    return elements(rc, "y");
  };
  CHECK(result("s = 2") == Numbers{4, 6});
  CHECK(result("s = 3") == Numbers{6, 9});
  CHECK(result("s = x[1]") == Numbers{4, 6});
  CHECK(result("s = 4") == Numbers{8, 12});
  CHECK(result("s = x") == Numbers{2, 6});
  CHECK(result("s = x + 1") == Numbers{4, 9});
  CHECK(result("s = [1, 2]") == Numbers{2, 6});
  rc.run("e = 5");
  rc.run("pi = 1; t = e + pi");
  CHECK(elements(rc, "t") == Numbers{6});
  Session two;
  two.run("t = pi");
  two.run("pi = 3; t = pi");
  CHECK(elements(two, "t") == Numbers{3});
  // One value under two names, then two: the plan for one does not serve both.
  Session three;
  const Tensor one = numbers({1, 2});
  three.set("a", one);
  three.run("b = a");
  three.run("y[i] = a[i] - b[i]");
  CHECK(elements(three, "y") == Numbers{0, 0});
  three.set("b", numbers({5, 5}));
  three.run("y[i] = a[i] - b[i]");
  CHECK(elements(three, "y") == Numbers{-4, -3});
  three.run("b = a");
  three.run("y[i] = a[i] - b[i]");
  CHECK(elements(three, "y") == Numbers{0, 0});
}

TEST_CASE("session: a scalar that gives way, and then does not") {
  Session rc;
  rc.set("a", Tensor::from<float>({2}, {1, 2}));
  rc.set("s", Tensor::scalar<double>(2), true);
  rc.run("y = s * a");
  CHECK(std::get<Tensor>(rc.get("y")).dtype == DType::f32);
  rc.set("s", Tensor::scalar<double>(2));
  rc.run("y = s * a");
  CHECK(std::get<Tensor>(rc.get("y")).dtype == DType::f64);
}

TEST_CASE("session: believed structure and kept factorisations follow the matrix") {
  Session rc;
  rc.set("b", numbers({1, 2}));
  const auto solution = [&](std::vector<double> matrix, const std::string& before) {
    rc.set("M", Tensor::from<double>({2, 2}, std::move(matrix)));
    if (!before.empty()) rc.run(before);
    rc.run("x[j] = M[i,j] \\ b[i]");
    return elements(rc, "x");
  };
  CHECK(solution({2, 0, 0, 4}, "") == Numbers{0.5, 0.5});
  CHECK(solution({1, 0, 0, 1}, "") == Numbers{1, 2});
  const std::size_t planned = rc.times_planned();
  CHECK(solution({4, 0, 0, 2}, "assume(M, spd)") == Numbers{0.25, 1});
  CHECK(rc.times_planned() == planned + 1);
  CHECK(solution({0, 1, 1, 0}, "") == Numbers{2, 1});
  rc.set("b", numbers({3, 4}));  // the same matrix again: its factorisation is there
  rc.run("x[j] = M[i,j] \\ b[i]");
  CHECK(elements(rc, "x") == Numbers{4, 3});
  CHECK(rc.times_planned() <= planned + 2);  // b comes after M now
}

TEST_CASE("session: a fault in a later turn says what it always says") {
  Session rc;
  rc.set("a", numbers({1, 2}));
  rc.set("b", numbers({1, 2}));
  rc.run("y[i] = a[i] + b[i]");
  rc.set("b", numbers({1, 2, 3}));
  const std::string again = message_of([&] { rc.run("y[i] = a[i] + b[i]"); });
  Session fresh;
  fresh.set("a", numbers({1, 2}));
  fresh.set("b", numbers({1, 2, 3}));
  CHECK(again == message_of([&] { fresh.run("y[i] = a[i] + b[i]"); }));
  CHECK_FALSE(again.empty());
  CHECK(elements(rc, "y") == Numbers{2, 4});

  // A plan that serves two statements blames the one that was asked for.
  Session two;
  two.set("M", Tensor::from<double>({2, 2}, {1, 0, 0, 1}));
  two.run("x = M \\ [1, 2]");
  two.get("x");
  two.set("M", Tensor::from<double>({2, 2}, {1, 2, 2, 4}));
  two.run("\n\nz = M \\ [1, 2]");
  try {
    two.get("z");
    FAIL("no error");
  } catch (const ricci::error& cause) {
    CHECK(cause.code() == "singular");
    CHECK(cause.where().line == 3);
    CHECK(std::string(cause.what()).find("z = M") != std::string::npos);
  }
}

TEST_CASE("session: a loop's statement that fails leaves the name its value and its definition") {
  Session rc;
  rc.run("x = [1, 2]");
  for (int turn = 0; turn < 3; ++turn) {
    rc.run("x = x + 1");
    rc.get("x");
  }
  CHECK_FALSE(message_of([&] { rc.run("x = x + [1, 2, 3]"); }).empty());
  CHECK(elements(rc, "x") == Numbers{4, 5});
  CHECK(rc.describe_all()[0].definition == "x = x + 1");
}

TEST_CASE("session: what is remembered stays within bounds") {
  Session rc;
  rc.set("a", numbers({1, 2}));
  for (int at = 0; at < 3'000; ++at) {
    rc.run("y = a * " + std::to_string(at));
    rc.get("y");
  }
  CHECK(rc.plans().size() <= 256);
}

namespace {

/// One thing done to a session.
struct Action {
  std::string name;  // of a value that is set
  std::optional<Value> value;
  std::string text;
};

void act(Session& session, const Action& action, const std::string& comment) {
  if (action.value)
    session.set(action.name, *action.value);
  else
    session.run(action.text + comment);
}

Value random_matrix(std::mt19937_64& random) {
  const std::int64_t n = std::vector<std::int64_t>{0, 1, 2, 3}[random() % 4];
  std::vector<double> data(static_cast<std::size_t>(n * n));
  for (double& own : data) own = static_cast<double>(random() % 5);
  const Tensor out = Tensor::from<double>({n, n}, data);
  switch (random() % 6) {
    case 0: return cast(out, DType::i64);
    case 1: return cast(out, DType::f32);
    case 2: return cast(out, DType::c128);
    case 3: return std::make_shared<const Csr>(csr_from_dense(out));
    default: return out;
  }
}

const std::vector<std::string>& statements() {
  static const std::vector<std::string> all{
      "C[i,j] = A[i,k]*B[k,j]",
      "D = A + B",
      "A = A*0.5 + 1",
      "A = B",
      "s = sum(A)",
      "s = 2",
      "D = s*A",
      "D[i] = A[i,i]",
      "B = A'",
      "D = where(A > 1, A, B)",
      "D = f64(A > 1) * B",
      "D[i,j] = (i <= j)*A[i,j]",
      "C = [s, s]",
      "D = [A, B]",
      "s = s + 1",
      "A = A @ B",
      "n = size(A); D[i] = i*n for i in 0:n",
      "B = uniform(0, 1, shape=shape(A))",
      "D = (A > 0) * (B + 1)",
  };
  return all;
}

/// The result of `wanted` where the history stands at the end, or its fault; the text of no statement is known before.
std::string fresh_result(const std::vector<Action>& history, const std::string& wanted, std::optional<Tensor>& out) {
  Session session;
  int line = 0;
  for (const Action& action : history)
    if (const std::string fault = message_of([&] { act(session, action, " # " + std::to_string(++line)); });
        &action == &history.back() && !fault.empty())
      return fault.substr(0, fault.find('\n'));
  if (!session.has(wanted)) return "none";
  const std::string fault = message_of([&] { out = dense(session.get(wanted)); });
  return fault.substr(0, fault.find('\n'));
}

}  // namespace

TEST_CASE("session: random programs in a session that remembers, and in one that does not") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int episode = 0; episode < 150; ++episode) {
    Session session;
    std::vector<Action> history{{"A", random_matrix(random), {}}, {"B", random_matrix(random), {}}, {{}, {}, "s = 2"}};
    for (const Action& action : history) act(session, action, "");
    for (int step = 0; step < 12; ++step) {
      Action next;
      if (random() % 4 == 0)
        next = {random() % 2 == 0 ? "A" : "B", random_matrix(random), {}};
      else
        next = {{}, {}, statements()[random() % statements().size()]};
      history.push_back(next);
      std::string fault = message_of([&] { act(session, next, ""); });
      fault = fault.substr(0, fault.find('\n'));
      const std::string wanted{"ABCDs"[random() % 5]};
      std::optional<Tensor> own;
      std::optional<Tensor> expected;
      if (fault.empty() && session.has(wanted)) {
        fault = message_of([&] { own = dense(session.get(wanted)); });
        fault = fault.substr(0, fault.find('\n'));
      } else if (fault.empty()) {
        fault = "none";
      }
      const std::string other = fresh_result(history, wanted, expected);
      INFO("episode " << episode << ", step " << step << ": " << next.text << ", then " << wanted);
      REQUIRE(fault == other);
      REQUIRE(own.has_value() == expected.has_value());
      if (own) REQUIRE(same_bits(*own, *expected));
    }
  }
}
