// Every rule of the tables against what it replaces, over special values in every type that it takes: exact rules to
// the bit (any NaN is as good as another), relaxed ones within a few units and with the same infinities, NaN and zeros.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <limits>

#include "dsl/graph/types.hpp"
#include "passes/rules/table.hpp"
#include "runtime/kernels/reference/reference.hpp"

namespace {
using namespace ricci::passes;
using namespace ricci::passes::rules;
namespace dsl = ricci::dsl;
using ricci::runtime::Evaluation;
using ricci::runtime::Tensor;

template <typename T>
std::vector<T> special() {
  if constexpr (std::is_same_v<T, bool>) {
    return {false, true};
  } else if constexpr (std::is_integral_v<T>) {
    using L = std::numeric_limits<T>;
    return {0, 1, -1, 2, -7, 46341, L::max(), L::min(), L::max() - 1, L::min() + 1};
  } else if constexpr (std::is_floating_point_v<T>) {
    using L = std::numeric_limits<T>;
    const T tiny = L::denorm_min(), least = L::min(), most = L::max(), third = T(1) / 3;
    std::vector<T> out{T(0),
                       -T(0),
                       1,
                       -1,
                       third,
                       T(-2.5),
                       1e5,
                       tiny,
                       -3 * tiny,
                       least,
                       least * third,
                       most,
                       -most,
                       most * third,
                       L::infinity(),
                       -L::infinity(),
                       L::quiet_NaN(),
                       std::sqrt(least),
                       std::sqrt(most),
                       -std::cbrt(least),
                       std::cbrt(most),
                       T(1) + L::epsilon()};
    return out;
  } else {
    using R = typename T::value_type;
    std::vector<T> out;
    for (R re : {R(0), -R(0), R(1.5), std::numeric_limits<R>::infinity(), std::numeric_limits<R>::quiet_NaN()})
      for (R im : {R(0), -R(0), R(-2), -std::numeric_limits<R>::infinity()}) out.emplace_back(re, im);
    return out;
  }
}

/// The pattern over these variables; null where an operation does not take its operands' types.
NodeId written(Graph& graph, const Pattern& pattern, int at, DType type, const Binding& binding) {
  const Term& term = pattern.terms[static_cast<std::size_t>(at)];
  if (term.kind == Term::Kind::variable) return binding[term.name];
  if (term.kind == Term::Kind::number) {
    if (dsl::is_integer(type)) return dsl::cast(graph, graph.integer(static_cast<std::int64_t>(term.value)), type);
    return dsl::is_complex(type)    ? graph.complex(term.value, 0, type)
           : dsl::is_floating(type) ? graph.real(term.value, type)
                                    : NodeId{};
  }
  Vec<NodeId> operands;
  Vec<DType> types;
  for (int which = 0; which < term.count; ++which) {
    const NodeId own = written(graph, pattern, term.over[which], type, binding);
    if (!own.valid()) return {};
    operands.push_back(own);
    types.push_back(graph.dtype(own));
  }
  const auto result = dsl::element_type(term.op, {types.data(), types.size()});
  return result ? graph.add(term.op, *result, span_of(operands)) : NodeId{};
}

template <typename T>
bool same_number(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
  else if constexpr (std::is_integral_v<T>)
    return a == b;
  else
    return same_number(a.real(), b.real()) && same_number(a.imag(), b.imag());
}
template <typename T>
bool close(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    using L = std::numeric_limits<T>;
    if (!std::isfinite(a) || !std::isfinite(b) || a == 0 || b == 0) {
      const T largest = std::max(std::abs(a), std::abs(b));
      const bool at_an_end =
          (std::isinf(a) != std::isinf(b) && std::min(std::abs(a), std::abs(b)) > L::max() * (1 - 8 * L::epsilon())) ||
          (largest <= 8 * L::denorm_min());
      return same_number(a, b) || at_an_end;
    }
    return std::abs(a - b) <= 8 * L::epsilon() * std::abs(b) + 8 * L::denorm_min();
  } else {
    return same_number(a, b);
  }
}

/// What a rule was held to; false where it does not take the type.
template <typename T>
bool check(const Rule& rule, bool exact, double number) {
  const DType type = ricci::runtime::dtype_of<T>();
  const std::vector<T> values = special<T>();
  const auto count = static_cast<std::int64_t>(values.size());
  Graph graph;
  const NodeId input = graph.input({"x", type, {count}, false});
  const IndexId i = graph.open_index("i", count), j = graph.open_index("j", count);
  const NodeId of_i[] = {graph.index_value(i)}, of_j[] = {graph.index_value(j)};
  Binding binding;
  binding['x'] = graph.access(input, of_i);
  binding['y'] = graph.access(input, of_j);
  if (dsl::is_floating(type)) binding['c'] = graph.real(number, type);
  const NodeId from = written(graph, rule.from, rule.from.root, type, binding);
  if (!from.valid()) return false;
  const bool ordered = rule.from.terms[static_cast<std::size_t>(rule.from.root)].op == Op::maximum ||
                       rule.from.terms[static_cast<std::size_t>(rule.from.root)].op == Op::minimum;
  if (ordered && dsl::is_complex(type)) return false;  // complex numbers have no order
  const Applied done = exact ? applied(rules::exact, graph, from) : applied(relaxed, graph, from);
  if (done.rule != &rule) return false;
  const Vec<IndexId> axes{i, j};
  const NodeId before = graph.tensor(from, axes), after = graph.tensor(done.node, axes);
  REQUIRE(graph.dtype(before) == graph.dtype(after));
  Evaluation evaluation(graph);
  Tensor given = Tensor::empty(type, {count});
  for (std::int64_t at = 0; at < count; ++at) given.as<T>()[at] = values[static_cast<std::size_t>(at)];
  evaluation.values.emplace(input.at, given);
  const auto a = std::get<Tensor>(ricci::runtime::reference::evaluate(evaluation, before));
  const auto b = std::get<Tensor>(ricci::runtime::reference::evaluate(evaluation, after));
  ricci::runtime::with_type(a.dtype, [&](auto zero) {
    using R = decltype(zero);
    for (std::int64_t at = 0; at < a.count(); ++at) {
      const R left = a.as<R>()[at], right = b.as<R>()[at];
      INFO("x number " << at / count << ", y number " << at % count);
      if (exact ? !same_number(left, right) : !close(right, left)) FAIL(rule.written << " is not " << rule.becomes);
    }
  });
  return true;
}

template <typename Table>
void check_all(const Table& table, bool exact) {
  for (const Rule& rule : table) {
    INFO(rule.written << " -> " << rule.becomes);
    int types = 0;
    for (double number : {4.0, -0.5, 1.0 / 1024}) {
      types += check<bool>(rule, exact, number) + check<std::int32_t>(rule, exact, number) +
               check<std::int64_t>(rule, exact, number) + check<float>(rule, exact, number) +
               check<double>(rule, exact, number) + check<std::complex<float>>(rule, exact, number) +
               check<std::complex<double>>(rule, exact, number);
    }
    CHECK(types > 0);
  }
}
}  // namespace

TEST_CASE("property: exact rules give the same bits for every special value and type") { check_all(exact, true); }
TEST_CASE("property: relaxed rules round by a few units, and keep what is infinite, NaN or zero") {
  check_all(relaxed, false);
}
