#include "runtime/kernels/distances/form.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/contraction/loops.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::distances {
namespace {

using dsl::QuadraticWeights;

/// Up to so many columns of F, differences in registers are as fast as a product, and more accurate.
constexpr std::int64_t longest_direct = 14;
/// Below this share of the norms a square has lost too much: 64 epsilon of it in either way.
constexpr double least_direct = 0x1p-10;
constexpr double least_expanded = 0x1p-6;
/// A centre need not be the mean: any point among the rows is near them.
constexpr std::int64_t sampled_rows = 256;
constexpr std::int64_t chunk_rows = 64;
constexpr std::int64_t task_products = 1 << 18;

Tensor as_doubles(const Tensor& tensor) {
  return tensor.dtype == DType::f64 ? contiguous_copy_if_needed(tensor) : cast(tensor, DType::f64);
}

bool one_tensor(const Tensor& a, const Tensor& b) {
  return a.data == b.data && a.dtype == b.dtype && a.shape == b.shape && a.strides == b.strides;
}

Tensor numbers(std::int64_t count) { return Tensor::empty(DType::f64, {count}); }

void put_columns(const double* transformed, std::int64_t rank, std::int64_t positive, bool sign, std::int64_t begin,
                 std::int64_t end, std::int64_t count, double* columns) {
  for (std::int64_t p = 0; p < rank; ++p)
    for (std::int64_t row = begin; row < end; ++row) {
      const double own = transformed[row * rank + p];
      columns[p * count + row] = sign && p >= positive ? -own : own;
    }
}

}  // namespace

Form::Form(const FormShape& shape, const Tensor& x, const Tensor& y, const Tensor* weights)
    : shape_(shape), same_(one_tensor(x, y)) {
  x_.given = as_doubles(x);
  if (!same_) y_.given = as_doubles(y);
  if (weights != nullptr) weights_ = as_doubles(*weights);
  centred_ = shape_.kind != QuadraticWeights::none || shape_.depth > longest_direct;
  entries_.resize(static_cast<std::size_t>(shape_.batches));
  for (std::int64_t batch = 0; batch < shape_.batches; ++batch) place_entry(batch);
  transform(false);
  if (!same_) transform(true);
}

void Form::place_entry(std::int64_t batch) {
  Entry& entry = entries_[static_cast<std::size_t>(batch)];
  const std::int64_t depth = shape_.depth;
  const double* w = weights_.data == nullptr ? nullptr : weights_.as<double>();
  if (shape_.kind == QuadraticWeights::matrix) entry.factor = factor_matrix(w + batch * depth * depth, depth);
  if (shape_.kind == QuadraticWeights::diagonal) entry.factor = factor_diagonal(w + batch * depth, depth);
  if (shape_.kind == QuadraticWeights::none)
    entry.factor = {.depth = depth, .rank = depth, .positive = depth, .columns = {}};
  entry.way = !entry.factor.usable                  ? Entry::Way::as_written
              : entry.factor.rank <= longest_direct ? Entry::Way::direct
                                                    : Entry::Way::expanded;
  if (centred_) entry.centre = centre_of(batch);
}

/// The mean of some finite rows of both sides, coordinate by coordinate.
std::vector<double> Form::centre_of(std::int64_t batch) const {
  const std::int64_t depth = shape_.depth;
  std::vector<double> sums(static_cast<std::size_t>(depth), 0), counts(static_cast<std::size_t>(depth), 0);
  for (const bool y : {false, true}) {
    if (y && same_) break;
    const std::int64_t count = rows_of(y);
    const std::int64_t step = std::max<std::int64_t>(1, count / sampled_rows);
    const double* from = rows(y).given.as<double>() + batch * count * depth;
    for (std::int64_t row = 0; row < count; row += step)
      for (std::int64_t k = 0; k < depth; ++k) {
        const double own = from[row * depth + k];
        const bool finite = std::isfinite(own);
        sums[static_cast<std::size_t>(k)] += finite ? own : 0;
        counts[static_cast<std::size_t>(k)] += finite ? 1 : 0;
      }
  }
  for (std::size_t k = 0; k < sums.size(); ++k) {
    sums[k] = counts[k] > 0 ? sums[k] / counts[k] : 0;
    if (!std::isfinite(sums[k])) sums[k] = 0;
  }
  return sums;
}

void Form::transform(bool y) {
  Rows& own = y ? y_ : x_;
  const std::int64_t count = rows_of(y);
  for (const Entry& entry : entries_) own.widest = std::max(own.widest, entry.factor.rank);
  const std::int64_t all = shape_.batches * count;
  if (centred_) own.transformed = numbers(all * own.widest);
  own.columns = numbers(all * own.widest);
  own.norms = numbers(all);
  own.signed_norms = numbers(all);
  const std::int64_t chunks = (count + chunk_rows - 1) / chunk_rows;
  const std::int64_t each =
      std::max<std::int64_t>(1, chunk_rows * shape_.depth * std::max<std::int64_t>(own.widest, 1));
  parallel_for(shape_.batches * chunks, std::max<std::int64_t>(1, task_products / each),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t at = begin; at < end; ++at) {
                   const std::int64_t batch = at / chunks, first = at % chunks * chunk_rows;
                   transform_chunk(entries_[static_cast<std::size_t>(batch)], batch, own, count, first,
                                   std::min(count, first + chunk_rows));
                 }
               });
}

/// Rows of one batch entry begin where they would with the widest factor of all entries; they stand `rank` apart.
void Form::transform_chunk(const Entry& entry, std::int64_t batch, Rows& own, std::int64_t count, std::int64_t begin,
                           std::int64_t end) const {
  if (entry.way == Entry::Way::as_written) return;
  const std::int64_t depth = shape_.depth, rank = entry.factor.rank, positive = entry.factor.positive;
  const std::int64_t first = batch * count * own.widest;
  const double* given = own.given.as<double>() + (batch * count + begin) * depth;
  double* columns = own.columns.as<double>() + first;
  if (!centred_) {
    for (std::int64_t p = 0; p < depth; ++p)
      for (std::int64_t row = begin; row < end; ++row) columns[p * count + row] = given[(row - begin) * depth + p];
    return;
  }
  std::vector<double> moved(static_cast<std::size_t>((end - begin) * depth));
  for (std::int64_t row = 0; row < end - begin; ++row)
    for (std::int64_t k = 0; k < depth; ++k)
      moved[static_cast<std::size_t>(row * depth + k)] =
          given[row * depth + k] - entry.centre[static_cast<std::size_t>(k)];
  double* to = own.transformed.as<double>() + first + begin * rank;
  if (shape_.kind == QuadraticWeights::none)
    std::copy(moved.begin(), moved.end(), to);
  else if (rank > 0)
    contraction::loops<double>().product(end - begin, rank, depth, {moved.data(), depth, 1, false},
                                         {entry.factor.columns.data(), rank, 1, false}, to, rank);
  for (std::int64_t row = begin; row < end; ++row, to += rank) {
    double plus = 0, minus = 0;
    for (std::int64_t k = 0; rank == 0 && k < depth; ++k)  // no column shows what is not finite
      plus += 0 * moved[static_cast<std::size_t>((row - begin) * depth + k)];
    for (std::int64_t p = 0; p < rank; ++p) (p < positive ? plus : minus) += to[p] * to[p];
    own.norms.as<double>()[batch * count + row] = plus + minus;
    own.signed_norms.as<double>()[batch * count + row] = plus - minus;
  }
  put_columns(own.transformed.as<double>() + first, rank, positive, entry.way == Entry::Way::expanded, begin, end,
              count, columns);
}

Side Form::side_of(std::int64_t batch, bool y) const {
  const Rows& own = rows(y);
  const Entry& entry = entries_[static_cast<std::size_t>(batch)];
  const std::int64_t count = rows_of(y);
  Side out;
  out.given = own.given.as<double>() + batch * count * shape_.depth;
  out.stride = count;
  if (entry.way == Entry::Way::as_written) return out;
  out.rows = centred_ ? own.transformed.as<double>() + batch * count * own.widest : out.given;
  out.columns = own.columns.as<double>() + batch * count * own.widest;
  out.norms = own.norms.as<double>() + batch * count;
  out.signed_norms = own.signed_norms.as<double>() + batch * count;
  return out;
}

Pairs Form::pairs_of(std::int64_t batch, bool turned) const {
  const Entry& entry = entries_[static_cast<std::size_t>(batch)];
  Pairs out;
  out.a = side_of(batch, turned);
  out.b = side_of(batch, !turned);
  out.depth = shape_.depth;
  out.rank = entry.factor.rank;
  out.positive = entry.factor.positive;
  out.matrix = shape_.kind == QuadraticWeights::matrix;
  out.finite_weights = entry.factor.usable;
  const std::int64_t each = out.matrix ? shape_.depth * shape_.depth : shape_.depth;
  if (weights_.data != nullptr) out.weights = weights_.as<double>() + batch * each;
  if (centred_) out.least = entry.way == Entry::Way::expanded ? least_expanded : least_direct;
  return out;
}

void Form::block(bool turned, std::int64_t row, std::int64_t count, std::int64_t column, std::int64_t columns,
                 double* out, std::int64_t out_row) const {
  const std::int64_t batch = row / rows_of(turned);
  const Entry& entry = entries_[static_cast<std::size_t>(batch)];
  const Pairs pairs = pairs_of(batch, turned);
  row -= batch * rows_of(turned);
  column -= batch * rows_of(!turned);
  if (entry.way == Entry::Way::as_written) {
    for (std::int64_t r = 0; r < count; ++r)
      for (std::int64_t j = 0; j < columns; ++j) out[r * out_row + j] = tiles().pair(pairs, row + r, column + j);
    return;
  }
  if (entry.way == Entry::Way::direct) return tiles().direct(pairs, row, count, column, columns, out, out_row);
  contraction::loops<double>().product(count, columns, pairs.rank,
                                       {pairs.a.rows + row * pairs.rank, pairs.rank, 1, false},
                                       {pairs.b.columns + column, pairs.b.stride, 1, false}, out, out_row);
  tiles().expanded(pairs, row, count, column, columns, out, out_row);
}

double Form::pair(std::int64_t row_x, std::int64_t row_y) const {
  const std::int64_t batch = row_x / shape_.rows_x;
  return tiles().pair(pairs_of(batch, false), row_x - batch * shape_.rows_x, row_y - batch * shape_.rows_y);
}

}  // namespace ricci::runtime::distances
