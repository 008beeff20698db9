/// X = T^-1 X for a triangle of any size, by halves: the work is in products, and an eighth of rows at a time at the
/// end.
#pragma once

#include "runtime/linalg/dense/inner.hpp"
#include "runtime/linalg/dense/products.hpp"

namespace ricci::runtime::linalg::dense {

/// X [n,r] with rows ldx apart. A zero on the diagonal gives infinities and NaN, as a division does.
template <typename T>
void solve_triangle(TriangleKind kind, std::int64_t n, std::int64_t r, View<T> t, T* x, std::int64_t ldx) {
  if (n <= inner_order) return inner<T>().substitute(kind, static_cast<int>(n), r, t, x, ldx);
  const std::int64_t half = (n / 2 + inner_order - 1) / inner_order * inner_order, rest = n - half;
  T* const below = x + half * ldx;
  if (kind.lower) {
    solve_triangle(kind, half, r, t, x, ldx);
    subtract_product(rest, r, half, part(t, half, 0), rows_of<T>(x, ldx), below, ldx);
    solve_triangle(kind, rest, r, part(t, half, half), below, ldx);
  } else {
    solve_triangle(kind, rest, r, part(t, half, half), below, ldx);
    subtract_product(half, r, rest, part(t, 0, half), rows_of<T>(below, ldx), x, ldx);
    solve_triangle(kind, half, r, t, x, ldx);
  }
}

}  // namespace ricci::runtime::linalg::dense
