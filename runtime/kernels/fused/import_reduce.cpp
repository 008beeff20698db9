/// Reductions in terms of the simple ones: sum, product, least, greatest, any, all, count, argmin, argmax.
#include <algorithm>
#include <limits>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/import.hpp"

namespace ricci::runtime::fused {

std::vector<VarId> Importer::bound_of(NodeId id) {
  std::vector<VarId> out;
  for (dsl::IndexId index : graph_.bound(id)) out.push_back(variable_of(index.at));
  return out;
}

std::int64_t Importer::points_of(NodeId id) const {
  std::int64_t count = 1;
  for (dsl::IndexId index : graph_.bound(id)) count *= graph_.extent(index);
  return count;
}

ExprId Importer::twin_body(NodeId id, std::vector<VarId>& bound) {
  std::vector<std::pair<std::int64_t, VarId>> before;
  for (dsl::IndexId index : graph_.bound(id)) {
    before.emplace_back(index.at, variable_of(index.at));
    const auto [twin, fresh] = twins_.try_emplace(index.at, 0U);
    if (fresh) twin->second = kernel_.variable(graph_.extent(index));
    variables_[index.at] = twin->second;
    bound.push_back(twin->second);
  }
  memos_.emplace_back();
  const ExprId body = element(graph_.operand(id, 0));
  memos_.pop_back();
  for (const auto& [index, var] : before) variables_[index] = var;
  return body;
}

ExprId Importer::reduction(NodeId id) {
  const Op op = graph_.op(id);
  const DType dtype = graph_.dtype(id);
  const bool needs_values =
      op == Op::mean || op == Op::least || op == Op::greatest || op == Op::argmin || op == Op::argmax;
  if (needs_values && points_of(id) == 0)
    return kernel_.add({.kind = Kind::fault,
                        .dtype = dtype,
                        .ints = {static_cast<std::int64_t>(dsl::Fault::empty_reduction)},
                        .text = std::string(dsl::row(op).spelling)});
  const NodeId body = graph_.operand(id, 0);
  switch (op) {
    case Op::sum: return sum_of(id, dtype);
    case Op::mean: return mean(id);
    case Op::any:
    case Op::all: return kernel_.reduce(op, DType::boolean, element_as(body, DType::boolean), bound_of(id));
    case Op::count: return kernel_.reduce(op, DType::i64, element_as(body, DType::boolean), bound_of(id));
    case Op::argmin:
    case Op::argmax: return position(id);
    case Op::logsumexp: return logsumexp(id);
    case Op::norm: return norm(id);
    case Op::variance: return variance(id);
    case Op::deviation: return kernel_.apply(Op::sqrt, dtype, {variance(id)});
    default: return kernel_.reduce(op, dtype, element_as(body, dtype), bound_of(id));  // prod, min, max
  }
}

/// Sums of truth are counted: exact, and by bits.
ExprId Importer::sum_of(NodeId id, DType dtype) {
  const NodeId body = graph_.operand(id, 0);
  const ExprId value = element(body);
  const Expr& expr = kernel_[value];
  if (expr.dtype == DType::boolean)
    return kernel_.cast(kernel_.reduce(Op::count, DType::i64, value, bound_of(id)), dtype);
  if (expr.kind == Kind::apply && expr.op == Op::cast && kernel_[expr.operands[0]].dtype == DType::boolean &&
      (dtype == DType::i64 || dtype == DType::f64))
    return kernel_.cast(kernel_.reduce(Op::count, DType::i64, expr.operands[0], bound_of(id)), dtype);
  return kernel_.reduce(Op::sum, dtype, kernel_.cast(value, dtype), bound_of(id));
}

ExprId Importer::mean(NodeId id) {
  const DType dtype = graph_.dtype(id);
  const ExprId points = kernel_.real(static_cast<double>(points_of(id)), dtype);
  return kernel_.apply(Op::divide, dtype, {sum_of(id, dtype), points});
}

/// The row-major position of the bound indices is the second operand.
ExprId Importer::position(NodeId id) {
  const std::vector<VarId> bound = bound_of(id);
  Affine at;
  std::int64_t stride = 1;
  for (std::size_t axis = bound.size(); axis-- > 0;) {
    at.add(bound[axis], stride);
    stride *= kernel_.extent(bound[axis]);
  }
  if (bound.empty()) return kernel_.integer(0, DType::i64);
  const ExprId body = element(graph_.operand(id, 0));
  return kernel_.add({.kind = Kind::reduce,
                      .op = graph_.op(id),
                      .dtype = DType::i64,
                      .operands = {body, kernel_.number(std::move(at))},
                      .bound = bound});
}

/// The largest (real part of the) body, NaN if one is.
ExprId Importer::largest_part(ExprId body, const std::vector<VarId>& bound) {
  const DType dtype = kernel_[body].dtype;
  const DType real = dsl::real_type(dtype);
  ExprId shift = body;
  if (dsl::is_complex(dtype))
    shift = kernel_.where(kernel_.apply(Op::isnan, DType::boolean, {body}),
                          kernel_.real(std::numeric_limits<double>::quiet_NaN(), real),
                          kernel_.apply(Op::real, real, {body}));
  return kernel_.reduce(Op::greatest, real, shift, bound);
}

/// shift + log(sum exp(x - shift)); an infinite or missing shift is the result.
ExprId Importer::logsumexp(NodeId id) {
  const DType dtype = graph_.dtype(id);
  const DType real = dsl::real_type(dtype);
  if (points_of(id) == 0) return kernel_.cast(kernel_.real(-std::numeric_limits<double>::infinity(), real), dtype);
  const ExprId shift = largest_part(element_as(graph_.operand(id, 0), dtype), bound_of(id));
  std::vector<VarId> bound;
  const ExprId body = kernel_.cast(twin_body(id, bound), dtype);
  const ExprId finite = kernel_.apply(Op::isfinite, DType::boolean, {shift});
  const ExprId wide_shift = kernel_.cast(shift, dtype);
  const ExprId shifted = kernel_.apply(Op::exp, dtype, {kernel_.apply(Op::subtract, dtype, {body, wide_shift})});
  const ExprId total = kernel_.reduce(Op::sum, dtype, shifted, bound);
  const ExprId log = kernel_.apply(Op::log, dtype, {total});
  return kernel_.where(finite, kernel_.apply(Op::add, dtype, {wide_shift, log}), wide_shift);
}

ExprId Importer::squared_magnitude(ExprId x) {
  const DType dtype = kernel_[x].dtype;
  if (!dsl::is_complex(dtype)) return kernel_.apply(Op::multiply, dtype, {x, x});
  const DType real = dsl::real_type(dtype);
  const ExprId re = kernel_.apply(Op::real, real, {x});
  const ExprId im = kernel_.apply(Op::imag, real, {x});
  return kernel_.apply(Op::add, real,
                       {kernel_.apply(Op::multiply, real, {re, re}), kernel_.apply(Op::multiply, real, {im, im})});
}

/// Plain while the sum of squares is far from both ends of the range; scaled by the largest magnitude otherwise.
ExprId Importer::norm(NodeId id) {
  const DType dtype = graph_.dtype(id);
  if (points_of(id) == 0) return kernel_.real(0, dtype);
  const NodeId operand = graph_.operand(id, 0);
  const DType in = dsl::is_complex(graph_.dtype(operand)) ? dsl::complex_type(dtype) : dtype;
  const ExprId squares = squared_magnitude(element_as(operand, in));
  const ExprId total = kernel_.reduce(Op::sum, dtype, squares, bound_of(id));
  const bool wide = dtype == DType::f64;
  const ExprId low = kernel_.apply(Op::less, DType::boolean, {kernel_.real(wide ? 1e-280 : 1e-28, dtype), total});
  const ExprId high = kernel_.apply(Op::less, DType::boolean, {total, kernel_.real(wide ? 1e300 : 1e36, dtype)});
  return kernel_.add({.kind = Kind::where,
                      .dtype = dtype,
                      .operands = {kernel_.apply(Op::logical_and, DType::boolean, {low, high}),
                                   kernel_.apply(Op::sqrt, dtype, {total}), norm_by_largest(id)},
                      .ints = {1}});  // rarely the second
}

ExprId Importer::norm_by_largest(NodeId id) {
  const DType dtype = graph_.dtype(id);
  const NodeId operand = graph_.operand(id, 0);
  const DType in = dsl::is_complex(graph_.dtype(operand)) ? dsl::complex_type(dtype) : dtype;
  const ExprId largest =
      kernel_.reduce(Op::greatest, dtype, kernel_.apply(Op::abs, dtype, {element_as(operand, in)}), bound_of(id));
  std::vector<VarId> bound;
  const ExprId body = kernel_.apply(Op::abs, dtype, {kernel_.cast(twin_body(id, bound), in)});
  const ExprId ratio = kernel_.apply(Op::divide, dtype, {body, largest});
  const ExprId total = kernel_.reduce(Op::sum, dtype, kernel_.apply(Op::multiply, dtype, {ratio, ratio}), bound);
  const ExprId scaled = kernel_.apply(Op::multiply, dtype, {largest, kernel_.apply(Op::sqrt, dtype, {total})});
  const ExprId positive = kernel_.apply(Op::less, DType::boolean, {kernel_.real(0, dtype), largest});
  const ExprId finite = kernel_.apply(Op::isfinite, DType::boolean, {largest});
  return kernel_.where(kernel_.apply(Op::logical_and, DType::boolean, {positive, finite}), scaled, largest);
}

/// Two passes: the mean first, then the squared distances from it.
ExprId Importer::variance(NodeId id) {
  const DType dtype = graph_.dtype(id);
  const NodeId operand = graph_.operand(id, 0);
  const DType in = dsl::is_complex(graph_.dtype(operand)) ? dsl::complex_type(dtype) : dtype;
  const std::int64_t points = points_of(id);
  const ExprId count = kernel_.cast(kernel_.real(static_cast<double>(points), dtype), in);
  const ExprId centre = kernel_.apply(Op::divide, in, {sum_of(id, in), count});
  std::vector<VarId> bound;
  const ExprId body = kernel_.cast(twin_body(id, bound), in);
  const ExprId off = kernel_.apply(Op::subtract, in, {body, centre});
  const ExprId total = kernel_.reduce(Op::sum, dtype, squared_magnitude(off), bound);
  const std::int64_t freedom = std::max<std::int64_t>(points - graph_.attribute(id, 0), 0);
  return kernel_.apply(Op::divide, dtype, {total, kernel_.real(static_cast<double>(freedom), dtype)});
}

}  // namespace ricci::runtime::fused
