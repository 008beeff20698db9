/// NumPy's .npz archives (a zip of .npy files), and SciPy's sparse matrices in them.
#pragma once

#include <string>
#include <vector>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// The names of the arrays, in the order of the archive, without their ending .npy.
std::vector<std::string> npz_keys(const std::string& path);
/// The array under `key`.
Tensor read_npz(const std::string& path, const std::string& key);
/// The only array, or the sparse matrix that SciPy's save_npz wrote (csr, csc, coo, bsr); otherwise an error that
/// lists the keys.
Value read_npz(const std::string& path);

/// One array under the key arr_0, as numpy.savez; a Csr as scipy.sparse.save_npz writes it (csr). Not compressed.
void write_npz(const std::string& path, const Value& value);

}  // namespace ricci::runtime::io
