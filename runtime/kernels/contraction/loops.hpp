/// Our own inner loops, compiled once for each instruction set and chosen when the process starts: small products,
/// integer products, products by a vector, scalar products, products of elements. All unit strides are stated; every
/// other stride may be anything. Results are overwritten, and each is accumulated in the order of k (dots: in the
/// lanes of the instruction set), whatever the number of rows or columns.
#pragma once

#include <complex>
#include <cstdint>

namespace ricci::runtime::contraction {

/// A matrix or a batch of vectors in memory: strides in elements.
template <typename T>
struct Rows {
  const T* data = nullptr;
  std::int64_t row = 0;
  std::int64_t column = 0;
  bool conjugated = false;
};

/// Where many products of one form stand: the e-th is e steps on, and at its jumps where there are some; in elements.
struct Many {
  std::int64_t count = 1;
  std::int64_t left = 0, right = 0, out = 0;
  const std::int64_t* left_jumps = nullptr;
  const std::int64_t* right_jumps = nullptr;
};

template <typename T>
struct Loops {
  /// c [m,n] = l [m,k] * r [k,n]; r.column == 1, columns of c have stride 1.
  void (*product)(std::int64_t m, std::int64_t n, std::int64_t k, Rows<T> l, Rows<T> r, T* c, std::int64_t c_row);
  /// The same for many products.
  void (*products)(const Many& many, std::int64_t m, std::int64_t n, std::int64_t k, Rows<T> l, Rows<T> r, T* c,
                   std::int64_t c_row);
  /// c[i] = sum_k l[i,k] * r[i,k]; l.column == r.column == 1.
  void (*dots)(std::int64_t m, std::int64_t k, Rows<T> l, Rows<T> r, T* c, std::int64_t c_row);
  /// c[x] = sum_k l[k,x] * r[k,x]; columns of all three have stride 1.
  void (*lanes)(std::int64_t n, std::int64_t k, Rows<T> l, Rows<T> r, T* c);
  /// c[x] = l[0,x] * r[0,x]; strides 0 or 1 of columns run at full speed.
  void (*times)(std::int64_t n, Rows<T> l, Rows<T> r, T* c);
  /// c [m,n] -= l [m,k] * r [k,n], strides as those of `product`. Floating types alone.
  void (*subtract)(std::int64_t m, std::int64_t n, std::int64_t k, Rows<T> l, Rows<T> r, T* c, std::int64_t c_row);
};

/// Those of the best instruction set that this machine has; T is std::uint64_t, std::uint32_t (times alone), float,
/// double or a complex. Integers wrap.
template <typename T>
const Loops<T>& loops();

/// Whether the machine's vectors have 512 bits: then our own products are faster than the packaged BLAS at every size.
bool has_wide_vectors();

/// The instruction sets that the machine has, best first: for tests. Null past the end.
template <typename T>
const Loops<T>* loops_of_set(int which);

}  // namespace ricci::runtime::contraction
