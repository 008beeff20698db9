#include "runtime/random/lanes.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <vector>

#include "runtime/random/exact_math.hpp"
#include "runtime/random/units.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A 32-bit word of a block is found where it stands in memory among 64-bit ones.
static_assert(std::endian::native == std::endian::little,
              "the layout of random words is that of little-endian machines");

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 on its own _mm512_undefined_*
#endif

// Each inclusion of the body below makes one set: its namespace, its attribute, its number of 64-bit lanes, the product
// of the low halves of 64-bit lanes, their high halves in place of the low ones (a permutation, where the multiplier
// shares its port with the shifts), the square root, and which lanes of two vectors interleave into the first and the
// second half.
#if defined(__x86_64__)
namespace ricci::runtime::random::avx512 {
#define RICCI_SET_NAME "avx512"
#define RICCI_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2")))
#define RICCI_LANES 8
#define RICCI_LOW_PRODUCT(a, b) ((Words)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#define RICCI_HIGH_HALF(x) ((Words)_mm512_shuffle_epi32((__m512i)(x), _MM_PERM_DDBB))
#define RICCI_SQRT(x) ((Reals)_mm512_sqrt_pd((__m512d)(x)))
#define RICCI_FIRST_HALF 0, 8, 1, 9, 2, 10, 3, 11
#define RICCI_SECOND_HALF 4, 12, 5, 13, 6, 14, 7, 15
#define RICCI_LOWER_LANES 0, 1, 2, 3, 4, 5, 6, 7
#define RICCI_UPPER_LANES 8, 9, 10, 11, 12, 13, 14, 15
#include "runtime/random/lanes_body.inc"
}  // namespace ricci::runtime::random::avx512

namespace ricci::runtime::random::avx2 {
#define RICCI_SET_NAME "avx2"
#define RICCI_TARGET __attribute__((target("avx2")))
#define RICCI_LANES 4
#define RICCI_LOW_PRODUCT(a, b) ((Words)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#define RICCI_HIGH_HALF(x) ((Words)_mm256_shuffle_epi32((__m256i)(x), 0xf5))
#define RICCI_SQRT(x) ((Reals)_mm256_sqrt_pd((__m256d)(x)))
#define RICCI_FIRST_HALF 0, 4, 1, 5
#define RICCI_SECOND_HALF 2, 6, 3, 7
#define RICCI_LOWER_LANES 0, 1, 2, 3
#define RICCI_UPPER_LANES 4, 5, 6, 7
#include "runtime/random/lanes_body.inc"
}  // namespace ricci::runtime::random::avx2
#endif

namespace ricci::runtime::random::baseline {
#define RICCI_SET_NAME "baseline"
#define RICCI_TARGET
#define RICCI_LANES 2
#if defined(__x86_64__)
#define RICCI_LOW_PRODUCT(a, b) ((Words)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#define RICCI_HIGH_HALF(x) ((Words)_mm_shuffle_epi32((__m128i)(x), 0xf5))
#define RICCI_SQRT(x) ((Reals)_mm_sqrt_pd((__m128d)(x)))
#else
#define RICCI_LOW_PRODUCT(a, b) (((a)&0xffffffff) * ((b)&0xffffffff))
#define RICCI_HIGH_HALF(x) ((x) >> 32)
#define RICCI_SQRT(x) (Reals{__builtin_sqrt((x)[0]), __builtin_sqrt((x)[1])})
#endif
#define RICCI_FIRST_HALF 0, 2
#define RICCI_SECOND_HALF 1, 3
#define RICCI_LOWER_LANES 0, 1
#define RICCI_UPPER_LANES 2, 3
#include "runtime/random/lanes_body.inc"
}  // namespace ricci::runtime::random::baseline

namespace ricci::runtime::random {
namespace {

std::vector<const LaneKernels*> find_runnable() {
  std::vector<const LaneKernels*> found{&baseline::kernels};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) found.push_back(&avx2::kernels);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    found.push_back(&avx512::kernels);
#endif
  return found;
}

}  // namespace

std::span<const LaneKernels* const> runnable_lane_kernels() {
  static const std::vector<const LaneKernels*> sets = find_runnable();
  return sets;
}

const LaneKernels& lane_kernels() {
  static const LaneKernels& best = *runnable_lane_kernels().back();
  return best;
}

}  // namespace ricci::runtime::random
