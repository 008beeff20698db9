/// Sparse matrices by compressed rows. Everything here keeps the invariant that makes a Csr a Csr:
/// within a row columns ascend and none stands twice. All of it is linear in what is stored, save that rows which
/// come unsorted are sorted one by one. Duplicates are added in the order given, so that equal input gives equal bits.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>

#include "runtime/error.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime {
namespace {

void check_width(std::int64_t cols) {
  if (cols > std::numeric_limits<std::int32_t>::max()) fail(dsl::Fault::sparse_too_wide, cols);
}

Csr empty_csr(std::int64_t rows, std::int64_t cols, std::int64_t stored, DType dtype) {
  return {rows, cols, Tensor::empty(DType::i64, {rows + 1}), Tensor::empty(DType::i32, {stored}),
          Tensor::empty(dtype, {stored})};
}

/// Counts per row become starts; starts[r + 1] holds the count of row r.
void accumulate_starts(std::int64_t* starts, std::int64_t rows) { std::partial_sum(starts, starts + rows + 1, starts); }

/// i64 and i32 wrap as everywhere in the language; bools are joined by or.
template <typename T>
T added(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) + static_cast<std::make_unsigned_t<T>>(b));
  else
    return a + b;
}

/// For each row, the ordinals of its triples: by column, and in the order given where columns are equal.
std::vector<std::int64_t> ordinals_by_row(const std::int64_t* starts, std::int64_t rows,
                                          const std::vector<std::int64_t>& row_of,
                                          const std::vector<std::int64_t>& column_of) {
  std::vector<std::int64_t> next(starts, starts + rows);
  std::vector<std::int64_t> ordinals(row_of.size());
  for (std::size_t at = 0; at < row_of.size(); ++at)
    ordinals[static_cast<std::size_t>(next[static_cast<std::size_t>(row_of[at])]++)] = static_cast<std::int64_t>(at);
  const auto by_column = [&](std::int64_t a, std::int64_t b) {
    return column_of[static_cast<std::size_t>(a)] < column_of[static_cast<std::size_t>(b)];
  };
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto first = ordinals.begin() + starts[row];
    const auto last = ordinals.begin() + starts[row + 1];
    if (!std::is_sorted(first, last, by_column)) std::stable_sort(first, last, by_column);
  }
  return ordinals;
}

/// Counts the triples of each row into starts[row + 1], refusing any that stands outside the shape.
void count_rows(std::int64_t* starts, std::int64_t rows, std::int64_t cols, const std::vector<std::int64_t>& row_of,
                const std::vector<std::int64_t>& column_of) {
  std::fill(starts, starts + rows + 1, 0);
  for (std::size_t at = 0; at < row_of.size(); ++at) {
    const std::int64_t row = row_of[at];
    const std::int64_t column = column_of[at];
    if (row < 0 || row >= rows || column < 0 || column >= cols)
      fail(dsl::Fault::triple_outside, static_cast<std::int64_t>(at), row, column,
           "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]");
    ++starts[row + 1];
  }
}

/// Writes the triples in the order of `ordinals` into out, adding up what shares a column; returns what is stored.
template <typename T>
std::int64_t merge_rows(Csr& out, const std::vector<std::int64_t>& ordinals, const std::vector<std::int64_t>& column_of,
                        const Tensor& values) {
  auto* starts = out.row_starts.as<std::int64_t>();
  auto* columns = out.columns.as<std::int32_t>();
  T* kept = out.values.as<T>();
  std::int64_t stored = 0;
  std::int64_t begin = 0;
  for (std::int64_t row = 0; row < out.rows; ++row) {
    const std::int64_t end = starts[row + 1];
    const std::int64_t first = stored;
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t ordinal = ordinals[static_cast<std::size_t>(at)];
      const auto column = static_cast<std::int32_t>(column_of[static_cast<std::size_t>(ordinal)]);
      const T value = values.as<T>()[ordinal * values.strides[0]];
      if (stored > first && columns[stored - 1] == column) {
        kept[stored - 1] = added(kept[stored - 1], value);
      } else {
        columns[stored] = column;
        kept[stored++] = value;
      }
    }
    begin = end;
    starts[row + 1] = stored;
  }
  return stored;
}

/// The first `stored` elements of a vector, in storage of their own when there are fewer than it holds.
Tensor trimmed(const Tensor& elements, std::int64_t stored) {
  if (stored == elements.count()) return elements;
  Tensor first = elements;
  first.shape = {stored};
  return copy(first);
}

}  // namespace

Csr csr_from_triples(std::int64_t rows, std::int64_t cols, const std::vector<std::int64_t>& row_of,
                     const std::vector<std::int64_t>& column_of, const Tensor& values) {
  if (rows < 0 || cols < 0 || row_of.size() != column_of.size() || values.rank() != 1 ||
      values.shape[0] != static_cast<std::int64_t>(row_of.size()))
    fail(dsl::Fault::internal, "the triples of a sparse matrix do not fit together");
  check_width(cols);
  count_of({rows});  // refuses what would overflow when one is added
  Csr out = empty_csr(rows, cols, values.shape[0], values.dtype);
  auto* starts = out.row_starts.as<std::int64_t>();
  count_rows(starts, rows, cols, row_of, column_of);
  accumulate_starts(starts, rows);
  const std::vector<std::int64_t> ordinals = ordinals_by_row(starts, rows, row_of, column_of);
  const std::int64_t stored =
      with_type(values.dtype, [&](auto zero) { return merge_rows<decltype(zero)>(out, ordinals, column_of, values); });
  out.columns = trimmed(out.columns, stored);
  out.values = trimmed(out.values, stored);
  return out;
}

Csr csr_from_dense(const Tensor& matrix) {
  if (matrix.rank() != 2) fail(dsl::Fault::internal, "a sparse matrix was asked for from a tensor of another rank");
  const std::int64_t rows = matrix.shape[0];
  const std::int64_t cols = matrix.shape[1];
  check_width(cols);
  const Tensor dense = contiguous_copy_if_needed(matrix);
  return with_type(dense.dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.as<T>();
    const std::int64_t stored = std::count_if(from, from + rows * cols, [](const T& value) { return value != T{}; });
    Csr out = empty_csr(rows, cols, stored, dense.dtype);
    auto* starts = out.row_starts.as<std::int64_t>();
    std::int64_t at = 0;
    starts[0] = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < cols; ++column) {
        const T value = from[row * cols + column];
        if (value == T{}) continue;
        out.columns.as<std::int32_t>()[at] = static_cast<std::int32_t>(column);
        out.values.as<T>()[at++] = value;
      }
      starts[row + 1] = at;
    }
    return out;
  });
}

Tensor dense_from_csr(const Csr& matrix) {
  Tensor out = Tensor::zeros(matrix.values.dtype, {matrix.rows, matrix.cols});
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const auto* columns = matrix.columns.as<std::int32_t>();
  with_type(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* values = matrix.values.as<T>();
    T* to = out.as<T>();
    for (std::int64_t row = 0; row < matrix.rows; ++row)
      for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) to[row * matrix.cols + columns[at]] = values[at];
  });
  return out;
}

Csr transpose(const Csr& matrix) {
  check_width(matrix.rows);
  const std::int64_t stored = matrix.stored();
  Csr out = empty_csr(matrix.cols, matrix.rows, stored, matrix.values.dtype);
  const auto* columns = matrix.columns.as<std::int32_t>();
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  auto* turned = out.row_starts.as<std::int64_t>();
  std::fill(turned, turned + out.rows + 1, 0);
  for (std::int64_t at = 0; at < stored; ++at) ++turned[columns[at] + 1];
  accumulate_starts(turned, out.rows);
  std::vector<std::int64_t> next(turned, turned + out.rows);
  with_type(out.values.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t row = 0; row < matrix.rows; ++row)
      for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) {
        const std::int64_t to = next[static_cast<std::size_t>(columns[at])]++;
        out.columns.as<std::int32_t>()[to] = static_cast<std::int32_t>(row);
        out.values.as<T>()[to] = matrix.values.as<T>()[at];
      }
  });
  return out;
}

}  // namespace ricci::runtime
