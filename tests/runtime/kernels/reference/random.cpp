/// Draws are the samplers' own at the graph's coordinates; random sparse matrices are as random as they say.
#include <cmath>
#include <set>

#include "runtime/random/draw.hpp"
#include "runtime/random/sparse_draw.hpp"
#include "tests/runtime/kernels/reference/sheet.hpp"

namespace ricci::runtime::reference::test {
namespace {

constexpr std::int64_t seed = 42;
constexpr std::int64_t stream = 1234567;

std::int64_t number_of(dsl::Distribution distribution) { return static_cast<std::int64_t>(distribution); }

}  // namespace

TEST_CASE("reference: draws are functions of seed, stream and coordinates") {
  Sheet s;
  const IndexId i = s.index(3, "i");
  const IndexId j = s.index(4, "j");
  const NodeId normal =
      s.graph.add(Op::random, DType::f64, {s.graph.real(2), s.graph.real(0.5), s.value(i), s.value(j)},
                  {number_of(dsl::Distribution::normal), 2, seed, stream});
  const auto drawn = s.elements<double>(s.tensor(normal, {i, j}));
  const auto turned = s.elements<double>(s.tensor(normal, {j, i}));
  const random::Key key = random::stream_key(seed, stream);
  const std::vector<random::Parameter> parameters{2.0, 0.5};
  for (std::int64_t row = 0; row < 3; ++row)
    for (std::int64_t column = 0; column < 4; ++column) {
      const std::vector<std::int64_t> coordinates{row, column};
      const double expected = random::draw_real(random::Distribution::normal, key, parameters, coordinates);
      CHECK(drawn[static_cast<std::size_t>(4 * row + column)] == expected);
      CHECK(turned[static_cast<std::size_t>(3 * column + row)] == expected);
    }
  CHECK(std::set<double>(drawn.begin(), drawn.end()).size() == 12);
  CHECK(s.elements<double>(s.tensor(normal, {i, j}), Precision::extended) == drawn);
  s.seed = 43;
  CHECK(s.elements<double>(s.tensor(normal, {i, j})) != drawn);
  s.seed = 42;
  CHECK(s.elements<double>(s.tensor(normal, {i, j})) == drawn);
}

TEST_CASE("reference: integer draws, bernoulli and categorical") {
  Sheet s;
  const IndexId i = s.index(1000, "i");
  const NodeId dice = s.graph.add(Op::random, DType::i64, {s.graph.integer(1), s.graph.integer(7), s.value(i)},
                                  {number_of(dsl::Distribution::integers), 2, seed, stream});
  const auto thrown = s.elements<std::int64_t>(s.tensor(dice, {i}));
  CHECK(std::set<std::int64_t>(thrown.begin(), thrown.end()) == std::set<std::int64_t>{1, 2, 3, 4, 5, 6});
  const NodeId coin = s.graph.add(Op::random, DType::boolean, {s.graph.real(0), s.value(i)},
                                  {number_of(dsl::Distribution::bernoulli), 1, seed, stream});
  CHECK(s.elements<bool>(s.tensor(coin, {i})) == std::vector<bool>(1000, false));
  const NodeId weights = s.vector<float>({0, 1, 0, 1});
  const NodeId category = s.graph.add(Op::random, DType::i64, {weights, s.value(i)},
                                      {number_of(dsl::Distribution::categorical), 1, seed, stream});
  const auto categories = s.elements<std::int64_t>(s.tensor(category, {i}));
  CHECK(std::set<std::int64_t>(categories.begin(), categories.end()) == std::set<std::int64_t>{1, 3});
  const NodeId wrong = s.graph.add(Op::random, DType::f64, {s.graph.real(0), s.graph.real(-1)},
                                   {number_of(dsl::Distribution::normal), 2, seed, stream});
  CHECK(s.fault(s.scalar(wrong)) == "value");
}

TEST_CASE("reference: a random sparse matrix stores as many elements as it was asked for, anywhere alike") {
  Sheet s;
  const auto matrix = [&](std::int64_t stored, std::int64_t from) {
    const NodeId node = s.whole(Op::random_sparse, DType::f64, {}, {stored, seed, from}, {6, 7}, true);
    return *std::get<std::shared_ptr<const Csr>>(s.run(node));
  };
  CHECK(matrix(0, 1).stored() == 0);
  CHECK(matrix(42, 1).stored() == 42);
  CHECK(matrix(5, 1).stored() == 5);
  CHECK(same_bits(matrix(5, 1).values, matrix(5, 1).values));
  CHECK_FALSE(same_bits(matrix(5, 1).values, matrix(5, 2).values));
  std::vector<int> hits(42, 0);
  double sum = 0;
  for (std::int64_t from = 0; from < 4200; ++from) {
    const Csr drawn = random::draw_sparse(6, 7, 10, random::stream_key(7, static_cast<std::uint64_t>(from)));
    for (std::int64_t row = 0; row < 6; ++row)
      for (std::int64_t at = drawn.row_starts.as<std::int64_t>()[row];
           at < drawn.row_starts.as<std::int64_t>()[row + 1]; ++at) {
        const std::int64_t column = drawn.columns.as<std::int32_t>()[at];
        if (at > drawn.row_starts.as<std::int64_t>()[row]) REQUIRE(column > drawn.columns.as<std::int32_t>()[at - 1]);
        ++hits[static_cast<std::size_t>(7 * row + column)];
        const double value = drawn.values.as<double>()[at];
        REQUIRE(value >= 0);
        REQUIRE(value < 1);
        sum += value;
      }
  }
  for (int each : hits) CHECK(std::abs(each - 1000) < 5 * 28);  // the deviation is 27.6
  CHECK(std::abs(sum / 42000 - 0.5) < 5 * 0.2887 / std::sqrt(42000.0));
}

}  // namespace ricci::runtime::reference::test
