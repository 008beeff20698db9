/// What programs look like: what is skipped, hoisted, folded; and sums and faults at sizes the random graphs do not
/// reach.
#include <cmath>

#include <catch2/catch.hpp>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/pool.hpp"

namespace {

using namespace ricci::runtime;
using ricci::dsl::IndexId;
using ricci::dsl::Op;

struct Case {
  Graph graph;
  std::vector<std::pair<NodeId, Value>> values;

  NodeId input(Tensor tensor) {
    ricci::dsl::Input own{"x", tensor.dtype, {}, false};
    for (std::int64_t extent : tensor.shape) own.shape.push_back(extent);
    const NodeId node = graph.input(own);
    values.emplace_back(node, std::move(tensor));
    return node;
  }
  NodeId at(NodeId tensor, std::initializer_list<IndexId> indices) {
    std::vector<NodeId> entries;
    for (IndexId index : indices) entries.push_back(graph.index_value(index));
    return graph.access(tensor, entries);
  }
  Tensor run(NodeId tensor, int threads = 1) {
    Evaluation evaluation(graph);
    for (const auto& [node, value] : values) evaluation.values[node.at] = value;
    set_threads(threads);
    Tensor out;
    fused::run_fused(evaluation, tensor, out);
    return out;
  }
  fused::Program program(NodeId tensor) {
    Evaluation evaluation(graph);
    for (const auto& [node, value] : values) evaluation.values[node.at] = value;
    return fused::lower(graph, tensor, fused::layouts_of(evaluation, tensor));
  }
};

template <class T, class F>
Tensor filled(Extents shape, F&& f) {
  Tensor out = Tensor::empty(dtype_of<T>(), std::move(shape));
  for (std::int64_t at = 0; at < out.count(); ++at) out.as<T>()[at] = f(at);
  return out;
}

}  // namespace

TEST_CASE("fused: a float sum of 2^25 ones does not stop at 2^24") {
  Case own;
  const std::int64_t n = std::int64_t{1} << 25;
  const NodeId ones =
      own.input(Tensor::view(DType::f32, filled<float>({1}, [](auto) { return 1.0F; }).data.get(), {1}, {1}));
  static const float one = 1;
  own.values.back().second = Tensor::view(DType::f32, const_cast<float*>(&one), {1}, {0});
  const IndexId i = own.graph.open_index("i", n);
  const NodeId zero = own.graph.integer(0);
  const NodeId body = own.graph.access(ones, std::span(&zero, 1));
  const NodeId weight =
      own.graph.add(Op::cast, DType::f32,
                    {own.graph.add(Op::less, DType::boolean, {own.graph.integer(-1), own.graph.index_value(i)})});
  const NodeId term = own.graph.add(Op::multiply, DType::f32, {body, weight});
  const NodeId total = own.graph.tensor(own.graph.reduce(Op::sum, DType::f32, term, {i}), {});
  CHECK(*own.run(total).as<float>() == 33554432.0F);
}

TEST_CASE("fused: column sums of many rows are paired as well") {
  Case own;
  const std::int64_t rows = 200000;
  const NodeId x = own.input(filled<float>({rows, 3}, [](auto at) { return at % 3 == 1 ? 0.1F : 1.0F; }));
  const IndexId i = own.graph.open_index("i", rows);
  const IndexId c = own.graph.open_index("c", 3);
  const NodeId sums = own.graph.tensor(own.graph.reduce(Op::sum, DType::f32, own.at(x, {i, c}), {i}), {c});
  const Tensor out = own.run(sums);
  CHECK(out.as<float>()[0] == 200000.0F);
  CHECK(out.as<float>()[1] == Approx(200000 * static_cast<double>(0.1F)).epsilon(1e-6));
  CHECK(same_bits(out, own.run(sums, 2)));
}

TEST_CASE("fused: long reductions give the same bits for every number of threads") {
  Case own;
  const NodeId x =
      own.input(filled<double>({300, 5000}, [](auto at) { return 1.0 / static_cast<double>(at % 977 + 1); }));
  const IndexId i = own.graph.open_index("i", 300);
  const IndexId k = own.graph.open_index("k", 5000);
  for (Op op : {Op::sum, Op::mean, Op::norm, Op::logsumexp, Op::least, Op::greatest}) {
    const NodeId all = own.graph.tensor(own.graph.reduce(op, DType::f64, own.at(x, {i, k}), {i, k}), {});
    const NodeId rows = own.graph.tensor(own.graph.reduce(op, DType::f64, own.at(x, {i, k}), {k}), {i});
    const NodeId columns = own.graph.tensor(own.graph.reduce(op, DType::f64, own.at(x, {i, k}), {i}), {k});
    for (NodeId node : {all, rows, columns}) CHECK(same_bits(own.run(node, 1), own.run(node, 2)));
  }
  const NodeId where = own.graph.tensor(own.graph.reduce(Op::argmin, DType::i64, own.at(x, {i, k}), {i, k}), {});
  CHECK(*own.run(where).as<std::int64_t>() == 976);
}

TEST_CASE("fused: the norm neither overflows nor underflows") {
  for (double scale : {1e-200, 1.0, 1e200}) {
    Case own;
    const NodeId x = own.input(filled<double>({1000}, [&](auto at) { return at % 2 == 0 ? 3 * scale : 4 * scale; }));
    const IndexId i = own.graph.open_index("i", 1000);
    const NodeId norm = own.graph.tensor(own.graph.reduce(Op::norm, DType::f64, own.at(x, {i}), {i}), {});
    CHECK(*own.run(norm).as<double>() == Approx(scale * std::sqrt(12500.0)).epsilon(1e-14));
  }
}

TEST_CASE("fused: plain arithmetic in place runs over long tiles, and nothing else does") {
  struct Row {
    Op op;
    double (*of)(double, double);
    bool lengthened;
  };
  const Row rows[] = {{Op::add, [](double a, double b) { return a + b; }, true},
                      {Op::subtract, [](double a, double b) { return a - b; }, true},
                      {Op::multiply, [](double a, double b) { return a * b; }, true},
                      {Op::divide, [](double a, double b) { return a / b; }, true},
                      {Op::sin, [](double a, double) { return std::sin(a); }, false}};
  for (const std::int64_t n : {1, 511, 512, 513, 4095, 4096, 4097, 20'000})
    for (const Row& row : rows) {
      Case own;
      const Tensor a = filled<double>({n}, [](auto at) { return 0.25 * static_cast<double>(at); });
      const Tensor b = filled<double>({n}, [](auto at) { return static_cast<double>(at % 7 - 3); });
      const NodeId x = own.input(a);
      const NodeId y = own.input(b);
      const IndexId i = own.graph.open_index("i", n);
      const NodeId body = row.op == Op::sin ? own.graph.add(row.op, DType::f64, {own.at(x, {i})})
                                            : own.graph.add(row.op, DType::f64, {own.at(x, {i}), own.at(y, {i})});
      const NodeId z = own.graph.tensor(body, {i});
      const fused::Program program = own.program(z);
      CHECK(program.verify() == "");
      CHECK(program.stages[0].lanes.step == std::min<std::int64_t>(n, row.lengthened ? 4096 : 512));
      const Tensor out = own.run(z, 2);
      std::int64_t wrong = 0;
      for (std::int64_t at = 0; at < n; ++at) {
        const double expected = row.of(a.as<double>()[at], b.as<double>()[at]);
        const double apart = std::abs(out.as<double>()[at] - expected);
        const bool same = out.as<double>()[at] == expected || (row.op == Op::sin && apart < 1e-15);
        wrong += same ? 0 : 1;
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("fused: a guard that no lane changes leaves out iterations") {
  Case own;
  const NodeId d = own.input(filled<double>({101}, [](auto at) { return static_cast<double>(at); }));
  const NodeId z = own.input(filled<double>({500}, [](auto at) { return static_cast<double>(at) / 5; }));
  const NodeId x = own.input(filled<double>({300}, [](auto at) { return static_cast<double>(at); }));
  const NodeId bad = own.input(filled<std::int64_t>({100}, [](auto at) { return at == 50 ? 1000 : at; }));
  const IndexId row = own.graph.open_index("z", 500);
  const IndexId column = own.graph.open_index("x", 300);
  const IndexId n = own.graph.open_index("n", 100);
  const NodeId next = own.graph.affine(1, {n}, {1});
  const NodeId upper = own.graph.access(d, std::span(&next, 1));
  const NodeId inside =
      own.graph.add(Op::logical_and, DType::boolean,
                    {own.graph.add(Op::less_equal, DType::boolean, {own.at(d, {n}), own.at(z, {row})}),
                     own.graph.add(Op::less, DType::boolean, {own.at(z, {row}), upper})});
  const NodeId value = own.graph.add(Op::multiply, DType::f64, {own.at(x, {column}), own.at(d, {n})});
  const NodeId sum = own.graph.reduce(Op::sum, DType::f64, own.graph.add(Op::guard, DType::f64, {inside, value}), {n});
  const NodeId field = own.graph.tensor(sum, {row, column});
  CHECK(own.program(field).text().find(", u") != std::string::npos);  // a range of the loop, found by bisection
  const Tensor out = own.run(field);
  for (std::int64_t r = 0; r < 500; r += 7)
    for (std::int64_t c = 0; c < 300; c += 11)
      CHECK(out.as<double>()[r * 300 + c] == static_cast<double>(c) * static_cast<double>(r / 5));
  // A gather out of range is a fault only where the guard asks for it.
  const NodeId entry = own.at(bad, {n});
  const NodeId gather = own.graph.add(Op::gather, DType::i64, {entry}, {101});
  const NodeId found = own.graph.access(d, std::span(&gather, 1));
  const NodeId below = own.graph.add(Op::less, DType::boolean, {own.graph.index_value(n), own.graph.integer(50)});
  const NodeId fine = own.graph.tensor(
      own.graph.reduce(Op::sum, DType::f64, own.graph.add(Op::guard, DType::f64, {below, found}), {n}), {});
  CHECK(*own.run(fine).as<double>() == 49 * 50 / 2);
  const NodeId wrong = own.graph.tensor(own.graph.reduce(Op::sum, DType::f64, found, {n}), {});
  try {
    own.run(wrong);
    FAIL("no fault");
  } catch (const ricci::error& error) {
    CHECK(error.code() == "index");
    CHECK(error.message() == "an index computed from data is 1000, outside axis 0 of `x`, which has size 101");
  }
}

TEST_CASE("fused: programs print and verify, and a broken one is caught") {
  Case own;
  const NodeId x = own.input(filled<double>({40, 50}, [](auto at) { return static_cast<double>(at); }));
  const IndexId i = own.graph.open_index("i", 40);
  const IndexId j = own.graph.open_index("j", 50);
  const NodeId y = own.graph.tensor(own.graph.add(Op::exp, DType::f64, {own.at(x, {i, j})}), {i, j});
  fused::Program program = own.program(y);
  CHECK(program.verify() == "");
  CHECK(program.text() ==
        "s0: result f64 [40, 50]\n"
        "s1: value f64 [40, 50]\n"
        "stage 0\n"
        "lanes v0:40 v1:50 in tiles of 500\n"
        "for each tile of 4\n"
        "  r0.f64 = view s1[0 + 50*v0 + 1*v1] stride 1\n"
        "  r1.f64 = view s0[0 + 50*v0 + 1*v1] stride 1\n"
        "  r1.f64 = apply.exp r0.f64\n");
  auto& block = program.stages[0].blocks.back();
  std::swap(block[0], block[2]);
  CHECK(program.verify() != "");
}

TEST_CASE(
    "fused: results larger than the caches are written past them, whatever their type and where their rows begin") {
  const std::int64_t rows = 1237;
  const auto check = [rows](auto zero) {
    using T = decltype(zero);
    const DType type = dtype_of<T>();
    const auto columns = static_cast<std::int64_t>(33'000'000 / (rows * sizeof(T))) + 1;
    Case own;
    const NodeId x = own.input(filled<T>({rows}, [](auto at) { return T(static_cast<float>(at % 61)); }));
    const NodeId y = own.input(filled<T>({columns}, [](auto at) { return T(static_cast<float>(at % 59)); }));
    const IndexId i = own.graph.open_index("i", rows);
    const IndexId j = own.graph.open_index("j", columns);
    const NodeId sums = own.graph.tensor(own.graph.add(Op::add, type, {own.at(x, {i}), own.at(y, {j})}), {i, j});
    CHECK(own.program(sums).verify() == "");
    CHECK(own.program(sums).text().find("= stream") == std::string::npos);
    CHECK(own.program(sums).text().find("stream") != std::string::npos);
    const Tensor out = own.run(sums, 2);
    std::int64_t wrong = 0;
    for (std::int64_t at = 0; at < out.count(); ++at)
      wrong += out.as<T>()[at] == T(static_cast<float>(at / columns % 61 + at % columns % 59)) ? 0 : 1;
    CHECK(wrong == 0);
  };
  check(std::int32_t{});
  check(float{});
  check(double{});
  check(std::complex<float>{});
  check(std::complex<double>{});
}

TEST_CASE("fused: short rows along the lanes are loaded once and repeated; a guard of whole rows stores for itself") {
  const std::int64_t rows = 40, columns = 100;
  for (std::int64_t short_axis : {2, 3, 5, 7, 100, 128}) {
    Case own;
    const NodeId keep = own.input(filled<std::int32_t>({rows}, [](auto at) { return static_cast<int>(at % 3); }));
    const NodeId x = own.input(filled<double>({columns}, [](auto at) { return static_cast<double>(at); }));
    const NodeId y =
        own.input(filled<double>({rows, short_axis}, [](auto at) { return static_cast<double>(at % 997); }));
    const IndexId i = own.graph.open_index("i", rows), j = own.graph.open_index("j", columns);
    const IndexId c = own.graph.open_index("c", short_axis);
    const NodeId condition =
        own.graph.add(Op::less, DType::boolean, {own.graph.integer(0, DType::i32), own.at(keep, {i})});
    const NodeId product = own.graph.add(Op::multiply, DType::f64, {own.at(x, {j}), own.at(y, {i, c})});
    const NodeId out = own.graph.tensor(own.graph.add(Op::guard, DType::f64, {condition, product}), {i, j, c});
    const fused::Program program = own.program(out);
    CHECK(program.verify() == "");
    if (short_axis < 8) CHECK(program.text().find("again after " + std::to_string(short_axis)) != std::string::npos);
    const Tensor result = own.run(out, 2);
    std::int64_t wrong = 0;
    for (std::int64_t at = 0; at < result.count(); ++at) {
      const std::int64_t row = at / short_axis / columns, column = at / short_axis % columns;
      const double expected =
          row % 3 == 0 ? 0
                       : static_cast<double>(column) * static_cast<double>((row * short_axis + at % short_axis) % 997);
      wrong += result.as<double>()[at] == expected ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("fused: a bracket that bounds a sum is a range of its loop, but only where the coordinate ascends") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> coordinates[] = {{0, 1, 1, 2, 5, 7},   {0, 1, 1, 5, 2, 7},
                                             {nan, 1, 2, 3, 4, 5}, {0, 1, 2, nan, 3, 4},
                                             {7, 5, 3, 2, 1, 0},   {-infinity, 0, 1, 1, 1, infinity}};
  const std::vector<double> places{-1, 0, 0.5, 1, 1.5, 2, 3, 5, 6, 7, 8, nan, infinity, -infinity};
  for (const std::vector<double>& coordinate : coordinates)
    for (Op low : {Op::less, Op::less_equal})
      for (Op high : {Op::less, Op::less_equal, Op::equal})
        for (bool lanes : {false, true}) {
          Case own;
          const std::int64_t count = static_cast<std::int64_t>(places.size());
          const NodeId d = own.input(Tensor::from<double>({6}, coordinate));
          const NodeId z = own.input(Tensor::from<double>({count}, places));
          const IndexId i = own.graph.open_index("i", count), j = own.graph.open_index("j", 50);
          const IndexId n = own.graph.open_index("n", 6);
          const NodeId after = own.graph.add(low, DType::boolean, {own.at(z, {i}), own.at(d, {n})});
          const NodeId before = own.graph.add(high, DType::boolean, {own.at(d, {n}), own.graph.real(5)});
          const NodeId inside = own.graph.add(Op::logical_and, DType::boolean, {after, before});
          const NodeId weight = own.graph.add(Op::cast, DType::f64, {own.graph.index_value(n)});
          const NodeId value = own.graph.add(Op::multiply, DType::f64, {own.at(d, {n}), weight});
          const NodeId sum =
              own.graph.reduce(Op::sum, DType::f64, own.graph.add(Op::guard, DType::f64, {inside, value}), {n});
          const NodeId out =
              own.graph.tensor(sum, lanes ? ricci::dsl::Vec<IndexId>{j, i} : ricci::dsl::Vec<IndexId>{i});
          const fused::Program program = own.program(out);
          CHECK(program.verify() == "");
          CHECK(program.text().find("in 6, ") != std::string::npos);
          const Tensor result = own.run(out, 2);
          std::int64_t wrong = 0;
          for (std::int64_t at = 0; at < result.count(); ++at) {
            const double place = places[static_cast<std::size_t>(at % count)];
            double expected = 0;
            for (std::size_t own_n = 0; own_n < 6; ++own_n) {
              const double own_d = coordinate[own_n];
              const bool above = low == Op::less ? place < own_d : place <= own_d;
              const bool below = high == Op::less ? own_d < 5 : high == Op::equal ? own_d == 5 : own_d <= 5;
              if (above && below) expected += own_d * static_cast<double>(own_n);
            }
            const double found = result.as<double>()[at];
            wrong += found == expected || (std::isnan(found) && std::isnan(expected)) ? 0 : 1;
          }
          CHECK(wrong == 0);
        }
}

TEST_CASE("fused: triangles visit one side of the diagonal alone") {
  Case own;
  const NodeId x = own.input(filled<double>({300, 300}, [](auto at) { return static_cast<double>(at % 17); }));
  const IndexId i = own.graph.open_index("i", 300), j = own.graph.open_index("j", 300);
  const NodeId below =
      own.graph.add(Op::less_equal, DType::boolean, {own.graph.index_value(j), own.graph.index_value(i)});
  const NodeId value = own.graph.add(Op::exp, DType::f64, {own.at(x, {j, i})});
  const NodeId sums = own.graph.tensor(
      own.graph.reduce(Op::sum, DType::f64, own.graph.add(Op::guard, DType::f64, {below, value}), {j}), {i});
  const Tensor out = own.run(sums);
  for (std::int64_t row = 0; row < 300; row += 13) {
    double expected = 0;
    for (std::int64_t at = 0; at <= row; ++at) expected += std::exp(static_cast<double>((at * 300 + row) % 17));
    CHECK(out.as<double>()[row] == Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("fused: many axes and a body of hundreds of nodes") {
  Case own;
  const Extents shape{2, 1, 2, 3, 1, 2, 2, 1, 2, 1, 2, 3};
  const NodeId x = own.input(filled<double>(shape, [](auto at) { return static_cast<double>(at); }));
  ricci::dsl::Vec<IndexId> axes;
  ricci::dsl::Vec<IndexId> turned;
  std::vector<NodeId> entries;
  for (std::int64_t extent : shape) axes.push_back(own.graph.open_index("a", extent));
  for (IndexId axis : axes) entries.push_back(own.graph.index_value(axis));
  for (std::size_t at = axes.size(); at-- > 0;) turned.push_back(axes[at]);
  NodeId body = own.graph.access(x, entries);
  for (int at = 0; at < 400; ++at)
    body = own.graph.add(at % 2 == 0 ? Op::add : Op::subtract, DType::f64, {body, own.graph.real(at % 7)});
  double shift = 0;
  for (int at = 0; at < 400; ++at) shift += (at % 2 == 0 ? 1 : -1) * (at % 7);
  const Tensor straight = own.run(own.graph.tensor(body, axes));
  const Tensor reversed = own.run(own.graph.tensor(body, turned));
  for (std::int64_t at = 0; at < straight.count(); ++at)
    CHECK(straight.as<double>()[at] == static_cast<double>(at) + shift);
  Extents strides = row_major_strides(reversed.shape);
  std::reverse(strides.begin(), strides.end());
  const Tensor view{DType::f64, straight.shape, strides, reversed.data};
  CHECK(same_bits(copy(view), straight));
}
