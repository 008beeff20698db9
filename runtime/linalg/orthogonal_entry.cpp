#include "runtime/linalg/orthogonal_entry.hpp"

#include <algorithm>

#include "runtime/linalg/scan.hpp"
#include "runtime/linalg/spectral.hpp"
#include "runtime/linalg/tall_qr.hpp"

namespace ricci::runtime::linalg {
namespace {

using blas::Diagonal;
using blas::Op;
using blas::Side;
using blas::Triangle;

template <typename T>
void adjoint_copy(std::int64_t rows, std::int64_t cols, const T* from, T* to) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t col = 0; col < cols; ++col) to[col * rows + row] = conjugate(from[row * cols + col]);
}

template <typename T>
void transpose_copy(std::int64_t rows, std::int64_t cols, const T* from, T* to) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t col = 0; col < cols; ++col) to[col * rows + row] = from[row * cols + col];
}

/// QR of A or, where A is wide, of A^H. True when the rank is full beyond doubt: well above the threshold at which the
/// SVD would begin to drop singular values, with room for the difference of norms and the estimator's optimism.
template <typename T>
bool factor_full_rank(OrthogonalEntry<T>& entry, const T* a, int exponent) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k(), p = std::max(m, n);
  const bool tall = m >= n;
  T* const q = tall ? entry.left : entry.right;
  T* const r = tall ? entry.right : entry.left;
  entry.outcome.form = tall ? Form::tall : Form::wide;
  entry.outcome.rank = k;
  const auto load_rows = [&](T* to) {
    if (tall)
      std::copy(a, a + m * n, to);
    else
      adjoint_copy(m, n, a, to);
  };
  bool done = false;
  if (cholesky_qr_pays(p, k)) {
    load_rows(q);
    done = entry.outcome.by_cholesky = cholesky_qr(p, k, q, r, entry.outcome.rcond);
  }
  if (!done) {
    const Buffer<T> columns(p * k);
    if (tall) {
      transpose_copy(m, n, a, columns.data());
    } else {  // A^H column-major is conj(A) row-major
      for (std::int64_t at = 0; at < m * n; ++at) columns[at] = conjugate(a[at]);
    }
    const double least = 30.0 * static_cast<double>(k) * static_cast<double>(p) *
                         static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
    done = householder_qr(p, k, columns.data(), q, r, least, entry.outcome.rcond);
  }
  if (done) scale(r, k * k, exponent);
  return done;
}

template <typename T>
void factor_svd(OrthogonalEntry<T>& entry, T* a, int exponent, const std::vector<std::int64_t>& where) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k();
  const Buffer<T> vh(k * n);
  const Buffer<Real<T>> s(k);
  svd_of(m, n, a, entry.left, s.data(), vh.data(), where);
  const std::int64_t rank = rank_of(m, n, s.data());
  entry.outcome = {Form::svd, false, rank, s[0] > 0 ? static_cast<double>(s[k - 1] / s[0]) : 0.0};
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = 0; col < k; ++col)
      entry.right[row * k + col] = col < rank ? scaled(conjugate(vh[col * n + row]) / s[col], -exponent) : T(0);
}

/// The last step towards x [n,r] or [r,n] = right * c.
template <typename T>
void expand(const OrthogonalEntry<T>& entry, Layout layout, const T* c, T* x, std::int64_t r, std::int64_t ldx) {
  const std::int64_t n = entry.n, k = entry.k();
  if (layout == Layout::columns)
    blas::gemm(Op::none, Op::none, n, r, k, T(1), entry.right, k, c, r, T(0), x, ldx);
  else
    blas::gemm(Op::transpose, Op::transpose, r, n, k, T(1), c, r, entry.right, k, T(0), x, ldx);
}

template <typename T>
void apply_block(const OrthogonalEntry<T>& entry, Layout layout, const T* b, std::int64_t ldb, T* x, std::int64_t ldx,
                 std::int64_t r) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k();
  const bool rows = layout == Layout::rows;
  const Buffer<T> c(k * r);
  if (entry.outcome.form == Form::wide) {
    for (std::int64_t row = 0; row < k; ++row)
      for (std::int64_t col = 0; col < r; ++col) c[row * r + col] = rows ? b[col * ldb + row] : b[row * ldb + col];
    blas::trsm(Side::left, Triangle::upper, Op::adjoint, Diagonal::stored, k, r, entry.left, k, c.data(), r);
    return expand(entry, layout, c.data(), x, r, ldx);
  }
  project(m, k, r, entry.left, b, ldb, rows, c.data());
  if (entry.outcome.form == Form::svd) return expand(entry, layout, c.data(), x, r, ldx);
  blas::trsm(Side::left, Triangle::upper, Op::none, Diagonal::stored, k, r, entry.right, k, c.data(), r);
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = 0; col < r; ++col) (rows ? x[col * ldx + row] : x[row * ldx + col]) = c[row * r + col];
}

}  // namespace

template <typename T>
void factor_orthogonal(OrthogonalEntry<T>& entry, FunctionRef<void(T*)> reload,
                       const std::vector<std::int64_t>& where) {
  const std::int64_t m = entry.m, n = entry.n;
  if (entry.k() == 0) {
    entry.outcome = {Form::svd, false, 0, 1};
    return;
  }
  const Buffer<T> a(m * n);
  reload(a.data());
  const auto seen = scan(a.data(), m * n);
  if (!seen.finite()) {
    entry.outcome = {Form::non_finite, false, entry.k(), std::numeric_limits<double>::infinity()};
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(a.data(), m * n, -exponent);
  if (!factor_full_rank(entry, a.data(), exponent)) factor_svd(entry, a.data(), exponent, where);
}

template <typename T>
void apply_orthogonal(const OrthogonalEntry<T>& entry, Layout layout, const T* b, T* x, std::int64_t r) {
  const std::int64_t m = entry.m, n = entry.n;
  if (entry.outcome.form == Form::non_finite) return std::fill(x, x + n * r, not_a_number<T>), void();
  if (entry.k() == 0) return std::fill(x, x + n * r, T(0)), void();
  constexpr std::int64_t width = 128;  // right-hand sides a block
  const bool columns = layout == Layout::columns;
  parallel_for((r + width - 1) / width, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t each = begin; each < end; ++each) {
      const std::int64_t first = each * width;
      apply_block(entry, layout, columns ? b + first : b + first * m, columns ? r : m,
                  columns ? x + first : x + first * n, columns ? r : n, std::min(width, r - first));
    }
  });
}

template <typename T>
void pseudo_inverse(const OrthogonalEntry<T>& entry, T* out) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k();
  switch (entry.outcome.form) {
    case Form::non_finite: std::fill(out, out + n * m, not_a_number<T>); return;
    case Form::tall:  // R^-1 Q^H
      adjoint_copy(m, k, entry.left, out);
      return blas::trsm(Side::left, Triangle::upper, Op::none, Diagonal::stored, k, m, entry.right, k, out, m);
    case Form::wide:  // Q R^-H
      std::copy(entry.right, entry.right + n * k, out);
      return blas::trsm(Side::right, Triangle::upper, Op::adjoint, Diagonal::stored, n, k, entry.left, k, out, k);
    default: blas::gemm(Op::none, Op::adjoint, n, m, k, T(1), entry.right, k, entry.left, k, T(0), out, m);
  }
}

#define RICCI_ORTHOGONAL(T)                                                                                         \
  template void factor_orthogonal<T>(OrthogonalEntry<T>&, FunctionRef<void(T*)>, const std::vector<std::int64_t>&); \
  template void apply_orthogonal<T>(const OrthogonalEntry<T>&, Layout, const T*, T*, std::int64_t);                 \
  template void pseudo_inverse<T>(const OrthogonalEntry<T>&, T*);
RICCI_ORTHOGONAL(float)
RICCI_ORTHOGONAL(double)
RICCI_ORTHOGONAL(std::complex<float>)
RICCI_ORTHOGONAL(std::complex<double>)
#undef RICCI_ORTHOGONAL

}  // namespace ricci::runtime::linalg
