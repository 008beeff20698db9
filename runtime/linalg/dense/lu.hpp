/// P A = L U with partial pivoting, row-major and in place: L below the diagonal without its ones, U above.
#pragma once

#include <cstdint>

namespace ricci::runtime::linalg::dense {

/// A [m,n] with rows lda apart. Step k exchanged rows k and pivots[k], counted from 0; pivots holds min(m,n).
/// Returns the number, from 1, of the first column without a pivot other than zero, or 0; the factors are complete even
/// so. Large matrices run over the pool. O(m n min(m,n)), workspace of eight columns.
template <typename T>
int factor_lu(std::int64_t m, std::int64_t n, T* a, std::int64_t lda, std::int32_t* pivots);

}  // namespace ricci::runtime::linalg::dense
