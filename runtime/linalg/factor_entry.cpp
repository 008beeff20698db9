#include "runtime/linalg/factor_entry.hpp"

#include <algorithm>
#include <mutex>

#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

/// What one pass over the rows tells of a matrix.
template <typename R>
struct Look {
  R largest = 0, norm = 0;  // norm: the largest sum of magnitudes of a row
  bool zero_above = true, zero_below = true;
};

template <typename T>
Look<Real<T>> look_at(std::int64_t n, const T* a) {
  Look<Real<T>> all;
  std::mutex guard;
  parallel_for(n, std::max<std::int64_t>(1, (1 << 17) / (n + 1)), [&](std::int64_t begin, std::int64_t end) {
    const auto zero = [](T element) { return element == T(0); };
    Look<Real<T>> own;
    for (std::int64_t row = begin; row < end; ++row) {
      const T *const first = a + row * n, *const diagonal = first + row;
      const auto seen = scan(first, n);
      own.largest = std::max(own.largest, seen.largest);
      own.norm = std::max(own.norm, seen.sum);
      own.zero_above = own.zero_above && std::all_of(diagonal + 1, first + n, zero);
      own.zero_below = own.zero_below && std::all_of(first, diagonal, zero);
    }
    const std::lock_guard lock(guard);
    all = {std::max(all.largest, own.largest), std::max(all.norm, own.norm), all.zero_above && own.zero_above,
           all.zero_below && own.zero_below};
  });
  return all;
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

/// The smaller of 1/(norm |A^-1 z|) and, where that is suspicious, a real estimate. 0 where either is not finite.
template <typename T>
double estimate_rcond(const Entry<T>& entry, Real<T> norm) {
  const Buffer<T> probe(entry.n);
  for (std::int64_t row = 0; row < entry.n; ++row) probe[row] = T(static_cast<Real<T>>(probe_entry(row)));
  substitute(entry, false, probe.data(), 1);
  const auto size = static_cast<double>(norm);
  const double cheap = 1 / (size * static_cast<double>(scan(probe.data(), entry.n).largest));
  if (!suspicious<T>(cheap, entry.n)) return cheap;
  return std::min(cheap,
                  1 / (size * inverse_norm<T>(entry.n, [&](bool adjoint, T* x) { substitute(entry, adjoint, x, 1); })));
}

template <typename T>
void factor_triangular(Entry<T>& entry, const Look<Real<T>>& seen) {
  const std::int64_t n = entry.n;
  entry.method = seen.zero_above && seen.zero_below ? Method::diagonal
                 : seen.zero_above                  ? Method::lower
                                                    : Method::upper;
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    const double size = static_cast<double>(std::abs(entry.matrix[k * n + k]));
    smallest = std::min(smallest, size);
    largest = std::max(largest, size);
  }
  entry.rcond = n == 0 ? 1 : smallest / largest;
  if (n > 0 && smallest == 0) entry.method = Method::singular;
  if (entry.method == Method::diagonal || entry.method == Method::singular) return;
  entry.rcond = estimate_rcond(entry, seen.norm);
}

template <typename T>
bool factor_positive(Entry<T>& entry, Real<T> norm) {
  const std::int64_t n = entry.n;
  if (!dense::factor_cholesky(n, entry.matrix, n)) return false;
  entry.method = Method::cholesky;
  entry.rcond = estimate_rcond(entry, norm);
  return entry.rcond > 0;
}

template <typename T>
void factor_general(Entry<T>& entry, Real<T> norm, FunctionRef<void(T*)> reload) {
  const std::int64_t n = entry.n;
  entry.method = Method::lu;
  const bool zero_pivot = dense::factor_lu(n, n, entry.matrix, n, entry.pivots) != 0;
  if (!zero_pivot) {
    entry.rcond = estimate_rcond(entry, norm);
    // The probe meets every element of the factors: where it stayed finite, they are.
    if (entry.rcond > 0 || scan(entry.matrix, n * n).finite()) return;
  }
  entry.rcond = 0;
  const bool finite = scan(entry.matrix, n * n).finite();
  reload(entry.matrix);
  if (zero_pivot && finite && !wide_range(entry.matrix, n * n)) {
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
  Look<Real<T>> seen = look_at(n, entry.matrix);
  entry.exponent = 0;
  if (!(seen.largest <= std::numeric_limits<Real<T>>::max())) {
    entry.method = Method::non_finite;
    entry.rcond = std::numeric_limits<double>::infinity();
    return;
  }
  if (seen.zero_above || seen.zero_below) return factor_triangular(entry, seen);
  entry.exponent = scaling_exponent(seen.largest);
  scale(entry.matrix, n * n, -entry.exponent);
  if (entry.exponent != 0) seen.norm = row_sum_norm(n, n, entry.matrix, n);
  const bool hinted = hint == Structure::spd || hint == Structure::symmetric;
  const Real<T> slack = hinted ? 16 * static_cast<Real<T>>(rcond_floor<T>(n)) * seen.largest : 0;
  if (may_be_positive(n, entry.matrix, scaled(slack, -entry.exponent))) {
    if (factor_positive(entry, seen.norm)) return;
    reload(entry.matrix);
    scale(entry.matrix, n * n, -entry.exponent);
  }
  factor_general(entry, seen.norm, reload);
}

#define RICCI_FACTOR_ENTRY(T) template void factor_entry<T>(Entry<T>&, Structure, FunctionRef<void(T*)>);
RICCI_FACTOR_ENTRY(float)
RICCI_FACTOR_ENTRY(double)
RICCI_FACTOR_ENTRY(std::complex<float>)
RICCI_FACTOR_ENTRY(std::complex<double>)
#undef RICCI_FACTOR_ENTRY

}  // namespace ricci::runtime::linalg
