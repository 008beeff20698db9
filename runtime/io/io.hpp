/// Files in and out, by their ending: .npy, .npz, .mtx, .csv (in any case).
#pragma once

#include <string>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// The value in a file. `FILE.npz:key` picks one array of an archive; without a key its only array, or the sparse
/// matrix that SciPy saved. Throws ricci::error: code file (missing, unreadable, damaged: the message names the path
/// and what was expected), or memory.
Value load(const std::string& path);
Value load(const std::string& path, const std::string& key);

/// Writes beside the place and renames: the file appears whole or, on any error, not at all. What the format cannot
/// hold is refused; a Csr becomes dense in .npy and .csv only by the caller's own dense_from_csr.
void save(const std::string& path, const Value& value);

}  // namespace ricci::runtime::io
