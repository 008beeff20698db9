/// SciPy's sparse matrices inside .npz archives (scipy/sparse/_matrix_io.py).
#pragma once

#include <string>

#include "runtime/io/zip.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io {

/// True when the archive has the entries that every matrix of save_npz has.
bool holds_sparse(const Archive& archive);
/// csr, csc, coo or bsr. Unsorted and repeated entries are put in order and added up; explicit zeros stay.
Csr read_npz_sparse(const Archive& archive);
/// The bytes of the entry format.npy that calls a matrix csr.
std::string npy_sparse_format();

}  // namespace ricci::runtime::io
