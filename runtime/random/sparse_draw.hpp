/// A random sparse matrix: a given number of elements at positions of which every set is equally likely, with values
/// uniform on [0, 1). A function of its key and shape alone, as every draw is; the value at a position does not depend
/// on which others are stored.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/random/stream.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::random {

/// Uniform on 0 .. last, exactly: the bits needed are drawn until they give no more than `last` (twice on average at
/// worst).
inline std::uint64_t uniform_up_to(std::uint64_t last, Key key, std::int64_t step) {
  const std::uint64_t mask = last == 0 ? 0 : ~std::uint64_t{0} >> std::countl_zero(last);
  for (std::uint64_t attempt = 0;; ++attempt) {
    const std::uint64_t drawn = word_64(attempt_key(key, attempt), Spot{0, step}) & mask;
    if (drawn <= last) return drawn;
  }
}

/// `count` different numbers below `total`, ascending. R. W. Floyd's sampling (Bentley, Floyd: A sample of brilliance,
/// CACM 1987): one draw a number, however dense the sample.
inline std::vector<std::int64_t> distinct_positions(std::int64_t count, std::int64_t total, Key key) {
  std::unordered_set<std::int64_t> chosen;
  chosen.reserve(static_cast<std::size_t>(count));
  for (std::int64_t last = total - count; last < total; ++last) {
    const auto drawn = static_cast<std::int64_t>(uniform_up_to(static_cast<std::uint64_t>(last), key, last));
    if (!chosen.insert(drawn).second) chosen.insert(last);
  }
  std::vector<std::int64_t> positions(chosen.begin(), chosen.end());
  std::sort(positions.begin(), positions.end());
  return positions;
}

/// The f64 matrix with `stored` elements, 0 <= stored <= rows * cols.
inline Csr draw_sparse(std::int64_t rows, std::int64_t cols, std::int64_t stored, Key key) {
  const std::int64_t total = count_of({rows, cols});
  if (stored < 0 || stored > total) fail(dsl::Fault::internal, "a sparse draw of more elements than there are");
  if (cols > INT32_MAX) fail(dsl::Fault::sparse_too_wide, cols);
  const Key value_key = derived(key, 1U << 31U);  // apart from the attempts at positions
  Csr out{rows, cols, Tensor::zeros(DType::i64, {rows + 1}), Tensor::empty(DType::i32, {stored}),
          Tensor::empty(DType::f64, {stored})};
  auto* starts = out.row_starts.as<std::int64_t>();
  std::int64_t at = 0;
  for (const std::int64_t position : distinct_positions(stored, total, key)) {
    const std::int64_t row = position / cols;
    const std::int64_t column = position % cols;
    ++starts[row + 1];
    out.columns.as<std::int32_t>()[at] = static_cast<std::int32_t>(column);
    const std::uint64_t word = word_64(value_key, Spot{static_cast<std::uint64_t>(row), column});
    out.values.as<double>()[at++] = static_cast<double>(word >> 11U) * 0x1p-53;
  }
  for (std::int64_t row = 0; row < rows; ++row) starts[row + 1] += starts[row];
  return out;
}

}  // namespace ricci::runtime::random
