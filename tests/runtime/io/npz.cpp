/// Archives of NumPy and SciPy in, ours out; nothing in an archive's directory is believed.
#include "runtime/io/npz.hpp"

#include <sys/stat.h>

#include "runtime/io/io.hpp"
#include "tests/runtime/io/files.hpp"

using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;
using Catch::Contains;
using ricci::dsl::DType;

namespace {

const std::vector<double> sparse_elements{0, 1.5, 0, 0, 2, 0, 0, -3, 0, 0, 0, 0, 0, 0, 4, 0.25, 0, 5, 0, 0, 6, 0, 0, 7};

const Csr& sparse_of(const Value& value) { return *std::get<std::shared_ptr<const Csr>>(value); }

}  // namespace

TEST_CASE("io: npz arrays by key") {
  CHECK(std::get<Tensor>(load(data("one.npz"))).shape == Extents{2, 3});
  CHECK(std::get<Tensor>(load(data("one.npz"), "x")).shape == Extents{2, 3});
  CHECK(std::get<Tensor>(load(data("one.npz") + ":x")).shape == Extents{2, 3});
  const Tensor b = std::get<Tensor>(load(data("two.npz") + ":b"));
  REQUIRE(b.shape == Extents{1000});
  CHECK(b.as<std::int64_t>()[999] == 999);
  CHECK(npz_keys(data("two.npz")) == std::vector<std::string>{"a", "b"});
  CHECK_THAT(refusal([] { load(data("two.npz")); }), Contains("[file]") && Contains("2 arrays") && Contains("a, b"));
  CHECK_THAT(refusal([] { load(data("two.npz"), "c"); }), Contains("no array 'c'") && Contains("a, b"));
  CHECK_THAT(refusal([] { load(data("f64.npy"), "c"); }), Contains("[file]") && Contains("'c'"));
}

TEST_CASE("io: npz sparse matrices of SciPy") {
  for (const char* name : {"csr.npz", "csc.npz", "coo.npz", "bsr.npz"}) {
    INFO(name);
    const Value value = load(data(name));
    const Tensor dense = dense_from_csr(sparse_of(value));
    CHECK(dense.shape == Extents{6, 4});
    CHECK(listed<double>(dense) == sparse_elements);
  }
  CHECK(sparse_of(load(data("csr.npz"))).stored() == 8);
  CHECK_THAT(refusal([] { load(data("dia.npz")); }), Contains("'dia'") && Contains("csr, csc, coo and bsr"));
  CHECK(std::get<Tensor>(load(data("csr.npz"), "indptr")).count() == 7);
}

TEST_CASE("io: npz written here reads back") {
  const Scratch scratch;
  const std::string path = scratch.path("a.npz");
  for (const ricci::dsl::DTypeRow& row : ricci::dsl::dtype_rows) {
    const DType dtype = *ricci::dsl::dtype_named(row.name);
    for (const Extents& shape : {Extents{}, Extents{3, 2}, Extents{0, 2}}) {
      const Tensor value = Tensor::zeros(dtype, shape);
      save(path, value);
      CHECK(same_bits(std::get<Tensor>(load(path)), value));
      CHECK(npz_keys(path) == std::vector<std::string>{"arr_0"});
    }
    const Tensor dense = cast(Tensor::from<double>({6, 4}, sparse_elements), dtype);
    save(path, std::make_shared<const Csr>(csr_from_dense(dense)));
    const Value value = load(path);
    CHECK(sparse_of(value).values.dtype == dtype);
    CHECK(same_bits(dense_from_csr(sparse_of(value)), dense));
  }
  CHECK(scratch.files() == 1);
}

TEST_CASE("io: npz files are as readable as any other and the same whenever written") {
  const Scratch scratch;
  const mode_t before = ::umask(022);
  save(scratch.path("a.npz"), Tensor::zeros(DType::f64, {3}));
  save(scratch.path("b.npy"), Tensor::zeros(DType::f64, {3}));
  ::umask(before);
  save(scratch.path("c.npz"), Tensor::zeros(DType::f64, {3}));
  for (const char* name : {"a.npz", "b.npy"}) {
    struct stat about = {};
    REQUIRE(::stat(scratch.path(name).c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0644);
  }
  CHECK(read_bytes(scratch.path("a.npz")) == read_bytes(scratch.path("c.npz")));
}

TEST_CASE("io: npz that lies is refused") {
  const Scratch scratch;
  const std::string path = scratch.path("a.npz");
  const std::string good = read_bytes(data("one.npz"));
  const auto spoiled = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    write_bytes(path, bytes);
    return refusal([&] { load(path); });
  };
  const std::size_t directory = good.rfind("PK\1\2");
  REQUIRE(directory != std::string::npos);
  CHECK_THAT(spoiled(directory + 24 + 3, 0x7f), Contains("[file]"));                  // uncompressed size: 2 GiB
  CHECK_THAT(spoiled(directory + 24, good[directory + 24] - 1), Contains("[file]"));  // one byte less
  CHECK_THAT(spoiled(directory + 20 + 3, 0x7f), Contains("[file]"));                  // compressed size
  CHECK_THAT(spoiled(directory - 1, 0x55), Contains("[file]"));                       // an element: the checksum tells
  write_bytes(path, "no archive");
  CHECK_THAT(refusal([&] { load(path); }), Contains("not a good .npz file"));
  write_bytes(path, "");
  CHECK_THAT(refusal([&] { load(path); }), Contains("[file]"));
}
