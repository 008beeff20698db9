/// The kernel table: every way to compute a tensor node, one row each.
#include <array>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/kernels/contraction/masked.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/linear_algebra.hpp"
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
    // the first whose contract holds
    Kernel{"sparse factors", sparse::factors, sparse::run_factored},
    Kernel{"linear algebra", linear_algebra::accepts, linear_algebra::run},
    Kernel{"structural", structural::accepts, structural::run},
    Kernel{"sparse product", is_sparse_product, run_sparse_product},
    Kernel{"scatter", scatter::accepts, scatter::run},
    Kernel{"contraction", is_contraction, run_contraction},
    Kernel{"masked product", is_masked, run_masked},
    Kernel{"fused", is_dense_body, run_fused},
    Kernel{"reference", always, run_reference},
};

}  // namespace

const Kernel& kernel_for(const Graph& graph, NodeId node) {
  for (const Kernel& kernel : kernels)
    if (kernel.accepts(graph, node)) return kernel;
  return kernels.back();
}

const Kernel& reference_kernel() { return kernels.back(); }

}  // namespace ricci::runtime
