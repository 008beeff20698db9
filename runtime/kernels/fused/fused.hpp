/// The fused kernel: computes one node Op::tensor, an element body over axes, in a few passes over tiles that stay in
/// cache. Elementwise chains, reductions, guards, gathers and random draws alike; no intermediate of the result's size
/// is stored unless it saves more than it costs.
#pragma once

#include <optional>
#include <span>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/fused/program.hpp"

namespace ricci::runtime::fused {

/// The tile program of a tensor node. Depends on the node's body, and on extents, strides and types alone: it can be
/// kept and run on any tensors of the same. Layouts give the strides of the dense tensors the body reads, where they
/// are not row-major. Costs some microseconds a node.
Program lower(const Graph& graph, NodeId tensor, const Layouts& layouts = {});

/// What the program of a node takes on one core, in nanoseconds, without the memory that it moves.
struct Work {
  double elements = 0;  // cheap operations and dispatch
  double calls = 0;     // functions that cost many of these
  double temporary_bytes = 0;
  double stages = 0;
};
Work work_of(const Graph& graph, NodeId tensor);

/// The tensor nodes that the program reads, by slot; invalid where the slot is no value.
std::vector<NodeId> inputs_of(const Program& program);

/// Runs a program on values: by slot, null where the slot is the result or a temporary. `out` is row-major of the
/// node's shape and dtype and none of the values. Throws ricci::error: index, value, interrupted, limit, memory.
void run(const Program& program, std::span<const Value* const> values, std::optional<std::uint64_t> seed, Tensor& out);

/// Runs the program of a node on the evaluation's values; `out` is made if it has no data.
void run(const Program& program, const Evaluation& evaluation, Tensor& out);

/// Whether the evaluation's values lie as the program was made for.
bool fits(const Program& program, const Evaluation& evaluation);

/// Lowers and runs. Every tensor that the body reads has a value; `out` is made if it has no data.
void run_fused(Evaluation& evaluation, NodeId tensor, Tensor& out);

/// The strides of the dense tensors that a tensor node's body reads, as their values have them.
Layouts layouts_of(const Evaluation& evaluation, NodeId tensor);

}  // namespace ricci::runtime::fused
