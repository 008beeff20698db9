/// A tensor seen as a batch of matrices: its last one or two axes are the matrix, the leading ones are counted flat.
/// Matrices that are not row-major without gaps are packed one at a time into the caller's workspace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

struct MatrixBatch {
  Tensor tensor;  // of an inexact dtype; holds the storage
  Extents batch;  // leading extents
  std::int64_t count = 1;
  std::int64_t rows = 0, cols = 0;
  std::int64_t row_stride = 0, col_stride = 0;
  bool dense = false;  // the whole batch is row-major without gaps

  std::int64_t elements() const { return rows * cols; }
  bool packed() const { return (cols <= 1 || col_stride == 1) && (rows <= 1 || row_stride == cols || elements() == 0); }
  std::int64_t offset(std::int64_t entry) const;  // in elements, of matrix `entry`

  /// Row-major copy of matrix `entry` at `to`.
  template <typename T>
  void pack(std::int64_t entry, T* to) const;
  /// Column-major copy.
  template <typename T>
  void pack_transposed(std::int64_t entry, T* to) const;
  /// The matrix itself when it stands row-major without gaps, else a copy in `scratch`.
  template <typename T>
  const T* at(std::int64_t entry, T* scratch) const {
    if (packed()) return tensor.as<T>() + offset(entry);
    pack(entry, scratch);
    return scratch;
  }
};

/// The last two axes of `tensor`, cast to `type` where it differs. Throws when there are not two (`operation` says
/// who).
MatrixBatch matrix_batch(const Tensor& tensor, DType type, const char* operation);
/// The same, and refuses matrices that are not square.
MatrixBatch square_batch(const Tensor& tensor, DType type, const char* operation);
/// The last axis as a column: n x 1.
MatrixBatch vector_batch(const Tensor& tensor, DType type, const char* operation);

/// How the batch axes of A and b meet, as NumPy broadcasts.
struct BatchPairing {
  Extents shape;  // of the result
  Extents a, b;   // as given, filled with leading ones to the same rank
  std::int64_t count = 1;
  std::int64_t run = 1;  // consecutive entries of the result that share one matrix of A

  std::int64_t a_entry(std::int64_t entry) const { return entry_in(a, entry); }
  std::int64_t b_entry(std::int64_t entry) const { return entry_in(b, entry); }

 private:
  std::int64_t entry_in(const Extents& own, std::int64_t entry) const;
};
BatchPairing pair_batches(const Extents& a, const Extents& b);

/// Index along each batch axis of flat entry `entry`.
std::vector<std::int64_t> entry_index(const Extents& batch, std::int64_t entry);
std::string shape_text(const Extents& shape);
/// `batch` followed by `tail`.
Extents joined(const Extents& batch, std::initializer_list<std::int64_t> tail);

/// Entries a chunk of a parallel loop should hold so that it is worth about 50 microseconds, from an estimate of the
/// floating-point operations of one entry: a function of shapes alone.
std::int64_t entries_a_chunk(double flops_of_one);

}  // namespace ricci::runtime::linalg
