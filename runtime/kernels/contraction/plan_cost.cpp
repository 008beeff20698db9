/// What a plan costs, in time and memory. The figures were fitted on one machine; only their ratios decide anything.
#include <algorithm>
#include <cmath>

#include "runtime/kernels/contraction/plan.hpp"

namespace ricci::runtime::contraction {
namespace {

std::int64_t entries_moving(const Plan& plan, bool left) {
  std::int64_t out = 1;
  for (const Axis& axis : plan.outer)
    if (left ? axis.moves_left() : axis.moves_right()) out *= axis.extent;
  return out;
}

/// Of the copies that a plan makes first, and of the result that it moves.
double packing_of(const Plan& plan, DType dtype) {
  const double each = 0.12 * static_cast<double>(dsl::bytes_of(dtype));  // nanoseconds an element
  const auto m = static_cast<double>(plan.m), n = static_cast<double>(plan.n), k = static_cast<double>(plan.k);
  double out = 0;
  if (plan.left.packed) out += each * m * k * static_cast<double>(entries_moving(plan, true));
  if (plan.right.packed) out += each * k * n * static_cast<double>(entries_moving(plan, false));
  if (plan.out.packed) out += each * m * n * static_cast<double>(plan.entries);
  return out;
}

/// How many numbers a vector of the machine holds.
double lanes_of(DType dtype) {
  return (has_wide_vectors() ? 64.0 : 32.0) / static_cast<double>(dsl::bytes_of(dsl::real_type(dtype)));
}

}  // namespace

double expected_of(const Plan& plan, DType dtype) {
  const auto m = static_cast<double>(plan.m), n = static_cast<double>(plan.n), k = static_cast<double>(plan.k);
  const double arithmetic = dsl::is_complex(dtype) ? 4 : 1;
  const double lanes = lanes_of(dtype);
  const double fastest = (dsl::is_integer(dtype) ? 10 : 15) * lanes;  // flops a nanosecond
  const double flops = arithmetic * 2 * m * n * k;
  double each = 0;  // of one entry
  switch (plan.form) {
    case Form::times: {
      const bool straight = std::max(std::abs(plan.left.column), std::abs(plan.right.column)) <= 1;
      each = 15 + arithmetic * n * (straight ? 0.64 / lanes : 1.0);
      break;
    }
    case Form::dots: each = m * (8 + flops / m / (fastest / 2)); break;
    case Form::lanes: each = 15 + flops / (fastest / 2); break;
    case Form::product:
    case Form::gemm: {
      const double full = n / (std::ceil(n / lanes) * lanes);
      each = (plan.form == Form::gemm ? 100 : 15) + flops / (fastest * full * m / (m + 1.5) * k / (k + 6));
      break;
    }
  }
  return static_cast<double>(plan.entries) * each + packing_of(plan, dtype);
}

double cost_of(const Plan& plan, DType dtype) {
  const auto m = static_cast<double>(plan.m), n = static_cast<double>(plan.n), k = static_cast<double>(plan.k);
  const auto entries = static_cast<double>(plan.entries);
  const double arithmetic = dsl::is_complex(dtype) ? 4 : 1;
  const double width = dsl::real_type(dtype) == DType::f32 ? 2 : 1;
  // Flops a nanosecond at large sizes.
  const double whole = dsl::is_integer(dtype) ? (has_wide_vectors() ? 80 : 8) : (has_wide_vectors() ? 100 : 50) * width;
  const double share = plan.form == Form::gemm || plan.form == Form::product ? m / (m + 4) * n / (n + 12) * k / (k + 8)
                                                                             : 0.1;  // bound by memory
  const double start = plan.form == Form::gemm ? 100 : 15;
  return entries * (start + arithmetic * 2 * m * n * k / (whole * share)) + packing_of(plan, dtype);
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
