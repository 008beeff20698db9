// Simplifications that give the same bits, and the ones that would not.
#include "passes/fold.hpp"

#include "tests/passes/check_pass.hpp"

namespace {
using ricci::passes::fold;
}

TEST_CASE("passes: operations that do nothing are dropped") {
  CHECK_PASS(fold, "y[i] = x[i]*1", "i=5", "x");
  CHECK_PASS(fold, "y[i] = 1.0*x[i]/1", "i=5", "x");
  CHECK_PASS(fold, "y[i] = --x[i]", "i=5", "x");
  CHECK_PASS(fold, "y[i] = x[i]^1", "i=5", "x");
  CHECK_PASS(fold, "y[i] = x[i] + 0", "i=5 x:i64", "x");
  CHECK_PASS(fold, "y[i] = x[i] - 0", "i=5", "x");
  CHECK_PASS(fold, "y[i] = f64(f32(x[i]))", "i=5 x:bool", "[i] f64(x[i])");
}

TEST_CASE("passes: what could change a bit stays") {
  CHECK_UNCHANGED(fold, "y[i] = x[i] + 0", "i=5");       // -0.0 + 0 is 0
  CHECK_UNCHANGED(fold, "y[i] = x[i]*0", "i=5");         // NaN
  CHECK_UNCHANGED(fold, "y[i] = x[i]*1", "i=5 x:c128");  // an infinite part
  CHECK_UNCHANGED(fold, "y[i] = x[i]^0.5", "i=5");       // -0.0 and -inf
  CHECK_UNCHANGED(fold, "y[i] = f64(f32(x[i]))", "i=5");
  CHECK_UNCHANGED(fold, "y[i] = i64(f64(x[i]))", "i=5 x:i64");
}

TEST_CASE("passes: squares are products") {
  CHECK_PASS(fold, "y[i] = x[i]^2", "i=5", "[i] x[i] * x[i]");
  CHECK_UNCHANGED(fold, "y[i] = x[i]^2", "i=5 x:c128");
  CHECK_UNCHANGED(fold, "y[i] = x[i]^3", "i=5");
}

TEST_CASE("passes: numbers are computed where the bits are certain") {
  CHECK_PASS(fold, "y[i] = 2^2*x[i]", "i=5", "[i] 4 * x[i]");
  CHECK_PASS(fold, "y[i] = (0.1+0.2)*x[i]", "i=5", "[i] 0.30000000000000004 * x[i]");
  CHECK_UNCHANGED(fold, "y[i] = 1e300*1e300*x[i]", "i=5");
  CHECK_UNCHANGED(fold, "y[i] = 1.0/0*x[i]", "i=5");
}

TEST_CASE("passes: a guard stands once") {
  CHECK_PASS(fold, "y[i] = true*x[i]", "i=5", "x");
  CHECK_PASS(fold, "y[i] = (i < 3)*(2*((i < 3)*x[i]))", "i=5", "[i] (i < 3)*(2 * x[i])");
  CHECK_PASS(fold, "y[i] = (i < 3)*abs((i < 3)*x[i])", "i=5", "[i] (i < 3)*abs((i < 3)*x[i])");
}

TEST_CASE("passes: a condition that can raise an error is asked only where the one before it holds") {
  CHECK_PASS(check_pass::everything, "T[i] = (x[q[i]] < 1)*z[i]; y[i] = (i < 3)*abs(T[i])", "i=5 q:i64",
             "[i] (i < 3)*abs((x[q[i]] < 1)*z[i])");
  CHECK_PASS(check_pass::everything, "T[i] = (x[q[i]] < 1)*z[i]; U[i] = (i < 3)*z[i]; y[i] = U[i] + T[i]", "i=5 q:i64",
             "[i] (i < 3)*z[i] + (x[q[i]] < 1)*z[i]");
}

TEST_CASE("passes: what a sparse matrix stores stays as its guard says") {
  using namespace ricci::dsl;
  Graph graph;
  const NodeId x = graph.input({"x", DType::f64, {4, 5}, false});
  const IndexId i = graph.open_index("i", 4), j = graph.open_index("j", 5);
  const NodeId entries[] = {graph.index_value(i), graph.index_value(j)};
  const NodeId twice = graph.add(Op::multiply, DType::f64, {graph.access(x, entries), graph.access(x, entries)});
  const NodeId body = graph.add(Op::guard, DType::f64, {graph.integer(1, DType::boolean), twice});
  ricci::passes::Notes notes;
  const Rebuilt sparse = fold(graph, {graph.tensor(body, {i, j}, true)}, notes);
  CHECK(sparse.graph.op(sparse.graph.operand(sparse.roots[0], 0)) == Op::guard);
  const Rebuilt dense = fold(graph, {graph.tensor(body, {i, j}, false)}, notes);
  CHECK(dense.graph.op(dense.graph.operand(dense.roots[0], 0)) == Op::multiply);
}
