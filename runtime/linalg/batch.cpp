#include "runtime/linalg/batch.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/pool.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci::runtime::linalg {
namespace {

MatrixBatch split(const Tensor& tensor, DType type, std::size_t matrix_axes) {
  MatrixBatch out;
  out.tensor = tensor.dtype == type ? tensor : cast(tensor, type);
  const std::size_t lead = tensor.rank() - matrix_axes;
  out.batch.assign(tensor.shape.begin(), tensor.shape.begin() + static_cast<std::ptrdiff_t>(lead));
  out.count = count_of(out.batch);
  out.dense = out.tensor.contiguous();
  out.rows = tensor.shape[lead];
  out.row_stride = out.tensor.strides[lead];
  out.cols = matrix_axes == 2 ? tensor.shape[lead + 1] : 1;
  out.col_stride = matrix_axes == 2 ? out.tensor.strides[lead + 1] : 1;
  return out;
}

template <typename T>
void pack_strided(const T* from, std::int64_t rows, std::int64_t cols, std::int64_t row_stride, std::int64_t col_stride,
                  T* to) {
  constexpr std::int64_t cache_tiles_pay = 64, shared_from = 1 << 17;
  if (rows * cols >= shared_from && rows > 1) {
    const std::int64_t grain = std::max<std::int64_t>(64, shared_from / cols);
    return parallel_for(rows, grain, [&](std::int64_t begin, std::int64_t end) {
      copy_strided(reinterpret_cast<const std::byte*>(from + begin * row_stride), {row_stride, col_stride},
                   reinterpret_cast<std::byte*>(to + begin * cols), {end - begin, cols}, sizeof(T));
    });
  }
  if (rows >= cache_tiles_pay && cols >= cache_tiles_pay)
    return copy_strided(reinterpret_cast<const std::byte*>(from), {row_stride, col_stride},
                        reinterpret_cast<std::byte*>(to), {rows, cols}, sizeof(T));
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t col = 0; col < cols; ++col) *to++ = from[row * row_stride + col * col_stride];
}

}  // namespace

std::int64_t MatrixBatch::offset(std::int64_t entry) const {
  if (dense) return entry * elements();
  std::int64_t at = 0;
  for (std::size_t axis = batch.size(); axis-- > 0 && entry != 0;) {
    at += (entry % batch[axis]) * tensor.strides[axis];
    entry /= batch[axis];
  }
  return at;
}

template <typename T>
void MatrixBatch::pack(std::int64_t entry, T* to) const {
  pack_strided(tensor.as<T>() + offset(entry), rows, cols, row_stride, col_stride, to);
}

template <typename T>
void MatrixBatch::pack_transposed(std::int64_t entry, T* to) const {
  pack_strided(tensor.as<T>() + offset(entry), cols, rows, col_stride, row_stride, to);
}

#define RICCI_PACK(T)                                         \
  template void MatrixBatch::pack<T>(std::int64_t, T*) const; \
  template void MatrixBatch::pack_transposed<T>(std::int64_t, T*) const;
RICCI_PACK(float)
RICCI_PACK(double)
RICCI_PACK(std::complex<float>)
RICCI_PACK(std::complex<double>)
#undef RICCI_PACK

MatrixBatch matrix_batch(const Tensor& tensor, DType type, const char* operation) {
  if (tensor.rank() < 2) fail(dsl::Fault::linalg_shape, operation, "a matrix", shape_text(tensor.shape));
  return split(tensor, type, 2);
}

MatrixBatch square_batch(const Tensor& tensor, DType type, const char* operation) {
  if (tensor.rank() < 2 || tensor.shape[tensor.rank() - 1] != tensor.shape[tensor.rank() - 2])
    fail(dsl::Fault::linalg_shape, operation, "a square matrix", shape_text(tensor.shape));
  return split(tensor, type, 2);
}

MatrixBatch vector_batch(const Tensor& tensor, DType type, const char* operation) {
  if (tensor.rank() < 1) fail(dsl::Fault::linalg_shape, operation, "a vector", shape_text(tensor.shape));
  return split(tensor, type, 1);
}

std::int64_t BatchPairing::entry_in(const Extents& own, std::int64_t entry) const {
  std::int64_t at = 0, step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (own[axis] != 1) at += (entry % shape[axis]) * step;
    entry /= shape[axis];
    step *= own[axis];
  }
  return at;
}

BatchPairing pair_batches(const Extents& a, const Extents& b) {
  BatchPairing out;
  const std::size_t rank = std::max(a.size(), b.size());
  const auto filled = [rank](const Extents& own) {
    Extents all(rank - own.size(), 1);
    all.insert(all.end(), own.begin(), own.end());
    return all;
  };
  out.a = filled(a), out.b = filled(b);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (out.a[axis] != out.b[axis] && out.a[axis] != 1 && out.b[axis] != 1)
      fail(dsl::Fault::linalg_batch, shape_text(a), shape_text(b));
    out.shape.push_back(out.a[axis] == 1 ? out.b[axis] : out.a[axis]);
  }
  out.count = count_of(out.shape);
  for (std::size_t axis = rank; axis-- > 0 && out.a[axis] == 1;) out.run *= out.shape[axis];
  return out;
}

std::vector<std::int64_t> entry_index(const Extents& batch, std::int64_t entry) {
  std::vector<std::int64_t> index(batch.size());
  for (std::size_t axis = batch.size(); axis-- > 0;) {
    index[axis] = entry % batch[axis];
    entry /= batch[axis];
  }
  return index;
}

std::string shape_text(const Extents& shape) {
  std::string text = "[";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
  return text + "]";
}

Extents joined(const Extents& batch, std::initializer_list<std::int64_t> tail) {
  Extents all = batch;
  all.insert(all.end(), tail.begin(), tail.end());
  return all;
}

std::int64_t entries_a_chunk(double flops_of_one) {
  constexpr double worthwhile = 2e5;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(worthwhile / std::max(flops_of_one, 1.0)));
}

}  // namespace ricci::runtime::linalg
