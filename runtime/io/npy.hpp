/// NumPy's .npy format, versions 1.0, 2.0 and 3.0 (numpy/lib/format.py): one array, a header in Python's notation.
#pragma once

#include <string>
#include <string_view>

#include "runtime/io/bytes.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// Every element type of ours in both byte orders and both memory orders; smaller integers are widened to i32 (signed
/// or unsigned up to 16 bits) or i64, float16 to f32, and uint64 to i64 when every value fits. Row-major whatever the
/// file's order. The bytes must end with the array. Throws ricci::error: code file, or memory when it does not fit.
Tensor read_npy(Reader& from);
Tensor read_npy(const std::string& path);
Tensor read_npy(std::string_view bytes, const std::string& name);
/// The text of an array of strings that holds just one: how SciPy names a sparse format.
std::string read_npy_word(Reader& from);

/// Magic, version and header of what would be written for `tensor`; its elements follow in row-major order.
std::string npy_preamble(const Tensor& tensor);
void write_npy(const std::string& path, const Tensor& tensor);
std::string write_npy(const Tensor& tensor);

}  // namespace ricci::runtime::io
