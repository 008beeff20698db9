/// How far rounding can move a program's results: the graph again, in long double, with every number that an operation
/// rounds moved by one rounding at each of its points, at random. The spread of a few such evaluations is the error
/// that any order of the same operations may have; where a comparison turns over, it is as wide as the jump.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "passes/rewrite.hpp"

namespace fuzz {

namespace dsl = ricci::dsl;
using dsl::Graph;
using dsl::NodeId;
using dsl::Op;
using dsl::Rebuilt;
using dsl::Vec;

class Shaking {
 public:
  /// `inputs`: they move too, by rounding of their largest element.
  Shaking(std::int64_t stream, bool inputs) : stream_(stream), inputs_(inputs) {}

  Rebuilt operator()(const Graph& graph, const Vec<NodeId>& roots) {
    return ricci::passes::rewrite(graph, {roots.data(), roots.size()}, [&](Graph& out, NodeId made, NodeId) {
      if (!dsl::is_floating(out.dtype(made)) && !dsl::is_complex(out.dtype(made))) return made;
      if (dsl::is_reduce(out.op(made))) return rounds(out.op(made)) ? moved_reduction(out, made) : made;
      if (dsl::row(out.op(made)).kind == dsl::OpKind::element) return rounds(out.op(made)) ? moved(out, made, 2) : made;
      if (out.op(made) == Op::input) return inputs_ ? jittered(out, made) : made;
      return solves(out.op(made)) ? moved_matrix(out, made) : made;
    });
  }

 private:
  static bool rounds(Op op) {
    constexpr Op exact[] = {Op::constant, Op::index,   Op::access, Op::guard, Op::where, Op::negate,
                            Op::minimum,  Op::maximum, Op::random, Op::real,  Op::imag,  Op::conj,
                            Op::floor,    Op::ceil,    Op::round,  Op::sign,  Op::least, Op::greatest};
    return std::find(std::begin(exact), std::end(exact), op) == std::end(exact);
  }
  static bool solves(Op op) {
    constexpr Op ops[] = {Op::solve,    Op::lstsq, Op::inv, Op::pinv, Op::det, Op::logdet,
                          Op::cholesky, Op::lu,    Op::qr,  Op::svd,  Op::eigh};
    return std::find(std::begin(ops), std::end(ops), op) != std::end(ops);
  }
  static double unit(dsl::DType type) { return type == dsl::DType::f32 || type == dsl::DType::c64 ? 0x1p-24 : 0x1p-53; }

  /// A number of -1 or 1 for each point of these indices.
  NodeId die(Graph& graph, std::span<const dsl::IndexId> indices) {
    Vec<NodeId> operands{graph.real(0.5)};
    for (dsl::IndexId index : indices) operands.push_back(graph.index_value(index));
    if (indices.empty()) operands.push_back(graph.integer(0));
    const std::int64_t ints[] = {static_cast<std::int64_t>(dsl::Distribution::bernoulli), 1, 99, ++stream_};
    const NodeId heads =
        graph.add(Op::random, dsl::DType::boolean, std::span<const NodeId>(operands.data(), operands.size()), ints);
    return graph.add(Op::where, dsl::DType::f64, {heads, graph.real(1), graph.real(-1)});
  }
  /// At each point of its indices, and of others that are open around it.
  NodeId moved(Graph& graph, NodeId id, double roundings, const Vec<dsl::IndexId>& around = {}) {
    const dsl::DType type = graph.dtype(id);
    const auto free = graph.free(id);
    std::vector<dsl::IndexId> indices(free.begin(), free.end());
    for (dsl::IndexId own : around)
      if (std::find(indices.begin(), indices.end(), own) == indices.end()) indices.push_back(own);
    const NodeId step = graph.real(roundings * unit(type));
    NodeId factor = graph.add(Op::multiply, dsl::DType::f64, {step, die(graph, indices)});
    factor = graph.add(Op::add, dsl::DType::f64, {graph.real(1), factor});
    if (dsl::is_complex(type)) {  // in a direction of its own
      const NodeId turn = graph.add(Op::multiply, dsl::DType::f64, {step, die(graph, indices)});
      const NodeId i = graph.complex(0, 1, dsl::DType::c128);
      const NodeId aside =
          graph.add(Op::multiply, dsl::DType::c128, {i, graph.add(Op::cast, dsl::DType::c128, {turn})});
      factor = graph.add(Op::add, dsl::DType::c128, {graph.add(Op::cast, dsl::DType::c128, {factor}), aside});
    }
    return graph.add(Op::multiply, type, {id, graph.add(Op::cast, type, {factor})});
  }
  /// Each summand moves, by as much as n roundings in any order do.
  NodeId moved_reduction(Graph& graph, NodeId id) {
    double points = 1;
    for (dsl::IndexId own : graph.bound(id)) points *= static_cast<double>(graph.extent(own));
    const dsl::Opened opened = graph.open(id);
    const dsl::DType inside = graph.dtype(opened.body);
    if (!dsl::is_floating(inside) && !dsl::is_complex(inside)) return moved(graph, id, 2);
    const NodeId body = moved(graph, opened.body, 1 + std::sqrt(points), opened.indices);
    return moved(graph, graph.rebind(id, graph.dtype(id), body, opened.indices), 2);
  }
  /// The matrix that is factored moves by rounding of its largest element, times its order, in each element.
  NodeId moved_matrix(Graph& graph, NodeId id) {
    Vec<NodeId> operands(graph.operands(id).data(), graph.operands(id).data() + graph.operands(id).size());
    for (NodeId& operand : operands) operand = jittered(graph, operand);
    const auto shape = graph.shape(id);
    const Vec<std::int64_t> extents(shape.data(), shape.data() + shape.size());
    const Vec<std::int64_t> ints(graph.ints(id).data(), graph.ints(id).data() + graph.ints(id).size());
    return graph.add(graph.op(id), graph.dtype(id), {operands.data(), operands.size()}, {ints.data(), ints.size()},
                     {extents.data(), extents.size()}, graph[id].sparse);
  }
  NodeId jittered(Graph& graph, NodeId tensor) {
    const dsl::DType type = graph.dtype(tensor);
    if ((!dsl::is_floating(type) && !dsl::is_complex(type)) || graph[tensor].sparse) return tensor;
    const dsl::DType real = dsl::real_type(type);
    Vec<dsl::IndexId> axes, inside;
    Vec<NodeId> at, within;
    double order = 1;
    for (std::int64_t extent : graph.shape(tensor)) {
      if (extent == 0) return tensor;
      axes.push_back(graph.open_index("j", extent));
      inside.push_back(graph.open_index("j", extent));
      at.push_back(graph.index_value(axes.back()));
      within.push_back(graph.index_value(inside.back()));
      order = std::max(order, static_cast<double>(extent));
    }
    const NodeId own = graph.access(tensor, {at.data(), at.size()});
    NodeId largest = graph.add(Op::abs, real, {graph.access(tensor, {within.data(), within.size()})});
    if (!axes.empty()) largest = graph.reduce(Op::greatest, real, largest, inside);
    const NodeId size = graph.add(Op::multiply, real, {graph.real(order * unit(type), real), largest});
    const NodeId sign = graph.add(Op::cast, real, {die(graph, {axes.data(), axes.size()})});
    const NodeId step = graph.add(Op::multiply, real, {size, sign});
    const NodeId sum = graph.add(Op::add, type, {own, type == real ? step : graph.add(Op::cast, type, {step})});
    return graph.tensor(sum, axes);
  }

  std::int64_t stream_;
  bool inputs_;
};

}  // namespace fuzz
