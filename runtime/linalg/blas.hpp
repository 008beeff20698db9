/// The one thin checked layer over CBLAS and LAPACK. Nothing else in ricci calls either.
/// Every size is checked against the 32-bit integers of the packaged build, every negative info is a fault of ours, and
/// BLAS is held to one thread: the pool above is the only one. There is no gemv, dot or scal here on purpose: the
/// packaged complex ones read out of bounds, and scal drops NaN.
/// Products are row-major; the LAPACK part is column-major, as its names say.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>

#include "runtime/tensor/memory.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::linalg {

template <typename T>
struct RealOf {
  using type = T;
};
template <typename T>
struct RealOf<std::complex<T>> {
  using type = T;
};
template <typename T>
using Real = typename RealOf<T>::type;
template <typename T>
inline constexpr bool is_complex_scalar = !std::is_same_v<T, Real<T>>;

template <typename T>
T conjugate(T value) {
  if constexpr (is_complex_scalar<T>)
    return std::conj(value);
  else
    return value;
}

/// Memory that stays for as long as somebody may write to it: also a call that was left behind (abandon.hpp).
template <typename T>
using Held = std::shared_ptr<T>;

/// The memory of a tensor from this element on.
template <typename T>
Held<T> held(const Tensor& of, std::int64_t element) {
  return {of.data, of.as<T>() + element};
}

/// Workspace: uninitialised, counted, padded as the packaged kernels need it.
template <typename T>
class Buffer {
 public:
  explicit Buffer(std::int64_t count)
      : bytes_(take_buffer((count > 0 ? count : 1) * static_cast<std::int64_t>(sizeof(T)))) {}
  T* data() const { return reinterpret_cast<T*>(bytes_.get()); }
  Held<T> held() const { return {bytes_, data()}; }
  T& operator[](std::int64_t at) const { return data()[at]; }

 private:
  std::shared_ptr<std::byte> bytes_;
};

/// Holds BLAS to one thread, once; throws when the build cannot be held (OpenMP flavours ignore the call).
void prepare_blas();

namespace blas {

enum class Op : char { none, transpose, adjoint, conjugate };
enum class Triangle : char { lower = 'L', upper = 'U' };

/// C [m,n] = alpha * op(A) [m,k] * op(B) [k,n] + beta * C; ld* are row strides. beta == 0 ignores what C holds.
template <typename T>
void gemm(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a, std::int64_t lda,
          const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc);

}  // namespace blas

/// Column-major LAPACK. Each returns info > 0 as LAPACK defines it, 0 for success. Large matrices are worked on by
/// calls that can be abandoned, so the memory of all that takes n^3 operations is held.
namespace lapack {

using blas::Triangle;

/// Reciprocal condition of a triangle in the 1-norm.
template <typename T>
Real<T> trcon(Triangle triangle, std::int64_t n, const T* a, std::int64_t lda);
/// QR: reflectors below the diagonal and tau [min(m,n)]; then the first k columns of Q in place.
template <typename T>
void geqrf(std::int64_t m, std::int64_t n, const Held<T>& a, std::int64_t lda, const Held<T>& tau);
template <typename T>
void orgqr(std::int64_t m, std::int64_t k, const Held<T>& a, std::int64_t lda, const Held<T>& tau);
/// Reduced SVD: u [m,k], vh [k,n], k = min(m,n); without vectors u and vh may be null. Destroys a. Finite input only.
template <typename T>
int gesdd(bool vectors, std::int64_t m, std::int64_t n, const Held<T>& a, const Held<Real<T>>& s, const Held<T>& u,
          const Held<T>& vh);
/// Real types alone. A [n,n] = Q B P^T with B upper bidiagonal, diagonal d and e [n-1] beside it; reflectors of Q below
/// the diagonal, of P right of it, and their tau.
template <typename T>
void gebrd(std::int64_t n, const Held<T>& a, const Held<T>& d, const Held<T>& e, const Held<T>& tau_q,
           const Held<T>& tau_p);
/// Real types alone. SVD of that B: d becomes the singular values, descending; u and vt [n,n]. Destroys e.
template <typename T>
int bdsdc(std::int64_t n, const Held<T>& d, const Held<T>& e, const Held<T>& u, const Held<T>& vt);
/// Eigenvectors replace a; ascending w. Finite input only.
template <typename T>
int heevd(bool vectors, Triangle triangle, std::int64_t n, const Held<T>& a, const Held<Real<T>>& w);

}  // namespace lapack

/// f(T{}) with the scalar in which `type` is decomposed: integers and bools as double.
template <typename F>
decltype(auto) with_inexact(DType type, F&& f) {
  switch (dsl::inexact_type(type)) {
    case DType::f32: return f(float{});
    case DType::c64: return f(std::complex<float>{});
    case DType::c128: return f(std::complex<double>{});
    default: return f(double{});
  }
}

}  // namespace ricci::runtime::linalg
