/// Random matrices in every memory order, and the residual ratios by which LAPACK tests itself.
/// Arithmetic of the checks is in long double and plain loops: independent of what is tested.
#pragma once

#include <catch2/catch.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "runtime/pool.hpp"
#include "runtime/tensor/tensor.hpp"

namespace linalg_tests {

using namespace ricci::runtime;
using Wide = std::complex<long double>;

template <typename T>
struct Parts {
  using Real = T;
  static constexpr bool complex = false;
};
template <typename R>
struct Parts<std::complex<R>> {
  using Real = R;
  static constexpr bool complex = true;
};
template <typename T>
long double epsilon() {
  return std::numeric_limits<typename Parts<T>::Real>::epsilon();
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  template <typename T>
  T element() {
    std::normal_distribution<double> normal;
    if constexpr (Parts<T>::complex) {
      const double re = normal(engine_), im = normal(engine_);
      return T(static_cast<typename Parts<T>::Real>(re), static_cast<typename Parts<T>::Real>(im));
    } else {
      return static_cast<T>(normal(engine_));
    }
  }
  template <typename T>
  Tensor tensor(const Extents& shape) {
    Tensor out = Tensor::empty(dtype_of<T>(), shape);
    for (std::int64_t at = 0; at < out.count(); ++at) out.as<T>()[at] = element<T>();
    return out;
  }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

/// The last two axes exchanged, without a copy.
inline Tensor transposed(Tensor t) {
  std::swap(t.shape[t.rank() - 1], t.shape[t.rank() - 2]);
  std::swap(t.strides[t.rank() - 1], t.strides[t.rank() - 2]);
  return t;
}
/// The same elements in other memory: the last two axes column-major, or the last one backwards.
inline Tensor column_major(const Tensor& t) { return transposed(copy(transposed(t))); }
template <typename T>
Tensor backwards(const Tensor& t) {
  Tensor out = copy(t);
  const std::int64_t last = t.shape.back();
  for (std::int64_t at = 0; at < t.count(); ++at)
    out.as<T>()[at / last * last + (last - 1 - at % last)] = t.as<T>()[at];
  if (last > 0) {
    out.data = std::shared_ptr<std::byte>(out.data, reinterpret_cast<std::byte*>(out.as<T>() + last - 1));
    out.strides.back() = -1;
  }
  return out;
}

/// Entry `at` of a batch, as a batch of one: a view.
inline Tensor part(Tensor batch, std::int64_t at) {
  std::byte* const from =
      batch.data.get() + at * batch.strides[0] * static_cast<std::int64_t>(ricci::dsl::bytes_of(batch.dtype));
  batch.data = std::shared_ptr<std::byte>(batch.data, from);
  batch.shape[0] = 1;
  return batch;
}

/// A matrix of a batch in long double.
struct Matrix {
  std::int64_t rows = 0, cols = 0;
  std::vector<Wide> elements;
  Wide& at(std::int64_t i, std::int64_t j) { return elements[static_cast<std::size_t>(i * cols + j)]; }
  const Wide& at(std::int64_t i, std::int64_t j) const { return elements[static_cast<std::size_t>(i * cols + j)]; }
  static Matrix of(std::int64_t rows, std::int64_t cols) {
    return {rows, cols, std::vector<Wide>(static_cast<std::size_t>(rows * cols))};
  }
  static Matrix identity(std::int64_t n) {
    Matrix out = of(n, n);
    for (std::int64_t k = 0; k < n; ++k) out.at(k, k) = 1;
    return out;
  }
};

/// Matrix `entry` of a contiguous tensor; vectors become one column.
template <typename T>
Matrix matrix_of(const Tensor& given, std::int64_t entry = 0, bool vectors = false) {
  const Tensor t = contiguous_copy_if_needed(given);
  Matrix out = vectors ? Matrix::of(t.shape.back(), 1) : Matrix::of(t.shape[t.rank() - 2], t.shape[t.rank() - 1]);
  const std::int64_t size = out.rows * out.cols;
  for (std::int64_t at = 0; at < size; ++at) {
    const T value = t.as<T>()[entry * size + at];
    out.elements[static_cast<std::size_t>(at)] =
        Wide(static_cast<long double>(std::real(value)), static_cast<long double>(std::imag(value)));
  }
  return out;
}

inline Matrix product(const Matrix& a, const Matrix& b) {
  Matrix out = Matrix::of(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = 0; k < a.cols; ++k)
      for (std::int64_t j = 0; j < b.cols; ++j) out.at(i, j) += a.at(i, k) * b.at(k, j);
  return out;
}
inline Matrix adjoint(const Matrix& a) {
  Matrix out = Matrix::of(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) out.at(j, i) = std::conj(a.at(i, j));
  return out;
}
inline Matrix difference(Matrix a, const Matrix& b) {
  for (std::size_t at = 0; at < a.elements.size(); ++at) a.elements[at] -= b.elements[at];
  return a;
}
/// Largest column sum.
inline long double norm(const Matrix& a) {
  long double most = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) {
    long double sum = 0;
    for (std::int64_t i = 0; i < a.rows; ++i) sum += std::abs(a.at(i, j));
    if (!(sum <= most)) most = sum;
  }
  return most;
}
inline long double over(long double value, long double scale) { return value == 0 ? 0 : value / scale; }

/// |A x - b| / (|A| |x| n eps)
inline long double solve_ratio(const Matrix& a, const Matrix& x, const Matrix& b, long double eps) {
  const long double n = static_cast<long double>(a.rows > 0 ? a.rows : 1);
  return over(norm(difference(product(a, x), b)), norm(a) * norm(x) * n * eps);
}
/// |Q^H Q - I| / (n eps)
inline long double orthogonality_ratio(const Matrix& q, long double eps) {
  const long double n = static_cast<long double>(q.rows > 0 ? q.rows : 1);
  return norm(difference(product(adjoint(q), q), Matrix::identity(q.cols))) / (n * eps);
}
/// |A - B| / (|A| n eps)
inline long double match_ratio(const Matrix& a, const Matrix& b, long double eps) {
  const long double n = static_cast<long double>(a.rows > 0 ? a.rows : 1);
  return over(norm(difference(a, b)), norm(a) * n * eps);
}

template <typename T>
bool all_nan(const Matrix& a) {
  for (const Wide& element : a.elements)
    if (element.real() == element.real()) return false;
  return true;
}

struct ThreadCount {
  int before = threads();
  explicit ThreadCount(int count) { set_threads(count); }
  ~ThreadCount() { set_threads(before); }
};

}  // namespace linalg_tests
