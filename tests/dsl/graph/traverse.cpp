// Walking and rebuilding: what is not needed is dropped, values stay, and passes may change bodies that they see
// unopened without capturing anything.
#include "dsl/graph/traverse.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/print.hpp"
#include "dsl/graph/verify.hpp"
#include "tests/dsl/graph/sample.hpp"

namespace {
using namespace sample;

constexpr bool copies_what_is_needed() {
  Graph graph;
  graph.input({"unused", DType::f64, {5}, false});
  const NodeId x = graph.input({"X", DType::f32, {5}, true});
  graph.real(7);
  const IndexId k = graph.open_index("k", 5);
  const NodeId at = graph.access(x, all({graph.index_value(k)}));
  const NodeId root = graph.reduce(Op::sum, DType::f32, graph.add(Op::multiply, DType::f32, {at, at}), {k});
  const Copied copy = copy_reachable(graph, std::span(&root, 1));
  const Input& input = copy.graph.inputs()[0];
  return copy.graph.size() == 5 && copy.roots.size() == 1 && copy.roots[0] == copy.nodes[root.at] &&
         copy.graph.op(copy.roots[0]) == Op::sum && copy.graph.inputs().size() == 1 &&
         copy.input_slots[0] == Copied::dropped && copy.input_slots[1] == 0 && input.name == "X" && input.sparse &&
         input.dtype == DType::f32 && print_expression(copy.graph, copy.roots[0]) == "sum[k] X[k] * X[k]";
}
static_assert(copies_what_is_needed());

constexpr bool counts_users() {
  Graph graph;
  const NodeId a = graph.real(1), b = graph.real(2);
  const NodeId square = graph.add(Op::multiply, DType::f64, {a, a});
  graph.add(Op::add, DType::f64, {square, b});  // not needed
  const NodeId root = graph.add(Op::subtract, DType::f64, {square, a});
  const Vec<std::uint32_t> counts = users(graph, std::span(&root, 1));
  return counts[a.at] == 3 && counts[b.at] == 0 && counts[square.at] == 1 && counts[root.at] == 0 &&
         reachable(graph, std::span(&root, 1)) == Vec<NodeId>{a, square, root};
}
static_assert(counts_users());

/// A small pass, as passes are written: every access to a defined tensor becomes its body.
constexpr NodeId inline_access(Graph& out, NodeId node) {
  if (out.op(node) != Op::access || out.op(out.operand(node, 0)) != Op::tensor) return node;
  return out.body_at(out.operand(node, 0), out.operands(node).subspan(1));
}

std::string fault(const Rebuilt& out) {
  const auto found = verify(out.graph, all(out.roots));
  return found ? std::string(found->message.view()) : "";
}
bool same_values(const Graph& a, const Vec<NodeId>& x, const Graph& b, const Vec<NodeId>& y) {
  for (std::size_t at = 0; at < x.size(); ++at)
    if (Evaluator(a).whole(x[at]) != Evaluator(b).whole(y[at])) return false;
  return true;
}
}  // namespace

TEST_CASE("dsl/graph: reachable, users and copies at run time") {
  CHECK(copies_what_is_needed());
  CHECK(counts_users());
}

TEST_CASE("dsl/graph: a copy computes the same and copies to itself") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    const Vec<NodeId> roots = make.roots(3);
    const Copied copy = copy_reachable(make.graph, all(roots));
    CHECK(same_values(make.graph, roots, copy.graph, copy.roots));
    const Copied again = copy_reachable(copy.graph, all(copy.roots));
    CHECK(again.graph.size() == copy.graph.size());
    CHECK(print(again.graph, all(again.roots)) == print(make.graph, all(roots)));
  }
}

TEST_CASE("dsl/graph: a pass that inlines everything computes the same") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    make.roots(3);
    const Vec<NodeId> roots = make.roots(1);
    const Rebuilt out = rebuild(make.graph, all(roots), inline_access);
    CHECK(fault(out) == "");
    CHECK(same_values(make.graph, roots, out.graph, out.roots));
    for (NodeId id : reachable(out.graph, all(out.roots)))
      CHECK((out.graph.op(id) != Op::access || out.graph.op(out.graph.operand(id, 0)) != Op::tensor));
  }
}

TEST_CASE("dsl/graph: a pass may put binders below binders it has not opened") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    const Vec<NodeId> roots = make.roots(3);
    // Each product of two i64 a * b becomes sum[z in 0:3] (z == 1 ? a * b : 0): levels move in all binders around.
    const Rebuilt out = rebuild(make.graph, all(roots), [](Graph& graph, NodeId node) {
      if (graph.op(node) != Op::multiply || graph.dtype(node) != DType::i64) return node;
      const IndexId z = graph.open_index("z", 3);
      const NodeId test = graph.add(Op::less, DType::boolean, {graph.index_value(z), graph.integer(1)});
      return graph.reduce(Op::sum, DType::i64, graph.add(Op::guard, DType::i64, {test, node}), {z});
    });
    CHECK(fault(out) == "");
    CHECK(same_values(make.graph, roots, out.graph, out.roots));
    // And back: the same nodes as before.
    const Rebuilt back = rebuild(out.graph, all(out.roots), [](Graph& graph, NodeId node) {
      if (graph.op(node) != Op::sum || graph.op(graph.operand(node, 0)) != Op::guard) return node;
      const NodeId inside = graph.operand(graph.operand(node, 0), 1);
      return graph.extent(graph.bound(node)[0]) == 3 && graph.op(inside) == Op::multiply ? inside : node;
    });
    CHECK(fault(back) == "");
  }
}

TEST_CASE("dsl/graph: sharing modulo renaming survives a pass") {
  Graph graph;
  const NodeId x = graph.input({"X", DType::f64, {4, 4}, false});
  const IndexId i = graph.open_index("i", 4), j = graph.open_index("j", 4), k = graph.open_index("k", 4);
  const auto at = [&](IndexId a, IndexId b) { return reach(graph, x, {graph.index_value(a), graph.index_value(b)}); };
  const auto row_sum = [&](IndexId row, IndexId over) {
    return graph.reduce(Op::sum, DType::f64, at(row, over), {over});
  };
  const NodeId tensor = graph.tensor(row_sum(i, k), {i});
  const NodeId a = graph.tensor(graph.add(Op::exp, DType::f64, {reach(graph, tensor, {graph.index_value(j)})}), {j});
  const NodeId b = graph.tensor(graph.add(Op::exp, DType::f64, {row_sum(j, i)}), {j});
  const Vec<NodeId> roots{a, b};
  const Rebuilt out = rebuild(graph, all(roots), inline_access);
  CHECK(out.roots[0] == out.roots[1]);
}

TEST_CASE("dsl/graph: walking does not depend on depth") {
  Graph graph;
  const IndexId i = graph.open_index("i", 4);
  NodeId deep = graph.index_value(i);
  for (int at = 0; at < 100'000; ++at) deep = graph.add(Op::maximum, DType::i64, {deep, graph.index_value(i)});
  const Vec<NodeId> roots{graph.tensor(deep, {i})};
  const Rebuilt out = rebuild(graph, all(roots), [](Graph& to, NodeId node) {
    return to.op(node) == Op::maximum ? to.add(Op::minimum, DType::i64, {to.operand(node, 0), to.operand(node, 1)})
                                      : node;
  });
  CHECK(fault(out) == "");
  CHECK(users(graph, all(roots))[graph.operand(roots[0], 0).at] == 1);
}
