/// A^T x = b from the factor of A, so that a matrix and its transpose are factored once. The plain case only: what is
/// scaled or does not come out finite is solved from the matrix itself, as if it had been asked for alone.
#include <algorithm>
#include <atomic>

#include "runtime/error.hpp"
#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/factor_data.hpp"
#include "runtime/linalg/scan.hpp"

namespace ricci::runtime::linalg {
namespace {

template <typename T>
void conjugate_all(T* x, std::int64_t count) {
  if constexpr (is_complex_scalar<T>)
    for (std::int64_t at = 0; at < count; ++at) x[at] = std::conj(x[at]);
}

/// Whether the solution x [n,r] is what it should be.
template <typename T>
bool solved(const Entry<T>& entry, T* x, std::int64_t r) {
  if (entry.method == Method::singular || entry.method == Method::non_finite) {
    std::fill(x, x + entry.n * r, not_a_number<T>);
    return true;
  }
  if (entry.method == Method::wide || entry.exponent != 0) return false;
  conjugate_all(x, entry.n * r);
  substitute(entry, true, x, r);
  conjugate_all(x, entry.n * r);
  return scan(x, entry.n * r).finite();
}

}  // namespace

Tensor transposed(Tensor matrices) {
  std::swap(matrices.shape[matrices.shape.size() - 1], matrices.shape[matrices.shape.size() - 2]);
  std::swap(matrices.strides[matrices.strides.size() - 1], matrices.strides[matrices.strides.size() - 2]);
  return matrices;
}

Tensor solve_transposed(const Factor& factor, const Tensor& matrices, const Tensor& b, bool vectors) {
  const FactorData& data = factor.data();
  const DType type = data.storage.dtype;
  const auto from_the_matrix = [&] { return solve_once(transposed(matrices), b, vectors); };
  if (dsl::inexact_type(dsl::promote(type, b.dtype)) != type) return from_the_matrix();
  const MatrixBatch sides = vectors ? vector_batch(b, type, "solve") : matrix_batch(b, type, "solve");
  const std::int64_t n = data.n, r = sides.cols;
  if (sides.rows != n)
    fail(dsl::Fault::linalg_shape, "solve", "a right-hand side of " + std::to_string(n) + " rows", shape_text(b.shape));
  const BatchPairing pairing = pair_batches(data.batch, sides.batch);
  Tensor out = Tensor::empty(type, vectors ? joined(pairing.shape, {n}) : joined(pairing.shape, {n, r}));
  std::atomic<bool> all{true};
  with_inexact(type, [&](auto zero) {
    using T = decltype(zero);
    const double flops = static_cast<double>(n * n) * static_cast<double>(2 * r) + 100;
    parallel_for(n * r == 0 ? 0 : pairing.count, entries_a_chunk(flops), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        T* const x = out.as<T>() + at * n * r;
        sides.pack(pairing.b_entry(at), x);
        if (!solved(data.entry<T>(pairing.a_entry(at)), x, r)) all = false;
      }
    });
  });
  return all ? out : from_the_matrix();
}

}  // namespace ricci::runtime::linalg
