#include "runtime/kernels/structural.hpp"

#include <array>
#include <cstring>

namespace ricci::runtime::structural {
namespace {

using dsl::Op;

Extents shape_of(const Graph& graph, NodeId node) {
  const auto shape = graph.shape(node);
  return Extents(shape.begin(), shape.end());
}

/// Shares the elements where they already stand row-major.
void reshape(Run& run, NodeId node) {
  Tensor out = contiguous_copy_if_needed(run.evaluation.dense(run.graph().operand(node, 0)));
  out.shape = shape_of(run.graph(), node);
  out.strides = row_major_strides(out.shape);
  run.put(node, std::move(out));
}

void concat(Run& run, NodeId node) {
  const Graph& graph = run.graph();
  Tensor out = Tensor::empty(graph.dtype(node), shape_of(graph, node));
  const auto axis = static_cast<std::size_t>(graph.attribute(node, 0));
  const std::size_t element = dsl::bytes_of(out.dtype);
  std::int64_t outer = 1;
  for (std::size_t at = 0; at < axis; ++at) outer *= out.shape[at];
  const std::int64_t row = outer == 0 ? 0 : out.count() / outer;
  std::int64_t done = 0;
  for (NodeId operand : graph.operands(node)) {
    const Tensor part = contiguous_copy_if_needed(run.evaluation.dense(operand));
    const std::int64_t own = outer == 0 ? 0 : part.count() / outer;
    for (std::int64_t at = 0; at < outer && own > 0; ++at)
      std::memcpy(out.data.get() + static_cast<std::size_t>(at * row + done) * element,
                  part.data.get() + static_cast<std::size_t>(at * own) * element,
                  static_cast<std::size_t>(own) * element);
    done += own;
  }
  run.put(node, std::move(out));
}

void part(Run& run, NodeId node) {
  const NodeId whole = run.graph().operand(node, 0);
  run.put(node, run.evaluation.results.at(whole.at)[static_cast<std::size_t>(run.graph().attribute(node, 0))]);
}

void same(Run& run, NodeId node) { run.put(node, run.evaluation.value(run.graph().operand(node, 0))); }

void to_sparse(Run& run, NodeId node) {
  run.put(node, std::make_shared<const Csr>(csr_from_dense(run.evaluation.dense(run.graph().operand(node, 0)))));
}
void to_dense(Run& run, NodeId node) {
  run.put(node, dense_from_csr(run.evaluation.sparse(run.graph().operand(node, 0))));
}

struct Row {
  Op op;
  void (*run)(Run& run, NodeId node);
};
constexpr std::array rows{Row{Op::reshape, reshape}, Row{Op::concat, concat},       Row{Op::part, part},
                          Row{Op::assume, same},     Row{Op::to_sparse, to_sparse}, Row{Op::to_dense, to_dense}};

const Row* row_of(Op op) {
  for (const Row& row : rows)
    if (row.op == op) return &row;
  return nullptr;
}

}  // namespace

bool accepts(const Graph& graph, NodeId node) { return row_of(graph.op(node)) != nullptr; }
void run(Run& run, NodeId node) { row_of(run.graph().op(node))->run(run, node); }

}  // namespace ricci::runtime::structural
