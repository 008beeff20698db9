/// One product of two matrices in memory, cut into blocks over the pool. Cuts depend on extents alone; a long sum is
/// cut too, and its parts are added in pairs, so that float sums do not stagnate.
#pragma once

#include "runtime/kernels/contraction/loops.hpp"
#include "runtime/kernels/contraction/plan.hpp"

namespace ricci::runtime::contraction {

/// What is known of a square result before it is computed: nothing, or that its upper half is the lower one's image.
enum class Halves : std::uint8_t { apart, equal, conjugate };

/// The matrices of one entry; T as in loops(). right.row and right.column are the strides of r [k,n] (dots: right.row
/// is the stride from dot to dot).
template <typename T>
struct Block {
  Form form = Form::product;
  std::int64_t m = 1, n = 1, k = 1;
  Rows<T> left, right;
  T* out = nullptr;
  std::int64_t out_row = 0;
  Halves halves = Halves::apart;  // a matrix by its own transpose: half of the work
};

template <typename T>
void run_block(const Block<T>& block);

}  // namespace ricci::runtime::contraction
