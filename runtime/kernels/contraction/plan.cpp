/// Candidates are few: each group of rows or columns is taken whole, or one axis of it with the others as outer loops.
/// The cost decides between them.
#include "runtime/kernels/contraction/plan.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ricci::runtime::contraction {
namespace {

using Stride = std::int64_t Axis::*;

std::int64_t count(const std::vector<Axis>& axes) {
  std::int64_t out = 1;
  for (const Axis& axis : axes) out *= axis.extent;
  return out;
}

bool jumps(const Axis& axis) { return axis.left_jumps || axis.right_jumps; }

/// Drops axes of extent 1 and makes neighbours that all three tensors hold as one longer axis one.
std::vector<Axis> merged(const std::vector<Axis>& axes) {
  std::vector<Axis> out;
  for (const Axis& axis : axes) {
    if (axis.extent == 1 && !jumps(axis)) continue;
    if (!out.empty() && !jumps(axis) && !jumps(out.back()) && out.back().left == axis.left * axis.extent &&
        out.back().right == axis.right * axis.extent && out.back().out == axis.out * axis.extent) {
      const std::int64_t extent = out.back().extent * axis.extent;
      out.back() = axis;
      out.back().extent = extent;
      continue;
    }
    out.push_back(axis);
  }
  return out;
}

/// The one stride of axes that a tensor holds as one longer axis.
std::optional<std::int64_t> collapsed(const std::vector<Axis>& axes, Stride stride) {
  for (std::size_t at = 1; at < axes.size(); ++at)
    if (axes[at - 1].*stride != axes[at].*stride * axes[at].extent) return std::nullopt;
  return axes.empty() ? 0 : axes.back().*stride;
}

/// Of the orders of the summed axes, the first in which most operands are collapsed.
std::vector<Axis> ordered_sum(std::vector<Axis> summed) {
  std::vector<Axis> best;
  int most = -1;
  for (Stride stride : {&Axis::left, &Axis::right}) {
    std::vector<Axis> order = summed;
    std::ranges::stable_sort(order, [&](const Axis& a, const Axis& b) { return a.*stride > b.*stride; });
    order = merged(order);
    const int whole = (collapsed(order, &Axis::left) ? 1 : 0) + (collapsed(order, &Axis::right) ? 1 : 0);
    if (whole > most) {
      most = whole;
      best = std::move(order);
    }
  }
  return best;
}

void swap_operands(Plan& plan) {
  plan.swapped = !plan.swapped;
  std::swap(plan.rows, plan.columns);
  std::swap(plan.left_jumps, plan.right_jumps);
  for (auto* axes : {&plan.outer, &plan.rows, &plan.columns, &plan.summed})
    for (Axis& axis : *axes) {
      std::swap(axis.left, axis.right);
      std::swap(axis.left_jumps, axis.right_jumps);
    }
}

Matrix matrix_of(const std::vector<Axis>& rows, const std::vector<Axis>& columns, Stride stride) {
  const auto row = collapsed(rows, stride), column = collapsed(columns, stride);
  if (!row || !column) return {count(columns), 1, true};
  return {*row, *column, false};
}

void pack(Matrix& matrix, std::int64_t columns) { matrix = {columns, 1, true}; }

/// Whether BLAS takes the matrix as it lies, as it is or as its transpose.
bool fits_blas(const Matrix& matrix, std::int64_t rows, std::int64_t columns) {
  if (matrix.column == 1 || columns == 1) return matrix.row >= columns || rows == 1;
  return (matrix.row == 1 || rows == 1) && matrix.column >= rows;
}

bool is_small(const Plan& plan) { return (plan.m <= 16 && plan.n <= 16) || plan.m * plan.n * plan.k <= 8192; }

void measure(Plan& plan) {
  plan.entries = count(plan.outer);
  plan.m = count(plan.rows);
  plan.n = count(plan.columns);
  plan.k = count(plan.summed);
  plan.left = matrix_of(plan.rows, plan.summed, &Axis::left);
  plan.right = matrix_of(plan.summed, plan.columns, &Axis::right);
  plan.out = matrix_of(plan.rows, plan.columns, &Axis::out);
}

/// A matrix by a vector: scalar products where the matrix is contiguous along the sum, else a product of one row.
void finish_matrix_by_vector(Plan& plan) {
  if (plan.n > 1) {
    swap_operands(plan);
    measure(plan);
  }
  if (!plan.left.packed && plan.left.column == 1) {
    plan.form = Form::dots;
    if (plan.right.row != 1) pack(plan.right, 1);
    return;
  }
  swap_operands(plan);
  measure(plan);
  plan.form = Form::product;
  if (plan.right.column != 1) pack(plan.right, plan.n);
  if (plan.out.column != 1) pack(plan.out, plan.n);
}

/// Matrix products: the result's columns become contiguous, by exchanging the operands or through a copy.
void finish_matrices(Plan& plan, DType dtype, bool own_products) {
  measure(plan);
  if (plan.m == 1 || plan.n == 1) return finish_matrix_by_vector(plan);
  if (!plan.out.packed && plan.out.column != 1 && plan.out.row == 1) {
    swap_operands(plan);
    measure(plan);
  }
  if (plan.out.column != 1) pack(plan.out, plan.n);
  plan.form = dsl::is_integer(dtype) || is_small(plan) || own_products ? Form::product : Form::gemm;
  if (plan.form == Form::product) {
    if (plan.right.column != 1 && is_small(plan)) pack(plan.right, plan.n);  // large ones are packed by panels
    if (plan.left.column != 1 && plan.n >= 128 && plan.m * plan.k > (1 << 14)) pack(plan.left, plan.k);
    return;
  }
  if (!fits_blas(plan.left, plan.m, plan.k)) pack(plan.left, plan.k);
  if (!fits_blas(plan.right, plan.k, plan.n)) pack(plan.right, plan.n);
  if (plan.out.row < plan.n) pack(plan.out, plan.n);
}

/// Scalar products: contiguous along an axis of the result if all three tensors are, else along the sum.
void finish_vectors(Plan& plan) {
  const auto lane = std::ranges::find_if(plan.outer, [](const Axis& axis) {
    return !jumps(axis) && axis.extent >= 8 && axis.left == 1 && axis.right == 1 && axis.out == 1;
  });
  const auto take = [&](std::vector<Axis>::iterator axis, std::vector<Axis>& group) {
    group.push_back(*axis);
    plan.outer.erase(axis);
  };
  const auto left = collapsed(plan.summed, &Axis::left), right = collapsed(plan.summed, &Axis::right);
  if (lane != plan.outer.end() && left && right) {
    take(lane, plan.columns);
    measure(plan);
    plan.form = Form::lanes;
    plan.left = {*left, 1, false};
    plan.right = {*right, 1, false};
    return;
  }
  const bool straight = left && right && *left == 1 && *right == 1;
  if (straight && !plan.outer.empty() && !jumps(plan.outer.back())) take(plan.outer.end() - 1, plan.rows);
  measure(plan);
  plan.form = Form::dots;
  if (!left || *left != 1) pack(plan.left, plan.k);
  if (!right || *right != 1) pack(plan.right, 1);
  if (straight && !plan.rows.empty()) plan.right.column = plan.rows[0].right;  // the stride from dot to dot
  plan.out = {plan.rows.empty() ? 0 : plan.rows[0].out, 1, false};
}

void finish_times(Plan& plan) {
  if (!plan.outer.empty() && !jumps(plan.outer.back())) {
    plan.columns.push_back(plan.outer.back());
    plan.outer.pop_back();
  }
  measure(plan);
  plan.form = Form::times;
  const Axis column = plan.columns.empty() ? Axis{} : plan.columns[0];
  plan.left = {0, column.left, false};
  plan.right = {0, column.right, false};
  plan.out = {0, 1, false};
}

/// Entries whose packed operand stays the same follow each other.
void order_outer(Plan& plan) {
  if (plan.right.packed) std::ranges::stable_partition(plan.outer, [](const Axis& axis) { return axis.moves_right(); });
  if (plan.left.packed) std::ranges::stable_partition(plan.outer, [](const Axis& axis) { return axis.moves_left(); });
}

void place_jumps(Plan& plan) {
  for (auto* all : {&plan.left_jumps, &plan.right_jumps})
    for (Jump& jump : *all)
      for (std::uint32_t& index : jump.indices) {
        const auto axis =
            std::ranges::find_if(plan.outer, [&](const Axis& own) { return own.index == index && jumps(own); });
        index = static_cast<std::uint32_t>(axis - plan.outer.begin());
      }
}

/// `whole` groups are all rows (columns); otherwise one of their axes is, and the others are outer loops.
Plan candidate(const Product& product, const std::vector<Axis>& axes, int row, int column, bool own_products) {
  Plan plan;
  plan.left_jumps = product.left_jumps;
  plan.right_jumps = product.right_jumps;
  plan.summed = product.summed;
  int rows = 0, columns = 0;
  for (const Axis& axis : axes) {
    const bool left = axis.moves_left(), right = axis.moves_right();
    if (left == right || jumps(axis))
      plan.outer.push_back(axis);
    else if (left)
      (row < 0 || row == rows++ ? plan.rows : plan.outer).push_back(axis);
    else
      (column < 0 || column == columns++ ? plan.columns : plan.outer).push_back(axis);
  }
  if (plan.summed.empty()) {
    plan.outer = axes;
    plan.rows.clear();
    plan.columns.clear();
    finish_times(plan);
  } else if (plan.rows.empty() && plan.columns.empty()) {
    finish_vectors(plan);
  } else {
    finish_matrices(plan, product.dtype, own_products);
  }
  order_outer(plan);
  place_jumps(plan);
  return plan;
}

}  // namespace

bool Plan::shares_left() const {
  return left.packed && std::ranges::none_of(outer, [](const Axis& axis) { return axis.moves_left(); });
}
bool Plan::shares_right() const {
  return right.packed && std::ranges::none_of(outer, [](const Axis& axis) { return axis.moves_right(); });
}

Plan plan_product(Product product, bool own_products) {
  product.summed = ordered_sum(std::move(product.summed));
  const std::vector<Axis> axes = merged(product.axes);
  int rows = 0, columns = 0;
  for (const Axis& axis : axes) {
    if (axis.moves_left() == axis.moves_right() || jumps(axis)) continue;
    ++(axis.moves_left() ? rows : columns);
  }
  std::optional<Plan> best;
  double least = 0;
  for (int row = -1; row < (rows > 1 ? rows : 0); ++row)
    for (int column = -1; column < (columns > 1 ? columns : 0); ++column) {
      Plan plan = candidate(product, axes, row, column, own_products);
      const double cost = cost_of(plan, product.dtype);
      if (best && cost >= least) continue;
      best = std::move(plan);
      least = cost;
    }
  return std::move(*best);
}

}  // namespace ricci::runtime::contraction
