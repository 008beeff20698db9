/// What things cost, in one place: the figures by which passes choose. Coarse on purpose: each decision compares two
/// ways of computing the same, and only differences of a factor count.
///
/// Rates are nanoseconds on two cores of a machine with AVX-512 (measured on kernels of this library): what matters is
/// their ratio. Work is counted in units of one cheap operation (a load, an addition) at one point.
#pragma once

#include <array>

#include "passes/rewrite.hpp"

namespace ricci::passes {

namespace rate {
inline constexpr double unit = 0.06;              // one cheap operation at one point, in a fused kernel
inline constexpr double product = 0.03;           // one multiply-add where every operand is used many times over
inline constexpr double streamed_product = 0.30;  // one multiply-add where some operand is read once
inline constexpr double byte = 0.15;              // a byte of a temporary: taken, written and read once
inline constexpr double cached_byte = 0.02;       // of one that is made and read slice by slice
inline constexpr double step = 3000;              // one more kernel
inline constexpr double substitution = 1.3;       // both triangles of a factor, over a product with the inverse
}  // namespace rate

/// What a step takes, by what it takes it of: nanoseconds on one core of the machine that the models were made on.
struct Cost {
  double products = 0;        // multiply-adds of matrix products
  double elements = 0;        // cheap operations of fused kernels, and their dispatch
  double calls = 0;           // exp, log, sin ... and divisions
  double factorisations = 0;  // LU, Cholesky, QR, svd, eigh
  double memory = 0;          // bytes that no cache holds
  double overhead = 0;        // of a step, however small

  friend constexpr Cost operator+(Cost a, const Cost& b) {
    a.products += b.products, a.elements += b.elements, a.calls += b.calls;
    a.factorisations += b.factorisations, a.memory += b.memory, a.overhead += b.overhead;
    return a;
  }
  friend constexpr Cost operator*(double times, Cost a) {
    a.products *= times, a.elements *= times, a.calls *= times;
    a.factorisations *= times, a.memory *= times, a.overhead *= times;
    return a;
  }
};

/// How long another machine takes for each, over the one that the models were made on.
struct Rates {
  double products = 1, elements = 1, calls = 1, factorisations = 1, memory = 1, overhead = 1;
  friend constexpr bool operator==(const Rates&, const Rates&) = default;
};

/// Nanoseconds: arithmetic and memory keep each other waiting, but not wholly.
constexpr double nanoseconds_of(const Cost& cost, const Rates& rates) {
  const double arithmetic = cost.products * rates.products + cost.elements * rates.elements + cost.calls * rates.calls +
                            cost.factorisations * rates.factorisations;
  const double memory = cost.memory * rates.memory;
  const double longer = arithmetic > memory ? arithmetic : memory;
  return longer + (arithmetic + memory - longer) / 4 + cost.overhead * rates.overhead;
}

/// By what a pass that may pay or not decides. Tests take whatever is right, so that small programs show what a pass
/// would do to large ones. `cheap` is for a second look, when what is expensive has been placed already.
enum class Choice { by_cost, cheap, whatever_is_right };

/// Bodies of at most this many units are recomputed rather than stored.
inline constexpr double cheap_units = 8;

namespace detail {
struct Weight {
  Op op;
  double units;
};
/// Operations that cost more than a unit.
inline constexpr std::array weights{
    Weight{Op::divide, 4},    Weight{Op::floor_divide, 8}, Weight{Op::modulo, 8},  Weight{Op::sqrt, 4},
    Weight{Op::hypot, 12},    Weight{Op::power, 20},       Weight{Op::atan2, 16},  Weight{Op::exp, 12},
    Weight{Op::expm1, 12},    Weight{Op::log, 12},         Weight{Op::log1p, 12},  Weight{Op::log2, 12},
    Weight{Op::log10, 12},    Weight{Op::cbrt, 12},        Weight{Op::sin, 12},    Weight{Op::cos, 12},
    Weight{Op::tan, 16},      Weight{Op::asin, 16},        Weight{Op::acos, 16},   Weight{Op::atan, 16},
    Weight{Op::sinh, 16},     Weight{Op::cosh, 16},        Weight{Op::tanh, 16},   Weight{Op::erf, 16},
    Weight{Op::erfc, 16},     Weight{Op::lgamma, 30},      Weight{Op::arg, 16},    Weight{Op::wrap, 2},
    Weight{Op::gather, 2},    Weight{Op::random, 40},      Weight{Op::stored, 20}, Weight{Op::logsumexp, 14},
    Weight{Op::deviation, 3}, Weight{Op::variance, 3},     Weight{Op::norm, 2},
};
}  // namespace detail

/// Units of one operation, operands not counted. A number or the value of an index costs nothing.
constexpr double units_of(const Graph& graph, NodeId id) {
  const Op op = graph.op(id);
  if (op == Op::constant || op == Op::index || op == Op::affine || dsl::is_tensor(op)) return 0;
  if (op == Op::quadratic) return 4 + static_cast<double>(graph.shape(graph.operand(id, 0)).back());
  const double wide = dsl::is_complex(graph.dtype(id)) ? 2 : 1;
  for (const detail::Weight& own : detail::weights)
    if (own.op == op) return wide * own.units;
  return wide;
}

constexpr double points_of(const Graph& graph, std::span<const IndexId> indices) {
  double points = 1;
  for (IndexId own : indices) points *= static_cast<double>(graph.extent(own));
  return points;
}
constexpr double elements_of(const Graph& graph, NodeId tensor) {
  double count = 1;
  for (std::int64_t extent : graph.shape(tensor)) count *= static_cast<double>(extent);
  return count;
}
/// Of a dense tensor; a sparse one counts as nothing, since nothing says how much it stores.
constexpr double bytes_of(const Graph& graph, NodeId tensor) {
  return graph[tensor].sparse ? 0
                              : elements_of(graph, tensor) * static_cast<double>(dsl::bytes_of(graph.dtype(tensor)));
}

/// Nanoseconds that a fused kernel takes for an element body: each operation once at each point of its own indices.
constexpr double fused_time(const Graph& graph, NodeId body) {
  double units = 0;
  dsl::IdMap seen;
  Vec<NodeId> open{body};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (dsl::is_tensor(graph.op(id)) || seen.find(id).valid()) continue;
    seen.set(id, id);
    double points = points_of(graph, graph.free(id));
    if (dsl::is_reduce(graph.op(id))) points *= points_of(graph, span_of(graph.bound(id)));
    units += units_of(graph, id) * points;
    for (NodeId operand : graph.operands(id)) open.push_back(operand);
  }
  return units * rate::unit;
}

/// What the nodes of a growing graph are like, bottom up: extend() after nodes were made.
class Facts {
 public:
  /// Units at one point, shared operands counted where they are used, tensors as one load.
  constexpr double units(NodeId id) const { return of_[id.at].units; }
  /// Computing it can raise an error: integer division, gathered entries, parameters of draws, empty ranges.
  constexpr bool fails(NodeId id) const { return of_[id.at].fails; }
  constexpr bool draws(NodeId id) const { return of_[id.at].draws; }
  constexpr bool sparse(NodeId id) const { return of_[id.at].sparse; }

  constexpr void extend(const Graph& graph) {
    while (of_.size() < graph.size()) of_.push_back(fact(graph, NodeId{static_cast<std::uint32_t>(of_.size())}));
  }
  /// In place of what an access to a stored tensor costs: the body that will stand there.
  constexpr void set_units(NodeId id, double units) { of_[id.at].units = units; }

 private:
  struct Fact {
    double units = 0;
    bool fails = false, draws = false, sparse = false;
  };

  constexpr Fact fact(const Graph& graph, NodeId id) const {
    const Op op = graph.op(id);
    if (dsl::is_tensor(op)) return {};
    Fact out{units_of(graph, id), own_fault(graph, id), op == Op::random, false};
    if (op == Op::access || op == Op::stored) out.sparse = graph[graph.operand(id, 0)].sparse;
    for (NodeId operand : graph.operands(id)) {
      const Fact& below = of_[operand.at];
      out.units += below.units;
      out.fails = out.fails || below.fails;
      out.draws = out.draws || below.draws;
      out.sparse = out.sparse || below.sparse;
    }
    if (dsl::is_reduce(op)) out.units *= points_of(graph, span_of(graph.bound(id)));
    if (out.units > 1e30) out.units = 1e30;  // a tower of definitions: expensive is all that matters
    return out;
  }
  static constexpr bool own_fault(const Graph& graph, NodeId id) {
    const Op op = graph.op(id);
    if (op == Op::gather || op == Op::random) return true;
    const bool whole = dsl::is_integer(graph.dtype(id));
    if (whole && (op == Op::floor_divide || op == Op::modulo)) return true;
    if (whole && op == Op::power) {
      const NodeId exponent = graph.operand(id, 1);
      return graph.op(exponent) != Op::constant || graph.attribute(exponent, 0) < 0;
    }
    for (Op own : {Op::least, Op::greatest, Op::mean, Op::argmin, Op::argmax})
      if (own == op) return points_of(graph, span_of(graph.bound(id))) == 0;
    return false;
  }

  Vec<Fact> of_;
};

/// How many bytes of temporaries a plan may add, so that its peak stays near inputs and results.
class Allowance {
 public:
  static constexpr double base = 64.0 * 1024 * 1024;
  static constexpr double share = 0.2;

  constexpr Allowance(const Graph& graph, std::span<const NodeId> roots) {
    for (NodeId id : dsl::reachable(graph, roots))
      if (graph.op(id) == Op::input) given_ += bytes_of(graph, id);
    for (NodeId root : roots)
      if (dsl::is_tensor(graph.op(root))) given_ += bytes_of(graph, root);
    left_ = base + share * given_;
  }
  constexpr bool admits(double bytes) const { return bytes <= left_; }
  /// Of what pays many times over, four times inputs and results.
  constexpr bool admits_at_a_pinch(double bytes) const { return bytes <= base + 4 * given_; }
  constexpr void spend(double bytes) { left_ -= bytes; }
  constexpr double left() const { return left_; }

 private:
  double given_ = 0, left_ = 0;
};

}  // namespace ricci::passes
