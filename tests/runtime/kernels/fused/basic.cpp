/// The fused kernel on small graphs written by hand, against numbers known beforehand.
#include <catch2/catch.hpp>

#include "runtime/kernels/fused/fused.hpp"

namespace {

using namespace ricci::runtime;
using ricci::dsl::IndexId;
using ricci::dsl::Op;

NodeId element(Graph& graph, NodeId tensor, std::initializer_list<NodeId> entries) {
  return graph.access(tensor, std::span<const NodeId>(entries.begin(), entries.size()));
}

}  // namespace

TEST_CASE("fused: an elementwise product") {
  Graph graph;
  const NodeId x = graph.input({"x", DType::f64, {300}});
  const IndexId i = graph.open_index("i", 300);
  const NodeId xi = element(graph, x, {graph.index_value(i)});
  const NodeId y = graph.tensor(graph.add(Op::multiply, DType::f64, {xi, graph.real(2)}), {i});
  Evaluation evaluation(graph);
  Tensor values = Tensor::empty(DType::f64, {300});
  for (int at = 0; at < 300; ++at) values.as<double>()[at] = at;
  evaluation.values[x.at] = values;
  Tensor out;
  fused::run_fused(evaluation, y, out);
  for (int at = 0; at < 300; ++at) CHECK(out.as<double>()[at] == 2 * at);
}

TEST_CASE("fused: a sum to a scalar") {
  Graph graph;
  const NodeId x = graph.input({"x", DType::f64, {100000}});
  const IndexId i = graph.open_index("i", 100000);
  const NodeId xi = element(graph, x, {graph.index_value(i)});
  const NodeId y = graph.tensor(graph.reduce(Op::sum, DType::f64, xi, {i}), {});
  Evaluation evaluation(graph);
  Tensor values = Tensor::empty(DType::f64, {100000});
  for (int at = 0; at < 100000; ++at) values.as<double>()[at] = at;
  evaluation.values[x.at] = values;
  Tensor out;
  fused::run_fused(evaluation, y, out);
  CHECK(out.as<double>()[0] == 4999950000.0);
}

TEST_CASE("fused: a matrix product") {
  Graph graph;
  const NodeId a = graph.input({"A", DType::f64, {7, 5}});
  const NodeId b = graph.input({"B", DType::f64, {5, 9}});
  const IndexId i = graph.open_index("i", 7);
  const IndexId j = graph.open_index("j", 9);
  const IndexId k = graph.open_index("k", 5);
  const NodeId product = graph.add(Op::multiply, DType::f64,
                                   {element(graph, a, {graph.index_value(i), graph.index_value(k)}),
                                    element(graph, b, {graph.index_value(k), graph.index_value(j)})});
  const NodeId c = graph.tensor(graph.reduce(Op::sum, DType::f64, product, {k}), {i, j});
  Evaluation evaluation(graph);
  Tensor av = Tensor::empty(DType::f64, {7, 5});
  Tensor bv = Tensor::empty(DType::f64, {5, 9});
  for (int at = 0; at < 35; ++at) av.as<double>()[at] = at + 1;
  for (int at = 0; at < 45; ++at) bv.as<double>()[at] = 2 * at - 7;
  evaluation.values[a.at] = av;
  evaluation.values[b.at] = bv;
  Tensor out;
  fused::run_fused(evaluation, c, out);
  for (int r = 0; r < 7; ++r)
    for (int s = 0; s < 9; ++s) {
      double expected = 0;
      for (int t = 0; t < 5; ++t) expected += av.as<double>()[r * 5 + t] * bv.as<double>()[t * 9 + s];
      CHECK(out.as<double>()[r * 9 + s] == expected);
    }
}
