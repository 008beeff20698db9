/// One m x n matrix factored for least squares, and its use. Row-major blocks hold every form, k = min(m, n):
///   tall:  left = Q [m,k], right = R [k,k],  A = Q R      x = R^-1 Q^H b
///   wide:  left = R [k,k], right = Q [n,k],  A^H = Q R    x = Q R^-H b
///          by Cholesky, Q M stands where Q would, with the triangle M [k,k] in a third block: see cholesky_qr
///   svd:   left = U [m,k], right = V S^+ [n,k]            x = right (left^H b)
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/linalg/blas.hpp"
#include "runtime/linalg/factor_entry.hpp"

namespace ricci::runtime::linalg {

enum class Form : std::uint8_t { tall, wide, svd, non_finite };

struct OrthogonalOutcome {
  Form form = Form::svd;
  bool by_cholesky = false;
  std::int64_t rank = 0;
  double rcond = 0;  // of R, or s_min / s_max
};

template <typename T>
struct OrthogonalEntry {
  std::int64_t m = 0, n = 0;
  T* left = nullptr;    // [m, k]
  T* right = nullptr;   // [n, k]
  T* middle = nullptr;  // [k, k] where keeps_middle, else not used
  OrthogonalOutcome outcome;
  std::int64_t k() const { return m < n ? m : n; }
};

/// Whether the third block is needed.
bool keeps_middle(std::int64_t m, std::int64_t n);

/// reload writes the row-major matrix; it may be called several times. `where` names the entry in errors.
template <typename T>
void factor_orthogonal(OrthogonalEntry<T>& entry, FunctionRef<void(T*)> reload, const std::vector<std::int64_t>& where);

enum class Layout : std::uint8_t { columns, rows };
/// columns: b [m, r] to x [n, r]; rows: b [r, m] to x [r, n]. b and x may not overlap.
template <typename T>
void apply_orthogonal(const OrthogonalEntry<T>& entry, Layout layout, const T* b, T* x, std::int64_t r);

/// out [n, m] row-major.
template <typename T>
void pseudo_inverse(const OrthogonalEntry<T>& entry, T* out);

}  // namespace ricci::runtime::linalg
