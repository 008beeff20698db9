#include "runtime/kernels/contraction/blocks.hpp"

#include <algorithm>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime::contraction {
namespace {

using linalg::Buffer;

template <typename T>
constexpr bool has_blas = !std::is_integral_v<T>;

template <typename T>
struct View {
  linalg::blas::Op op;
  std::int64_t leading;
};

template <typename T>
View<T> view_of(const Rows<T>& matrix, std::int64_t columns) {
  using enum linalg::blas::Op;
  if (matrix.column == 1 || columns == 1) return {matrix.conjugated ? conjugate : none, std::max(matrix.row, columns)};
  return {matrix.conjugated ? adjoint : transpose, matrix.column};
}

/// [rows, columns] of a matrix in row-major order, without its conjugation.
template <typename T>
void pack_rows(const Rows<T>& matrix, std::int64_t rows, std::int64_t columns, T* to) {
  copy_strided(reinterpret_cast<const std::byte*>(matrix.data), {matrix.row, matrix.column},
               reinterpret_cast<std::byte*>(to), {rows, columns}, sizeof(T));
}

constexpr std::int64_t panel_width = 32;
constexpr std::int64_t small_matrix = 1 << 17;  // bytes

/// Large right matrices are read in panels that stay in the second-level cache, packed so that a step along the sum
/// is a step to the next cache line.
template <typename T>
void product_by_panels(const Block<T>& block) {
  const auto& inner = loops<T>();
  const auto bytes = static_cast<std::int64_t>(sizeof(T));
  const bool direct = block.k * block.n * bytes <= small_matrix || block.m < 16 || block.right.row <= panel_width;
  if (direct && block.right.column == 1)
    return inner.product(block.m, block.n, block.k, block.left, block.right, block.out, block.out_row);
  const Buffer<T> panel(block.k * std::min(panel_width, block.n));
  for (std::int64_t at = 0; at < block.n; at += panel_width) {
    const std::int64_t columns = std::min(panel_width, block.n - at);
    Rows<T> right = block.right;
    right.data += at * right.column;
    pack_rows(right, block.k, columns, panel.data());
    right = {panel.data(), columns, 1, right.conjugated};
    inner.product(block.m, columns, block.k, block.left, right, block.out + at, block.out_row);
  }
}

template <typename T>
void run_whole(const Block<T>& block) {
  const auto& inner = loops<T>();
  switch (block.form) {
    case Form::times: return inner.times(block.n, block.left, block.right, block.out);
    case Form::dots: return inner.dots(block.m, block.k, block.left, block.right, block.out, block.out_row);
    case Form::lanes: return inner.lanes(block.n, block.k, block.left, block.right, block.out);
    case Form::product: return product_by_panels(block);
    case Form::gemm: break;
  }
  if constexpr (has_blas<T>) {
    const auto left = view_of(block.left, block.k), right = view_of(block.right, block.n);
    linalg::blas::gemm<T>(left.op, right.op, block.m, block.n, block.k, T(1), block.left.data, left.leading,
                          block.right.data, right.leading, T(0), block.out, block.out_row);
  }
}

/// The part of the sum from `begin` on.
template <typename T>
Block<T> part_of_sum(Block<T> block, std::int64_t begin, std::int64_t count) {
  block.left.data += begin * (block.form == Form::lanes ? block.left.row : block.left.column);
  block.right.data += begin * (block.form == Form::dots ? block.right.column : block.right.row);
  block.k = count;
  return block;
}

template <typename T>
Block<T> part_of_rows(Block<T> block, std::int64_t begin, std::int64_t count) {
  block.left.data += begin * block.left.row;
  if (block.form == Form::dots) block.right.data += begin * block.right.row;
  block.out += begin * block.out_row;
  block.m = count;
  return block;
}

template <typename T>
Block<T> part_of_columns(Block<T> block, std::int64_t begin, std::int64_t count) {
  if (block.form == Form::lanes || block.form == Form::times) block.left.data += begin * block.left.column;
  block.right.data += begin * block.right.column;
  block.out += begin;
  block.n = count;
  return block;
}

std::int64_t pieces(std::int64_t extent, std::int64_t of) { return (extent + of - 1) / of; }

/// Lengths of the pieces that a block is cut into: rows, columns, and the sum.
struct Cut {
  std::int64_t m, n, k;
};

template <typename T>
Cut cut_of(const Block<T>& block) {
  constexpr std::int64_t part = 4096;  // of a sum, in own loops
  Cut cut{block.m, block.n, block.k};
  const bool wide = block.m * block.n > 16384;
  if (block.form == Form::gemm) {
    if (!wide && block.k > 2 * 16384) cut.k = std::max<std::int64_t>(16384, pieces(block.k, 64));
    if (cut.k == block.k && block.m * block.n * block.k > (1 << 21)) {
      cut.m = block.m >= block.n || block.m > 512 ? std::clamp<std::int64_t>(pieces(block.m, 8), 96, 512) : block.m;
      cut.n = block.n > block.m || block.n > 2048 ? std::clamp<std::int64_t>(pieces(block.n, 8), 192, 1024) : block.n;
    }
    return cut;
  }
  if (block.k > 2 * part) cut.k = std::max(part, pieces(block.k, 256));
  const std::int64_t volume = block.form == Form::product ? 1 << 19 : 1 << 16;  // multiplications of a piece, at least
  const auto bytes = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = block.k * block.n * bytes > small_matrix ? 384 : 24;  // that a packed panel is worth
  if (block.form != Form::dots) cut.n = pieces(volume, cut.k * std::min(block.m, rows));
  if (block.form == Form::product) cut.n = std::max(cut.n, pieces(block.n, 4));
  cut.n = std::min(block.n, std::max<std::int64_t>(pieces(cut.n, 32) * 32, 64));
  if (block.form == Form::dots || block.form == Form::product) cut.m = std::max(rows, pieces(volume, cut.n * cut.k));
  cut.m = pieces(block.m, pieces(block.m, std::min(cut.m, block.m)));  // of equal length
  return cut;
}

/// parts[0] += the others, in pairs: the tree depends on their number alone.
template <typename T>
void add_in_pairs(T* parts, std::int64_t count, std::int64_t size) {
  for (std::int64_t step = 1; step < count; step *= 2)
    for (std::int64_t at = 0; at + step < count; at += 2 * step)
      for (std::int64_t own = 0; own < size; ++own) parts[at * size + own] += parts[(at + step) * size + own];
}

/// One piece of rows and columns: the sum's pieces, long ones in parts that are added in pairs.
template <typename T>
void run_piece(const Block<T>& block, std::int64_t length) {
  if (length >= block.k) return run_whole(block);
  const std::int64_t count = pieces(block.k, length), size = block.m * block.n;
  const Buffer<T> parts(count * size);
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      Block<T> part = part_of_sum(block, at * length, std::min(length, block.k - at * length));
      part.out = parts.data() + at * size;
      part.out_row = block.n;
      run_whole(part);
    }
  });
  add_in_pairs(parts.data(), count, size);
  for (std::int64_t row = 0; row < block.m; ++row)
    std::copy_n(parts.data() + row * block.n, block.n, block.out + row * block.out_row);
}

/// Rows of a strip of a symmetric result; 0 where computing all of it is as cheap.
template <typename T>
std::int64_t strip_of(const Block<T>& block) {
  const bool large = block.m >= 128 && block.m * block.m * block.k >= (1 << 22);
  if (block.halves == Halves::apart || !large) return 0;
  return std::clamp<std::int64_t>(pieces(block.m, 8 * 32) * 32, 64, 384);
}

/// The upper half from the lower one, tile by tile.
template <typename T>
void mirror(const Block<T>& block) {
  constexpr std::int64_t tile = 32;
  parallel_for(pieces(block.m, tile), 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * tile; row < std::min(end * tile, block.m); row += tile)
      for (std::int64_t column = 0; column <= row; column += tile)
        for (std::int64_t i = row; i < std::min(row + tile, block.m); ++i)
          for (std::int64_t j = column; j < std::min(column + tile, i); ++j) {
            const T own = block.out[i * block.out_row + j];
            block.out[j * block.out_row + i] = block.halves == Halves::conjugate ? linalg::conjugate(own) : own;
          }
  });
}

/// Strips of rows up to the diagonal, longest first; the sums are cut as those of the whole would be.
template <typename T>
void run_half(const Block<T>& block, std::int64_t strip) {
  const std::int64_t strips = pieces(block.m, strip), length = cut_of(block).k;
  parallel_for(strips, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t row = (strips - 1 - at) * strip, count = std::min(strip, block.m - row);
      run_piece(part_of_columns(part_of_rows(block, row, count), 0, row + count), length);
    }
  });
  mirror(block);
}

}  // namespace

template <typename T>
void run_block(const Block<T>& block) {
  if constexpr (std::is_same_v<T, std::uint32_t>) {
    loops<T>().times(block.n, block.left, block.right, block.out);
  } else {
    if (block.m * block.n * block.k <= 4096) return run_whole(block);
    if (const std::int64_t strip = strip_of(block); strip > 0) return run_half(block, strip);
    const Cut cut = cut_of(block);
    const std::int64_t rows = pieces(block.m, cut.m), columns = pieces(block.n, cut.n);
    if (rows * columns == 1) return run_piece(block, cut.k);
    parallel_for(rows * columns, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t row = at / columns * cut.m, column = at % columns * cut.n;
        const Block<T> part = part_of_rows(block, row, std::min(cut.m, block.m - row));
        run_piece(part_of_columns(part, column, std::min(cut.n, block.n - column)), cut.k);
      }
    });
  }
}

#define RICCI_BLOCK(T) template void run_block(const Block<T>&);
RICCI_BLOCK(std::uint64_t)
RICCI_BLOCK(std::uint32_t)
RICCI_BLOCK(float)
RICCI_BLOCK(double)
RICCI_BLOCK(std::complex<float>)
RICCI_BLOCK(std::complex<double>)
#undef RICCI_BLOCK

}  // namespace ricci::runtime::contraction
