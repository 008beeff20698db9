#include "runtime/linalg/tall_qr.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/qr.hpp"
#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/linalg/scan.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime::linalg {
namespace {

using dense::adjoint_of;
using dense::rows_of;

/// Rows are cut into at most 32 tiles, so that partial results stay few.
struct Tiles {
  std::int64_t rows, size, count;
  explicit Tiles(std::int64_t p)
      : rows(p), size(std::max<std::int64_t>(256, (p + 31) / 32)), count((p + size - 1) / size) {}
  std::int64_t begin(std::int64_t tile) const { return tile * size; }
  std::int64_t height(std::int64_t tile) const { return std::min(size, rows - begin(tile)); }
};

/// out [elements] = the sum over tiles of what `make(tile, to)` writes, in the order of the tiles.
template <typename T, typename Make>
void sum_over(const Tiles& tiles, std::int64_t elements, T* out, Make make) {
  const Buffer<T> partial(elements * (tiles.count - 1));
  parallel_for(tiles.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile)
      make(tile, tile == 0 ? out : partial.data() + (tile - 1) * elements);
  });
  for (std::int64_t tile = 1; tile < tiles.count; ++tile) {
    check_interrupt();
    for (std::int64_t at = 0; at < elements; ++at) out[at] += partial[(tile - 1) * elements + at];
  }
}

/// to [k,k] = A^H A of A [height,k], from the diagonal to the right; zeros below.
template <typename T>
void gram(std::int64_t height, std::int64_t k, const T* a, T* to) {
  constexpr std::int64_t strip = 48;
  std::fill(to, to + k * k, T(0));
  for (std::int64_t row = 0; row < k; row += strip) {
    check_interrupt();
    dense::multiply(std::min(strip, k - row), k - row, height, adjoint_of<T>(a + row, k), rows_of<T>(a + row, k),
                    to + row * k + row, k);
  }
}

/// Upper U with G = U^H U in place, zeros below. False: not positive definite in floating point.
template <typename T>
bool factor_gram(std::int64_t k, T* g) {
  if (!dense::factor_cholesky(k, g, k)) return false;
  for (std::int64_t row = 0; row < k; ++row) std::fill(g + row * k, g + row * k + row, T(0));
  return scan(g, k * k).finite();
}

/// The first triangle of A. Its guard: cond(A) well below 1/sqrt(eps).
template <typename T>
bool first_factor(const Tiles& tiles, std::int64_t k, const T* a, T* first, double& rcond) {
  sum_over(tiles, k * k, first,
           [&](std::int64_t tile, T* to) { gram(tiles.height(tile), k, a + tiles.begin(tile) * k, to); });
  if (!factor_gram(k, first)) return false;
  // Row-major upper is column-major lower of U^T, of the same condition up to the choice of norm.
  rcond = static_cast<double>(lapack::trcon(lapack::Triangle::lower, k, first, k));
  return rcond > 8 * std::sqrt(static_cast<double>(std::numeric_limits<Real<T>>::epsilon()));
}

/// Whether A, whose first triangle this is, needs no scaling: the columns' norms tell the largest element within a
/// factor of sqrt(p).
template <typename T>
bool safely_sized(std::int64_t p, std::int64_t k, const T* first) {
  const SafeRange<Real<T>> range;
  Real<T> low = 0, high = 0;  // the longest column, from its largest element and its sum of magnitudes
  for (std::int64_t col = 0; col < k; ++col) {
    Real<T> largest = 0, sum = 0;
    for (std::int64_t row = 0; row <= col; ++row) {
      const Real<T> size = std::abs(first[row * k + col]);
      largest = std::max(largest, size);
      sum += size;
    }
    low = std::max(low, largest);
    high = std::max(high, sum);
  }
  return low > range.low * std::sqrt(static_cast<Real<T>>(2 * p)) && high < range.high;
}

/// A [rows,k] := A t^-1 in blocks of rows turned in cache, given the transpose of t.
template <typename T>
void divide_block(std::int64_t rows, std::int64_t k, T* a, dense::TriangleKind kind, dense::View<T> transposed) {
  constexpr std::int64_t together = 64;
  const Buffer<T> turned(k * together);
  const auto bytes = [](const T* at) { return reinterpret_cast<const std::byte*>(at); };
  for (std::int64_t first = 0; first < rows; first += together) {
    const std::int64_t own_rows = std::min(together, rows - first);
    T* const own = a + first * k;
    copy_strided(bytes(own), {1, k}, reinterpret_cast<std::byte*>(turned.data()), {k, own_rows}, sizeof(T));
    dense::solve_triangle(kind, k, own_rows, transposed, turned.data(), own_rows);
    copy_strided(bytes(turned.data()), {1, own_rows}, reinterpret_cast<std::byte*>(own), {own_rows, k}, sizeof(T));
  }
}

template <typename T>
dense::View<T> transpose_of(std::int64_t k, const T* u) {
  return {u, 1, k, false};
}

}  // namespace

template <typename T>
void divide_rows(std::int64_t p, std::int64_t k, T* a, dense::TriangleKind kind, dense::View<T> transposed) {
  const Tiles tiles(p);
  parallel_for(tiles.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile)
      divide_block(tiles.height(tile), k, a + tiles.begin(tile) * k, kind, transposed);
  });
}

bool cholesky_qr_pays(std::int64_t p, std::int64_t k) { return k >= 4 && p >= k && p * k >= 8192; }

template <typename T>
bool cholesky_qr(std::int64_t p, std::int64_t k, T* a, T* r, T* second, double& rcond) {
  const Tiles tiles(p);
  const Buffer<T> first(k * k);
  if (!first_factor(tiles, k, a, first.data(), rcond)) return false;
  sum_over(tiles, k * k, second, [&](std::int64_t tile, T* to) {
    T* const own = a + tiles.begin(tile) * k;
    divide_block<T>(tiles.height(tile), k, own, {true, false}, transpose_of(k, first.data()));
    gram(tiles.height(tile), k, own, to);
  });
  if (!factor_gram(k, second)) return false;
  dense::multiply(k, k, k, rows_of<T>(second, k), rows_of<T>(first.data(), k), r, k);
  return true;
}

template <typename T>
bool solve_by_cholesky_qr(std::int64_t p, std::int64_t k, std::int64_t sides, const T* a, const T* b, T* x,
                          double& rcond) {
  const Tiles tiles(p);
  const Buffer<T> first(k * k), r(k * k), sums(k * (k + sides));
  if (!first_factor(tiles, k, a, first.data(), rcond) || !safely_sized(p, k, first.data())) return false;
  sum_over(tiles, k * (k + sides), sums.data(), [&](std::int64_t tile, T* to) {
    const std::int64_t height = tiles.height(tile), begin = tiles.begin(tile);
    const Buffer<T> own(height * k);
    std::copy(a + begin * k, a + (begin + height) * k, own.data());
    divide_block<T>(height, k, own.data(), {true, false}, transpose_of(k, first.data()));
    gram(height, k, own.data(), to);
    for (std::int64_t col = 0; col < sides; col += sides_together)
      dense::multiply(k, std::min(sides_together, sides - col), height, adjoint_of<T>(own.data(), k),
                      rows_of<T>(b + begin * sides + col, sides), to + k * k + col, sides);
  });
  T *const second = sums.data(), *const projected = second + k * k;
  if (!factor_gram(k, second)) return false;
  dense::multiply(k, k, k, rows_of<T>(second, k), rows_of<T>(first.data(), k), r.data(), k);
  parallel_for((sides + sides_together - 1) / sides_together, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t col = begin * sides_together; col < std::min(sides, end * sides_together);
         col += sides_together) {
      const std::int64_t width = std::min(sides_together, sides - col);
      dense::solve_triangle<T>({true, false}, k, width, adjoint_of<T>(second, k), projected + col, sides);
      dense::solve_triangle<T>({false, false}, k, width, rows_of<T>(r.data(), k), projected + col, sides);
    }
  });
  std::copy(projected, projected + k * sides, x);
  return true;
}

template <typename T>
double householder_qr(std::int64_t p, std::int64_t k, const Held<T>& columns, T* q, T* r) {
  const Buffer<T> tau(k);
  const T* const a = columns.get();
  dense::factor_qr<T>(p, k, columns, tau.held());
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t col = 0; col < k; ++col) r[row * k + col] = row <= col ? a[row + col * p] : T(0);
  const auto rcond = static_cast<double>(lapack::trcon(lapack::Triangle::lower, k, r, k));
  dense::form_q<T>(p, k, columns, tau.held(), q);
  return rcond;
}

template <typename T>
void project(std::int64_t p, std::int64_t k, std::int64_t r, const T* q, const T* b, std::int64_t ldb, bool rows,
             T* c) {
  const Tiles tiles(p);
  sum_over(tiles, k * r, c, [&](std::int64_t tile, T* to) {
    const std::int64_t first = tiles.begin(tile), height = tiles.height(tile);
    const auto left = adjoint_of<T>(q + first * k, k);
    if (!rows) return dense::multiply(k, r, height, left, rows_of<T>(b + first * ldb, ldb), to, r);
    const Buffer<T> turned(height * r);
    copy_strided(reinterpret_cast<const std::byte*>(b + first), {1, ldb}, reinterpret_cast<std::byte*>(turned.data()),
                 {height, r}, sizeof(T));
    dense::multiply(k, r, height, left, rows_of<T>(turned.data(), r), to, r);
  });
}

#define RICCI_TALL_QR(T)                                                                                            \
  template void divide_rows<T>(std::int64_t, std::int64_t, T*, dense::TriangleKind, dense::View<T>);                \
  template bool cholesky_qr<T>(std::int64_t, std::int64_t, T*, T*, T*, double&);                                    \
  template bool solve_by_cholesky_qr<T>(std::int64_t, std::int64_t, std::int64_t, const T*, const T*, T*, double&); \
  template double householder_qr<T>(std::int64_t, std::int64_t, const Held<T>&, T*, T*);                            \
  template void project<T>(std::int64_t, std::int64_t, std::int64_t, const T*, const T*, std::int64_t, bool, T*);
RICCI_TALL_QR(float)
RICCI_TALL_QR(double)
RICCI_TALL_QR(std::complex<float>)
RICCI_TALL_QR(std::complex<double>)
#undef RICCI_TALL_QR

}  // namespace ricci::runtime::linalg
