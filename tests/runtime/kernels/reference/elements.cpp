/// Leaves, entries of accesses, selection: what is read, what is computed, and above all what is not.
#include "tests/runtime/kernels/reference/sheet.hpp"

namespace ricci::runtime::reference::test {

TEST_CASE("reference: constants keep their value in every dtype") {
  Sheet s;
  CHECK(s.number<bool>(s.scalar(s.graph.integer(1, DType::boolean))) == true);
  CHECK(s.number<std::int32_t>(s.scalar(s.graph.integer(-7, DType::i32))) == -7);
  CHECK(s.number<std::int64_t>(s.scalar(s.graph.integer(lowest))) == lowest);
  CHECK(s.number<float>(s.scalar(s.graph.real(0.1, DType::f32))) == 0.1F);
  CHECK(s.number<double>(s.scalar(s.graph.real(0.1))) == 0.1);
  CHECK(std::signbit(s.number<double>(s.scalar(s.graph.real(-0.0)))));
  CHECK(std::isnan(s.number<double>(s.scalar(s.graph.real(nan)))));
  CHECK(s.number<c64>(s.scalar(s.graph.complex(0.1, -2, DType::c64))) == c64{0.1F, -2});
  CHECK(s.number<c128>(s.scalar(s.graph.complex(0.1, -2))) == c128{0.1, -2});
  CHECK(s.number<double>(s.scalar(s.graph.real(0.1)), Precision::extended) == 0.1);
  CHECK(s.number<float>(s.scalar(s.graph.real(0.1, DType::f32)), Precision::extended) == 0.1F);
}

TEST_CASE("reference: indices count from 0, and affine entries lead where they say") {
  Sheet s;
  const NodeId x = s.vector<double>({10, 11, 12, 13, 14});
  const IndexId i = s.index(3, "i");
  const IndexId j = s.index(2, "j");
  CHECK(s.elements<std::int64_t>(s.tensor(s.value(i), {i})) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(s.elements<std::int64_t>(s.tensor(s.value(j), {i, j})) == std::vector<std::int64_t>{0, 1, 0, 1, 0, 1});
  CHECK(s.elements<double>(s.tensor(s.at(x, {s.graph.affine(0, {i}, {2})}), {i})) == std::vector<double>{10, 12, 14});
  CHECK(s.elements<double>(s.tensor(s.at(x, {s.graph.affine(4, {i, j}, {-1, -2})}), {i, j})) ==
        std::vector<double>{14, 12, 13, 11, 12, 10});
  CHECK(s.elements<double>(s.tensor(s.at(x, {s.graph.integer(3)}), {i})) == std::vector<double>{13, 13, 13});
  const NodeId m = s.input<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(s.elements<double>(s.tensor(s.at(m, j, i), {i, j})) == std::vector<double>{1, 4, 2, 5, 3, 6});
  CHECK(s.elements<double>(s.tensor(s.at(m, j, j), {j})) == std::vector<double>{1, 5});
}

TEST_CASE("reference: inputs are read through their strides") {
  Sheet s;
  const NodeId whole = s.input<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor columns = std::get<Tensor>(s.given[0].second);
  columns.shape = {3, 2};
  columns.strides = {1, 3};
  const NodeId turned = s.input(columns);
  Tensor backwards = Tensor::view(DType::f64, columns.as<double>() + 5, {6}, {-1});
  const NodeId reversed = s.input(backwards);
  const IndexId i = s.index(3, "i");
  const IndexId j = s.index(2, "j");
  const IndexId k = s.index(6, "k");
  CHECK(s.elements<double>(s.tensor(s.at(turned, i, j), {i, j})) == std::vector<double>{1, 4, 2, 5, 3, 6});
  CHECK(s.elements<double>(s.tensor(s.at(reversed, k), {k})) == std::vector<double>{6, 5, 4, 3, 2, 1});
  CHECK(s.elements<double>(whole).size() == 6);
}

TEST_CASE("reference: wrapped, clamped and padded entries") {
  Sheet s;
  const NodeId x = s.vector<double>({10, 11, 12});
  const IndexId i = s.index(7);
  const NodeId from_minus_3 = s.graph.affine(-3, {i}, {1});
  const auto through = [&](Op op) {
    return s.elements<double>(s.tensor(s.at(x, {s.op(op, DType::i64, {from_minus_3}, {3})}), {i}));
  };
  CHECK(through(Op::wrap) == std::vector<double>{10, 11, 12, 10, 11, 12, 10});
  CHECK(through(Op::clamp_to) == std::vector<double>{10, 10, 10, 10, 11, 12, 12});
  CHECK(through(Op::pad) == std::vector<double>{0, 0, 0, 10, 11, 12, 0});
}

TEST_CASE("reference: where a padded entry is outside, no other entry is looked at") {
  Sheet s;
  const NodeId m = s.input<std::int32_t>({2, 2}, {1, 2, 3, 4});
  const NodeId p = s.vector<std::int64_t>({9, 1});
  const IndexId i = s.index(2);
  const NodeId row = s.op(Op::pad, DType::i64, {s.graph.affine(-1, {i}, {1})}, {2});  // outside for i = 0
  const NodeId column = s.op(Op::gather, DType::i64, {s.at(p, i)}, {2});              // 9 for i = 0
  CHECK(s.elements<std::int32_t>(s.tensor(s.at(m, {row, column}), {i})) == std::vector<std::int32_t>{0, 2});
}

TEST_CASE("reference: a gathered index is checked, and the error says where") {
  Sheet s;
  const NodeId x = s.vector<double>({10, 11, 12});
  const IndexId i = s.index(2);
  const auto gathered = [&](const std::vector<std::int64_t>& indices) {
    return s.tensor(s.at(x, {s.op(Op::gather, DType::i64, {s.at(s.vector(indices), i)}, {3})}), {i});
  };
  CHECK(s.elements<double>(gathered({2, 0})) == std::vector<double>{12, 10});
  CHECK(s.fault(gathered({0, 3})) == "index");
  CHECK(s.fault(gathered({-1, 0})) == "index");
  try {
    s.run(gathered({0, 7}));
    FAIL();
  } catch (const error& raised) {
    CHECK(raised.message() == "an index computed from data is 7, outside axis 0 of `A0`, which has size 3");
  }
  const NodeId narrow = s.op(Op::gather, DType::i64, {s.graph.integer(1, DType::i32)}, {3});
  CHECK(s.number<double>(s.scalar(s.at(x, {narrow}))) == 11);
}

TEST_CASE("reference: guard and where compute only what they select") {
  Sheet s;
  const IndexId i = s.index(3);
  const NodeId zero = s.op(Op::equal, DType::boolean, {s.value(i), s.graph.integer(0)});
  const NodeId nonzero = s.op(Op::logical_not, DType::boolean, {zero});
  const NodeId quotient = s.op(Op::floor_divide, DType::i64, {s.graph.integer(6), s.value(i)});
  CHECK(s.elements<std::int64_t>(s.tensor(s.op(Op::guard, DType::i64, {nonzero, quotient}), {i})) ==
        std::vector<std::int64_t>{0, 6, 3});
  CHECK(s.elements<std::int64_t>(s.tensor(s.op(Op::where, DType::i64, {zero, s.graph.integer(-1), quotient}), {i})) ==
        std::vector<std::int64_t>{-1, 6, 3});
  CHECK(s.elements<std::int64_t>(s.tensor(s.op(Op::where, DType::i64, {nonzero, quotient, s.graph.integer(-1)}),
                                          {i})) == std::vector<std::int64_t>{-1, 6, 3});
  CHECK(s.fault(s.tensor(quotient, {i})) == "value");
  // 0 * NaN under a guard is 0 of the node's type.
  const NodeId guarded = s.op(Op::guard, DType::f64, {zero, s.graph.real(nan)});
  CHECK(s.elements<double>(s.tensor(guarded, {i}))[1] == 0);
}

TEST_CASE("reference: sparse accesses give the stored value or 0, and say whether one is stored") {
  Sheet s;
  const auto csr =
      std::make_shared<const Csr>(csr_from_triples(2, 3, {0, 1, 1}, {2, 0, 1}, Tensor::from<double>({3}, {5, 0, 7})));
  const NodeId a = s.input(Value(csr));
  const IndexId i = s.index(2, "i");
  const IndexId j = s.index(3, "j");
  CHECK(s.elements<double>(s.tensor(s.at(a, i, j), {i, j})) == std::vector<double>{0, 0, 5, 0, 7, 0});
  const NodeId stored = s.op(Op::stored, DType::boolean, {a, s.value(i), s.value(j)});
  CHECK(s.elements<bool>(s.tensor(stored, {i, j})) == std::vector<bool>{false, false, true, true, true, false});
  const NodeId shifted = s.op(Op::pad, DType::i64, {s.graph.affine(-1, {i}, {1})}, {2});
  CHECK(s.elements<double>(s.tensor(s.at(a, {shifted, s.value(j)}), {i, j})) == std::vector<double>{0, 0, 0, 0, 0, 5});
  const NodeId stored_there = s.op(Op::stored, DType::boolean, {a, shifted, s.value(j)});
  CHECK(s.elements<bool>(s.tensor(stored_there, {i, j})) == std::vector<bool>{false, false, false, false, false, true});
}

TEST_CASE("reference: deep expressions and shared ones cost what they have in nodes") {
  Sheet s;
  const IndexId i = s.index(3);
  NodeId deep = s.op(Op::cast, DType::f64, {s.value(i)});
  for (int at = 0; at < 200'000; ++at) deep = s.op(Op::add, DType::f64, {deep, s.graph.real(1)});
  CHECK(s.elements<double>(s.tensor(deep, {i})) == std::vector<double>{200'000, 200'001, 200'002});
  NodeId doubled = s.op(Op::cast, DType::f64, {s.value(i)});
  for (int at = 0; at < 1000; ++at) doubled = s.op(Op::add, DType::f64, {doubled, doubled});
  CHECK(s.elements<double>(s.tensor(doubled, {i})) == std::vector<double>{0, 0x1p1000, 0x1p1001});
}

TEST_CASE("reference: no point, one point, unit axes") {
  Sheet s;
  const IndexId none = s.index(0, "n");
  const IndexId one = s.index(1, "o");
  const IndexId two = s.index(2, "t");
  const Tensor empty = std::get<Tensor>(s.run(s.tensor(s.value(two), {two, none})));
  CHECK(empty.shape == Extents{2, 0});
  CHECK(s.elements<std::int64_t>(s.tensor(s.value(two), {one, two, one})) == std::vector<std::int64_t>{0, 1});
  CHECK(std::get<Tensor>(s.run(s.scalar(s.graph.integer(4)))).shape.empty());
}

}  // namespace ricci::runtime::reference::test
