#include "runtime/linalg/orthogonal_entry.hpp"

#include <algorithm>

#include "runtime/linalg/scan.hpp"
#include "runtime/linalg/spectral.hpp"
#include "runtime/linalg/tall_qr.hpp"
#include "runtime/linalg/turned.hpp"

namespace ricci::runtime::linalg {
namespace {

using dense::adjoint_of;
using dense::rows_of;

/// left = U, right = V S^+ from the SVD U S Vh of the tall one of A and A^H, whose U stands where Q stood.
template <typename T>
void keep_svd(OrthogonalEntry<T>& entry, const Real<T>* s, const T* vh, int exponent) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k();
  const std::int64_t rank = rank_of(m, n, s);
  entry.outcome = {Form::svd, false, rank, s[0] > 0 ? static_cast<double>(s[k - 1] / s[0]) : 0.0};
  adjoint_copy(k, k, vh, m >= n ? entry.right : entry.left);
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = 0; col < k; ++col) {
      T& element = entry.right[row * k + col];
      element = col < rank ? scaled(element / s[col], -exponent) : T(0);
    }
}

/// QR of A or, where A is wide, of A^H; and the SVD of R unless the rank is full beyond doubt: well above the threshold
/// at which the SVD would begin to drop singular values, with room for the difference of norms and the estimator's
/// optimism.
template <typename T>
void factor_finite(OrthogonalEntry<T>& entry, const T* a, int exponent, const std::vector<std::int64_t>& where) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k(), p = std::max(m, n);
  const bool tall = m >= n;
  T* const q = tall ? entry.left : entry.right;
  T* const r = tall ? entry.right : entry.left;
  entry.outcome = {tall ? Form::tall : Form::wide, false, k, 0};
  if (cholesky_qr_pays(p, k)) {
    if (tall)
      std::copy(a, a + m * n, q);
    else
      adjoint_copy(m, n, a, q);
    entry.outcome.by_cholesky = cholesky_qr(p, k, q, r, entry.middle, entry.outcome.rcond);
    if (entry.outcome.by_cholesky) return scale(r, k * k, exponent);
  }
  const Buffer<T> columns(p * k);
  if (tall) {
    transpose_copy(m, n, a, columns.data());
  } else {  // A^H column-major is conj(A) row-major
    for (std::int64_t at = 0; at < m * n; ++at) columns[at] = conjugate(a[at]);
  }
  entry.outcome.rcond = householder_qr(p, k, columns.held(), q, r);
  const double least = 30.0 * static_cast<double>(k) * static_cast<double>(p) *
                       static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  if (entry.outcome.rcond > least) return scale(r, k * k, exponent);
  const Buffer<T> triangle(k * k), vh(k * k);
  const Buffer<Real<T>> s(k);
  std::copy(r, r + k * k, triangle.data());
  svd_of_factors<T>(p, k, q, nullptr, triangle.held(), s.held(), vh.held(), where);
  keep_svd(entry, s.data(), vh.data(), exponent);
}

/// The last step: x [n,r] or, turned, [r,n] from y [n,r].
template <typename T>
void store(Layout layout, std::int64_t n, std::int64_t r, const T* y, T* x, std::int64_t ldx) {
  if (layout == Layout::columns)
    for (std::int64_t row = 0; row < n; ++row) std::copy(y + row * r, y + row * r + r, x + row * ldx);
  else
    transpose_copy(n, r, y, x);
}

template <typename T>
void apply_block(const OrthogonalEntry<T>& entry, Layout layout, const T* b, std::int64_t ldb, T* x, std::int64_t ldx,
                 std::int64_t r) {
  const std::int64_t m = entry.m, n = entry.n, k = entry.k();
  const bool rows = layout == Layout::rows;
  const Buffer<T> c(k * r), y(entry.outcome.form == Form::tall ? 0 : n * r);
  if (entry.outcome.form == Form::wide) {
    for (std::int64_t row = 0; row < k; ++row)
      for (std::int64_t col = 0; col < r; ++col) c[row * r + col] = rows ? b[col * ldb + row] : b[row * ldb + col];
    dense::solve_triangle<T>({true, false}, k, r, adjoint_of<T>(entry.left, k), c.data(), r);
    if (entry.outcome.by_cholesky)
      dense::solve_triangle<T>({false, false}, k, r, rows_of<T>(entry.middle, k), c.data(), r);
  } else {
    project(m, k, r, entry.left, b, ldb, rows, c.data());
    if (entry.outcome.by_cholesky)
      dense::solve_triangle<T>({true, false}, k, r, adjoint_of<T>(entry.middle, k), c.data(), r);
  }
  if (entry.outcome.form == Form::tall) {
    dense::solve_triangle<T>({false, false}, k, r, rows_of<T>(entry.right, k), c.data(), r);
    return store(layout, n, r, c.data(), x, ldx);
  }
  dense::multiply_shared(n, r, k, entry.right, c.data(), y.data());
  store(layout, n, r, y.data(), x, ldx);
}

}  // namespace

bool keeps_middle(std::int64_t m, std::int64_t n) { return cholesky_qr_pays(std::max(m, n), std::min(m, n)); }

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
  factor_finite(entry, a.data(), exponent, where);
}

template <typename T>
void apply_orthogonal(const OrthogonalEntry<T>& entry, Layout layout, const T* b, T* x, std::int64_t r) {
  const std::int64_t m = entry.m, n = entry.n;
  if (entry.outcome.form == Form::non_finite) return std::fill(x, x + n * r, not_a_number<T>), void();
  if (entry.k() == 0) return std::fill(x, x + n * r, T(0)), void();
  constexpr std::int64_t width = sides_together;
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
  if (entry.outcome.form == Form::non_finite) return std::fill(out, out + n * m, not_a_number<T>);
  if (entry.outcome.form == Form::wide) {  // Q R^-H
    std::copy(entry.right, entry.right + n * k, out);
    if (entry.outcome.by_cholesky) divide_rows<T>(n, k, out, {true, false}, {entry.middle, 1, k, false});
    return divide_rows<T>(n, k, out, {false, false}, {entry.left, k, 1, true});
  }
  if (entry.outcome.form == Form::svd) {
    const Buffer<T> adjoint(k * m);
    adjoint_copy(m, k, entry.left, adjoint.data());
    return dense::multiply_shared(n, m, k, entry.right, adjoint.data(), out);
  }
  adjoint_copy(m, k, entry.left, out);  // R^-1 Q^H
  constexpr std::int64_t together = 128;
  parallel_for((m - 1) / together + 1, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * together; first < std::min(m, end * together); first += together) {
      const std::int64_t width = std::min(together, m - first);
      if (entry.outcome.by_cholesky)
        dense::solve_triangle<T>({true, false}, k, width, adjoint_of<T>(entry.middle, k), out + first, m);
      dense::solve_triangle<T>({false, false}, k, width, rows_of<T>(entry.right, k), out + first, m);
    }
  });
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
