/// Factorisations by elimination and reflection, as the textbooks write them: G. H. Golub, C. F. Van Loan, Matrix
/// Computations, 4th edition (GVL below). One matrix at a time, any real or complex scalar, no blocking, no LAPACK;
/// but pivots and signs are chosen as LAPACK does, so that lu and qr are the same matrices up to rounding.
#pragma once

#include <algorithm>
#include <optional>

#include "runtime/kernels/reference/matrix.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::reference {

/// L below the diagonal (ones on it not stored), U on and above, of the rows of A in this order.
template <InexactScalar T>
struct PackedLu {
  Matrix<T> a;
  std::vector<std::int64_t> order;  // row k of P^T A is row order[k] of A
  bool odd = false;                 // the permutation
  bool singular = false;            // an exact zero pivot
};

/// |Re| + |Im|: what LAPACK compares pivots by.
template <InexactScalar T>
Part<T> pivot_size(T x) {
  if constexpr (ComplexScalar<T>)
    return std::abs(x.real()) + std::abs(x.imag());
  else
    return std::abs(x);
}

template <InexactScalar T>
std::int64_t pivot_row(const Matrix<T>& a, std::int64_t column) {
  std::int64_t best = column;
  for (std::int64_t i = column + 1; i < a.rows; ++i)
    if (pivot_size(a(i, column)) > pivot_size(a(best, column))) best = i;
  return best;
}

/// Gaussian elimination with partial pivoting, outer product form (GVL algorithm 3.4.1), rows and columns any number.
template <InexactScalar T>
PackedLu<T> packed_lu(Matrix<T> a) {
  PackedLu<T> out;
  for (std::int64_t i = 0; i < a.rows; ++i) out.order.push_back(i);
  for (std::int64_t k = 0; k < std::min(a.rows, a.cols); ++k) {
    check_interrupt();
    const std::int64_t pivot = pivot_row(a, k);
    if (pivot != k) {
      a.swap_rows(pivot, k);
      std::swap(out.order[static_cast<std::size_t>(pivot)], out.order[static_cast<std::size_t>(k)]);
      out.odd = !out.odd;
    }
    if (a(k, k) == T{0}) {
      out.singular = true;
      continue;
    }
    for (std::int64_t i = k + 1; i < a.rows; ++i) {
      a(i, k) = divide(a(i, k), a(k, k));
      for (std::int64_t j = k + 1; j < a.cols; ++j) a(i, j) -= multiply(a(i, k), a(k, j));
    }
  }
  out.a = std::move(a);
  return out;
}

template <InexactScalar T>
struct Lu {
  Matrix<T> P, L, U;  // A = P @ L @ U
};

template <InexactScalar T>
Lu<T> lu(const Matrix<T>& a) {
  const PackedLu<T> packed = packed_lu(a);
  const std::int64_t rank = std::min(a.rows, a.cols);
  Lu<T> out{Matrix<T>(a.rows, a.rows), Matrix<T>::leading_identity(a.rows, rank), Matrix<T>(rank, a.cols)};
  for (std::int64_t k = 0; k < a.rows; ++k) out.P(packed.order[static_cast<std::size_t>(k)], k) = T{1};
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) {
      if (j < i && j < rank) out.L(i, j) = packed.a(i, j);
      if (j >= i && i < rank) out.U(i, j) = packed.a(i, j);
    }
  return out;
}

/// The X of A X = B by forward and back substitution (GVL 3.1); nothing where a pivot is exactly zero.
template <InexactScalar T>
std::optional<Matrix<T>> solve(const Matrix<T>& a, const Matrix<T>& b) {
  const PackedLu<T> lu = packed_lu(a);
  if (lu.singular) return std::nullopt;
  Matrix<T> x(b.rows, b.cols);
  for (std::int64_t r = 0; r < b.cols; ++r) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      x(i, r) = b(lu.order[static_cast<std::size_t>(i)], r);
      for (std::int64_t j = 0; j < i; ++j) x(i, r) -= multiply(lu.a(i, j), x(j, r));
    }
    for (std::int64_t i = a.rows; i-- > 0;) {
      for (std::int64_t j = i + 1; j < a.rows; ++j) x(i, r) -= multiply(lu.a(i, j), x(j, r));
      x(i, r) = divide(x(i, r), lu.a(i, i));
    }
  }
  return x;
}

template <InexactScalar T>
std::optional<Matrix<T>> inverse(const Matrix<T>& a) {
  return solve(a, Matrix<T>::identity(a.rows));
}

/// The binary exponent of the larger part; not for 0.
template <InexactScalar T>
int exponent_of(T x) {
  if constexpr (ComplexScalar<T>)
    return std::ilogb(std::max(std::abs(x.real()), std::abs(x.imag())));
  else
    return std::ilogb(x);
}
/// x * 2^exponent
template <InexactScalar T>
T scaled(T x, int exponent) {
  if constexpr (ComplexScalar<T>)
    return {std::scalbn(x.real(), exponent), std::scalbn(x.imag(), exponent)};
  else
    return std::scalbn(x, exponent);
}

/// The product of the pivots; its exponent is kept apart, so that only the result can leave the range.
template <InexactScalar T>
T determinant(const Matrix<T>& a) {
  const PackedLu<T> lu = packed_lu(a);
  if (lu.singular) return T{0};
  T product = lu.odd ? T{-1} : T{1};
  std::int64_t exponent = 0;
  for (std::int64_t k = 0; k < a.rows; ++k) {
    const int own = exponent_of(lu.a(k, k));
    product = multiply(product, scaled(lu.a(k, k), -own));
    const int carried = product == T{0} || !finite(product) ? 0 : exponent_of(product);
    product = scaled(product, -carried);
    exponent += own + carried;
  }
  return scaled(product, static_cast<int>(std::clamp<std::int64_t>(exponent, -100'000, 100'000)));
}

/// log |det A|
template <InexactScalar T>
Part<T> log_determinant(const Matrix<T>& a) {
  const PackedLu<T> lu = packed_lu(a);
  if (lu.singular) return -std::numeric_limits<Part<T>>::infinity();
  Part<T> sum = 0;
  for (std::int64_t k = 0; k < a.rows; ++k) sum += std::log(magnitude(lu.a(k, k)));
  return sum;
}

/// Lower L with A = L L^H, column by column (GVL algorithm 4.2.1); reads the lower triangle. Nothing where A is not
/// positive definite.
template <InexactScalar T>
std::optional<Matrix<T>> cholesky(const Matrix<T>& a) {
  Matrix<T> l(a.rows, a.rows);
  for (std::int64_t j = 0; j < a.rows; ++j) {
    check_interrupt();
    Part<T> pivot = real_part(a(j, j));
    for (std::int64_t k = 0; k < j; ++k) pivot -= real_part(multiply(l(j, k), conjugate(l(j, k))));
    if (!(pivot > 0)) return std::nullopt;
    l(j, j) = T{std::sqrt(pivot)};
    for (std::int64_t i = j + 1; i < a.rows; ++i) {
      T sum = a(i, j);
      for (std::int64_t k = 0; k < j; ++k) sum -= multiply(l(i, k), conjugate(l(j, k)));
      l(i, j) = divide(sum, l(j, j));
    }
  }
  return l;
}

template <InexactScalar T>
struct Qr {
  Matrix<T> Q, R;  // reduced
};

/// The root of the sum of squares of a column from `first` down, scaled against over- and underflow.
template <InexactScalar T>
Part<T> column_norm(const Matrix<T>& a, std::int64_t column, std::int64_t first) {
  Part<T> largest = 0;
  for (std::int64_t i = first; i < a.rows; ++i) largest = std::max(largest, pivot_size(a(i, column)));
  if (largest == 0) return 0;
  Part<T> sum = 0;
  for (std::int64_t i = first; i < a.rows; ++i) {
    const Part<T> size = magnitude(a(i, column)) / largest;
    sum += size * size;
  }
  return largest * std::sqrt(sum);
}

/// The reflector H = 1 - tau v v^H, v_k = 1, that takes column k to -sign(Re a_kk) |column| e_k (LAPACK's larfg): H^H
/// does. tau is 0 where there is nothing to do. v is left below the diagonal.
template <InexactScalar T>
T make_reflector(Matrix<T>& a, std::int64_t k) {
  const T alpha = a(k, k);
  const bool real_head = conjugate(alpha) == alpha;
  if (column_norm(a, k, k + 1) == 0 && real_head) return T{0};
  const Part<T> beta = -std::copysign(column_norm(a, k, k), real_part(alpha));
  for (std::int64_t i = k + 1; i < a.rows; ++i) a(i, k) = divide(a(i, k), alpha - beta);
  a(k, k) = T{beta};
  return divide(T{beta} - alpha, T{beta});
}

/// Applies 1 - tau v v^H to a column of `to`, v from column k of `a`.
template <InexactScalar T>
void reflect(const Matrix<T>& a, std::int64_t k, T tau, Matrix<T>& to, std::int64_t column) {
  T sum = to(k, column);
  for (std::int64_t i = k + 1; i < a.rows; ++i) sum += multiply(conjugate(a(i, k)), to(i, column));
  sum = multiply(sum, tau);
  to(k, column) -= sum;
  for (std::int64_t i = k + 1; i < a.rows; ++i) to(i, column) -= multiply(a(i, k), sum);
}

/// Householder's QR (GVL algorithm 5.2.1) with LAPACK's signs.
template <InexactScalar T>
Qr<T> qr(Matrix<T> a) {
  const std::int64_t rank = std::min(a.rows, a.cols);
  std::vector<T> taus;
  for (std::int64_t k = 0; k < rank; ++k) {
    check_interrupt();
    taus.push_back(make_reflector(a, k));
    for (std::int64_t j = k + 1; j < a.cols; ++j) reflect(a, k, conjugate(taus.back()), a, j);
  }
  Qr<T> out{Matrix<T>::leading_identity(a.rows, rank), Matrix<T>(rank, a.cols)};
  for (std::int64_t k = rank; k-- > 0;)
    for (std::int64_t j = k; j < rank; ++j) reflect(a, k, taus[static_cast<std::size_t>(k)], out.Q, j);
  for (std::int64_t i = 0; i < rank; ++i)
    for (std::int64_t j = i; j < a.cols; ++j) out.R(i, j) = a(i, j);
  return out;
}

}  // namespace ricci::runtime::reference
