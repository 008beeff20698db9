/// Tensors as real numbers for drawing: a strided view of doubles where that is possible, a converted copy elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::plot {

/// One column of numbers.
struct Column {
  std::string label;
  Tensor keeper;  // owns the memory
  const double* first = nullptr;
  std::int64_t stride = 1;
  std::int64_t count = 0;

  double operator[](std::int64_t at) const { return first[at * stride]; }
};

/// A vector is one column, a matrix has `shape[1]` of them; a complex one gives its real and its imaginary part. At
/// most `most` columns. Labels: the name, with its column where there are several.
std::vector<Column> columns_of(const Value& value, const std::string& name, std::int64_t most);

/// The shape of a dense or sparse value.
Extents shape_of(const Value& value);

/// A dense tensor as f64, row-major.
Tensor as_doubles(const Tensor& tensor);

}  // namespace ricci::runtime::plot
