/// svd, singular values, eigh over a batch.
#include "runtime/linalg/spectral.hpp"

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/tall_qr.hpp"
#include "runtime/linalg/turned.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

double cubed(std::int64_t m, std::int64_t n) {
  return 20.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n)) + 2000;
}

/// Whether a matrix is so much longer than wide that its QR first makes the rest cheap.
bool qr_pays(std::int64_t m, std::int64_t n) {
  const std::int64_t p = std::max(m, n), k = std::min(m, n);
  return 2 * p >= 3 * k && cholesky_qr_pays(p, k);
}

/// Through the QR of the tall one of A [m,n] and A^H. False: not well enough conditioned, or in need of scaling; A is
/// kept. u and vh may be null together.
template <typename T>
bool svd_by_qr(std::int64_t m, std::int64_t n, const T* a, const Held<T>& u, const Held<Real<T>>& s, const Held<T>& vh,
               const std::vector<std::int64_t>& where) {
  const std::int64_t p = std::max(m, n), k = std::min(m, n);
  const auto seen = scan(a, m * n);
  if (!seen.finite() || scaling_exponent(seen.largest) != 0) return false;
  const bool tall = m >= n;
  const Buffer<T> q(p * k), r(k * k), second(k * k), right(k * k);
  if (tall)
    std::copy(a, a + m * n, q.data());
  else
    adjoint_copy(m, n, a, q.data());
  double rcond = 0;
  if (!cholesky_qr(p, k, q.data(), r.data(), second.data(), rcond)) return false;
  if (u == nullptr) return svd_of<T>(k, k, r.held(), nullptr, s, nullptr, where), true;
  svd_of_factors<T>(p, k, q.data(), second.data(), r.held(), s, right.held(), where);
  if (tall) {
    std::copy(q.data(), q.data() + p * k, u.get());
    std::copy(right.data(), right.data() + k * k, vh.get());
  } else {  // A^H = Q S V  ->  A = V^H S Q^H
    adjoint_copy(k, k, right.data(), u.get());
    adjoint_copy(p, k, q.data(), vh.get());
  }
  return true;
}

template <typename T>
void svd_batch(const MatrixBatch& a, Svd& out, bool vectors) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  parallel_for(a.count, entries_a_chunk(cubed(m, n)), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(m * n);
    for (std::int64_t at = begin; at < end; ++at) {
      a.pack(at, work.data());
      const Held<T> u = vectors ? held<T>(out.U, at * m * k) : nullptr,
                    vh = vectors ? held<T>(out.Vh, at * k * n) : nullptr;
      const Held<Real<T>> s = held<Real<T>>(out.s, at * k);
      const std::vector<std::int64_t> where = entry_index(a.batch, at);
      if (qr_pays(m, n) && svd_by_qr<T>(m, n, work.data(), u, s, vh, where)) continue;
      svd_of<T>(m, n, work.held(), u, s, vh, where);
    }
  });
}

Svd svd_with(const Tensor& matrices, bool vectors) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = matrix_batch(matrices, type, "svd");
  const std::int64_t k = std::min(a.rows, a.cols);
  Svd out;
  out.s = Tensor::empty(dsl::real_type(type), joined(a.batch, {k}));
  if (vectors) {
    out.U = Tensor::empty(type, joined(a.batch, {a.rows, k}));
    out.Vh = Tensor::empty(type, joined(a.batch, {k, a.cols}));
  }
  with_inexact(type, [&](auto zero) { svd_batch<decltype(zero)>(a, out, vectors); });
  return out;
}

template <typename T>
void transpose_in_place(std::int64_t n, T* a, bool conjugated) {
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = 0; col <= row; ++col) {
      const T low = a[row * n + col], high = a[col * n + row];
      a[row * n + col] = conjugated ? conjugate(high) : high;
      a[col * n + row] = conjugated ? conjugate(low) : low;
    }
}

/// The lower triangle of the row-major A, read column-major, is the upper one of A^T = conj(A): same w, conjugate V.
template <typename T>
void eigh_of(std::int64_t n, const Held<T>& matrix, const Held<Real<T>>& values,
             const std::vector<std::int64_t>& where) {
  T* const a = matrix.get();
  Real<T>* const w = values.get();
  const auto seen = scan_rows(a, n, n, n, true);
  if (!seen.finite()) {
    std::fill(w, w + n, not_a_number<Real<T>>);
    std::fill(a, a + n * n, not_a_number<T>);
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(a, n * n, -exponent);
  if (lapack::heevd<T>(true, blas::Triangle::upper, n, matrix, values) != 0)
    fail(dsl::Fault::no_convergence, "the eigenvalue decomposition", entry_text(where));
  scale(w, n, exponent);
  transpose_in_place(n, a, true);
}

template <typename T>
void eigh_batch(const MatrixBatch& a, const Eigh& out) {
  const std::int64_t n = a.rows;
  parallel_for(a.count, entries_a_chunk(cubed(n, n)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const Held<T> v = held<T>(out.V, at * n * n);
      a.pack(at, v.get());
      eigh_of<T>(n, v, held<Real<T>>(out.w, at * n), entry_index(a.batch, at));
    }
  });
}

}  // namespace

Svd svd(const Tensor& matrices) { return svd_with(matrices, true); }
Tensor singular_values(const Tensor& matrices) { return svd_with(matrices, false).s; }

Eigh eigh(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "eigh");
  const Eigh out{Tensor::empty(dsl::real_type(type), joined(a.batch, {a.rows})),
                 Tensor::empty(type, joined(a.batch, {a.rows, a.rows}))};
  with_inexact(type, [&](auto zero) { eigh_batch<decltype(zero)>(a, out); });
  return out;
}

}  // namespace ricci::runtime::linalg
