#include "runtime/session/verify.hpp"

#include <algorithm>
#include <cmath>

#include "dsl/graph/distribution.hpp"
#include "dsl/graph/expression.hpp"
#include "runtime/kernels/estimate.hpp"
#include "runtime/kernels/reference/reference.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;
using reference::Precision;

constexpr std::size_t sample_count = 16;
/// What the reference may be asked for a node, in floating-point operations: about a second of its time.
constexpr double most_flops = 3e7;

/// Points that are the same in every run: the first, the last, and some between.
std::vector<Extents> sample_points(const Extents& shape) {
  std::vector<Extents> out;
  if (count_of(shape) == 0) return out;
  std::uint64_t state = 0x9e3779b97f4a7c15U;
  const auto wanted = std::min<std::int64_t>(sample_count, count_of(shape));
  for (std::int64_t at = 0; at < wanted; ++at) {
    Extents point(shape.size(), 0);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      state = dsl::mix(state + axis + 1);
      const auto extent = static_cast<std::uint64_t>(shape[axis]);
      point[axis] = at == 0 ? 0 : at == 1 ? shape[axis] - 1 : static_cast<std::int64_t>(state % extent);
    }
    out.push_back(std::move(point));
  }
  return out;
}

/// What the reference would have to compute for `node`, as far as it has no value: one element of it counts.
double missing_flops(const Evaluation& evaluation, NodeId node) {
  const Graph& graph = evaluation.graph;
  const auto shape = graph.shape(node);
  const auto count = static_cast<double>(std::max<std::int64_t>(1, count_of(Extents(shape.begin(), shape.end()))));
  double flops = estimate_of(graph, node).flops / count * sample_count;
  std::vector<NodeId> open(graph.operands(node).begin(), graph.operands(node).end());
  std::vector<char> seen(graph.size(), 0);
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (std::exchange(seen[at.at], 1) != 0 || evaluation.find(at) != nullptr) continue;
    if (evaluation.results.contains(at.at)) continue;
    if (dsl::is_tensor(graph.op(at))) flops += estimate_of(graph, at).flops + estimate_of(graph, at).bytes / 8;
    open.insert(open.end(), graph.operands(at).begin(), graph.operands(at).end());
  }
  return flops;
}

std::complex<double> element(const Tensor& tensor, std::int64_t offset) {
  return with_type(tensor.dtype, [&](auto kind) -> std::complex<double> {
    using T = decltype(kind);
    if constexpr (std::is_same_v<T, bool>) {
      return static_cast<double>(reinterpret_cast<const std::uint8_t*>(tensor.data.get())[offset]);
    } else if constexpr (std::is_arithmetic_v<T>) {
      return static_cast<double>(tensor.as<T>()[offset]);
    } else {
      return std::complex<double>(tensor.as<T>()[offset]);
    }
  });
}

std::int64_t offset_of(const Tensor& tensor, const Extents& point) {
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < point.size(); ++axis) offset += point[axis] * tensor.strides[axis];
  return offset;
}

double distance(std::complex<double> a, std::complex<double> b) {
  const auto apart = [](double x, double y) {
    if (x == y || (std::isnan(x) && std::isnan(y))) return 0.0;
    return std::isfinite(x) && std::isfinite(y) ? std::fabs(x - y) : std::numeric_limits<double>::infinity();
  };
  return std::max(apart(a.real(), b.real()), apart(a.imag(), b.imag()));
}

std::string text_of(std::complex<double> x, dsl::DType type) {
  char text[80];
  if (dsl::is_complex(type))
    std::snprintf(text, sizeof text, "%.17g%+.17gi", x.real(), x.imag());
  else
    std::snprintf(text, sizeof text, "%.17g", x.real());
  return text;
}

std::string point_text(const Extents& point) {
  std::string out = "[";
  for (std::size_t at = 0; at < point.size(); ++at) (out += at == 0 ? "" : ",") += std::to_string(point[at]);
  return out + "]";
}

/// How far a good result may be from the exact one: rounding of its type, and a multiple of what the definition itself
/// loses when it is computed in that type, which measures the cancellation in it.
double allowance(const Tensor& exact, const Tensor& native, dsl::DType type) {
  if (dsl::is_integer(type) || type == dsl::DType::boolean) return 0;
  const double epsilon = dsl::real_type(type) == dsl::DType::f32 ? 0x1p-23 : 0x1p-52;
  double largest = 0;
  double lost = 0;
  for (std::int64_t at = 0; at < exact.count(); ++at) {
    if (std::isfinite(std::abs(element(exact, at)))) largest = std::max(largest, std::abs(element(exact, at)));
    if (const double apart = distance(element(exact, at), element(native, at)); std::isfinite(apart))
      lost = std::max(lost, apart);
  }
  return 1e5 * epsilon * largest + 100 * lost;
}

void compare_samples(Evaluation& evaluation, NodeId node, const Tensor& computed) {
  const std::vector<Extents> points = sample_points(computed.shape);
  if (points.empty()) return;
  const Tensor exact = reference::sample(evaluation, node, points, Precision::extended);
  const Tensor native = reference::sample(evaluation, node, points, Precision::native);
  const double allowed = allowance(exact, native, computed.dtype);
  for (std::size_t at = 0; at < points.size(); ++at) {
    const std::complex<double> got = element(computed, offset_of(computed, points[at]));
    const std::complex<double> wanted = element(exact, static_cast<std::int64_t>(at));
    if (distance(got, wanted) <= allowed) continue;
    fail(dsl::Fault::result_differs, point_text(points[at]), text_of(got, computed.dtype),
         text_of(wanted, computed.dtype));
  }
}

/// False: there was nothing to compare with at a bearable cost.
bool verify_node(Evaluation& evaluation, NodeId node) {
  const Graph& graph = evaluation.graph;
  if (graph.op(node) == Op::assume) {
    if (evaluation.find(node) == nullptr) return false;
    verify::structure(graph.attribute(node, 0), evaluation.dense(node));
    return true;
  }
  if (verify::residual(evaluation, node)) return true;
  if (graph.op(node) != Op::tensor || graph[node].sparse || evaluation.find(node) == nullptr) return true;
  if (missing_flops(evaluation, node) > most_flops) return false;
  compare_samples(evaluation, node, evaluation.dense(node));
  return true;
}

/// An assumption whose value the plan never made by itself is looked up at what it is of.
void complete_assumptions(Evaluation& evaluation, const dsl::Vec<NodeId>& nodes) {
  for (NodeId node : nodes) {
    if (evaluation.graph.op(node) != Op::assume || evaluation.find(node) != nullptr) continue;
    const NodeId of = evaluation.graph.operand(node, 0);
    if (evaluation.find(of) == nullptr && missing_flops(evaluation, node) > most_flops) continue;
    if (evaluation.find(of) == nullptr) reference::compute(evaluation, {&of, 1});
    evaluation.values.emplace(node.at, evaluation.value(of));
  }
}

}  // namespace

void verify_results(const Graph& graph, const std::vector<NodeId>& asked, const Values& given,
                    std::optional<std::uint64_t> seed, Outcome& outcome, std::vector<std::uint32_t>& failed) {
  Evaluation evaluation(graph);
  evaluation.seed = seed;
  evaluation.values = given;
  for (const auto& [node, value] : outcome.kept) evaluation.values.insert_or_assign(node, value);
  for (std::size_t at = 0; at < asked.size(); ++at) evaluation.values.insert_or_assign(asked[at].at, outcome.roots[at]);
  evaluation.results = outcome.decompositions;
  const dsl::Vec<NodeId> nodes = dsl::reachable(graph, std::span<const NodeId>(asked.data(), asked.size()));
  complete_assumptions(evaluation, nodes);
  for (NodeId node : nodes) {
    const bool made = outcome.kept.contains(node.at) || evaluation.results.contains(node.at) ||
                      std::find(asked.begin(), asked.end(), node) != asked.end();
    if (!dsl::is_tensor(graph.op(node)) || graph.op(node) == Op::input) continue;
    if (!made && graph.op(node) != Op::assume) continue;
    failed.assign(1, node.at);
    if (verify_node(evaluation, node)) continue;
    Notice notice{.node = node, .method = "not checked", .rank = {}, .rcond = {}, .entry = {}, .text = {}};
    notice.text = "not checked, too large for the reference: ";
    notice.text += dsl::print_expression(graph, node).view();
    notice.warning = true;
    outcome.notices.push_back(std::move(notice));
  }
  failed.clear();
}

}  // namespace ricci::runtime
