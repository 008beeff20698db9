#include "runtime/kernels/sparse_solve.hpp"

#include <array>

#include "dsl/graph/shapes.hpp"
#include "runtime/kernels/linear_algebra.hpp"

namespace ricci::runtime::sparse {
namespace {

using dsl::Op;
using linalg::SparseFactor;

Tensor solve(Run& run, NodeId node, const SparseFactor& factor) {
  return factor.solve(run.evaluation.dense(run.graph().operand(node, 1)), run.graph().attribute(node, 0) != 0,
                      dsl::solves_transposed(run.graph(), node));
}

struct Row {
  Op op;
  bool needs_regular;  // a singular matrix is an error
  Tensor (*result)(Run& run, NodeId node, const SparseFactor& factor);
};
constexpr std::array rows{
    Row{Op::solve, true, solve},
    Row{Op::inv, true, [](Run&, NodeId, const SparseFactor& factor) { return factor.inverse(); }},
    Row{Op::det, false, [](Run&, NodeId, const SparseFactor& factor) { return factor.det(); }},
    Row{Op::logdet, false, [](Run&, NodeId, const SparseFactor& factor) { return factor.logdet(); }},
};

const Row* row_of(Op op) {
  for (const Row& row : rows)
    if (row.op == op) return &row;
  return nullptr;
}

}  // namespace

bool factors(const Graph& graph, NodeId node) {
  return linalg::factors_sparse_matrices() && row_of(graph.op(node)) != nullptr && graph[graph.operand(node, 0)].sparse;
}

void run_factored(Run& run, NodeId node) {
  const NodeId matrix = run.graph().operand(node, 0);
  const auto* value = std::get_if<std::shared_ptr<const Csr>>(&run.evaluation.value(matrix));
  if (value == nullptr) return linear_algebra::run(run, node);  // an input that came dense after all
  FactorStore::Kept& kept = run.kept_for(matrix);
  if (!kept.sparse) kept.sparse.emplace(**value);
  const Row& row = *row_of(run.graph().op(node));
  if (row.needs_regular) linear_algebra::note(run, node, kept.sparse->report());
  run.put(node, row.result(run, node, *kept.sparse));
}

}  // namespace ricci::runtime::sparse
