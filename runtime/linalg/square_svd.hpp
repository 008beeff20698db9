/// The SVD of one square real matrix as LAPACK's gesdd finds it, except that the reflectors of the bidiagonal form are
/// applied by our own products over the pool.
#pragma once

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg {

/// Order from which blocks of reflectors repay their setting up.
inline constexpr std::int64_t least_square_svd = 64;

/// Column-major A [n,n], destroyed, into u [n,n], s [n] descending, vh [n,n]. 0, or what LAPACK's bdsdc says where it
/// does not converge. Finite input only. Same bits for any number of threads.
template <typename T>
int svd_of_square(std::int64_t n, const Held<T>& a, const Held<T>& s, const Held<T>& u, const Held<T>& vh);

}  // namespace ricci::runtime::linalg
