/// LU of one large matrix over the pool. The packaged getrf does not scale past one thread, so panels are factored by
/// it and the rest is ours: right-looking, one panel of look-ahead. The first tile of each update is the next panel;
/// whoever updates it factors it at once, while the other tiles are still being updated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

/// Column-major, n x n, in place, as getrf. Blocks follow n alone, so do the bits.
template <typename T>
class LargeLu {
 public:
  LargeLu(std::int64_t n, T* a, std::int32_t* pivots) : n_(n), a_(a), pivots_(pivots) {}

  int run() {
    if (n_ < least_blocked) return lapack::getrf(n_, n_, a_, n_, pivots_);
    factor_panel(0);
    for (std::int64_t panel = 0; panel < n_ && info_ == 0; panel += width()) update_after(panel);
    if (info_ == 0) swap_left_of_panels();
    return info_;
  }

 private:
  static constexpr std::int64_t least_blocked = 256;

  std::int64_t width() const { return n_ < 768 ? 64 : 96; }
  std::int64_t panel_width(std::int64_t panel) const { return std::min(width(), n_ - panel); }
  T* at(std::int64_t row, std::int64_t col) const { return a_ + row + col * n_; }

  void factor_panel(std::int64_t panel) {
    const std::int64_t cols = panel_width(panel);
    const int info = lapack::getrf(n_ - panel, cols, at(panel, panel), n_, pivots_ + panel);
    for (std::int64_t k = panel; k < panel + cols; ++k) pivots_[k] += static_cast<std::int32_t>(panel);
    if (info > 0) info_ = info + static_cast<int>(panel);
  }

  void swap_rows(std::int64_t panel, std::int64_t first, std::int64_t last) const {
    for (std::int64_t col = first; col < last; ++col)
      for (std::int64_t k = panel; k < panel + panel_width(panel); ++k)
        std::swap(*at(k, col), *at(pivots_[k] - 1, col));
  }

  // Columns [first, last) after `panel` has been factored. In row-major terms everything stands transposed.
  void update(std::int64_t panel, std::int64_t first, std::int64_t last) const {
    using namespace blas;
    const std::int64_t inner = panel_width(panel), below = panel + inner;
    swap_rows(panel, first, last);
    trsm(Side::right, Triangle::upper, Op::none, Diagonal::unit, last - first, inner, at(panel, panel), n_,
         at(panel, first), n_);
    gemm(Op::none, Op::none, last - first, n_ - below, inner, T(-1), at(panel, first), n_, at(below, panel), n_, T(1),
         at(below, first), n_);
  }

  void update_after(std::int64_t panel) {
    const std::int64_t next = panel + panel_width(panel);
    if (next >= n_) return;
    const std::int64_t rest = next + panel_width(next), tile = 2 * width();
    const std::int64_t tiles = 1 + (n_ - rest + tile - 1) / tile;
    parallel_for(tiles, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t each = begin; each < end; ++each) {
        if (each == 0) {
          update(panel, next, rest);
          factor_panel(next);
        } else {
          const std::int64_t first = rest + (each - 1) * tile;
          update(panel, first, std::min(first + tile, n_));
        }
      }
    });
  }

  void swap_left_of_panels() const {
    const std::int64_t step = width();
    parallel_for((n_ - 1) / step + 1, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t own = begin * step; own < end * step && own < n_; own += step)
        for (std::int64_t panel = own + step; panel < n_; panel += step)
          swap_rows(panel, own, std::min(own + step, n_));
    });
  }

  std::int64_t n_;
  T* a_;
  std::int32_t* pivots_;
  int info_ = 0;
};

/// info > 0: the pivot that is exactly zero, counted from 1; the factor is then incomplete.
template <typename T>
int lu_in_place(std::int64_t n, T* a, std::int32_t* pivots) {
  return LargeLu<T>(n, a, pivots).run();
}

}  // namespace ricci::runtime::linalg
