#include "runtime/linalg/factor_entry.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "runtime/linalg/band.hpp"
#include "runtime/linalg/condition.hpp"
#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

/// What one pass over the rows tells of a matrix. In a dense row it ends at the first element from either side.
template <typename R>
struct Look {
  std::int64_t n = 0;
  R largest = 0, norm = 0;                // norm: the largest sum of magnitudes of a row
  std::int64_t below = 0, above = 0;      // zero where row - column > below, or column - row > above
  std::vector<std::int64_t> first, last;  // of each row, the columns other than zero; n and -1 where there is none

  bool banded() const { return below * (below + above) * 90 < n * n; }  // so that plain loops beat a dense product
};

template <typename T>
Look<Real<T>> look_at(std::int64_t n, const T* a) {
  Look<Real<T>> all;
  all.n = n;
  all.first.resize(static_cast<std::size_t>(n));
  all.last.resize(static_cast<std::size_t>(n));
  std::mutex guard;
  parallel_for(n, std::max<std::int64_t>(1, (1 << 17) / (n + 1)), [&](std::int64_t begin, std::int64_t end) {
    const auto other_than_zero = [](T element) { return element != T(0); };
    Real<T> largest = 0, norm = 0;
    std::int64_t below = 0, above = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      const T* const from = a + row * n;
      const auto seen = scan(from, n);
      largest = std::max(largest, seen.largest);
      norm = std::max(norm, seen.sum);
      const std::int64_t first = std::find_if(from, from + n, other_than_zero) - from;
      std::int64_t last = n - 1;
      while (last >= first && from[last] == T(0)) --last;
      all.first[static_cast<std::size_t>(row)] = first;
      all.last[static_cast<std::size_t>(row)] = first == n ? -1 : last;
      below = std::max(below, row - first);
      if (first < n) above = std::max(above, last - row);
    }
    const std::lock_guard lock(guard);
    all.largest = std::max(all.largest, largest);
    all.norm = std::max(all.norm, norm);
    all.below = std::max(all.below, below);
    all.above = std::max(all.above, above);
  });
  return all;
}

/// Whether each column is the first (last) of exactly one row, and that row is not where it would be in a triangle.
bool is_permutation(const std::vector<std::int64_t>& columns) {
  std::vector<char> met(columns.size(), 0);
  for (std::int64_t column : columns) {
    if (column < 0 || column >= static_cast<std::int64_t>(columns.size()) || met[static_cast<std::size_t>(column)] != 0)
      return false;
    met[static_cast<std::size_t>(column)] = 1;
  }
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

/// Of a triangle as it stands, after its largest elements were seen.
template <typename T>
void factor_triangular(Entry<T>& entry, Method method, Real<T> norm) {
  const std::int64_t n = entry.n;
  entry.method = method;
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    const double size = static_cast<double>(std::abs(entry.matrix[k * n + k]));
    smallest = std::min(smallest, size);
    largest = std::max(largest, size);
  }
  entry.rcond = n == 0 ? 1 : smallest / largest;
  if (n > 0 && smallest == 0) entry.method = Method::singular;
  if (entry.method == Method::diagonal || entry.method == Method::singular) return;
  entry.rcond = estimate_rcond(entry, norm);
}

// -- the methods, each for matrices of its kind: false leaves the matrix spoiled, to be tried by the next

template <typename T>
using Seen = Look<Real<T>>;

/// Row r belongs at place[r].
template <typename T>
bool exchanged_triangle(Entry<T>& entry, const Seen<T>& seen, Method method, std::vector<std::int64_t> place) {
  const std::int64_t n = entry.n;
  std::vector<std::int64_t> holder(place.size());  // the inverse: where the row is that belongs at k
  for (std::size_t row = 0; row < place.size(); ++row)
    holder[static_cast<std::size_t>(place[row])] = static_cast<std::int64_t>(row);
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t row = holder[static_cast<std::size_t>(k)], displaced = place[static_cast<std::size_t>(k)];
    entry.pivots[k] = static_cast<std::int32_t>(row);
    if (row == k) continue;
    std::swap_ranges(entry.matrix + row * n, entry.matrix + row * n + n, entry.matrix + k * n);
    place[static_cast<std::size_t>(row)] = displaced;
    holder[static_cast<std::size_t>(displaced)] = row;
  }
  factor_triangular(entry, method, seen.norm);
  return entry.method != Method::singular;  // elements may vanish where the matrix was scaled
}
template <typename T>
bool try_exchanged_upper(Entry<T>& entry, const Seen<T>& seen) {
  return exchanged_triangle(entry, seen, Method::exchanged_upper, seen.first);
}
template <typename T>
bool try_exchanged_lower(Entry<T>& entry, const Seen<T>& seen) {
  return exchanged_triangle(entry, seen, Method::exchanged_lower, seen.last);
}
template <typename T>
bool try_cholesky(Entry<T>& entry, const Seen<T>& seen) {
  const std::int64_t n = entry.n;
  const bool band = seen.banded();
  if (band ? !factor_band_cholesky(n, seen.above, entry.matrix) : !dense::factor_cholesky(n, entry.matrix, n))
    return false;
  entry.method = band ? Method::band_cholesky : Method::cholesky;
  entry.rcond = estimate_rcond(entry, seen.norm);
  return entry.rcond > 0;
}
template <typename T>
bool try_band_lu(Entry<T>& entry, const Seen<T>& seen) {
  if (!factor_band_lu(entry.n, seen.below, seen.above, entry.matrix, entry.pivots)) return false;
  entry.method = Method::band_lu;
  entry.rcond = estimate_rcond(entry, seen.norm);
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

/// The methods in the order in which they are tried, cheapest first, before LU; what looking costs beside the one pass
/// over the elements that is always made, and what factoring does. Symmetric indefinite matrices are factored by LU:
/// the packaged LDL' takes 1.3 to 2 times as long for n = 300 to 2000.
template <typename T>
struct Detector {
  bool (*fits)(const Entry<T>& entry, const Seen<T>& seen, Real<T> slack);
  bool (*factor)(Entry<T>& entry, const Seen<T>& seen);
};
template <typename T>
constexpr std::array detectors{
    Detector<T>{[](const Entry<T>&, const Seen<T>& seen, Real<T>) { return is_permutation(seen.first); },  // n
                try_exchanged_upper<T>},                                                                   // exchanges
    Detector<T>{[](const Entry<T>&, const Seen<T>& seen, Real<T>) { return is_permutation(seen.last); },   // n
                try_exchanged_lower<T>},                                                                   // exchanges
    Detector<T>{[](const Entry<T>& entry, const Seen<T>&, Real<T> slack) {
                  return may_be_positive(entry.n, entry.matrix, slack);  // n, mostly
                },
                try_cholesky<T>},  // n^3 / 3, or n above^2
    Detector<T>{[](const Entry<T>&, const Seen<T>& seen, Real<T>) { return seen.banded(); },
                try_band_lu<T>},  // 2 n below (below + above)
};

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
  if (seen.below == 0 || seen.above == 0) {
    const Method triangle = seen.above != 0 ? Method::upper : seen.below != 0 ? Method::lower : Method::diagonal;
    return factor_triangular(entry, triangle, seen.norm);
  }
  entry.exponent = scaling_exponent(seen.largest);
  scale(entry.matrix, n * n, -entry.exponent);
  if (entry.exponent != 0) seen.norm = row_sum_norm(n, n, entry.matrix, n);
  const bool hinted = hint == Structure::spd || hint == Structure::symmetric;
  const Real<T> slack = hinted ? 16 * static_cast<Real<T>>(rcond_floor<T>(n)) * seen.largest : 0;
  for (const Detector<T>& detector : detectors<T>) {
    if (!detector.fits(entry, seen, scaled(slack, -entry.exponent))) continue;
    if (detector.factor(entry, seen)) return;
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
