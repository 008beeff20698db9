/// Formulas as C++ expressions: the third door. Part of <ricci/ricci.hpp>.
///
///   ricci::index<"i"> i; ricci::index<"j"> j; ricci::index<"k"> k;
///   auto e = exp(-0.5 * sum(k)(square(ricci::ref(X)(i,k) - ricci::ref(Y)(j,k))));
///   xt::xtensor<double, 2> K = e(i, j);      // evaluated when assigned
///
/// An expression is a formula and what it refers to; nothing is computed before it becomes a container. The language's
/// page says what every operator and function means: an expression says the same as its text(), and fails with the
/// same errors. Two uses of one expression are two copies of its formula; a definition e(i,j) is one value.
///
/// Lifetime: ref(X) refers to X, which must live wherever the expression is evaluated, and is read then. val(X) owns a
/// copy, takes over what is moved in, and shares a ricci::value or a std::shared_ptr: what is built on it alone may be
/// returned from a function. A ref of a local may not: no compiler sees that, the address sanitizer does.
#pragma once

#include <cmath>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ricci/argument.hpp>
#include <ricci/value.hpp>

namespace ricci {

class expression;
template <dsl::FixedString Name>
struct index;

namespace detail {

struct formula;

template <typename T>
inline constexpr bool is_index = false;
template <dsl::FixedString Name>
inline constexpr bool is_index<index<Name>> = true;

}  // namespace detail

class entry;

/// Numbers that stand in a formula like literals: their types give way.
template <typename T>
concept literal_number = std::integral<T> || std::floating_point<T> || std::same_as<T, std::complex<float>> ||
                         std::same_as<T, std::complex<double>>;

class expression {
 public:
  template <literal_number T>
  expression(T x) : expression(literal(x)) {}  // NOLINT: implicit, as in 2*x(i)
  template <dsl::FixedString Name>
  expression(const index<Name>&) : expression(open_index(Name.view())) {}  // NOLINT: implicit, as in x(i) * i

  /// Of a whole value: its element, x(i, k+1), or its slice, x(slice(0, 3), 0). Of a formula with open indices: the
  /// definition e(i,j), a whole value again; an axis gets its range by e(i, j.in(0, n)).
  template <typename... E>
  expression operator()(const E&... entries) const {
    return at({entry(entries)...});
  }
  expression at(const std::vector<entry>& given) const;

  /// What errors and draws call this value. A definition by name is what `name[i,j] = ...` is: its draws are its own.
  expression named(std::string_view name) const;

  /// The program that it stands for.
  std::string text() const;
  /// Its value. Errors: all that the text could be wrong about, and whatever the computation meets.
  value evaluate(std::optional<std::uint64_t> seed = {}) const;
  template <makeable C>
  operator C() const {  // NOLINT: implicit, so that it is assigned like any container
    return evaluate();
  }
  template <scalar_type T, std::size_t N>
  array<T, N> get() const {
    return array<T, N>(evaluate());
  }
  /// Into memory that the caller owns, of the right shape; any strides. Errors: shape, type.
  template <typename C>
  void into(C&& out) const {
    adapt<std::remove_cvref_t<C>>::fill(out, evaluate().tensor());
  }

  // For the functions below: a formula put together of others.
  static expression name(std::string_view name);
  static expression open_index(std::string_view name);
  static expression call(std::string_view function, const std::vector<expression>& positional,
                         const std::vector<std::pair<std::string_view, expression>>& named = {});
  static expression unary(char sign, const expression& a);
  static expression binary(std::string_view sign, const expression& a, const expression& b);
  static expression list(const std::vector<expression>& items);
  static expression quoted(std::string_view text);
  static std::vector<expression> parts(std::string_view decomposition, const expression& of, std::size_t count);
  static expression held(std::shared_ptr<const void> owner, const void* object, runtime::Value (*view)(const void*));
  bool open() const;

 private:
  friend class entry;
  friend class bound;
  friend class slice;
  friend class reducer;
  using Formula = std::shared_ptr<const detail::formula>;
  explicit expression(Formula of) : of_(std::move(of)) {}

  template <typename T>
  static expression literal(T x) {
    if constexpr (std::same_as<T, bool>)
      return name(x ? "true" : "false");
    else if constexpr (std::signed_integral<T>)
      return integer(static_cast<std::int64_t>(x));
    else if constexpr (std::integral<T>)
      return natural(static_cast<std::uint64_t>(x));
    else if constexpr (std::floating_point<T>)
      return real(static_cast<double>(x));
    else
      return complex(static_cast<double>(x.real()), static_cast<double>(x.imag()));
  }
  static expression integer(std::int64_t x);
  static expression natural(std::uint64_t x);
  static expression real(double x);
  static expression complex(double re, double im);

  Formula of_;
};

/// An index with its range, as in e(i, j.in(0, n)) and sum(k.in(0, n)).
class bound {
 public:
  bound(std::string_view name, const expression& from, const expression& to);

 private:
  friend class entry;
  std::shared_ptr<const detail::formula> of_;
};

template <dsl::FixedString Name>
struct index {
  bound in(const expression& from, const expression& to) const { return bound(Name.view(), from, to); }
};

/// A slice of an axis: slice() is all of it, slice(1, {}) leaves out its first element.
class slice {
 public:
  explicit slice(const std::optional<expression>& from = {}, const std::optional<expression>& to = {},
                 const std::optional<expression>& step = {});
  static slice ellipsis();
  static slice newaxis();

 private:
  friend class entry;
  std::shared_ptr<const detail::formula> of_;
};

/// What stands between the brackets of an access, a definition or a reduction.
class entry {
 public:
  template <typename T>
    requires std::convertible_to<const T&, expression>
  entry(const T& of) : of_(expression(of).of_) {}  // NOLINT: implicit, as in x(i, 0)
  entry(const bound& of) : of_(of.of_) {}          // NOLINT: implicit
  entry(const slice& of) : of_(of.of_) {}          // NOLINT: implicit

 private:
  friend class expression;
  friend class reducer;
  std::shared_ptr<const detail::formula> of_;
};

/// sum(k), waiting for what it sums.
class reducer {
 public:
  reducer(std::string_view function, const std::vector<entry>& bindings);
  expression operator()(const expression& body) const;

 private:
  std::string function_;
  std::vector<std::shared_ptr<const detail::formula>> bindings_;
};

namespace detail {

template <typename T>
concept notated = std::same_as<T, expression> || is_index<T>;
template <typename T>
concept binds = std::same_as<T, bound> || is_index<T>;
template <typename T>
concept operand = std::convertible_to<const T&, expression>;

template <typename T>
inline constexpr bool is_given = false;
template <dsl::FixedString Name, typename T>
inline constexpr bool is_given<given<Name, T>> = true;
template <typename T>
concept named_operand = is_given<T>;

template <dsl::FixedString Name, typename T>
std::pair<std::string_view, expression> named(const given<Name, T>& of) {
  return {Name.view(), expression(of.of)};
}

template <typename T>
runtime::Value view_object(const void* object) {
  return adapt<T>::view(*static_cast<const T*>(object));
}
inline runtime::Value view_value(const void* object) { return *static_cast<const runtime::Value*>(object); }

}  // namespace detail

// -- values

/// Refers to a container, which is read when the expression is evaluated. Write ricci::ref: of a container that has to
/// do with namespace std, a bare ref(x) is std::ref.
template <viewable T>
expression ref(const T& x) {
  return expression::held(nullptr, &x, &detail::view_object<T>);
}
template <typename T>
expression ref(const T&& x) = delete;  // a temporary is gone before it is read: val(...) keeps it

/// Owns its value: a copy of a container, or the container that is moved in.
template <typename T>
  requires viewable<std::remove_cvref_t<T>>
expression val(T&& x) {
  using Plain = std::remove_cvref_t<T>;
  auto kept = std::make_shared<Plain>(std::forward<T>(x));
  return expression::held(kept, kept.get(), &detail::view_object<Plain>);
}
inline expression val(const value& x) {
  auto kept = std::make_shared<runtime::Value>(x.get());
  return expression::held(kept, kept.get(), &detail::view_value);
}
/// Shares a container, which nobody changes any more.
template <viewable T>
expression val(std::shared_ptr<const T> x) {
  const T* object = x.get();
  return expression::held(std::move(x), object, &detail::view_object<T>);
}

/// [a, b, c]
template <detail::operand... A>
expression list(const A&... items) {
  return expression::list({expression(items)...});
}

// -- operators

#define RICCI_BINARY(sign, spelling)                                   \
  template <detail::operand A, detail::operand B>                      \
    requires(detail::notated<A> || detail::notated<B>)                 \
  expression operator sign(const A& a, const B& b) {                   \
    return expression::binary(spelling, expression(a), expression(b)); \
  }
RICCI_BINARY(+, "+")
RICCI_BINARY(-, "-")
RICCI_BINARY(*, "*")
RICCI_BINARY(/, "/")
RICCI_BINARY(%, "%")
RICCI_BINARY(==, "==")
RICCI_BINARY(!=, "!=")
RICCI_BINARY(<, "<")
RICCI_BINARY(<=, "<=")
RICCI_BINARY(>, ">")
RICCI_BINARY(>=, ">=")
RICCI_BINARY(&&, "&&")
RICCI_BINARY(||, "||")
#undef RICCI_BINARY

#define RICCI_UNARY(sign, spelling)                    \
  template <detail::notated A>                         \
  expression operator sign(const A& a) {               \
    return expression::unary(spelling, expression(a)); \
  }
RICCI_UNARY(-, '-')
RICCI_UNARY(+, '+')
RICCI_UNARY(!, '!')
#undef RICCI_UNARY

// Operators of the language that C++ has not.
#define RICCI_NAMED_BINARY(function, spelling)                         \
  template <detail::operand A, detail::operand B>                      \
    requires(detail::notated<A> || detail::notated<B>)                 \
  expression function(const A& a, const B& b) {                        \
    return expression::binary(spelling, expression(a), expression(b)); \
  }
RICCI_NAMED_BINARY(floor_divide, "//")
RICCI_NAMED_BINARY(matmul, "@")
RICCI_NAMED_BINARY(power, "^")
#undef RICCI_NAMED_BINARY

/// A' : the conjugate transpose of the last two axes.
inline expression adjoint(const expression& a) { return expression::unary('\'', a); }
template <detail::notated A>
expression square(const A& a) {
  return expression::binary("^", expression(a), expression(2));
}
/// A(m,i,j) \ b(m,i): the indices say what is a batch, an equation, an unknown. Of whole values: solve(A, b).
template <detail::operand A, detail::operand B>
  requires(detail::notated<A> || detail::notated<B>)
expression solve(const A& a, const B& b) {
  const expression left(a);
  const expression right(b);
  if (left.open() || right.open()) return expression::binary("\\", left, right);
  return expression::call("solve", {left, right});
}

// -- functions: f(x, ...) of elements or whole values, with arguments by name last, as in flip(A, arg<"axis"> = 0)

namespace detail {

template <typename... A>
expression call(std::string_view function, const A&... of) {
  std::vector<expression> positional;
  std::vector<std::pair<std::string_view, expression>> by_name;
  const auto take = [&](const auto& argument) {
    if constexpr (named_operand<std::remove_cvref_t<decltype(argument)>>)
      by_name.push_back(named(argument));
    else
      positional.push_back(expression(argument));
  };
  (take(of), ...);
  return expression::call(function, positional, by_name);
}
template <typename T>
concept call_operand = operand<T> || named_operand<T>;

}  // namespace detail

#define RICCI_FUNCTION(function)           \
  template <detail::call_operand... A>     \
    requires(detail::notated<A> || ...)    \
  expression function(const A&... of) {    \
    return detail::call(#function, of...); \
  }
/// Makers and draws need no expression among their arguments.
#define RICCI_MAKER(function)              \
  template <detail::call_operand... A>     \
  expression function(const A&... of) {    \
    return detail::call(#function, of...); \
  }
/// sum(k)(body), and sum(A) of a whole value; min and max of several are elementwise.
#define RICCI_REDUCTION(function)                                       \
  template <detail::binds... B>                                         \
    requires(sizeof...(B) > 0)                                          \
  reducer function(const B&... bindings) {                              \
    return reducer(#function, {entry(bindings)...});                    \
  }                                                                     \
  template <detail::call_operand... A>                                  \
    requires((detail::notated<A> || ...) && !(detail::binds<A> && ...)) \
  expression function(const A&... of) {                                 \
    return detail::call(#function, of...);                              \
  }
#include <ricci/functions.def>
#undef RICCI_FUNCTION
#undef RICCI_MAKER
#undef RICCI_REDUCTION

// Functions whose names mean something else in C++.

/// arg(z): the angle of a complex number.
inline expression angle(const expression& z) { return expression::call("arg", {z}); }
/// bool(x): whether x is not zero.
inline expression boolean(const expression& x) { return expression::call("bool", {x}); }
/// std: the standard deviation, deviation(k)(body) or deviation(A).
template <detail::binds... B>
  requires(sizeof...(B) > 0)
reducer deviation(const B&... bindings) {
  return reducer("std", {entry(bindings)...});
}
template <detail::call_operand... A>
  requires((detail::notated<A> || ...) && !(detail::binds<A> && ...))
expression deviation(const A&... of) {
  return detail::call("std", of...);
}

/// einsum("ij,jk->ik", A, B), with numpy.einsum's strings.
template <detail::operand... A>
expression einsum(std::string_view subscripts, const A&... of) {
  return expression::call("einsum", {expression::quoted(subscripts), expression(of)...});
}
/// The value itself, with a property that you vouch for: assume(M, "spd").
inline expression assume(const expression& of, std::string_view property) {
  return expression::call("assume", {of, expression::name(property)});
}

// Several results: auto [q, r] = qr(A).
template <std::size_t N>
std::array<expression, N> decomposed(std::string_view function, const expression& of) {
  const std::vector<expression> parts = expression::parts(function, of, N);
  return [&]<std::size_t... at>(std::index_sequence<at...>) {
    return std::array<expression, N>{parts[at]...};
  }(std::make_index_sequence<N>());
}
inline std::array<expression, 3> lu(const expression& of) { return decomposed<3>("lu", of); }
inline std::array<expression, 2> qr(const expression& of) { return decomposed<2>("qr", of); }
inline std::array<expression, 3> svd(const expression& of) { return decomposed<3>("svd", of); }
inline std::array<expression, 2> eigh(const expression& of) { return decomposed<2>("eigh", of); }

}  // namespace ricci
