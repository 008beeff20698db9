/// How the reference holds a tensor while it works: row-major, in the scalars it computes in. With Native scalars a
/// block shares its memory with the Tensor it came from or becomes; with Extended ones it is wider, and what goes
/// from one node to the next is not rounded.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "runtime/error.hpp"
#include "runtime/kernels/reference/numbers.hpp"
#include "runtime/tensor/memory.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::reference {

template <class Scalars>
struct Block {
  DType dtype = DType::f64;
  Extents shape;
  std::shared_ptr<std::byte> data;

  std::int64_t count() const { return count_of(shape); }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data.get());
  }
  /// Zeros.
  static Block make(DType dtype, Extents shape) {
    Block out{dtype, std::move(shape), nullptr};
    const auto bytes = out.count() * static_cast<std::int64_t>(scalar_bytes<Scalars>(dtype));
    out.data = take_buffer(bytes);
    std::memset(out.data.get(), 0, static_cast<std::size_t>(bytes));
    return out;
  }
};

/// Calls f(from, to, count) on the elements of both, each in its own scalars.
template <class From, class To, class F>
void with_both(const Block<From>& from, const Block<To>& to, F&& f) {
  with_scalar<From>(from.dtype, [&](auto source) {
    with_scalar<To>(to.dtype, [&](auto target) {
      f(from.template as<decltype(source)>(), to.template as<decltype(target)>(), from.count());
    });
  });
}

/// The same elements in another dtype or other scalars; itself where nothing changes.
template <class To, class From>
Block<To> converted(const Block<From>& from, DType dtype) {
  if constexpr (std::same_as<From, To>)
    if (from.dtype == dtype) return from;
  auto out = Block<To>::make(dtype, from.shape);
  with_both(from, out, [](const auto* source, auto* target, std::int64_t count) {
    using T = std::remove_pointer_t<decltype(target)>;
    for (std::int64_t at = 0; at < count; ++at) target[at] = convert<T>(source[at]);
  });
  return out;
}

template <class Scalars>
Block<Scalars> block_of(const Tensor& tensor) {
  const Tensor plain = contiguous_copy_if_needed(tensor);
  return converted<Scalars>(Block<Native>{plain.dtype, plain.shape, plain.data}, plain.dtype);
}

template <class Scalars>
Tensor tensor_of(const Block<Scalars>& block) {
  const Block<Native> rounded = converted<Native>(block, block.dtype);
  return {rounded.dtype, rounded.shape, row_major_strides(rounded.shape), rounded.data};
}

/// A tensor node's value: a block, or for a sparse matrix the pattern of what is stored and a block of those values.
template <class Scalars>
struct Held {
  Block<Scalars> elements;
  std::shared_ptr<const Csr> pattern;  // null: dense. Its `values` are not looked at

  bool sparse() const { return pattern != nullptr; }
  DType dtype() const { return elements.dtype; }
  Extents shape() const { return sparse() ? Extents{pattern->rows, pattern->cols} : elements.shape; }

  /// Where a sparse matrix stores an element, or -1.
  std::int64_t position(std::int64_t row, std::int64_t column) const {
    const auto* starts = pattern->row_starts.template as<std::int64_t>();
    const auto* columns = pattern->columns.template as<std::int32_t>();
    const auto* end = columns + starts[row + 1];
    const auto* found = std::lower_bound(columns + starts[row], end, column);
    return found != end && *found == column ? found - columns : -1;
  }
};

template <class Scalars>
Held<Scalars> held_of(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) return {block_of<Scalars>(*dense), nullptr};
  const auto& sparse = std::get<std::shared_ptr<const Csr>>(value);
  auto rows = std::make_shared<Csr>(*sparse);
  rows->row_starts = contiguous_copy_if_needed(sparse->row_starts);
  rows->columns = contiguous_copy_if_needed(sparse->columns);
  return {block_of<Scalars>(sparse->values), rows};
}

template <class Scalars>
Value value_of(const Held<Scalars>& held) {
  if (!held.sparse()) return tensor_of(held.elements);
  Csr out = *held.pattern;
  out.values = tensor_of(held.elements);
  return std::make_shared<const Csr>(std::move(out));
}

/// Every element, 0 where none is stored.
template <class Scalars>
Block<Scalars> dense_block(const Held<Scalars>& held) {
  if (!held.sparse()) return held.elements;
  auto out = Block<Scalars>::make(held.dtype(), held.shape());
  const auto* starts = held.pattern->row_starts.template as<std::int64_t>();
  const auto* columns = held.pattern->columns.template as<std::int32_t>();
  with_scalar<Scalars>(held.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t row = 0; row < held.pattern->rows; ++row)
      for (std::int64_t at = starts[row]; at < starts[row + 1]; ++at)
        out.template as<T>()[row * held.pattern->cols + columns[at]] = held.elements.template as<T>()[at];
  });
  return out;
}

/// Collects the elements of a sparse matrix in row-major order.
template <class Scalars, class T>
class SparseRows {
 public:
  SparseRows(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols), starts_{0} {
    if (cols > std::numeric_limits<std::int32_t>::max()) fail(dsl::Fault::sparse_too_wide, cols);
  }
  void store(std::int64_t column, T value) {
    columns_.push_back(static_cast<std::int32_t>(column));
    values_.push_back(value);
  }
  void end_row() { starts_.push_back(static_cast<std::int64_t>(columns_.size())); }

  Held<Scalars> finish(DType dtype) const {
    const auto stored = static_cast<std::int64_t>(columns_.size());
    auto elements = Block<Scalars>::make(dtype, {stored});
    std::copy(values_.begin(), values_.end(), elements.template as<T>());
    const auto pattern = std::make_shared<Csr>();
    pattern->rows = rows_;
    pattern->cols = cols_;
    pattern->row_starts = Tensor::from<std::int64_t>({rows_ + 1}, starts_);
    pattern->columns = Tensor::from<std::int32_t>({stored}, columns_);
    return {elements, pattern};
  }

 private:
  std::int64_t rows_, cols_;
  std::vector<std::int64_t> starts_;
  std::vector<std::int32_t> columns_;
  std::vector<T> values_;
};

}  // namespace ricci::runtime::reference
