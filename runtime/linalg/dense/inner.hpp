/// The parts of dense factorisations that are no products: at most eight rows of a triangle at a time, at most eight
/// columns of a panel, exchanges of rows. Compiled once for each instruction set and chosen when the process starts.
#pragma once

#include <complex>
#include <cstdint>

#include "runtime/kernels/contraction/loops.hpp"

namespace ricci::runtime::linalg::dense {

/// Rows of a triangle, columns of a panel.
inline constexpr int inner_order = 8;

/// Whether a triangle's element (i,j) is used for j < i or for j > i, and whether its diagonal counts as ones.
struct TriangleKind {
  bool lower = true;
  bool unit = false;
};

template <typename T>
struct Inner {
  /// X [order,r] = t^-1 X, order at most inner_order; rows of X stand x_row apart.
  void (*substitute)(TriangleKind kind, int order, std::int64_t r, contraction::Rows<T> t, T* x, std::int64_t x_row);
  /// P A = L U of A [m,width], m >= width, width at most inner_order. Row k was exchanged with row pivots[k], counted
  /// from 0. Returns the number, from 1, of the first column whose pivot is exactly zero, or 0; the others are done.
  int (*factor_panel)(std::int64_t m, int width, T* a, std::int64_t a_row, std::int32_t* pivots, T* work);
  /// Rows k and pivots[k] change places, for k from `first` to below `last`, in `cols` columns of A.
  void (*exchange)(const std::int32_t* pivots, std::int64_t first, std::int64_t last, T* a, std::int64_t a_row,
                   std::int64_t cols);
};

/// Elements of T that factor_panel works in.
inline std::int64_t panel_workspace(std::int64_t m) { return inner_order * (m + 16); }

template <typename T>
const Inner<T>& inner();

/// The sets that this machine can run, best first, null past the end: for tests.
template <typename T>
const Inner<T>* inner_of_set(int which);

}  // namespace ricci::runtime::linalg::dense
