/// Tables as people and programs write them.
#include "runtime/io/csv.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "tests/runtime/io/files.hpp"

using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;
using Catch::Contains;
using ricci::dsl::DType;
using Complex = std::complex<double>;
using Integers = std::vector<std::int64_t>;

namespace {

Tensor parsed(const std::string& text) { return read_csv(text, "a.csv"); }
std::string refused(const std::string& text) {
  return refusal([&] { parsed(text); });
}

}  // namespace

TEST_CASE("io: csv shapes") {
  CHECK(parsed("1,2,3\n4,5,6\n").shape == Extents{2, 3});
  CHECK(parsed("1,2,3").shape == Extents{1, 3});
  CHECK(parsed("1\n2\n").shape == Extents{2});
  CHECK(parsed("7").shape == Extents{1});
  CHECK(parsed("1,2,\n3,4,\n").shape == Extents{2, 3});
  CHECK(parsed("a,b\n").shape == Extents{0, 2});
  CHECK(parsed("1,2\n\n\r\n").shape == Extents{1, 2});
}

TEST_CASE("io: csv types") {
  CHECK(listed<std::int64_t>(parsed("1,-2\n+3,9223372036854775807\n")) == Integers{1, -2, 3, INT64_MAX});
  CHECK(listed<double>(parsed("1,2\n3,4.5\n")) == std::vector<double>{1, 2, 3, 4.5});
}

TEST_CASE("io: csv complex numbers") {
  CHECK(listed<Complex>(parsed("1,2i\n1+2i,-1.5e1-2e-1j\n(1+-2j),.5")) ==
        std::vector<Complex>{1, {0, 2}, {1, 2}, {-15, -0.2}, {1, -2}, 0.5});
  const std::vector<Complex> odd = listed<Complex>(parsed("nan+infi,-inf-nani"));
  CHECK((std::isnan(odd[0].real()) && odd[0].imag() == std::numeric_limits<double>::infinity()));
  CHECK((odd[1].real() == -std::numeric_limits<double>::infinity() && std::isnan(odd[1].imag())));
}

TEST_CASE("io: csv delimiters, headers, quotes, ends of lines") {
  const Integers four{1, 2, 3, 4};
  for (const char* text : {"1;2\n3;4\n", "1\t2\r\n3\t4\r\n", " 1 , 2 \n 3 ,\t4", "a,b\n1,2\n3,4",
                           "\xEF\xBB\xBF"
                           "1,2\n3,4\n",
                           "\"a, b\",\"say \"\"c\"\"\nand d\"\n1,2\n\"3\",\"4\"\n",
                           "# made by hand\n1,2\n# more\n3,4\n", "\n\nx;y\n1;2\n3;4", "\"1\",2\n3, \"4\" \n"}) {
    INFO(text);
    const Tensor read = parsed(text);
    CHECK(read.shape == Extents{2, 2});
    CHECK(listed<std::int64_t>(read) == four);
  }
  const std::vector<double> holes = listed<double>(parsed("1,,3\n,,\n"));
  CHECK(holes[0] == 1);
  for (const std::size_t at : {1, 3, 4, 5}) CHECK(std::isnan(holes[at]));
}

TEST_CASE("io: csv as NumPy writes it") {
  CHECK(listed<double>(read_csv(data("plain.csv"))) == std::vector<double>{0, 0.25, 0.5, 0.75, 1, 1.25});
  const Tensor integers = read_csv(data("header.csv"));
  CHECK(integers.shape == Extents{3, 2});
  CHECK(listed<std::int64_t>(integers) == Integers{0, 1, 2, 3, 4, 5});
  CHECK(listed<Complex>(read_csv(data("complex.csv"))) == std::vector<Complex>{{1, 2}, {0, -3.5}, {0.25, -1}, 4});
}

TEST_CASE("io: csv written here reads back") {
  const unsigned seed = 5;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::vector<double> elements(300);
  for (double& element : elements) {
    do {
      const std::uint64_t bits = random();
      std::memcpy(&element, &bits, sizeof element);
    } while (std::isnan(element));
  }
  elements[0] = -0.0;
  elements[1] = 1;
  elements[2] = 1e22;
  const Tensor reals = Tensor::from<double>({100, 3}, elements);
  for (const ricci::dsl::DTypeRow& row : ricci::dsl::dtype_rows) {
    const DType dtype = *ricci::dsl::dtype_named(row.name);
    const DType returns = ricci::dsl::is_complex(dtype)    ? DType::c128
                          : ricci::dsl::is_floating(dtype) ? DType::f64
                                                           : DType::i64;
    const Tensor value = cast(reals, dtype);
    INFO(row.name);
    CHECK(same_bits(parsed(write_csv(value)), cast(value, returns)));
  }
  CHECK(write_csv(Tensor::from<double>({2, 2}, {1, 0.1, 1e300, -2})) == "1.0,0.1\n1e+300,-2.0\n");
  CHECK(write_csv(Tensor::from<bool>({2}, {true, false})) == "1\n0\n");
  CHECK(write_csv(Tensor::from<Complex>({2}, {{1, 2}, {0, -0.5}})) == "1.0+2.0i\n0.0-0.5i\n");
  CHECK(write_csv(Tensor::scalar(std::int64_t{3})) == "3\n");
  double turned[4] = {1, 2, 3, 4};
  CHECK(write_csv(Tensor::view(DType::f64, turned, {2, 2}, {1, 2})) == "1.0,3.0\n2.0,4.0\n");
  CHECK_THAT(refusal([] { write_csv(Tensor::zeros(DType::f64, {1, 1, 1})); }), Contains("3 axes"));
  CHECK_THAT(refusal([] { write_csv(Tensor::zeros(DType::f64, {0, 3})); }), Contains("without elements"));
}

TEST_CASE("io: csv errors name the line") {
  CHECK_THAT(refused("1,2\n3\n"), Contains("line 2") && Contains("1 field,") && Contains("2"));
  CHECK_THAT(refused("1,2\n3,4,5\n"), Contains("line 2"));
  CHECK_THAT(refused("a\n1,2\n"), Contains("line 2"));
  CHECK_THAT(refused("1,2\n3,x\n"), Contains("line 2") && Contains("'x' is no number"));
  CHECK_THAT(refused("1,x\n3,4\n"), Contains("line 1") && Contains("'x' is no number"));
  CHECK_THAT(refused("1,2\n\n3,4\n"), Contains("line 2") && Contains("blank"));
  CHECK_THAT(refused("1,2\n3,\"4\n"), Contains("quote"));
  CHECK_THAT(refused("1,2\n\"3\"x,4\n"), Contains("quote"));
  CHECK_THAT(refused("1 2\n3 4\n"), Contains("[file]"));
  CHECK_THAT(refused("1\n99999999999999999999\n"), Contains("line 2") && Contains("i64"));
  CHECK_THAT(refused("1.5\n1e999\n"), Contains("too large"));
  CHECK_THAT(refused("1\n2+i3\n1i\n"), Contains("line 2"));
  CHECK_THAT(refused("1\n--2\n"), Contains("line 2"));
  CHECK_THAT(refused("1\n0x10\n"), Contains("line 2"));
  CHECK_THAT(refused(""), Contains("empty"));
  CHECK_THAT(refused("\n \n# only a comment\n"), Contains("empty"));
  CHECK(listed<double>(parsed("1.5\n1e-999\n-1e-999\n"))[1] == 0);
}
