/// xtensor in and out: containers, adaptors and strided views of any order become arguments without a copy; results
/// become xt::xtensor, xt::xarray or xt::xtensor_fixed. No lazy xtensor expression is kept: an expression argument is
/// evaluated by its caller first (xt::eval). as_xtensor makes a result part of one.
#pragma once

#include <algorithm>
#include <tuple>
#include <type_traits>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>

#include <ricci/literal.hpp>
#include <ricci/ricci.hpp>

namespace ricci {

namespace detail {

/// Anything of xtensor that stands on memory: it has data(), shape() and strides().
template <typename C>
concept xtensor_memory = requires(const C& x) {
  { x.data() } -> std::convertible_to<const void*>;
  x.data_offset();
  x.shape();
  x.strides();
} && scalar_type<std::remove_cv_t<typename C::value_type>>;

template <typename C>
concept xtensor_container = xtensor_memory<C> && std::is_default_constructible_v<C> && requires(C& x) {
  typename C::inner_shape_type;
  x.storage();
};

template <typename Shape>
inline constexpr bool is_fixed_shape = false;
template <std::size_t... X>
inline constexpr bool is_fixed_shape<xt::fixed_shape<X...>> = true;

/// The extents that a shape type knows; -1 for each that it does not.
template <typename Shape>
constexpr auto extents_of(std::type_identity<Shape>) {
  return unknown_extents<std::tuple_size<Shape>::value>();
}
template <std::size_t... X>
constexpr auto extents_of(std::type_identity<xt::fixed_shape<X...>>) {
  return std::array<std::int64_t, sizeof...(X)>{static_cast<std::int64_t>(X)...};
}

template <typename C>
extents xtensor_shape(const C& x) {
  return extents(x.shape().begin(), x.shape().end());
}

/// Strides in elements; xtensor gives axes of extent 1 the stride 0, which is as good.
template <typename C>
extents xtensor_strides(const C& x) {
  extents out;
  for (auto stride : x.strides()) out.push_back(static_cast<std::int64_t>(stride));
  return out;
}

template <typename C>
strided xtensor_place(const C& x) {
  strided out{.data = x.data() + x.data_offset()};
  for (std::size_t axis = 0; axis < x.dimension(); ++axis)
    out.add(static_cast<std::int64_t>(x.shape()[axis]), static_cast<std::int64_t>(x.strides()[axis]));
  return out;
}

template <typename C>
void fill_xtensor(C& out, const runtime::Tensor& tensor) {
  using T = std::remove_cv_t<typename C::value_type>;
  const runtime::Tensor own = checked(tensor, runtime::dtype_of<T>(), out.dimension());
  copy_into(view_of(out.data() + out.data_offset(), xtensor_shape(out), xtensor_strides(out)), own);
}

}  // namespace detail

template <detail::xtensor_memory C>
struct adapt<C> {
  using T = std::remove_cv_t<typename C::value_type>;

  static runtime::Value view(const C& x) {
    return detail::view_of(x.data() + x.data_offset(), detail::xtensor_shape(x), detail::xtensor_strides(x));
  }
  static runtime::Value take(C&& x)
    requires detail::xtensor_container<C>
  {
    auto kept = std::make_shared<C>(std::move(x));
    runtime::Tensor out = std::get<runtime::Tensor>(view(*kept));
    out.data = std::shared_ptr<std::byte>(kept, out.data.get());
    return out;
  }
  /// Into a container that has the shape already; the memory order is the container's. Errors: shape, type.
  static void fill(C& out, const runtime::Tensor& tensor) { detail::fill_xtensor(out, tensor); }

  /// A container of this shape whose numbers are still to come.
  static C shaped(std::span<const std::int64_t> of)
    requires(detail::xtensor_container<C> && !detail::is_fixed_shape<typename C::shape_type>)
  {
    auto shape = xtl::make_sequence<typename C::shape_type>(of.size(), 0);
    std::copy(of.begin(), of.end(), shape.begin());
    C out;
    out.resize(shape);
    return out;
  }

  static C make(const runtime::Tensor& tensor)
    requires detail::xtensor_container<C>
  {
    using Shape = typename C::shape_type;
    const runtime::Tensor own = checked(tensor, runtime::dtype_of<T>());
    C out;
    if constexpr (!detail::is_fixed_shape<Shape>) {
      if constexpr (requires { std::tuple_size<Shape>::value; })
        checked(own, runtime::dtype_of<T>(), std::tuple_size<Shape>::value);
      auto shape = xtl::make_sequence<Shape>(own.rank(), 0);
      std::copy(own.shape.begin(), own.shape.end(), shape.begin());
      out.resize(shape);
    }
    detail::fill_xtensor(out, own);
    return out;
  }
};

template <detail::xtensor_memory C>
  requires requires { std::tuple_size<typename C::shape_type>::value; }
struct container_facts<C> {
  static constexpr dtype type = runtime::dtype_of<std::remove_cv_t<typename C::value_type>>();
  static constexpr auto shape = detail::extents_of(std::type_identity<typename C::shape_type>());
  static strided place(const C& x) { return detail::xtensor_place(x); }
};
/// A fixed tensor in rows.
template <typename T, std::size_t... X, bool Shared>
struct container_facts<xt::xtensor_fixed<T, xt::fixed_shape<X...>, xt::layout_type::row_major, Shared>> {
  static constexpr dtype type = runtime::dtype_of<T>();
  static constexpr std::array<std::int64_t, sizeof...(X)> shape{static_cast<std::int64_t>(X)...};
  static constexpr auto strides = [] {
    std::array<std::int64_t, sizeof...(X)> out{};
    std::int64_t stride = 1;
    for (std::size_t at = sizeof...(X); at-- > 0;) {
      out[at] = stride;
      stride *= shape[at];
    }
    return out;
  }();
  static const T* numbers(const auto& x) { return x.data(); }
  static strided place(const auto& x) { return detail::xtensor_place(x); }
};

/// A result as an xtensor expression over its own memory, which it shares: as_xtensor<double, 2>(e(i, j)) + 1. What is
/// lazy is evaluated here; xtensor has to know the element type and the rank when it compiles. Errors: type, shape.
template <scalar_type T, std::size_t N>
  requires(N > 0)
auto as_xtensor(const value& of) {
  const runtime::Tensor own = checked(of.tensor(), runtime::dtype_of<T>(), N);
  std::size_t shape[N];
  std::copy(own.shape.begin(), own.shape.end(), shape);
  return xt::adapt_smart_ptr(own.template as<const T>(), shape, own.data);
}
template <scalar_type T, std::size_t N>
auto as_xtensor(const expression& of) {
  return as_xtensor<T, N>(of.evaluate());
}

}  // namespace ricci

#include <ricci/xtensor_expression.hpp>
