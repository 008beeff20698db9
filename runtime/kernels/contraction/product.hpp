/// Runs a planned product: the outer loops over the pool, packing, and the block products inside.
#pragma once

#include "runtime/kernels/contraction/plan.hpp"

namespace ricci::runtime::contraction {

/// The two operands where their first element stands (before jumps), the result's first element, and the factor.
struct Operands {
  const std::byte* left = nullptr;
  const std::byte* right = nullptr;
  std::byte* out = nullptr;
  bool left_conjugated = false;
  bool right_conjugated = false;
  Scale scale;
};

/// Overwrites every element of the result. The same bits for any number of threads.
void run_product(const Plan& plan, DType dtype, const Operands& operands);

}  // namespace ricci::runtime::contraction
