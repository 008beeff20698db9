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

template <typename T, typename Finish>
void each_determinant(const MatrixBatch& a, Finish finish) {
  const std::int64_t n = a.rows;
  const double order = static_cast<double>(n);
  parallel_for(a.count, entries_a_chunk(order * order * order + 200), [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> work(n * n);
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    for (std::int64_t at = begin; at < end; ++at)
      finish(at, determinant_of<T>(n, work.data(), pivots.data(), [&](T* to) { a.pack(at, to); }));
  });
}

/// One matrix for all entries of a batch.
Tensor identity(DType type, std::int64_t n) {
  Tensor out = Tensor::zeros(type, {n, n});
  with_inexact(type, [&](auto zero) {
    for (std::int64_t k = 0; k < n; ++k) out.as<decltype(zero)>()[k * n + k] = 1;
  });
  return out;
}

template <typename Source>
Tensor determinants(const Source& source, DType type, const Extents& batch) {
  Tensor out = Tensor::empty(type, batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(source, [&](std::int64_t at, const Determinant<T>& found) { out.as<T>()[at] = found.value(); });
  });
  return out;
}

template <typename Source>
Tensor log_determinants(const Source& source, DType type, const Extents& batch) {
  Tensor out = Tensor::empty(dsl::real_type(type), batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(
        source, [&](std::int64_t at, const Determinant<T>& found) { out.as<Real<T>>()[at] = found.log_magnitude(); });
  });
  return out;
}

}  // namespace

Tensor inv(const Tensor& matrices, Report* report) {
  const MatrixBatch a = square_batch(matrices, dsl::inexact_type(matrices.dtype), "inv");
  return solve_once(a.tensor, identity(a.tensor.dtype, a.rows), false, report);
}
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
