/// Right-hand sides meet factors: broadcasting, and the fused way that keeps no factor.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/factor_data.hpp"
#include "runtime/linalg/lane_batch.hpp"
#include "runtime/linalg/tally.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

/// The right-hand sides as a batch of n x r, and the result they get.
struct Sides {
  MatrixBatch b;
  BatchPairing pairing;
  Tensor x;
  bool vectors;
  bool identity = false;  // b is one for all entries
};

Sides prepare(const Tensor& b, bool vectors, DType type, const Extents& a_batch, std::int64_t n) {
  Sides out{vectors ? vector_batch(b, type, "solve") : matrix_batch(b, type, "solve"), {}, {}, vectors};
  if (out.b.rows != n)
    fail(dsl::Fault::linalg_shape, "solve", "a right-hand side of " + std::to_string(n) + " rows", shape_text(b.shape));
  out.pairing = pair_batches(a_batch, out.b.batch);
  out.x = Tensor::empty(type, vectors ? joined(out.pairing.shape, {n}) : joined(out.pairing.shape, {n, out.b.cols}));
  return out;
}

/// Whether one identity serves all entries: the optimiser writes some inverses as solves.
template <typename T>
bool is_identity(const MatrixBatch& b) {
  if (b.count != 1 || b.rows != b.cols || b.elements() > 4096) return false;
  const Buffer<T> own(b.elements());
  b.pack(0, own.data());
  for (std::int64_t at = 0; at < b.elements(); ++at)
    if (own[at] != T(at % (b.cols + 1) == 0 ? 1 : 0)) return false;
  return true;
}

double flops_of(std::int64_t n, std::int64_t r) {
  return static_cast<double>(n) * static_cast<double>(n * (r + 1)) + 100;
}

/// Entry `at` of the right-hand sides where it stands.
template <typename T>
SidesView<const T> given_sides(const Sides& sides, std::int64_t at) {
  const MatrixBatch& b = sides.b;
  return {b.tensor.template as<T>() + b.offset(sides.pairing.b_entry(at)), b.row_stride, b.col_stride};
}
template <typename T>
SidesView<T> solved_sides(const Sides& sides, std::int64_t at) {
  const std::int64_t n = sides.b.rows, r = sides.b.cols;
  return {sides.x.template as<T>() + at * n * r, r, 1};
}

/// `run` vectors that share a matrix, one after another: of b too where it stands so, else of a copy in x.
template <typename T>
void solve_run(const Sides& sides, const Entry<T>& entry, std::int64_t first, std::int64_t run) {
  const std::int64_t n = sides.b.rows;
  const SidesView<T> x{sides.x.template as<T>() + first * n, 1, n};
  if (sides.b.dense && sides.b.count == sides.pairing.count)
    return apply_entry<T>(entry, {sides.b.tensor.template as<T>() + first * n, 1, n}, x, run);
  constexpr std::int64_t copied_together = 1024;
  parallel_for(run, copied_together, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t at = from; at < to; ++at) sides.b.pack(sides.pairing.b_entry(first + at), x.data + at * n);
  });
  apply_entry<T>(entry, {x.data, 1, n}, x, run);
}

/// Many vectors for one matrix are solved together; otherwise entry by entry.
template <typename T, typename EntryOf>
void solve_all(const Sides& sides, EntryOf entry_of) {
  const BatchPairing& pairing = sides.pairing;
  const std::int64_t n = sides.b.rows, r = sides.b.cols;
  const std::int64_t run = sides.vectors ? pairing.run : 1;
  if (pairing.count == 0 || n * r == 0) return;
  parallel_for(pairing.count / run, entries_a_chunk(flops_of(n, r * run)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t group = begin; group < end; ++group) {
      const Entry<T> entry = entry_of(pairing.a_entry(group * run));
      if (run > 1)
        solve_run(sides, entry, group * run, run);
      else
        apply_entry<T>(entry, given_sides<T>(sides, group), solved_sides<T>(sides, group), r);
    }
  });
}

/// Many small systems across lanes; what a lane could not do is done again alone.
template <typename T>
class LaneSolver {
 public:
  LaneSolver(const MatrixBatch& a, const Sides& sides, SharedTally& tally) : a_(a), sides_(sides), tally_(tally) {
    for (std::int64_t row = 0; row < n_; ++row) probe_[row] = static_cast<Real<T>>(probe_entry(row));
  }

  void run() const {
    const double flops = static_cast<double>(n_ * n_ * n_) + 2 * flops_of(n_, r_);
    over_packs<T>(a_, flops, [this](const PackRun<T>& run) { solve(run); });
  }

 private:
  static constexpr std::int64_t lanes = lane_count<T>;

  void solve(const PackRun<T>& run) const {
    const std::int64_t size = n_ * r_, all = run.packs * lanes;
    const bool sides_stand = sides_.b.dense && sides_.b.count == a_.count && run.whole();
    const bool copies = !sides_stand && !sides_.identity;
    const Buffer<T> work(lane_workspace<T>(n_, r_)), b(copies ? all * size : 0), x(run.whole() ? 0 : all * size);
    for (std::int64_t at = 0; copies && at < all; ++at)
      sides_.b.pack(sides_.pairing.b_entry(run.first + std::min(at, run.used - 1)), b.data() + at * size);
    std::vector<std::uint32_t> doubtful;
    LaneJob<T> job = job_over(run, n_, doubtful);
    job.r = static_cast<int>(r_);
    job.b = sides_stand ? sides_.b.tensor.template as<T>() + run.first * size : copies ? b.data() : nullptr;
    job.x = run.whole() ? sides_.x.template as<T>() + run.first * size : x.data();
    job.probe = probe_.data(), job.doubt = static_cast<Real<T>>(doubt_from<T>(n_));
    job.workspace = work.data();
    Tally chunk;
    note(lane_kernels<T>().solve(job), run, chunk);
    each_doubtful(doubtful, lanes, run.used, [&](std::int64_t at) { solve_alone(job, at, run.first + at, chunk); });
    if (!run.whole()) std::copy(x.data(), x.data() + run.used * size, sides_.x.template as<T>() + run.first * size);
    tally_.merge(chunk);
  }

  void note(const LaneLeast& least, const PackRun<T>& run, Tally& chunk) const {
    if (least.entry < 0) return;
    const std::int64_t entry = run.first + std::min(least.entry, run.used - 1);
    if (least.by_cholesky) chunk.add(entry, Method::cholesky, least.rcond);
    if (least.by_lu) chunk.add(entry, Method::lu, least.rcond);
  }

  void solve_alone(const LaneJob<T>& job, std::int64_t at, std::int64_t entry, Tally& chunk) const {
    const Buffer<T> factor(n_ * n_);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n_));
    Entry<T> alone{n_, factor.data(), pivots.data()};
    const T* const matrix = job.matrices + at * n_ * n_;
    factor_entry<T>(alone, Structure::general, [&](T* to) { std::copy(matrix, matrix + n_ * n_, to); });
    apply_entry<T>(alone, given_sides<T>(sides_, entry), {job.x + at * n_ * r_, r_, 1}, r_);
    chunk.add(entry, alone.method, alone.rcond);
  }

  const MatrixBatch& a_;
  const Sides& sides_;
  SharedTally& tally_;
  std::int64_t n_ = a_.rows, r_ = sides_.b.cols;
  Buffer<Real<T>> probe_{n_};
};

/// Each matrix is used for one entry of the result: factored in the worker's workspace, applied, forgotten.
template <typename T>
void solve_each(const MatrixBatch& a, const Sides& sides, Structure hint, SharedTally& tally) {
  const std::int64_t n = a.rows, r = sides.b.cols;
  const double flops = static_cast<double>(n * n) * static_cast<double>(n) + 2 * flops_of(n, r);
  parallel_for(a.count, entries_a_chunk(flops), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> own(n * n);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    Tally chunk;
    for (std::int64_t at = begin; at < end; ++at) {
      Entry<T> entry{n, own.data(), pivots.data()};
      factor_entry<T>(entry, hint, [&](T* to) { a.pack(at, to); });
      apply_entry<T>(entry, given_sides<T>(sides, at), solved_sides<T>(sides, at), r);
      chunk.add(at, entry.method, entry.rcond);
    }
    tally.merge(chunk);
  });
}

/// Every entry of the result has a matrix of its own.
void solve_apart(const MatrixBatch& a, const Sides& sides, Report* report, Structure hint) {
  if (a.count == 0) return;
  count_factorisations(a.count);
  with_inexact(a.tensor.dtype, [&](auto zero) {
    using T = decltype(zero);
    SharedTally tally;
    if (lanes_pay(a.count, a.rows, sides.b.cols))
      LaneSolver<T>(a, sides, tally).run();
    else
      solve_each<T>(a, sides, hint, tally);
    if (report != nullptr) *report = tally.report(a.batch, rcond_floor<T>(a.rows));
  });
}

/// A real factor and a complex right-hand side: [n, r] complex is [n, 2r] real in memory.
Tensor solve_parts(const Factor& factor, const Tensor& b, bool vectors, DType type) {
  Tensor parts = contiguous_copy_if_needed(b.dtype == type ? b : cast(b, type));
  parts.dtype = dsl::real_type(type);
  if (vectors)
    parts.shape.push_back(2);
  else
    parts.shape.back() *= 2;
  parts.strides = row_major_strides(parts.shape);
  Tensor x = solve(factor, parts, false);
  x.dtype = type;
  if (vectors)
    x.shape.pop_back();
  else
    x.shape.back() /= 2;
  x.strides = row_major_strides(x.shape);
  return x;
}

}  // namespace

Tensor identity(DType type, std::int64_t n) {
  Tensor out = Tensor::zeros(type, {n, n});
  with_inexact(type, [&](auto zero) {
    for (std::int64_t k = 0; k < n; ++k) out.as<decltype(zero)>()[k * n + k] = 1;
  });
  return out;
}

Tensor solve(const Factor& factor, const Tensor& b, bool vectors) {
  const FactorData& data = factor.data();
  const DType own = data.storage.dtype, type = dsl::inexact_type(dsl::promote(own, b.dtype));
  if (dsl::real_type(type) != dsl::real_type(own)) return solve(linalg::factor(cast(*data.source, type)), b, vectors);
  if (type != own) return solve_parts(factor, b, vectors, type);
  const Sides sides = prepare(b, vectors, type, data.batch, data.n);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    solve_all<T>(sides, [&](std::int64_t at) { return data.entry<T>(at); });
  });
  return sides.x;
}

Tensor solve_once(const Tensor& matrices, const Tensor& b, bool vectors, Report* report, Structure hint) {
  const DType type = dsl::inexact_type(dsl::promote(matrices.dtype, b.dtype));
  const MatrixBatch a = square_batch(matrices, type, "solve");
  Sides sides = prepare(b, vectors, type, a.batch, a.rows);
  const bool shared = a.count != sides.pairing.count;  // a matrix serves several entries: worth keeping while they last
  if (!vectors) sides.identity = with_inexact(type, [&](auto zero) { return is_identity<decltype(zero)>(sides.b); });
  if (shared || a.elements() == 0 || sides.b.cols == 0) {
    const Factor kept = factor(a.tensor, hint);
    if (report != nullptr) *report = kept.report();
    return solve(kept, b, vectors);
  }
  solve_apart(a, sides, report, hint);
  return sides.x;
}

Tensor invert_once(const Tensor& matrices, Report* report) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "inv");
  Sides sides = prepare(identity(type, a.rows), false, type, a.batch, a.rows);
  sides.identity = true;
  if (a.elements() > 0) solve_apart(a, sides, report, Structure::general);
  return sides.x;
}

}  // namespace ricci::runtime::linalg
