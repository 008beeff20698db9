#include "runtime/linalg/tall_qr.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/linalg/scan.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {
namespace {

using blas::Diagonal;
using blas::Op;
using blas::Side;
using blas::Triangle;

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

/// Lower L with A^H A = L L^H, row-major. False: not positive definite in floating point.
template <typename T>
bool gram_factor(const Tiles& tiles, std::int64_t k, const T* a, T* l) {
  sum_over(tiles, k * k, l, [&](std::int64_t tile, T* to) {
    std::fill(to, to + k * k, T(0));
    blas::gram(k, tiles.height(tile), a + tiles.begin(tile) * k, k, to, k);
  });
  // gram gives A^H A in the lower triangle, row-major; read column-major that is the upper triangle of its conjugate.
  if (lapack::potrf(Triangle::upper, k, l, k) != 0) return false;
  return scan_rows(l, k, k, k, true).finite();
}

/// A := A L^-H
template <typename T>
void divide(const Tiles& tiles, std::int64_t k, T* a, const T* l) {
  parallel_for(tiles.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile)
      blas::trsm(Side::right, Triangle::lower, Op::adjoint, Diagonal::stored, tiles.height(tile), k, l, k,
                 a + tiles.begin(tile) * k, k);
  });
}

}  // namespace

bool cholesky_qr_pays(std::int64_t p, std::int64_t k) { return k >= 4 && p >= k && p * k >= 8192; }

template <typename T>
bool cholesky_qr(std::int64_t p, std::int64_t k, T* a, T* r, double& rcond) {
  const Tiles tiles(p);
  const Buffer<T> first(k * k), second(k * k);
  if (!gram_factor(tiles, k, a, first.data())) return false;
  rcond = static_cast<double>(lapack::trcon(Triangle::upper, k, first.data(), k));
  if (!(rcond > 8 * std::sqrt(static_cast<double>(std::numeric_limits<Real<T>>::epsilon())))) return false;
  divide(tiles, k, a, first.data());
  if (!gram_factor(tiles, k, a, second.data())) return false;
  divide(tiles, k, a, second.data());
  for (std::int64_t row = 0; row < k; ++row) {
    std::fill(first.data() + row * k + row + 1, first.data() + (row + 1) * k, T(0));
    std::fill(second.data() + row * k + row + 1, second.data() + (row + 1) * k, T(0));
  }
  // R = L2^H L1^H
  blas::gemm(Op::adjoint, Op::adjoint, k, k, k, T(1), second.data(), k, first.data(), k, T(0), r, k);
  for (std::int64_t row = 0; row < k; ++row) std::fill(r + row * k, r + row * k + row, T(0));
  return true;
}

template <typename T>
bool householder_qr(std::int64_t p, std::int64_t k, T* a, T* q, T* r, double least_rcond, double& rcond) {
  const Buffer<T> tau(k);
  lapack::geqrf(p, k, a, p, tau.data());
  for (std::int64_t row = 0; row < k; ++row)
    for (std::int64_t col = 0; col < k; ++col) r[row * k + col] = row <= col ? a[row + col * p] : T(0);
  // Row-major upper is column-major lower of R^T, of the same condition up to the choice of norm.
  rcond = static_cast<double>(lapack::trcon(Triangle::lower, k, r, k));
  if (!(rcond > least_rcond)) return false;
  lapack::orgqr(p, k, a, p, tau.data());
  for (std::int64_t row = 0; row < p; ++row)
    for (std::int64_t col = 0; col < k; ++col) q[row * k + col] = a[row + col * p];
  return true;
}

template <typename T>
void project(std::int64_t p, std::int64_t k, std::int64_t r, const T* q, const T* b, std::int64_t ldb, bool rows,
             T* c) {
  const Tiles tiles(p);
  sum_over(tiles, k * r, c, [&](std::int64_t tile, T* to) {
    const std::int64_t first = tiles.begin(tile);
    blas::gemm(Op::adjoint, rows ? Op::transpose : Op::none, k, r, tiles.height(tile), T(1), q + first * k, k,
               rows ? b + first : b + first * ldb, ldb, T(0), to, r);
  });
}

#define RICCI_TALL_QR(T)                                                                    \
  template bool cholesky_qr<T>(std::int64_t, std::int64_t, T*, T*, double&);                \
  template bool householder_qr<T>(std::int64_t, std::int64_t, T*, T*, T*, double, double&); \
  template void project<T>(std::int64_t, std::int64_t, std::int64_t, const T*, const T*, std::int64_t, bool, T*);
RICCI_TALL_QR(float)
RICCI_TALL_QR(double)
RICCI_TALL_QR(std::complex<float>)
RICCI_TALL_QR(std::complex<double>)
#undef RICCI_TALL_QR

}  // namespace ricci::runtime::linalg
