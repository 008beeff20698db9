/// The symmetric part of a matrix W as F diag(s) F' with s of +1 and -1, so that x' W x is a signed sum of squares of
/// F' x.
#pragma once

#include <cstdint>
#include <vector>

namespace ricci::runtime::distances {

struct Factor {
  bool usable = true;           // false: W holds NaN or an infinity
  std::int64_t depth = 0;       // rows of F
  std::int64_t rank = 0;        // columns
  std::int64_t positive = 0;    // the first so many columns count +1, the others -1
  std::vector<double> columns;  // F [depth, rank], row-major
};

/// W [depth, depth], row-major. F is of Cholesky's where W is positive semidefinite (of fewer columns where singular),
/// else of eigenvectors. Backward error: depth * epsilon of sqrt(W_kk W_ll) in each element, whatever W's scales.
Factor factor_matrix(const double* w, std::int64_t depth);
/// W = diag(w): F has one number a column.
Factor factor_diagonal(const double* w, std::int64_t depth);

}  // namespace ricci::runtime::distances
