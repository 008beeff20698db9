/// A = Q R by Householder reflectors. Real types by halves, so that nearly all of the work is in our own products over
/// the pool; complex ones as LAPACK does it.
#pragma once

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg::dense {

/// Column-major A [m,n] without gaps becomes R on and above the diagonal, reflectors below it, their tau [min(m,n)].
/// Finite input in the range where squares are safe. Same bits for any number of threads.
template <typename T>
void factor_qr(std::int64_t m, std::int64_t n, const Held<T>& a, const Held<T>& tau);

/// Row-major Q [m,k], k = min(m,n), from what factor_qr left in A, which may be destroyed.
template <typename T>
void form_q(std::int64_t m, std::int64_t k, const Held<T>& a, const Held<T>& tau, T* q);

}  // namespace ricci::runtime::linalg::dense
