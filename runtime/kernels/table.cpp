/// The kernel table: every way to compute a tensor node, one row each.
#include <array>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/kernels/contraction/masked.hpp"
#include "runtime/kernels/costs.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/linear_algebra.hpp"
#include "runtime/kernels/rates.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "runtime/kernels/run.hpp"
#include "runtime/kernels/scatter/scatter.hpp"
#include "runtime/kernels/sparse/sparse.hpp"
#include "runtime/kernels/sparse_solve.hpp"
#include "runtime/kernels/structural.hpp"

namespace ricci::runtime {
namespace {

bool always(const Graph&, NodeId) { return true; }
bool is_dense_body(const Graph& graph, NodeId node) { return graph.op(node) == dsl::Op::tensor && !graph[node].sparse; }
/// A sparse matrix that can be factored as it is stored is not written out.
bool is_matrix_step(const Graph& graph, NodeId node) {
  return linear_algebra::accepts(graph, node) && !sparse::factors(graph, node);
}
bool is_sparse_product(const Graph& graph, NodeId node) {
  return graph.op(node) == dsl::Op::tensor && sparse::match(graph, node).has_value();
}
bool is_contraction(const Graph& graph, NodeId node) {
  return is_dense_body(graph, node) && contraction::match_contraction(graph, node).has_value();
}
bool is_masked(const Graph& graph, NodeId node) {
  return is_dense_body(graph, node) && contraction::match_masked(graph, node).has_value();
}

void run_fused(Run& run, NodeId node) {
  Tensor out;
  fused::run(*run.programs.find(run.evaluation, node), run.evaluation, out);
  run.put(node, std::move(out));
}

void run_sparse_product(Run& run, NodeId node) {
  Value out;
  sparse::run_sparse_product(run.evaluation, node, out);
  run.put(node, std::move(out));
}

void run_contraction(Run& run, NodeId node) {
  Tensor out;
  if (!contraction::run_contraction(run.evaluation, node, out)) return run_fused(run, node);
  run.put(node, std::move(out));
}

void run_masked(Run& run, NodeId node) {
  Tensor out;
  if (!contraction::run_masked(run.evaluation, node, out)) return run_fused(run, node);
  run.put(node, std::move(out));
}

void run_reference(Run& run, NodeId node) {
  const NodeId nodes[] = {node};
  reference::compute(run.evaluation, nodes);
}

constexpr std::array kernels{
    // the cheapest whose contract holds; where costs are equal, the first
    Kernel{"sparse factors", sparse::factors, sparse::run_factored, costs::of_sparse_factors},
    Kernel{"linear algebra", is_matrix_step, linear_algebra::run, costs::of_linear_algebra},
    Kernel{"structural", structural::accepts, structural::run, costs::of_structural},
    Kernel{"sparse product", is_sparse_product, run_sparse_product, costs::of_sparse_product},
    Kernel{"scatter", scatter::accepts, scatter::run, costs::of_scatter},
    Kernel{"contraction", is_contraction, run_contraction, costs::of_contraction},
    Kernel{"masked product", is_masked, run_masked, costs::of_masked},
    Kernel{"fused", is_dense_body, run_fused, costs::of_fused},
    Kernel{"reference", always, run_reference, costs::of_reference},
};

}  // namespace

std::span<const Kernel> kernel_table() { return kernels; }

namespace {

double expected(const Kernel& kernel, const Graph& graph, NodeId node) {
  return nanoseconds_of(kernel.cost(graph, node, {}), rates());
}

/// What no fused kernel takes less than: mostly it need not be lowered to know that it loses.
double least_expected(const Kernel& kernel, const Graph& graph, NodeId node) {
  return kernel.run == run_fused ? costs::least_fused(graph, node) : 0;
}

}  // namespace

Chosen choose_kernel(const Graph& graph, NodeId node) {
  Chosen out;
  for (const Kernel& kernel : std::span(kernels).first(kernels.size() - 1)) {
    if (!kernel.accepts(graph, node)) continue;
    if (out.kernel == nullptr) {
      out.kernel = &kernel;
      continue;
    }
    if (out.nanoseconds == 0) out.nanoseconds = expected(*out.kernel, graph, node);
    double own = least_expected(kernel, graph, node);
    if (own < out.nanoseconds) own = expected(kernel, graph, node);
    if (own < out.nanoseconds) {
      out = {&kernel, out.kernel, own, out.nanoseconds};
    } else if (out.instead == nullptr || own < out.instead_nanoseconds) {
      out.instead = &kernel;
      out.instead_nanoseconds = own;
    }
  }
  if (out.kernel == nullptr) out.kernel = &kernels.back();
  return out;
}

const Kernel& reference_kernel() { return kernels.back(); }

}  // namespace ricci::runtime
