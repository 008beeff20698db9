#include "runtime/kernels/estimate.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace ricci::runtime {
namespace {

using dsl::Op;
using dsl::OpKind;

double count_of(std::span<const std::int64_t> shape) {
  double count = 1;
  for (std::int64_t extent : shape) count *= static_cast<double>(extent);
  return count;
}

/// One operation a node at each point of its own indices: what does not depend on an index is computed once for it.
double body_flops(const Graph& graph, NodeId body) {
  double flops = 0;
  std::vector<NodeId> open{body};
  std::vector<char> seen(graph.size(), 0);
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    if (std::exchange(seen[node.at], 1) != 0 || dsl::is_tensor(graph.op(node))) continue;
    double points = 1;
    for (dsl::IndexId index : graph.free(node)) points *= static_cast<double>(graph.extent(index));
    if (dsl::is_reduce(graph.op(node)))
      for (dsl::IndexId index : graph.bound(node)) points *= static_cast<double>(graph.extent(index));
    const OpKind kind = dsl::row(graph.op(node)).kind;
    if (graph.op(node) == Op::quadratic)  // W is factored: one product an element of a row
      flops += points * 2 * static_cast<double>(graph.shape(graph.operand(node, 0)).back());
    if ((kind == OpKind::element && graph.op(node) != Op::access) || kind == OpKind::reduce) flops += points;
    open.insert(open.end(), graph.operands(node).begin(), graph.operands(node).end());
  }
  return flops;
}

bool updates(Op op) { return op == Op::solve_update || op == Op::det_update; }

/// n^3-like counts of dense linear algebra (Golub and Van Loan), over the batch.
double matrix_flops(const Graph& graph, NodeId node) {
  if (graph.operands(node).empty()) return 0;  // [] and random_sparse
  const auto shape = graph.shape(graph.operand(node, updates(graph.op(node)) ? 1 : 0));
  if (shape.size() < 2) return 0;
  const double m = static_cast<double>(shape[shape.size() - 2]);
  const double n = static_cast<double>(shape.back());
  const double batch = m * n == 0 ? 0 : count_of(shape) / (m * n);
  const double columns = n == 0 ? 0 : count_of(graph.shape(node)) / std::max(1.0, batch * n);
  if (graph[graph.operand(node, 0)].sparse) return 4 * n * columns;  // at least; only the numbers say how much fills in
  switch (graph.op(node)) {
    case Op::solve: return batch * (2.0 / 3.0 * n * n * n + 2 * n * n * columns);
    case Op::solve_update: return 2 * batch * m * n * (n + 4 * count_of(graph.shape(node)) / std::max(1.0, batch * m));
    case Op::det_update: return 2 * batch * m * n * (n + 1);
    case Op::lstsq: return batch * (2 * m * n * n + 4 * m * n * columns);
    case Op::inv: return batch * 2 * n * n * n;
    case Op::det:
    case Op::logdet: return batch * 2.0 / 3.0 * n * n * n;
    case Op::cholesky: return batch * n * n * n / 3;
    case Op::lu: return batch * 2.0 / 3.0 * m * n * std::min(m, n);
    case Op::qr: return batch * 4 * m * n * std::min(m, n);
    case Op::pinv:
    case Op::svd:
    case Op::eigh: return batch * 14 * m * n * std::min(m, n);
    default: return 0;
  }
}

/// Of dgemm, and of a copy with streaming stores, on two cores with AVX-512; single precision does twice the flops.
constexpr double flops_per_ms = 108e6;
constexpr double bytes_per_ms = 73e6;

}  // namespace

std::vector<NodeId> tensors_read(const Graph& graph, NodeId node) {
  std::vector<NodeId> out;
  std::vector<NodeId> open(graph.operands(node).begin(), graph.operands(node).end());
  std::vector<char> seen(graph.size(), 0);
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (std::exchange(seen[at.at], 1) != 0) continue;
    if (dsl::is_tensor(graph.op(at))) {
      out.push_back(at);
    } else {
      open.insert(open.end(), graph.operands(at).begin(), graph.operands(at).end());
    }
  }
  return out;
}

double least_ms(const Estimate& estimate, dsl::DType dtype) {
  const bool single = dtype == dsl::DType::f32 || dtype == dsl::DType::c64;
  return std::max(estimate.flops / (single ? 2 * flops_per_ms : flops_per_ms), estimate.bytes / bytes_per_ms);
}

std::int64_t result_bytes(const Graph& graph, NodeId node) {
  if (graph[node].sparse) {  // 12 bytes an element and 8 a row; what nothing says the size of counts as its rows
    const std::int64_t stored = graph.op(node) == Op::random_sparse  ? graph.attribute(node, 0)
                                : graph.op(node) == Op::from_triples ? graph.shape(graph.operand(node, 0))[0]
                                                                     : 0;
    return 12 * stored + 8 * graph.shape(node)[0];
  }
  const double bytes = count_of(graph.shape(node)) * static_cast<double>(dsl::bytes_of(graph.dtype(node)));
  constexpr double largest = 1e18;  // so that sums of a few still fit
  return static_cast<std::int64_t>(std::min(bytes, largest));
}

namespace {

/// Flops a nanosecond at large orders on one core with 512-bit vectors, and the order at which half of that is reached.
struct Speed {
  Op op;
  double fastest, half;
};
constexpr std::array speeds{Speed{Op::solve, 118, 170}, Speed{Op::lstsq, 40, 60},      Speed{Op::qr, 118, 250},
                            Speed{Op::inv, 118, 220},   Speed{Op::eigh, 118, 330},     Speed{Op::svd, 118, 500},
                            Speed{Op::pinv, 118, 500},  Speed{Op::cholesky, 118, 600}, Speed{Op::det, 118, 200},
                            Speed{Op::logdet, 118, 200}};
constexpr double substituted = 118, sides_half = 60;         // of substitution into many right-hand sides
constexpr double across_lanes = 40, across_lanes_half = 15;  // many small systems

Speed speed_of(Op op) {
  for (const Speed& own : speeds)
    if (own.op == op) return own;
  return {op, 118, 250};
}

}  // namespace

double factorisation_nanoseconds(const Graph& graph, NodeId node, bool factored) {
  const double flops = matrix_flops(graph, node);
  const Op op = graph.op(node);
  const auto shape =
      flops == 0 ? std::span<const std::int64_t>() : graph.shape(graph.operand(node, updates(op) ? 1 : 0));
  if (shape.size() < 2) return 0;
  const double n = static_cast<double>(std::min(shape.back(), shape[shape.size() - 2]));
  const bool solves = op == Op::solve, inverts = op == Op::inv;
  if (shape.size() > 2 && (solves || inverts)) return flops * (n + across_lanes_half) / (across_lanes * n);
  double applied = 0;  // what is left when the factor is there
  if (solves) applied = 2 * n * count_of(graph.shape(node));
  if (inverts) applied = 4.0 / 3 * n * n * n;
  const Speed speed = speed_of(op);
  const double substituting = applied / substituted * (n + sides_half) / n;
  return substituting + (factored ? n : (flops - applied) / speed.fastest * (n + speed.half) / n);
}

Estimate estimate_of(const Graph& graph, NodeId node) {
  Estimate out;
  out.bytes = static_cast<double>(result_bytes(graph, node));
  for (NodeId read : tensors_read(graph, node)) out.bytes += static_cast<double>(result_bytes(graph, read));
  out.flops = graph.op(node) == Op::tensor ? body_flops(graph, graph.operand(node, 0)) : matrix_flops(graph, node);
  return out;
}

}  // namespace ricci::runtime
