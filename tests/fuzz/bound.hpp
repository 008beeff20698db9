/// How wrong computing a program by definition may be: beside every node its error bound, by running error analysis
/// (Higham, Accuracy and Stability, 3.3: the errors of the operands carried on, and one rounding more), with sums in
/// any order. Infinite where rounding decides a comparison, a floor or a branch: what hangs on it can be anything.
/// `unknown` where there is no bound for what a routine of linear algebra loses.
#pragma once

#include <unordered_map>

#include "tests/fuzz/number.hpp"

namespace fuzz {

inline constexpr double unknown_error = 1e100;

class Bounds {
 public:
  /// `backward`: inputs may be so many roundings of their largest element off, for algorithms that are only backward
  /// stable.
  explicit Bounds(Graph& graph, double backward = 0) : graph_(graph), backward_(backward) {}

  /// A tensor of the bounds of a tensor's elements; none: it is exact.
  NodeId of_tensor(NodeId tensor) {
    const auto found = tensors_.find(tensor.at);
    if (found != tensors_.end()) return found->second;
    const NodeId out = tensor_bound(tensor);
    tensors_.emplace(tensor.at, out);
    return out;
  }

 private:
  using Rule = Number (Bounds::*)(NodeId);

  Number number(double value) { return {&graph_, graph_.real(value)}; }
  Number nothing() { return number(0); }
  Number anything() { return number(std::numeric_limits<double>::infinity()); }
  static double unit(dsl::DType type) { return dsl::real_type(type) == dsl::DType::f32 ? 0x1p-24 : 0x1p-53; }
  static double least(dsl::DType type) { return dsl::real_type(type) == dsl::DType::f32 ? 0x1p-149 : 0x1p-1074; }
  static double most(dsl::DType type) {
    return dsl::real_type(type) == dsl::DType::f32 ? 0x1p127 : std::numeric_limits<double>::max();
  }
  bool inexact(NodeId id) const { return dsl::is_floating(graph_.dtype(id)) || dsl::is_complex(graph_.dtype(id)); }

  // -- values as real numbers
  Number as_real(NodeId id) {
    if (dsl::is_complex(graph_.dtype(id))) return {&graph_, graph_.add(Op::real, dsl::DType::f64, {wide(id)})};
    return {&graph_, graph_.dtype(id) == dsl::DType::f64 ? id : graph_.add(Op::cast, dsl::DType::f64, {id})};
  }
  NodeId wide(NodeId id) {
    return graph_.dtype(id) == dsl::DType::c128 ? id : graph_.add(Op::cast, dsl::DType::c128, {id});
  }
  Number imaginary(NodeId id) { return {&graph_, graph_.add(Op::imag, dsl::DType::f64, {wide(id)})}; }
  Number size(NodeId id) {
    if (!dsl::is_complex(graph_.dtype(id))) return call(Op::abs, as_real(id));
    return {&graph_, graph_.add(Op::abs, dsl::DType::f64, {wide(id)})};
  }
  /// What `times` roundings in the type of `id` can move it by.
  Number rounding(NodeId id, double times = 1) {
    if (!inexact(id)) return nothing();
    if (dsl::is_complex(graph_.dtype(id))) times *= 3;
    const Number own = (times * unit(graph_.dtype(id))) * size(id) + number(times * least(graph_.dtype(id)));
    return chosen(number(most(graph_.dtype(id))) < size(id), anything(), own);
  }
  /// Nothing where `error` is, else anything.
  Number if_any(const Number& error) {
    return error.zero() ? error : chosen(error <= nothing(), nothing(), anything());
  }
  /// Anything where `jumps` may, because there is an error at all.
  Number where_it(const Truth& jumps, const Number& error) {
    return error.zero() ? error : chosen(jumps & !(error <= nothing()), anything(), nothing());
  }

  // -- elements
  Number of(NodeId id) {
    const auto found = elements_.find(id.at);
    if (found != elements_.end()) return found->second;
    const Number out = (this->*rule_of(id))(id);
    elements_.emplace(id.at, out);
    return out;
  }
  Number of(NodeId id, std::size_t operand) { return of(graph_.operand(id, operand)); }

  struct Row {
    Op op;
    Rule rule;
  };
  Rule rule_of(NodeId id) const {
    static constexpr Row rows[] = {
        {Op::constant, &Bounds::constant},
        {Op::access, &Bounds::access},
        {Op::stored, &Bounds::stored},
        {Op::add, &Bounds::sum_of_two},
        {Op::subtract, &Bounds::sum_of_two},
        {Op::multiply, &Bounds::product_of_two},
        {Op::divide, &Bounds::quotient},
        {Op::floor_divide, &Bounds::steps},
        {Op::modulo, &Bounds::remainder},
        {Op::power, &Bounds::power},
        {Op::negate, &Bounds::carried},
        {Op::real, &Bounds::carried},
        {Op::imag, &Bounds::carried},
        {Op::conj, &Bounds::carried},
        {Op::minimum, &Bounds::carried},
        {Op::maximum, &Bounds::carried},
        {Op::atan2, &Bounds::angle},
        {Op::hypot, &Bounds::length},
        {Op::abs, &Bounds::length},
        {Op::equal, &Bounds::comparison},
        {Op::not_equal, &Bounds::comparison},
        {Op::less, &Bounds::comparison},
        {Op::less_equal, &Bounds::comparison},
        {Op::logical_and, &Bounds::connection},
        {Op::logical_or, &Bounds::connection},
        {Op::logical_not, &Bounds::carried},
        {Op::guard, &Bounds::guarded},
        {Op::where, &Bounds::selected},
        {Op::cast, &Bounds::cast},
        {Op::exp, &Bounds::exponential},
        {Op::expm1, &Bounds::exponential},
        {Op::log, &Bounds::logarithm},
        {Op::log2, &Bounds::logarithm},
        {Op::log10, &Bounds::logarithm},
        {Op::log1p, &Bounds::logarithm},
        {Op::sqrt, &Bounds::root},
        {Op::cbrt, &Bounds::root},
        {Op::sin, &Bounds::wave},
        {Op::cos, &Bounds::wave},
        {Op::sinh, &Bounds::growing},
        {Op::cosh, &Bounds::growing},
        {Op::tan, &Bounds::tangent},
        {Op::tanh, &Bounds::tangent},
        {Op::atan, &Bounds::flat},
        {Op::erf, &Bounds::flat},
        {Op::erfc, &Bounds::flat},
        {Op::asin, &Bounds::steep},
        {Op::acos, &Bounds::steep},
        {Op::lgamma, &Bounds::log_gamma},
        {Op::sign, &Bounds::sign},
        {Op::floor, &Bounds::steps},
        {Op::ceil, &Bounds::steps},
        {Op::round, &Bounds::steps},
        {Op::arg, &Bounds::angle},
        {Op::isnan, &Bounds::finiteness},
        {Op::isfinite, &Bounds::finiteness},
        {Op::sum, &Bounds::sum},
        {Op::product, &Bounds::product},
        {Op::least, &Bounds::extreme},
        {Op::greatest, &Bounds::extreme},
        {Op::mean, &Bounds::sum},
        {Op::any, &Bounds::quantifier},
        {Op::all, &Bounds::quantifier},
        {Op::count, &Bounds::sum},
        {Op::argmin, &Bounds::place},
        {Op::argmax, &Bounds::place},
        {Op::logsumexp, &Bounds::log_sum},
        {Op::norm, &Bounds::norm},
        {Op::variance, &Bounds::spread},
        {Op::deviation, &Bounds::spread},
        {Op::random, &Bounds::draw},
        {Op::quadratic, &Bounds::no_bound},
    };
    for (const Row& row : rows)
      if (row.op == graph_.op(id)) return row.rule;
    return &Bounds::place_of_entry;
  }

  Number no_bound(NodeId) { return number(unknown_error); }
  Number constant(NodeId id) { return dsl::real_type(graph_.dtype(id)) == dsl::DType::f32 ? rounding(id) : nothing(); }
  /// An entry of an access: a whole number, exact or anything.
  Number place_of_entry(NodeId id) {
    Number all = nothing();
    for (NodeId operand : graph_.operands(id)) all = all + of(operand);
    return if_any(all);
  }
  Number places(NodeId id) {
    Number all = nothing();
    for (NodeId entry : graph_.operands(id).subspan(1)) all = all + of(entry);
    return all;
  }
  Number access(NodeId id) {
    const Number entries = places(id);
    const NodeId bounds = of_tensor(graph_.operand(id, 0));
    const Vec<NodeId> at(graph_.operands(id).data() + 1, graph_.operands(id).data() + graph_.operands(id).size());
    const Number there = bounds.valid() ? Number{&graph_, graph_.access(bounds, {at.data(), at.size()})} : nothing();
    return entries.zero() ? there : chosen(entries <= nothing(), there, anything());
  }
  Number stored(NodeId id) { return if_any(access(id)); }
  /// A draw with parameters that are a little off may be another one altogether.
  Number draw(NodeId id) {
    Number all = nothing();
    for (NodeId operand : graph_.operands(id)) all = all + of(operand);
    return if_any(all) + rounding(id);
  }

  Number carried(NodeId id) {
    Number out = of(id, 0);
    if (graph_.operands(id).size() == 2) out = larger(out, of(id, 1));
    return out;
  }
  Number sum_of_two(NodeId id) { return of(id, 0) + of(id, 1) + rounding(id); }
  Number product_of_two(NodeId id) {
    const NodeId a = graph_.operand(id, 0), b = graph_.operand(id, 1);
    return size(a) * of(b) + size(b) * of(a) + of(a) * of(b) + rounding(id);
  }
  Number quotient(NodeId id) {
    const Number b = size(graph_.operand(id, 1)), error = of(id, 1);
    const Number carried = of(id, 0) + size(id) * error;
    const Number out = error.zero() ? carried / b : chosen(error < b, carried / (b - error), anything());
    return (carried.zero() ? carried : out) + rounding(id, 2);
  }
  /// Where a step may be nearer than the error.
  Number steps(NodeId id) {
    Number at = as_real(graph_.operand(id, 0)), error = of(id, 0);
    if (graph_.op(id) == Op::floor_divide) {
      const Number b = as_real(graph_.operand(id, 1));
      const Number off = error + call(Op::abs, at / b) * of(id, 1);
      error = off / call(Op::abs, b) + (inexact(id) ? (2 * unit(graph_.dtype(id))) * call(Op::abs, at / b) : nothing());
      at = at / b;
    }
    if (graph_.op(id) == Op::round) at = 0.5 + at;
    return where_it(differ(call(Op::floor, at - error), call(Op::floor, at + error)), error);
  }
  Number remainder(NodeId id) {
    const Number a = as_real(graph_.operand(id, 0)), b = as_real(graph_.operand(id, 1));
    const Number quotient = a / b;
    const Number carried = of(id, 0) + (1 + call(Op::abs, quotient)) * of(id, 1);
    const Number off =
        carried / call(Op::abs, b) + (inexact(id) ? (2 * unit(graph_.dtype(id))) * call(Op::abs, quotient) : nothing());
    if (off.zero()) return off;
    const Truth jumps = differ(call(Op::floor, quotient - off), call(Op::floor, quotient + off));
    return chosen(jumps, anything(), carried + rounding(id, 2));
  }
  Number power(NodeId id) {
    const NodeId base = graph_.operand(id, 0), exponent = graph_.operand(id, 1);
    const Number a = size(base), e = of(base), b = as_real(exponent), r = size(id);
    const Number times = 1 + call(Op::abs, b);
    Number carried = nothing();
    if (!e.zero()) {
      const Number up =
          made(a, Op::power, {(a + e).id, call(Op::abs, b).id}) - made(a, Op::power, {a.id, call(Op::abs, b).id});
      const Number down = chosen(2 * e < a, 4 * times * e / a * r, anything());
      const Truth smooth = (nothing() <= b) & !differ(call(Op::floor, b), b);
      carried = chosen(smooth, up, down);
    }
    if (!of(exponent).zero()) carried = carried + r * call(Op::abs, call(Op::log, a)) * of(exponent) * number(2);
    return carried + times * rounding(id, 4);
  }

  Number comparison(NodeId id) {
    const NodeId a = graph_.operand(id, 0), b = graph_.operand(id, 1);
    const Number error = of(a) + of(b);
    if (error.zero()) return error;
    const NodeId apart = graph_.dtype(a) == dsl::DType::boolean
                             ? graph_.add(Op::subtract, dsl::DType::f64, {as_real(a).id, as_real(b).id})
                             : graph_.add(Op::subtract, graph_.dtype(a), {a, b});
    return where_it(!(error < size(apart)), error);
  }
  Number connection(NodeId id) {
    const Number a = of(id, 0), b = of(id, 1);
    if ((a + b).zero()) return a;
    const bool both = graph_.op(id) == Op::logical_and;
    const auto decides = [&](std::size_t operand) {
      const Truth holds{&graph_, graph_.operand(id, operand)};
      return (both ? !holds : holds) & (of(id, operand) <= nothing());
    };
    return chosen(decides(0) | decides(1), nothing(), a + b);
  }
  Number guarded(NodeId id) {
    const Number inside = of(id, 1), condition = of(id, 0);
    const Number out =
        inside.zero() ? inside
                      : Number{&graph_, graph_.add(Op::guard, dsl::DType::f64, {graph_.operand(id, 0), inside.id})};
    return condition.zero() ? out : chosen(condition <= nothing(), out, anything());
  }
  Number selected(NodeId id) {
    const Number a = of(id, 1), b = of(id, 2), condition = of(id, 0);
    const Number out = (a + b).zero() ? a : chosen({&graph_, graph_.operand(id, 0)}, a, b);
    return condition.zero() ? out : chosen(condition <= nothing(), out, anything());
  }
  Number cast(NodeId id) {
    const NodeId from = graph_.operand(id, 0);
    const Number error = of(from);
    if (!inexact(id)) {
      if (!inexact(from)) return error;
      if (graph_.dtype(id) == dsl::DType::boolean) return where_it(!(error < size(from)), error);
      const Number at = as_real(from);
      return where_it(differ(call(Op::floor, at - error), call(Op::floor, at + error)), error);
    }
    const bool narrower =
        !inexact(from) ? graph_.dtype(from) != dsl::DType::boolean : unit(graph_.dtype(id)) > unit(graph_.dtype(from));
    if (!narrower) return error;
    const double whole = 1 / unit(graph_.dtype(id));  // whole numbers up to it are exact
    return error + (inexact(from) ? rounding(id) : chosen(number(whole) < size(id), rounding(id), nothing()));
  }

  // -- functions of numbers (bound_functions.hpp)
  Number exponential(NodeId id);
  Number logarithm(NodeId id);
  Number cut(NodeId id, const Number& otherwise);
  Number root(NodeId id);
  Number wave(NodeId id);
  Number growing(NodeId id);
  Number tangent(NodeId id);
  Number flat(NodeId id);
  Number steep(NodeId id);
  Number log_gamma(NodeId id);
  Number sign(NodeId id);
  Number length(NodeId id);
  Number angle(NodeId id);
  Number finiteness(NodeId id);

  // -- reductions (bound_reductions.hpp)
  /// A reduction with its body laid open, and what reductions of numbers over the same indices are.
  struct Over {
    Bounds& bounds;
    dsl::Opened opened;
    double points = 1;

    NodeId body() const { return opened.body; }
    Number reduced(Op op, const Number& what) const {
      return what.zero() || points == 0
                 ? literal(what, 0)
                 : Number{what.graph, what.graph->reduce(op, dsl::DType::f64, what.id, opened.indices)};
    }
    Number sum(const Number& what) const { return reduced(Op::sum, what); }
  };
  Over over(NodeId id);
  Number sum(NodeId id);
  Number product(NodeId id);
  Number extreme(NodeId id);
  Number quantifier(NodeId id);
  Number place(NodeId id);
  Number log_sum(NodeId id);
  Number norm(NodeId id);
  Number spread(NodeId id);

  // -- tensors
  NodeId everywhere(NodeId like, double value) {
    Vec<dsl::IndexId> axes;
    for (std::int64_t extent : graph_.shape(like)) axes.push_back(graph_.open_index("i", extent));
    return graph_.tensor(graph_.real(value), axes);
  }
  NodeId dense(NodeId tensor) {
    const NodeId own = of_tensor(tensor);
    return own.valid() ? own : everywhere(tensor, 0);
  }
  NodeId tensor_bound(NodeId id) {
    const Vec<NodeId> operands(graph_.operands(id).data(), graph_.operands(id).data() + graph_.operands(id).size());
    switch (graph_.op(id)) {
      case Op::input: return given(id);
      case Op::random_sparse: return {};
      case Op::tensor: return comprehension(id);
      case Op::pack: return packed(id, operands);
      case Op::to_sparse:
      case Op::to_dense:
      case Op::assume: return of_tensor(operands[0]);
      case Op::reshape:
      case Op::concat: return moved(id, operands);
      default: return everywhere(id, unknown_error);
    }
  }
  NodeId given(NodeId id) {
    if (backward_ == 0 || !inexact(id) || graph_[id].sparse) return {};
    Vec<dsl::IndexId> axes, inside;
    Vec<NodeId> at;
    for (std::int64_t extent : graph_.shape(id)) {
      if (extent == 0) return {};
      axes.push_back(graph_.open_index("i", extent));
      inside.push_back(graph_.open_index("i", extent));
      at.push_back(graph_.index_value(inside.back()));
    }
    Number largest = size(graph_.access(id, {at.data(), at.size()}));
    if (!axes.empty()) largest.id = graph_.reduce(Op::greatest, dsl::DType::f64, largest.id, inside);
    return graph_.tensor(((backward_ * unit(graph_.dtype(id))) * largest).id, axes);
  }
  NodeId comprehension(NodeId id) {
    const dsl::Opened opened = graph_.open(id);
    const Number body = of(opened.body);
    return body.zero() ? NodeId{} : graph_.tensor(body.id, opened.indices);
  }
  NodeId packed(NodeId id, const Vec<NodeId>& operands) {
    Vec<NodeId> bounds;
    bool exact = true;
    for (NodeId operand : operands) {
      const Number own = of(operand);
      exact = exact && own.zero();
      bounds.push_back(own.id);
    }
    return exact ? NodeId{} : same_shape(id, bounds);
  }
  NodeId moved(NodeId id, const Vec<NodeId>& operands) {
    Vec<NodeId> bounds;
    bool exact = true;
    for (NodeId operand : operands) exact = exact && !of_tensor(operand).valid();
    if (exact) return {};
    for (NodeId operand : operands) bounds.push_back(dense(operand));
    return same_shape(id, bounds);
  }
  NodeId same_shape(NodeId id, const Vec<NodeId>& operands) {
    const Vec<std::int64_t> ints(graph_.ints(id).data(), graph_.ints(id).data() + graph_.ints(id).size());
    const Vec<std::int64_t> shape(graph_.shape(id).data(), graph_.shape(id).data() + graph_.shape(id).size());
    return graph_.add(graph_.op(id), dsl::DType::f64, {operands.data(), operands.size()}, {ints.data(), ints.size()},
                      {shape.data(), shape.size()});
  }

  Graph& graph_;
  double backward_;
  std::unordered_map<std::uint32_t, Number> elements_;
  std::unordered_map<std::uint32_t, NodeId> tensors_;
};

}  // namespace fuzz

#include "tests/fuzz/bound_functions.hpp"
#include "tests/fuzz/bound_reductions.hpp"
