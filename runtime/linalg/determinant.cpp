/// What follows from the LU of a square matrix: inverse, determinant and its logarithm.
#include "runtime/linalg/determinant.hpp"

#include <atomic>
#include <cmath>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/factor_data.hpp"
#include "runtime/linalg/lane_batch.hpp"
#include "runtime/linalg/wide.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

/// Elimination in long double: for matrices that plain elimination spoils, see wide.hpp.
template <typename T>
Determinant<T> wide_determinant(std::int64_t n, const T* matrix) {
  using W = Wide<T>;
  std::vector<W> a(matrix, matrix + n * n);
  Determinant<T> out;
  const auto at = [n](std::int64_t row, std::int64_t col) { return static_cast<std::size_t>(row * n + col); };
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t row = k + 1; row < n; ++row)
      if (std::abs(a[at(row, k)]) > std::abs(a[at(pivot, k)])) pivot = row;
    if (pivot != k) {
      for (std::int64_t col = k; col < n; ++col) std::swap(a[at(k, col)], a[at(pivot, col)]);
      out.fraction = -out.fraction;
    }
    out.multiply(a[at(k, k)]);
    if (a[at(k, k)] == W(0)) return out;
    for (std::int64_t row = k + 1; row < n; ++row) {
      const W factor = a[at(row, k)] / a[at(k, k)];
      for (std::int64_t col = k + 1; col < n; ++col) a[at(row, col)] -= factor * a[at(k, col)];
    }
  }
  return out;
}

/// `reload` is asked again if the elimination spoils `a`.
template <typename T>
Determinant<T> determinant_of(std::int64_t n, T* a, std::int32_t* pivots, FunctionRef<void(T*)> reload) {
  reload(a);
  const auto seen = scan(a, n * n);
  if (!seen.finite()) return {Wide<T>(std::numeric_limits<long double>::quiet_NaN()), 0};
  const int exponent = scaling_exponent(seen.largest);
  scale(a, n * n, -exponent);
  const int info = dense::factor_lu(n, n, a, n, pivots);
  const bool spoiled = !scan(a, n * n).finite() || (info > 0 && exponent != 0);
  if (spoiled) {
    reload(a);
    return wide_determinant(n, a);
  }
  Determinant<T> out;
  if (info > 0) {
    out.fraction = 0;
    return out;
  }
  for (std::int64_t k = 0; k < n; ++k) {
    out.multiply(Wide<T>(a[k * n + k]));
    if (pivots[k] != k) out.fraction = -out.fraction;
  }
  out.exponent += n * exponent;
  return out;
}

}  // namespace

template <typename T>
Determinant<T> determinant_of(const Entry<T>& entry) {
  const std::int64_t n = entry.n;
  Determinant<T> out;
  if (entry.method == Method::non_finite) out.fraction = Wide<T>(std::numeric_limits<long double>::quiet_NaN());
  if (entry.method == Method::singular) out.fraction = 0;
  if (entry.method == Method::singular || entry.method == Method::non_finite) return out;
  if (entry.method == Method::wide) return wide_determinant(n, entry.matrix);
  for (std::int64_t k = 0; k < n; ++k) {
    out.multiply(Wide<T>(entry.matrix[k * n + k]));
    if (entry.method == Method::cholesky || entry.method == Method::band_cholesky)
      out.multiply(Wide<T>(entry.matrix[k * n + k]));
    if (exchanges_rows(entry.method) && entry.pivots[k] != k) out.fraction = -out.fraction;
  }
  out.exponent += n * entry.exponent;
  return out;
}

#define RICCI_DETERMINANT_OF(T) template Determinant<T> determinant_of<T>(const Entry<T>&);
RICCI_DETERMINANT_OF(float)
RICCI_DETERMINANT_OF(double)
RICCI_DETERMINANT_OF(std::complex<float>)
RICCI_DETERMINANT_OF(std::complex<double>)
#undef RICCI_DETERMINANT_OF

namespace {

template <typename T, typename Finish>
void each_determinant(const FactorData& data, Finish finish) {
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(data.made.size()); ++at)
    finish(at, determinant_of(data.entry<T>(at)));
}

/// Many small ones, across lanes.
template <typename T, typename Finish>
void each_determinant_in_lanes(const MatrixBatch& a, Finish finish) {
  const std::int64_t n = a.rows;
  const double order = static_cast<double>(n);
  over_packs<T>(a, order * order * order + 100, [&](const PackRun<T>& run) {
    const std::int64_t size = run.packs * lane_count<T>;
    const Buffer<T> fractions(size), work(std::max(lane_workspace<T>(n, 0), n * n));
    const Buffer<std::int32_t> exponents(size);
    std::vector<std::uint32_t> doubtful;
    LaneJob<T> job = job_over(run, n, doubtful);
    job.x = fractions.data(), job.exponents = exponents.data(), job.workspace = work.data();
    lane_kernels<T>().determinant(job);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    each_doubtful(doubtful, lane_count<T>, run.used, [&](std::int64_t at) {
      const T* const own = run.matrices + at * n * n;
      const Determinant<T> found =
          determinant_of<T>(n, work.data(), pivots.data(), [&](T* to) { std::copy(own, own + n * n, to); });
      finish(run.first + at, found);
    });
    for (std::int64_t at = 0; at < run.used; ++at)
      if ((doubtful[static_cast<std::size_t>(at / lane_count<T>)] >> (at % lane_count<T>)&1U) == 0)
        finish(run.first + at, LaneDeterminant<T>{fractions[at], exponents[at]});
  });
}

template <typename T, typename Finish>
void each_determinant(const MatrixBatch& a, Finish finish) {
  const std::int64_t n = a.rows;
  if (lanes_pay(a.count, n, 1)) return each_determinant_in_lanes<T>(a, finish);
  const double order = static_cast<double>(n);
  parallel_for(a.count, entries_a_chunk(order * order * order + 200), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(n * n);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    for (std::int64_t at = begin; at < end; ++at)
      finish(at, determinant_of<T>(n, work.data(), pivots.data(), [&](T* to) { a.pack(at, to); }));
  });
}

template <typename Source>
Tensor determinants(const Source& source, DType type, const Extents& batch) {
  Tensor out = Tensor::empty(type, batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(source, [&](std::int64_t at, const auto& found) { out.as<T>()[at] = found.value(); });
  });
  return out;
}

template <typename Source>
Tensor log_determinants(const Source& source, DType type, const Extents& batch) {
  Tensor out = Tensor::empty(dsl::real_type(type), batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(source,
                        [&](std::int64_t at, const auto& found) { out.as<Real<T>>()[at] = found.log_magnitude(); });
  });
  return out;
}

}  // namespace

Tensor inv(const Tensor& matrices, Report* report) { return invert_once(matrices, report); }
Tensor inv(const Factor& factor) { return solve(factor, identity(factor.data().storage.dtype, factor.order()), false); }

Tensor det(const Tensor& matrices) {
  const MatrixBatch a = square_batch(matrices, dsl::inexact_type(matrices.dtype), "det");
  return determinants(a, a.tensor.dtype, a.batch);
}
Tensor det(const Factor& factor) {
  return determinants(factor.data(), factor.data().storage.dtype, factor.batch_shape());
}

Tensor logdet(const Tensor& matrices) {
  const MatrixBatch a = square_batch(matrices, dsl::inexact_type(matrices.dtype), "logdet");
  return log_determinants(a, a.tensor.dtype, a.batch);
}
Tensor logdet(const Factor& factor) {
  return log_determinants(factor.data(), factor.data().storage.dtype, factor.batch_shape());
}

}  // namespace ricci::runtime::linalg
