/// Singular and eigenvalues by Jacobi's rotations: the methods with the shortest proof that what comes out is right,
/// and for singular values the most accurate one known. G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition
/// (GVL), 8.5 and 8.6.3. Least squares and the pseudo-inverse follow from the singular values, as in NumPy.
#pragma once

#include <algorithm>
#include <functional>
#include <numeric>

#include "runtime/kernels/reference/linear_algebra.hpp"

namespace ricci::runtime::reference {

inline constexpr int most_sweeps = 100;  // some ten are enough in every case seen

/// The plane rotation [c, s; -conj(s), c] that makes the Hermitian [alpha, gamma; conj(gamma), beta] diagonal:
/// J^H M J for J = [c, s; -conj(s), c], by the smaller angle (GVL 8.5.2, the phase of gamma put into s).
template <InexactScalar T>
struct Rotation {
  Part<T> c;
  T s;
};
template <InexactScalar T>
Rotation<T> diagonalising(Part<T> alpha, Part<T> beta, T gamma) {
  const Part<T> size = magnitude(gamma);
  const Part<T> tau = (beta - alpha) / (2 * size);
  const Part<T> t = std::copysign(Part<T>{1}, tau) / (std::abs(tau) + std::hypot(Part<T>{1}, tau));
  const Part<T> c = 1 / std::hypot(Part<T>{1}, t);
  return {c, T{c * t} * (gamma / size)};
}

/// Columns p and q of m become those of m J.
template <InexactScalar T>
void rotate_columns(Matrix<T>& m, std::int64_t p, std::int64_t q, const Rotation<T>& j) {
  for (std::int64_t i = 0; i < m.rows; ++i) {
    const T left = m(i, p);
    const T right = m(i, q);
    m(i, p) = left * j.c - multiply(right, conjugate(j.s));
    m(i, q) = multiply(left, j.s) + right * j.c;
  }
}
/// Rows p and q of m become those of J^H m.
template <InexactScalar T>
void rotate_rows(Matrix<T>& m, std::int64_t p, std::int64_t q, const Rotation<T>& j) {
  for (std::int64_t k = 0; k < m.cols; ++k) {
    const T upper = m(p, k);
    const T lower = m(q, k);
    m(p, k) = upper * j.c - multiply(lower, j.s);
    m(q, k) = multiply(upper, conjugate(j.s)) + lower * j.c;
  }
}

/// The largest element becomes about 1, by a power of two: squares then stay in range.
template <InexactScalar T>
int scale_to_one(Matrix<T>& a) {
  Part<T> largest = 0;
  for (const T& element : a) largest = std::max(largest, magnitude(element));
  if (largest == 0) return 0;
  const int exponent = std::ilogb(largest);
  for (T& element : a) element = scaled(element, -exponent);
  return exponent;
}

template <InexactScalar T>
struct Svd {
  Matrix<T> U;
  std::vector<Part<T>> s;  // descending
  Matrix<T> Vh;            // reduced
};

/// Makes columns p and q orthogonal where they are not, to rounding; returns whether they were not.
template <InexactScalar T>
bool orthogonalise(Matrix<T>& a, Matrix<T>& v, std::int64_t p, std::int64_t q) {
  Part<T> alpha = 0;
  Part<T> beta = 0;
  T gamma{};
  for (std::int64_t i = 0; i < a.rows; ++i) {
    alpha += real_part(multiply(conjugate(a(i, p)), a(i, p)));
    beta += real_part(multiply(conjugate(a(i, q)), a(i, q)));
    gamma += multiply(conjugate(a(i, p)), a(i, q));
  }
  const Part<T> tolerance = std::numeric_limits<Part<T>>::epsilon() * std::sqrt(static_cast<Part<T>>(a.rows));
  if (magnitude(gamma) <= tolerance * std::sqrt(alpha) * std::sqrt(beta)) return false;
  const Rotation<T> rotation = diagonalising(alpha, beta, gamma);
  rotate_columns(a, p, q, rotation);
  rotate_columns(v, p, q, rotation);
  return true;
}

/// Ordinals of `values` so that they come by `before`.
template <class P, class Before>
std::vector<std::int64_t> sorted_order(const std::vector<P>& values, Before before) {
  std::vector<std::int64_t> order(values.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return before(values[static_cast<std::size_t>(a)], values[static_cast<std::size_t>(b)]);
  });
  return order;
}

/// Makes column `column` of u a unit vector orthogonal to those before it: its own direction where enough of it is
/// left, otherwise that of the first axis which is not nearly in their span (Gram-Schmidt, twice: "twice is enough").
template <InexactScalar T>
void complete_column(Matrix<T>& u, std::int64_t column) {
  for (std::int64_t attempt = -1; attempt < u.rows; ++attempt) {
    if (attempt >= 0)
      for (std::int64_t i = 0; i < u.rows; ++i) u(i, column) = i == attempt ? T{1} : T{0};
    Part<T> left = column_norm(u, column, 0);
    if (left == 0) continue;
    const Part<T> wanted = left / (2 * std::sqrt(static_cast<Part<T>>(u.rows)));
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t k = 0; k < column; ++k) {
        T along{};
        for (std::int64_t i = 0; i < u.rows; ++i) along += multiply(conjugate(u(i, k)), u(i, column));
        for (std::int64_t i = 0; i < u.rows; ++i) u(i, column) -= multiply(along, u(i, k));
      }
    left = column_norm(u, column, 0);
    if (left < wanted) continue;
    for (std::int64_t i = 0; i < u.rows; ++i) u(i, column) /= left;
    return;
  }
}

/// One-sided Jacobi (Hestenes 1958; GVL 8.6.3) for rows >= cols: rotates the columns of A until they are orthogonal;
/// their lengths are the singular values.
template <InexactScalar T>
Svd<T> svd_of_tall(Matrix<T> a) {
  const int exponent = scale_to_one(a);
  Matrix<T> v = Matrix<T>::identity(a.cols);
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < most_sweeps; ++sweep) {
    rotated = false;
    check_interrupt();
    for (std::int64_t p = 0; p < a.cols; ++p)
      for (std::int64_t q = p + 1; q < a.cols; ++q) rotated = orthogonalise(a, v, p, q) || rotated;
  }
  std::vector<Part<T>> lengths;
  for (std::int64_t j = 0; j < a.cols; ++j) lengths.push_back(column_norm(a, j, 0));
  Svd<T> out{Matrix<T>(a.rows, a.cols), {}, Matrix<T>(a.cols, a.cols)};
  const std::vector<std::int64_t> order = sorted_order(lengths, std::greater<>());
  for (std::int64_t k = 0; k < a.cols; ++k) {
    const std::int64_t from = order[static_cast<std::size_t>(k)];
    for (std::int64_t i = 0; i < a.rows; ++i) out.U(i, k) = a(i, from);
    for (std::int64_t i = 0; i < a.cols; ++i) out.Vh(k, i) = conjugate(v(i, from));
    complete_column(out.U, k);
    out.s.push_back(std::scalbn(lengths[static_cast<std::size_t>(from)], exponent));
  }
  return out;
}

template <InexactScalar T>
Svd<T> svd(const Matrix<T>& a) {
  if (a.rows >= a.cols) return svd_of_tall(a);
  Svd<T> turned = svd_of_tall(adjoint(a));
  return {adjoint(turned.Vh), turned.s, adjoint(turned.U)};
}

template <InexactScalar T>
struct Eigh {
  std::vector<Part<T>> w;  // ascending
  Matrix<T> V;             // eigenvectors are its columns
};

/// The Hermitian matrix whose lower triangle is that of A.
template <InexactScalar T>
Matrix<T> hermitian_of_lower(Matrix<T> a) {
  for (std::int64_t i = 0; i < a.rows; ++i) {
    a(i, i) = T{real_part(a(i, i))};
    for (std::int64_t j = 0; j < i; ++j) a(j, i) = conjugate(a(i, j));
  }
  return a;
}

/// Cyclic Jacobi (GVL algorithm 8.5.3) on the lower triangle's Hermitian matrix: until every element off the diagonal
/// is lost beside the matrix's norm.
template <InexactScalar T>
Eigh<T> eigh(const Matrix<T>& lower) {
  Matrix<T> a = hermitian_of_lower(lower);
  const int exponent = scale_to_one(a);
  Matrix<T> v = Matrix<T>::identity(a.rows);
  Part<T> squares = 0;
  for (const T& element : a) squares += real_part(multiply(conjugate(element), element));
  const Part<T> negligible =
      std::numeric_limits<Part<T>>::epsilon() * std::sqrt(squares) / (2 * static_cast<Part<T>>(a.rows));
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < most_sweeps; ++sweep) {
    rotated = false;
    check_interrupt();
    for (std::int64_t p = 0; p < a.rows; ++p)
      for (std::int64_t q = p + 1; q < a.rows; ++q) {
        if (magnitude(a(p, q)) <= negligible) continue;
        const Rotation<T> rotation = diagonalising(real_part(a(p, p)), real_part(a(q, q)), a(p, q));
        rotate_columns(a, p, q, rotation);
        rotate_rows(a, p, q, rotation);
        rotate_columns(v, p, q, rotation);
        rotated = true;
      }
  }
  std::vector<Part<T>> values;
  for (std::int64_t k = 0; k < a.rows; ++k) values.push_back(real_part(a(k, k)));
  Eigh<T> out{{}, Matrix<T>(a.rows, a.rows)};
  for (const std::int64_t from : sorted_order(values, std::less<>())) {
    const auto column = static_cast<std::int64_t>(out.w.size());
    out.w.push_back(std::scalbn(values[static_cast<std::size_t>(from)], exponent));
    for (std::int64_t i = 0; i < a.rows; ++i) out.V(i, column) = v(i, from);
  }
  return out;
}

/// Singular values up to eps * max(m, n) times the largest count as zero, as in numpy.linalg.lstsq.
template <InexactScalar T>
Matrix<T> pseudo_inverse(const Matrix<T>& a, Part<T> eps) {
  const Svd<T> f = svd(a);
  const auto longest = static_cast<Part<T>>(std::max(a.rows, a.cols));
  Matrix<T> out(a.cols, a.rows);
  for (std::size_t k = 0; k < f.s.size() && f.s[k] > eps * longest * f.s[0]; ++k)
    for (std::int64_t i = 0; i < a.cols; ++i)
      for (std::int64_t j = 0; j < a.rows; ++j) {
        const auto row = static_cast<std::int64_t>(k);
        out(i, j) += multiply(conjugate(f.Vh(row, i)), conjugate(f.U(j, row))) / f.s[k];
      }
  return out;
}

/// The X of least norm among those that make |A X - B| least.
template <InexactScalar T>
Matrix<T> least_squares(const Matrix<T>& a, const Matrix<T>& b, Part<T> eps) {
  const Svd<T> f = svd(a);
  const auto longest = static_cast<Part<T>>(std::max(a.rows, a.cols));
  Matrix<T> out(a.cols, b.cols);
  for (std::size_t k = 0; k < f.s.size() && f.s[k] > eps * longest * f.s[0]; ++k)
    for (std::int64_t r = 0; r < b.cols; ++r) {
      const auto row = static_cast<std::int64_t>(k);
      T along{};
      for (std::int64_t i = 0; i < a.rows; ++i) along += multiply(conjugate(f.U(i, row)), b(i, r));
      along /= f.s[k];
      for (std::int64_t i = 0; i < a.cols; ++i) out(i, r) += multiply(conjugate(f.Vh(row, i)), along);
    }
  return out;
}

}  // namespace ricci::runtime::reference
