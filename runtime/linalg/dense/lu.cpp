/// A panel is factored by halves (Toledo 1997, Gustavson 1997), so that even its work is in products. Large matrices go
/// panel by panel with one panel of look-ahead: the first tile of each update is the next panel, and whoever updates it
/// factors it at once, while the other tiles are still being updated.
#include "runtime/linalg/dense/lu.hpp"

#include <algorithm>
#include <complex>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

constexpr std::int64_t least_shared = 256;  // order from which the pool is worth waking

template <typename T>
void exchange_rows(const std::int32_t* pivots, std::int64_t first, std::int64_t last, T* a, std::int64_t lda,
                   std::int64_t cols) {
  inner<T>().exchange(pivots, first, last, a, lda, cols);
}

int first_of(int info, int later, std::int64_t offset) {
  return info != 0 || later == 0 ? info : later + static_cast<int>(offset);
}

/// A [m,width], m >= width.
template <typename T>
int factor_by_halves(std::int64_t m, std::int64_t width, T* a, std::int64_t lda, std::int32_t* pivots, T* work) {
  if (width <= inner_order) return inner<T>().factor_panel(m, static_cast<int>(width), a, lda, pivots, work);
  const std::int64_t half = (width / 2 + inner_order - 1) / inner_order * inner_order, rest = width - half;
  T *const right = a + half, *const corner = a + half * lda + half;
  const int info = factor_by_halves(m, half, a, lda, pivots, work);
  exchange_rows(pivots, 0, half, right, lda, rest);
  solve_triangle<T>({true, true}, half, rest, rows_of<T>(a, lda), right, lda);
  subtract_product(m - half, rest, half, rows_of<T>(a + half * lda, lda), rows_of<T>(right, lda), corner, lda);
  const int later = factor_by_halves(m - half, rest, corner, lda, pivots + half, work);
  for (std::int64_t k = half; k < width; ++k) pivots[k] += static_cast<std::int32_t>(half);
  exchange_rows(pivots, half, width, a, lda, half);
  return first_of(info, later, half);
}

/// Panel by panel over the pool.
template <typename T>
class SharedLu {
 public:
  SharedLu(std::int64_t m, std::int64_t n, T* a, std::int64_t lda, std::int32_t* pivots, T* work)
      : m_(m), n_(n), a_(a), lda_(lda), pivots_(pivots), work_(work) {}

  int run() {
    factor_panel(0);
    for (std::int64_t panel = 0; panel < steps(); panel += width()) update_after(panel);
    exchange_left_of_panels();
    return info_;
  }

 private:
  std::int64_t steps() const { return std::min(m_, n_); }
  std::int64_t width() const { return steps() < 1500 ? 64 : 128; }
  std::int64_t panel_width(std::int64_t panel) const { return std::min(width(), steps() - panel); }
  T* at(std::int64_t row, std::int64_t col) const { return a_ + row * lda_ + col; }

  void factor_panel(std::int64_t panel) {
    const std::int64_t cols = panel_width(panel);
    const int info = factor_by_halves(m_ - panel, cols, at(panel, panel), lda_, pivots_ + panel, work_);
    for (std::int64_t k = panel; k < panel + cols; ++k) pivots_[k] += static_cast<std::int32_t>(panel);
    info_ = first_of(info_, info, panel);
  }

  /// Columns [first, last) after `panel` has been factored.
  void update(std::int64_t panel, std::int64_t first, std::int64_t last) const {
    const std::int64_t inner_size = panel_width(panel), below = panel + inner_size, cols = last - first;
    exchange_rows(pivots_, panel, below, a_ + first, lda_, cols);
    solve_triangle<T>({true, true}, inner_size, cols, rows_of<T>(at(panel, panel), lda_), at(panel, first), lda_);
    subtract_product(m_ - below, cols, inner_size, rows_of<T>(at(below, panel), lda_),
                     rows_of<T>(at(panel, first), lda_), at(below, first), lda_);
  }

  void update_after(std::int64_t panel) {
    const std::int64_t next = panel + panel_width(panel);
    const std::int64_t ahead = next < steps() ? panel_width(next) : 0, rest = next + ahead, tile = 128;
    const std::int64_t tiles = (ahead > 0 ? 1 : 0) + (n_ - rest + tile - 1) / tile;
    parallel_for(tiles, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t each = begin; each < end; ++each) {
        if (ahead > 0 && each == 0) {
          update(panel, next, rest);
          factor_panel(next);
        } else {
          const std::int64_t first = rest + (each - (ahead > 0 ? 1 : 0)) * tile;
          update(panel, first, std::min(first + tile, n_));
        }
      }
    });
  }

  void exchange_left_of_panels() const {
    const std::int64_t step = width();
    parallel_for((steps() - 1) / step + 1, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t own = begin * step; own < end * step && own < steps(); own += step)
        exchange_rows(pivots_, std::min(own + step, steps()), steps(), a_ + own, lda_, panel_width(own));
    });
  }

  std::int64_t m_, n_;
  T* a_;
  std::int64_t lda_;
  std::int32_t* pivots_;
  T* work_;
  int info_ = 0;
};

}  // namespace

template <typename T>
int factor_lu(std::int64_t m, std::int64_t n, T* a, std::int64_t lda, std::int32_t* pivots) {
  const std::int64_t steps = std::min(m, n);
  if (steps == 0) return 0;
  const Buffer<T> work(panel_workspace(m));
  if (steps >= least_shared) return SharedLu<T>(m, n, a, lda, pivots, work.data()).run();
  const int info = factor_by_halves(m, steps, a, lda, pivots, work.data());
  exchange_rows(pivots, 0, steps, a + steps, lda, n - steps);
  solve_triangle<T>({true, true}, steps, n - steps, rows_of<T>(a, lda), a + steps, lda);
  subtract_product(m - steps, n - steps, steps, rows_of<T>(a + steps * lda, lda), rows_of<T>(a + steps, lda),
                   a + steps * lda + steps, lda);
  return info;
}

#define RICCI_LU(T) template int factor_lu(std::int64_t, std::int64_t, T*, std::int64_t, std::int32_t*);
RICCI_LU(float)
RICCI_LU(double)
RICCI_LU(std::complex<float>)
RICCI_LU(std::complex<double>)
#undef RICCI_LU

}  // namespace ricci::runtime::linalg::dense
