/// Decompositions of the last two axes, batched over the leading ones. Integers and bools are computed as f64.
/// Conventions are NumPy's and LAPACK's. A matrix that holds a NaN or an infinity gives NaN results for its own batch
/// entry and touches no other; it never reaches an iterative LAPACK routine, which might not return.
/// Memory: the outputs plus one matrix of workspace a thread.
#pragma once

#include "runtime/linalg/factor.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

/// [..., n, n] -> [..., n, n]. A singular entry is named in the report and NaN in the result.
Tensor inv(const Tensor& matrices, Report* report = nullptr);
/// The same from a factor that is kept.
Tensor inv(const Factor& factor);

/// [..., n, n] -> [...]. 0 for a singular matrix, 1 for an empty one. Over- and underflows only where the value does.
Tensor det(const Tensor& matrices);
Tensor det(const Factor& factor);

/// log|det| as a real number, also for complex matrices (NumPy's slogdet, second value). -inf for a singular matrix.
Tensor logdet(const Tensor& matrices);
Tensor logdet(const Factor& factor);

/// Lower L with A = L L^H; reads the lower triangle only. Throws ricci::error (code not_positive_definite) naming the
/// batch entry.
Tensor cholesky(const Tensor& matrices);

struct Lu {
  Tensor P, L, U;  // [..., m, m], [..., m, k], [..., k, n] with k = min(m, n) and A = P @ L @ U
};
Lu lu(const Tensor& matrices);

struct Qr {
  Tensor Q, R;  // reduced: [..., m, k], [..., k, n]; signs as LAPACK leaves them
};
Qr qr(const Tensor& matrices);

struct Svd {
  Tensor U, s, Vh;  // reduced: [..., m, k], real descending [..., k], [..., k, n]
};
Svd svd(const Tensor& matrices);
/// The singular values alone, descending.
Tensor singular_values(const Tensor& matrices);

struct Eigh {
  Tensor w, V;  // real ascending [..., n]; eigenvectors are the columns of V
};
/// Of a Hermitian matrix; reads the lower triangle only, as NumPy.
Eigh eigh(const Tensor& matrices);

}  // namespace ricci::runtime::linalg
