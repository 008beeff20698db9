// Values as people see them: golden text.
#include "runtime/display/show.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace ricci::runtime;

std::string shown(const Tensor& tensor) { return show(tensor); }
std::string shown(double x) { return show(Tensor::scalar(x)); }

}  // namespace

TEST_CASE("display: scalars") {
  CHECK(shown(1.0) == "1");
  CHECK(shown(-2.5) == "-2.5");
  CHECK(shown(3.14159265) == "3.14159");
  CHECK(shown(0.1) == "0.1");
  CHECK(shown(1e10) == "10000000000");
  CHECK(shown(1e300) == "1e+300");
  CHECK(shown(1.25e-7) == "1.25e-07");
  CHECK(shown(123456.789) == "123456.8");
  CHECK(shown(1234567.89) == "1.23457e+06");
  CHECK(shown(0) == "0");
  CHECK(shown(HUGE_VAL) == "inf");
  CHECK(shown(-HUGE_VAL) == "-inf");
  CHECK(shown(std::nan("")) == "nan");
  CHECK(show(Tensor::scalar(true)) == "true");
  CHECK(show(Tensor::scalar(std::int64_t{-9223372036854775807})) == "-9223372036854775807");
  CHECK(show(Tensor::scalar(std::complex<double>(1, -2.5))) == "1-2.5i");
  CHECK(show(Tensor::scalar(std::complex<double>(0, 1))) == "0+1i");
  CHECK(show(Tensor::scalar(2.5F)) == "2.5");
}

TEST_CASE("display: one format for a tensor, columns aligned") {
  CHECK(shown(Tensor::from<double>({3}, {1, 2, 3})) == "f64[3]\n[1, 2, 3]");
  CHECK(shown(Tensor::from<double>({2, 2}, {1, -20, 300, 4})) == "f64[2, 2]\n[[  1, -20]\n [300,   4]]");
  CHECK(shown(Tensor::from<double>({3}, {0.5, 0.25, 1})) == "f64[3]\n[0.50, 0.25, 1.00]");
  CHECK(shown(Tensor::from<double>({3}, {1.0 / 3, 33.25, -1})) == "f64[3]\n[ 0.3333, 33.2500, -1.0000]");
  CHECK(shown(Tensor::from<double>({3}, {1e-9, 1, 0})) == "f64[3]\n[1e-09, 1e+00,     0]");
  CHECK(shown(Tensor::from<double>({3}, {std::nan(""), 1.5, HUGE_VAL})) == "f64[3]\n[nan, 1.5, inf]");
  CHECK(shown(Tensor::from<std::int64_t>({2}, {1, -100})) == "i64[2]\n[   1, -100]");
  Tensor flags = Tensor::zeros(DType::boolean, {2});
  *reinterpret_cast<std::uint8_t*>(flags.data.get()) = 1;
  CHECK(shown(flags) == "bool[2]\n[ true, false]");
  CHECK(shown(Tensor::from<std::complex<double>>({2}, {{1, 0.5}, {-10, -2}})) == "c128[2]\n[  1+0.5i, -10-2.0i]");
}

TEST_CASE("display: empty, deep and large tensors") {
  CHECK(shown(Tensor::zeros(DType::f64, {0})) == "f64[0] []");
  CHECK(shown(Tensor::zeros(DType::f32, {2, 0, 3})) == "f32[2, 0, 3] []");
  CHECK(shown(Tensor::from<std::int64_t>({2, 1, 2}, {1, 2, 3, 4})) == "i64[2, 1, 2]\n[[[1, 2]]\n\n [[3, 4]]]");
  Tensor large = Tensor::zeros(DType::i64, {20, 30});
  for (std::int64_t at = 0; at < 600; ++at) large.as<std::int64_t>()[at] = at;
  CHECK(shown(large) == R"(i64[20, 30]
[[  0,   1,   2, ...,  27,  28,  29]
 [ 30,  31,  32, ...,  57,  58,  59]
 [ 60,  61,  62, ...,  87,  88,  89]
 ...
 [510, 511, 512, ..., 537, 538, 539]
 [540, 541, 542, ..., 567, 568, 569]
 [570, 571, 572, ..., 597, 598, 599]])");
  const Tensor deep = Tensor::zeros(DType::f64, Extents(18, 2));
  CHECK(shown(deep).size() < 40'000);
  CHECK(show(Tensor::zeros(DType::f64, {8}), {6, 12}) == "f64[8]\n[0, 0, 0, 0,\n 0, 0, 0, 0]");
}

TEST_CASE("display: sparse matrices") {
  Tensor dense = Tensor::zeros(DType::f64, {20, 20});
  dense.as<double>()[1 * 20 + 12] = 2.5;
  dense.as<double>()[13 * 20 + 2] = -1;
  CHECK(show(std::make_shared<const Csr>(csr_from_dense(dense))) ==
        "sparse f64[20, 20], 2 stored\n  (1, 12)   2.5\n  (13, 2)  -1.0");
  CHECK(show(std::make_shared<const Csr>(csr_from_dense(Tensor::zeros(DType::f64, {2, 2})))) ==
        "sparse f64[2, 2], 0 stored");
}

TEST_CASE("display: amounts of memory") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(8e9) == "7.5 GiB");
}
