/// Whole tensors, sparse and dense, and the order in which they are computed.
#include "runtime/pool.hpp"
#include "tests/runtime/kernels/reference/sheet.hpp"

namespace ricci::runtime::reference::test {
namespace {

std::vector<double> row_of_values(const Csr& matrix) {
  return std::vector<double>(matrix.values.as<double>(), matrix.values.as<double>() + matrix.stored());
}
const Csr& sparse_of(const Value& value) { return *std::get<std::shared_ptr<const Csr>>(value); }

/// [[0, 0, 5], [0*, 7, 0]] with a stored zero at the star.
Value with_stored_zero() {
  return std::make_shared<const Csr>(
      csr_from_triples(2, 3, {0, 1, 1}, {2, 0, 1}, Tensor::from<double>({3}, {5, 0, 7})));
}

}  // namespace

TEST_CASE("reference: pack, reshape, concat and assume") {
  Sheet s;
  const NodeId packed =
      s.whole(Op::pack, DType::f32, {s.graph.real(1, DType::f32), s.graph.real(2, DType::f32)}, {}, {2, 1});
  CHECK(s.elements<float>(packed) == std::vector<float>{1, 2});
  CHECK(std::get<Tensor>(s.run(packed)).shape == Extents{2, 1});
  const NodeId a = s.input<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const NodeId b = s.input<std::int64_t>({2, 1}, {7, 8});
  CHECK(s.elements<std::int64_t>(s.whole(Op::reshape, DType::i64, {a}, {}, {3, 2})) ==
        std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  CHECK(s.elements<std::int64_t>(s.whole(Op::concat, DType::i64, {a, b, a}, {1}, {2, 7})) ==
        std::vector<std::int64_t>{1, 2, 3, 7, 1, 2, 3, 4, 5, 6, 8, 4, 5, 6});
  CHECK(s.elements<std::int64_t>(s.whole(Op::concat, DType::i64, {a, a}, {0}, {4, 3})) ==
        std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  const NodeId none = s.input<std::int64_t>({0, 3}, {});
  CHECK(s.elements<std::int64_t>(s.whole(Op::concat, DType::i64, {none, a}, {0}, {2, 3})).size() == 6);
  CHECK(s.elements<std::int64_t>(s.whole(Op::concat, DType::i64, {none, none}, {1}, {0, 6})).empty());
  CHECK(s.elements<std::int64_t>(s.whole(Op::assume, DType::i64, {a}, {0}, {2, 3})).size() == 6);
}

TEST_CASE("reference: sparse matrices from dense ones and from triples, and back") {
  Sheet s;
  const NodeId dense = s.input<double>({2, 3}, {0, 0, 5, -0.0, 7, nan});
  const Value sparse = s.run(s.whole(Op::to_sparse, DType::f64, {dense}, {}, {2, 3}, true));
  CHECK(row_of_values(sparse_of(sparse)).size() == 3);  // -0.0 is zero, NaN is not
  CHECK(sparse_of(sparse).columns.as<std::int32_t>()[0] == 2);
  const NodeId rows = s.vector<std::int64_t>({1, 0, 1, 1});
  const NodeId columns = s.vector<std::int32_t>({2, 0, 0, 2});
  const NodeId values = s.vector<double>({1, 2, 3, 4});
  const NodeId triples = s.whole(Op::from_triples, DType::f64, {rows, columns, values}, {}, {2, 3}, true);
  CHECK(row_of_values(sparse_of(s.run(triples))) == std::vector<double>{2, 3, 5});
  CHECK(s.elements<double>(s.whole(Op::to_dense, DType::f64, {triples}, {}, {2, 3})) ==
        std::vector<double>{2, 0, 0, 3, 0, 5});
  CHECK(s.fault(s.whole(Op::from_triples, DType::f64, {rows, columns, values}, {}, {2, 2}, true)) == "index");
  CHECK(s.elements<double>(s.whole(Op::to_dense, DType::f64, {triples}, {}, {2, 3}), Precision::extended).size() == 6);
}

TEST_CASE("reference: a sparse body keeps what its guard admits, stored zeros too") {
  Sheet s;
  const NodeId a = s.input(with_stored_zero());
  const IndexId i = s.index(2, "i");
  const IndexId j = s.index(3, "j");
  const NodeId stored = s.op(Op::stored, DType::boolean, {a, s.value(i), s.value(j)});
  const NodeId doubled = s.op(Op::multiply, DType::f64, {s.graph.real(2), s.at(a, i, j)});
  const NodeId body = s.op(Op::guard, DType::f64, {stored, doubled});
  const Value out = s.run(s.tensor(body, {i, j}, true));
  CHECK(row_of_values(sparse_of(out)) == std::vector<double>{10, 0, 14});
  const Value turned = s.run(s.tensor(body, {j, i}, true));
  CHECK(sparse_of(turned).rows == 3);
  CHECK(row_of_values(sparse_of(turned)) == std::vector<double>{0, 14, 10});
  CHECK(sparse_of(turned).row_starts.as<std::int64_t>()[3] == 3);
  CHECK(s.elements<double>(s.tensor(body, {i, j})) == std::vector<double>{0, 0, 10, 0, 14, 0});
}

TEST_CASE("reference: sparse operands of dense ops are read whole") {
  Sheet s;
  const NodeId a = s.input(with_stored_zero());
  CHECK(s.elements<double>(s.whole(Op::reshape, DType::f64, {a}, {}, {6})) == std::vector<double>{0, 0, 5, 0, 7, 0});
  CHECK(row_of_values(sparse_of(s.run(s.whole(Op::to_sparse, DType::f64, {a}, {}, {2, 3}, true)))) ==
        std::vector<double>{5, 7});
  CHECK(row_of_values(sparse_of(s.run(s.whole(Op::assume, DType::f64, {a}, {6}, {2, 3}, true)))).size() == 3);
}

TEST_CASE("reference: a hundred thousand definitions in a row") {
  Sheet s;
  NodeId x = s.vector<double>({0, 1});
  for (int at = 0; at < 100'000; ++at) {
    const IndexId i = s.index(2);
    x = s.tensor(s.op(Op::add, DType::f64, {s.at(x, i), s.graph.real(1)}), {i});
  }
  CHECK(s.elements<double>(x) == std::vector<double>{100'000, 100'001});
}

TEST_CASE("reference: only what is needed is computed, and what is there is taken") {
  Sheet s;
  const IndexId i = s.index(2);
  const NodeId x = s.vector<double>({1, 2});
  const NodeId y = s.tensor(s.op(Op::negate, DType::f64, {s.at(x, i)}), {i});
  const NodeId z = s.tensor(s.op(Op::add, DType::f64, {s.at(y, i), s.at(y, {s.graph.integer(0)})}), {i});
  const NodeId unrelated = s.whole(Op::inv, DType::f64, {s.input<double>({1, 1}, {0})}, {}, {1, 1});
  Evaluation evaluation = s.evaluation();
  evaluate(evaluation, z);
  CHECK(evaluation.find(y) != nullptr);
  CHECK(evaluation.find(unrelated) == nullptr);
}

TEST_CASE("reference: a value in the evaluation stands for its node") {
  Sheet s;
  const IndexId i = s.index(2);
  const NodeId x = s.vector<double>({1, 2});
  const NodeId y = s.tensor(s.op(Op::negate, DType::f64, {s.at(x, i)}), {i});
  const NodeId z = s.tensor(s.op(Op::negate, DType::f64, {s.at(y, i)}), {i});
  Evaluation evaluation(s.graph);  // without x
  evaluation.values.emplace(y.at, Tensor::from<double>({2}, {7, 8}));
  CHECK(std::get<Tensor>(evaluate(evaluation, z)).as<double>()[1] == -8);
  Evaluation nothing(s.graph);
  CHECK_THROWS_AS(evaluate(nothing, z), error);
}

TEST_CASE("reference: samples are elements, and the rest is not computed") {
  Sheet s;
  const IndexId i = s.index(1'000'000, "i");
  const IndexId j = s.index(1'000'000, "j");
  const NodeId x = s.whole(Op::reshape, DType::f64, {s.input<double>({1, 2}, {10, 20})}, {}, {2});
  const NodeId entry = s.op(Op::wrap, DType::i64, {s.value(j)}, {2});
  const NodeId body = s.op(Op::add, DType::f64, {s.op(Op::cast, DType::f64, {s.value(i)}), s.at(x, {entry})});
  const NodeId huge = s.tensor(body, {i, j});
  Evaluation evaluation = s.evaluation();
  const std::vector<Extents> points{{0, 0}, {999'999, 3}, {5, 999'998}};
  const Tensor out = sample(evaluation, huge, points);
  CHECK(out.as<double>()[0] == 10);
  CHECK(out.as<double>()[1] == 1'000'019);
  CHECK(out.as<double>()[2] == 15);
  CHECK(sample(evaluation, huge, points, Precision::extended).as<double>()[1] == 1'000'019);
  CHECK(evaluation.find(huge) == nullptr);
}

TEST_CASE("reference: extended precision is not rounded between tensors") {
  Sheet s;
  const NodeId tiny = s.scalar(s.graph.real(1e-18));
  const NodeId sum = s.scalar(s.op(Op::add, DType::f64, {s.graph.real(1), s.at(tiny, std::vector<NodeId>{})}));
  const NodeId back = s.scalar(s.op(Op::subtract, DType::f64, {s.at(sum, std::vector<NodeId>{}), s.graph.real(1)}));
  CHECK(s.number<double>(back) == 0);
  CHECK(s.number<double>(back, Precision::extended) == Approx(1e-18).epsilon(0.1));
}

TEST_CASE("reference: it stops when asked to") {
  Sheet s;
  const IndexId i = s.index(1'000'000);
  const IndexId k = s.index(1'000'000'000, "k");
  const NodeId forever = s.tensor(s.graph.reduce(Op::sum, DType::i64, s.value(k), {k}), {i});
  set_deadline(Clock::now() + std::chrono::milliseconds(20));
  CHECK(s.fault(forever) == "limit");
  clear_deadline();
}

}  // namespace ricci::runtime::reference::test
