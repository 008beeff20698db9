/// The copy from any strides into row-major order: axes are merged as far as memory allows, and what remains is a
/// loop over planes, each either rows of equal stride or a transpose in tiles that stay in the first-level cache.
#include "runtime/tensor/strided_copy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace ricci::runtime {
namespace {

struct Axis {
  std::int64_t extent;
  std::int64_t from;  // strides in elements
  std::int64_t to;
};

/// Axes of extent 1 are dropped; neighbours that the source holds like one longer axis become one.
std::vector<Axis> merged_axes(const Extents& shape, const Extents& strides) {
  const Extents dense = row_major_strides(shape);
  std::vector<Axis> axes;
  for (std::size_t at = 0; at < shape.size(); ++at) {
    const Axis axis{shape[at], strides[at], dense[at]};
    if (axis.extent == 1) continue;
    if (!axes.empty() && axes.back().from == axis.extent * axis.from)
      axes.back() = {axes.back().extent * axis.extent, axis.from, axis.to};
    else
      axes.push_back(axis);
  }
  return axes;
}

/// One element, moved without regard to its type.
template <std::size_t Bytes>
void move_element(const std::byte* from, std::byte* to) {
  std::memcpy(to, from, Bytes);
}

template <std::size_t Bytes>
void copy_row(const std::byte* from, std::byte* to, const Axis& axis) {
  constexpr auto width = static_cast<std::int64_t>(Bytes);
  if (axis.from == 1) {
    std::memcpy(to, from, Bytes * static_cast<std::size_t>(axis.extent));
    return;
  }
  const std::int64_t step = axis.from * width;
  for (std::int64_t at = 0; at < axis.extent; ++at) move_element<Bytes>(from + at * step, to + at * width);
}

/// `down` is the axis along which the source is dense, `along` the one along which the target is. Outer tiles bound
/// the pages in use, inner ones are a cache line square so that power-of-two strides do not evict each other.
template <std::size_t Bytes>
void transpose_plane(const std::byte* from, std::byte* to, const Axis& down, const Axis& along) {
  constexpr auto width = static_cast<std::int64_t>(Bytes);
  constexpr std::int64_t outer = 128;
  constexpr std::int64_t inner = std::max<std::int64_t>(8, 64 / width);
  const auto tile = [&](std::int64_t row, std::int64_t column, std::int64_t last_row, std::int64_t last_column) {
    for (std::int64_t i = row; i < last_row; ++i)
      for (std::int64_t j = column; j < last_column; ++j)
        move_element<Bytes>(from + (i * down.from + j * along.from) * width, to + (i * down.to + j * along.to) * width);
  };
  for (std::int64_t row = 0; row < down.extent; row += outer)
    for (std::int64_t column = 0; column < along.extent; column += outer) {
      const std::int64_t row_end = std::min(row + outer, down.extent);
      const std::int64_t column_end = std::min(column + outer, along.extent);
      for (std::int64_t i = row; i < row_end; i += inner)
        for (std::int64_t j = column; j < column_end; j += inner)
          tile(i, j, std::min(i + inner, row_end), std::min(j + inner, column_end));
    }
}

/// Calls plane(from offset, to offset) for every position of `axes`, in elements.
template <typename F>
void over_positions(const std::vector<Axis>& axes, F&& plane) {
  std::vector<std::int64_t> at(axes.size(), 0);
  std::int64_t from = 0;
  std::int64_t to = 0;
  for (;;) {
    plane(from, to);
    std::size_t axis = axes.size();
    for (; axis-- > 0;) {
      from += axes[axis].from;
      to += axes[axis].to;
      if (++at[axis] < axes[axis].extent) break;
      from -= axes[axis].from * axes[axis].extent;
      to -= axes[axis].to * axes[axis].extent;
      at[axis] = 0;
    }
    if (axis == static_cast<std::size_t>(-1)) return;
  }
}

template <std::size_t Bytes>
void copy_elements(const std::byte* from, std::byte* to, std::vector<Axis> axes) {
  constexpr auto width = static_cast<std::int64_t>(Bytes);
  if (axes.empty()) return move_element<Bytes>(from, to);
  const Axis along = axes.back();
  axes.pop_back();
  // A stride of zero repeats an element: no axis of the source runs through memory there.
  const auto shorter = [](const Axis& a, const Axis& b) {
    if (a.from == 0 || b.from == 0) return a.from != 0;
    return std::abs(a.from) < std::abs(b.from);
  };
  const auto dense = std::min_element(axes.begin(), axes.end(), shorter);
  if (dense != axes.end() && along.from != 1 && shorter(*dense, along)) {
    const Axis down = *dense;
    axes.erase(dense);
    over_positions(axes, [&](std::int64_t source, std::int64_t target) {
      transpose_plane<Bytes>(from + source * width, to + target * width, down, along);
    });
  } else {
    over_positions(axes, [&](std::int64_t source, std::int64_t target) {
      copy_row<Bytes>(from + source * width, to + target * width, along);
    });
  }
}

}  // namespace

void copy_strided(const std::byte* from, const Extents& strides, std::byte* to, const Extents& shape,
                  std::size_t element_bytes) {
  if (count_of(shape) == 0) return;
  const std::vector<Axis> axes = merged_axes(shape, strides);
  switch (element_bytes) {
    case 1: return copy_elements<1>(from, to, axes);
    case 4: return copy_elements<4>(from, to, axes);
    case 8: return copy_elements<8>(from, to, axes);
    default: return copy_elements<16>(from, to, axes);
  }
}

}  // namespace ricci::runtime
