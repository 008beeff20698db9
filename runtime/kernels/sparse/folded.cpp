#include "runtime/kernels/sparse/folded.hpp"

#include <algorithm>

#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::sparse {
namespace {

using contraction::LoopScalar;

/// Without jumps, and summed over what only this factor has.
Placed plain(const Evaluation& evaluation, const Contraction& product, const contraction::Operand& operand) {
  const Placed placed = contraction::place_operand(evaluation, product, operand);
  std::vector<std::uint32_t> kept, summed;
  for (std::uint32_t index = 0; index < product.extents.size(); ++index) {
    if (!contraction::reads(operand, index)) continue;
    const bool alone = index >= product.axes && index != product.sparse->row && index != product.sparse->column;
    (alone ? summed : kept).push_back(index);
  }
  if (summed.empty() && placed.jumps.empty()) return placed;
  return contraction::gathered(product, placed, kept, summed);
}

bool inside_matrix(const Contraction& product, const Placed& factor) {
  for (std::uint32_t index = 0; index < product.extents.size(); ++index)
    if (factor.moves_along(index) && index != product.sparse->row && index != product.sparse->column) return false;
  return true;
}

template <typename T>
void conjugate_values(const Tensor& values) {
  if constexpr (linalg::is_complex_scalar<T>)
    for (std::int64_t at = 0; at < values.count(); ++at) values.as<T>()[at] = std::conj(values.as<T>()[at]);
}

/// values[at] *= factor[row, column] at each stored element.
template <typename T>
void multiply_values(const Contraction& product, const Csr& matrix, const Placed& factor) {
  const T* from = factor.values.as<T>() + factor.base;
  const std::int64_t by_row = factor.strides[product.sparse->row], by_column = factor.strides[product.sparse->column];
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const auto* columns = matrix.columns.as<std::int32_t>();
  T* values = matrix.values.as<T>();
  parallel_for(matrix.rows, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at) {
        const T element = from[row * by_row + columns[at] * by_column];
        values[at] = contraction::times(values[at], factor.conjugated ? contraction::conjugate(element) : element);
      }
  });
}

template <typename T>
void scale_values(const Tensor& values, const contraction::Scale& scale) {
  const T factor = contraction::factor_of<T>(scale);
  for (std::int64_t at = 0; at < values.count(); ++at)
    values.as<T>()[at] = contraction::scaled(values.as<T>()[at], factor);
}

/// Summed indices that no factor has count their extent.
contraction::Scale counted(const Contraction& product) {
  contraction::Scale scale = product.scale;
  for (std::uint32_t index = static_cast<std::uint32_t>(product.axes); index < product.extents.size(); ++index) {
    const bool used = index == product.sparse->row || index == product.sparse->column ||
                      std::ranges::any_of(product.operands, [index](const contraction::Operand& operand) {
                        return contraction::reads(operand, index);
                      });
    if (!used) contraction::scale_by(scale, product.extents[index]);
  }
  return scale;
}

}  // namespace

Folded fold(const Evaluation& evaluation, const Contraction& product) {
  const Csr& given = evaluation.sparse(product.sparse->tensor);
  Folded out{given, product.sparse->row, product.sparse->column, std::nullopt};
  std::vector<Placed> factors;
  for (const contraction::Operand& operand : product.operands) {
    Placed factor = plain(evaluation, product, operand);
    if (inside_matrix(product, factor))
      factors.push_back(std::move(factor));
    else
      out.dense = std::move(factor);
  }
  const contraction::Scale scale = counted(product);
  const bool scaled = !(scale == contraction::Scale{});
  if (given.values.dtype != product.dtype)
    out.matrix.values = cast(given.values, product.dtype);
  else if (scaled || product.sparse->conjugated || !factors.empty())
    out.matrix.values = copy(given.values);
  with_type(product.dtype, [&](auto zero) {
    using T = typename LoopScalar<decltype(zero)>::type;
    if constexpr (!std::is_same_v<T, bool>) {
      if (product.sparse->conjugated) conjugate_values<T>(out.matrix.values);
      for (const Placed& factor : factors) multiply_values<T>(product, out.matrix, factor);
      if (scaled) scale_values<T>(out.matrix.values, scale);
    }
  });
  return out;
}

Folded turned(const Folded& product) { return {transpose(product.matrix), product.column, product.row, product.dense}; }

}  // namespace ricci::runtime::sparse
