/// Tables of numbers as text.
#pragma once

#include <string>
#include <string_view>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// Fields are separated by commas, or by semicolons or tabs when the first line has them. A first line without any
/// number is a header and is skipped; so are lines that begin with #. Fields may be quoted; an empty one is NaN.
/// i64 when every field is an integer, c128 when one ends in i or j (1+2i), otherwise f64.
/// The shape is [rows, columns]; a single column is a vector [rows]. Errors (code file) name the line.
Tensor read_csv(const std::string& path);
Tensor read_csv(std::string_view text, const std::string& name);

/// Rank 2 as rows, rank 1 as one column, rank 0 as one number. Floating values read back to the same bits (f32 as f64)
/// and never look like integers (1.0); bools are 0 and 1; complex numbers 1.0+2.0i. Other ranks, and tensors without
/// elements, are refused: the file could not be read back.
void write_csv(const std::string& path, const Tensor& tensor);
std::string write_csv(const Tensor& tensor);

}  // namespace ricci::runtime::io
