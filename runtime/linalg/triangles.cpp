/// Decompositions into triangles: cholesky, lu, qr over a batch.
#include <algorithm>
#include <atomic>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/dense/qr.hpp"
#include "runtime/linalg/lane_batch.hpp"
#include "runtime/linalg/scan.hpp"
#include "runtime/linalg/turned.hpp"
#include "runtime/linalg/wide.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

double flops_of(std::int64_t m, std::int64_t n) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n)) + 500;
}

/// In long double, for diagonals so wide that the small end vanishes when scaled. Row-major, in place.
template <typename T>
bool wide_cholesky(std::int64_t n, T* a) {
  using W = Wide<T>;
  std::vector<W> l(a, a + n * n);
  const auto at = [&](std::int64_t row, std::int64_t col) -> W& { return l[static_cast<std::size_t>(row * n + col)]; };
  for (std::int64_t col = 0; col < n; ++col) {
    check_interrupt();
    for (std::int64_t row = col; row < n; ++row) {
      W sum = at(row, col);
      for (std::int64_t inner = 0; inner < col; ++inner) sum -= at(row, inner) * conjugate(at(col, inner));
      if (row == col && !(std::real(sum) > 0)) return false;
      at(row, col) = row == col ? W(std::sqrt(std::real(sum))) : sum / at(col, col);
    }
  }
  for (std::int64_t index = 0; index < n * n; ++index) a[index] = static_cast<T>(l[static_cast<std::size_t>(index)]);
  return true;
}

/// Row-major, in place; reads the lower triangle, whose adjoint is the upper one that the factorisation wants. False:
/// not positive definite.
template <typename T>
bool cholesky_of(std::int64_t n, T* a, T* work) {
  const auto seen = scan_rows(a, n, n, n, true);
  for (std::int64_t row = 0; row < n; ++row) std::fill(a + row * n + row + 1, a + (row + 1) * n, T(0));
  if (!seen.finite()) {
    for (std::int64_t row = 0; row < n; ++row) std::fill(a + row * n, a + row * n + row + 1, not_a_number<T>);
    return true;
  }
  if (wide_range(a, n, n + 1)) return wide_cholesky(n, a);
  adjoint_copy(n, n, a, work);
  if (!dense::factor_cholesky(n, work, n)) return false;
  for (std::int64_t row = 0; row < n; ++row) std::fill(work + row * n, work + row * n + row, T(0));
  adjoint_copy(n, n, work, a);
  return scan(a, n * n).finite();
}

/// The first entry of a batch that is not positive definite, told by any thread.
class FirstFailure {
 public:
  void note(std::int64_t at) {
    std::int64_t first = first_.load();
    while (at < first && !first_.compare_exchange_weak(first, at)) {
    }
  }
  void raise(const MatrixBatch& a) const {
    if (first_ < a.count) fail(dsl::Fault::not_positive_definite, entry_text(entry_index(a.batch, first_)));
  }

 private:
  std::atomic<std::int64_t> first_{std::numeric_limits<std::int64_t>::max()};
};

/// Many small ones, across lanes.
template <typename T>
void cholesky_in_lanes(const MatrixBatch& a, const Tensor& out, FirstFailure& failure) {
  const std::int64_t n = a.rows, size = n * n;
  over_packs<T>(a, flops_of(n, n) / 3, [&](const PackRun<T>& run) {
    const Buffer<T> work(std::max(lane_workspace<T>(n, 0), size)),
        copied(run.whole() ? 0 : run.packs * lane_count<T> * size);
    std::vector<std::uint32_t> doubtful;
    LaneJob<T> job = job_over(run, n, doubtful);
    job.x = run.whole() ? out.as<T>() + run.first * size : copied.data();
    job.doubt = std::sqrt(std::sqrt(std::numeric_limits<Real<T>>::min()));
    job.workspace = work.data();
    lane_kernels<T>().cholesky(job);
    each_doubtful(doubtful, lane_count<T>, run.used, [&](std::int64_t at) {
      std::copy(run.matrices + at * size, run.matrices + (at + 1) * size, job.x + at * size);
      if (!cholesky_of(n, job.x + at * size, work.data())) failure.note(run.first + at);
    });
    if (!run.whole()) std::copy(copied.data(), copied.data() + run.used * size, out.as<T>() + run.first * size);
  });
}

template <typename T>
void cholesky_batch(const MatrixBatch& a, const Tensor& out) {
  const std::int64_t n = a.rows;
  FirstFailure failure;
  if (lanes_pay(a.count, n, 1)) {
    cholesky_in_lanes<T>(a, out, failure);
    return failure.raise(a);
  }
  parallel_for(a.count, entries_a_chunk(flops_of(n, n) / 6), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(n * n);
    for (std::int64_t at = begin; at < end; ++at) {
      T* const own = out.as<T>() + at * n * n;
      a.pack(at, own);
      if (!cholesky_of(n, own, work.data())) failure.note(at);
    }
  });
  failure.raise(a);
}

/// One matrix's parts.
template <typename T>
struct LuParts {
  T *p, *l, *u;
};

template <typename T>
void split_lu(std::int64_t m, std::int64_t n, const T* factor, const std::int32_t* pivots, LuParts<T> out) {
  const std::int64_t k = std::min(m, n);
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t col = 0; col < k; ++col)
      out.l[row * k + col] = row == col ? T(1) : row > col ? factor[row * n + col] : T(0);
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t col = 0; col < n; ++col) out.u[row * n + col] = row <= col ? factor[row * n + col] : T(0);
  std::vector<std::int64_t> source(static_cast<std::size_t>(m));  // row of A that came to each place
  for (std::int64_t row = 0; row < m; ++row) source[static_cast<std::size_t>(row)] = row;
  for (std::int64_t row = 0; row < k; ++row)
    std::swap(source[static_cast<std::size_t>(row)], source[static_cast<std::size_t>(pivots[row])]);
  std::fill(out.p, out.p + m * m, T(0));
  for (std::int64_t row = 0; row < m; ++row) out.p[source[static_cast<std::size_t>(row)] * m + row] = T(1);
}

/// Elimination by division throughout, where reciprocals of complex pivots overflow.
template <typename T>
void divide_lu(std::int64_t m, std::int64_t n, T* a, std::int32_t* pivots) {
  const auto at = [&](std::int64_t row, std::int64_t col) -> T& { return a[row * n + col]; };
  for (std::int64_t k = 0; k < std::min(m, n); ++k) {
    check_interrupt();
    std::int64_t pivot = k;
    for (std::int64_t row = k + 1; row < m; ++row)
      if (std::abs(at(row, k)) > std::abs(at(pivot, k))) pivot = row;
    pivots[k] = static_cast<std::int32_t>(pivot);
    for (std::int64_t col = 0; col < n; ++col) std::swap(at(k, col), at(pivot, col));
    if (at(k, k) == T(0)) continue;
    for (std::int64_t row = k + 1; row < m; ++row) {
      at(row, k) /= at(k, k);
      for (std::int64_t col = k + 1; col < n; ++col) at(row, col) -= at(row, k) * at(k, col);
    }
  }
}

template <typename T>
void lu_of(const MatrixBatch& a, std::int64_t entry, T* work, std::int32_t* pivots, LuParts<T> out) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  a.pack(entry, work);
  const auto seen = scan(work, m * n);
  if (!seen.finite()) {
    std::fill(out.p, out.p + m * m, not_a_number<T>);
    std::fill(out.l, out.l + m * k, not_a_number<T>);
    std::fill(out.u, out.u + k * n, not_a_number<T>);
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(work, m * n, -exponent);
  dense::factor_lu(m, n, work, n, pivots);
  if (!scan(work, m * n).finite()) {
    a.pack(entry, work);
    scale(work, m * n, -exponent);
    divide_lu(m, n, work, pivots);
  }
  split_lu(m, n, work, pivots, out);
  scale(out.u, k * n, exponent);
}

template <typename T>
void lu_batch(const MatrixBatch& a, const Lu& out) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  parallel_for(a.count, entries_a_chunk(flops_of(m, n)), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(m * n);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(k));
    for (std::int64_t at = begin; at < end; ++at)
      lu_of<T>(a, at, work.data(), pivots.data(),
               {out.P.as<T>() + at * m * m, out.L.as<T>() + at * m * k, out.U.as<T>() + at * k * n});
  });
}

template <typename T>
void qr_of(const MatrixBatch& a, std::int64_t entry, const Held<T>& held_work, const Held<T>& tau, T* q, T* r) {
  T* const work = held_work.get();
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  a.pack_transposed(entry, work);
  const auto seen = scan(work, m * n);
  if (!seen.finite()) {
    std::fill(q, q + m * k, not_a_number<T>);
    std::fill(r, r + k * n, not_a_number<T>);
    return;
  }
  const int exponent = scaling_exponent(seen.largest);
  scale(work, m * n, -exponent);
  dense::factor_qr<T>(m, n, held_work, tau);
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t col = 0; col < n; ++col)
      r[row * n + col] = row <= col ? scaled(work[row + col * m], exponent) : T(0);
  dense::form_q<T>(m, k, held_work, tau, q);
}

template <typename T>
void qr_batch(const MatrixBatch& a, const Qr& out) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  parallel_for(a.count, entries_a_chunk(2 * flops_of(m, n)), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(m * n), tau(k);
    for (std::int64_t at = begin; at < end; ++at)
      qr_of<T>(a, at, work.held(), tau.held(), out.Q.as<T>() + at * m * k, out.R.as<T>() + at * k * n);
  });
}

}  // namespace

Tensor cholesky(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "cholesky");
  Tensor out = Tensor::empty(type, joined(a.batch, {a.rows, a.rows}));
  with_inexact(type, [&](auto zero) { cholesky_batch<decltype(zero)>(a, out); });
  return out;
}

Lu lu(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = matrix_batch(matrices, type, "lu");
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  const Lu out{Tensor::empty(type, joined(a.batch, {m, m})), Tensor::empty(type, joined(a.batch, {m, k})),
               Tensor::empty(type, joined(a.batch, {k, n}))};
  with_inexact(type, [&](auto zero) { lu_batch<decltype(zero)>(a, out); });
  return out;
}

Qr qr(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = matrix_batch(matrices, type, "qr");
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  const Qr out{Tensor::empty(type, joined(a.batch, {m, k})), Tensor::empty(type, joined(a.batch, {k, n}))};
  with_inexact(type, [&](auto zero) { qr_batch<decltype(zero)>(a, out); });
  return out;
}

}  // namespace ricci::runtime::linalg
