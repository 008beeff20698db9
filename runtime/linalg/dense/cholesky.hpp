/// A = U^H U of a Hermitian positive definite matrix, row-major and in place.
#pragma once

#include <cstdint>

namespace ricci::runtime::linalg::dense {

/// Reads the upper triangle of A [n,n] alone and overwrites it by U, whose diagonal is real; what stands below is not
/// U's. False: not positive definite (a pivot that is not above 0, NaN included), and A is spoiled. Large matrices run
/// over the pool.
template <typename T>
bool factor_cholesky(std::int64_t n, T* a, std::int64_t lda);

}  // namespace ricci::runtime::linalg::dense
