#include "runtime/linalg/factor_entry.hpp"

#include <algorithm>

#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/large_lu.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

using blas::Diagonal;
using blas::Op;
using blas::Side;
using blas::Triangle;

template <typename T>
bool zero_above(std::int64_t n, const T* a) {
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t col = row + 1; col < n; ++col)
      if (a[row * n + col] != T(0)) return false;
  return true;
}

template <typename T>
bool zero_below(std::int64_t n, const T* a) {
  for (std::int64_t row = n; row-- > 0;)
    for (std::int64_t col = 0; col < row; ++col)
      if (a[row * n + col] != T(0)) return false;
  return true;
}

/// Hermitian up to `slack` times the largest element, with a positive diagonal. Fails fast on general matrices.
template <typename T>
bool may_be_positive(std::int64_t n, const T* a, Real<T> slack) {
  for (std::int64_t row = 0; row < n; ++row)
    if (!(std::real(a[row * n + row]) > 0) || std::abs(std::imag(a[row * n + row])) > slack) return false;
  for (std::int64_t row = 1; row < n; ++row)
    for (std::int64_t col = 0; col < row; ++col)
      if (a[row * n + col] != conjugate(a[col * n + row]) &&
          !(std::abs(a[row * n + col] - conjugate(a[col * n + row])) <= slack))
        return false;
  return true;
}

/// The smaller of 1/(norm |A^-1 z|) and, where that is suspicious, LAPACK's estimate.
template <typename T, typename Refine>
double estimate_rcond(const Entry<T>& entry, Real<T> norm, Refine refine) {
  const Buffer<T> probe(entry.n);
  for (std::int64_t row = 0; row < entry.n; ++row) probe[row] = T(static_cast<Real<T>>(probe_entry(row)));
  Entry<T> unscaled = entry;
  unscaled.exponent = 0;
  apply_entry(unscaled, Layout::columns, probe.data(), 1);
  const double cheap = 1 / (static_cast<double>(norm) * static_cast<double>(scan(probe.data(), entry.n).largest));
  if (!suspicious<T>(cheap, entry.n)) return cheap;
  const double refined = static_cast<double>(refine());
  return cheap > 0 && cheap < refined ? cheap : refined;
}

template <typename T>
void factor_triangular(Entry<T>& entry, bool above, bool below) {
  const std::int64_t n = entry.n;
  entry.method = above && below ? Method::diagonal : above ? Method::lower : Method::upper;
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    const double size = static_cast<double>(std::abs(entry.matrix[k * n + k]));
    smallest = std::min(smallest, size);
    largest = std::max(largest, size);
  }
  entry.rcond = n == 0 ? 1 : smallest / largest;
  if (n > 0 && smallest == 0) entry.method = Method::singular;
  if (entry.method == Method::diagonal || entry.method == Method::singular) return;
  // Read column-major, a lower triangle is an upper one.
  const auto seen = entry.method == Method::lower ? Triangle::upper : Triangle::lower;
  entry.rcond = estimate_rcond(entry, row_sum_norm(n, n, entry.matrix, n),
                               [&] { return lapack::trcon(seen, n, entry.matrix, n); });
}

template <typename T>
bool factor_positive(Entry<T>& entry, Real<T> norm) {
  const std::int64_t n = entry.n;
  if (lapack::potrf(Triangle::upper, n, entry.matrix, n) != 0) return false;
  if (!scan_rows(entry.matrix, n, n, n, true).finite()) return false;
  entry.method = Method::cholesky;
  entry.rcond = estimate_rcond(entry, norm, [&] { return lapack::pocon(Triangle::upper, n, entry.matrix, n, norm); });
  return true;
}

template <typename T>
void factor_general(Entry<T>& entry, Real<T> norm, FunctionRef<void(T*)> reload) {
  const std::int64_t n = entry.n;
  entry.method = Method::lu;
  const int info = lu_in_place(n, entry.matrix, entry.pivots);
  if (info == 0 && scan(entry.matrix, n * n).finite()) {
    entry.rcond = estimate_rcond(entry, norm, [&] { return lapack::gecon(n, entry.matrix, n, norm); });
    return;
  }
  entry.rcond = 0;
  const bool finite = scan(entry.matrix, n * n).finite();
  reload(entry.matrix);
  if (info > 0 && finite && !wide_range(entry.matrix, n * n)) {
    entry.method = Method::singular;
    return;
  }
  // Spoiled on the way: reciprocals that overflowed, or products that vanished.
  entry.exponent = 0;
  entry.method = solve_wide<T>(n, 0, entry.matrix, nullptr) ? Method::wide : Method::singular;
  entry.rcond = static_cast<double>(std::numeric_limits<Real<T>>::min());
}

}  // namespace

template <typename T>
void factor_entry(Entry<T>& entry, Structure hint, FunctionRef<void(T*)> reload) {
  const std::int64_t n = entry.n;
  reload(entry.matrix);
  const auto seen = scan(entry.matrix, n * n);
  entry.exponent = 0;
  if (!seen.finite()) {
    entry.method = Method::non_finite;
    entry.rcond = std::numeric_limits<double>::infinity();
    return;
  }
  const bool above = zero_above(n, entry.matrix), below = zero_below(n, entry.matrix);
  if (above || below) return factor_triangular(entry, above, below);
  entry.exponent = scaling_exponent(seen.largest);
  scale(entry.matrix, n * n, -entry.exponent);
  const Real<T> norm = row_sum_norm(n, n, entry.matrix, n);
  const bool hinted = hint == Structure::spd || hint == Structure::symmetric;
  const Real<T> slack = hinted ? 16 * static_cast<Real<T>>(rcond_floor<T>(n)) * seen.largest : 0;
  if (may_be_positive(n, entry.matrix, scaled(slack, -entry.exponent))) {
    if (factor_positive(entry, norm)) return;
    reload(entry.matrix);
    scale(entry.matrix, n * n, -entry.exponent);
  }
  factor_general(entry, norm, reload);
}

#define RICCI_FACTOR_ENTRY(T) template void factor_entry<T>(Entry<T>&, Structure, FunctionRef<void(T*)>);
RICCI_FACTOR_ENTRY(float)
RICCI_FACTOR_ENTRY(double)
RICCI_FACTOR_ENTRY(std::complex<float>)
RICCI_FACTOR_ENTRY(std::complex<double>)
#undef RICCI_FACTOR_ENTRY

}  // namespace ricci::runtime::linalg
