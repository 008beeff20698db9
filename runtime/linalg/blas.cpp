#include "runtime/linalg/blas.hpp"

#include <cblas.h>

#include <algorithm>
#include <climits>
#include <limits>
#include <mutex>
#include <string>

#include "runtime/error.hpp"
#include "runtime/linalg/abandon.hpp"
#include "runtime/linalg/lapack_symbols.hpp"

namespace ricci::runtime::linalg {
namespace {

int narrow(std::int64_t extent, const char* what) {
  if (extent < 0 || extent > INT_MAX) fail(dsl::Fault::linalg_too_large, what);
  return static_cast<int>(extent);
}

// BLAS wants a leading dimension of at least 1 even of nothing.
int leading(std::int64_t ld, std::int64_t least) {
  return narrow(ld > least ? ld : (least > 1 ? least : 1), "a matrix");
}

int checked(int info, const char* routine) {
  if (info < 0) fail(dsl::Fault::internal, std::string(routine) + " refused argument " + std::to_string(-info));
  return info;
}

CBLAS_TRANSPOSE cblas(blas::Op op, bool complex) {
  constexpr CBLAS_TRANSPOSE names[] = {CblasNoTrans, CblasTrans, CblasConjTrans, CblasConjNoTrans};
  constexpr CBLAS_TRANSPOSE real_names[] = {CblasNoTrans, CblasTrans, CblasTrans, CblasNoTrans};
  return (complex ? names : real_names)[static_cast<int>(op)];
}

template <typename T>
void clear_or_scale(std::int64_t m, std::int64_t n, T beta, T* c, std::int64_t ldc) {
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t col = 0; col < n; ++col) {
      T& element = c[row * ldc + col];
      element = beta == T(0) ? T(0) : beta * element;
    }
}

}  // namespace

void prepare_blas() {
  static std::once_flag once;
  std::call_once(once, [] {
    openblas_set_num_threads(1);
    if (openblas_get_parallel() == OPENBLAS_OPENMP || openblas_get_num_threads() != 1)
      fail(dsl::Fault::internal, "this OpenBLAS cannot be held to one thread; use its pthread or serial build");
  });
}

namespace blas {

template <typename T>
void gemm(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a, std::int64_t lda,
          const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc) {
  prepare_blas();
  const auto kept = [](Op op) { return op == Op::none || op == Op::conjugate; };
  const int rows = narrow(m, "a product"), cols = narrow(n, "a product"), inner = narrow(k, "a product");
  if (rows == 0 || cols == 0) return;
  if (inner == 0) return clear_or_scale(m, n, beta, c, ldc);
  const int a_ld = leading(lda, kept(op_a) ? k : m), b_ld = leading(ldb, kept(op_b) ? n : k), c_ld = leading(ldc, n);
  const auto ta = cblas(op_a, is_complex_scalar<T>), tb = cblas(op_b, is_complex_scalar<T>);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, ta, tb, rows, cols, inner, alpha, a, a_ld, b, b_ld, beta, c, c_ld);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, ta, tb, rows, cols, inner, alpha, a, a_ld, b, b_ld, beta, c, c_ld);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, ta, tb, rows, cols, inner, &alpha, a, a_ld, b, b_ld, &beta, c, c_ld);
  else
    cblas_zgemm(CblasRowMajor, ta, tb, rows, cols, inner, &alpha, a, a_ld, b, b_ld, &beta, c, c_ld);
}

#define RICCI_BLAS(T)                                                                                          \
  template void gemm<T>(Op, Op, std::int64_t, std::int64_t, std::int64_t, T, const T*, std::int64_t, const T*, \
                        std::int64_t, T, T*, std::int64_t);
RICCI_BLAS(float)
RICCI_BLAS(double)
RICCI_BLAS(std::complex<float>)
RICCI_BLAS(std::complex<double>)
#undef RICCI_BLAS

}  // namespace blas

namespace lapack {
namespace {

// LAPACK answers a workspace query in a floating value: add 1 against the rounding of large ones in single precision.
template <typename T>
int queried(T answer) {
  return static_cast<int>(std::real(answer) * (1 + 4 * std::numeric_limits<Real<T>>::epsilon())) + 1;
}

/// routine(info), and what info came to; in a call that can be abandoned where the matrix is large enough to take more
/// than about 50 ms. The routine owns its memory.
template <typename Routine>
int run(std::int64_t m, std::int64_t n, const char* name, Routine routine) {
  constexpr double large = 5e7;
  const auto call = [routine = std::move(routine)] {
    int info = 0;
    routine(info);
    return info;
  };
  const bool takes_long = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n)) > large;
  return checked(takes_long ? run_abandonable(call) : call(), name);
}

}  // namespace

template <typename T>
Real<T> trcon(Triangle triangle, std::int64_t n, const T* a, std::int64_t lda) {
  if (n == 0) return 1;
  const int order = narrow(n, "rcond"), ld = leading(lda, n);
  const char half = static_cast<char>(triangle);
  const Buffer<T> work(3 * n);
  const Buffer<double> rwork(n);
  Real<T> rcond = 0;
  int info = 0;
  Symbols<T>::trcon("1", &half, "N", &order, a, &ld, &rcond, work.data(), rwork.data(), &info, 1, 1, 1);
  checked(info, "trcon");
  return rcond;
}

template <typename T>
void geqrf(std::int64_t m, std::int64_t n, const Held<T>& a, std::int64_t lda, const Held<T>& tau) {
  prepare_blas();
  const int rows = narrow(m, "qr"), cols = narrow(n, "qr"), ld = leading(lda, m);
  if (rows == 0 || cols == 0) return;
  int info = 0, size = -1;
  T answer{};
  Symbols<T>::geqrf(&rows, &cols, a.get(), &ld, tau.get(), &answer, &size, &info);
  checked(info, "geqrf");
  size = queried(answer);
  const Buffer<T> work(size);
  run(m, n, "geqrf",
      [=](int& end) { Symbols<T>::geqrf(&rows, &cols, a.get(), &ld, tau.get(), work.data(), &size, &end); });
}

template <typename T>
void orgqr(std::int64_t m, std::int64_t k, const Held<T>& a, std::int64_t lda, const Held<T>& tau) {
  const int rows = narrow(m, "qr"), cols = narrow(k, "qr"), ld = leading(lda, m);
  if (rows == 0 || cols == 0) return;
  int info = 0, size = -1;
  T answer{};
  Symbols<T>::orgqr(&rows, &cols, &cols, a.get(), &ld, tau.get(), &answer, &size, &info);
  checked(info, "orgqr");
  size = queried(answer);
  const Buffer<T> work(size);
  run(m, k, "orgqr",
      [=](int& end) { Symbols<T>::orgqr(&rows, &cols, &cols, a.get(), &ld, tau.get(), work.data(), &size, &end); });
}

template <typename T>
int gesdd(bool vectors, std::int64_t m, std::int64_t n, const Held<T>& a, const Held<Real<T>>& s, const Held<T>& u,
          const Held<T>& vh) {
  prepare_blas();
  const std::int64_t least = std::min(m, n), most = std::max(m, n);
  const int rows = narrow(m, "svd"), cols = narrow(n, "svd"), lda = leading(m, 1), ldu = lda, ldvt = leading(least, 1);
  if (least == 0) return 0;
  const char job = vectors ? 'S' : 'N';
  const std::int64_t rsize = least * std::max(5 * least + 7, 2 * most + 2 * least + 1);
  const Buffer<Real<T>> rwork(is_complex_scalar<T> ? rsize : 1);
  const Buffer<int> iwork(8 * least);
  int info = 0, size = -1;
  T answer{};
  Symbols<T>::gesdd(&job, &rows, &cols, a.get(), &lda, s.get(), u.get(), &ldu, vh.get(), &ldvt, &answer, &size,
                    rwork.data(), iwork.data(), &info, 1);
  checked(info, "gesdd");
  size = queried(answer);
  const Buffer<T> work(size);
  return run(m, n, "gesdd", [=](int& end) {
    Symbols<T>::gesdd(&job, &rows, &cols, a.get(), &lda, s.get(), u.get(), &ldu, vh.get(), &ldvt, work.data(), &size,
                      rwork.data(), iwork.data(), &end, 1);
  });
}

template <typename T>
void gebrd(std::int64_t n, const Held<T>& a, const Held<T>& d, const Held<T>& e, const Held<T>& tau_q,
           const Held<T>& tau_p) {
  prepare_blas();
  const int order = narrow(n, "svd"), ld = leading(n, 1);
  if (order == 0) return;
  int info = 0, size = -1;
  T answer{};
  Symbols<T>::gebrd(&order, &order, a.get(), &ld, d.get(), e.get(), tau_q.get(), tau_p.get(), &answer, &size, &info);
  checked(info, "gebrd");
  size = queried(answer);
  const Buffer<T> work(size);
  run(n, n, "gebrd", [=](int& end) {
    Symbols<T>::gebrd(&order, &order, a.get(), &ld, d.get(), e.get(), tau_q.get(), tau_p.get(), work.data(), &size,
                      &end);
  });
}

template <typename T>
int bdsdc(std::int64_t n, const Held<T>& d, const Held<T>& e, const Held<T>& u, const Held<T>& vt) {
  prepare_blas();
  const int order = narrow(n, "svd"), ld = leading(n, 1);
  if (order == 0) return 0;
  const Buffer<T> work(3 * n * n + 4 * n);
  const Buffer<int> iwork(8 * n);
  return run(n, n, "bdsdc", [=](int& end) {
    Symbols<T>::bdsdc("U", "I", &order, d.get(), e.get(), u.get(), &ld, vt.get(), &ld, nullptr, nullptr, work.data(),
                      iwork.data(), &end, 1, 1);
  });
}

template <typename T>
int heevd(bool vectors, Triangle triangle, std::int64_t n, const Held<T>& a, const Held<Real<T>>& w) {
  prepare_blas();
  const int order = narrow(n, "eigh"), ld = leading(n, 1);
  if (order == 0) return 0;
  const char job = vectors ? 'V' : 'N', half = static_cast<char>(triangle);
  int info = 0, size = -1, rsize = -1, isize = -1, ianswer = 0;
  T answer{};
  Real<T> ranswer{};
  Symbols<T>::heevd(&job, &half, &order, a.get(), &ld, w.get(), &answer, &size, &ranswer, &rsize, &ianswer, &isize,
                    &info);
  checked(info, "heevd");
  size = queried(answer), rsize = queried(ranswer), isize = ianswer;
  const Buffer<T> work(size);
  const Buffer<Real<T>> rwork(rsize);
  const Buffer<int> iwork(isize);
  return run(n, n, "heevd", [=](int& end) {
    Symbols<T>::heevd(&job, &half, &order, a.get(), &ld, w.get(), work.data(), &size, rwork.data(), &rsize,
                      iwork.data(), &isize, &end);
  });
}

#define RICCI_LAPACK(T)                                                                                         \
  template Real<T> trcon<T>(Triangle, std::int64_t, const T*, std::int64_t);                                    \
  template void geqrf<T>(std::int64_t, std::int64_t, const Held<T>&, std::int64_t, const Held<T>&);             \
  template void orgqr<T>(std::int64_t, std::int64_t, const Held<T>&, std::int64_t, const Held<T>&);             \
  template int gesdd<T>(bool, std::int64_t, std::int64_t, const Held<T>&, const Held<Real<T>>&, const Held<T>&, \
                        const Held<T>&);                                                                        \
  template int heevd<T>(bool, Triangle, std::int64_t, const Held<T>&, const Held<Real<T>>&);
RICCI_LAPACK(float)
RICCI_LAPACK(double)
RICCI_LAPACK(std::complex<float>)
RICCI_LAPACK(std::complex<double>)
#undef RICCI_LAPACK

#define RICCI_REAL_LAPACK(T)                                                                           \
  template void gebrd<T>(std::int64_t, const Held<T>&, const Held<T>&, const Held<T>&, const Held<T>&, \
                         const Held<T>&);                                                              \
  template int bdsdc<T>(std::int64_t, const Held<T>&, const Held<T>&, const Held<T>&, const Held<T>&);
RICCI_REAL_LAPACK(float)
RICCI_REAL_LAPACK(double)
#undef RICCI_REAL_LAPACK

}  // namespace lapack
}  // namespace ricci::runtime::linalg
