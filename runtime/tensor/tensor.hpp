/// The dense and sparse values of the runtime. A Tensor is a counted reference to storage plus shape and strides:
/// copying one copies no elements. Whoever writes into one owns its only reference.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <variant>
#include <vector>

#include "dsl/graph/dtype.hpp"

namespace ricci::runtime {

using dsl::DType;
using Extents = std::vector<std::int64_t>;

/// The DType of a C++ scalar.
template <typename T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return DType::boolean;
  else if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return DType::c64;
  else if constexpr (std::is_same_v<T, std::complex<double>>)
    return DType::c128;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 4)
    return DType::i32;
  else {
    static_assert(std::is_integral_v<T> && sizeof(T) == 8, "ricci has no element type for this C++ type");
    return DType::i64;
  }
}

/// Calls f(T{}) with the C++ scalar of `type`; bool elements are stored as one byte, 0 or 1.
template <typename F>
decltype(auto) with_type(DType type, F&& f) {
  switch (type) {
    case DType::boolean: return f(bool{});
    case DType::i32: return f(std::int32_t{});
    case DType::i64: return f(std::int64_t{});
    case DType::f32: return f(float{});
    case DType::f64: return f(double{});
    case DType::c64: return f(std::complex<float>{});
    default: return f(std::complex<double>{});
  }
}

std::int64_t count_of(const Extents& shape);      // product of extents, overflow checked
Extents row_major_strides(const Extents& shape);  // in elements

struct Tensor {
  DType dtype = DType::f64;
  Extents shape;
  Extents strides;                  // in elements; may be zero or negative for borrowed views
  std::shared_ptr<std::byte> data;  // at the element (0,0,...): aliases the storage that it keeps alive

  std::size_t rank() const { return shape.size(); }
  std::int64_t count() const { return count_of(shape); }
  std::int64_t bytes() const { return count() * static_cast<std::int64_t>(dsl::bytes_of(dtype)); }
  bool contiguous() const;  // row-major without gaps

  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data.get());
  }

  /// A row-major tensor of fresh, uninitialised storage.
  static Tensor empty(DType dtype, Extents shape);
  static Tensor zeros(DType dtype, Extents shape);
  template <typename T>
  static Tensor scalar(T value) {
    Tensor out = empty(dtype_of<T>(), {});
    *out.as<T>() = value;
    return out;
  }
  /// Row-major, from a flat list of elements.
  template <typename T>
  static Tensor from(Extents shape, const std::vector<T>& elements) {
    Tensor out = empty(dtype_of<T>(), std::move(shape));
    for (std::size_t at = 0; at < elements.size(); ++at) out.as<T>()[at] = elements[at];
    return out;
  }
  /// A view of memory that the caller keeps alive.
  static Tensor view(DType dtype, void* data, Extents shape, Extents strides);
};

/// Itself when already row-major, otherwise a row-major copy.
Tensor contiguous_copy_if_needed(const Tensor& tensor);
/// Always a fresh row-major copy.
Tensor copy(const Tensor& tensor);
/// Element-wise conversion (complex to real keeps the real part; floating to integer truncates; to bool is != 0).
Tensor cast(const Tensor& tensor, DType dtype);
/// True when dtype, shape and every bit agree (NaNs with the same bits agree).
bool same_bits(const Tensor& a, const Tensor& b);

/// A sparse matrix by compressed rows. Within a row, columns ascend and none stands twice.
struct Csr {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  Tensor row_starts;  // i64 [rows + 1]
  Tensor columns;     // i32 [stored]
  Tensor values;      // [stored]

  std::int64_t stored() const { return columns.count(); }
};

/// Row, column, value triples in any order; duplicates add up. Indices outside the shape throw (code index).
Csr csr_from_triples(std::int64_t rows, std::int64_t cols, const std::vector<std::int64_t>& row_of,
                     const std::vector<std::int64_t>& column_of, const Tensor& values);
Csr csr_from_dense(const Tensor& matrix);  // stores what is != 0
Tensor dense_from_csr(const Csr& matrix);
Csr transpose(const Csr& matrix);

/// What a name or a graph node stands for once computed.
using Value = std::variant<Tensor, std::shared_ptr<const Csr>>;

}  // namespace ricci::runtime
