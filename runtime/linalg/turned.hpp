/// Row-major copies of a matrix turned.
#pragma once

#include <cstdint>

#include "runtime/linalg/blas.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime::linalg {

template <typename T>
void transpose_copy(std::int64_t rows, std::int64_t cols, const T* from, T* to) {
  copy_strided(reinterpret_cast<const std::byte*>(from), {1, cols}, reinterpret_cast<std::byte*>(to), {cols, rows},
               sizeof(T));
}

template <typename T>
void adjoint_copy(std::int64_t rows, std::int64_t cols, const T* from, T* to) {
  transpose_copy(rows, cols, from, to);
  if constexpr (is_complex_scalar<T>)
    for (std::int64_t at = 0; at < rows * cols; ++at) to[at] = conjugate(to[at]);
}

}  // namespace ricci::runtime::linalg
