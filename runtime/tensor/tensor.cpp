/// Extents, dense tensors, and their conversion from one element type to another.
/// Whatever a tensor's strides are, these give the same elements: memory order never changes a result.
#include "runtime/tensor/tensor.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "runtime/error.hpp"
#include "runtime/tensor/memory.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime {
namespace {

std::string text_of(const Extents& shape) {
  std::string text = "[";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

/// Every real conversion is defined: what an integer cannot hold becomes its most negative value, as in NumPy on x86.
template <typename To, typename From>
To convert_real(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr auto beyond = -static_cast<From>(std::numeric_limits<To>::min());  // 2^31 or 2^63: exact in From
    const From whole = std::trunc(value);
    return whole >= -beyond && whole < beyond ? static_cast<To>(whole) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(value);
  }
}

template <typename T>
inline constexpr bool is_complex_scalar = dsl::is_complex(dtype_of<T>());

template <typename To, typename From>
To convert(From value) {
  if constexpr (is_complex_scalar<To> && is_complex_scalar<From>) {
    using Part = typename To::value_type;
    return {static_cast<Part>(value.real()), static_cast<Part>(value.imag())};
  } else if constexpr (is_complex_scalar<To>) {
    return {convert_real<typename To::value_type>(value), 0};
  } else if constexpr (is_complex_scalar<From> && std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (is_complex_scalar<From>) {
    return convert_real<To>(value.real());
  } else {
    return convert_real<To>(value);
  }
}

}  // namespace

std::int64_t count_of(const Extents& shape) {
  // Bytes must be countable too, whatever the element type.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 16;
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) fail(dsl::Fault::internal, "a tensor of extents " + text_of(shape) + " was asked for");
    empty = empty || extent == 0;
  }
  if (empty) return 0;
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent > most / count) fail(dsl::Fault::too_many_elements, text_of(shape));
    count *= extent;
  }
  return count;
}

Extents row_major_strides(const Extents& shape) {
  Extents strides(shape.size());
  std::uint64_t stride = 1;  // unsigned: next to an empty axis the others may be so large that their product wraps
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = static_cast<std::int64_t>(stride);
    stride *= static_cast<std::uint64_t>(shape[axis]);
  }
  return strides;
}

bool Tensor::contiguous() const {
  if (count() == 0) return true;
  std::int64_t dense = 1;
  for (std::size_t axis = rank(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != dense) return false;
    dense *= shape[axis];
  }
  return true;
}

Tensor Tensor::empty(DType dtype, Extents shape) {
  Tensor out;
  out.dtype = dtype;
  out.shape = std::move(shape);
  out.strides = row_major_strides(out.shape);
  out.data = take_buffer(out.bytes());
  return out;
}

Tensor Tensor::zeros(DType dtype, Extents shape) {
  Tensor out = empty(dtype, std::move(shape));
  std::memset(out.data.get(), 0, static_cast<std::size_t>(out.bytes()));
  return out;
}

Tensor Tensor::view(DType dtype, void* data, Extents shape, Extents strides) {
  // An aliasing pointer without an owner: nothing is counted, nothing is freed.
  const std::shared_ptr<std::byte> unowned(std::shared_ptr<std::byte>(), static_cast<std::byte*>(data));
  return {dtype, std::move(shape), std::move(strides), unowned};
}

Tensor copy(const Tensor& tensor) {
  Tensor out = Tensor::empty(tensor.dtype, tensor.shape);
  copy_strided(tensor.data.get(), tensor.strides, out.data.get(), tensor.shape, dsl::bytes_of(tensor.dtype));
  return out;
}

Tensor contiguous_copy_if_needed(const Tensor& tensor) { return tensor.contiguous() ? tensor : copy(tensor); }

Tensor cast(const Tensor& tensor, DType dtype) {
  if (tensor.dtype == dtype) return copy(tensor);
  const Tensor from = contiguous_copy_if_needed(tensor);
  Tensor out = Tensor::empty(dtype, tensor.shape);
  const std::int64_t count = from.count();
  with_type(from.dtype, [&](auto source) {
    with_type(dtype, [&](auto target) {
      const auto* in = from.as<decltype(source)>();
      auto* to = out.as<decltype(target)>();
      for (std::int64_t at = 0; at < count; ++at) to[at] = convert<decltype(target)>(in[at]);
    });
  });
  return out;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype != b.dtype || a.shape != b.shape) return false;
  if (a.count() == 0) return true;
  const Tensor left = contiguous_copy_if_needed(a);
  const Tensor right = contiguous_copy_if_needed(b);
  return std::memcmp(left.data.get(), right.data.get(), static_cast<std::size_t>(left.bytes())) == 0;
}

}  // namespace ricci::runtime
