#include "runtime/kernels/costs.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/kernels/contraction/masked.hpp"
#include "runtime/kernels/estimate.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/scatter/scatter.hpp"
#include "runtime/kernels/sparse/sparse.hpp"

namespace ricci::runtime {

void StoredCounts::set(NodeId node, std::int64_t count) {
  if (of_.size() <= node.at) of_.resize(node.at + 1, -1);
  of_[node.at] = count;
}

double StoredCounts::of(const Graph& graph, NodeId tensor) const {
  if (tensor.at < of_.size() && of_[tensor.at] >= 0) return static_cast<double>(of_[tensor.at]);
  const double elements = passes::elements_of(graph, tensor);
  if (!graph[tensor].sparse) return elements;
  if (graph.op(tensor) == dsl::Op::random_sparse) return static_cast<double>(graph.attribute(tensor, 0));
  const auto shape = graph.shape(tensor);
  return std::min(elements, 10.0 * static_cast<double>(shape[0]));
}

namespace costs {
namespace {

// Nanoseconds on one core of a machine with 512-bit vectors, an L2 of 1 MB and 32 MB behind it.
constexpr double cached_byte = 0.025;  // of tensors that the last-level cache holds
constexpr double far_byte = 0.045;     // of larger ones
constexpr double near_bytes = 1 << 20;
constexpr double cache_bytes = 24 << 20;
constexpr double reference_point = 60;
constexpr double scattered_point = 1.0;
constexpr double stored_by_vectors = 0.065, stored_by_few = 0.27;  // a flop of a sparse product
constexpr double few_vectors = 4;

// Of a step however small: finding the kernel's loops again, making the result, starting.
constexpr double structural_start = 170;
constexpr double fused_start = 400, stage_start = 250;
constexpr double contraction_start = 1500;
constexpr double masked_start = 13'000;  // its factor's program is made in each run
constexpr double scatter_start = 2600;
constexpr double sparse_start = 1500;
constexpr double matrix_start = 1400;
constexpr double reference_start = 2000;

double memory_of(double bytes) {
  const double far = std::clamp((bytes - cache_bytes / 2) / cache_bytes, 0.0, 1.0);
  return std::max(0.0, bytes - near_bytes) * (far * far_byte + (1 - far) * cached_byte);
}

/// Reading what a node reads, and writing it.
double memory_of(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const auto bytes = [&](NodeId own) {
    return stored.of(graph, own) * (static_cast<double>(dsl::bytes_of(graph.dtype(own))) + (graph[own].sparse ? 4 : 0));
  };
  double all = bytes(node);
  for (NodeId read : tensors_read(graph, node)) all += bytes(read);
  return memory_of(all);
}

}  // namespace

Cost of_sparse_factors(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const double entries = stored.of(graph, graph.operand(node, 0));
  return {.factorisations = 100 * entries, .memory = memory_of(graph, node, stored), .overhead = matrix_start};
}

Cost of_linear_algebra(const Graph& graph, NodeId node, const StoredCounts& stored) {
  return {.factorisations = factorisation_nanoseconds(graph, node),
          .memory = memory_of(graph, node, stored),
          .overhead = matrix_start};
}

Cost of_structural(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const bool copies = graph.op(node) == dsl::Op::concat || graph[node].sparse || graph.op(node) == dsl::Op::to_dense;
  return {.memory = copies ? memory_of(graph, node, stored) : 0, .overhead = structural_start};
}

Cost of_sparse_product(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const auto product = sparse::match(graph, node);
  const double count = stored.of(graph, product->sparse->tensor);
  const contraction::Cost cost = sparse::cost_of(*product, graph, static_cast<std::int64_t>(count));
  const double vectors = cost.flops / std::max(1.0, 2 * count);
  return {.products = cost.flops * (vectors < few_vectors ? stored_by_few : stored_by_vectors),
          .memory = memory_of(graph, node, stored),
          .overhead = sparse_start};
}

Cost of_scatter(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const auto scatter = scatter::match(graph, node);
  double points = 1;
  for (std::int64_t extent : scatter->extents) points *= static_cast<double>(extent);
  Cost out{.elements = points * scattered_point, .memory = memory_of(graph, node, stored), .overhead = scatter_start};
  for (const scatter::Operand* own : {&scatter->place, scatter->value ? &*scatter->value : nullptr})
    if (own != nullptr && own->computed) out = out + of_fused(scatter->graph, own->tensor, stored);
  return out;
}

Cost of_contraction(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const contraction::Cost cost = contraction::cost_of(*contraction::match_contraction(graph, node), graph);
  return {.products = cost.nanoseconds, .memory = memory_of(graph, node, stored), .overhead = contraction_start};
}

Cost of_masked(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const auto masked = contraction::match_masked(graph, node);
  return of_fused(masked->graph, masked->factor, stored) + of_contraction(masked->graph, masked->product, stored) +
         Cost{.overhead = masked_start};
}

Cost of_fused(const Graph& graph, NodeId node, const StoredCounts& stored) {
  const fused::Work work = fused::work_of(graph, node);
  return {.elements = work.elements,
          .calls = work.calls,
          .memory = memory_of(graph, node, stored) + memory_of(2 * work.temporary_bytes),
          .overhead = fused_start + stage_start * work.stages};
}

Cost of_reference(const Graph& graph, NodeId node, const StoredCounts& stored) {
  double points = std::max(estimate_of(graph, node).flops, passes::elements_of(graph, node));
  if (graph.op(node) != dsl::Op::tensor && !graph.operands(node).empty())  // a sparse matrix is written out first
    points = std::max(points, std::pow(passes::elements_of(graph, graph.operand(node, 0)), 1.5));
  return {.elements = points * reference_point, .memory = memory_of(graph, node, stored), .overhead = reference_start};
}

double least_fused(const Graph& graph, NodeId node) {
  constexpr double least_flop = 0.015;
  return fused_start + least_flop * estimate_of(graph, node).flops;
}

}  // namespace costs
}  // namespace ricci::runtime
