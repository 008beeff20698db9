/// Matrices that are a diagonal plus a product of low rank, A = diag(d) + U V^T: solutions and determinants in O(n q^2)
/// by the formulas of Sherman, Morrison and Woodbury; with q = 0 they are divisions by the diagonal.
/// The formulas are not backward stable by themselves (Yip, 1986): they lose what a small d cancels. So every solution
/// is held to its residual, once refined, and every determinant to the condition of its small factor; an entry of the
/// batch that does not pass is formed and factored as any other matrix.
#pragma once

#include "runtime/linalg/report.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

struct DiagonalPlusLowRank {
  Tensor d;     // [..., n]
  Tensor u, v;  // [..., n, q]; v is not conjugated
};

/// b [..., n] (vectors) or [..., n, r]; all of one inexact dtype, all with the same batch axes. In each column the
/// largest element of |b - A x| stays under (n + q + 16) eps times that of |d| |x| + |U| |V|^T |x| + |b|, as an LU's
/// does. Singular and non-finite entries as with linalg::solve.
Tensor solve_low_rank(const DiagonalPlusLowRank& a, const Tensor& b, bool vectors, Report* report = nullptr);

/// det A, or log |det A|: one number for each entry of the batch.
Tensor det_low_rank(const DiagonalPlusLowRank& a, bool log);

}  // namespace ricci::runtime::linalg
