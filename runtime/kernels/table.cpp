/// The kernel table: every way to compute a tensor node, one row each.
#include <array>

#include "runtime/kernels/linear_algebra.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "runtime/kernels/run.hpp"
#include "runtime/kernels/structural.hpp"

namespace ricci::runtime {
namespace {

bool always(const Graph&, NodeId) { return true; }

void run_reference(Run& run, NodeId node) {
  const NodeId nodes[] = {node};
  reference::compute(run.evaluation, nodes);
}

constexpr std::array kernels{
    // the first whose contract holds
    Kernel{"linear algebra", linear_algebra::accepts, linear_algebra::run},
    Kernel{"structural", structural::accepts, structural::run},
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
