/// Applying one factor to right-hand sides, by triangular solves. Sides go through blocks in cache: a block is gathered
/// from b in the order of the pivots, solved there, looked through, and stored. So any layout costs the same, and b is
/// still at hand where a solution has to be found again. Blocks follow the shapes alone, so do the bits.
#include <algorithm>
#include <numeric>

#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/linalg/factor_entry.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

/// A step of a solution: the stored triangle or its adjoint, which is of the other kind.
struct Step {
  dense::TriangleKind kind;
  bool adjoint;
};
struct Steps {
  int count;
  Step step[2];
};

Steps steps_of(Method method) {
  constexpr dense::TriangleKind lower{true, false}, upper{false, false}, unit_lower{true, true};
  switch (method) {
    case Method::lower:
    case Method::exchanged_lower: return {1, {{lower, false}, {}}};
    case Method::upper:
    case Method::exchanged_upper: return {1, {{upper, false}, {}}};
    case Method::cholesky:
    case Method::band_cholesky: return {2, {{lower, true}, {upper, false}}};
    default: return {2, {{unit_lower, false}, {upper, false}}};
  }
}

template <typename T>
void divide_by_diagonal(const Entry<T>& entry, bool adjoint, T* x, std::int64_t r, std::int64_t ld) {
  for (std::int64_t row = 0; row < entry.n; ++row) {
    const T pivot = entry.matrix[row * entry.n + row];
    for (std::int64_t which = 0; which < r; ++which) x[row * ld + which] /= adjoint ? conjugate(pivot) : pivot;
  }
}

/// Without the exchange of rows.
template <typename T>
void solve_triangles(const Entry<T>& entry, bool adjoint, T* x, std::int64_t r, std::int64_t ld) {
  const std::int64_t n = entry.n;
  if (entry.method == Method::diagonal) return divide_by_diagonal(entry, adjoint, x, r, ld);
  const Steps steps = steps_of(entry.method);
  for (int at = 0; at < steps.count; ++at) {
    Step step = steps.step[adjoint ? steps.count - 1 - at : at];
    if (adjoint) {
      step.adjoint = !step.adjoint;
      step.kind.lower = !step.kind.lower;
    }
    const auto triangle = step.adjoint ? dense::adjoint_of<T>(entry.matrix, n) : dense::rows_of<T>(entry.matrix, n);
    dense::solve_triangle<T>(step.kind, n, r, triangle, x, ld);
  }
}

/// Of each row of the block, the row of b that stands there.
template <typename T>
std::vector<std::int64_t> row_order(const Entry<T>& entry) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(entry.n));
  std::iota(order.begin(), order.end(), 0);
  if (!exchanges_rows(entry.method)) return order;
  for (std::int64_t k = 0; k < entry.n; ++k)
    std::swap(order[static_cast<std::size_t>(k)], order[static_cast<std::size_t>(entry.pivots[k])]);
  return order;
}

/// x := triangle^-1 x in long double; the element (row, col) of the triangle is given by `element`.
template <typename W, typename Element>
void substitute_wide(std::int64_t n, dense::TriangleKind kind, Element element, std::vector<W>& x) {
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t row = kind.lower ? step : n - 1 - step;
    W sum = x[static_cast<std::size_t>(row)];
    for (std::int64_t done = 0; done < step; ++done) {
      const std::int64_t col = kind.lower ? done : n - 1 - done;
      sum -= W(element(row, col)) * x[static_cast<std::size_t>(col)];
    }
    x[static_cast<std::size_t>(row)] = kind.unit ? sum : sum / W(element(row, row));
  }
}

/// One right-hand side again, from the finite factor, with exponents to spare. x holds b.
template <typename T>
void solve_one_wide(const Entry<T>& entry, const std::vector<std::int64_t>& order, T* x) {
  using W = Wide<T>;
  const std::int64_t n = entry.n;
  if (entry.method == Method::wide) {
    if (!solve_wide(n, 1, entry.matrix, x)) std::fill(x, x + n, not_a_number<T>);
    return;
  }
  const auto stored = [&](std::int64_t row, std::int64_t col) { return entry.matrix[row * n + col]; };
  const auto adjoint = [&](std::int64_t row, std::int64_t col) { return conjugate(entry.matrix[col * n + row]); };
  std::vector<W> wide;
  for (const std::int64_t row : order) wide.push_back(W(x[row]));
  if (entry.method == Method::diagonal) {
    for (std::int64_t row = 0; row < n; ++row) wide[static_cast<std::size_t>(row)] /= W(stored(row, row));
  } else {
    const Steps steps = steps_of(entry.method);
    for (int at = 0; at < steps.count; ++at)
      if (steps.step[at].adjoint)
        substitute_wide(n, steps.step[at].kind, adjoint, wide);
      else
        substitute_wide(n, steps.step[at].kind, stored, wide);
  }
  for (std::int64_t row = 0; row < n; ++row)
    x[row] = static_cast<T>(scaled(wide[static_cast<std::size_t>(row)], -entry.exponent));
}

/// `count` sides from `first` on, in memory of the worker's own.
template <typename T>
class Block {
 public:
  Block(const Entry<T>& entry, const std::vector<std::int64_t>& order, SidesView<const T> b, SidesView<T> x,
        std::int64_t count)
      : entry_(entry), order_(order), b_(b), x_(x), count_(count), ld_((count + 7) / 8 * 8), own_(entry.n * ld_) {}

  void solve() {
    if (entry_.method != Method::wide) {
      gather();
      if (entry_.exponent != 0)
        solve_scaled();
      else
        solve_triangles(entry_, false, own_.data(), ld_, ld_);
      if (scan(own_.data(), entry_.n * ld_).finite()) return store();
    }
    const Buffer<T> given(entry_.n);
    for (std::int64_t which = 0; which < count_; ++which) solve_again(which, given.data());
  }

 private:
  /// The columns that fill the last vector are zero, and stay so.
  void gather() const {
    for (std::int64_t row = 0; row < entry_.n; ++row) {
      const T* from = b_.data + order_[static_cast<std::size_t>(row)] * b_.row_stride;
      T* const to = own_.data() + row * ld_;
      if (b_.side_stride == 1)
        std::copy(from, from + count_, to);
      else
        for (std::int64_t which = 0; which < count_; ++which) to[which] = from[which * b_.side_stride];
      std::fill(to + count_, to + ld_, T(0));
    }
  }
  void store() const {
    if (x_.row_stride == 1 && x_.side_stride != 1)
      for (std::int64_t which = 0; which < count_; ++which) store_side(which);
    else
      for (std::int64_t row = 0; row < entry_.n; ++row)
        for (std::int64_t which = 0; which < count_; ++which)
          x_.data[row * x_.row_stride + which * x_.side_stride] = own_[row * ld_ + which];
  }
  void store_side(std::int64_t which) const {
    for (std::int64_t row = 0; row < entry_.n; ++row)
      x_.data[row * x_.row_stride + which * x_.side_stride] = own_[row * ld_ + which];
  }

  /// A scaled matrix has right-hand sides scaled too: subnormal intermediate results would lose digits unnoticed.
  void solve_scaled() const {
    const std::int64_t size = entry_.n * ld_;
    const Real<T> largest = scan(own_.data(), size).largest;
    const bool usable = largest > 0 && largest <= std::numeric_limits<Real<T>>::max();
    const int exponent = usable ? std::ilogb(largest) : 0;
    scale(own_.data(), size, -exponent);
    solve_triangles(entry_, false, own_.data(), ld_, ld_);
    scale(own_.data(), size, exponent - entry_.exponent);
  }

  bool finite(std::int64_t which) const {
    for (std::int64_t row = 0; row < entry_.n; ++row)
      if (!scan(&own_[row * ld_ + which], 1).finite()) return false;
    return true;
  }
  /// A side that is finite and got a solution that is not. b is read before x is written: they may be the same.
  void solve_again(std::int64_t which, T* given) {
    const bool wide = entry_.method == Method::wide;
    for (std::int64_t row = 0; row < entry_.n; ++row)
      given[row] = b_.data[row * b_.row_stride + which * b_.side_stride];
    const bool usable = scan(given, entry_.n).finite();
    if (usable && (wide || !finite(which))) {
      solve_one_wide(entry_, order_, given);
      for (std::int64_t row = 0; row < entry_.n; ++row) own_[row * ld_ + which] = given[row];
    } else if (wide) {
      for (std::int64_t row = 0; row < entry_.n; ++row) own_[row * ld_ + which] = not_a_number<T>;
    }
    store_side(which);
  }

  const Entry<T>& entry_;
  const std::vector<std::int64_t>& order_;
  SidesView<const T> b_;
  SidesView<T> x_;
  std::int64_t count_, ld_;
  Buffer<T> own_;
};

/// Sides a block: full vectors, narrow enough to stay in cache and to feed several threads.
std::int64_t block_width(std::int64_t n, std::int64_t r) {
  const std::int64_t most = std::max<std::int64_t>(64, static_cast<std::int64_t>(3e5) / (n * n + 1));
  const std::int64_t blocks = (r - 1) / most + 1;
  return std::min(r, ((r - 1) / blocks + 8) / 8 * 8);
}

}  // namespace

template <typename T>
void substitute(const Entry<T>& entry, bool adjoint, T* x, std::int64_t r) {
  const std::int64_t n = entry.n;
  if (exchanges_rows(entry.method) && !adjoint)
    for (std::int64_t k = 0; k < n; ++k)
      if (entry.pivots[k] != k) std::swap_ranges(x + k * r, x + k * r + r, x + entry.pivots[k] * r);
  solve_triangles(entry, adjoint, x, r, r);
  if (exchanges_rows(entry.method) && adjoint)
    for (std::int64_t k = n; k-- > 0;)
      if (entry.pivots[k] != k) std::swap_ranges(x + k * r, x + k * r + r, x + entry.pivots[k] * r);
}

template <typename T>
void apply_entry(const Entry<T>& entry, SidesView<const T> b, SidesView<T> x, std::int64_t r) {
  const std::int64_t n = entry.n;
  if (n == 0 || r == 0) return;
  if (entry.method == Method::singular || entry.method == Method::non_finite) {
    for (std::int64_t row = 0; row < n; ++row)
      for (std::int64_t which = 0; which < r; ++which)
        x.data[row * x.row_stride + which * x.side_stride] = not_a_number<T>;
    return;
  }
  const std::vector<std::int64_t> order = row_order(entry);
  const std::int64_t width = block_width(n, r);
  parallel_for((r - 1) / width + 1, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t each = begin; each < end; ++each) {
      const std::int64_t first = each * width;
      Block<T>(entry, order, {b.data + first * b.side_stride, b.row_stride, b.side_stride},
               {x.data + first * x.side_stride, x.row_stride, x.side_stride}, std::min(width, r - first))
          .solve();
    }
  });
}

#define RICCI_APPLY_ENTRY(T)                                                                     \
  template void apply_entry<T>(const Entry<T>&, SidesView<const T>, SidesView<T>, std::int64_t); \
  template void substitute<T>(const Entry<T>&, bool, T*, std::int64_t);
RICCI_APPLY_ENTRY(float)
RICCI_APPLY_ENTRY(double)
RICCI_APPLY_ENTRY(std::complex<float>)
RICCI_APPLY_ENTRY(std::complex<double>)
#undef RICCI_APPLY_ENTRY

}  // namespace ricci::runtime::linalg
