/// The inner loops of products with a sparse matrix, compiled once for each instruction set. A tile is a cache line of
/// vectors side by side: element n of all of them stands together, so that one stored element of the matrix is one
/// multiplication of whole registers, whatever the pattern.
#pragma once

#include <complex>
#include <cstdint>

namespace ricci::runtime::sparse {

/// Compressed rows whose values may be other than the tensor's own.
template <typename T>
struct Pattern {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  const std::int64_t* starts = nullptr;
  const std::int32_t* columns = nullptr;
  const T* values = nullptr;
};

/// The elements of many vectors: element n of vector v is at v * vector + n * element.
template <typename T>
struct Vectors {
  T* data = nullptr;
  std::int64_t vector = 0;
  std::int64_t element = 0;
  bool conjugated = false;
};

/// How many vectors a tile holds.
template <typename T>
constexpr std::int64_t tile_vectors = 64 / static_cast<std::int64_t>(sizeof(T));

template <typename T>
struct Tiles {
  /// y[v, r] = sum_n matrix[r, n] * x[v, n] for `count` vectors, at most tile_vectors; `tile` has room for cols of
  /// them. `streams`: the result is written past the caches (stream.hpp).
  void (*multiply)(const Pattern<T>& matrix, Vectors<const T> x, Vectors<T> y, std::int64_t count, bool streams,
                   T* tile);
  /// The same for rows begin..end-1 and any count of vectors that lie side by side (x.vector == y.vector == 1).
  void (*multiply_rows)(const Pattern<T>& matrix, std::int64_t begin, std::int64_t end, Vectors<const T> x,
                        Vectors<T> y, std::int64_t count, bool streams);
};

/// T is std::uint64_t (wrapping), float, double or a complex; the machine's best set.
template <typename T>
const Tiles<T>& tiles();

/// The sets that the machine has, best first: for tests. Null past the end.
template <typename T>
const Tiles<T>* tiles_of_set(int which);

}  // namespace ricci::runtime::sparse
