#include "runtime/linalg/tall_qr.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/linalg/dense/cholesky.hpp"
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
  for (std::int64_t tile = 1; tile < tiles.count; ++tile)
    for (std::int64_t at = 0; at < elements; ++at) out[at] += partial[(tile - 1) * elements + at];
}

/// Upper U with A^H A = U^H U, row-major; what stands below is not U's. False: not positive definite in floating point.
template <typename T>
bool gram_factor(const Tiles& tiles, std::int64_t k, const T* a, T* u) {
  sum_over(tiles, k * k, u, [&](std::int64_t tile, T* to) {
    constexpr std::int64_t strip = 48;
    const T* const own = a + tiles.begin(tile) * k;
    std::fill(to, to + k * k, T(0));
    for (std::int64_t row = 0; row < k; row += strip)  // from the diagonal to the right
      dense::multiply(std::min(strip, k - row), k - row, tiles.height(tile), adjoint_of<T>(own + row, k),
                      rows_of<T>(own + row, k), to + row * k + row, k);
  });
  if (!dense::factor_cholesky(k, u, k)) return false;
  for (std::int64_t row = 0; row < k; ++row) std::fill(u + row * k, u + row * k + row, T(0));
  return scan(u, k * k).finite();
}

}  // namespace

template <typename T>
void divide_rows(std::int64_t p, std::int64_t k, T* a, dense::TriangleKind kind, dense::View<T> transposed) {
  constexpr std::int64_t together = 64;
  const auto bytes = [](const T* at) { return reinterpret_cast<const std::byte*>(at); };
  parallel_for((p - 1) / together + 1, 1, [&](std::int64_t begin, std::int64_t end) {
    const Buffer<T> turned(k * together);
    for (std::int64_t first = begin * together; first < std::min(p, end * together); first += together) {
      const std::int64_t rows = std::min(together, p - first);
      T* const own = a + first * k;
      copy_strided(bytes(own), {1, k}, reinterpret_cast<std::byte*>(turned.data()), {k, rows}, sizeof(T));
      dense::solve_triangle(kind, k, rows, transposed, turned.data(), rows);
      copy_strided(bytes(turned.data()), {1, rows}, reinterpret_cast<std::byte*>(own), {rows, k}, sizeof(T));
    }
  });
}

bool cholesky_qr_pays(std::int64_t p, std::int64_t k) { return k >= 4 && p >= k && p * k >= 8192; }

template <typename T>
bool cholesky_qr(std::int64_t p, std::int64_t k, T* a, T* r, double& rcond) {
  const Tiles tiles(p);
  const Buffer<T> first(k * k), second(k * k);
  const auto transposed = [k](const T* u) { return dense::View<T>{u, 1, k, false}; };
  if (!gram_factor(tiles, k, a, first.data())) return false;
  // Row-major upper is column-major lower of U^T, of the same condition up to the choice of norm.
  rcond = static_cast<double>(lapack::trcon(lapack::Triangle::lower, k, first.data(), k));
  if (!(rcond > 8 * std::sqrt(static_cast<double>(std::numeric_limits<Real<T>>::epsilon())))) return false;
  divide_rows<T>(p, k, a, {true, false}, transposed(first.data()));
  if (!gram_factor(tiles, k, a, second.data())) return false;
  divide_rows<T>(p, k, a, {true, false}, transposed(second.data()));
  dense::multiply_shared(k, k, k, second.data(), first.data(), r);
  return true;
}

template <typename T>
double householder_qr(std::int64_t p, std::int64_t k, const Held<T>& columns, T* q, T* r) {
  const Buffer<T> tau(k);
  const T* const a = columns.get();
  lapack::geqrf(p, k, columns, p, tau.held());
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t col = 0; col < k; ++col) r[row * k + col] = row <= col ? a[row + col * p] : T(0);
  const auto rcond = static_cast<double>(lapack::trcon(lapack::Triangle::lower, k, r, k));
  lapack::orgqr(p, k, columns, p, tau.held());
  copy_strided(reinterpret_cast<const std::byte*>(a), {1, p}, reinterpret_cast<std::byte*>(q), {p, k}, sizeof(T));
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

#define RICCI_TALL_QR(T)                                                                             \
  template void divide_rows<T>(std::int64_t, std::int64_t, T*, dense::TriangleKind, dense::View<T>); \
  template bool cholesky_qr<T>(std::int64_t, std::int64_t, T*, T*, double&);                         \
  template double householder_qr<T>(std::int64_t, std::int64_t, const Held<T>&, T*, T*);             \
  template void project<T>(std::int64_t, std::int64_t, std::int64_t, const T*, const T*, std::int64_t, bool, T*);
RICCI_TALL_QR(float)
RICCI_TALL_QR(double)
RICCI_TALL_QR(std::complex<float>)
RICCI_TALL_QR(std::complex<double>)
#undef RICCI_TALL_QR

}  // namespace ricci::runtime::linalg
