/// Real numbers of a graph, to be written as formulas: what error bounds are made of. A zero that is known to be one
/// makes no nodes.
#pragma once

#include <limits>

#include "dsl/graph/graph.hpp"

namespace fuzz {

namespace dsl = ricci::dsl;
using dsl::Graph;
using dsl::NodeId;
using dsl::Op;
using dsl::Vec;

/// An element node of type f64.
struct Number {
  Graph* graph = nullptr;
  NodeId id;

  bool zero() const { return graph->op(id) == Op::constant && graph->attribute(id, 0) == 0; }
};

inline Number made(const Number& like, Op op, std::initializer_list<NodeId> operands) {
  return {like.graph, like.graph->add(op, dsl::DType::f64, operands)};
}
inline Number literal(const Number& like, double value) { return {like.graph, like.graph->real(value)}; }

inline Number operator+(const Number& a, const Number& b) {
  if (a.zero()) return b;
  return b.zero() ? a : made(a, Op::add, {a.id, b.id});
}
inline Number operator-(const Number& a, const Number& b) { return b.zero() ? a : made(a, Op::subtract, {a.id, b.id}); }
inline Number operator*(const Number& a, const Number& b) {
  if (a.zero()) return a;
  return b.zero() ? b : made(a, Op::multiply, {a.id, b.id});
}
inline Number operator/(const Number& a, const Number& b) { return a.zero() ? a : made(a, Op::divide, {a.id, b.id}); }
inline Number operator*(double a, const Number& b) { return literal(b, a) * b; }
inline Number operator+(double a, const Number& b) { return literal(b, a) + b; }
inline Number operator-(double a, const Number& b) { return literal(b, a) - b; }
inline Number operator/(const Number& a, double b) { return a / literal(a, b); }
inline Number operator/(double a, const Number& b) { return literal(b, a) / b; }
inline Number larger(const Number& a, const Number& b) {
  if (a.zero()) return b;
  return b.zero() ? a : made(a, Op::maximum, {a.id, b.id});
}
inline Number smaller(const Number& a, const Number& b) { return made(a, Op::minimum, {a.id, b.id}); }
inline Number call(Op op, const Number& a) { return made(a, op, {a.id}); }

/// A condition of the graph.
struct Truth {
  Graph* graph = nullptr;
  NodeId id;
};
inline Truth compared(Op op, const Number& a, const Number& b) {
  return {a.graph, a.graph->add(op, dsl::DType::boolean, {a.id, b.id})};
}
inline Truth operator<(const Number& a, const Number& b) { return compared(Op::less, a, b); }
inline Truth operator<=(const Number& a, const Number& b) { return compared(Op::less_equal, a, b); }
inline Truth differ(const Number& a, const Number& b) { return compared(Op::not_equal, a, b); }
inline Truth operator!(const Truth& a) { return {a.graph, a.graph->add(Op::logical_not, dsl::DType::boolean, {a.id})}; }
inline Truth operator&(const Truth& a, const Truth& b) {
  return {a.graph, a.graph->add(Op::logical_and, dsl::DType::boolean, {a.id, b.id})};
}
inline Truth operator|(const Truth& a, const Truth& b) {
  return {a.graph, a.graph->add(Op::logical_or, dsl::DType::boolean, {a.id, b.id})};
}
inline Number chosen(const Truth& condition, const Number& a, const Number& b) {
  return {a.graph, a.graph->add(Op::where, dsl::DType::f64, {condition.id, a.id, b.id})};
}

}  // namespace fuzz
