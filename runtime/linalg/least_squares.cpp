/// Least squares over a batch: kept, for use once, and the pseudo-inverse.
#include "runtime/linalg/least_squares.hpp"

#include <optional>
#include <string>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/lane_batch.hpp"
#include "runtime/linalg/orthogonal_entry.hpp"
#include "runtime/linalg/tall_qr.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

struct LeastSquaresData {
  Extents batch;
  std::int64_t m = 0, n = 0;
  Tensor left, right, middle;  // [..., m, k], [..., n, k], [..., k, k] where keeps_middle
  std::vector<OrthogonalOutcome> outcomes;
  Report report;
  std::optional<Tensor> source;  // single precision only, for right-hand sides of double precision

  template <typename T>
  OrthogonalEntry<T> entry(std::int64_t at) const {
    const std::int64_t k = m < n ? m : n;
    T* const third = keeps_middle(m, n) ? middle.as<T>() + at * k * k : nullptr;
    return {m, n, left.as<T>() + at * m * k, right.as<T>() + at * n * k, third, outcomes[static_cast<std::size_t>(at)]};
  }
};

const Report& LeastSquaresFactor::report() const { return data_->report; }
Extents LeastSquaresFactor::batch_shape() const { return data_->batch; }
std::int64_t LeastSquaresFactor::rows() const { return data_->m; }
std::int64_t LeastSquaresFactor::cols() const { return data_->n; }
std::int64_t LeastSquaresFactor::bytes() const { return data_->left.bytes() + data_->right.bytes(); }

namespace {

double flops_of(std::int64_t m, std::int64_t n) {
  return 8.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n)) + 3000;
}

template <typename T>
Report summary(const std::vector<OrthogonalOutcome>& outcomes, const MatrixBatch& a) {
  Report out;
  out.rcond_floor =
      static_cast<double>(std::max(a.rows, a.cols)) * static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  bool used[3] = {};
  for (std::size_t at = 0; at < outcomes.size(); ++at) {
    const OrthogonalOutcome& one = outcomes[at];
    if (one.form == Form::non_finite) continue;
    used[one.form == Form::svd ? 2 : one.by_cholesky ? 0 : 1] = true;
    const auto where = static_cast<std::int64_t>(at);
    if (out.rank_min < 0 || one.rank < out.rank_min) {
      out.rank_min = one.rank;
      out.rank_where = entry_index(a.batch, where);
    }
    if (one.rcond < out.rcond_min) {
      out.rcond_min = one.rcond;
      out.rcond_where = entry_index(a.batch, where);
    }
  }
  constexpr const char* names[] = {"cholesky-qr2", "householder qr", "svd"};
  for (std::size_t which = 0; which < 3; ++which)
    if (used[which]) out.method += (out.method.empty() ? "" : ", ") + std::string(names[which]);
  return out;
}

template <typename T>
std::shared_ptr<LeastSquaresData> factor_as(const MatrixBatch& a) {
  auto data = std::make_shared<LeastSquaresData>();
  count_factorisations(a.count);
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  data->batch = a.batch, data->m = m, data->n = n;
  data->left = Tensor::empty(a.tensor.dtype, joined(a.batch, {m, k}));
  data->right = Tensor::empty(a.tensor.dtype, joined(a.batch, {n, k}));
  data->middle = Tensor::empty(a.tensor.dtype, keeps_middle(m, n) ? joined(a.batch, {k, k}) : Extents{0});
  data->outcomes.resize(static_cast<std::size_t>(a.count));
  parallel_for(a.count, entries_a_chunk(flops_of(m, n)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      auto entry = data->entry<T>(at);
      factor_orthogonal<T>(
          entry, [&](T* to) { a.pack(at, to); }, entry_index(a.batch, at));
      data->outcomes[static_cast<std::size_t>(at)] = entry.outcome;
    }
  });
  data->report = summary<T>(data->outcomes, a);
  return data;
}

struct Sides {
  MatrixBatch b;
  BatchPairing pairing;
  Tensor x;
};

Sides prepare(const Tensor& b, bool vectors, DType type, const Extents& a_batch, std::int64_t m, std::int64_t n) {
  Sides out{vectors ? vector_batch(b, type, "lstsq") : matrix_batch(b, type, "lstsq"), {}, {}};
  if (out.b.rows != m)
    fail(dsl::Fault::linalg_shape, "lstsq", "a right-hand side of " + std::to_string(m) + " rows", shape_text(b.shape));
  out.pairing = pair_batches(a_batch, out.b.batch);
  if (!vectors) out.pairing.run = 1;
  out.x = Tensor::empty(type, vectors ? joined(out.pairing.shape, {n}) : joined(out.pairing.shape, {n, out.b.cols}));
  return out;
}

/// The right-hand sides of one group (those of `run` consecutive entries, as rows, or of one entry) and their solution.
template <typename T>
void apply_group(const OrthogonalEntry<T>& entry, const Sides& sides, std::int64_t first) {
  const std::int64_t m = entry.m, r = sides.b.cols, run = sides.pairing.run;
  T* const x = sides.x.as<T>() + first * entry.n * r;
  const Buffer<T> packed(m * r * run);
  if (run == 1) {
    const T* b = sides.b.at(sides.pairing.b_entry(first), packed.data());
    return apply_orthogonal(entry, Layout::columns, b, x, r);
  }
  for (std::int64_t at = 0; at < run; ++at) sides.b.pack(sides.pairing.b_entry(first + at), packed.data() + at * m);
  apply_orthogonal(entry, Layout::rows, packed.data(), x, run);
}

/// Entry `at` without keeping a factor, where sweeps over A and b do. The bits are those of factor and solve.
template <typename T>
bool solve_in_sweeps(const MatrixBatch& a, const Sides& sides, std::int64_t at, OrthogonalOutcome& outcome) {
  const std::int64_t m = a.rows, n = a.cols, r = sides.b.cols;
  if (m < n || sides.pairing.run != 1 || !keeps_middle(m, n)) return false;
  const Buffer<T> packed_a(a.packed() ? 0 : m * n), packed_b(sides.b.packed() ? 0 : m * r);
  const T *const matrix = a.at(at, packed_a.data()), *const b = sides.b.at(sides.pairing.b_entry(at), packed_b.data());
  outcome = {Form::tall, true, n, 0};
  return solve_by_cholesky_qr(m, n, r, matrix, b, sides.x.as<T>() + at * n * r, outcome.rcond);
}

template <typename T>
void solve_by_factor(const MatrixBatch& a, const Sides& sides, std::int64_t at, OrthogonalOutcome& outcome) {
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  const Buffer<T> left(m * k), right(n * k), middle(keeps_middle(m, n) ? k * k : 0);
  OrthogonalEntry<T> entry{m, n, left.data(), right.data(), middle.data(), {}};
  factor_orthogonal<T>(
      entry, [&](T* to) { a.pack(at, to); }, entry_index(a.batch, at));
  outcome = entry.outcome;
  if (sides.x.count() > 0) apply_group(entry, sides, at * sides.pairing.run);
}

template <typename T>
void solve_alone(const MatrixBatch& a, const Sides& sides, std::int64_t at, OrthogonalOutcome& outcome) {
  if (!solve_in_sweeps<T>(a, sides, at, outcome)) solve_by_factor<T>(a, sides, at, outcome);
}

/// Many small systems across lanes; what a lane could not do is done again alone.
template <typename T>
void solve_in_lanes(const MatrixBatch& a, const Sides& sides, std::vector<OrthogonalOutcome>& outcomes) {
  const std::int64_t m = a.rows, n = a.cols, r = sides.b.cols;
  const Buffer<Real<T>> probe(n);
  for (std::int64_t row = 0; row < n; ++row) probe[row] = static_cast<Real<T>>(probe_entry(row));
  over_packs<T>(a, flops_of(m, n) / 4, [&](const PackRun<T>& run) {
    const std::int64_t all = run.packs * lane_count<T>;
    const bool stands = sides.b.dense && sides.b.count == a.count && run.whole();
    const Buffer<T> work(least_squares_workspace<T>(m, n, r)), b(stands ? 0 : all * m * r), x(all * n * r);
    const Buffer<Real<T>> conditions(all);
    for (std::int64_t at = 0; !stands && at < all; ++at)
      sides.b.pack(sides.pairing.b_entry(run.first + std::min(at, run.used - 1)), b.data() + at * m * r);
    std::vector<std::uint32_t> doubtful;
    LaneJob<T> job = job_over(run, n, doubtful);
    job.m = static_cast<int>(m), job.r = static_cast<int>(r);
    job.b = stands ? sides.b.tensor.as<T>() + run.first * m * r : b.data();
    job.x = x.data(), job.conditions = conditions.data(), job.workspace = work.data();
    job.probe = probe.data(), job.doubt = static_cast<Real<T>>(doubt_from<T>(m));
    least_squares_lanes<T>()(job);
    std::copy(x.data(), x.data() + run.used * n * r, sides.x.as<T>() + run.first * n * r);
    OrthogonalOutcome* const found = outcomes.data() + run.first;
    for (std::int64_t at = 0; at < run.used; ++at)
      found[at] = {Form::tall, false, n, 1 / static_cast<double>(conditions[at])};
    each_doubtful(doubtful, lane_count<T>, run.used,
                  [&](std::int64_t at) { solve_alone<T>(a, sides, run.first + at, found[at]); });
  });
}

}  // namespace

LeastSquaresFactor factor_least_squares(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = matrix_batch(matrices, type, "lstsq");
  auto data = with_inexact(type, [&](auto zero) { return factor_as<decltype(zero)>(a); });
  if (dsl::real_type(type) == DType::f32) data->source = matrices;
  return LeastSquaresFactor(std::move(data));
}

Tensor solve(const LeastSquaresFactor& factor, const Tensor& b, bool vectors) {
  const LeastSquaresData& data = factor.data();
  const DType own = data.left.dtype, type = dsl::inexact_type(dsl::promote(own, b.dtype));
  if (dsl::real_type(type) != dsl::real_type(own))
    return solve(factor_least_squares(cast(*data.source, type)), b, vectors);
  if (type != own) {
    LeastSquaresData complex = data;  // Q and R of a real matrix serve complex right-hand sides once they are complex
    complex.left = cast(data.left, type), complex.right = cast(data.right, type);
    if (keeps_middle(data.m, data.n)) complex.middle = cast(data.middle, type);
    return solve(LeastSquaresFactor(std::make_shared<LeastSquaresData>(std::move(complex))), b, vectors);
  }
  const Sides sides = prepare(b, vectors, type, data.batch, data.m, data.n);
  if (sides.x.count() == 0) return sides.x;
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t run = sides.pairing.run;
    const double flops =
        flops_of(data.m, data.n) / static_cast<double>(data.n + 1) * static_cast<double>(run + sides.b.cols);
    parallel_for(sides.pairing.count / run, entries_a_chunk(flops), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t group = begin; group < end; ++group)
        apply_group(data.entry<T>(sides.pairing.a_entry(group * run)), sides, group * run);
    });
  });
  return sides.x;
}

Tensor lstsq(const Tensor& matrices, const Tensor& b, bool vectors, Report* report) {
  const DType type = dsl::inexact_type(dsl::promote(matrices.dtype, b.dtype));
  const MatrixBatch a = matrix_batch(matrices, type, "lstsq");
  const Sides sides = prepare(b, vectors, type, a.batch, a.rows, a.cols);
  const std::int64_t m = a.rows, n = a.cols, run = sides.pairing.run;
  if (a.count * run != sides.pairing.count) {  // a matrix serves entries that do not stand together
    const LeastSquaresFactor kept = factor_least_squares(a.tensor);
    if (report != nullptr) *report = kept.report();
    return solve(kept, b, vectors);
  }
  count_factorisations(a.count);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    std::vector<OrthogonalOutcome> outcomes(static_cast<std::size_t>(a.count));
    // One matrix alone has the bits that it would have kept.
    if (run == 1 && !a.batch.empty() && !keeps_middle(m, n) && least_squares_lanes_pay(m, n, sides.b.cols))
      solve_in_lanes<T>(a, sides, outcomes);
    else
      parallel_for(a.count, entries_a_chunk(flops_of(m, n)), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t at = begin; at < end; ++at)
          solve_alone<T>(a, sides, at, outcomes[static_cast<std::size_t>(at)]);
      });
    if (report != nullptr) *report = summary<T>(outcomes, a);
  });
  return sides.x;
}

Tensor pinv(const Tensor& matrices, Report* report) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = matrix_batch(matrices, type, "pinv");
  const std::int64_t m = a.rows, n = a.cols, k = std::min(m, n);
  const Tensor out = Tensor::empty(type, joined(a.batch, {n, m}));
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    std::vector<OrthogonalOutcome> outcomes(static_cast<std::size_t>(a.count));
    parallel_for(a.count, entries_a_chunk(flops_of(m, n)), [&](std::int64_t begin, std::int64_t end) {
      const Buffer<T> left(m * k), right(n * k), middle(keeps_middle(m, n) ? k * k : 0);
      for (std::int64_t at = begin; at < end; ++at) {
        OrthogonalEntry<T> entry{m, n, left.data(), right.data(), middle.data(), {}};
        factor_orthogonal<T>(
            entry, [&](T* to) { a.pack(at, to); }, entry_index(a.batch, at));
        outcomes[static_cast<std::size_t>(at)] = entry.outcome;
        if (out.count() > 0) pseudo_inverse(entry, out.as<T>() + at * n * m);
      }
    });
    if (report != nullptr) *report = summary<T>(outcomes, a);
  });
  return out;
}

Tensor pinv(const LeastSquaresFactor& factor) {
  const LeastSquaresData& data = factor.data();
  const Tensor out = Tensor::empty(data.left.dtype, joined(data.batch, {data.n, data.m}));
  with_inexact(data.left.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < count_of(data.batch) && out.count() > 0; ++at)
      pseudo_inverse(data.entry<T>(at), out.as<T>() + at * data.n * data.m);
  });
  return out;
}

}  // namespace ricci::runtime::linalg
