/// The corners of contractions, by hand: what is recognised and what is not, integers that wrap, infinities, gathers
/// that leave their axis, sums too long for floats, and shapes large enough for every way of cutting.
#include <catch2/catch.hpp>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/pool.hpp"
#include "tests/runtime/kernels/contraction/random_contraction.hpp"

namespace ricci::runtime::contraction {
namespace {

using dsl::IndexId;
using dsl::Op;
using dsl::Vec;
using reference::test::Sheet;

NodeId sum_of_product(Sheet& sheet, DType dtype, NodeId a, NodeId b, const Vec<IndexId>& summed,
                      const Vec<IndexId>& axes) {
  const NodeId product = sheet.op(Op::multiply, dtype, {a, b});
  return sheet.tensor(sheet.graph.reduce(Op::sum, dtype, product, summed), axes);
}

Tensor computed(const Sheet& sheet, NodeId tensor) {
  Evaluation evaluation = sheet.evaluation();
  Tensor out;
  REQUIRE(run_contraction(evaluation, tensor, out));
  return out;
}

Tensor counting(DType dtype, const Extents& shape, int modulus = 7) {
  Tensor out = Tensor::empty(DType::i64, shape);
  for (std::int64_t at = 0; at < out.count(); ++at) out.as<std::int64_t>()[at] = (at * 5 + at / 11) % modulus - 3;
  return cast(out, dtype);
}

TEST_CASE("contraction: indices get the part that they play") {
  Sheet sheet;
  const IndexId b = sheet.index(2), i = sheet.index(3), j = sheet.index(4), k = sheet.index(5), l = sheet.index(6);
  const NodeId left = sheet.input(counting(DType::f64, {2, 3, 5, 6})),
               right = sheet.input(counting(DType::f64, {5, 2, 4}));
  const NodeId tensor = sum_of_product(
      sheet, DType::f64, sheet.at(left, {sheet.value(b), sheet.value(i), sheet.value(k), sheet.value(l)}),
      sheet.at(right, {sheet.value(k), sheet.value(b), sheet.value(j)}), {k, l}, {b, i, j});
  const auto found = match_contraction(sheet.graph, tensor);
  REQUIRE(found);
  CHECK(found->shape() == Extents{2, 3, 4});
  CHECK(parts_of(*found) == std::vector<Part>{Part::batch, Part::row, Part::column, Part::summed, Part::sum_left});
  const Cost cost = cost_of(*found, sheet.graph);
  CHECK(cost.flops == 2.0 * 2 * 3 * 4 * 5 * 6);
  CHECK(cost.nanoseconds > 0);
}

TEST_CASE("contraction: other bodies are left to others") {
  Sheet sheet;
  const IndexId i = sheet.index(3), k = sheet.index(4);
  const NodeId a = sheet.at(sheet.input(counting(DType::f64, {3, 4})), i, k);
  const NodeId x = sheet.at(sheet.input(counting(DType::f64, {4})), k);
  const auto matched = [&](NodeId body) {
    return match_contraction(sheet.graph, sheet.tensor(sheet.graph.reduce(Op::sum, DType::f64, body, {k}), {i}));
  };
  CHECK(matched(sheet.op(Op::multiply, DType::f64, {a, x})));
  CHECK_FALSE(matched(sheet.op(Op::add, DType::f64, {a, x})));
  CHECK_FALSE(matched(sheet.op(Op::multiply, DType::f64, {a, sheet.op(Op::exp, DType::f64, {x})})));
  CHECK_FALSE(matched(sheet.op(Op::multiply, DType::f64, {sheet.op(Op::multiply, DType::f64, {a, x}), x})));
  const NodeId padded = sheet.graph.add(Op::pad, DType::i64, {sheet.graph.affine(-1, {k}, {1})}, {4});
  CHECK_FALSE(
      matched(sheet.op(Op::multiply, DType::f64, {a, sheet.at(sheet.input(counting(DType::f64, {4})), {padded})})));
  const NodeId beyond = sheet.graph.affine(1, {k}, {1});
  CHECK_FALSE(
      matched(sheet.op(Op::multiply, DType::f64, {a, sheet.at(sheet.input(counting(DType::f64, {4})), {beyond})})));
}

TEST_CASE("contraction: integers wrap, and i32 products that could leave i32 go another way") {
  Sheet sheet;
  const IndexId i = sheet.index(1), k = sheet.index(3);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const NodeId a = sheet.input<std::int64_t>({1, 3}, {huge, huge, 5}), x = sheet.input<std::int64_t>({3}, {2, 4, -4});
  const NodeId wide = sum_of_product(sheet, DType::i64, sheet.at(a, i, k), sheet.at(x, k), {k}, {i});
  CHECK(computed(sheet, wide).as<std::int64_t>()[0] == -26);
  for (std::int32_t largest : {30000, 2000000000}) {
    const NodeId n = sheet.input<std::int32_t>({1, 3}, {largest, 1, 2}), m = sheet.input<std::int32_t>({3}, {2, 3, 4});
    const NodeId product = sheet.op(Op::multiply, DType::i32, {sheet.at(n, i, k), sheet.at(m, k)});
    const NodeId body = sheet.op(Op::cast, DType::i64, {product});
    const NodeId tensor = sheet.tensor(sheet.graph.reduce(Op::sum, DType::i64, body, {k}), {i});
    Evaluation evaluation = sheet.evaluation();
    Tensor out;
    REQUIRE(match_contraction(sheet.graph, tensor));
    REQUIRE(run_contraction(evaluation, tensor, out) == (largest == 30000));
    if (largest == 30000) CHECK(out.as<std::int64_t>()[0] == 60011);
  }
}

TEST_CASE("contraction: infinities and NaN go where the definition sends them") {
  const double inf = reference::test::inf, nan = reference::test::nan;
  for (std::int64_t n : {2, 40}) {
    Sheet sheet;
    Tensor a = Tensor::zeros(DType::f64, {n, n}), b = Tensor::zeros(DType::f64, {n, n});
    for (std::int64_t at = 0; at < n * n; ++at) b.as<double>()[at] = 1;
    a.as<double>()[0] = inf;
    b.as<double>()[1] = 0;        // inf * 0
    b.as<double>()[n + 0] = nan;  // 0 * nan
    const IndexId i = sheet.index(n), j = sheet.index(n), k = sheet.index(n);
    const NodeId tensor =
        sum_of_product(sheet, DType::f64, sheet.at(sheet.input(a), i, k), sheet.at(sheet.input(b), k, j), {k}, {i, j});
    const Tensor out = computed(sheet, tensor), expected = std::get<Tensor>(sheet.run(tensor));
    for (std::int64_t at = 0; at < n * n; ++at)
      CHECK(reference::test::close(out.as<double>()[at], expected.as<double>()[at], 0));
  }
}

TEST_CASE("contraction: a gather that leaves its axis is refused by name, unless nothing is read") {
  for (std::int64_t summed : {3, 0}) {
    Sheet sheet;
    const IndexId i = sheet.index(2), k = sheet.index(summed);
    const NodeId table = sheet.vector<std::int64_t>({0, 4});
    const NodeId place = sheet.graph.add(Op::gather, DType::i64, {sheet.at(table, i)}, {4});
    const NodeId a = sheet.input(counting(DType::f64, {4, summed})), x = sheet.input(counting(DType::f64, {summed}));
    const NodeId tensor =
        sum_of_product(sheet, DType::f64, sheet.at(a, {place, sheet.value(k)}), sheet.at(x, k), {k}, {i});
    Evaluation evaluation = sheet.evaluation();
    Tensor out;
    if (summed == 0) {
      REQUIRE(run_contraction(evaluation, tensor, out));
      CHECK(out.as<double>()[0] == 0);
      CHECK(out.as<double>()[1] == 0);
    } else {
      CHECK_THROWS_WITH(run_contraction(evaluation, tensor, out), Catch::Contains("is 4, outside axis 0 of `A1`"));
    }
  }
}

TEST_CASE("contraction: long float sums do not stagnate") {
  Sheet sheet;
  const std::int64_t n = 20'000'000;
  Tensor one = Tensor::empty(DType::f32, {1});
  one.as<float>()[0] = 1;
  Tensor many = one;
  many.shape = {n};
  many.strides = {0};
  const IndexId k = sheet.index(n);
  const NodeId x = sheet.at(sheet.input(many), k);
  const NodeId dot = sum_of_product(sheet, DType::f32, x, x, {k}, {});
  CHECK(computed(sheet, dot).as<float>()[0] == 20'000'000.0F);
  const NodeId sum = sheet.tensor(sheet.graph.reduce(Op::sum, DType::f32, x, {k}), {});
  CHECK(computed(sheet, sum).as<float>()[0] == 20'000'000.0F);
}

/// C = A B by the plainest loops, in i64.
Tensor plain_product(const Tensor& a, const Tensor& b) {
  const std::int64_t m = a.shape[0], k = a.shape[1], n = b.shape[1];
  Tensor out = Tensor::zeros(DType::i64, {m, n});
  const Tensor x = cast(a, DType::i64), y = cast(b, DType::i64);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t j = 0; j < n; ++j)
        out.as<std::int64_t>()[i * n + j] += x.as<std::int64_t>()[i * k + p] * y.as<std::int64_t>()[p * n + j];
  return out;
}

TEST_CASE("contraction: large products, from any memory order into any, for all types and threads") {
  const Extents sizes[] = {{1, 300, 200}, {300, 1, 200},  {190, 170, 150}, {40, 700, 33},
                           {900, 17, 65}, {5, 5, 20'000}, {1, 1, 50'000},  {530, 300, 129}};
  for (DType dtype : {DType::f64, DType::i64, DType::c128, DType::f32})
    for (const Extents& size : sizes)
      for (int order = 0; order < 8; ++order) {
        const std::int64_t m = size[0], n = size[1], k = size[2];
        INFO(dsl::name_of(dtype) << " " << m << " x " << n << " x " << k << ", order " << order);
        const Tensor a = counting(dtype, {m, k}), b = counting(dtype, {k, n}, 5);
        Sheet sheet;
        const IndexId i = sheet.index(m), j = sheet.index(n), p = sheet.index(k);
        const auto turned = [](Tensor t) {
          std::swap(t.shape[0], t.shape[1]);
          std::swap(t.strides[0], t.strides[1]);
          return contiguous_copy_if_needed(t);
        };
        const NodeId left = (order & 1) != 0 ? sheet.at(sheet.input(turned(a)), p, i) : sheet.at(sheet.input(a), i, p);
        const NodeId right = (order & 2) != 0 ? sheet.at(sheet.input(turned(b)), j, p) : sheet.at(sheet.input(b), p, j);
        const NodeId tensor =
            sum_of_product(sheet, dtype, left, right, {p}, (order & 4) != 0 ? Vec<IndexId>{j, i} : Vec<IndexId>{i, j});
        const Tensor out = computed(sheet, tensor);
        const Tensor expected = (order & 4) != 0 ? turned(plain_product(a, b)) : plain_product(a, b);
        CHECK(same_bits(cast(out, DType::i64), expected));
        set_threads(1);
        CHECK(same_bits(computed(sheet, tensor), out));
        set_threads(2);
      }
}

}  // namespace
}  // namespace ricci::runtime::contraction
