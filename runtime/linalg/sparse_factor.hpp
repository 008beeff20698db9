/// Factorisation of one sparse square matrix, kept and applied like the dense ones: LDL' where the matrix is Hermitian
/// and proves positive definite, LU with partial pivoting otherwise, both in an order that keeps the factors sparse.
/// Eigen does it (SimplicialLDLT with AMD: Amestoy, Davis and Duff 1996; SparseLU with COLAMD: Davis et al. 2004).
#pragma once

#include <memory>

#include "runtime/linalg/report.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

/// Whether this build can factor sparse matrices; otherwise they are written out.
bool factors_sparse_matrices();

struct SparseFactorData;

/// Immutable and shared; copying copies no numbers. Solves may run from many threads.
class SparseFactor {
 public:
  /// matrix [n, n] of any dtype; f32, integers and bools are factored as f64, c64 as c128. Never throws on bad numbers:
  /// a singular matrix is named in the report, a non-finite one gives NaN.
  explicit SparseFactor(const Csr& matrix);

  const Report& report() const;
  std::int64_t bytes() const;  // what keeping it costs

  /// The x of A x = b, or of A^T x = b. vectors: b is [..., n]; otherwise [..., n, r]. The result has the promoted
  /// type; its bits do not depend on the number of threads.
  Tensor solve(const Tensor& b, bool vectors, bool transposed) const;
  Tensor inverse() const;  // dense, as inverses of sparse matrices are
  Tensor det() const;
  Tensor logdet() const;  // of the magnitude

 private:
  std::shared_ptr<const SparseFactorData> data_;
};

}  // namespace ricci::runtime::linalg
