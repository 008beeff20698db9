/// Factorisation as a value: made once from a batch of square matrices, kept, and applied to right-hand sides that
/// arrive later. Each matrix gets the cheapest method that its data allow: substitution (diagonal, triangular, also
/// under exchanged rows), Cholesky (Hermitian with a positive diagonal, proven by trying), LU with partial pivoting,
/// both within the band where the matrix has one. solve_once factors and solves in one sweep and keeps nothing: many
/// small systems run across SIMD lanes. Every matrix is scaled by a power of two before, exactly undone after: the
/// packaged getf2 makes NaN of tiny pivots.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/linalg/report.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

/// What is known of the matrices beforehand. A hint is never trusted with a result: it is checked or falls back to LU.
enum class Structure : std::uint8_t { general, symmetric, spd, lower, upper, diagonal };

struct FactorData;

/// Immutable and shared; copying copies no numbers. Solves may run from many threads.
class Factor {
 public:
  explicit Factor(std::shared_ptr<const FactorData> data) : data_(std::move(data)) {}
  const FactorData& data() const { return *data_; }
  const Report& report() const;
  Extents batch_shape() const;
  std::int64_t order() const;  // n
  std::int64_t bytes() const;  // what keeping it costs
  /// What all matrices were found to be: spd, diagonal, lower, upper; empty: nothing that all of them are.
  std::string_view structure() const;

 private:
  std::shared_ptr<const FactorData> data_;
};

/// matrices [..., n, n], any strides, any dtype (integers and bools are factored as f64). Never throws on bad numbers:
/// a singular matrix is named in the report, a non-finite one gives NaN solutions. O(n^3) a matrix.
Factor factor(const Tensor& matrices, Structure hint = Structure::general);

/// The x of A x = b. vectors: b is [..., n]; otherwise [..., n, r]. Batch axes of A and b broadcast as NumPy's; the
/// result has the promoted type. Entries of singular or non-finite matrices are NaN: look at the report first.
Tensor solve(const Factor& factor, const Tensor& b, bool vectors);

/// The same matrices transposed: a view.
Tensor transposed(Tensor matrices);

/// The x of A^T x = b from the factor of A. Where it over- or underflows on the way, from `matrices` (A) instead.
Tensor solve_transposed(const Factor& factor, const Tensor& matrices, const Tensor& b, bool vectors);

/// The x of A x = b for use once. The numbers may differ from solve(factor(A), b) in rounding.
Tensor solve_once(const Tensor& matrices, const Tensor& b, bool vectors, Report* report = nullptr,
                  Structure hint = Structure::general);

/// A^-1 of each matrix, as solve_once of `identity` would give it.
Tensor invert_once(const Tensor& matrices, Report* report = nullptr);

/// One matrix [n,n].
Tensor identity(DType type, std::int64_t n);

}  // namespace ricci::runtime::linalg
