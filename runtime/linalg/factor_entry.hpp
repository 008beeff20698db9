/// One square matrix and its factorisation in place, row-major: how the method is chosen from the data, how it is
/// applied to right-hand sides, and what saves a solution that over- or underflowed on the way.
/// LU: P A = L U, L below the diagonal without its ones, U above. Cholesky: A = U^H U, U above.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/linalg/factor.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::linalg {

enum class Method : std::uint8_t {
  diagonal,
  lower,
  upper,
  exchanged_lower,  // triangular once rows are exchanged
  exchanged_upper,
  band_cholesky,
  cholesky,
  band_lu,
  lu,
  wide,    // elimination in long double
  update,  // a diagonal plus products: low_rank.hpp
  singular,
  non_finite,
};
/// By the order of Method; what has no name is not reported.
inline constexpr std::array method_names{"diagonal",
                                         "lower triangular",
                                         "upper triangular",
                                         "row-exchanged lower triangular",
                                         "row-exchanged upper triangular",
                                         "banded cholesky",
                                         "cholesky",
                                         "banded lu",
                                         "lu",
                                         "lu in long double",
                                         "low-rank update",
                                         "",
                                         ""};

/// Whether row k of the factors was exchanged with row pivots[k], in this order.
constexpr bool exchanges_rows(Method method) {
  return method == Method::lu || method == Method::band_lu || method == Method::exchanged_lower ||
         method == Method::exchanged_upper;
}

/// Where one factor stands and what it is. `wide`: the memory holds the matrix itself, eliminated anew in long double.
template <typename T>
struct Entry {
  std::int64_t n = 0;
  T* matrix = nullptr;             // scaled by 2^-exponent, except for `wide`
  std::int32_t* pivots = nullptr;  // where exchanges_rows(method)
  int exponent = 0;
  Method method = Method::lu;
  double rcond = 0;
};

/// Factors what reload writes into entry.matrix (row-major; it may be called again after a failed attempt).
template <typename T>
void factor_entry(Entry<T>& entry, Structure hint, FunctionRef<void(T*)> reload);

/// Right-hand sides in memory: element `row` of side `which` at row * row_stride + which * side_stride.
template <typename T>
struct SidesView {
  T* data = nullptr;
  std::int64_t row_stride = 1;
  std::int64_t side_stride = 1;
};

/// x = A^-1 b for r sides, in blocks over the pool; x may be b. NaN for singular and non-finite matrices.
template <typename T>
void apply_entry(const Entry<T>& entry, SidesView<const T> b, SidesView<T> x, std::int64_t r);

/// x := A^-1 x, or A^-H x, of a factor by diagonals or triangles as it stands: no scaling, no rescue. x [n,r]
/// row-major.
template <typename T>
void substitute(const Entry<T>& entry, bool adjoint, T* x, std::int64_t r);

}  // namespace ricci::runtime::linalg
