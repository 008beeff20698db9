#include "runtime/kernels/sparse/sparse.hpp"

#include <algorithm>

#include "runtime/kernels/contraction/product.hpp"
#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/kernels/sparse/vectors.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::sparse {
namespace {

using contraction::LoopScalar;

/// Indices that a dense factor has besides the matrix's two.
std::vector<std::uint32_t> further_indices(const Contraction& product, const contraction::Operand& operand) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t index = 0; index < product.extents.size(); ++index)
    if (index != product.sparse->row && index != product.sparse->column && contraction::reads(operand, index))
      out.push_back(index);
  return out;
}

bool gathers(const contraction::Operand& operand) {
  return std::ranges::any_of(operand.places,
                             [](const contraction::Place& place) { return place.rule == dsl::Op::gather; });
}

/// Sums values over rows or columns and keeps the other index: a vector of the result's type.
template <typename T>
Tensor summed_values(const Csr& matrix, bool by_column, DType dtype) {
  Tensor out = Tensor::zeros(dtype, {by_column ? matrix.cols : matrix.rows});
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const auto* columns = matrix.columns.as<std::int32_t>();
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at)
      out.as<T>()[by_column ? columns[at] : row] += matrix.values.as<T>()[at];
  return out;
}

/// Both indices summed: the elements of the dense factor times those of the matrix, at each point of the result.
template <typename T>
void sum_everything(const Contraction& product, const Folded& folded, const Tensor& out) {
  const auto x_stride = [&](std::uint32_t index) { return folded.dense ? folded.dense->strides[index] : 0; };
  const std::int64_t by_row = x_stride(folded.row), by_column = x_stride(folded.column);
  const T one(1);
  const T* x = folded.dense ? folded.dense->values.as<T>() + folded.dense->base : &one;
  const bool conjugated = folded.dense && folded.dense->conjugated;
  // Values that meet the same element of the dense factor are added first.
  const bool both = by_row != 0 && by_column != 0;
  const Tensor sums = both ? folded.matrix.values : summed_values<T>(folded.matrix, by_column != 0, product.dtype);
  const std::int64_t stride = by_column != 0 ? by_column : by_row;
  const auto* starts = folded.matrix.row_starts.as<std::int64_t>();
  const auto* columns = folded.matrix.columns.as<std::int32_t>();
  std::vector<std::int64_t> starts_at;
  for (std::int64_t row = 0; both && row < folded.matrix.rows; ++row)
    for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at)
      starts_at.push_back(row * by_row + columns[at] * by_column);
  const std::int64_t count = sums.count();
  parallel_for(out.count(), std::max<std::int64_t>(1, 4096 / (count + 1)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const T* from = x;
      std::int64_t left = at;
      for (std::size_t axis = product.axes; axis-- > 0; left /= product.extents[axis])
        from += left % product.extents[axis] * x_stride(static_cast<std::uint32_t>(axis));
      T total{};
      for (std::int64_t own = 0; own < count; ++own) {
        const T element = from[both ? starts_at[static_cast<std::size_t>(own)] : own * stride];
        total += contraction::times(sums.as<T>()[own], conjugated ? contraction::conjugate(element) : element);
      }
      out.as<T>()[at] = total;
    }
  });
}

/// Neither summed, in a dense result: zeros, and the products where the matrix stores something.
template <typename T>
void scatter(const Contraction& product, const Folded& folded, const Tensor& out) {
  std::fill_n(out.data.get(), out.bytes(), std::byte{0});
  Extents strides = out.strides;
  std::int64_t points = 1;
  for (std::uint32_t index = 0; index < product.axes; ++index)
    if (index != folded.row && index != folded.column) points *= product.extents[index];
  const auto* starts = folded.matrix.row_starts.as<std::int64_t>();
  const auto* columns = folded.matrix.columns.as<std::int32_t>();
  const auto x_stride = [&](std::uint32_t index) { return folded.dense ? folded.dense->strides[index] : 0; };
  const T one(1);
  const T* first = folded.dense ? folded.dense->values.as<T>() + folded.dense->base : &one;
  const bool conjugated = folded.dense && folded.dense->conjugated;
  parallel_for(points, std::max<std::int64_t>(1, 16384 / (folded.matrix.stored() + 1)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t at = begin; at < end; ++at) {
                   const T* x = first;
                   T* y = out.as<T>();
                   std::int64_t left = at;
                   for (auto index = static_cast<std::uint32_t>(product.axes); index-- > 0;) {
                     if (index == folded.row || index == folded.column) continue;
                     x += left % product.extents[index] * x_stride(index);
                     y += left % product.extents[index] * strides[index];
                     left /= product.extents[index];
                   }
                   for (std::int64_t row = 0; row < folded.matrix.rows; ++row)
                     for (std::int64_t own = starts[row]; own < starts[row + 1]; ++own) {
                       const T element = x[row * x_stride(folded.row) + columns[own] * x_stride(folded.column)];
                       y[row * strides[folded.row] + columns[own] * strides[folded.column]] = contraction::times(
                           folded.matrix.values.as<T>()[own], conjugated ? contraction::conjugate(element) : element);
                     }
                 }
               });
}

Value in_pattern(Folded folded) {
  if (folded.row > folded.column) folded = turned(folded);
  return std::make_shared<const Csr>(std::move(folded.matrix));
}

}  // namespace

std::optional<Contraction> match(const Graph& graph, NodeId tensor) {
  std::optional<Contraction> out = contraction::match_sparse_product(graph, tensor);
  if (!out) return std::nullopt;
  int moving = 0;
  for (const contraction::Operand& operand : out->operands) {
    // A gather is range-checked only where the matrix stores something: the generic way knows where.
    if (gathers(operand)) return std::nullopt;
    const std::vector<std::uint32_t> further = further_indices(*out, operand);
    moving += further.empty() ? 0 : 1;
  }
  if (moving > 1) return std::nullopt;
  const bool both = out->sparse->row < out->axes && out->sparse->column < out->axes;
  if (graph[tensor].sparse && (!both || out->axes != 2 || moving > 0)) return std::nullopt;
  return out;
}

Value run(const Evaluation& evaluation, const Contraction& product) {
  const bool sparse = evaluation.graph[product.tensor].sparse;
  const bool empty = std::ranges::find(product.extents, 0) != product.extents.end();
  if (empty && !sparse) return Tensor::zeros(product.dtype, product.shape());
  if (empty) return std::make_shared<const Csr>(csr_from_dense(Tensor::zeros(product.dtype, product.shape())));
  const Folded folded = fold(evaluation, product);
  if (sparse) return in_pattern(folded);
  const Tensor out = Tensor::empty(product.dtype, product.shape());
  const bool row_is_axis = folded.row < product.axes, column_is_axis = folded.column < product.axes;
  if (row_is_axis != column_is_axis) {
    multiply_vectors(product, row_is_axis ? folded : turned(folded), out);
    return out;
  }
  with_type(product.dtype, [&](auto zero) {
    using T = typename LoopScalar<decltype(zero)>::type;
    if constexpr (!std::is_same_v<T, bool>)
      row_is_axis ? scatter<T>(product, folded, out) : sum_everything<T>(product, folded, out);
  });
  return out;
}

bool run_sparse_product(Evaluation& evaluation, NodeId tensor, Value& out) {
  const std::optional<Contraction> product = match(evaluation.graph, tensor);
  if (!product) return false;
  out = run(evaluation, *product);
  return true;
}

Cost cost_of(const Contraction& product, const Graph& graph, std::int64_t stored) {
  Cost out;
  const auto width = static_cast<double>(dsl::bytes_of(product.dtype));
  double vectors = 1, results = 1;
  for (std::uint32_t index = 0; index < product.axes; ++index) {
    results *= static_cast<double>(product.extents[index]);
    if (index != product.sparse->row && index != product.sparse->column)
      vectors *= static_cast<double>(product.extents[index]);
  }
  out.flops = 2 * static_cast<double>(stored) * vectors * (dsl::is_complex(product.dtype) ? 4 : 1);
  out.bytes = results * width + static_cast<double>(stored) * (width + 4);
  for (const contraction::Operand& operand : product.operands) {
    double elements = width;
    for (std::int64_t extent : graph.shape(operand.tensor)) elements *= static_cast<double>(extent);
    out.bytes += elements;
  }
  out.nanoseconds = out.flops / 4 + out.bytes / 6;
  const std::int64_t columns = std::max(product.extents[product.sparse->row], product.extents[product.sparse->column]);
  out.workspace = static_cast<std::int64_t>(width + 4) * stored + 64 * columns * threads();
  return out;
}

}  // namespace ricci::runtime::sparse
