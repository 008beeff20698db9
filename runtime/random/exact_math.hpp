/// Logarithm, exponential and normal quantile from + - * / and bit moves alone, so that they give the same bits on
/// every instruction set and under every C library (glibc chooses its variants by processor). What must also run in
/// SIMD lanes is a template over double and vectors of it: one text, hence one result. Vectors pass by reference, for a
/// function may not return one wider than its own instruction set.
/// Compile with -ffp-contract=off. Largest errors seen are stated at each function and checked by the tests.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace ricci::runtime::random::exact {

#define RICCI_EXACT_INLINE __attribute__((always_inline)) inline

/// The 64-bit integers that lie under a double or a vector of doubles.
template <typename V>
struct Under {
  using type = decltype(V{} < V{});
};
template <>
struct Under<double> {
  using type = std::int64_t;
};

/// Natural logarithm of a positive, normal, finite number; 0.81 ulp (fdlibm's e_log.c, without its branches).
template <typename V>
RICCI_EXACT_INLINE void log(const V& x, V& out) {
  using I = typename Under<V>::type;
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd;  // bits of sqrt(1/2)
  constexpr double shift = 6755399441055744.0;            // 1.5 * 2^52: adds a small integer to its last bits
  constexpr std::int64_t shift_bits = 0x4338000000000000;
  const I bits = __builtin_bit_cast(I, x);
  const I exponent = (bits - root_half) >> 52;
  const V k = __builtin_bit_cast(V, static_cast<I>(exponent + shift_bits)) - shift;
  const V f = __builtin_bit_cast(V, static_cast<I>(bits - exponent * (std::int64_t{1} << 52))) -
              1.0;  // in [sqrt(1/2), sqrt(2)) - 1
  const V s = f / (2.0 + f);
  const V z = s * s;
  const V w = z * z;
  const V even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const V odd = z * (6.666666666666735130e-01 +
                     w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const V half_square = 0.5 * f * f;
  out = k * 6.93147180369123816490e-01 -
        ((half_square - (s * (half_square + (even + odd)) + k * 1.90821492927058770002e-10)) - f);
}
RICCI_EXACT_INLINE double log(double x) {
  double out;
  log<double>(x, out);
  return out;
}

/// log(1 + x) for x > -1; 1.5 ulp.
inline double log1p(double x) {
  const double sum = 1.0 + x;
  return log(sum) + (x - (sum - 1.0)) / sum;
}

/// e^x; 0.84 ulp where the result is normal (fdlibm's e_exp.c). Overflows to infinity, underflows gradually to 0.
inline double exp(double x) {
  if (x > 709.782712893383973096) return std::bit_cast<double>(std::int64_t{0x7ff0000000000000});
  if (!(x > -745.2)) return 0.0;
  const double scaled = x * 1.44269504088896338700;
  const double k = static_cast<double>(static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5)));
  const double high = x - k * 6.93147180369123816490e-01;
  const double low = k * 1.90821492927058770002e-10;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r -
      t * (1.66666666666666019037e-01 +
           t * (-2.77777777770155933842e-03 +
                t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const double y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  const auto two_to = [](std::int64_t e) { return std::bit_cast<double>((e + 1023) << 52); };
  const auto e = static_cast<std::int64_t>(k);
  if (e < -1021) return y * two_to(e + 1000) * two_to(-1000);
  return e > 1023 ? y * 2.0 * two_to(1023) : y * two_to(e);
}

/// The quotient of two polynomials of degree 7, coefficients from the constant up; the denominator's first is 1.
struct Rational {
  double above[8];
  double below[8];
};
template <typename V>
RICCI_EXACT_INLINE void evaluate(const Rational& ratio, const V& r, V& out) {
  V above = r * ratio.above[7] + ratio.above[6];
  V below = r * ratio.below[7] + ratio.below[6];
  for (int at = 5; at >= 0; --at) {
    above = above * r + ratio.above[at];
    below = below * r + ratio.below[at];
  }
  out = above / below;
}

/// M. J. Wichura: Algorithm AS 241, PPND16 (Applied Statistics 37, 1988): about 1 part in 1e16.
inline constexpr Rational normal_centre{
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
     3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}};
inline constexpr Rational normal_tail{
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
inline constexpr Rational normal_far_tail{
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};
inline constexpr double normal_centre_reach = 0.425;  // |probability - 1/2| up to which the centre formula holds

/// The quantile at probability 1/2 + q for |q| <= 0.425.
template <typename V>
RICCI_EXACT_INLINE void normal_from_centre(const V& q, V& out) {
  const V r = 0.180625 - q * q;
  V ratio;
  evaluate(normal_centre, r, ratio);
  out = q * ratio;
}
/// The size of the quantile at probability p <= 0.075, given sqrt(-log(p)).
template <typename V>
RICCI_EXACT_INLINE void normal_from_tail(const V& root, V& out) {
  const V r = root - 1.6;
  const V far_r = root - 5.0;
  V near;
  V far;
  evaluate(normal_tail, r, near);
  evaluate(normal_far_tail, far_r, far);
  out = root <= 5.0 ? near : far;
}

/// The normal quantile at probability 1/2 + q, |q| < 1/2: 5.9 ulp.
inline double normal_quantile(double q) {
  const double size = q < 0 ? -q : q;
  double out;
  if (size <= normal_centre_reach) {
    normal_from_centre<double>(q, out);
    return out;
  }
  normal_from_tail<double>(__builtin_sqrt(-log(0.5 - size)), out);
  return q < 0 ? -out : out;
}

}  // namespace ricci::runtime::random::exact
