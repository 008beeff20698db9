#include "runtime/kernels/contraction/dense.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/kernels/contraction/product.hpp"
#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::contraction {
namespace {

std::vector<std::uint32_t> with_part(const std::vector<Part>& parts, Part part) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t index = 0; index < parts.size(); ++index)
    if (parts[index] == part) out.push_back(index);
  return out;
}

std::int64_t extent_of(const Contraction& contraction, const std::vector<std::uint32_t>& indices) {
  std::int64_t out = 1;
  for (std::uint32_t index : indices) out *= contraction.extents[index];
  return out;
}

/// The operand 1: it moves along no index.
Placed one(const Contraction& contraction) {
  Placed out;
  out.values = with_type(contraction.dtype, [](auto zero) { return Tensor::scalar(decltype(zero)(1)); });
  out.strides.assign(contraction.extents.size(), 0);
  return out;
}

Product product_of(const Contraction& contraction, const Placed& left, const Placed& right,
                   const std::vector<std::uint32_t>& axes, const std::vector<std::uint32_t>& summed) {
  Product out;
  out.dtype = contraction.dtype;
  out.left_jumps = left.jumps;
  out.right_jumps = right.jumps;
  const auto axis = [&](std::uint32_t index) {
    return Axis{contraction.extents[index], left.strides[index],     right.strides[index], 0, index,
                left.jumps_along(index),    right.jumps_along(index)};
  };
  std::int64_t stride = 1;
  for (std::size_t at = axes.size(); at-- > 0; stride *= contraction.extents[axes[at]]) {
    out.axes.insert(out.axes.begin(), axis(axes[at]));
    out.axes.front().out = stride;
  }
  for (std::uint32_t index : summed) out.summed.push_back(axis(index));
  return out;
}

void multiply(const Contraction& contraction, const Placed& left, const Placed& right,
              const std::vector<std::uint32_t>& axes, const std::vector<std::uint32_t>& summed, const Scale& scale,
              const Tensor& out) {
  const Plan plan = plan_product(product_of(contraction, left, right, axes, summed));
  const auto width = static_cast<std::int64_t>(dsl::bytes_of(contraction.dtype));
  Operands operands;
  operands.left = left.values.data.get() + left.base * width;
  operands.right = right.values.data.get() + right.base * width;
  operands.out = out.data.get();
  operands.left_conjugated = left.conjugated;
  operands.right_conjugated = right.conjugated;
  operands.scale = scale;
  run_product(plan, contraction.dtype, operands);
}

std::vector<std::uint32_t> moving(const Placed& placed, const std::vector<std::uint32_t>& without) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t index = 0; index < placed.strides.size(); ++index)
    if (placed.moves_along(index) && std::ranges::find(without, index) == without.end()) out.push_back(index);
  return out;
}

bool jumps_along_any(const Placed& placed, const std::vector<std::uint32_t>& indices) {
  return std::ranges::any_of(indices, [&](std::uint32_t index) { return placed.jumps_along(index); });
}

/// The operand summed over `summed` first, as a tensor of its own. Real sums are products by 1.
Placed summed_first(const Contraction& contraction, const Placed& operand, const std::vector<std::uint32_t>& summed) {
  const std::vector<std::uint32_t> kept = moving(operand, summed);
  if (dsl::is_complex(contraction.dtype) || jumps_along_any(operand, summed))
    return gathered(contraction, operand, kept, summed);
  Placed out = one(contraction);
  Extents shape;
  for (std::uint32_t index : kept) shape.push_back(contraction.extents[index]);
  out.values = Tensor::empty(contraction.dtype, shape);
  multiply(contraction, operand, one(contraction), kept, summed, Scale{}, out.values);
  for (std::size_t at = 0; at < kept.size(); ++at) out.strides[kept[at]] = out.values.strides[at];
  return out;
}

/// Jumps along an index of one matrix only would make many small products of one: where the operand is not much larger
/// by it, its elements are gathered first. Jumps along a summed index always are.
Placed without_costly_jumps(const Contraction& contraction, const Placed& operand, Part own,
                            const std::vector<Part>& parts) {
  if (operand.jumps.empty()) return operand;
  std::int64_t lost = 1, rest = 1;
  for (std::uint32_t index = 0; index < parts.size(); ++index) {
    if (parts[index] == Part::summed && operand.jumps_along(index))
      return gathered(contraction, operand, moving(operand, {}), {});
    if (parts[index] == own) (operand.jumps_along(index) ? lost : rest) *= contraction.extents[index];
  }
  if (lost == 1) return operand;
  const std::vector<std::uint32_t> all = moving(operand, {});
  const bool compact = extent_of(contraction, all) <= 2 * operand.values.count();
  return rest < 16 && compact ? gathered(contraction, operand, all, {}) : operand;
}

/// The largest magnitude among the elements of an i32 tensor.
double largest(const Tensor& tensor) {
  const Tensor dense = contiguous_copy_if_needed(tensor);
  double out = 0;
  for (std::int64_t at = 0; at < dense.count(); ++at)
    out = std::max(out, std::abs(static_cast<double>(dense.as<std::int32_t>()[at])));
  return out;
}

bool products_stay_narrow(const Evaluation& evaluation, const Contraction& contraction) {
  double product = 1;
  for (const Operand& operand : contraction.operands) product *= largest(evaluation.dense(operand.tensor));
  return product < 2147483648.0;
}

std::vector<std::uint32_t> axes_of(const Contraction& contraction) {
  std::vector<std::uint32_t> out(contraction.axes);
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

}  // namespace

std::optional<Tensor> run_contraction(const Evaluation& evaluation, const Contraction& contraction) {
  if (std::ranges::find(contraction.extents, 0) != contraction.extents.end())
    return Tensor::zeros(contraction.dtype, contraction.shape());
  if (contraction.narrow_product && !products_stay_narrow(evaluation, contraction)) return std::nullopt;
  const std::vector<Part> parts = parts_of(contraction);
  Scale scale = contraction.scale;
  scale_by(scale, extent_of(contraction, with_part(parts, Part::count)));
  Placed left = place_operand(evaluation, contraction, contraction.operands[0]);
  const std::vector<std::uint32_t> left_alone = with_part(parts, Part::sum_left);
  const Tensor out = Tensor::empty(contraction.dtype, contraction.shape());
  if (contraction.operands.size() == 1) {
    const bool gather = jumps_along_any(left, left_alone);
    if (gather) left = gathered(contraction, left, moving(left, left_alone), left_alone);
    multiply(contraction, left, one(contraction), axes_of(contraction),
             gather ? std::vector<std::uint32_t>{} : left_alone, scale, out);
    return out;
  }
  Placed right = place_operand(evaluation, contraction, contraction.operands[1]);
  if (!left_alone.empty()) left = summed_first(contraction, left, left_alone);
  const std::vector<std::uint32_t> right_alone = with_part(parts, Part::sum_right);
  if (!right_alone.empty()) right = summed_first(contraction, right, right_alone);
  const std::vector<std::uint32_t> summed = with_part(parts, Part::summed);
  if (!summed.empty()) {
    left = without_costly_jumps(contraction, left, Part::row, parts);
    right = without_costly_jumps(contraction, right, Part::column, parts);
  }
  multiply(contraction, left, right, axes_of(contraction), summed, scale, out);
  return out;
}

bool run_contraction(Evaluation& evaluation, NodeId tensor, Tensor& out) {
  const std::optional<Contraction> contraction = match_contraction(evaluation.graph, tensor);
  if (!contraction) return false;
  std::optional<Tensor> result = run_contraction(evaluation, *contraction);
  if (!result) return false;
  out = std::move(*result);
  return true;
}

namespace {

/// The operand as if it lay in row-major order and nothing wrapped; only strides are known, no values.
Placed assumed(const Contraction& contraction, const Graph& graph, const Operand& operand) {
  Placed out;
  out.strides.assign(contraction.extents.size(), 0);
  const auto shape = graph.shape(operand.tensor);
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0; stride *= shape[axis])
    for (const Term& term : operand.places[axis].terms) out.strides[term.index] += term.coefficient * stride;
  return out;
}

double elements_of(const Graph& graph, NodeId tensor) {
  double out = 1;
  for (std::int64_t extent : graph.shape(tensor)) out *= static_cast<double>(extent);
  return out;
}

}  // namespace

Cost cost_of(const Contraction& contraction, const Graph& graph) {
  Cost out;
  const double width = static_cast<double>(dsl::bytes_of(contraction.dtype));
  double results = 1, points = 1;
  for (std::size_t index = 0; index < contraction.extents.size(); ++index) {
    points *= static_cast<double>(contraction.extents[index]);
    if (index < contraction.axes) results *= static_cast<double>(contraction.extents[index]);
  }
  const bool sums = contraction.extents.size() > contraction.axes;
  out.flops = points * (dsl::is_complex(contraction.dtype) ? 4 : 1) * (sums ? 2 : 1);
  out.bytes = results * width;
  for (const Operand& operand : contraction.operands) {
    const double elements = elements_of(graph, operand.tensor);
    out.bytes += elements * static_cast<double>(dsl::bytes_of(operand.stored));
    if (operand.stored != contraction.dtype) out.workspace += static_cast<std::int64_t>(elements * width);
  }
  if (points == 0) return out;
  const Placed left = assumed(contraction, graph, contraction.operands[0]);
  const Placed right =
      contraction.operands.size() == 2 ? assumed(contraction, graph, contraction.operands[1]) : one(contraction);
  std::vector<std::uint32_t> summed(contraction.extents.size() - contraction.axes);
  std::iota(summed.begin(), summed.end(), static_cast<std::uint32_t>(contraction.axes));
  const Plan plan = plan_product(product_of(contraction, left, right, axes_of(contraction), summed));
  out.nanoseconds = expected_of(plan, contraction.dtype);
  out.workspace += workspace_of(plan, contraction.dtype, threads());
  return out;
}

std::int64_t workspace_bytes(const Contraction& contraction, const Graph& graph) {
  return cost_of(contraction, graph).workspace;
}

}  // namespace ricci::runtime::contraction
