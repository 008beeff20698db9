// --check: borrowed memory that changed, assumptions that do not hold, results that are not the definition's.
#include "runtime/session/verify.hpp"

#include <catch2/catch.hpp>

#include "runtime/session/session.hpp"

namespace {

using namespace ricci::runtime;

struct Caught {
  std::string code, message;
};

Caught caught(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return {cause.code(), cause.message()};
  }
  return {};
}

Session checking() { return Session({.check = true}); }

}  // namespace

TEST_CASE("session: --check notices borrowed memory that changed without a word") {
  Session rc = checking();
  std::vector<double> memory{1, 2};
  rc.borrow("x", Tensor::view(DType::f64, memory.data(), {2}, {1}));
  rc.run("y = 2*x\ny");
  memory[1] = 5;
  CHECK(caught([&] { rc.get("y"); }).message.find("`x`") != std::string::npos);
  rc.changed("x");
  CHECK(std::get<Tensor>(rc.get("y")).as<double>()[1] == 10);
}

TEST_CASE("session: --check verifies assumed structure") {
  const std::pair<const char*, const char*> broken[] = {{"assume([[1, 2], [3, 4]], symmetric)", "symmetric"},
                                                        {"assume([[1, 2], [2, 1]], spd)", "spd"},
                                                        {"assume([[1, 2], [3, 4]], spd)", "spd"},
                                                        {"assume([[1, 2], [3, 4]], lower)", "lower"},
                                                        {"assume([[1, 2], [3, 4]], upper)", "upper"},
                                                        {"assume([[1, 0], [3, 4]], diagonal)", "diagonal"},
                                                        {"assume([[1, 1], [0, 1]], orthogonal)", "orthogonal"},
                                                        {"assume([1, 3, 2], sorted)", "sorted"},
                                                        {"assume([[1, 2], [3, 4]], lower) \\ [1, 2]", "lower"}};
  for (const auto& [program, property] : broken) {
    INFO(program);
    Session rc = checking();
    const Caught found = caught([&, text = program] { rc.run(text); });
    CHECK(found.code == "check");
    CHECK(found.message.find(property) != std::string::npos);
    Session trusting;
    CHECK(caught([&, text = program] { trusting.run(text); }).code.empty());
  }
  Session rc = checking();
  rc.run(
      "assume([[2, 1], [1, 2]], spd) \\ [1, 2]\nassume([[2, 0], [1, 2]], lower)\nassume([1, 1, 2], sorted)\n"
      "assume([[0, 1], [1, 0]], orthogonal)\nassume([[2, 0], [0, 3]], diagonal)\nassume([[2, 0], [0, 3]], banded)\n"
      "A = [[1, 2], [2, 5]]\nassume(A, symmetric)\nA");
}

TEST_CASE("session: --check passes what is right") {
  Session rc = checking();
  rc.run(R"(A = uniform(0, 1, shape=[60, 40])
M = A' @ A + eye(40)
b = normal(0, 1, shape=[40])
K[i,j] = exp(-0.5 * sum[k] (A[i,k]-A[j,k])^2)
K
x = M \ b
x
U, s, Vh = svd(A)
s
Q, R = qr(A)
Q
P, L, V = lu(A)
L
w, Z = eigh(M)
Z
cholesky(M)
inv(M)
lstsq(A, ones(60))
n[i] = count[j] (A[i,j] > 0.5)
n
B = binomial(5, 0.5, shape=[30])
B
f = f32(A)
f @ f'
z[i] = exp(1i*b[i])
z
sparse(A > 0.9) @ A[0]
max(A) - min(A)
logsumexp(A)
concat(A, A)
A[3])");
  rc.get("U");
}

TEST_CASE("session: a wrong result does not pass --check") {
  ricci::dsl::Graph graph;
  Session rc = checking();
  rc.run("A = arange(12)\nB = reshape(A, [3, 4]) + 0.5\nM = [[2.0, 1], [1, 3]]\nx = M \\ [1, 2]\nQ, R = qr(M)");
  for (const char* name : {"B", "x", "Q"}) {
    INFO(name);
    rc.get(name);
    const ricci::dsl::NodeId asked[] = {rc.node(name)};
    const Plan plan = make_plan(rc.graph(), {asked[0]}, {}, {});
    FactorStore factors;
    const std::function<bool(std::uint32_t)> keep = [](std::uint32_t) { return true; };
    Values inputs;
    for (std::uint32_t node = 0; node < rc.graph().size(); ++node)
      if (rc.graph().op(ricci::dsl::NodeId{node}) == ricci::dsl::Op::input) FAIL("the program has no inputs");
    Outcome outcome = run_plan(plan, inputs, factors, {.keep = &keep});
    std::vector<std::uint32_t> failed;
    CHECK(caught([&] { verify_results(rc.graph(), {asked[0]}, inputs, {}, outcome, failed); }).code.empty());
    Tensor wrong = copy(std::get<Tensor>(outcome.roots[0]));
    wrong.as<double>()[0] += 1e-6;
    outcome.roots[0] = wrong;
    for (auto& [node, parts] : outcome.decompositions) parts[0] = wrong;
    CHECK(caught([&] { verify_results(rc.graph(), {asked[0]}, inputs, {}, outcome, failed); }).code == "check");
    CHECK(failed.size() == 1);
  }
}
