/// .npy files written byte by byte here, and by NumPy; every type, byte order, memory order, version and rank.
#include "runtime/io/npy.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tests/runtime/io/files.hpp"

using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;
using Catch::Contains;
using ricci::dsl::DType;

namespace {

std::string shape_text(const Extents& shape) {
  std::string text = "(";
  for (const std::int64_t extent : shape) text += std::to_string(extent) + ", ";
  return text + ")";
}

/// A file's bytes: header as given, no padding but what is in it.
std::string npy_bytes(int version, const std::string& header, const std::string& data) {
  std::string out("\x93NUMPY");
  out += static_cast<char>(version);
  out += '\0';
  for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte) out += static_cast<char>(header.size() >> 8 * byte & 255);
  return out + header + data;
}

std::string header_of(const std::string& type, bool column_major, const Extents& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + (column_major ? "True" : "False") +
         ", 'shape': " + shape_text(shape) + "}\n";
}

/// A tensor whose elements all differ where the type lets them, with both signs and odd bytes.
Tensor sample(DType dtype, const Extents& shape) {
  Tensor counted = Tensor::empty(DType::i64, shape);
  for (std::int64_t at = 0; at < counted.count(); ++at)
    counted.as<std::int64_t>()[at] = dtype == DType::boolean ? at % 3 == 1 : at * 16777259 % 2000003 - 7;
  return cast(counted, dtype);
}

/// The elements as a file holds them, by definition: one after the other, most or least significant byte first.
std::string stored(const Tensor& tensor, bool big_endian, bool column_major) {
  const auto bytes = static_cast<std::int64_t>(ricci::dsl::bytes_of(tensor.dtype));
  const std::int64_t unit = ricci::dsl::is_complex(tensor.dtype) ? bytes / 2 : bytes;
  std::string out;
  Extents at(tensor.rank(), 0);
  for (std::int64_t element = 0; element < tensor.count(); ++element) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) offset += at[axis] * tensor.strides[axis];
    for (std::int64_t part = 0; part < bytes; part += unit)
      for (std::int64_t byte = 0; byte < unit; ++byte)
        out += static_cast<char>(tensor.data.get()[offset * bytes + part + (big_endian ? unit - 1 - byte : byte)]);
    for (std::size_t step = 0; step < at.size(); ++step) {
      const std::size_t axis = column_major ? step : at.size() - 1 - step;
      if (++at[axis] < tensor.shape[axis]) break;
      at[axis] = 0;
    }
  }
  return out;
}

std::string refused(const std::string& bytes) {
  return refusal([&] { read_npy(bytes, "a.npy"); });
}

}  // namespace

TEST_CASE("io: npy in every type, order, version and rank") {
  const Extents shapes[] = {{}, {5}, {1}, {3, 4}, {2, 3, 4}, {2, 1, 3, 2}, {0}, {3, 0, 2}};
  for (const ricci::dsl::DTypeRow& row : ricci::dsl::dtype_rows)
    for (const bool big_endian : {false, true})
      for (const bool column_major : {false, true})
        for (const int version : {1, 2, 3})
          for (const Extents& shape : shapes) {
            const DType dtype = *ricci::dsl::dtype_named(row.name);
            const std::string type = (big_endian ? ">" : "<") + std::string(row.numpy);
            const Tensor expected = sample(dtype, shape);
            const std::string bytes =
                npy_bytes(version, header_of(type, column_major, shape), stored(expected, big_endian, column_major));
            INFO(type << " version " << version << " shape " << shape_text(shape) << " columns " << column_major);
            const Tensor read = read_npy(bytes, "a.npy");
            CHECK(read.contiguous());
            CHECK(read.strides == row_major_strides(shape));
            REQUIRE(same_bits(read, expected));
          }
}

TEST_CASE("io: npy written here reads back, from any strides") {
  for (const ricci::dsl::DTypeRow& row : ricci::dsl::dtype_rows)
    for (const Extents& shape : {Extents{}, Extents{7}, Extents{3, 4}, Extents{2, 3, 4}, Extents{0, 5}}) {
      const Tensor value = sample(*ricci::dsl::dtype_named(row.name), shape);
      const std::string bytes = write_npy(value);
      CHECK((bytes.size() - static_cast<std::size_t>(value.bytes())) % 64 == 0);
      CHECK(bytes[6] == 1);
      REQUIRE(same_bits(read_npy(bytes, "a.npy"), value));
    }
  double data_[6] = {0, 1, 2, 3, 4, 5};
  const Tensor turned = Tensor::view(DType::f64, data_, {3, 2}, {1, 3});
  CHECK(listed<double>(read_npy(write_npy(turned), "a.npy")) == std::vector<double>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("io: npy as NumPy itself writes it, to the byte") {
  CHECK(write_npy(read_npy(data("f64.npy"))) == read_bytes(data("f64.npy")));
  CHECK(write_npy(read_npy(data("bool.npy"))) == read_bytes(data("bool.npy")));
  CHECK(write_npy(read_npy(data("c64.npy"))) == read_bytes(data("c64.npy")));
  CHECK(write_npy(read_npy(data("scalar.npy"))) == read_bytes(data("scalar.npy")));
  CHECK(write_npy(read_npy(data("empty.npy"))) == read_bytes(data("empty.npy")));
}

TEST_CASE("io: npy of NumPy's other types is widened") {
  const std::vector<double> quarters{0, 0.25, 0.5, 0.75, 1, 1.25};
  for (const char* name : {"f64.npy", "f64_columns.npy", "f64_big.npy"}) {
    const Tensor read = read_npy(data(name));
    CHECK(read.shape == Extents{2, 3});
    CHECK(listed<double>(read) == quarters);
  }
  CHECK(listed<std::int32_t>(read_npy(data("i16.npy"))) == std::vector<std::int32_t>{-32768, 0, 32767});
  CHECK(listed<std::int64_t>(read_npy(data("u64.npy"))) == std::vector<std::int64_t>{0, INT64_MAX});
  CHECK_THAT(refusal([] { read_npy(data("u64_large.npy")); }), Contains("[file]") && Contains("too large for i64"));
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> halves{0.0999755859375F, -65504, 5.9604644775390625e-8F, inf, -0.0F};
  CHECK(listed<float>(read_npy(data("f16.npy"))) == halves);
  const auto one = [](const std::string& type, const std::string& bytes) {
    return read_npy(npy_bytes(1, header_of(type, false, {1}), bytes), "a.npy");
  };
  CHECK(listed<std::int32_t>(one("|i1", "\xff"))[0] == -1);
  CHECK(listed<std::int32_t>(one("|u1", "\xff"))[0] == 255);
  CHECK(listed<std::int32_t>(one(">u2", "\xff\xfe"))[0] == 65534);
  CHECK(listed<std::int64_t>(one("<u4", "\xff\xff\xff\xff"))[0] == 4294967295);
  CHECK(listed<bool>(one("|b1", "\x02"))[0]);
  CHECK(listed<bool>(one("?", "\x01"))[0]);
  CHECK(std::isnan(listed<float>(one(">f2", "\x7e\x01"))[0]));
}

TEST_CASE("io: every float16 widens exactly") {
  std::string bytes;
  for (int bits = 0; bits < 65536; ++bits) (bytes += static_cast<char>(bits & 255)) += static_cast<char>(bits >> 8);
  const std::vector<float> read = listed<float>(read_npy(npy_bytes(1, header_of("<f2", false, {65536}), bytes), "a"));
  for (int bits = 0; bits < 65536; ++bits) {
    // Rebased by hand: move exponent and fraction into f32's places, then scale by 2^(127-15).
    const std::uint32_t moved = static_cast<std::uint32_t>(bits & 0x7fff) << 13;
    float expected = 0;
    std::memcpy(&expected, &moved, sizeof expected);
    expected *= 0x1p112F;
    const int exponent = bits >> 10 & 31;
    const float own = read[static_cast<std::size_t>(bits)];
    if (exponent == 31) {
      REQUIRE(((bits & 1023) == 0 ? std::isinf(own) : std::isnan(own)));
    } else {
      REQUIRE(std::fabs(own) == expected);
    }
    if (!std::isnan(own)) REQUIRE(std::signbit(own) == (bits >= 32768));
  }
}

TEST_CASE("io: npy headers in any order and spacing") {
  const std::string eight(8, '\0');
  for (const std::string header : {"{'shape': (1,), 'fortran_order': False, 'descr': '<f8'}",
                                   "{\"descr\":\"<f8\",\"fortran_order\":True,\"shape\":(1,)}",
                                   "  {  'shape' : ( 1 , ) ,\n 'descr' : '=f8' , 'fortran_order' : False , }   \n",
                                   "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }",
                                   "{'descr': 'f8','fortran_order': False,'shape': ()}"})
    CHECK(read_npy(npy_bytes(1, header, eight), "a.npy").count() == 1);
  const std::string padded = header_of("<f8", false, {1}) + std::string(70000, ' ');
  CHECK(read_npy(npy_bytes(2, padded, eight), "a.npy").count() == 1);
  // A low byte of 0x80 and more in the length is no sign.
  const std::string odd = header_of("<f8", false, {1});
  CHECK(read_npy(npy_bytes(1, odd + std::string(0xff - odd.size(), ' '), eight), "a.npy").count() == 1);
}

TEST_CASE("io: a header of more than 64 KiB is of version 2.0") {
  const Tensor deep = Tensor::zeros(DType::f64, Extents(30000, 1));
  const std::string bytes = write_npy(deep);
  CHECK(bytes[6] == 2);
  CHECK((bytes.size() - 8) % 64 == 0);
  CHECK(read_npy(bytes, "a.npy").rank() == 30000);
}

TEST_CASE("io: damaged npy files are refused with what was expected") {
  const std::string good = npy_bytes(1, header_of("<f8", false, {2, 3}), std::string(48, '\1'));
  REQUIRE(read_npy(good, "a.npy").count() == 6);
  CHECK_THAT(refused(good.substr(0, good.size() - 1)), Contains("promises 48 bytes of data, and 47 follow"));
  CHECK_THAT(refused(good + "x"), Contains("promises 48 bytes of data, and 49 follow"));
  CHECK_THAT(refused(""), Contains("[file] 'a.npy' is not a good .npy file"));
  CHECK_THAT(refused("\x93NUMPX" + good.substr(6)), Contains("does not begin"));
  CHECK_THAT(refused(npy_bytes(4, "{}", "")), Contains("version is 4.0"));
  CHECK_THAT(refused(good.substr(0, 20)), Contains("header claims"));
  const auto header = [&](const std::string& text) { return refused(npy_bytes(1, text, std::string(8, '\0'))); };
  CHECK_THAT(header(header_of("<f8", false, {INT64_MAX, INT64_MAX})), Contains("promises"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
             Contains("larger than"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), Contains("negative"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (1)}"), Contains("','"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}"), Contains("expected"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}"), Contains("True or False"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False}"), Contains("lacks"));
  CHECK_THAT(header("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}"), Contains("twice"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}"), Contains("unknown key"));
  CHECK_THAT(header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x"), Contains("nothing more"));
  CHECK_THAT(header(std::string("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\0x", 57)),
             Contains("nothing more"));
  CHECK_THAT(header("{'descr': '<f8"), Contains("does not end"));
  CHECK_THAT(header(""), Contains("ended"));
  for (const char* name : {"object.npy", "fields.npy", "text.npy", "long_double.npy"})
    CHECK_THAT(refusal([&] { read_npy(data(name)); }), Contains("[file]"));
  for (const char* type : {"<f3", "<", "", "<i99999999999999999999", "|V8", "<M8[ns]", "|O", "<c32", "<b8", "<f-8"})
    CHECK_THAT(header(header_of(type, false, {1})), Contains("[file]"));
}
