/// Minimum-norm least squares, over- and under-determined, of full rank or not.
/// Three tiers, each guarded by what the one before found: CholeskyQR2 over row tiles (Fukaya et al. 2014) while the
/// condition of R allows it, Householder QR while R is numerically of full rank, and the SVD, which decides rank as
/// NumPy's lstsq: singular values up to eps * max(m, n) times the largest count as zero.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/linalg/report.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

struct LeastSquaresData;

/// A factorisation of a batch of m x n matrices kept for later right-hand sides; immutable and shared.
class LeastSquaresFactor {
 public:
  explicit LeastSquaresFactor(std::shared_ptr<const LeastSquaresData> data) : data_(std::move(data)) {}
  const LeastSquaresData& data() const { return *data_; }
  const Report& report() const;
  Extents batch_shape() const;
  std::int64_t rows() const;
  std::int64_t cols() const;
  std::int64_t bytes() const;

 private:
  std::shared_ptr<const LeastSquaresData> data_;
};

/// matrices [..., m, n]. O(m n^2) a matrix; keeps an orthonormal m x n and a triangle, or the SVD's factors.
LeastSquaresFactor factor_least_squares(const Tensor& matrices);

/// b [..., m] (vectors) or [..., m, r]  ->  x [..., n] or [..., n, r] of least norm among those of least residual.
Tensor solve(const LeastSquaresFactor& factor, const Tensor& b, bool vectors);

/// The same for use once; the report gets rank_min, rcond_min and the method.
Tensor lstsq(const Tensor& matrices, const Tensor& b, bool vectors, Report* report = nullptr);

/// The pseudo-inverse [..., n, m], by the same rank decision as lstsq.
Tensor pinv(const Tensor& matrices, Report* report = nullptr);
Tensor pinv(const LeastSquaresFactor& factor);

}  // namespace ricci::runtime::linalg
