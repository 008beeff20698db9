/// How a product of two placed operands is looped over: which axes are one matrix product (or a product by a vector,
/// or of elements) and which number many of them. A function of extents, strides and type alone: never of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/contraction/loops.hpp"
#include "runtime/kernels/contraction/placed.hpp"

namespace ricci::runtime::contraction {

/// An index with its strides in the three tensors, 0 where it does not move one.
struct Axis {
  std::int64_t extent = 1;
  std::int64_t left = 0;
  std::int64_t right = 0;
  std::int64_t out = 0;
  std::uint32_t index = 0;  // in the contraction, for jumps
  bool left_jumps = false;
  bool right_jumps = false;

  bool moves_left() const { return left != 0 || left_jumps; }
  bool moves_right() const { return right != 0 || right_jumps; }
};

/// A product before it is planned: the result's axes in row-major order, and the summed ones. No extent is 0.
struct Product {
  DType dtype = DType::f64;
  std::vector<Axis> axes;
  std::vector<Axis> summed;
  std::vector<Jump> left_jumps, right_jumps;  // along axes only
};

enum class Form : std::uint8_t {
  times,    // products of elements: no sum
  dots,     // scalar products, both operands contiguous along the sum
  lanes,    // scalar products side by side: all three tensors contiguous along the columns
  product,  // small or integer matrix products, our own loops
  gemm,     // BLAS
};

/// Two axes of a matrix, flattened: element (i,j) at i * row + j * column.
struct Matrix {
  std::int64_t row = 0;
  std::int64_t column = 0;
  bool packed = false;  // copied first, into row-major order (the result: computed so, then moved)
};

struct Plan {
  Form form = Form::times;
  bool swapped = false;  // `left` below is the right operand
  std::vector<Axis> outer, rows, columns, summed;
  std::int64_t entries = 1, m = 1, n = 1, k = 1;  // extents of the four groups
  Matrix left, right, out;                        // [m,k], [k,n], [m,n]
  std::vector<Jump> left_jumps, right_jumps;      // indices are positions in `outer`

  /// Whether an operand is copied once, before all entries.
  bool shares_left() const;
  bool shares_right() const;
};

/// `own_products`: large products of floating types run in our own loops, not in BLAS.
Plan plan_product(Product product, bool own_products = has_wide_vectors());

/// By which plans of one product are ranked.
double cost_of(const Plan& plan, DType dtype);

/// What a plan takes on one core, in nanoseconds, while its operands lie in a cache: measured on a machine with 512-bit
/// vectors. Beside kernels of other kinds.
double expected_of(const Plan& plan, DType dtype);

/// Bytes of packed operands and results in flight, for `workers` threads.
std::int64_t workspace_of(const Plan& plan, DType dtype, int workers);

}  // namespace ricci::runtime::contraction
