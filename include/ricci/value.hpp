/// Values that leave the library and arguments that enter it, for any container that `adapt` knows.
/// A value owns its elements: it may outlive the session that computed it.
#pragma once

#include <array>
#include <complex>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci {

using dtype = dsl::DType;
using extents = runtime::Extents;

/// How a C++ type becomes a ricci value and back. Specialised for scalars, std::vector, std::array, std::span and csr
/// here, for xtensor in <ricci/xtensor.hpp>, for Eigen in <ricci/eigen.hpp>. A specialisation has any of
///   static runtime::Value view(const T&)       no copy: the value refers to the argument's memory
///   static runtime::Value take(T&&)            takes the argument over without a copy (optional)
///   static T make(const runtime::Tensor&)      a container of the tensor's elements
///   static T make_of(const runtime::Value&)    the same for containers that can be sparse
///   static void fill(T&, const runtime::Tensor&)  into an existing container of the right shape
///   static constexpr bool copies = true        view() copies all the same, so it cannot be borrowed
template <typename T>
struct adapt;

/// What elements can be: bool, 32- and 64-bit signed integers, float, double and their complex numbers.
template <typename T>
concept scalar_type = std::same_as<T, bool> || std::same_as<T, float> || std::same_as<T, double> ||
                      std::same_as<T, std::complex<float>> || std::same_as<T, std::complex<double>> ||
                      std::same_as<T, int> || std::same_as<T, long> || std::same_as<T, long long>;

/// Integers of other widths and signs: taken as single values only, as i64.
template <typename T>
concept other_integer = std::integral<T> && !scalar_type<T> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                        !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <typename T>
concept viewable = requires(const T& x) {
  { adapt<T>::view(x) } -> std::same_as<runtime::Value>;
};
template <typename T>
concept made_of_value = requires(const runtime::Value& x) {
  { adapt<T>::make_of(x) } -> std::same_as<T>;
};
template <typename T>
concept makeable = made_of_value<T> || requires(const runtime::Tensor& x) {
  { adapt<T>::make(x) } -> std::same_as<T>;
};
template <typename T>
concept borrowable = viewable<T> && !requires { requires adapt<T>::copies; };

/// The tensor as elements of type T and rank N, converted only where nothing is lost. Errors: type, shape.
runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted);
runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted, std::size_t rank);

/// Copies elements into memory of the same shape and type, whatever its strides. Errors: shape.
void copy_into(const runtime::Tensor& out, const runtime::Tensor& from);

/// A computed tensor, dense or sparse. Copying shares the elements, which nobody changes any more.
class value {
 public:
  value() = default;
  explicit value(runtime::Value of) : of_(std::move(of)) {}

  dtype type() const;
  extents shape() const;
  bool sparse() const { return std::holds_alternative<std::shared_ptr<const runtime::Csr>>(of_); }
  const runtime::Value& get() const { return of_; }
  /// The dense tensor; a sparse one is written out.
  runtime::Tensor tensor() const;

  /// The one element of a scalar. Errors: shape, type.
  template <scalar_type T>
  T scalar() const {
    const runtime::Tensor one = checked(tensor(), runtime::dtype_of<T>(), 0);
    return *one.template as<T>();
  }
  /// All elements, row-major. Errors: type.
  template <scalar_type T>
  std::vector<T> elements() const {
    const runtime::Tensor flat = checked(tensor(), runtime::dtype_of<T>());
    return std::vector<T>(flat.template as<T>(), flat.template as<T>() + flat.count());
  }
  /// Any container that adapt can make: xt::xtensor<double, 2> K = value.
  template <makeable C>
  operator C() const {  // NOLINT: implicit, so that a result is assigned like any container
    if constexpr (made_of_value<C>)
      return adapt<C>::make_of(of_);
    else
      return adapt<C>::make(tensor());
  }

 private:
  runtime::Value of_;
};

/// A value whose element type and rank are known to the compiler.
template <scalar_type T, std::size_t N>
class array : public value {
 public:
  explicit array(const value& of) : value(runtime::Value(checked(of.tensor(), runtime::dtype_of<T>(), N))) {}
  const T* data() const { return std::get<runtime::Tensor>(get()).template as<T>(); }
};

/// An argument of a session or a prepared expression: refers to the container's memory for the length of the call.
class argument {
 public:
  template <viewable T>
  argument(const T& x) : of_(adapt<T>::view(x)) {}  // NOLINT: implicit, as in {{"X", X}}
  argument(const value& x) : of_(x.get()) {}        // NOLINT: implicit
  const runtime::Value& get() const { return of_; }

 private:
  runtime::Value of_;
};

struct named_argument {
  std::string_view name;
  argument of;
};
using arguments = std::initializer_list<named_argument>;

/// A sparse matrix by compressed rows. Any integer type for the structure; columns in any order, duplicates add up.
/// The structure is checked and copied. Errors: shape, index.
template <std::integral P, std::integral I, scalar_type T>
value csr(std::span<const P> indptr, std::span<const I> indices, std::span<const T> data, std::int64_t rows,
          std::int64_t cols);

namespace detail {
runtime::Value csr_value(std::vector<std::int64_t> indptr, std::vector<std::int64_t> indices,
                         const runtime::Tensor& data, std::int64_t rows, std::int64_t cols);

/// An unsigned or short integer as i64. Errors: number, where it does not fit.
runtime::Value whole(std::uint64_t x);
runtime::Value whole(std::int64_t x);

/// A row-major tensor over memory that somebody else keeps.
template <typename T>
runtime::Tensor view_of(const T* data, extents shape, extents strides) {
  return runtime::Tensor::view(runtime::dtype_of<T>(), const_cast<T*>(data), std::move(shape), std::move(strides));
}
template <typename T>
runtime::Tensor view_of(const T* data, extents shape) {
  extents strides = runtime::row_major_strides(shape);
  return view_of(data, std::move(shape), std::move(strides));
}
}  // namespace detail

template <std::integral P, std::integral I, scalar_type T>
value csr(std::span<const P> indptr, std::span<const I> indices, std::span<const T> data, std::int64_t rows,
          std::int64_t cols) {
  const extents count{static_cast<std::int64_t>(data.size())};
  return value(detail::csr_value({indptr.begin(), indptr.end()}, {indices.begin(), indices.end()},
                                 detail::view_of(data.data(), count), rows, cols));
}
template <typename P, typename I, typename D>
value csr(const P& indptr, const I& indices, const D& data, std::int64_t rows, std::int64_t cols) {
  return csr(std::span(std::data(indptr), std::size(indptr)), std::span(std::data(indices), std::size(indices)),
             std::span(std::data(data), std::size(data)), rows, cols);
}

template <scalar_type T>
struct adapt<T> {
  static constexpr bool copies = true;
  static runtime::Value view(const T& x) { return runtime::Tensor::scalar(x); }
  static void fill(T& out, const runtime::Tensor& tensor) { out = make(tensor); }
  static T make(const runtime::Tensor& tensor) {
    const runtime::Tensor one = checked(tensor, runtime::dtype_of<T>(), 0);
    return *one.template as<T>();
  }
};

template <other_integer T>
struct adapt<T> {
  static constexpr bool copies = true;
  static runtime::Value view(T x) {
    if constexpr (std::unsigned_integral<T>)
      return detail::whole(static_cast<std::uint64_t>(x));
    else
      return detail::whole(static_cast<std::int64_t>(x));
  }
};

template <scalar_type T>
  requires(!std::same_as<T, bool>)
struct adapt<std::vector<T>> {
  static runtime::Value view(const std::vector<T>& x) {
    return detail::view_of(x.data(), {static_cast<std::int64_t>(x.size())});
  }
  static runtime::Value take(std::vector<T>&& x) {
    auto kept = std::make_shared<std::vector<T>>(std::move(x));
    runtime::Tensor out = detail::view_of(kept->data(), {static_cast<std::int64_t>(kept->size())});
    out.data = std::shared_ptr<std::byte>(kept, out.data.get());
    return out;
  }
  static std::vector<T> make(const runtime::Tensor& tensor) {
    const runtime::Tensor flat = checked(tensor, runtime::dtype_of<T>(), 1);
    return std::vector<T>(flat.template as<T>(), flat.template as<T>() + flat.count());
  }
  static void fill(std::vector<T>& out, const runtime::Tensor& tensor) {
    copy_into(detail::view_of(out.data(), {static_cast<std::int64_t>(out.size())}),
              checked(tensor, runtime::dtype_of<T>(), 1));
  }
};

template <scalar_type T, std::size_t N>
struct adapt<std::array<T, N>> {
  static runtime::Value view(const std::array<T, N>& x) {
    return detail::view_of(x.data(), {static_cast<std::int64_t>(N)});
  }
  static void fill(std::array<T, N>& out, const runtime::Tensor& tensor) {
    copy_into(detail::view_of(out.data(), {static_cast<std::int64_t>(N)}), checked(tensor, runtime::dtype_of<T>(), 1));
  }
  static std::array<T, N> make(const runtime::Tensor& tensor) {
    std::array<T, N> out{};
    fill(out, tensor);
    return out;
  }
};

template <typename T, std::size_t N>
  requires scalar_type<std::remove_cv_t<T>>
struct adapt<std::span<T, N>> {
  static runtime::Value view(const std::span<T, N>& x) {
    return detail::view_of(static_cast<const std::remove_cv_t<T>*>(x.data()), {static_cast<std::int64_t>(x.size())});
  }
  static void fill(const std::span<T, N>& out, const runtime::Tensor& tensor)
    requires(!std::is_const_v<T>)
  {
    copy_into(detail::view_of(out.data(), {static_cast<std::int64_t>(out.size())}),
              checked(tensor, runtime::dtype_of<T>(), 1));
  }
};

}  // namespace ricci
