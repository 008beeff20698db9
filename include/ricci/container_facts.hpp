/// What the type of a container tells the compiler about its values: element type, rank and perhaps extents. Where a
/// type tells nothing (an xt::xarray has its rank at run time), a literal is checked as far as its text goes.
#pragma once

#include <array>
#include <vector>

#include <ricci/value.hpp>

namespace ricci {

inline constexpr std::int64_t unknown_extent = -1;

/// Specialised with `static constexpr dtype type` and `static constexpr std::array<std::int64_t, rank> shape`; where
/// all extents are known also with `strides` (in numbers) and `static const T* numbers(const Container&)`.
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

template <scalar_type T>
struct container_facts<T> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, 0> shape{};
  static constexpr std::array<std::int64_t, 0> strides{};
  static const T* numbers(const T& x) { return &x; }
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
};
template <scalar_type T, std::size_t N>
struct container_facts<std::array<T, N>> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, 1> shape{static_cast<std::int64_t>(N)};
  static constexpr std::array<std::int64_t, 1> strides{1};
  static const T* numbers(const std::array<T, N>& x) { return x.data(); }
};
template <typename T, std::size_t N>
  requires scalar_type<std::remove_cv_t<T>>
struct container_facts<std::span<T, N>> {
  static constexpr dtype type = runtime::dtype_of<std::remove_cv_t<T>>();
  static constexpr std::array<std::int64_t, 1> shape{N == std::dynamic_extent ? unknown_extent
                                                                              : static_cast<std::int64_t>(N)};
};

}  // namespace ricci
