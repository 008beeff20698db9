/// A product of Householder reflectors, as LAPACK leaves one, applied to a matrix: block by block as products with our
/// own loops, tile by tile over the pool.
#pragma once

#include <cstdint>

namespace ricci::runtime::linalg::dense {

/// Q = H_0 H_1 ... with H_i = 1 - tau_i v_i v_i^T of order `order`; v_i is zero before element first + i and one there.
/// Its later elements e stand at data[i * reflector + e * element]. Real T.
template <typename T>
struct Reflectors {
  std::int64_t order = 0, count = 0, first = 0;
  const T* data = nullptr;
  std::int64_t reflector = 0, element = 0;
  const T* tau = nullptr;
};

/// X [order,r] := Q X, row-major with rows ldx apart.
template <typename T>
void apply_left(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx);

/// X [r,order] := X Q^T
template <typename T>
void apply_right(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx);

/// X [r,order] := X Q
template <typename T>
void undo_right(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx);

/// X [order,k], row-major with rows ldx apart: the first k columns of Q, whose `first` is 0; k at least its count.
template <typename T>
void form_columns(const Reflectors<T>& q, std::int64_t k, T* x, std::int64_t ldx);

}  // namespace ricci::runtime::linalg::dense
