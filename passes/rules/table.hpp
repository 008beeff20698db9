/// The algebra that the optimiser knows, rule by rule: what is written, what it becomes, and when. The engine, the
/// property test and `--explain` read these tables.
///
/// Exact rules give the same bits for every input, infinities, NaN (but for its sign and payload), -0, subnormal
/// numbers and wrapped integers included. Relaxed ones round otherwise, by a few units in the last place, and keep what
/// is infinite or NaN; `--accuracy strict` leaves them out.
/// Not here on purpose: exp(x)*exp(y), log(exp(x)) and sqrt(x*x) change what overflows; sqrt(x)*sqrt(x) what is NaN;
/// x^0.5 is no sqrt(x) at -0 and -inf; x - x is no 0 where x is infinite; x*0 is not 0 where it is NaN.
#pragma once

#include "passes/cost.hpp"
#include "passes/fold_numbers.hpp"
#include "passes/rules/pattern.hpp"

namespace ricci::passes::rules {

/// What has to hold for a rule to be right.
using Condition = bool (*)(const Graph& graph, NodeId node, const Binding& binding);

constexpr bool always(const Graph&, NodeId, const Binding&) { return true; }
constexpr bool of_reals(const Graph& graph, NodeId node, const Binding&) { return dsl::is_floating(graph.dtype(node)); }
constexpr bool of_integers(const Graph& graph, NodeId node, const Binding&) {
  return dsl::is_integer(graph.dtype(node)) && graph.dtype(node) != DType::boolean;
}
constexpr bool not_complex(const Graph& graph, NodeId node, const Binding&) {
  return !dsl::is_complex(graph.dtype(node));
}
/// Whose reciprocal is a number of the type, so that dividing by it and multiplying by that are the same.
constexpr bool by_power_of_two(const Graph& graph, NodeId node, const Binding& binding) {
  if (!dsl::is_floating(graph.dtype(node)) || graph.dtype(binding['c']) != graph.dtype(node)) return false;
  const double value = std::bit_cast<double>(graph.attribute(binding['c'], 0));
  const auto fraction = std::bit_cast<std::uint64_t>(value) & ((std::uint64_t{1} << 52) - 1);
  return value != 0 && fraction == 0 && passes::detail::moderate(value);
}

struct Rule {
  const char* written;
  const char* becomes;
  Pattern from, to;
  Condition when = always;

  consteval Rule(const char* given, const char* result, Condition condition = always)
      : written(given), becomes(result), from(pattern(given)), to(pattern(result)), when(condition) {}
};

inline constexpr std::array exact{
    Rule{"x*1", "x", not_complex},      // an infinite part times 0i is NaN
    Rule{"x/1", "x", not_complex},      //
    Rule{"x^1", "x"},                   //
    Rule{"x + 0", "x", of_integers},    // -0 + 0 is 0
    Rule{"x + -0", "x", of_reals},      //
    Rule{"x - 0", "x", not_complex},    //
    Rule{"x * -1", "-x", not_complex},  //
    Rule{"x / -1", "-x", of_reals},     //
    Rule{"-(-x)", "x"},                 //
    Rule{"x - (-y)", "x + y"},          //
    Rule{"x + (-y)", "x - y"},          //
    Rule{"(-x)*(-y)", "x*y", not_complex},
    Rule{"(-x)/(-y)", "x/y", of_reals},
    Rule{"x/(-y)", "-(x/y)", of_reals},
    Rule{"x^2", "x*x", not_complex},  // as rounded
    Rule{"x/c", "x*(1/c)", by_power_of_two},
    Rule{"abs(-x)", "abs(x)", not_complex},
    Rule{"abs(abs(x))", "abs(x)"},
    Rule{"conj(conj(x))", "x"},
    Rule{"max(x, x)", "x"},
    Rule{"min(x, x)", "x"},
    Rule{"!(!x)", "x"},
    Rule{"!(x == y)", "x != y"},
    Rule{"!(x != y)", "x == y"},
    Rule{"x && x", "x"},
    Rule{"x || x", "x"},
};

inline constexpr std::array relaxed{
    Rule{"x^3", "x*x*x", of_reals},
    Rule{"x^4", "(x*x)*(x*x)", of_reals},
    Rule{"x^5", "(x*x)*(x*x)*x", of_reals},
    Rule{"x^6", "(x*x*x)*(x*x*x)", of_reals},
    Rule{"x^8", "((x*x)*(x*x))*((x*x)*(x*x))", of_reals},
    Rule{"x^-1", "1/x", of_reals},
};

/// What a node becomes by the first rule of a table that fits; null where none does.
struct Applied {
  NodeId node;
  const Rule* rule = nullptr;
};
template <std::size_t count>
constexpr Applied applied(const std::array<Rule, count>& table, Graph& graph, NodeId node) {
  if (dsl::is_tensor(graph.op(node)) || graph.operands(node).empty()) return {};
  for (const Rule& rule : table) {
    if (rule.from.terms[static_cast<std::size_t>(rule.from.root)].op != graph.op(node)) continue;
    Binding binding;
    if (!matches(graph, rule.from, rule.from.root, node, binding) || !rule.when(graph, node, binding)) continue;
    return {built(graph, rule.to, rule.to.root, graph.dtype(node), binding), &rule};
  }
  return {};
}

}  // namespace ricci::passes::rules
