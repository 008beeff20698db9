/// Damaged files: cut, flipped, spliced. Whatever the bytes, a value comes back whole or a ricci::error does;
/// sanitizers tell the rest.
#include <random>

#include "runtime/io/csv.hpp"
#include "runtime/io/io.hpp"
#include "runtime/io/mtx.hpp"
#include "runtime/io/npy.hpp"
#include "runtime/tensor/memory.hpp"
#include "tests/runtime/io/files.hpp"

using namespace std::string_literals;
using namespace ricci::runtime;
using namespace ricci::runtime::io;
using namespace ricci::runtime::io::tests;

namespace {

void check_whole(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) {
    REQUIRE(same_bits(copy(*dense), *dense));
    return;
  }
  const Csr& matrix = *std::get<std::shared_ptr<const Csr>>(value);
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  REQUIRE(matrix.row_starts.count() == matrix.rows + 1);
  REQUIRE(starts[0] == 0);
  REQUIRE(starts[matrix.rows] == matrix.stored());
  REQUIRE(matrix.values.count() == matrix.stored());
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    REQUIRE(starts[row] <= starts[row + 1]);
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) {
      const std::int32_t column = matrix.columns.as<std::int32_t>()[at];
      REQUIRE((column >= 0 && column < matrix.cols));
      if (at > starts[row]) REQUIRE(matrix.columns.as<std::int32_t>()[at - 1] < column);
    }
  }
}

template <typename Read>
void survive(const std::string& bytes, const Read& read) {
  try {
    check_whole(read(bytes));
  } catch (const ricci::error& refused) {
    REQUIRE((refused.code() == "file" || refused.code() == "memory"));
  }
}

std::string damaged(std::string bytes, std::mt19937& random) {
  static const std::string lively = "0123456789-+.eEij,;:'\"%#()[]{}\n\r\t <>|TFnaif\0\xff\x7f\x80"s;
  const auto below = [&](std::size_t bound) { return random() % std::max<std::size_t>(bound, 1); };
  for (std::size_t times = 1 + below(4); times > 0 && !bytes.empty(); --times) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0: bytes.resize(at); break;
      case 1: bytes[at] = static_cast<char>(random()); break;
      case 2: bytes[at] ^= static_cast<char>(1 << below(8)); break;
      case 3: bytes[at] = lively[below(lively.size())]; break;
      case 4: bytes.insert(at, bytes.substr(below(bytes.size()), below(20))); break;
      default: bytes.erase(at, below(20)); break;
    }
  }
  return bytes;
}

template <typename Read>
void fuzz(const std::vector<std::string>& names, int rounds, const Read& read) {
  const unsigned seed = 4711;
  const std::int64_t limit = Memory::limit();
  Memory::set_limit(Memory::in_use() + (std::int64_t{64} << 20));
  for (const std::string& name : names) {
    const std::string good = read_bytes(data(name));
    REQUIRE_FALSE(good.empty());
    std::mt19937 random(seed);
    for (int round = 0; round < rounds; ++round) {
      INFO("seed " << seed << " file " << name << " round " << round);
      survive(damaged(good, random), read);
    }
    for (std::size_t length = 0; length < good.size(); ++length) {
      INFO("file " << name << " cut to " << length);
      survive(good.substr(0, length), read);
    }
  }
  Memory::set_limit(limit);
}

}  // namespace

TEST_CASE("io: damaged npy files never crash") {
  fuzz({"f64.npy", "f64_columns.npy", "f64_big.npy", "i16.npy", "f16.npy", "bool.npy", "c64.npy", "scalar.npy",
        "empty.npy", "object.npy", "fields.npy", "text.npy"},
       3000, [](const std::string& bytes) -> Value { return read_npy(bytes, "a.npy"); });
}

TEST_CASE("io: damaged mtx files never crash") {
  fuzz({"real.mtx", "symmetric.mtx", "skew.mtx", "hermitian.mtx", "integer.mtx", "pattern.mtx"}, 4000,
       [](const std::string& bytes) { return read_mtx(bytes, "a.mtx"); });
}

TEST_CASE("io: damaged csv files never crash") {
  fuzz({"plain.csv", "header.csv", "complex.csv"}, 6000,
       [](const std::string& bytes) -> Value { return read_csv(bytes, "a.csv"); });
}

TEST_CASE("io: damaged npz files never crash") {
  const Scratch scratch;
  fuzz({"one.npz", "two.npz", "csr.npz", "csc.npz", "coo.npz", "bsr.npz"}, 600, [&](const std::string& bytes) {
    write_bytes(scratch.path("a.npz"), bytes);
    return load(scratch.path("a.npz"));
  });
}

TEST_CASE("io: sparse matrices with damaged parts never crash") {
  // Behind the archive's checksum: the arrays themselves are damaged and packed anew by hand, without compression.
  const Scratch scratch;
  const Csr matrix = csr_from_triples(3, 3, {0, 1, 2, 2}, {0, 1, 0, 2}, Tensor::from<double>({4}, {1, 2, 3, 4}));
  const std::string path = scratch.path("a.npz");
  const unsigned seed = 17;
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    INFO("seed " << seed << " round " << round);
    Csr spoiled = matrix;
    spoiled.row_starts = copy(matrix.row_starts);
    spoiled.columns = copy(matrix.columns);
    const auto wrong = static_cast<std::int32_t>(random() % 9) - 3;
    // The writer believes a Csr, so it writes what is wrong in it; stored() and the last start stay.
    if (round % 2 == 0)
      spoiled.row_starts.as<std::int64_t>()[random() % 4] = wrong;
    else
      spoiled.columns.as<std::int32_t>()[random() % 4] = wrong;
    if (round % 5 == 0) spoiled.rows = wrong;
    if (round % 7 == 0) spoiled.cols = wrong;
    save(path, std::make_shared<const Csr>(spoiled));
    survive(path, [](const std::string& place) { return load(place); });
  }
}
