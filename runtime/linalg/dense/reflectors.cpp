/// A block of reflectors is 1 - V T V^T (Schreiber, Van Loan 1989), with T^-1 the upper triangle of V^T V and 1 / tau
/// on its diagonal (Puglisi 1992). V is written out with its zeros and ones in both orders, so that all else is
/// products.
#include "runtime/linalg/dense/reflectors.hpp"

#include <algorithm>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/dense/triangle.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

constexpr std::int64_t together = 48;  // reflectors a block
constexpr std::int64_t tile = 64;      // rows or columns of X a task

/// Reflectors [begin, begin + count) of Q. They leave the elements before `start` as they are.
template <typename T>
struct Block {
  std::int64_t count, start, length;
  Buffer<T> rows, columns;   // V^T [count,length], V [length,count]
  Buffer<T> middle, turned;  // T and T^T [count,count]

  Block(const Reflectors<T>& q, std::int64_t begin)
      : count(std::min(together, q.count - begin)),
        start(q.first + begin),
        length(q.order - start),
        rows(count * length),
        columns(length * count),
        middle(count * count),
        turned(count * count) {
    for (std::int64_t which = 0; which < count; ++which) {
      const T* const own = q.data + (begin + which) * q.reflector + start * q.element;
      for (std::int64_t at = 0; at < length; ++at) {
        const T value = at < which ? T(0) : at == which ? T(1) : own[at * q.element];
        rows[which * length + at] = columns[at * count + which] = value;
      }
    }
    find_middle(q.tau + begin);
  }

 private:
  void find_middle(const T* tau) {
    multiply(count, count, length, rows_of<T>(rows.data(), length), rows_of<T>(columns.data(), count), turned.data(),
             count);
    std::fill(middle.data(), middle.data() + count * count, T(0));
    for (std::int64_t at = 0; at < count; ++at) {
      turned[at * count + at] = 1 / tau[at];  // infinite for a reflector that does nothing: its column of T is zero
      middle[at * count + at] = 1;
    }
    solve_triangle<T>({false, false}, count, count, rows_of<T>(turned.data(), count), middle.data(), count);
    for (std::int64_t row = 0; row < count; ++row)
      for (std::int64_t col = 0; col < count; ++col) turned[col * count + row] = middle[row * count + col];
  }
};

template <typename T>
std::vector<Block<T>> blocks_of(const Reflectors<T>& q) {
  std::vector<Block<T>> out;
  for (std::int64_t begin = 0; begin < q.count; begin += together) out.emplace_back(q, begin);
  return out;
}

/// task(first, count) over tiles of [0, extent).
template <typename Task>
void over_tiles(std::int64_t extent, Task task) {
  parallel_for((extent + tile - 1) / tile, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * tile; first < std::min(extent, end * tile); first += tile)
      task(first, std::min(tile, extent - first));
  });
}

/// X := block X of X [order,width], of which only the rows from the block's start on change.
template <typename T>
void from_left(const Block<T>& block, std::int64_t width, T* x, std::int64_t ldx) {
  const std::int64_t b = block.count, length = block.length;
  const Buffer<T> seen(b * width), turned(b * width);
  T* const own = x + block.start * ldx;
  multiply(b, width, length, rows_of<T>(block.rows.data(), length), rows_of<T>(own, ldx), seen.data(), width);
  multiply(b, width, b, rows_of<T>(block.middle.data(), b), rows_of<T>(seen.data(), width), turned.data(), width);
  subtract_product(length, width, b, rows_of<T>(block.columns.data(), b), rows_of<T>(turned.data(), width), own, ldx);
}

/// X [height,order] := X block, or X block^T, as `middle` is the block's T or T^T.
template <typename T>
void from_right(const Block<T>& block, const Buffer<T>& middle, std::int64_t height, T* x, std::int64_t ldx) {
  const std::int64_t b = block.count, length = block.length;
  const Buffer<T> seen(height * b), turned(height * b);
  T* const own = x + block.start;
  multiply(height, b, length, rows_of<T>(own, ldx), rows_of<T>(block.columns.data(), b), seen.data(), b);
  multiply(height, b, b, rows_of<T>(seen.data(), b), rows_of<T>(middle.data(), b), turned.data(), b);
  subtract_product(height, length, b, rows_of<T>(turned.data(), b), rows_of<T>(block.rows.data(), length), own, ldx);
}

}  // namespace

template <typename T>
void apply_left(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx) {
  const std::vector<Block<T>> blocks = blocks_of(q);
  over_tiles(r, [&](std::int64_t first, std::int64_t width) {
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) from_left(*block, width, x + first, ldx);
  });
}

template <typename T>
void apply_right(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx) {
  const std::vector<Block<T>> blocks = blocks_of(q);
  over_tiles(r, [&](std::int64_t first, std::int64_t height) {
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
      from_right(*block, block->turned, height, x + first * ldx, ldx);
  });
}

template <typename T>
void undo_right(const Reflectors<T>& q, std::int64_t r, T* x, std::int64_t ldx) {
  const std::vector<Block<T>> blocks = blocks_of(q);
  over_tiles(r, [&](std::int64_t first, std::int64_t height) {
    for (const Block<T>& block : blocks) from_right(block, block.middle, height, x + first * ldx, ldx);
  });
}

template <typename T>
void form_columns(const Reflectors<T>& q, std::int64_t k, T* x, std::int64_t ldx) {
  const std::vector<Block<T>> blocks = blocks_of(q);
  over_tiles(k, [&](std::int64_t first, std::int64_t width) {
    for (std::int64_t row = 0; row < q.order; ++row)
      std::fill(x + row * ldx + first, x + row * ldx + first + width, T(0));
    for (std::int64_t col = first; col < first + width; ++col) x[col * ldx + col] = 1;
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
      const std::int64_t from = std::max(first, block->start);  // columns before are still the identity's: not seen
      if (from < first + width) from_left(*block, first + width - from, x + from, ldx);
    }
  });
}

#define RICCI_REFLECTORS(T)                                                         \
  template void form_columns(const Reflectors<T>&, std::int64_t, T*, std::int64_t); \
  template void undo_right(const Reflectors<T>&, std::int64_t, T*, std::int64_t);   \
  template void apply_left(const Reflectors<T>&, std::int64_t, T*, std::int64_t);   \
  template void apply_right(const Reflectors<T>&, std::int64_t, T*, std::int64_t);
RICCI_REFLECTORS(float)
RICCI_REFLECTORS(double)
#undef RICCI_REFLECTORS

}  // namespace ricci::runtime::linalg::dense
