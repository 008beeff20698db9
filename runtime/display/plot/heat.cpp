/// A matrix as coloured cells. Matrices of more cells than any screen are averaged here, sparse ones without being
/// written out.
#include <algorithm>
#include <cmath>

#include "runtime/display/plot/numbers_of.hpp"
#include "runtime/display/plot/picture.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::plot {
namespace {

/// Cells along an axis that a picture keeps.
constexpr std::int64_t most_cells = 1'000;

/// Means over blocks of a matrix. Infinities count for themselves: a block that holds one is infinite.
class Means {
 public:
  Means(std::int64_t rows, std::int64_t columns, std::int64_t to_rows, std::int64_t to_columns)
      : rows_(rows),
        columns_(columns),
        to_rows_(to_rows),
        to_columns_(to_columns),
        sums_(static_cast<std::size_t>(to_rows * to_columns), 0.0),
        counts_(sums_.size(), 0.0) {}

  void add(std::int64_t row, std::int64_t column, double x) {
    if (std::isnan(x)) return;
    const std::size_t at = cell(row, column);
    sums_[at] += x;
    counts_[at] += 1;
  }
  /// Counts what is not stored as zeros; NaNs that were seen are `nan`.
  void fill_with_zeros(const std::vector<double>& nan) {
    for (std::int64_t row = 0; row < to_rows_; ++row)
      for (std::int64_t column = 0; column < to_columns_; ++column) {
        const auto at = static_cast<std::size_t>(row * to_columns_ + column);
        counts_[at] = static_cast<double>(length(row, rows_, to_rows_)) *
                          static_cast<double>(length(column, columns_, to_columns_)) -
                      nan[at];
      }
  }
  std::size_t cell(std::int64_t row, std::int64_t column) const {
    return static_cast<std::size_t>(row * to_rows_ / rows_ * to_columns_ + column * to_columns_ / columns_);
  }
  std::size_t size() const { return sums_.size(); }
  std::vector<double> values() const {
    std::vector<double> out(sums_.size());
    for (std::size_t at = 0; at < out.size(); ++at) out[at] = counts_[at] > 0 ? sums_[at] / counts_[at] : std::nan("");
    return out;
  }

 private:
  /// How many of `all` positions fall into cell `at` of `cells`.
  static std::int64_t length(std::int64_t at, std::int64_t all, std::int64_t cells) {
    const auto begin = [&](std::int64_t own) { return (own * all + cells - 1) / cells; };
    return begin(at + 1) - begin(at);
  }

  std::int64_t rows_, columns_, to_rows_, to_columns_;
  std::vector<double> sums_, counts_;
};

struct Seen {
  double least = HUGE_VAL;
  double largest = -HUGE_VAL;
  std::int64_t nan = 0;
  std::int64_t infinite = 0;

  void see(double x) {
    nan += std::isnan(x) ? 1 : 0;
    infinite += std::isinf(x) ? 1 : 0;
  }
};

void add_dense(const Tensor& dense, Means& means, Seen& seen) {
  const Tensor wide = as_doubles(dense);
  const double* element = wide.as<double>();
  for (std::int64_t row = 0; row < wide.shape[0]; ++row) {
    check_interrupt();
    for (std::int64_t column = 0; column < wide.shape[1]; ++column, ++element) {
      seen.see(*element);
      means.add(row, column, *element);
    }
  }
}

void add_sparse(const Csr& sparse, Means& means, Seen& seen) {
  const Tensor values = as_doubles(sparse.values);
  std::vector<double> nan(means.size(), 0.0);
  for (std::int64_t row = 0; row < sparse.rows; ++row)
    for (std::int64_t at = sparse.row_starts.as<std::int64_t>()[row];
         at < sparse.row_starts.as<std::int64_t>()[row + 1]; ++at) {
      const std::int64_t column = sparse.columns.as<std::int32_t>()[at];
      const double x = values.as<double>()[at];
      seen.see(x);
      means.add(row, column, x);
      if (std::isnan(x)) nan[means.cell(row, column)] += 1;
    }
  means.fill_with_zeros(nan);
}

/// Row 0 stands on top; a cell reaches half a position to all sides.
Scale positions(std::int64_t count, bool down) {
  const double last = static_cast<double>(std::max<std::int64_t>(count, 1)) - 0.5;
  return {.from = down ? last : -0.5, .to = down ? -0.5 : last, .logarithmic = false, .whole = true};
}

std::vector<std::string> notes_of(const Cells& cells, const Seen& seen) {
  std::vector<std::string> out;
  if (seen.nan > 0) out.push_back(std::to_string(seen.nan) + " nan left blank");
  if (seen.infinite > 0) out.push_back(std::to_string(seen.infinite) + " inf in the colours of the ends");
  if (cells.rows < cells.all_rows || cells.columns < cells.all_columns)
    out.push_back("cells are means of the " + std::to_string(cells.all_rows) + " x " +
                  std::to_string(cells.all_columns) + " elements");
  if (cells.values.empty()) out.push_back("there are no numbers");
  return out;
}

}  // namespace

Picture heat_of(const Named& matrix, const Choices& choices) {
  const Extents shape = shape_of(matrix.value);
  Cells cells{.rows = std::min(shape[0], most_cells),
              .columns = std::min(shape[1], most_cells),
              .values = {},
              .all_rows = shape[0],
              .all_columns = shape[1],
              .colours = {}};
  Means means(shape[0], shape[1], cells.rows, cells.columns);
  Seen seen;
  if (const auto* dense = std::get_if<Tensor>(&matrix.value))
    add_dense(*dense, means, seen);
  else
    add_sparse(*std::get<std::shared_ptr<const Csr>>(matrix.value), means, seen);
  cells.values = means.values();
  for (const double x : cells.values)
    if (std::isfinite(x)) {
      seen.least = std::min(seen.least, x);
      seen.largest = std::max(seen.largest, x);
    }
  cells.colours = scale_over(seen.least, seen.largest, false, 0);
  Picture out;
  out.title = choices.title.empty() ? matrix.name : choices.title;
  out.x = {positions(shape[1], false), choices.x_title.empty() ? "column" : choices.x_title};
  out.y = {positions(shape[0], true), choices.y_title.empty() ? "row" : choices.y_title};
  out.notes = notes_of(cells, seen);
  out.cells = std::move(cells);
  return out;
}

Cells coarser(const Cells& cells, std::int64_t rows, std::int64_t columns) {
  Cells out = cells;
  out.rows = std::min(rows, cells.rows);
  out.columns = std::min(columns, cells.columns);
  if (cells.values.empty()) return out;
  Means means(cells.rows, cells.columns, out.rows, out.columns);
  for (std::int64_t row = 0; row < cells.rows; ++row)
    for (std::int64_t column = 0; column < cells.columns; ++column)
      means.add(row, column, cells.values[static_cast<std::size_t>(row * cells.columns + column)]);
  out.values = means.values();
  return out;
}

}  // namespace ricci::runtime::plot
