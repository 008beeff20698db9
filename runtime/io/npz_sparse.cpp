/// Everything in the archive is checked before it is used as an index: starts ascend and end within the entries,
/// indices lie within the shape, parts have equal lengths. One row of a table for each of SciPy's formats.
#include "runtime/io/npz_sparse.hpp"

#include <array>
#include <cstring>
#include <limits>

#include "runtime/io/npy.hpp"

namespace ricci::runtime::io {
namespace {

using Indices = std::vector<std::int64_t>;

/// The first elements of a row-major tensor, as a vector.
Tensor first(const Tensor& elements, std::int64_t count) {
  Tensor out = elements;
  out.shape = {count};
  out.strides = {1};
  return out;
}

/// What is common to all formats.
struct Parts {
  const Archive& archive;
  std::int64_t rows;
  std::int64_t cols;
  Tensor data;

  [[noreturn]] void refuse(const std::string& why) const {
    fail(dsl::Fault::file_contents, archive.path(), "sparse .npz", why);
  }
  Tensor array(const std::string& key) const {
    if (!archive.holds(key + ".npy")) refuse("it lacks the array '" + key + "'");
    return read_npy(*archive.open(key + ".npy"));
  }
  void check_below(const Tensor& given, std::int64_t bound) const {
    for (std::int64_t at = 0; at < given.count(); ++at)
      if (const std::int64_t index = given.as<std::int64_t>()[at]; index < 0 || index >= bound)
        refuse("an index is " + std::to_string(index) + ", and must be from 0 to below " + std::to_string(bound));
  }
  /// A vector of i64.
  Tensor indices(const std::string& key) const {
    const Tensor given = array(key);
    if (given.rank() != 1 || !dsl::is_integer(given.dtype)) refuse("its '" + key + "' is no vector of integers");
    return given.dtype == DType::i64 ? given : cast(given, DType::i64);
  }
};

/// Compressed starts over `lines` rows (or columns, or rows of blocks), whose entries are `within` below a bound.
struct Compressed {
  Tensor starts;
  Tensor within;
  std::int64_t lines;

  const std::int64_t* start() const { return starts.as<std::int64_t>(); }
  const std::int64_t* index() const { return within.as<std::int64_t>(); }
  std::int64_t stored() const { return start()[lines]; }
};

Compressed compressed(const Parts& parts, std::int64_t lines, std::int64_t bound) {
  const Compressed out{parts.indices("indptr"), parts.indices("indices"), lines};
  if (out.starts.count() - 1 != lines)
    parts.refuse("its 'indptr' has " + std::to_string(out.starts.count()) + " entries for " + std::to_string(lines) +
                 " lines");
  if (out.start()[0] != 0) parts.refuse("its 'indptr' does not start with 0");
  for (std::int64_t line = 0; line < lines; ++line)
    if (out.start()[line + 1] < out.start()[line]) parts.refuse("its 'indptr' descends");
  if (out.stored() > out.within.count() || parts.data.shape[0] != out.within.count())
    parts.refuse("its 'indptr', 'indices' and 'data' have lengths that do not fit together");
  parts.check_below(first(out.within, out.stored()), bound);
  return out;
}

/// Rows with ascending columns are taken as they are; others go through triples.
Csr from_rows(const Parts& parts, std::int64_t rows, std::int64_t cols) {
  if (parts.data.rank() != 1) parts.refuse("its 'data' is no vector");
  const Compressed given = compressed(parts, rows, cols);
  const Tensor values = first(parts.data, given.stored());
  bool ascending = cols <= std::numeric_limits<std::int32_t>::max();
  for (std::int64_t row = 0; ascending && row < rows; ++row)
    for (std::int64_t at = given.start()[row] + 1; at < given.start()[row + 1]; ++at)
      if (given.index()[at - 1] >= given.index()[at]) ascending = false;
  if (ascending) return {rows, cols, given.starts, cast(first(given.within, given.stored()), DType::i32), values};
  Indices row_of;
  row_of.reserve(static_cast<std::size_t>(given.stored()));
  for (std::int64_t row = 0; row < rows; ++row)
    row_of.insert(row_of.end(), static_cast<std::size_t>(given.start()[row + 1] - given.start()[row]), row);
  return csr_from_triples(rows, cols, row_of, Indices(given.index(), given.index() + given.stored()), values);
}

Csr from_csr(const Parts& parts) { return from_rows(parts, parts.rows, parts.cols); }

Csr from_csc(const Parts& parts) { return transpose(from_rows(parts, parts.cols, parts.rows)); }

Csr from_coo(const Parts& parts) {
  const Tensor row = parts.indices("row");
  const Tensor col = parts.indices("col");
  if (parts.data.rank() != 1 || row.count() != parts.data.count() || col.count() != parts.data.count())
    parts.refuse("its 'row', 'col' and 'data' have lengths that do not fit together");
  const auto listed = [](const Tensor& t) { return Indices(t.as<std::int64_t>(), t.as<std::int64_t>() + t.count()); };
  parts.check_below(row, parts.rows);
  parts.check_below(col, parts.cols);
  return csr_from_triples(parts.rows, parts.cols, listed(row), listed(col), parts.data);
}

/// data is [blocks, block rows, block columns]; every element of a block is stored, zeros too.
Csr from_bsr(const Parts& parts) {
  if (parts.data.rank() != 3 || parts.data.shape[1] < 1 || parts.data.shape[2] < 1)
    parts.refuse("its 'data' is no list of blocks");
  const std::int64_t high = parts.data.shape[1];
  const std::int64_t wide = parts.data.shape[2];
  if (parts.rows % high != 0 || parts.cols % wide != 0) parts.refuse("its shape is no multiple of its blocks'");
  const Compressed given = compressed(parts, parts.rows / high, parts.cols / wide);
  Indices row_of;
  Indices column_of;
  for (std::int64_t line = 0; line < given.lines; ++line)
    for (std::int64_t block = given.start()[line]; block < given.start()[line + 1]; ++block)
      for (std::int64_t i = 0; i < high; ++i)
        for (std::int64_t j = 0; j < wide; ++j) {
          row_of.push_back(line * high + i);
          column_of.push_back(given.index()[block] * wide + j);
        }
  return csr_from_triples(parts.rows, parts.cols, row_of, column_of, first(parts.data, given.stored() * high * wide));
}

struct Format {
  std::string_view name;
  Csr (*read)(const Parts&);
};

constexpr std::array formats{Format{"csr", from_csr}, Format{"csc", from_csc}, Format{"coo", from_coo},
                             Format{"bsr", from_bsr}};

}  // namespace

bool holds_sparse(const Archive& archive) {
  return archive.holds("format.npy") && archive.holds("shape.npy") && archive.holds("data.npy");
}

Csr read_npz_sparse(const Archive& archive) {
  const std::string name = read_npy_word(*archive.open("format.npy"));
  Parts parts{archive, 0, 0, {}};
  const Tensor shape = parts.indices("shape");
  if (shape.count() != 2)
    parts.refuse("it has " + std::to_string(shape.count()) + " axes, and only matrices can be read");
  parts.rows = shape.as<std::int64_t>()[0];
  parts.cols = shape.as<std::int64_t>()[1];
  constexpr std::int64_t widest = std::numeric_limits<std::int32_t>::max();
  if (parts.rows < 0 || parts.cols < 0) parts.refuse("its shape is negative");
  if (parts.cols > widest || (name == "csc" && parts.rows > widest)) parts.refuse("its shape is beyond 32 bits");
  for (const Format& format : formats) {
    if (format.name != name) continue;
    parts.data = parts.array("data");
    if (parts.data.rank() == 0) parts.refuse("its 'data' is no vector");
    return format.read(parts);
  }
  parts.refuse("its format is '" + name + "', and csr, csc, coo and bsr can be read");
}

std::string npy_sparse_format() {
  // As an array of bytes of rank 0. The preamble of a bool has the same length: '|b1' becomes '|S3'.
  std::string bytes = npy_preamble(Tensor::empty(DType::boolean, {}));
  bytes.replace(bytes.find("|b1"), 3, "|S3");
  return bytes + "csr";
}

}  // namespace ricci::runtime::io
