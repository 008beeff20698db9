/// Applying one factor to right-hand sides, by triangular solves on the memory as it stands.
/// Columns (x is [n, r]) solve from the left; rows (x is [r, n], many vectors for one matrix) from the right with
/// everything transposed. Blocks of right-hand sides follow the shapes alone, so do the bits.
#include <algorithm>

#include "runtime/linalg/factor_entry.hpp"
#include "runtime/linalg/wide.hpp"

namespace ricci::runtime::linalg {
namespace {

using blas::Diagonal;
using blas::Op;
using blas::Side;
using blas::Triangle;

/// A block of right-hand sides: count columns with rows ld apart, or count rows of n.
template <typename T>
struct Block {
  Layout layout;
  T* x;
  std::int64_t count;
  std::int64_t ld;

  T& at(std::int64_t row, std::int64_t which) const {
    return layout == Layout::columns ? x[row * ld + which] : x[which * ld + row];
  }
};

/// x := op(triangle)^-1 x for columns; `op` is turned for rows, where x^T is solved from the right.
template <typename T>
void solve_triangle(const Entry<T>& entry, const Block<T>& block, Triangle triangle, Op op, Diagonal diagonal) {
  constexpr Op turned[] = {Op::transpose, Op::none, Op::conjugate, Op::adjoint};
  if (block.layout == Layout::columns)
    blas::trsm(Side::left, triangle, op, diagonal, entry.n, block.count, entry.matrix, entry.n, block.x, block.ld);
  else
    blas::trsm(Side::right, triangle, turned[static_cast<int>(op)], diagonal, block.count, entry.n, entry.matrix,
               entry.n, block.x, block.ld);
}

template <typename T>
void undo_pivots(const Entry<T>& entry, const Block<T>& block) {
  if (block.layout == Layout::columns) {
    for (std::int64_t k = entry.n; k-- > 0;)
      if (const std::int64_t other = entry.pivots[k] - 1; other != k)
        std::swap_ranges(&block.x[k * block.ld], &block.x[k * block.ld] + block.count, &block.x[other * block.ld]);
    return;
  }
  for (std::int64_t which = 0; which < block.count; ++which) {
    T* row = block.x + which * block.ld;
    for (std::int64_t k = entry.n; k-- > 0;) std::swap(row[k], row[entry.pivots[k] - 1]);
  }
}

template <typename T>
void substitute(const Entry<T>& entry, const Block<T>& block) {
  switch (entry.method) {
    case Method::diagonal:
      for (std::int64_t row = 0; row < entry.n; ++row)
        for (std::int64_t which = 0; which < block.count; ++which)
          block.at(row, which) /= entry.matrix[row * entry.n + row];
      return;
    case Method::lower: return solve_triangle(entry, block, Triangle::lower, Op::none, Diagonal::stored);
    case Method::upper: return solve_triangle(entry, block, Triangle::upper, Op::none, Diagonal::stored);
    case Method::cholesky:
      solve_triangle(entry, block, Triangle::lower, Op::none, Diagonal::stored);
      return solve_triangle(entry, block, Triangle::lower, Op::adjoint, Diagonal::stored);
    default:
      solve_triangle(entry, block, Triangle::lower, Op::none, Diagonal::stored);
      solve_triangle(entry, block, Triangle::upper, Op::none, Diagonal::unit);
      return undo_pivots(entry, block);
  }
}

/// x := triangle^-1 x in long double; the element (row, col) of the triangle is given by `element`.
template <typename W, typename Element>
void substitute_wide(std::int64_t n, bool lower, bool unit, Element element, std::vector<W>& x) {
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t row = lower ? step : n - 1 - step;
    W sum = x[static_cast<std::size_t>(row)];
    for (std::int64_t done = 0; done < step; ++done) {
      const std::int64_t col = lower ? done : n - 1 - done;
      sum -= W(element(row, col)) * x[static_cast<std::size_t>(col)];
    }
    x[static_cast<std::size_t>(row)] = unit ? sum : sum / W(element(row, row));
  }
}

/// One right-hand side again, from the finite factor, with exponents to spare.
template <typename T>
void solve_one_wide(const Entry<T>& entry, T* x) {
  using W = Wide<T>;
  const std::int64_t n = entry.n;
  if (entry.method == Method::wide) {
    if (!solve_wide(n, 1, entry.matrix, x)) std::fill(x, x + n, not_a_number<T>);
    return;
  }
  const auto stored = [&](std::int64_t row, std::int64_t col) { return entry.matrix[row * n + col]; };
  const auto adjoint = [&](std::int64_t row, std::int64_t col) { return conjugate(entry.matrix[col * n + row]); };
  std::vector<W> wide(x, x + n);
  if (entry.method == Method::diagonal)
    for (std::int64_t row = 0; row < n; ++row) wide[static_cast<std::size_t>(row)] /= W(stored(row, row));
  else
    substitute_wide(n, entry.method != Method::upper, false, stored, wide);
  if (entry.method == Method::cholesky) substitute_wide(n, false, false, adjoint, wide);
  if (entry.method == Method::lu) {
    substitute_wide(n, false, true, stored, wide);
    for (std::int64_t k = n; k-- > 0;)
      std::swap(wide[static_cast<std::size_t>(k)], wide[static_cast<std::size_t>(entry.pivots[k] - 1)]);
  }
  for (std::int64_t row = 0; row < n; ++row)
    x[row] = static_cast<T>(scaled(wide[static_cast<std::size_t>(row)], -entry.exponent));
}

template <typename T>
void solve_block_wide(const Entry<T>& entry, const Block<T>& block, const Block<T>& given) {
  const Buffer<T> one(entry.n);
  for (std::int64_t which = 0; which < block.count; ++which) {
    for (std::int64_t row = 0; row < entry.n; ++row) one[row] = block.at(row, which);
    if (scan(one.data(), entry.n).finite() && entry.method != Method::wide) continue;
    for (std::int64_t row = 0; row < entry.n; ++row) one[row] = given.at(row, which);
    if (!scan(one.data(), entry.n).finite()) {
      if (entry.method != Method::wide) continue;
      std::fill(one.data(), one.data() + entry.n, not_a_number<T>);
    } else {
      solve_one_wide(entry, one.data());
    }
    for (std::int64_t row = 0; row < entry.n; ++row) block.at(row, which) = one[row];
  }
}

template <typename T>
void copy_block(const Entry<T>& entry, const Block<T>& from, const Block<T>& to) {
  const std::int64_t lines = from.layout == Layout::columns ? entry.n : from.count;
  const std::int64_t length = from.layout == Layout::columns ? from.count : entry.n;
  for (std::int64_t line = 0; line < lines; ++line)
    std::copy(from.x + line * from.ld, from.x + line * from.ld + length, to.x + line * to.ld);
}

/// A scaled matrix has right-hand sides scaled too: subnormal intermediate results would lose digits unnoticed.
template <typename T>
void solve_scaled(const Entry<T>& entry, const Block<T>& block, const Block<T>& given) {
  const Real<T> largest = scan(given.x, entry.n * block.count).largest;
  const bool usable = largest > 0 && largest <= std::numeric_limits<Real<T>>::max();
  const int exponent = usable ? std::ilogb(largest) : 0;
  const auto each = [&](int power) {
    for (std::int64_t row = 0; row < entry.n; ++row)
      for (std::int64_t which = 0; which < block.count; ++which)
        block.at(row, which) = scaled(block.at(row, which), power);
  };
  each(-exponent);
  substitute(entry, block);
  each(exponent - entry.exponent);
}

template <typename T>
void solve_block(const Entry<T>& entry, const Block<T>& block) {
  const std::int64_t lines = block.layout == Layout::columns ? entry.n : block.count;
  const std::int64_t length = block.layout == Layout::columns ? block.count : entry.n;
  const Buffer<T> kept(entry.n * block.count);  // b, should the solution have to be found again
  const Block<T> given{block.layout, kept.data(), block.count, length};
  copy_block(entry, block, given);
  if (entry.method != Method::wide) {
    if (entry.exponent != 0)
      solve_scaled(entry, block, given);
    else
      substitute(entry, block);
    if (scan_rows(block.x, lines, length, block.ld).finite()) return;
  }
  solve_block_wide(entry, block, given);
}

}  // namespace

template <typename T>
void apply_entry(const Entry<T>& entry, Layout layout, T* x, std::int64_t r) {
  const std::int64_t n = entry.n;
  if (n == 0 || r == 0) return;
  if (entry.method == Method::singular || entry.method == Method::non_finite) {
    std::fill(x, x + n * r, not_a_number<T>);
    return;
  }
  const bool columns = layout == Layout::columns;
  // Wide enough for trsm to be a product inside, narrow enough to feed several threads.
  const std::int64_t least = n >= 512 ? 64 : 128;
  const std::int64_t width = std::max<std::int64_t>(least, static_cast<std::int64_t>(1e6) / (n * n + 1));
  parallel_for((r - 1) / width + 1, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t each = begin; each < end; ++each) {
      const std::int64_t first = each * width;
      const Block<T> block{layout, columns ? x + first : x + first * n, std::min(width, r - first), columns ? r : n};
      solve_block(entry, block);
    }
  });
}

#define RICCI_APPLY_ENTRY(T) template void apply_entry<T>(const Entry<T>&, Layout, T*, std::int64_t);
RICCI_APPLY_ENTRY(float)
RICCI_APPLY_ENTRY(double)
RICCI_APPLY_ENTRY(std::complex<float>)
RICCI_APPLY_ENTRY(std::complex<double>)
#undef RICCI_APPLY_ENTRY

}  // namespace ricci::runtime::linalg
