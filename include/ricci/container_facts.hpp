/// What the type of a container tells the compiler about its values: element type, rank and perhaps extents. Where a
/// type tells nothing (an xt::xarray has its rank at run time), a literal is checked as far as its text goes.
#pragma once

#include <array>
#include <vector>

#include <ricci/value.hpp>

namespace ricci {

inline constexpr std::int64_t unknown_extent = -1;

/// Where a container's elements stand, without owning anything. Strides are in elements; that of an axis with one
/// element is 1.
struct strided {
  static constexpr int most_axes = 8;

  const void* data = nullptr;
  int rank = 0;
  std::int64_t shape[most_axes] = {};
  std::int64_t strides[most_axes] = {};

  constexpr void add(std::int64_t extent, std::int64_t stride) {
    shape[rank] = extent;
    strides[rank++] = extent == 1 ? 1 : stride;
  }
  constexpr std::int64_t count() const {
    std::int64_t out = 1;
    for (int axis = 0; axis < rank; ++axis) out *= shape[axis];
    return out;
  }
  constexpr bool contiguous() const {  // row-major without gaps
    std::int64_t stride = 1;
    for (int axis = rank; axis-- > 0; stride *= shape[axis])
      if (shape[axis] != 1 && strides[axis] != stride) return false;
    return true;
  }
};

/// Specialised with `static constexpr dtype type` and `static constexpr std::array<std::int64_t, rank> shape`, with
/// `static strided place(const Container&)`; where all extents are known also with `strides` (in numbers) and
/// `static const T* numbers(const Container&)`.
template <typename T>
struct container_facts {};

template <typename T>
concept has_facts = requires { container_facts<T>::shape; };

template <std::size_t N>
constexpr std::array<std::int64_t, N> unknown_extents() {
  std::array<std::int64_t, N> out{};
  out.fill(unknown_extent);
  return out;
}

namespace detail {
inline strided in_a_row(const void* data, std::size_t count) {
  strided out{.data = data};
  out.add(static_cast<std::int64_t>(count), 1);
  return out;
}
}  // namespace detail

/// Of a container whose type tells its rank, and that stands on memory.
template <typename T>
concept has_place = has_facts<T> && requires(const T& x) {
  { container_facts<T>::place(x) } -> std::same_as<strided>;
  requires container_facts<T>::shape.size() <= strided::most_axes;
};

template <scalar_type T>
struct container_facts<T> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, 0> shape{};
  static constexpr std::array<std::int64_t, 0> strides{};
  static const T* numbers(const T& x) { return &x; }
  static strided place(const T& x) { return {.data = &x}; }
};
template <other_integer T>
struct container_facts<T> {
  static constexpr dtype type = dtype::i64;
  static constexpr std::array<std::int64_t, 0> shape{};
};
template <scalar_type T>
struct container_facts<std::vector<T>> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, 1> shape = unknown_extents<1>();
  static strided place(const std::vector<T>& x)
    requires(!std::same_as<T, bool>)
  {
    return detail::in_a_row(x.data(), x.size());
  }
};
template <scalar_type T, std::size_t N>
struct container_facts<std::array<T, N>> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, 1> shape{static_cast<std::int64_t>(N)};
  static constexpr std::array<std::int64_t, 1> strides{1};
  static const T* numbers(const std::array<T, N>& x) { return x.data(); }
  static strided place(const std::array<T, N>& x) { return detail::in_a_row(x.data(), N); }
};
template <typename T, std::size_t N>
  requires scalar_type<std::remove_cv_t<T>>
struct container_facts<std::span<T, N>> {
  static constexpr dtype type = runtime::dtype_of<std::remove_cv_t<T>>();
  static constexpr std::array<std::int64_t, 1> shape{N == std::dynamic_extent ? unknown_extent
                                                                              : static_cast<std::int64_t>(N)};
  static strided place(const std::span<T, N>& x) { return detail::in_a_row(x.data(), x.size()); }
};

}  // namespace ricci
