#include "runtime/kernels/contraction/masked.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>

#include "passes/fold.hpp"
#include "passes/network.hpp"
#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/kernels/contraction/match.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::contraction {
namespace {

using dsl::IndexId;
using dsl::Op;
using dsl::Vec;

/// How often each element of the copied factor has to be used, and how long sums have to be.
constexpr double least_uses = 16;
constexpr double least_sum = 8;
/// Below this share of elements that are not zero, to skip the others is faster than to multiply by them.
constexpr double least_share = 1.0 / 12;

bool within(const Graph& graph, NodeId condition, NodeId factor) {
  for (IndexId own : graph.free(condition))
    if (!graph.uses(factor, own)) return false;
  return true;
}

/// Whether the bracket leaves so little of an index that ranges of the loop do better: bounds from both sides.
bool is_band(const Graph& graph, const Vec<NodeId>& conditions, const Vec<IndexId>& summed) {
  for (IndexId index : summed) {
    int bounds = 0;
    for (NodeId own : conditions)
      bounds += graph.uses(own, index) && (graph.op(own) == Op::less || graph.op(own) == Op::less_equal) ? 1 : 0;
    if (bounds > 1) return true;
  }
  return false;
}

bool not_finite(const Tensor& tensor, std::int64_t begin, std::int64_t end) {
  return with_type(tensor.dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>) return false;
    T sum{};
    for (std::int64_t at = begin; at < end; ++at) sum += tensor.as<T>()[at] * T(0);  // 0, or NaN
    if constexpr (std::is_floating_point_v<T>)
      return std::isnan(sum);
    else if constexpr (!std::is_integral_v<T>)
      return std::isnan(sum.real()) || std::isnan(sum.imag());
    return false;
  });
}

/// The share of a row-major tensor's elements that are not zero.
double share_of(const Tensor& tensor) {
  std::atomic<std::int64_t> found = 0;
  parallel_for(tensor.count(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    with_type(tensor.dtype, [&](auto zero) {
      using T = decltype(zero);
      found += std::count_if(tensor.as<T>() + begin, tensor.as<T>() + end, [](T own) { return own != T{}; });
    });
  });
  return tensor.count() == 0 ? 1 : static_cast<double>(found) / static_cast<double>(tensor.count());
}

bool is_finite(const Tensor& given) {
  const Tensor tensor = contiguous_copy_if_needed(given);
  std::atomic<bool> found = false;
  parallel_for(tensor.count(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    if (not_finite(tensor, begin, end)) found = true;
  });
  return !found;
}

}  // namespace

std::optional<Masked> match_masked(const Graph& given, NodeId tensor) {
  const NodeId sum = given.operand(tensor, 0);
  if (given.op(sum) != Op::sum || given.op(given.operand(sum, 0)) != Op::guard) return std::nullopt;
  const NodeId value = given.operand(given.operand(sum, 0), 1);
  if (given.op(value) != Op::multiply || given.dtype(value) != given.dtype(sum)) return std::nullopt;
  if (!passes::is_plain(given, given.operand(value, 0)) || !passes::is_plain(given, given.operand(value, 1)))
    return std::nullopt;
  Masked out{given, {}, {}, {}};
  Graph& graph = out.graph;
  const dsl::Opened axes = graph.open(tensor), opened = graph.open(axes.body);
  const NodeId condition = graph.operand(opened.body, 0), product = graph.operand(opened.body, 1);
  passes::Facts facts;
  facts.extend(graph);
  if (facts.fails(opened.body) || facts.draws(condition) || facts.sparse(condition) ||
      is_band(graph, passes::detail::conjuncts(graph, condition), opened.indices))
    return std::nullopt;
  const double points = passes::points_of(graph, passes::span_of(axes.indices)) *
                        passes::points_of(graph, passes::span_of(opened.indices));
  for (std::size_t which : {0U, 1U}) {
    const NodeId factor = graph.operand(product, which), other = graph.operand(product, 1 - which);
    const double size = passes::points_of(graph, graph.free(factor));
    if (!within(graph, condition, factor) || points < least_uses * size ||
        passes::points_of(graph, passes::span_of(opened.indices)) < least_sum)
      continue;
    const auto free = graph.free(factor);
    const Vec<IndexId> own(free.data(), free.data() + free.size());
    Vec<NodeId> entries;
    for (IndexId index : own) entries.push_back(graph.index_value(index));
    const dsl::DType type = graph.dtype(product);
    out.factor = graph.tensor(graph.add(Op::guard, type, {condition, factor}), own);
    const NodeId element = graph.access(out.factor, passes::span_of(entries));
    out.product = graph.tensor(
        graph.reduce(Op::sum, type, graph.add(Op::multiply, type, {element, other}), opened.indices), axes.indices);
    NodeId read = other;
    while (graph.op(read) != Op::access) read = graph.operand(read, 0);  // converted or conjugated
    out.other = graph.operand(read, 0);
    if (match_contraction(graph, out.product)) return out;
  }
  return std::nullopt;
}

bool run_masked(const Evaluation& evaluation, NodeId tensor, Tensor& out) {
  const std::optional<Masked> masked = match_masked(evaluation.graph, tensor);
  if (!masked || !is_finite(evaluation.dense(masked->other))) return false;
  Evaluation inside(masked->graph);
  inside.values = evaluation.values;
  inside.given = evaluation.given;
  inside.seed = evaluation.seed;
  Tensor factor;
  fused::run_fused(inside, masked->factor, factor);
  if (share_of(factor) < least_share) return false;
  inside.values.insert_or_assign(masked->factor.at, std::move(factor));
  return run_contraction(inside, masked->product, out);
}

}  // namespace ricci::runtime::contraction
