/// What a plan costs, in time and memory. The figures were fitted on one machine; only their ratios decide anything.
#include <algorithm>

#include "runtime/kernels/contraction/plan.hpp"

namespace ricci::runtime::contraction {
namespace {

std::int64_t entries_moving(const Plan& plan, bool left) {
  std::int64_t out = 1;
  for (const Axis& axis : plan.outer)
    if (left ? axis.moves_left() : axis.moves_right()) out *= axis.extent;
  return out;
}

}  // namespace

double cost_of(const Plan& plan, DType dtype) {
  const auto m = static_cast<double>(plan.m), n = static_cast<double>(plan.n), k = static_cast<double>(plan.k);
  const auto entries = static_cast<double>(plan.entries);
  const double bytes = static_cast<double>(dsl::bytes_of(dtype));
  const double arithmetic = dsl::is_complex(dtype) ? 4 : 1;
  const double width = dsl::real_type(dtype) == DType::f32 ? 2 : 1;
  // Flops a nanosecond at large sizes.
  const double whole = dsl::is_integer(dtype) ? (has_wide_vectors() ? 80 : 8) : (has_wide_vectors() ? 100 : 50) * width;
  const double share = plan.form == Form::gemm || plan.form == Form::product ? m / (m + 4) * n / (n + 12) * k / (k + 8)
                                                                             : 0.1;  // bound by memory
  const double start = plan.form == Form::gemm ? 100 : 15;
  const double packing = 0.12 * bytes;  // nanoseconds an element
  double cost = entries * (start + arithmetic * 2 * m * n * k / (whole * share));
  if (plan.left.packed) cost += packing * m * k * static_cast<double>(entries_moving(plan, true));
  if (plan.right.packed) cost += packing * k * n * static_cast<double>(entries_moving(plan, false));
  if (plan.out.packed) cost += packing * m * n * entries;
  return cost;
}

std::int64_t workspace_of(const Plan& plan, DType dtype, int workers) {
  const auto in_flight = [&](bool shared) { return shared ? 1 : std::min<std::int64_t>(plan.entries, workers); };
  std::int64_t elements = 0;
  if (plan.left.packed) elements += plan.m * plan.k * in_flight(plan.shares_left());
  if (plan.right.packed) elements += plan.k * plan.n * in_flight(plan.shares_right());
  if (plan.out.packed) elements += plan.m * plan.n * in_flight(false);
  return elements * static_cast<std::int64_t>(dsl::bytes_of(dtype));
}

}  // namespace ricci::runtime::contraction
