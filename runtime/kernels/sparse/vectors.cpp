/// Vectors are all points of the result's other axes. Where they lie side by side, rows of the matrix run along them;
/// otherwise they are taken a cache line at a time through a tile; a few vectors, or ones too long for a tile, one at a
/// time. Which, depends on extents and strides alone.
#include "runtime/kernels/sparse/vectors.hpp"

#include <algorithm>

#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/kernels/sparse/tiles.hpp"
#include "runtime/kernels/stream.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::sparse {
namespace {

/// An axis of the vectors: strides in the dense factor and in the result.
struct Way {
  std::int64_t extent = 1, x = 0, y = 0;
};

struct Layout {
  std::vector<Way> outer;  // loops over groups of vectors
  Way vectors;             // within a group
  std::int64_t groups = 1;
  std::int64_t x_element = 0, x_row = 0, y_row = 0;
};

Layout layout_of(const Contraction& product, const Folded& folded) {
  Layout out;
  const auto x_stride = [&](std::uint32_t index) { return folded.dense ? folded.dense->strides[index] : 0; };
  out.x_element = x_stride(folded.column);
  out.x_row = x_stride(folded.row);
  std::int64_t y = 1;
  for (std::size_t at = product.axes; at-- > 0; y *= product.extents[at]) {
    const auto index = static_cast<std::uint32_t>(at);
    if (index == folded.row) {
      out.y_row = y;
      continue;
    }
    const Way way{product.extents[at], x_stride(index), y};
    if (way.extent == 1) continue;
    if (!out.outer.empty() && way.x == out.outer.front().x * out.outer.front().extent &&
        way.y == out.outer.front().y * out.outer.front().extent)
      out.outer.front().extent *= way.extent;
    else
      out.outer.insert(out.outer.begin(), way);
  }
  const auto longest = std::ranges::max_element(out.outer, {}, &Way::extent);
  if (longest != out.outer.end()) {
    out.vectors = *longest;
    out.outer.erase(longest);
  }
  for (const Way& way : out.outer) out.groups *= way.extent;
  return out;
}

template <typename T>
class Multiplication {
 public:
  Multiplication(const Contraction& product, const Folded& folded, const Tensor& out)
      : layout_(layout_of(product, folded)),
        matrix_{folded.matrix.rows, folded.matrix.cols, folded.matrix.row_starts.as<std::int64_t>(),
                folded.matrix.columns.as<std::int32_t>(), folded.matrix.values.as<T>()},
        stored_(folded.matrix.stored()),
        conjugated_(folded.dense && folded.dense->conjugated),
        x_(folded.dense ? folded.dense->values.as<T>() + folded.dense->base : &one_),
        y_(out.as<T>()),
        streams_(out.bytes() >= streamed_from) {}

  void run() const {
    constexpr std::int64_t most_tile = 1 << 21;  // bytes: the second-level cache, nearly
    const std::int64_t count = layout_.vectors.extent;
    if constexpr (!std::is_same_v<T, std::uint32_t>) {
      const bool plain = layout_.x_row == 0;
      if (plain && layout_.vectors.x == 1 && layout_.vectors.y == 1 && count >= tile_vectors<T>) return run_rows();
      if (plain && 2 * count >= tile_vectors<T> && matrix_.cols * 64 <= most_tile) return run_tiles();
    }
    run_singly();
  }

 private:
  /// Where a group's first vector stands.
  std::pair<const T*, T*> group(std::int64_t at) const {
    const T* x = x_;
    T* y = y_;
    for (std::size_t way = layout_.outer.size(); way-- > 0; at /= layout_.outer[way].extent) {
      x += at % layout_.outer[way].extent * layout_.outer[way].x;
      y += at % layout_.outer[way].extent * layout_.outer[way].y;
    }
    return {x, y};
  }

  /// Runs body(group, first, last) over pieces of `length` of `count` in each group.
  template <typename F>
  void over_pieces(std::int64_t count, std::int64_t length, const F& body) const {
    const std::int64_t pieces = (count + length - 1) / length;
    parallel_for(layout_.groups * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t first = at % pieces * length;
        body(at / pieces, first, std::min(count, first + length));
      }
    });
  }

  void run_tiles() const {
    constexpr std::int64_t width = tile_vectors<T>;
    const Way vectors = layout_.vectors;
    const std::int64_t work = width * (stored_ + matrix_.rows + matrix_.cols);
    const std::int64_t length = width * std::max<std::int64_t>(1, (1 << 18) / work);
    over_pieces(vectors.extent, length, [&](std::int64_t at, std::int64_t first, std::int64_t last) {
      const auto [x, y] = group(at);
      const linalg::Buffer<T> tile(matrix_.cols * width);
      for (std::int64_t v = first; v < last; v += width)
        tiles<T>().multiply(matrix_, {x + v * vectors.x, vectors.x, layout_.x_element, conjugated_},
                            {y + v * vectors.y, vectors.y, layout_.y_row, false}, std::min(width, last - v), streams_,
                            tile.data());
      if (streams_) stream_fence();
    });
  }

  /// Rows of equal number; columns in runs that stay in cache with what they read.
  void run_rows() const {
    const Way vectors = layout_.vectors;
    const std::int64_t per_row = vectors.extent * (stored_ / std::max<std::int64_t>(1, matrix_.rows) + 1);
    over_pieces(matrix_.rows, std::max<std::int64_t>(1, (1 << 17) / per_row),
                [&](std::int64_t at, std::int64_t first, std::int64_t last) {
                  const auto [x, y] = group(at);
                  tiles<T>().multiply_rows(matrix_, first, last, {x, 1, layout_.x_element, conjugated_},
                                           {y, 1, layout_.y_row, false}, vectors.extent, streams_);
                  if (streams_) stream_fence();
                });
  }

  void run_singly() const {
    const std::int64_t per_row = layout_.vectors.extent * (stored_ / std::max<std::int64_t>(1, matrix_.rows) + 1);
    over_pieces(matrix_.rows, std::max<std::int64_t>(1, (1 << 15) / per_row),
                [&](std::int64_t at, std::int64_t first, std::int64_t last) {
                  auto [x, y] = group(at);
                  for (std::int64_t v = 0; v < layout_.vectors.extent; ++v) {
                    for (std::int64_t row = first; row < last; ++row) y[row * layout_.y_row] = row_times(x, row);
                    x += layout_.vectors.x;
                    y += layout_.vectors.y;
                  }
                });
  }

  T row_times(const T* x, std::int64_t row) const {
    T sum{};
    x += row * layout_.x_row;
    for (std::int64_t at = matrix_.starts[row]; at < matrix_.starts[row + 1]; ++at) {
      const T element = x[matrix_.columns[at] * layout_.x_element];
      sum += contraction::times(matrix_.values[at], conjugated_ ? contraction::conjugate(element) : element);
    }
    return sum;
  }

  Layout layout_;
  Pattern<T> matrix_;
  std::int64_t stored_;
  bool conjugated_;
  T one_ = T(1);
  const T* x_;
  T* y_;
  bool streams_;
};

}  // namespace

void multiply_vectors(const Contraction& product, const Folded& folded, const Tensor& out) {
  with_type(product.dtype, [&](auto zero) {
    using T = typename contraction::LoopScalar<decltype(zero)>::type;
    if constexpr (!std::is_same_v<T, bool>) Multiplication<T>(product, folded, out).run();
  });
}

}  // namespace ricci::runtime::sparse
