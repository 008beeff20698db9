/// Thin QR of one tall matrix, row-major: CholeskyQR2 over row tiles where its guard allows, Householder elsewhere.
/// CholeskyQR2 (Fukaya, Nakatsukasa, Yanagisawa, Yamamoto 2014) loses orthogonality as eps * cond^2 in its first sweep
/// and regains it in the second: it needs cond(A) well below 1/sqrt(eps), which the first R tells.
#pragma once

#include <cstdint>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/triangle.hpp"

namespace ricci::runtime::linalg {

/// A = Q R with R = `second` `first`: A [p,k] in place becomes A first^-1, which is Q second. So Q itself, orthonormal
/// to rounding, costs no sweep of its own: Q^H b = second^-H (A first^-1)^H b. r and second [k,k] upper, zeros below.
/// `rcond`: of first in the 1-norm. False: not well enough conditioned; then A is spoiled. Tiles follow the shape
/// alone.
template <typename T>
bool cholesky_qr(std::int64_t p, std::int64_t k, T* a, T* r, T* second, double& rcond);

/// x [k,sides] of least |A x - b|, as by cholesky_qr, in two sweeps over A that store nothing as long as A. b
/// [p,sides], all row-major without gaps. False: not well enough conditioned, or entries so large or small that their
/// squares are not to be relied on.
template <typename T>
bool solve_by_cholesky_qr(std::int64_t p, std::int64_t k, std::int64_t sides, const T* a, const T* b, T* x,
                          double& rcond);

/// Right-hand sides that go through triangles and products together.
inline constexpr std::int64_t sides_together = 128;

/// Whether the shape is worth trying cholesky_qr.
bool cholesky_qr_pays(std::int64_t p, std::int64_t k);

/// A [p,k] given column-major, destroyed; Q [p,k] and R [k,k] row-major. Returns rcond of R in the 1-norm.
template <typename T>
double householder_qr(std::int64_t p, std::int64_t k, const Held<T>& column_major, T* q, T* r);

/// A [p,k] := A t^-1, given the transpose of t (a triangle of that kind): rows go through blocks turned in cache.
template <typename T>
void divide_rows(std::int64_t p, std::int64_t k, T* a, dense::TriangleKind kind, dense::View<T> transposed);

/// C [k,r] = Q^H B (B [p,r] with row stride ldb, or its transpose when `rows`), by row tiles where p is large.
template <typename T>
void project(std::int64_t p, std::int64_t k, std::int64_t r, const T* q, const T* b, std::int64_t ldb, bool rows, T* c);

}  // namespace ricci::runtime::linalg
