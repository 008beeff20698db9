/// Matrix Market in all its variants, against matrices written down here and files of SciPy.
#include "runtime/io/mtx.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "runtime/io/io.hpp"
#include "tests/runtime/io/files.hpp"

using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;
using Catch::Contains;
using ricci::dsl::DType;
using Complex = std::complex<double>;

namespace {

Tensor dense_of(const Value& value) {
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&value)) return dense_from_csr(**sparse);
  return std::get<Tensor>(value);
}
Tensor parsed(const std::string& text) { return dense_of(read_mtx(text, "a.mtx")); }
std::string refused(const std::string& text) {
  return refusal([&] { read_mtx(text, "a.mtx"); });
}
const std::string coordinate = "%%MatrixMarket matrix coordinate ";
const std::string array = "%%MatrixMarket matrix array ";

}  // namespace

TEST_CASE("io: mtx coordinates of every kind") {
  CHECK(listed<double>(parsed(coordinate + "real general\n% a\n\n%b\n2 3 3\n1 1 1.5\n 2  3 -2e-1 \n\n2 3 +1\n")) ==
        std::vector<double>{1.5, 0, 0, 0, 0, 0.8});
  CHECK(listed<std::int64_t>(parsed(coordinate + "integer symmetric\n2 2 2\n1 1 5\n2 1 -3")) ==
        std::vector<std::int64_t>{5, -3, -3, 0});
  CHECK(listed<double>(parsed(coordinate + "double skew-symmetric\r\n2 2 1\r\n2 1 4\r\n")) ==
        std::vector<double>{0, -4, 4, 0});
  CHECK(listed<Complex>(parsed(coordinate + "complex hermitian\n2 2 2\n1 1 1 0\n2 1 3 4\n")) ==
        std::vector<Complex>{1, {3, -4}, {3, 4}, 0});
  CHECK(listed<Complex>(parsed(coordinate + "complex symmetric\n2 2 1\n2 1 3 4\n")) ==
        std::vector<Complex>{0, {3, 4}, {3, 4}, 0});
  CHECK(listed<bool>(parsed("%%matrixmarket MATRIX Coordinate PATTERN Symmetric\n2 2 1\n2 1\n")) ==
        std::vector<bool>{false, true, true, false});
  CHECK(std::get<std::shared_ptr<const Csr>>(read_mtx(coordinate + "real general\n5 4 0\n", "a"))->stored() == 0);
}

TEST_CASE("io: mtx arrays of every kind") {
  CHECK(listed<double>(parsed(array + "real general\n2 3\n1\n2\n3\n4\n5\n6")) == std::vector<double>{1, 3, 5, 2, 4, 6});
  CHECK(listed<std::int64_t>(parsed(array + "integer symmetric\n2 2\n1\n2\n3")) ==
        std::vector<std::int64_t>{1, 2, 2, 3});
  CHECK(listed<double>(parsed(array + "real skew-symmetric\n2 2\n7\n")) == std::vector<double>{0, -7, 7, 0});
  CHECK(listed<Complex>(parsed(array + "complex hermitian\n2 2\n1 0\n2 3\n4 0\n")) ==
        std::vector<Complex>{1, {2, -3}, {2, 3}, 4});
  CHECK(parsed(array + "real general\n0 1000000000000\n").shape == Extents{0, 1000000000000});
}

TEST_CASE("io: mtx as SciPy writes it") {
  const std::vector<double> elements{0, 1.5, 0, 0, 2, 0, 0, -3, 0, 0, 0, 0, 0, 0, 4, 0.25, 0, 5, 0, 0, 6, 0, 0, 7};
  CHECK(listed<double>(dense_of(load(data("real.mtx")))) == elements);
  CHECK(listed<double>(dense_of(load(data("symmetric.mtx")))) == std::vector<double>{2, -1, 0, -1, 2, -1, 0, -1, 2});
  CHECK(listed<double>(dense_of(load(data("skew.mtx")))) == std::vector<double>{0, 2, 0, -2, 0, -7, 0, 7, 0});
  CHECK(listed<Complex>(dense_of(load(data("hermitian.mtx")))) == std::vector<Complex>{1, {2, -3}, {2, 3}, 4});
  CHECK(listed<std::int64_t>(dense_of(load(data("integer.mtx")))) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  const Tensor pattern = dense_of(load(data("pattern.mtx")));
  for (std::size_t at = 0; at < elements.size(); ++at) CHECK(listed<bool>(pattern)[at] == (elements[at] != 0));
}

TEST_CASE("io: mtx written here reads back") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor reals = Tensor::from<double>({2, 3}, {0.1, -1e-310, 4.9e-324, inf, -0.0, 12345678.0});
  for (const ricci::dsl::DTypeRow& row : ricci::dsl::dtype_rows) {
    const DType dtype = *ricci::dsl::dtype_named(row.name);
    const DType returns = ricci::dsl::is_complex(dtype)    ? DType::c128
                          : ricci::dsl::is_floating(dtype) ? DType::f64
                                                           : DType::i64;
    const Tensor value = cast(reals, dtype);
    INFO(row.name);
    CHECK(same_bits(parsed(write_mtx(value)), cast(value, returns)));
    const Csr sparse = csr_from_dense(value);
    const Value again = read_mtx(write_mtx(std::make_shared<const Csr>(sparse)), "a.mtx");
    const Csr& read = *std::get<std::shared_ptr<const Csr>>(again);
    CHECK(same_bits(read.values, cast(sparse.values, dtype == DType::boolean ? dtype : returns)));
    CHECK(same_bits(read.columns, sparse.columns));
    CHECK(same_bits(read.row_starts, sparse.row_starts));
  }
  CHECK(parsed(write_mtx(Tensor::from<double>({3}, {1, 2, 3}))).shape == Extents{3, 1});
  CHECK(write_mtx(Tensor::scalar(2.5)) == array + "real general\n1 1\n2.5\n");
  CHECK(write_mtx(Tensor::from<bool>({1, 2}, {true, false})) == array + "integer general\n1 2\n1\n0\n");
  CHECK_THAT(refusal([] { write_mtx(Tensor::zeros(DType::f64, {1, 1, 1})); }), Contains("3 axes"));
}

TEST_CASE("io: mtx patterns leave out what is stored and false") {
  const Csr matrix = csr_from_triples(1, 2, {0, 0}, {0, 1}, Tensor::from<bool>({2}, {false, true}));
  CHECK(write_mtx(std::make_shared<const Csr>(matrix)) == coordinate + "pattern general\n1 2 1\n1 2\n");
}

TEST_CASE("io: mtx with random entries equals its dense sum") {
  const unsigned seed = 99;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Tensor expected = Tensor::zeros(DType::i64, {30, 40});
  std::string lines;
  for (int entry = 0; entry < 2000; ++entry) {
    const auto row = static_cast<std::int64_t>(random() % 30);
    const auto column = static_cast<std::int64_t>(random() % 40);
    const auto value = static_cast<std::int64_t>(random() % 2001) - 1000;
    expected.as<std::int64_t>()[row * 40 + column] += value;
    lines += std::to_string(row + 1) + " " + std::to_string(column + 1) + "\t" + std::to_string(value) + "\n";
  }
  CHECK(same_bits(parsed(coordinate + "integer general\n30 40 2000\n" + lines), expected));
}

TEST_CASE("io: mtx errors name the line") {
  const std::string real = coordinate + "real general\n";
  CHECK_THAT(refused(real + "2 2 2\n1 1 1\n"), Contains("holds 1 of 2 entries"));
  CHECK_THAT(refused(real + "2 2 1\n1 1 1\n%\n2 2 2\n"), Contains("line 5") && Contains("more than the promised 1"));
  CHECK_THAT(refused(real + "2 2 1\n3 1 1\n"), Contains("line 3") && Contains("row 3 is not in 1 to 2"));
  CHECK_THAT(refused(real + "2 2 1\n1 0 1\n"), Contains("column 0 is not in 1 to 2"));
  CHECK_THAT(refused(real + "2 2 1\n1 1 x\n"), Contains("'x' is no number"));
  CHECK_THAT(refused(real + "2 2 1\n1 1 1.5x\n"), Contains("'1.5x' is no number"));
  CHECK_THAT(refused(real + "2 2 1\n1 1 1e999\n"), Contains("too large"));
  CHECK_THAT(refused(real + "2 2 1\n1 1\n"), Contains("missing"));
  CHECK_THAT(refused(real + "2 2 1\n1 1 1 1\n"), Contains("stands after"));
  CHECK_THAT(refused(real + "2 2 1\n1.0 1 1\n"), Contains("'1.0' is no integer"));
  CHECK_THAT(refused(real + "2 2\n"), Contains("missing"));
  CHECK_THAT(refused(real), Contains("ends before"));
  CHECK_THAT(refused(real + "2 2 4000000000000000000\n1 1 1\n"), Contains("promised"));
  CHECK_THAT(refused(real + "-2 2 1\n1 1 1\n"), Contains("negative"));
  CHECK_THAT(refused(real + "1000000000000000 2 1\n1 1 1\n"), Contains("[memory]"));
  CHECK_THAT(refused(coordinate + "real symmetric\n2 2 1\n1 2 1\n"), Contains("above the diagonal"));
  CHECK_THAT(refused(coordinate + "real symmetric\n2 3 1\n1 1 1\n"), Contains("not square"));
  CHECK_THAT(refused(coordinate + "real skew-symmetric\n2 2 1\n1 1 1\n"), Contains("on the diagonal"));
  CHECK_THAT(refused(coordinate + "complex hermitian\n2 2 1\n1 1 1 2\n"), Contains("real"));
  CHECK_THAT(refused(coordinate + "integer general\n1 1 1\n1 1 99999999999999999999\n"), Contains("too large"));
  CHECK_THAT(refused(coordinate + "integer general\n1 1 1\n1 1 1.5\n"), Contains("no integer"));
  CHECK_THAT(refused(array + "real general\n3037000500 3037000500\n1\n"), Contains("larger"));
  CHECK_THAT(refused(array + "real symmetric\n3037000500 3037000500\n1\n"), Contains("larger"));
  CHECK_THAT(refused(array + "pattern general\n1 1\n"), Contains("pattern"));
  CHECK_THAT(refused(coordinate + "pattern skew-symmetric\n1 1 0\n"), Contains("pattern"));
  CHECK_THAT(refused(coordinate + "real hermitian\n1 1 0\n"), Contains("complex"));
  CHECK_THAT(refused(coordinate + "quaternion general\n"), Contains("line 1") && Contains("real, double, integer"));
  CHECK_THAT(refused("%%MatrixMarket vector coordinate real general\n"), Contains("'matrix'"));
  CHECK_THAT(refused("1 2 3"), Contains("%%MatrixMarket"));
  CHECK_THAT(refused(""), Contains("[file]"));
}
