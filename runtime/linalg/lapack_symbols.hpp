/// The Fortran symbols of LAPACK by scalar type: one spelling of each routine for the four types, with real and complex
/// versions made to take the same arguments (a real one ignores the workspace that only its complex twin has).
/// Hidden string lengths are passed, as gfortran expects. Included by blas.cpp alone.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

namespace ricci::runtime::linalg::lapack {

template <typename T>
struct Symbols;

#define RICCI_SHARED_SYMBOLS(p, T, R)                                                                          \
  extern "C" {                                                                                                 \
  void p##trcon_(const char*, const char*, const char*, const int*, const T*, const int*, R*, T*, void*, int*, \
                 std::size_t, std::size_t, std::size_t);                                                       \
  void p##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);                            \
  }
RICCI_SHARED_SYMBOLS(s, float, float)
RICCI_SHARED_SYMBOLS(d, double, double)
RICCI_SHARED_SYMBOLS(c, std::complex<float>, float)
RICCI_SHARED_SYMBOLS(z, std::complex<double>, double)
#undef RICCI_SHARED_SYMBOLS

#define RICCI_REAL_SYMBOLS(p, T)                                                                                   \
  extern "C" {                                                                                                     \
  void p##orgqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);              \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*,      \
                 const int*, int*, int*, std::size_t);                                                             \
  void p##gebrd_(const int*, const int*, T*, const int*, T*, T*, T*, T*, T*, const int*, int*);                    \
  void p##bdsdc_(const char*, const char*, const int*, T*, T*, T*, const int*, T*, const int*, T*, int*, T*, int*, \
                 int*, std::size_t, std::size_t);                                                                  \
  void p##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*, const int*, int*, \
                 std::size_t, std::size_t);                                                                        \
  }
RICCI_REAL_SYMBOLS(s, float)
RICCI_REAL_SYMBOLS(d, double)
#undef RICCI_REAL_SYMBOLS

#define RICCI_COMPLEX_SYMBOLS(p, T, R)                                                                           \
  extern "C" {                                                                                                   \
  void p##ungqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);            \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, R*, T*, const int*, T*, const int*, T*,    \
                 const int*, R*, int*, int*, std::size_t);                                                       \
  void p##heevd_(const char*, const char*, const int*, T*, const int*, R*, T*, const int*, R*, const int*, int*, \
                 const int*, int*, std::size_t, std::size_t);                                                    \
  }
RICCI_COMPLEX_SYMBOLS(c, std::complex<float>, float)
RICCI_COMPLEX_SYMBOLS(z, std::complex<double>, double)
#undef RICCI_COMPLEX_SYMBOLS

#define RICCI_SHARED_MEMBERS(p)             \
  static constexpr auto trcon = &p##trcon_; \
  static constexpr auto geqrf = &p##geqrf_;

#define RICCI_REAL(p, T)                                                                                              \
  template <>                                                                                                         \
  struct Symbols<T> {                                                                                                 \
    RICCI_SHARED_MEMBERS(p)                                                                                           \
    static constexpr auto orgqr = &p##orgqr_;                                                                         \
    static constexpr auto gebrd = &p##gebrd_;                                                                         \
    static constexpr auto bdsdc = &p##bdsdc_;                                                                         \
    static void gesdd(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu,  \
                      T* vt, const int* ldvt, T* work, const int* size, T*, int* iwork, int* info, std::size_t one) { \
      p##gesdd_(job, m, n, a, lda, s, u, ldu, vt, ldvt, work, size, iwork, info, one);                                \
    }                                                                                                                 \
    static void heevd(const char* job, const char* half, const int* n, T* a, const int* lda, T* w, T* work,           \
                      const int* size, T* rwork, const int*, int* iwork, const int* isize, int* info) {               \
      rwork[0] = 1;                                                                                                   \
      p##syevd_(job, half, n, a, lda, w, work, size, iwork, isize, info, 1, 1);                                       \
    }                                                                                                                 \
  };
#define RICCI_COMPLEX(p, T, R)                                                                                \
  template <>                                                                                                 \
  struct Symbols<T> {                                                                                         \
    RICCI_SHARED_MEMBERS(p)                                                                                   \
    static constexpr auto orgqr = &p##ungqr_;                                                                 \
    static constexpr auto gesdd = &p##gesdd_;                                                                 \
    static void heevd(const char* job, const char* half, const int* n, T* a, const int* lda, R* w, T* work,   \
                      const int* size, R* rwork, const int* rsize, int* iwork, const int* isize, int* info) { \
      p##heevd_(job, half, n, a, lda, w, work, size, rwork, rsize, iwork, isize, info, 1, 1);                 \
    }                                                                                                         \
  };
RICCI_REAL(s, float)
RICCI_REAL(d, double)
RICCI_COMPLEX(c, std::complex<float>, float)
RICCI_COMPLEX(z, std::complex<double>, double)
#undef RICCI_REAL
#undef RICCI_COMPLEX
#undef RICCI_SHARED_MEMBERS

}  // namespace ricci::runtime::linalg::lapack
