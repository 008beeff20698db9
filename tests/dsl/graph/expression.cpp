// The human form: index notation with few parentheses and names that do not clash.
#include "dsl/graph/expression.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/dsl/graph/sample.hpp"

namespace {
using namespace sample;

constexpr NodeId gaussian(Graph& graph) {
  const NodeId x = graph.input({"X", DType::f64, {3, 4}, false});
  const NodeId y = graph.input({"Y", DType::f64, {5, 4}, false});
  const IndexId i = graph.open_index("i", 3), j = graph.open_index("j", 5), k = graph.open_index("k", 4);
  const auto value = [&](IndexId index) { return graph.index_value(index); };
  const NodeId difference = graph.add(Op::subtract, DType::f64,
                                      {reach(graph, x, {value(i), value(k)}), reach(graph, y, {value(j), value(k)})});
  const NodeId sum =
      graph.reduce(Op::sum, DType::f64, graph.add(Op::power, DType::f64, {difference, graph.real(2)}), {k});
  const NodeId body = graph.add(Op::exp, DType::f64, {graph.add(Op::multiply, DType::f64, {graph.real(-0.5), sum})});
  return graph.tensor(body, {i, j});
}
constexpr bool gaussian_reads_well() {
  Graph graph;
  const NodeId root = gaussian(graph);
  return print_expression(graph, root) == "[i,j] exp(-0.5 * (sum[k] (X[i,k] - Y[j,k])^2))";
}
static_assert(gaussian_reads_well());

struct Line {
  Graph graph;
  NodeId x = graph.input({"x", DType::f64, {9}, false});
  IndexId i = graph.open_index("i", 9), j = graph.open_index("j", 9);
  NodeId at(NodeId entry) { return reach(graph, x, {entry}); }
  NodeId xi() { return at(graph.index_value(i)); }
  NodeId xj() { return at(graph.index_value(j)); }
  NodeId two(Op op, NodeId a, NodeId b) { return graph.add(op, graph.dtype(b), {a, b}); }
  std::string operator()(NodeId root, std::size_t limit = 2000) {
    return std::string(print_expression(graph, root, limit).view());
  }
};
}  // namespace

TEST_CASE("dsl/graph: expressions keep their structure with few parentheses") {
  Line line;
  Graph& graph = line.graph;
  const NodeId a = line.xi(), b = line.xj();
  using enum Op;
  CHECK(gaussian_reads_well());
  CHECK(line(line.two(add, line.two(add, a, b), a)) == "x[i] + x[j] + x[i]");
  CHECK(line(line.two(add, a, line.two(add, b, a))) == "x[i] + (x[j] + x[i])");
  CHECK(line(line.two(subtract, a, line.two(multiply, b, a))) == "x[i] - x[j] * x[i]");
  CHECK(line(line.two(divide, a, line.two(multiply, b, a))) == "x[i] / (x[j] * x[i])");
  CHECK(line(line.two(multiply, line.two(add, a, b), a)) == "(x[i] + x[j]) * x[i]");
  CHECK(line(line.two(power, line.two(power, a, b), graph.real(-1))) == "(x[i]^x[j])^-1");
  CHECK(line(graph.add(negate, DType::f64, {line.two(power, a, graph.real(2))})) == "-x[i]^2");
  CHECK(line(line.two(power, graph.add(negate, DType::f64, {a}), graph.real(2))) == "(-x[i])^2");
  CHECK(line(line.two(subtract, a, graph.real(-2))) == "x[i] - (-2)");
  CHECK(line(line.two(power, graph.real(-2), a)) == "(-2)^x[i]");
  CHECK(line(line.two(maximum, a, b)) == "max(x[i], x[j])");
  const NodeId test = graph.add(less, DType::boolean, {graph.index_value(line.i), graph.index_value(line.j)});
  CHECK(line(line.two(guard, test, line.two(multiply, a, b))) == "(i < j)*(x[i] * x[j])");
  CHECK(line(graph.add(where, DType::f64, {test, a, b})) == "where(i < j, x[i], x[j])");
  CHECK(line(graph.add(logical_not, DType::boolean, {test})) == "!i < j");
  CHECK(line(graph.add(cast, DType::f32, {a})) == "f32(x[i])");
  CHECK(line(graph.complex(1, -2)) == "(1 + -2i)");
}

TEST_CASE("dsl/graph: entries, draws and tensors in expressions") {
  Line line;
  Graph& graph = line.graph;
  const NodeId form = graph.affine(-1, {line.i, line.j}, {2, -1});
  CHECK(line(line.at(form)) == "x[2*i-j-1]");
  CHECK(line(line.at(graph.add(Op::wrap, DType::i64, {form}, {9}))) == "x[(2*i-j-1) % 9]");
  CHECK(line(line.at(graph.add(Op::pad, DType::i64, {form}, {9}))) == "x[pad(2*i-j-1)]");
  CHECK(line(line.at(graph.add(Op::clamp_to, DType::i64, {form}, {9}))) == "x[clamp(2*i-j-1)]");
  const NodeId normal = graph.add(Op::random, DType::f64, {graph.real(0), graph.real(1), graph.index_value(line.i)},
                                  {static_cast<int>(Distribution::normal), 2, 0, 5});
  CHECK(line(normal) == "normal(0, 1)[i]");
  const NodeId square = graph.input({"A", DType::f64, {9, 9}, false});
  const NodeId rows[] = {square, square, square, graph.index_value(line.i), graph.index_value(line.j)};
  const std::int64_t matrix[] = {2, 0};
  CHECK(line(graph.add(Op::quadratic, DType::f64, rows, matrix)) == "quadratic(A, A, A, i, j)");
  const std::int64_t one = 1;
  const NodeId both[] = {square, line.x};
  CHECK(line(reach(graph, derived_tensor(graph, Op::solve, both, std::span(&one, 1)), {graph.index_value(line.i)})) ==
        "solve(A, x)[i]");
  CHECK(line(square) == "A");
}

TEST_CASE("dsl/graph: names of indices never clash") {
  Line line;
  Graph& graph = line.graph;
  const IndexId inner = graph.open_index("i", 9);
  const NodeId product = line.two(Op::multiply, line.xi(), line.at(graph.index_value(inner)));
  const NodeId sum = graph.reduce(Op::sum, DType::f64, product, {inner});
  CHECK(line(sum) == "sum[i_2] x[i] * x[i_2]");
  const NodeId closed = graph.tensor(sum, {line.i});
  CHECK(line(closed) == "[i] sum[i_2] x[i] * x[i_2]");
  CHECK(line(line.two(Op::multiply, line.xj(), sum)) == "x[j] * (sum[i_2] x[i] * x[i_2])");
  // A tensor sees no index from around it.
  CHECK(line(reach(graph, closed, {graph.index_value(line.i)})) == "([i] sum[i_2] x[i] * x[i_2])[i]");
}

TEST_CASE("dsl/graph: what is too long or too deep is cut off") {
  Line line;
  NodeId long_sum = line.xi();
  for (int at = 0; at < 50; ++at) long_sum = line.two(Op::add, long_sum, line.xj());
  CHECK(line(long_sum, 20) == "x[i] + x[j] + x[j]\u2026");
  for (int at = 0; at < 100'000; ++at) long_sum = line.graph.add(Op::exp, DType::f64, {long_sum});
  CHECK(line(long_sum).size() < 1000);
}
