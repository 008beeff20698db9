/// svd, singular values, eigh over a batch.
#include "runtime/linalg/spectral.hpp"

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

double cubed(std::int64_t m, std::int64_t n) {
  return 20.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n)) + 2000;
}

template <typename T>
void svd_batch(const MatrixBatch& a, Svd& out, bool vectors) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  parallel_for(a.count, entries_a_chunk(cubed(m, n)), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(m * n);
    for (std::int64_t at = begin; at < end; ++at) {
      a.pack(at, work.data());
      svd_of<T>(m, n, work.data(), vectors ? out.U.as<T>() + at * m * k : nullptr, out.s.as<Real<T>>() + at * k,
                vectors ? out.Vh.as<T>() + at * k * n : nullptr, entry_index(a.batch, at));
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
void eigh_of(std::int64_t n, T* a, Real<T>* w, const std::vector<std::int64_t>& where) {
  const auto seen = scan_rows(a, n, n, n, true);
  if (!seen.finite()) {
    std::fill(w, w + n, not_a_number<Real<T>>);
    std::fill(a, a + n * n, not_a_number<T>);
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(a, n * n, -exponent);
  if (lapack::heevd<T>(true, blas::Triangle::upper, n, a, w) != 0)
    fail(dsl::Fault::no_convergence, "the eigenvalue decomposition", entry_text(where));
  scale(w, n, exponent);
  transpose_in_place(n, a, true);
}

template <typename T>
void eigh_batch(const MatrixBatch& a, const Eigh& out) {
  const std::int64_t n = a.rows;
  parallel_for(a.count, entries_a_chunk(cubed(n, n)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      T* const v = out.V.as<T>() + at * n * n;
      a.pack(at, v);
      eigh_of<T>(n, v, out.w.as<Real<T>>() + at * n, entry_index(a.batch, at));
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
