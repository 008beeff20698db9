/// Products of matrices that lie within larger ones. On 512-bit vectors our own loops take operands where they stand,
/// at twice the speed of the packaged BLAS; elsewhere large products go to BLAS.
#pragma once

#include <cstdint>

#include "runtime/kernels/contraction/loops.hpp"

namespace ricci::runtime::linalg::dense {

/// A matrix in memory, strides in elements. On the right of a product its columns stand side by side (column == 1).
template <typename T>
using View = contraction::Rows<T>;

template <typename T>
View<T> rows_of(const T* data, std::int64_t ld) {
  return {data, ld, 1, false};
}
template <typename T>
View<T> adjoint_of(const T* data, std::int64_t ld) {
  return {data, 1, ld, true};
}
/// From element (row, col) on.
template <typename T>
View<T> part(View<T> whole, std::int64_t row, std::int64_t col) {
  whole.data += row * whole.row + col * whole.column;
  return whole;
}

/// C [m,n] -= L [m,k] R [k,n]
template <typename T>
void subtract_product(std::int64_t m, std::int64_t n, std::int64_t k, View<T> l, View<T> r, T* c, std::int64_t ldc);

/// C [m,n] = L [m,k] R [k,n]
template <typename T>
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, View<T> l, View<T> r, T* c, std::int64_t ldc);

/// C [m,n] = A [m,k] B [k,n], all three without gaps, in blocks of rows over the pool.
template <typename T>
void multiply_shared(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b, T* c);

}  // namespace ricci::runtime::linalg::dense
