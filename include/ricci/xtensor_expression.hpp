/// Expressions of <ricci/notation.hpp> among xtensor's own, part of <ricci/xtensor.hpp>:
///
///   auto e = (ricci::ref(A)(i,k) * ricci::ref(B)(k,j))(i,j);
///   xt::xarray<double> r = e + 1.0;            // ricci's operators as long as nothing of xtensor is met
///   auto lazy = xt::exp(e) + X;                // with an xtensor expression: one of xtensor's, which owns e's value
///   double total = xt::sum(e)();
///
/// xtensor has to know an element type when it compiles: it is double, and a value of another type that is no exact
/// double is refused with ricci's error. The value is computed when xtensor's expression is built, once, and is owned
/// by it: that may be returned wherever e itself may be. What asks xtensor's own interface of an expression (xt::view,
/// xt::eval, iterators) takes evaluated(e).
#pragma once

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

#include <ricci/notation.hpp>

namespace ricci {

/// The value of an expression, as an xtensor expression that owns it.
class evaluated : public xt::xarray<double> {
 public:
  evaluated(const expression& of)  // NOLINT: implicit, it stands for what it is made of
      : xt::xarray<double>(adapt<xt::xarray<double>>::make(of.evaluate().tensor())) {}
};

}  // namespace ricci

namespace xt {

// xtensor looks for its base class by this trait alone; there is no other way in.
template <>
struct detail::is_crtp_base_of_impl<xexpression, ricci::expression> : std::true_type {};
template <>
struct detail::is_crtp_base_of_impl<xexpression, ricci::evaluated> : std::true_type {};

#define RICCI_CLOSURE(of)          \
  template <>                      \
  struct const_xclosure<of> {      \
    using type = ricci::evaluated; \
  };                               \
  template <>                      \
  struct xclosure<of> {            \
    using type = ricci::evaluated; \
  };
RICCI_CLOSURE(ricci::expression)
RICCI_CLOSURE(ricci::expression&)
RICCI_CLOSURE(const ricci::expression)
RICCI_CLOSURE(const ricci::expression&)
#undef RICCI_CLOSURE

// Reductions ask the expression itself for its rank; these are chosen before xtensor's templates.
#define RICCI_REDUCED(function, qualified)                                    \
  inline auto function(qualified e) { return function(ricci::evaluated(e)); } \
  template <typename X, typename... More>                                     \
  auto function(qualified e, X&& axes, More&&... more) {                      \
    return function(ricci::evaluated(e), std::forward<X>(axes), more...);     \
  }                                                                           \
  template <typename I, std::size_t N>                                        \
  auto function(qualified e, const I(&axes)[N]) {                             \
    return function(ricci::evaluated(e), axes);                               \
  }
#define RICCI_REDUCER(function)                     \
  RICCI_REDUCED(function, const ricci::expression&) \
  RICCI_REDUCED(function, ricci::expression&)       \
  RICCI_REDUCED(function, ricci::expression&&)
RICCI_REDUCER(sum)
RICCI_REDUCER(prod)
RICCI_REDUCER(mean)
RICCI_REDUCER(amin)
RICCI_REDUCER(amax)
RICCI_REDUCER(variance)
RICCI_REDUCER(stddev)
#undef RICCI_REDUCER
#undef RICCI_REDUCED

}  // namespace xt
