// Sessions: laziness, what is kept and computed once, what a failed statement leaves, draws through every door.
#include "runtime/session/session.hpp"

#include <catch2/catch.hpp>

#include "runtime/linalg/factor.hpp"
#include "runtime/pool.hpp"
#include "runtime/session/prepared.hpp"

namespace {

using namespace ricci::runtime;

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

double scalar(Session& session, const std::string& name) {
  return *cast(std::get<Tensor>(session.get(name)), DType::f64).as<double>();
}

/// How many steps ran since the last call, by a word in their kernels or expressions.
int steps_with(Session& session, const std::string& word) {
  int count = 0;
  for (const StepTiming& step : session.take_step_timings())
    count += (step.kernel + " " + step.what).find(word) != std::string::npos ? 1 : 0;
  return count;
}

Session measured(Options options = {}) {
  Session out(options);
  out.measure(true, true);
  return out;
}

}  // namespace

TEST_CASE("session: nothing is computed until it is asked for") {
  Session rc = measured();
  rc.run("M = [[1, 2], [2, 4]]\nx = M \\ [1, 2]\ny = x + 1\nz = 5");  // M is singular: nobody notices
  CHECK(rc.take_step_timings().empty());
  CHECK_FALSE(rc.evaluated("x"));
  CHECK(scalar(rc, "z") == 5);
  CHECK_FALSE(rc.evaluated("x"));
  CHECK(code_of([&] { rc.get("y"); }) == "singular");
  CHECK_FALSE(rc.evaluated("y"));
  CHECK(rc.evaluated("z"));
}

TEST_CASE("session: what was computed once is kept") {
  Session rc = measured();
  rc.run("A = uniform(0, 1, shape=[20, 20])\nB = A @ A + eye(20)\ns = sum(B)");
  rc.get("B");
  rc.take_step_timings();
  rc.get("B");
  CHECK(rc.take_step_timings().empty());
  rc.get("s");
  CHECK(steps_with(rc, "@") == 0);
  rc.take_timings();
  rc.get("s");
  const std::vector<Timing> timings = rc.take_timings();
  REQUIRE(timings.size() == 1);
  CHECK(timings[0].statement == "s = sum(B)");
}

TEST_CASE("session: a matrix is factored once, also for right-hand sides that arrive later") {
  Session rc = measured();
  rc.run("M = uniform(0, 1, shape=[30, 30]) + 30*eye(30)\nb1 = ones(30)");
  rc.run("x1[j] = M[i,j] \\ b1[i]");
  const std::int64_t before = linalg::factorisations();
  rc.get("x1");
  CHECK(linalg::factorisations() == before + 1);
  const std::vector<Notice> first = rc.take_notices();
  REQUIRE_FALSE(first.empty());
  rc.run("b2 = arange(30)\nx2[j] = M[i,j] \\ b2[i]");
  rc.get("x2");
  CHECK(linalg::factorisations() == before + 1);
  const Tensor x2 = std::get<Tensor>(rc.get("x2"));
  Session other;
  other.run("M = uniform(0, 1, shape=[30, 30]) + 30*eye(30)\nb2 = arange(30)\nx2[j] = M[i,j] \\ b2[i]");
  CHECK(same_bits(x2, std::get<Tensor>(other.get("x2"))));
}

TEST_CASE("session: a sparse matrix is factored as it is, once for all that ask") {
  Session rc = measured();
  // Written out, the matrix would take 3.2 GB.
  rc.run("n = 20000\nat = arange(n)\nones_ = ones(n)\nA = sparse(at, at, 4.0*ones_, shape=[n, n])");
  rc.run("b = ones(n)\nx[j] = A[i,j] \\ b[i]\ny[j] = A[j,i] \\ b[i]\nl = logdet(A)\nz = solve(A, 2*b)");
  const std::int64_t before = linalg::factorisations();
  for (const char* name : {"x", "y", "l", "z"}) rc.get(name);
  CHECK(linalg::factorisations() == before + 1);
  CHECK(std::get<Tensor>(rc.get("x")).as<double>()[7] == 0.25);
  CHECK(std::get<Tensor>(rc.get("z")).as<double>()[19999] == 0.5);
  CHECK(*std::get<Tensor>(rc.get("l")).as<double>() == Approx(20000 * std::log(4.0)));
}

TEST_CASE("session: a matrix from outside is factored once by statements that come one after another") {
  Session rc;
  Session made;
  made.run("M = uniform(0, 1, shape=[30, 30]) + 30*eye(30)\nT = uniform(0, 1, shape=[50, 4])");
  rc.set("M", made.get("M"));
  rc.set("T", made.get("T"));
  const std::int64_t before = linalg::factorisations();
  rc.run("b1 = ones(30)\nx1[j] = M[i,j] \\ b1[i]");
  rc.get("x1");
  CHECK(linalg::factorisations() == before + 1);
  rc.run("b2 = arange(30)\nx2[j] = M[i,j] \\ b2[i]\nX[j,r] = M[i,j] \\ (b1[i]*b2[r])");
  rc.get("x2");
  rc.get("X");
  CHECK(linalg::factorisations() == before + 1);
  rc.run("l1[j] = T[i,j] \\ ones(50)[i]");
  rc.get("l1");
  rc.run("l2[j] = T[i,j] \\ (arange(50)*1.0)[i]");
  rc.get("l2");
  CHECK(linalg::factorisations() == before + 2);
}

TEST_CASE("session: the parts of a decomposition are computed together") {
  Session rc = measured();
  rc.run("A = uniform(0, 1, shape=[12, 7])\nU, s, Vh = svd(A)");
  rc.get("s");
  CHECK(steps_with(rc, "svd") >= 1);
  CHECK(rc.evaluated("U"));
  CHECK(rc.evaluated("Vh"));
  rc.get("U");
  rc.get("Vh");
  CHECK(rc.take_step_timings().empty());
}

TEST_CASE("session: names are bound to values") {
  Session rc;
  rc.run("a = 2\nb = a + 1\na = 10\nc = a + b\nx = [1, 2, 3]\ny[i] = x[i]*2\nx[i] = y[i] + x[i]");
  CHECK(scalar(rc, "b") == 3);
  CHECK(scalar(rc, "c") == 13);
  CHECK(std::get<Tensor>(rc.get("x")).as<std::int64_t>()[2] == 9);
  CHECK(std::get<Tensor>(rc.get("y")).as<std::int64_t>()[2] == 6);
}

TEST_CASE("session: a failed statement leaves every earlier value intact") {
  Session rc;
  rc.run("a = 1\nb = a + 1");
  rc.get("b");
  for (const char* wrong :
       {"a = b +", "a = c", "a[i] = b", "a = [1, 2] + [1, 2, 3]", "a = 1\n!!", "Q, a = qr(b)", "a, a2 = qr(a)",
        "7 // (a - 1)", "seed(\"x\")", "save(a, \"/nowhere/x.npy\")", "load(\"/nowhere/x.npy\")"}) {
    INFO(wrong);
    CHECK(code_of([&] { rc.run(wrong); }) != "");
    CHECK(scalar(rc, "a") == 1);
    CHECK(scalar(rc, "b") == 2);
  }
}

TEST_CASE("session: changed() drops what depends on the memory and only that") {
  Session rc = measured();
  std::vector<double> memory{1, 2, 3};
  rc.borrow("x", Tensor::view(DType::f64, memory.data(), {3}, {1}));
  rc.run("y = sum(x)\nz = y + 1\nother = norm([3, 4])\nM = [[2, 0], [0, 2]]\nw = M \\ [y, 1]");
  for (const char* name : {"y", "z", "other", "w"}) rc.get(name);
  memory[0] = 11;
  rc.changed("x");
  CHECK_FALSE(rc.evaluated("y"));
  CHECK_FALSE(rc.evaluated("z"));
  CHECK_FALSE(rc.evaluated("w"));
  CHECK(rc.evaluated("other"));
  CHECK(scalar(rc, "z") == 17);
  CHECK(code_of([&] { rc.changed("y"); }) == "value");
  rc.run("x = 1");  // the name stands for something else now; y was defined from the memory
  CHECK(code_of([&] { rc.changed("x"); }) == "value");
  CHECK(scalar(rc, "y") == 16);
}

TEST_CASE("session: a chain of definitions from borrowed memory is computed again in full") {
  Session rc;
  double memory = 1;
  rc.borrow("x", Tensor::view(DType::f64, &memory, {}, {}));
  rc.run("y = x");
  for (int at = 0; at < 3000; ++at) rc.run("y = y + 1");
  CHECK(scalar(rc, "y") == 3001);
  memory = 5;
  rc.changed("x");
  CHECK(scalar(rc, "y") == 3005);
}

TEST_CASE("session: draws are the same through every door") {
  const std::string program = "x = normal(0, 1, shape=[50])\ny[i] = x[i] + uniform(0, 1)[i]\nz = sum(y)";
  std::vector<Tensor> found;
  for (int threads : {1, 2})
    for (int level : {0, 1, 2}) {
      set_threads(threads);
      Session rc({.level = level, .seed = 5});
      rc.run(program);
      found.push_back(std::get<Tensor>(rc.get("y")));
      Session apart({.level = level, .seed = 5});
      apart.run("before = poisson(3, shape=[4])\nbefore");
      apart.run("x = normal(0, 1, shape=[50])\nx");
      apart.run("y[i] = x[i] + uniform(0, 1)[i]");
      found.push_back(std::get<Tensor>(apart.get("y")));
      const Prepared prepared(program + "\ny", {.level = level});
      found.push_back(std::get<Tensor>(prepared.call({}, 5)));
    }
  set_threads(2);
  for (const Tensor& one : found) CHECK(same_bits(one, found[0]));
  Session again({.seed = 5});
  again.run(program + "\nx = normal(0, 1, shape=[50])\nw = x");
  CHECK(same_bits(std::get<Tensor>(again.get("w")), std::get<Tensor>(again.get("x"))));
  Session first({.seed = 5});
  first.run("x = normal(0, 1, shape=[50])");
  CHECK_FALSE(same_bits(std::get<Tensor>(first.get("x")), std::get<Tensor>(again.get("x"))));  // defined a second time
}

TEST_CASE("session: repeated runs compute everything again from the inputs") {
  Session rc = measured();
  rc.set_repeat(3);
  rc.run("A = uniform(0, 1, shape=[10, 10])\nB = A @ A\nB");
  rc.take_timings();
  rc.take_step_timings();
  rc.run("sum(B)");
  CHECK(steps_with(rc, "uniform") >= 1);  // B was shown before; it is computed again all the same
  const std::vector<Timing> timings = rc.take_timings();
  REQUIRE(timings.size() == 1);
  CHECK(timings[0].execute_ms.size() == 3);
}

TEST_CASE("session: what a factorisation has found out is known of its matrix") {
  struct Case {
    const char* matrix;
    const char* use;
    std::vector<std::string> found;
  };
  const Case cases[] = {
      {"[[4.0, 1], [1, 3]]", "solve(M, [1, 2])", {"spd"}},
      {"[[4.0, 1], [2, 3]]", "solve(M, [1, 2])", {}},
      {"[[4.0, 0], [1, 3]]", "solve(M, [1, 2])", {"lower"}},
      {"[[4.0, 1], [0, 3]]", "det(M)", {"upper"}},
      {"[[4.0, 0], [0, 3]]", "solve(M, [1, 2])", {"diagonal"}},
      {"[[1.0, 2], [2, 4], [3, 6]]", "lstsq(M, [1, 2, 3])", {"rank 1"}},
      {"[[1.0, 2], [2, 5], [3, 6]]", "lstsq(M, [1, 2, 3])", {}},
  };
  for (const Case& own : cases) {
    INFO(own.matrix);
    Session session;
    session.run("M = " + std::string(own.matrix));
    CHECK(session.describe_all()[0].structure.empty());
    session.run("x = " + std::string(own.use));
    session.get("x");
    CHECK(session.describe_all()[0].structure == own.found);
    session.run("M = [[1.0]]");  // another value
    CHECK(session.describe_all()[0].structure.empty());
  }
}
