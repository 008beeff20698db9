/// Compressed rows: sorted, without doubles, and equal to the dense matrix that they stand for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "runtime/error.hpp"
#include "runtime/tensor/tensor.hpp"

using namespace ricci::runtime;
using ricci::dsl::DType;

namespace {

void check_invariant(const Csr& matrix) {
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const auto* columns = matrix.columns.as<std::int32_t>();
  REQUIRE(matrix.row_starts.shape == Extents{matrix.rows + 1});
  REQUIRE(starts[0] == 0);
  REQUIRE(starts[matrix.rows] == matrix.stored());
  REQUIRE(matrix.values.shape == matrix.columns.shape);
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) {
      REQUIRE((columns[at] >= 0 && columns[at] < matrix.cols));
      if (at > starts[row]) REQUIRE(columns[at - 1] < columns[at]);
    }
}

}  // namespace

TEST_CASE("tensor: triples in any order become compressed rows") {
  const unsigned seed = 7;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto draw = [&](std::int64_t below) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(std::max<std::int64_t>(below, 1)));
  };
  for (int round = 0; round < 100; ++round) {
    const std::int64_t rows = draw(20);
    const std::int64_t cols = draw(20);
    const std::size_t entries = rows * cols == 0 ? 0 : static_cast<std::size_t>(draw(100));
    std::vector<std::int64_t> row_of(entries), column_of(entries), value_of(entries);
    Tensor dense = Tensor::zeros(DType::i64, {rows, cols});
    for (std::size_t at = 0; at < entries; ++at) {
      row_of[at] = draw(rows);
      column_of[at] = draw(cols);
      value_of[at] = 1 + draw(1000);
      dense.as<std::int64_t>()[row_of[at] * cols + column_of[at]] += value_of[at];
    }
    const Tensor values = Tensor::from<std::int64_t>({static_cast<std::int64_t>(entries)}, value_of);
    const Csr matrix = csr_from_triples(rows, cols, row_of, column_of, values);
    check_invariant(matrix);
    CHECK(same_bits(dense_from_csr(matrix), dense));
    const Csr again = csr_from_dense(dense);
    check_invariant(again);
    CHECK(same_bits(again.columns, matrix.columns));
    CHECK(same_bits(again.values, matrix.values));
    const Csr turned = transpose(matrix);
    check_invariant(turned);
    CHECK(same_bits(dense_from_csr(turned), Tensor::view(DType::i64, dense.data.get(), {cols, rows}, {1, cols})));
  }
}

TEST_CASE("tensor: triples keep explicit zeros, join bools and read strided values") {
  const Tensor truth = Tensor::from<bool>({3}, {true, true, false});
  const Csr joined = csr_from_triples(2, 2, {0, 0, 1}, {1, 1, 0}, truth);
  REQUIRE(joined.stored() == 2);
  CHECK(joined.values.as<bool>()[0]);
  CHECK_FALSE(joined.values.as<bool>()[1]);
  double data[4] = {1, 9, 2, 9};
  const Csr strided = csr_from_triples(1, 3, {0, 0}, {2, 0}, Tensor::view(DType::f64, data, {2}, {2}));
  CHECK(strided.values.as<double>()[0] == 2);
  CHECK(strided.values.as<double>()[1] == 1);
}

TEST_CASE("tensor: triples outside the shape are refused") {
  const Tensor one = Tensor::from<double>({1}, {1.0});
  for (const auto& [row, column] : {std::pair{2, 0}, std::pair{0, 3}, std::pair{-1, 0}, std::pair{0, -1}}) {
    try {
      csr_from_triples(2, 3, {row}, {column}, one);
      FAIL("the entry was taken");
    } catch (const ricci::error& refused) {
      CHECK(refused.code() == "index");
    }
  }
  const Tensor none = Tensor::empty(DType::f64, {0});
  CHECK_THROWS_AS(csr_from_triples(1, std::int64_t{1} << 31, {}, {}, none), ricci::error);
  CHECK_THROWS_AS(csr_from_triples(INT64_MAX, 1, {}, {}, none), ricci::error);
  CHECK_THROWS_AS(transpose(Csr{std::int64_t{1} << 31, 1, {}, {}, none}), ricci::error);
}

TEST_CASE("tensor: sums of sparse integers wrap") {
  const Tensor values = Tensor::from<std::int32_t>({2}, {INT32_MAX, 1});
  CHECK(csr_from_triples(1, 1, {0, 0}, {0, 0}, values).values.as<std::int32_t>()[0] == INT32_MIN);
}
