/// Formulas as literals: the second door. The compiler reads the text, so that a wrong formula is no program.
///
///   using namespace ricci::literals;
///   xt::xtensor<double, 2> K = "K[i,j] = exp(-0.5 * sum[k] (X[i,k]-Y[j,k])^2)"_ricci(ricci::arg<"X"> = X,
///                                                                                    ricci::arg<"Y"> = Y);
///   constexpr auto gram = ricci::expr<"G[i,j] = X[n,i]*X[n,j]">;   // the same, to be called again and again
///
/// Syntax, index scopes, functions, and the names, ranks and element types of the arguments are checked by the
/// compiler; extents at the call. A literal is parsed once in a process and planned once for each set of extents;
/// calls may come from many threads. A text of 600 characters stays well within the compiler's budget; one that
/// exhausts it is told to raise -fconstexpr-ops-limit (g++) or -fconstexpr-steps (clang).
#pragma once

#include <array>
#include <atomic>

#include <ricci/argument.hpp>
#include <ricci/container_facts.hpp>
#include <ricci/nest_call.hpp>
#include <ricci/refusal.hpp>
#include <ricci/ricci.hpp>
#include <ricci/small_program.hpp>

#include "dsl/infer/inlinable.hpp"

namespace ricci {

namespace detail {

template <dsl::FixedString Name, typename T>
constexpr dsl::Declared declared(std::type_identity<given<Name, T>>) {
  dsl::Declared out{.name = Name.view(), .dtype = container_facts<T>::type, .shape = {}, .sparse = false};
  for (std::int64_t extent : container_facts<T>::shape) out.shape.push_back(extent);
  return out;
}

template <typename G>
struct given_type;
template <dsl::FixedString Name, typename T>
struct given_type<given<Name, T>> {
  using type = T;
  static constexpr std::string_view name = Name.view();
};

/// Every type tells its rank, so that the compiler can check all.
template <typename... G>
inline constexpr bool all_have_facts = (has_facts<typename given_type<G>::type> && ...);

template <typename... G>
constexpr dsl::Vec<dsl::Declared> all_declared() {
  return {declared(std::type_identity<G>())...};
}

template <typename... G>
constexpr bool names_differ() {
  const std::array<std::string_view, sizeof...(G)> names{given_type<G>::name...};
  for (std::size_t at = 0; at < names.size(); ++at)
    for (std::size_t other = 0; other < at; ++other)
      if (names[at] == names[other]) return false;
  return true;
}

}  // namespace detail

namespace detail {

/// Equal constants of all translation units and names are one: renamed copies of a formula share their code.
template <auto F>
inline constexpr auto canonical = F;

template <const dsl::Study& study, bool exact>
consteval auto frozen() {
  constexpr const dsl::FrozenBox& box = study.box;
  return box.template cut<box.node_count, box.pool_count, box.index_count>(exact);
}

/// Whether the compiler gets to the end of this work. Asked of long texts alone: the work is then done twice.
template <auto work>
concept in_budget = requires { typename std::bool_constant<(work(), true)>; };
inline constexpr std::size_t long_text = 1000;

#define RICCI_BUDGET_SAYS                                                                               \
  "this literal is too long for what the compiler spends on constants by itself; raise its limit with " \
  "-fconstexpr-ops-limit=N (g++: 33554432) or -fconstexpr-steps=N (clang: 1048576)"

template <dsl::FixedString Text>
struct Read {
  static constexpr auto read = [] { return dsl::read_text<2 * Text.view().size() + 16>(Text.view()); };
  static constexpr bool affordable = [] {
    if constexpr (Text.view().size() > long_text)
      return in_budget<read>;
    else
      return true;
  }();
  static_assert(affordable, RICCI_BUDGET_SAYS);
  static constexpr auto text = [] {
    if constexpr (affordable)
      return read();
    else
      return dsl::ReadText<1>{.accepted = true};
  }();
};

/// What the compiler finds out about a literal over arguments of these types; once for all its uses.
template <dsl::FixedString Text, typename... G>
struct Inlined {
  static constexpr bool types_know_all = (static_container<typename given_type<G>::type> && ...);
  static constexpr auto study = [] {
    return dsl::study(Read<Text>::text.program(Text.view()), all_declared<G...>(), types_know_all);
  };
  static constexpr bool affordable = [] {
    if constexpr (Text.view().size() > long_text)
      return in_budget<study>;
    else
      return true;
  }();
  static_assert(affordable, RICCI_BUDGET_SAYS);
  static constexpr dsl::Study found = [] {
    if constexpr (affordable)
      return study();
    else
      return dsl::Study{.accepted = true, .code = dsl::Study::Code::none, .box = {}};
  }();
  static constexpr bool small = found.code == dsl::Study::Code::straight;
  static constexpr bool nest = found.code == dsl::Study::Code::nest;
  static constexpr auto classes = [] {
    std::array<std::int64_t, (container_facts<typename given_type<G>::type>::shape.size() + ... + 0)> out{};
    for (std::size_t at = 0; at < out.size() && at < found.box.classes.size(); ++at) out[at] = found.box.classes[at];
    return out;
  }();
};

template <typename C>
concept fillable = has_place<C> && requires(std::span<const std::int64_t> shape) {
  { adapt<C>::shaped(shape) } -> std::same_as<C>;
  requires std::same_as<typename C::value_type, double>;
};

template <typename C, const auto& F>
constexpr bool holds_result() {
  if constexpr (static_container<C>) {
    const dsl::FrozenNode& root = F.nodes[F.root];
    if (static_cast<std::size_t>(root.rank) != container_facts<C>::shape.size()) return false;
    for (std::size_t at = 0; at < container_facts<C>::shape.size(); ++at)
      if (F.pool[static_cast<std::size_t>(root.shape) + at] != container_facts<C>::shape[at]) return false;
    return true;
  }
  return false;
}

}  // namespace detail

namespace detail {

/// An argument's name, and how a value becomes of a container of its type.
struct literal_argument {
  std::string_view name;
  runtime::Value (*view)(const void* container);
};

/// Where a literal is parsed, when it first calls the library: once in a process.
struct literal_site {
  std::string_view text;
  std::span<const literal_argument> arguments;
  std::atomic<const prepared*> parsed{nullptr};
};

// What literals do with a container, compiled once for each of its types and not once for each literal.
template <typename T>
runtime::Value viewed(const void* container) {
  const T& x = *static_cast<const T*>(container);
  if constexpr (viewable<T>)
    return adapt<T>::view(x);
  else
    return argument(x).get();
}
template <typename T>
[[gnu::noinline]] void place_of(const T& x, strided& out) {
  out = container_facts<T>::place(x);
}
template <typename C>
[[gnu::noinline]] C made(literal_site& site, const void* const* with) {
  return evaluated(site, with, {});
}
template <typename C>
[[gnu::noinline]] C made_in_loops(NestCall& call, literal_site& site, const void* const* with) {
  if (call.fits()) {
    C out = adapt<C>::shaped(call.shape());
    const strided place = container_facts<C>::place(out);
    if (place.contiguous() && call.run(static_cast<double*>(const_cast<void*>(place.data)))) return out;
  }
  return evaluated(site, with, {});
}

}  // namespace detail

/// A literal with its arguments, evaluated when it becomes a container: in the statement that it stands in, because it
/// refers to them.
template <dsl::FixedString Text, typename... G>
class literal_call : private G... {
 public:
  explicit literal_call(const G&... own) : G(own)... {}

  /// Errors: what only extents and contents can be wrong about, and whatever the computation meets.
  value evaluate(const call_options& how = {}) const { return detail::evaluated(site, containers().data(), how); }
  template <makeable C>
  operator C() && {  // NOLINT: implicit, so that it is assigned like any container
    if constexpr (detail::all_have_facts<G...>) {
      using Code = detail::Inlined<Text, G...>;
      if constexpr (Code::small) {
        constexpr const auto& formula = detail::canonical<detail::frozen<Code::found, true>()>;
        if constexpr (detail::holds_result<C, formula>()) return in_line<C, formula>();
      } else if constexpr (detail::fillable<C> && Code::nest &&
                           (has_place<typename detail::given_type<G>::type> && ...)) {
        constexpr const auto& formula = detail::canonical<detail::frozen<Code::found, false>()>;
        return in_loops<C, formula>(Code::classes.data());
      }
    }
    return detail::made<C>(site, containers().data());
  }

 private:
  std::array<const void*, sizeof...(G) + 1> containers() const {
    return {static_cast<const void*>(std::addressof(G::of))..., nullptr};
  }
  template <typename C, const auto& formula>
  C in_line() const {
    C out{};
    auto* numbers = const_cast<double*>(container_facts<C>::numbers(out));
    detail::SmallProgram<formula, typename detail::given_type<G>::type...>::run(
        numbers, container_facts<C>::strides.data(), G::of...);
    return out;
  }
  template <typename C, const auto& formula>
  C in_loops(const std::int64_t* classes) const {
    std::array<strided, sizeof...(G)> operands;
    std::size_t at = 0;
    (detail::place_of(G::of, operands[at++]), ...);
    detail::Run<formula> run;
    detail::NestCall call(detail::nest_form<formula>, detail::view_of(run), operands, classes);
    return detail::made_in_loops<C>(call, site, containers().data());
  }

  static constexpr std::array<detail::literal_argument, sizeof...(G)> arguments{
      {{detail::given_type<G>::name, detail::viewed<typename detail::given_type<G>::type>}...}};
  static constinit inline detail::literal_site site{Text.view(), arguments};
};

template <dsl::FixedString Text>
struct literal {
  template <typename... G>
  auto operator()(const G&... of) const {
    static_assert(detail::names_differ<G...>(), "an argument of this literal is given twice");
    if constexpr (detail::all_have_facts<G...>) {
      if constexpr (!detail::Inlined<Text, G...>::found.accepted) {
        constexpr auto faults = [] { return dsl::check_declared(Text.view(), detail::all_declared<G...>()); };
        static_assert(detail::accepted<Text, faults>());
      }
    }
    return literal_call<Text, G...>(of...);
  }
  static constexpr std::string_view text() { return Text.view(); }
};

namespace detail {

template <dsl::FixedString Text>
consteval literal<Text> checked_literal() {
  if constexpr (!Read<Text>::text.accepted) {
    constexpr auto faults = [] { return dsl::check_text(Text.view()); };
    static_assert(accepted<Text, faults>());
  }
  return {};
}

}  // namespace detail

template <dsl::FixedString Text>
inline constexpr literal<Text> expr = detail::checked_literal<Text>();

namespace literals {

template <dsl::FixedString Text>
constexpr literal<Text> operator""_ricci() {
  return expr<Text>;
}

}  // namespace literals
}  // namespace ricci
