#include "runtime/linalg/selftest.hpp"

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::linalg {
namespace {

/// Fixed, patternless entries in (-1, 1); the diagonal is heavy, so that every system is well conditioned.
template <typename T>
std::vector<T> sample(std::int64_t n, std::uint64_t salt) {
  std::vector<T> out(static_cast<std::size_t>(n * n));
  std::uint64_t state = salt;
  const auto next = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<Real<T>>(static_cast<double>(state >> 11) * 0x1p-52 - 1.0);
  };
  for (std::int64_t at = 0; at < n * n; ++at) {
    T value = next();
    if constexpr (is_complex_scalar<T>) value = T(std::real(value), next());
    out[static_cast<std::size_t>(at)] = at / n == at % n ? value + T(static_cast<Real<T>>(2 * n)) : value;
  }
  return out;
}

/// C = op(A) B, op the adjoint or nothing.
template <typename T>
std::vector<T> naive_product(std::int64_t n, const std::vector<T>& a, bool adjoint, const std::vector<T>& b) {
  std::vector<T> c(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < n; ++k) {
      const auto source = static_cast<std::size_t>(adjoint ? k * n + i : i * n + k);
      const T factor = adjoint ? conjugate(a[source]) : a[source];
      for (std::int64_t j = 0; j < n; ++j)
        c[static_cast<std::size_t>(i * n + j)] += factor * b[static_cast<std::size_t>(k * n + j)];
    }
  return c;
}

template <typename T>
bool close(const std::vector<T>& a, const std::vector<T>& b, std::int64_t n) {
  const Real<T> tolerance = std::numeric_limits<Real<T>>::epsilon() * static_cast<Real<T>>(200 * n * n);
  for (std::size_t at = 0; at < a.size(); ++at)
    if (!(std::abs(a[at] - b[at]) <= tolerance)) return false;
  return true;
}

template <typename T>
bool products_are_sane(std::int64_t n) {
  using blas::Op;
  const auto a = sample<T>(n, 1), b = sample<T>(n, 2);
  std::vector<T> c(a.size());
  blas::gemm(Op::none, Op::none, n, n, n, T(1), a.data(), n, b.data(), n, T(0), c.data(), n);
  if (!close(c, naive_product(n, a, false, b), n)) return false;
  blas::gemm(Op::adjoint, Op::none, n, n, n, T(1), a.data(), n, b.data(), n, T(0), c.data(), n);
  return close(c, naive_product(n, a, true, b), n);
}

template <typename T>
bool type_is_sane() {
  for (const std::int64_t n : {3, 17, 33})
    if (!products_are_sane<T>(n)) return false;
  return true;
}

}  // namespace

bool blas_is_sane() {
  static const bool sane = type_is_sane<float>() && type_is_sane<double>() && type_is_sane<std::complex<float>>() &&
                           type_is_sane<std::complex<double>>();
  return sane;
}

}  // namespace ricci::runtime::linalg
