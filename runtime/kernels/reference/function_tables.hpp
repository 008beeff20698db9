/// Which function stands behind each elementwise op, for each scalar: one row an op, read by the element rules.
/// An op without a row for a type is not defined there; the front ends refuse it, and meeting one here is a fault of
/// ricci's own.
#pragma once

#include <array>
#include <cstddef>

#include "dsl/graph/op.hpp"
#include "runtime/kernels/reference/arithmetic.hpp"

namespace ricci::runtime::reference {

using dsl::Op;

inline constexpr std::size_t op_count = dsl::op_rows.size();

/// A function for every op that has one. (Whether it has is kept beside: compilers that sanitize do not take the
/// address of a function for a constant.)
template <class Function>
struct ByOp {
  std::array<Function, op_count> functions{};
  std::array<bool, op_count> defined{};

  constexpr void place(std::size_t op, Function function) {
    functions[op] = function;
    defined[op] = true;
  }
};

template <class Function>
struct OpFunction {
  Op op;
  Function function;
};

template <class Function, std::size_t Count>
constexpr void place_rows(ByOp<Function>& table, const OpFunction<Function> (&rows)[Count]) {
  for (const OpFunction<Function>& row : rows) table.place(static_cast<std::size_t>(row.op), row.function);
}

// -- complex functions that the standard library lacks; principal branches

/// exp(z) - 1 without cancellation near 0: expm1(x)cos(y) - 2 sin^2(y/2), exp(x)sin(y).
template <ComplexScalar T>
T expm1(T z) {
  const Part<T> half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half, std::exp(z.real()) * std::sin(z.imag())};
}
/// log(1 + z): near 0 the modulus is 1 plus a little, and log1p takes that little.
template <ComplexScalar T>
T log1p(T z) {
  const Part<T> x = z.real();
  const Part<T> y = z.imag();
  const bool near = std::abs(x) < Part<T>{0.5} && std::abs(y) < Part<T>{0.5};
  return {near ? std::log1p(x * (2 + x) + y * y) / 2 : std::log(std::hypot(1 + x, y)), std::atan2(y, 1 + x)};
}
template <ComplexScalar T>
T cbrt(T z) {
  return z == T{0} ? z : std::exp(std::log(z) / Part<T>{3});
}

// -- functions of one number that keep its type

template <class T>
using Unary = T (*)(T);

template <RealScalar T>
inline constexpr OpFunction<Unary<T>> real_rows[] = {
    {Op::negate, [](T x) { return negate(x); }},        {Op::exp, [](T x) { return std::exp(x); }},
    {Op::expm1, [](T x) { return std::expm1(x); }},     {Op::log, [](T x) { return std::log(x); }},
    {Op::log1p, [](T x) { return std::log1p(x); }},     {Op::log2, [](T x) { return std::log2(x); }},
    {Op::log10, [](T x) { return std::log10(x); }},     {Op::sqrt, [](T x) { return std::sqrt(x); }},
    {Op::cbrt, [](T x) { return std::cbrt(x); }},       {Op::sin, [](T x) { return std::sin(x); }},
    {Op::cos, [](T x) { return std::cos(x); }},         {Op::tan, [](T x) { return std::tan(x); }},
    {Op::asin, [](T x) { return std::asin(x); }},       {Op::acos, [](T x) { return std::acos(x); }},
    {Op::atan, [](T x) { return std::atan(x); }},       {Op::sinh, [](T x) { return std::sinh(x); }},
    {Op::cosh, [](T x) { return std::cosh(x); }},       {Op::tanh, [](T x) { return std::tanh(x); }},
    {Op::erf, [](T x) { return std::erf(x); }},         {Op::erfc, [](T x) { return std::erfc(x); }},
    {Op::lgamma, [](T x) { return std::lgamma(x); }},   {Op::sign, [](T x) { return sign(x); }},
    {Op::floor, [](T x) { return std::floor(x); }},     {Op::ceil, [](T x) { return std::ceil(x); }},
    {Op::round, [](T x) { return std::nearbyint(x); }}, {Op::conj, [](T x) { return x; }},
};

template <ComplexScalar T>
inline constexpr OpFunction<Unary<T>> complex_rows[] = {
    {Op::negate, [](T z) { return -z; }},
    {Op::exp, [](T z) { return std::exp(z); }},
    {Op::expm1, [](T z) { return expm1(z); }},
    {Op::log, [](T z) { return std::log(z); }},
    {Op::log1p, [](T z) { return log1p(z); }},
    {Op::log2, [](T z) { return std::log(z) / std::log(Part<T>{2}); }},
    {Op::log10, [](T z) { return std::log10(z); }},
    {Op::sqrt, [](T z) { return std::sqrt(z); }},
    {Op::cbrt, [](T z) { return cbrt(z); }},
    {Op::sin, [](T z) { return std::sin(z); }},
    {Op::cos, [](T z) { return std::cos(z); }},
    {Op::tan, [](T z) { return std::tan(z); }},
    {Op::asin, [](T z) { return std::asin(z); }},
    {Op::acos, [](T z) { return std::acos(z); }},
    {Op::atan, [](T z) { return std::atan(z); }},
    {Op::sinh, [](T z) { return std::sinh(z); }},
    {Op::cosh, [](T z) { return std::cosh(z); }},
    {Op::tanh, [](T z) { return std::tanh(z); }},
    {Op::sign, [](T z) { return sign(z); }},
    {Op::round,
     [](T z) {
       return T{std::nearbyint(z.real()), std::nearbyint(z.imag())};
     }},
    {Op::conj, [](T z) { return conjugate(z); }},
};

template <IntegerScalar T>
inline constexpr OpFunction<Unary<T>> integer_rows[] = {
    {Op::negate, [](T x) { return negate(x); }}, {Op::sign, [](T x) { return sign(x); }},
    {Op::floor, [](T x) { return x; }},          {Op::ceil, [](T x) { return x; }},
    {Op::round, [](T x) { return x; }},          {Op::conj, [](T x) { return x; }},
};

inline constexpr OpFunction<Unary<bool>> bool_rows[] = {
    {Op::logical_not, [](bool x) { return !x; }}, {Op::sign, [](bool x) { return x; }},
    {Op::floor, [](bool x) { return x; }},        {Op::ceil, [](bool x) { return x; }},
    {Op::round, [](bool x) { return x; }},        {Op::conj, [](bool x) { return x; }},
};

template <class T>
inline constexpr ByOp<Unary<T>> unary_table = [] {
  ByOp<Unary<T>> table{};
  if constexpr (std::same_as<T, bool>)
    place_rows(table, bool_rows);
  else if constexpr (IntegerScalar<T>)
    place_rows(table, integer_rows<T>);
  else if constexpr (RealScalar<T>)
    place_rows(table, real_rows<T>);
  else
    place_rows(table, complex_rows<T>);
  return table;
}();

// -- functions from a complex number to a real one; real numbers count as complex with no imaginary part

template <class T>
using ToPart = Part<T> (*)(T);

template <class T>
inline constexpr ByOp<ToPart<T>> part_table = [] {
  ByOp<ToPart<T>> table{};
  constexpr OpFunction<ToPart<T>> rows[] = {
      {Op::abs, [](T x) { return magnitude(x); }},
      {Op::real, [](T x) { return real_part(x); }},
  };
  place_rows(table, rows);
  if constexpr (ComplexScalar<T>) {
    constexpr OpFunction<ToPart<T>> complex_only[] = {
        {Op::imag, [](T x) { return x.imag(); }},
        {Op::arg, [](T x) { return std::atan2(x.imag(), x.real()); }},
    };
    place_rows(table, complex_only);
  } else {
    constexpr OpFunction<ToPart<T>> real_only[] = {
        {Op::imag, [](T) { return T{0}; }},
        {Op::arg, [](T x) { return static_cast<T>(std::atan2(Part<T>{0}, x)); }},
    };
    place_rows(table, real_only);
  }
  return table;
}();

// -- what can be asked of numbers

template <class T>
using Test = bool (*)(T);

template <class T>
inline constexpr ByOp<Test<T>> test_table = [] {
  ByOp<Test<T>> table{};
  constexpr OpFunction<Test<T>> rows[] = {
      {Op::isnan, [](T x) { return is_nan(x); }},
      {Op::isfinite, [](T x) { return is_finite(x); }},
  };
  place_rows(table, rows);
  return table;
}();

template <class T>
using Comparison = bool (*)(T, T);

template <class T>
inline constexpr ByOp<Comparison<T>> comparison_table = [] {
  ByOp<Comparison<T>> table{};
  constexpr OpFunction<Comparison<T>> rows[] = {
      {Op::equal, [](T a, T b) { return a == b; }},
      {Op::not_equal, [](T a, T b) { return a != b; }},
  };
  place_rows(table, rows);
  if constexpr (!ComplexScalar<T>) {
    constexpr OpFunction<Comparison<T>> ordered[] = {
        {Op::less, [](T a, T b) { return a < b; }},
        {Op::less_equal, [](T a, T b) { return a <= b; }},
    };
    place_rows(table, ordered);
  }
  return table;
}();

// -- functions of two numbers of one type

template <class T>
using Binary = T (*)(T, T);

template <class T>
inline constexpr OpFunction<Binary<T>> ring_rows[] = {
    {Op::add, [](T a, T b) { return add(a, b); }},
    {Op::subtract, [](T a, T b) { return subtract(a, b); }},
    {Op::multiply, [](T a, T b) { return multiply(a, b); }},
};
template <class T>
inline constexpr OpFunction<Binary<T>> power_rows[] = {{Op::power, [](T a, T b) { return power(a, b); }}};
template <InexactScalar T>
inline constexpr OpFunction<Binary<T>> field_rows[] = {{Op::divide, [](T a, T b) { return divide(a, b); }}};
template <class T>
inline constexpr OpFunction<Binary<T>> ordered_rows[] = {
    {Op::floor_divide, [](T a, T b) { return floor_divide(a, b); }},
    {Op::modulo, [](T a, T b) { return modulo(a, b); }},
    {Op::minimum, [](T a, T b) { return minimum(a, b); }},
    {Op::maximum, [](T a, T b) { return maximum(a, b); }},
};
template <RealScalar T>
inline constexpr OpFunction<Binary<T>> plane_rows[] = {
    {Op::atan2, [](T a, T b) { return std::atan2(a, b); }},
    {Op::hypot, [](T a, T b) { return std::hypot(a, b); }},
};
/// Sums of bools are counted in i64 before they come here; products are conjunctions.
inline constexpr OpFunction<Binary<bool>> logic_rows[] = {
    {Op::logical_and, [](bool a, bool b) { return a && b; }}, {Op::logical_or, [](bool a, bool b) { return a || b; }},
    {Op::multiply, [](bool a, bool b) { return a && b; }},    {Op::add, [](bool a, bool b) { return a || b; }},
    {Op::minimum, [](bool a, bool b) { return a && b; }},     {Op::maximum, [](bool a, bool b) { return a || b; }},
};

template <class T>
inline constexpr ByOp<Binary<T>> binary_table = [] {
  ByOp<Binary<T>> table{};
  if constexpr (std::same_as<T, bool>) {
    place_rows(table, logic_rows);
  } else {
    place_rows(table, ring_rows<T>);
    place_rows(table, power_rows<T>);
    if constexpr (InexactScalar<T>) place_rows(table, field_rows<T>);
    if constexpr (!ComplexScalar<T>) place_rows(table, ordered_rows<T>);
    if constexpr (RealScalar<T>) place_rows(table, plane_rows<T>);
  }
  return table;
}();

}  // namespace ricci::runtime::reference
