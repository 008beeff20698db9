/// What follows from the LU of a square matrix: inverse, determinant and its logarithm.
#include <atomic>
#include <cmath>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/decompose.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/factor.hpp"
#include "runtime/linalg/wide.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

/// A determinant as unit * fraction * 2^exponent, so that products neither over- nor underflow on the way.
template <typename T>
struct Determinant {
  Wide<T> fraction{1};
  std::int64_t exponent = 0;

  void multiply(Wide<T> factor) {
    fraction *= factor;
    const long double size = std::max(std::abs(std::real(fraction)), std::abs(std::imag(fraction)));
    if (!(size > 0) || !std::isfinite(size)) return;
    const int power = std::ilogb(size);
    fraction = scaled(fraction, -power);
    exponent += power;
  }
  T value() const {
    const auto power = static_cast<int>(std::clamp<std::int64_t>(exponent, -40000, 40000));
    return static_cast<T>(scaled(fraction, power));
  }
  Real<T> log_magnitude() const {
    constexpr long double log_of_two = 0.693147180559945309417232121458176568L;
    return static_cast<Real<T>>(std::log(std::abs(fraction)) + static_cast<long double>(exponent) * log_of_two);
  }
};

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

}  // namespace

Tensor inv(const Tensor& matrices, Report* report) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "inv");
  const std::int64_t n = a.rows;
  Tensor identity = Tensor::zeros(type, {n, n});
  with_inexact(type, [&](auto zero) {
    for (std::int64_t k = 0; k < n; ++k) identity.as<decltype(zero)>()[k * n + k] = 1;
  });
  return solve_once(a.tensor, identity, false, report);
}

Tensor det(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "det");
  Tensor out = Tensor::empty(type, a.batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(a, [&](std::int64_t at, const Determinant<T>& found) { out.as<T>()[at] = found.value(); });
  });
  return out;
}

Tensor logdet(const Tensor& matrices) {
  const DType type = dsl::inexact_type(matrices.dtype);
  const MatrixBatch a = square_batch(matrices, type, "logdet");
  Tensor out = Tensor::empty(dsl::real_type(type), a.batch);
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    each_determinant<T>(
        a, [&](std::int64_t at, const Determinant<T>& found) { out.as<Real<T>>()[at] = found.log_magnitude(); });
  });
  return out;
}

}  // namespace ricci::runtime::linalg
