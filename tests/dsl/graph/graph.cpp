// Interning modulo the names of bound indices, and substitution that never captures: by adversarial cases, and by
// values on random graphs.
#include "dsl/graph/graph.hpp"

#include <catch2/catch.hpp>

#include "tests/dsl/graph/sample.hpp"

namespace {
using namespace sample;

/// X[a] summed over an index of that extent and name.
constexpr NodeId summed(Graph& graph, NodeId x, std::string_view name) {
  const IndexId k = graph.open_index(name, graph.shape(x)[0]);
  return graph.reduce(Op::sum, DType::f64, reach(graph, x, {graph.index_value(k)}), {k});
}

constexpr bool bound_names_do_not_matter() {
  Graph graph;
  const NodeId x = graph.input({"X", DType::f64, {5}, false});
  if (summed(graph, x, "k") != summed(graph, x, "l")) return false;
  const IndexId i = graph.open_index("i", 5);
  const IndexId j = graph.open_index("j", 5);
  const NodeId xi = reach(graph, x, {graph.index_value(i)});
  const NodeId xj = reach(graph, x, {graph.index_value(j)});
  const NodeId a = graph.tensor(graph.add(Op::subtract, DType::f64, {xi, xj}), {i, j});
  const NodeId b = graph.tensor(graph.add(Op::subtract, DType::f64, {xj, xi}), {j, i});
  const NodeId turned = graph.tensor(graph.add(Op::subtract, DType::f64, {xi, xj}), {j, i});
  return a == b && a != turned && xi != xj;
}

/// T[i] = sum[k] x[k]*x[i], read as T[k] under an outer sum over k of the same extent.
constexpr bool inlining_does_not_capture() {
  Graph graph;
  const NodeId x = graph.input({"X", DType::f64, {5}, false});
  const auto at = [&](IndexId index) { return reach(graph, x, {graph.index_value(index)}); };
  const IndexId i = graph.open_index("i", 5);
  const IndexId k = graph.open_index("k", 5);
  const auto inner = [&](NodeId other) {
    return graph.reduce(Op::sum, DType::f64, graph.add(Op::multiply, DType::f64, {at(k), other}), {k});
  };
  const NodeId t = graph.tensor(inner(at(i)), {i});
  const IndexId outer = graph.open_index("k", 5);
  const NodeId entry = graph.index_value(outer);
  const NodeId got = graph.reduce(Op::sum, DType::f64, graph.body_at(t, std::span(&entry, 1)), {outer});
  const NodeId expected = graph.reduce(Op::sum, DType::f64, inner(at(outer)), {outer});
  if (got != expected || graph[got].height != 2 || graph[got].free_count != 0) return false;

  // The entry is itself a sum over the inner index: levels must move, nothing may be captured.
  const IndexId l = graph.open_index("l", 5);
  const NodeId own = graph.reduce(Op::sum, DType::i64, graph.index_value(l), {l});
  const NodeId gathered = graph.add(Op::gather, DType::i64, {own}, {5});
  const NodeId deep = graph.body_at(t, std::span(&gathered, 1));
  return deep == inner(reach(graph, x, {gathered})) && graph.index(graph.bound(deep)[0]).level == 1;
}

/// A body taken out of its binder unopened, put below another binder of the same level and extent, and closed again.
constexpr bool unopened_bodies_are_safe() {
  Graph graph;
  const NodeId x = graph.input({"X", DType::f64, {5, 5}, false});
  const IndexId i = graph.open_index("i", 5);
  const IndexId k = graph.open_index("k", 5);
  const auto at = [&](NodeId a, NodeId b) { return reach(graph, x, {a, b}); };
  const NodeId vi = graph.index_value(i);
  const NodeId vk = graph.index_value(k);
  const NodeId trace = graph.tensor(at(vi, vi), {i});  // binds level 0
  const NodeId raw = graph.operand(trace, 0);          // free: canonical level 0
  const NodeId wider = graph.reduce(Op::sum, DType::f64, graph.add(Op::multiply, DType::f64, {raw, at(vi, vk)}), {k});
  if (graph.free(wider).size() != 2) return false;  // i and the canonical index: not captured
  const NodeId closed =
      graph.tensor(graph.substitute(wider, {{i, graph.index_value(graph.bound(trace)[0])}}), graph.bound(trace));
  const NodeId expected = graph.tensor(
      graph.reduce(Op::sum, DType::f64, graph.add(Op::multiply, DType::f64, {at(vi, vi), at(vi, vk)}), {k}), {i});
  return closed == expected;
}

constexpr bool padded_entries_guard() {
  Graph graph;
  const NodeId x = graph.input({"X", DType::f64, {9}, false});
  const IndexId i = graph.open_index("i", 4);
  const NodeId t = graph.tensor(reach(graph, x, {graph.affine(1, {i}, {2})}), {i});
  const IndexId j = graph.open_index("j", 6);
  const NodeId form = graph.affine(-1, {j}, {1});
  const NodeId pad = graph.add(Op::pad, DType::i64, {form}, {4});
  const NodeId got = graph.body_at(t, std::span(&pad, 1));
  return graph.op(got) == Op::guard && graph.op(graph.operand(got, 1)) == Op::access;
}

constexpr bool affine_forms_merge() {
  Graph graph;
  const IndexId i = graph.open_index("i", 5);
  const IndexId j = graph.open_index("j", 5);
  const NodeId form = graph.affine(3, {j, i, j}, {1, 2, -1});
  if (graph.operands(form).size() != 1 || graph.attribute(form, 1) != 2) return false;
  if (graph.affine(0, {i}, {1}) != graph.index_value(i) || graph.affine(7, {i}, {0}) != graph.integer(7)) return false;
  const NodeId moved = graph.substitute(form, {{i, graph.affine(-1, {j}, {3})}});
  return moved == graph.affine(1, {j}, {6}) && graph.substitute(form, {{i, graph.integer(4)}}) == graph.integer(11);
}

static_assert(bound_names_do_not_matter());
static_assert(inlining_does_not_capture());
static_assert(unopened_bodies_are_safe());
static_assert(padded_entries_guard());
static_assert(affine_forms_merge());

std::uint64_t value(const Graph& graph, NodeId id, const Vec<IndexId>& scope, const std::vector<std::int64_t>& at) {
  Evaluator evaluate(graph);
  for (std::size_t which = 0; which < scope.size(); ++which) evaluate.at[scope[which].at] = at[which];
  return evaluate.element(id);
}
}  // namespace

TEST_CASE("dsl/graph: the compiler's cases hold at run time") {
  CHECK(bound_names_do_not_matter());
  CHECK(inlining_does_not_capture());
  CHECK(unopened_bodies_are_safe());
  CHECK(padded_entries_guard());
  CHECK(affine_forms_merge());
}

TEST_CASE("dsl/graph: substitution means evaluation elsewhere") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    make.roots(2);
    Vec<IndexId> scope{make.graph.open_index("i", 3), make.graph.open_index("j", 3)};
    // Canonical indices too, as a body that was not opened leaves them free: what binders would capture.
    Vec<IndexId> outside{make.graph.open_index("k", 3), make.graph.canonical_index(0, 3, "p"),
                         make.graph.canonical_index(0, 2, "q"), make.graph.canonical_index(1, 3, "r")};
    const NodeId body = make.element(DType::i64, 4, scope);
    const auto clamped = [&](NodeId any) { return make.graph.add(Op::clamp_to, DType::i64, {any}, {3}); };
    const NodeId a = clamped(make.element(DType::i64, 3, outside));
    const NodeId b = clamped(make.element(DType::i64, 2, scope));  // uses the replaced indices: all at once
    const NodeId got = make.graph.substitute(body, {{scope[0], a}, {scope[1], b}});
    Vec<IndexId> every = scope;
    every.append(outside);
    for (std::int64_t i = 0; i < 3; ++i) {
      const std::vector<std::int64_t> at{i, 2 - i, (i + 1) % 3, i, i % 2, 2 - i};
      const auto become = [&](NodeId by) { return static_cast<std::int64_t>(value(make.graph, by, every, at)); };
      std::vector<std::int64_t> replaced = at;
      replaced[0] = become(a);
      replaced[1] = become(b);
      CHECK(value(make.graph, got, every, at) == value(make.graph, body, every, replaced));
    }
  }
}

TEST_CASE("dsl/graph: opening and binding again is no change, and inlining keeps values") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    for (NodeId root : make.roots(3)) {
      if (make.graph.op(root) != Op::tensor) continue;
      const Opened opened = make.graph.open(root);
      CHECK(make.graph.rebind(root, make.graph.dtype(opened.body), opened.body, opened.indices) == root);
      Vec<IndexId> scope{make.graph.open_index("i", 3), make.graph.open_index("j", 2)};
      Vec<NodeId> entries;
      for (std::int64_t extent : make.graph.shape(root)) {
        const NodeId form = make.graph.affine(make.below(4) - 2, scope, {1, make.below(3) - 1});
        entries.push_back(make.graph.add(make.below(2) == 0 ? Op::pad : Op::wrap, DType::i64, {form}, {extent}));
      }
      const NodeId access = reach(make.graph, root, entries);
      const NodeId inlined = make.graph.body_at(root, all(entries));
      for (std::int64_t i = 0; i < 3; ++i)
        CHECK(value(make.graph, access, scope, {i, i % 2}) == value(make.graph, inlined, scope, {i, i % 2}));
    }
  }
}

TEST_CASE("dsl/graph: a deep graph and a large graph are no trouble") {
  Graph graph;
  const IndexId i = graph.open_index("i", 10);
  NodeId deep = graph.index_value(i);
  for (int at = 0; at < 100'000; ++at) deep = graph.add(Op::maximum, DType::i64, {deep, graph.integer(at)});
  const NodeId moved = graph.substitute(deep, {{i, graph.affine(1, {i}, {2})}});
  CHECK(graph.open(graph.tensor(moved, {i})).body != moved);
  for (int at = 0; at < 300'000; ++at) graph.integer(at);
  const std::size_t size = graph.size();
  for (int at = 0; at < 300'000; ++at) graph.integer(at);
  CHECK(graph.size() == size);
  for (int at = 0; at < 100'000; ++at) graph.canonical_index(0, at, "k");
  const std::size_t count = graph.index_count();
  CHECK(graph.canonical_index(0, 77, "l") == graph.canonical_index(0, 77, "k"));
  CHECK(graph.index_count() == count);
}
