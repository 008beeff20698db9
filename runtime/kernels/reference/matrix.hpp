/// One small dense matrix, row-major, for the textbook routines of linear_algebra.hpp and spectral.hpp.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "runtime/kernels/reference/arithmetic.hpp"

namespace ricci::runtime::reference {

template <InexactScalar T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::int64_t rows_in, std::int64_t cols_in, T fill = T{})
      : rows(rows_in), cols(cols_in), elements_(static_cast<std::size_t>(rows_in * cols_in), fill) {}

  static Matrix identity(std::int64_t order) { return leading_identity(order, order); }
  static Matrix leading_identity(std::int64_t rows, std::int64_t cols) {
    Matrix out(rows, cols);
    for (std::int64_t k = 0; k < std::min(rows, cols); ++k) out(k, k) = T{1};
    return out;
  }

  std::int64_t rows = 0;
  std::int64_t cols = 0;

  T& operator()(std::int64_t i, std::int64_t j) { return elements_[static_cast<std::size_t>(i * cols + j)]; }
  const T& operator()(std::int64_t i, std::int64_t j) const {
    return elements_[static_cast<std::size_t>(i * cols + j)];
  }
  T* begin() { return elements_.data(); }
  T* end() { return elements_.data() + elements_.size(); }
  const T* begin() const { return elements_.data(); }
  const T* end() const { return elements_.data() + elements_.size(); }

  void swap_rows(std::int64_t a, std::int64_t b) {
    for (std::int64_t j = 0; j < cols; ++j) std::swap((*this)(a, j), (*this)(b, j));
  }

 private:
  std::vector<T> elements_;
};

template <InexactScalar T>
Matrix<T> adjoint(const Matrix<T>& a) {
  Matrix<T> out(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) out(j, i) = conjugate(a(i, j));
  return out;
}

template <InexactScalar T>
Matrix<T> transposed(const Matrix<T>& a) {
  Matrix<T> out(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) out(j, i) = a(i, j);
  return out;
}

template <InexactScalar T>
Matrix<T> times(const Matrix<T>& a, const Matrix<T>& b) {
  Matrix<T> out(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < b.cols; ++j)
      for (std::int64_t k = 0; k < a.cols; ++k) out(i, j) += multiply(a(i, k), b(k, j));
  return out;
}

template <InexactScalar T>
bool all_finite(const Matrix<T>& a) {
  for (const T& element : a)
    if (!finite(element)) return false;
  return true;
}

}  // namespace ricci::runtime::reference
