/// From a tensor node to its program, and from a program and values to the result.
#include "runtime/kernels/fused/fused.hpp"

#include <algorithm>
#include <array>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/chains.hpp"
#include "runtime/kernels/fused/cost.hpp"
#include "runtime/kernels/fused/emit.hpp"
#include "runtime/kernels/fused/fold.hpp"
#include "runtime/kernels/fused/frame.hpp"
#include "runtime/kernels/fused/registers.hpp"
#include "runtime/kernels/stream.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::fused {
namespace {

/// Nanoseconds of work below which a second thread costs more than it saves, and of one task.
constexpr double worth_threads = 20'000;
constexpr double task_nanoseconds = 10'000;
constexpr double draw_task_nanoseconds = 100'000;  // each prepares its distributions anew

std::int64_t grain_of(const StageProgram& stage, std::int64_t steps) {
  const double each = std::max(stage.cost, 1.0);
  const double task = stage.draws.empty() ? task_nanoseconds : draw_task_nanoseconds;
  if (each * static_cast<double>(steps) < worth_threads) return steps;
  const auto grain = std::clamp<std::int64_t>(static_cast<std::int64_t>(task / each), 1, steps);
  const bool blocks = std::ranges::any_of(stage.distances, &Distance::blocks);
  const std::int64_t whole = blocks ? distances::block_rows : 1;  // no task cuts a block of rows
  return (grain + whole - 1) / whole * whole;
}

/// Folded parts become the elements of their slot, in order.
void write_folded(const Program& program, const Combine& combine, const Bound& bound) {
  const auto slot = static_cast<std::size_t>(combine.slot);
  const bool position = combine.op == Op::argmin || combine.op == Op::argmax;
  const auto first = static_cast<std::size_t>(position ? combine.second_parts : combine.parts);
  const std::byte* from = bound.slots[first].base;
  std::byte* to = bound.slots[slot].base;
  const auto bytes = static_cast<std::int64_t>(dsl::bytes_of(program.slots[first].dtype));
  if (!dsl::is_complex(combine.dtype)) {
    std::copy_n(from, combine.keep * bytes, to);
    return;
  }
  const std::byte* imaginary = bound.slots[static_cast<std::size_t>(combine.second_parts)].base;
  for (std::int64_t at = 0; at < combine.keep; ++at) {
    std::copy_n(from + at * bytes, bytes, to + 2 * at * bytes);
    std::copy_n(imaginary + at * bytes, bytes, to + (2 * at + 1) * bytes);
  }
}

void fold_combines(const Program& program, const StageProgram& stage, const Bound& bound) {
  for (const Combine& combine : stage.combines) {
    void* second =
        combine.second_parts == none ? nullptr : bound.slots[static_cast<std::size_t>(combine.second_parts)].base;
    fold_parts(combine.op, combine.dtype, bound.slots[static_cast<std::size_t>(combine.parts)].base, second,
               combine.chunks * combine.keep, combine.keep);
    write_folded(program, combine, bound);
  }
}

void run_stage(const Program& program, const StageProgram& stage, const Bound& bound) {
  std::int64_t steps = 1;
  for (const Level& level : stage.levels) steps *= level.extent;
  const std::int64_t grain = grain_of(stage, steps);
  if (grain >= steps) {
    check_interrupt();
    Frame(stage, program, bound).run_steps(0, steps);
    if (stage.streams) stream_fence();
    return fold_combines(program, stage, bound);
  }
  // A frame for each task: the memory that a thread gives back comes to it again, and stands in its own cache. Frames
  // that are kept between tasks would be given back by the caller, all of them, and come to others the next time.
  parallel_for(steps, grain, [&](std::int64_t begin, std::int64_t end) {
    Frame(stage, program, bound).run_steps(begin, end);
    if (stage.streams) stream_fence();
  });
  fold_combines(program, stage, bound);
}

/// As row_major_strides would give them, without giving them.
bool has_row_major_strides(const Tensor& tensor) {
  std::uint64_t stride = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    if (tensor.strides[axis] != static_cast<std::int64_t>(stride)) return false;
    stride *= static_cast<std::uint64_t>(tensor.shape[axis]);
  }
  return true;
}

void bind_value(const Slot& slot, const Value* value, Bound& bound) {
  if (value == nullptr) fail(dsl::Fault::internal, "a tensor that a fused kernel reads has no value");
  if (const auto* tensor = std::get_if<Tensor>(value)) {
    if (tensor->dtype != slot.dtype || tensor->shape != slot.shape || tensor->strides != slot.strides)
      fail(dsl::Fault::internal, "a tensor is not as the fused kernel was made for");
    bound.slots.push_back({tensor->data.get(), tensor, nullptr});
  } else {
    const Csr& matrix = *std::get<std::shared_ptr<const Csr>>(*value);
    if (!slot.sparse || !matrix.row_starts.contiguous() || !matrix.columns.contiguous() || !matrix.values.contiguous())
      fail(dsl::Fault::internal, "a sparse matrix is not as the fused kernel was made for");
    bound.slots.push_back({nullptr, nullptr, &matrix});
  }
}

}  // namespace

Program lower(const Graph& graph, NodeId tensor, const Layouts& layouts) {
  Kernel kernel = import_kernel(graph, tensor, layouts);
  Program out;
  if (count_of(kernel.slots[0].shape) > 0) {
    for (const Stage& stage : schedule(kernel)) {
      const Estimate costs = estimate(kernel, stage.stored, stage);
      StageProgram program = Emitter(kernel, stage).emit_stage();
      join_chains(program);
      place_registers(program);
      lengthen_tiles(program);
      double steps = 1;
      for (const Level& level : program.levels) steps *= static_cast<double>(level.extent);
      program.cost = costs.nanoseconds / std::max(steps, 1.0);
      out.stages.push_back(std::move(program));
    }
    // Emitting may add variables: every frame holds them all.
    for (StageProgram& stage : out.stages) stage.variables = kernel.extents.size();
  }
  out.slots = std::move(kernel.slots);
  out.forms = std::move(kernel.forms);
  return out;
}

Work work_of(const Graph& graph, NodeId tensor) {
  Kernel kernel = import_kernel(graph, tensor, {});
  Work out;
  if (count_of(kernel.slots[0].shape) == 0) return out;
  for (const Stage& stage : schedule(kernel)) {
    const Estimate costs = estimate(kernel, stage.stored, stage);
    out.elements += costs.nanoseconds - costs.calls - costs.joined;
    out.calls += costs.calls;
    out.stages += 1;
  }
  // Rows of forms are centred and laid side by side first.
  constexpr double prepared_element = 2;
  for (const FormUse& own : kernel.forms)
    out.elements += prepared_element * static_cast<double>(count_of(kernel.slots[own.x].shape) +
                                                           (own.x == own.y ? 0 : count_of(kernel.slots[own.y].shape)));
  for (const Slot& slot : kernel.slots)
    if (slot.home == Slot::Home::temporary)
      out.temporary_bytes += static_cast<double>(count_of(slot.shape)) * static_cast<double>(dsl::bytes_of(slot.dtype));
  return out;
}

std::vector<NodeId> inputs_of(const Program& program) {
  std::vector<NodeId> out;
  for (const Slot& slot : program.slots) out.push_back(slot.home == Slot::Home::value ? slot.node : NodeId{});
  return out;
}

void run(const Program& program, std::span<const Value* const> values, std::optional<std::uint64_t> seed, Tensor& out) {
  const Slot& result = program.slots[0];
  if (out.dtype != result.dtype || out.shape != result.shape || out.strides != result.strides)
    fail(dsl::Fault::internal, "a fused kernel's result is not as its node");
  Bound bound{.slots = {}, .forms = {}, .seed = seed};
  bound.slots.reserve(program.slots.size());
  std::vector<Tensor> temporaries;
  for (std::size_t at = 0; at < program.slots.size(); ++at) {
    const Slot& slot = program.slots[at];
    if (slot.home == Slot::Home::value) {
      bind_value(slot, at < values.size() ? values[at] : nullptr, bound);
      continue;
    }
    if (slot.home == Slot::Home::temporary) temporaries.push_back(Tensor::empty(slot.dtype, slot.shape));
    bound.slots.push_back(
        {slot.home == Slot::Home::result ? out.data.get() : temporaries.back().data.get(), nullptr, nullptr});
  }
  for (const FormUse& own : program.forms)
    bound.forms.emplace_back(own.shape, *bound.slots[own.x].dense, *bound.slots[own.y].dense,
                             own.weights ? bound.slots[*own.weights].dense : nullptr);
  for (const StageProgram& stage : program.stages) run_stage(program, stage, bound);
}

/// Most values are row-major: nothing is said of them.
Layouts layouts_of(const Evaluation& evaluation, NodeId tensor) {
  Layouts out;
  const Graph& graph = evaluation.graph;
  std::vector<char> needed(tensor.at + 1, 0);
  needed[graph.operand(tensor, 0).at] = 1;
  for (std::uint32_t at = tensor.at; at-- > 0;) {  // operands come before their users
    if (needed[at] == 0) continue;
    if (!dsl::is_tensor(graph.op(NodeId{at}))) {
      for (NodeId operand : graph.operands(NodeId{at})) needed[operand.at] = 1;
      continue;
    }
    const Value* value = evaluation.find(NodeId{at});
    const auto* dense = value == nullptr ? nullptr : std::get_if<Tensor>(value);
    if (dense != nullptr && !has_row_major_strides(*dense)) out[at] = dense->strides;
  }
  return out;
}

bool fits(const Program& program, const Evaluation& evaluation) {
  return std::ranges::all_of(program.slots, [&](const Slot& slot) {
    if (slot.home != Slot::Home::value || slot.sparse) return true;
    const Value* value = evaluation.find(slot.node);
    const auto* dense = value == nullptr ? nullptr : std::get_if<Tensor>(value);
    return dense != nullptr && dense->strides == slot.strides;
  });
}

void run(const Program& program, const Evaluation& evaluation, Tensor& out) {
  constexpr std::size_t usual = 16;
  std::array<const Value*, usual> few;
  std::vector<const Value*> many;
  if (program.slots.size() > usual) many.resize(program.slots.size());
  const std::span<const Value*> values(many.empty() ? few.data() : many.data(), program.slots.size());
  for (std::size_t at = 0; at < values.size(); ++at)
    values[at] = program.slots[at].home == Slot::Home::value ? evaluation.find(program.slots[at].node) : nullptr;
  if (out.data == nullptr) out = Tensor::empty(program.slots[0].dtype, program.slots[0].shape);
  run(program, values, evaluation.seed, out);
}

void run_fused(Evaluation& evaluation, NodeId tensor, Tensor& out) {
  run(lower(evaluation.graph, tensor, layouts_of(evaluation, tensor)), evaluation, out);
}

}  // namespace ricci::runtime::fused
