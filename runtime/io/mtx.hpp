/// Matrix Market files (math.nist.gov/MatrixMarket/formats.html): matrices as text, one entry a line.
#pragma once

#include <string>
#include <string_view>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// coordinate -> Csr, array -> Tensor [rows, columns]; real and double are f64, integer and unsigned-integer i64,
/// complex c128, pattern bool. Symmetric, skew-symmetric and hermitian matrices come out whole; what stands twice is
/// added up. Errors (code file) name the line.
Value read_mtx(const std::string& path);
Value read_mtx(std::string_view text, const std::string& name);

/// Csr -> coordinate general (bool: pattern, without what is false), Tensor of rank 2, 1 as a column, or 0 as
/// one entry -> array general (bool: 0 and 1 as integers). Floating values read back to the same bits, f32 as f64.
void write_mtx(const std::string& path, const Value& value);
std::string write_mtx(const Value& value);

}  // namespace ricci::runtime::io
