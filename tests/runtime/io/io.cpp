/// Load and save by the file's ending: what is missing, what cannot be written, and that nothing is left half done.
#include "runtime/io/io.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "runtime/io/atomic_file.hpp"
#include "runtime/tensor/memory.hpp"
#include "tests/runtime/io/files.hpp"

using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;
using Catch::Contains;
using ricci::dsl::DType;

TEST_CASE("io: every format by its ending") {
  const Scratch scratch;
  const Tensor value = Tensor::from<double>({2, 2}, {1, 2.5, -3, 0.1});
  for (const char* name : {"a.npy", "a.npz", "a.mtx", "a.csv", "A.NPY", "b.Csv", "c.npz.npy"}) {
    save(scratch.path(name), value);
    CHECK(same_bits(std::get<Tensor>(load(scratch.path(name))), value));
  }
  const Value sparse = std::make_shared<const Csr>(csr_from_dense(value));
  for (const char* name : {"a.npz", "a.mtx"}) {
    save(scratch.path(name), sparse);
    const Value read = load(scratch.path(name));
    CHECK(same_bits(dense_from_csr(*std::get<std::shared_ptr<const Csr>>(read)), value));
  }
  CHECK_THAT(refusal([&] { save(scratch.path("s.npy"), sparse); }), Contains("[file]") && Contains("dense(A)"));
  CHECK_THAT(refusal([&] { save(scratch.path("s.csv"), sparse); }), Contains("a sparse matrix"));
  CHECK(scratch.files() == 7);
}

TEST_CASE("io: a file whose name has a colon, and keys with one") {
  const Scratch scratch;
  const Tensor value = Tensor::scalar(3.0);
  save(scratch.path("a.npz:b.npy"), value);
  CHECK(same_bits(std::get<Tensor>(load(scratch.path("a.npz:b.npy"))), value));
  CHECK_THAT(refusal([&] { load(scratch.path("a.npz:x")); }), Contains("there is no file") && Contains("a.npz'"));
}

TEST_CASE("io: what cannot be read says why") {
  const Scratch scratch;
  CHECK_THAT(refusal([&] { load(scratch.path("none.npy")); }),
             Contains("[file] there is no file '") && Contains("none.npy"));
  CHECK_THAT(refusal([&] { load(scratch.path("none/none.csv")); }), Contains("there is no file"));
  CHECK_THAT(refusal([&] { load(scratch.path("a.txt")); }), Contains("a.txt") && Contains(".npy, .npz, .mtx and .csv"));
  CHECK_THAT(refusal([&] { load(""); }), Contains("[file]"));
  CHECK_THAT(refusal([&] { load(".npy"); }), Contains("[file]"));
  for (const char* name : {"d.npy", "d.npz", "d.mtx", "d.csv"}) {
    std::filesystem::create_directory(scratch.path(name));
    CHECK_THAT(refusal([&] { load(scratch.path(name)); }), Contains("directory"));
    CHECK_THAT(refusal([&] { save(scratch.path(name), Tensor::scalar(1.0)); }), Contains("directory"));
  }
  REQUIRE(::mkfifo(scratch.path("pipe.csv").c_str(), 0600) == 0);
  CHECK_THAT(refusal([&] { load(scratch.path("pipe.csv")); }), Contains("no regular file"));
  CHECK_THAT(refusal([&] { save(scratch.path("pipe.csv"), Tensor::scalar(1.0)); }), Contains("no regular file"));
  if (::geteuid() != 0) {  // everything is open to root
    write_bytes(scratch.path("closed.csv"), "1\n");
    std::filesystem::permissions(scratch.path("closed.csv"), std::filesystem::perms::none);
    CHECK_THAT(refusal([&] { load(scratch.path("closed.csv")); }), Contains("ermission"));
    CHECK_THAT(refusal([&] { save(scratch.path("closed.csv"), Tensor::scalar(1.0)); }), Contains("ermission"));
  }
}

TEST_CASE("io: a file larger than the memory limit is refused, not read") {
  const Scratch scratch;
  const std::int64_t before = Memory::limit();
  save(scratch.path("a.npy"), Tensor::zeros(DType::f64, {1000}));
  save(scratch.path("a.csv"), Tensor::zeros(DType::f64, {1000}));
  Memory::set_limit(Memory::in_use() + 1000);
  const std::string dense = refusal([&] { load(scratch.path("a.npy")); });
  const std::string text = refusal([&] { load(scratch.path("a.csv")); });
  Memory::set_limit(before);
  CHECK_THAT(dense, Contains("[memory]"));
  CHECK_THAT(text, Contains("[memory]"));
}

TEST_CASE("io: saving leaves the whole file or the old one") {
  const Scratch scratch;
  const std::string path = scratch.path("a.npy");
  save(path, Tensor::scalar(1.0));
  const std::string before = read_bytes(path);
  {
    AtomicFile unfinished(path);
    unfinished.write(std::string(1 << 20, 'x'));
    CHECK(scratch.files() == 2);
    CHECK(read_bytes(path) == before);
  }
  CHECK(scratch.files() == 1);
  CHECK(read_bytes(path) == before);
  CHECK_THAT(refusal([&] { save(scratch.path("no/a.npy"), Tensor::scalar(1.0)); }), Contains("cannot be written"));
  CHECK_THAT(refusal([&] { save(scratch.path("a.csv"), Tensor::zeros(DType::f64, {1, 1, 1})); }), Contains("[file]"));
  CHECK(scratch.files() == 1);
}

TEST_CASE("io: a link's target is written, and permissions stay") {
  const Scratch scratch;
  save(scratch.path("real.npy"), Tensor::scalar(1.0));
  std::filesystem::permissions(scratch.path("real.npy"), std::filesystem::perms(0640));
  std::filesystem::create_symlink(scratch.path("real.npy"), scratch.path("link.npy"));
  save(scratch.path("link.npy"), Tensor::scalar(2.0));
  CHECK(std::filesystem::is_symlink(scratch.path("link.npy")));
  CHECK(*std::get<Tensor>(load(scratch.path("real.npy"))).as<double>() == 2.0);
  CHECK(std::filesystem::status(scratch.path("real.npy")).permissions() == std::filesystem::perms(0640));
}

TEST_CASE("io: an error of writing is reported and leaves nothing") {
  // A limit on the size of files stands for a full disk; without the signal, write(2) fails with EFBIG.
  const Scratch scratch;
  const auto before_signal = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit small = before;
  small.rlim_cur = 10000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::vector<std::string> refusals;
  for (const char* name : {"a.npy", "a.npz", "a.mtx", "a.csv"})
    refusals.push_back(refusal([&] { save(scratch.path(name), Tensor::zeros(DType::f64, {100000})); }));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, before_signal);
  for (const std::string& text : refusals) CHECK_THAT(text, Contains("[file]") && Contains("cannot be written"));
  CHECK(scratch.files() == 0);
}
