/// A stage whose roots are reductions over the same indices: their indices run along the lanes, or in chunks, and what
/// is left in the lanes is folded by a tree that depends on the extents alone.
#include <algorithm>

#include "runtime/kernels/fused/emit.hpp"

namespace ricci::runtime::fused {

std::uint32_t Emitter::part_slot(DType type) {
  Slot slot{.home = Slot::Home::temporary, .dtype = type};
  slot.shape = {chunks_, free_points_};
  slot.strides = {free_points_, 1};
  kernel_.slots.push_back(std::move(slot));
  return static_cast<std::uint32_t>(kernel_.slots.size() - 1);
}

void Emitter::put_part(std::uint32_t slot, RegisterId value) {
  Address address{.slot = static_cast<std::int32_t>(slot)};
  if (chunks_ > 1) address.affine.add(chunk_var_, free_points_);
  std::int64_t stride = 1;
  for (std::size_t axis = stage_.axes.size(); axis-- > 0;) {
    address.affine.add(stage_.axes[axis], stride);
    stride *= kernel_.extent(stage_.axes[axis]);
  }
  put_reduced_store(std::move(address), value);
}

/// After a fold only the first `keep` lanes are there: the free indices at the end of the lanes.
void Emitter::put_reduced_store(Address address, RegisterId value) {
  const bool wide_store = stage_.free_lanes > 0;
  const std::vector<VarId> free(stage_.lanes.end() - static_cast<std::ptrdiff_t>(stage_.free_lanes),
                                stage_.lanes.end());
  const auto along = lane_stride(kernel_, free, address.affine);
  address.runs = wide_store && !along;
  address.stride = along.value_or(0);
  put({.step = Step::store,
       .wide = wide_store,
       .dtype = dtype(value),
       .a = wide_store ? widened(value) : value,
       .info = add_address(std::move(address))});
}

void Emitter::store_parts(const Accumulator& part, std::size_t root) {
  const Expr expr = kernel_[part.reduce];
  Combine combine{.op = expr.op,
                  .dtype = dtype(part.value),
                  .chunks = chunks_,
                  .keep = free_points_,
                  .slot = static_cast<std::int32_t>(stage_.slots[root])};
  const bool complex = dsl::is_complex(combine.dtype);
  const DType real = dsl::real_type(combine.dtype);
  RegisterId first = part.value;
  RegisterId second = part.position;
  if (complex) {
    for (Op op : {Op::real, Op::imag}) {
      const RegisterId plane = make_register(real, wide(part.value));
      put({.wide = wide(part.value),
           .dtype = real,
           .dst = plane,
           .a = part.value,
           .op = op,
           .function = tile_table().unary[static_cast<std::size_t>(op)][static_cast<std::size_t>(combine.dtype)]});
      (op == Op::real ? first : second) = plane;
    }
  }
  combine.parts = static_cast<std::int32_t>(part_slot(dtype(first)));
  put_part(static_cast<std::uint32_t>(combine.parts), first);
  if (second != none) {
    combine.second_parts = static_cast<std::int32_t>(part_slot(dtype(second)));
    put_part(static_cast<std::uint32_t>(combine.second_parts), second);
  }
  program_.combines.push_back(combine);
}

void Emitter::fold_and_store(const std::vector<Accumulator>& parts) {
  const bool folds = stage_.free_lanes < stage_.lanes.size();
  for (std::size_t at = 0; at < parts.size(); ++at) {
    Accumulator part = parts[at];
    const RegisterId result = finish(part);
    if (folds && wide(part.value)) {
      put({.step = Step::fold,
           .wide = true,
           .dtype = dtype(part.value),
           .dst = part.value,
           .b = part.position,
           .op = kernel_[part.reduce].op});
    }
    if (chunks_ > 1)
      store_parts(part, at);
    else
      put_reduced_store(store_address(at), result);
  }
}

void Emitter::emit_reduced() {
  const std::vector<VarId> bound = kernel_[stage_.roots[0]].bound;
  const std::size_t reduced_lanes = stage_.lanes.size() - stage_.free_lanes;
  std::vector<Loop> loops;
  Vars tiled;
  for (std::size_t at = 0; at < stage_.lanes.size(); ++at)
    if (at < reduced_lanes) tiled.set(stage_.lanes[at]);
  for (VarId var : bound)
    if (!lane_vars_.test(var)) loops.push_back({.var = var, .count = kernel_.extent(var)});
  if (reduced_lanes > 0) loops.push_back({.over = Loop::Over::tiles, .count = program_.lanes.tiles()});
  if (stage_.chunk > 0 && stage_.chunk < loops[0].count) {
    chunks_ = (loops[0].count + stage_.chunk - 1) / stage_.chunk;
    chunk_var_ = kernel_.variable(chunks_);
    loops[0].chunk = stage_.chunk;
    loops[0].chunk_var = chunk_var_;
  }
  open_levels();
  if (reduced_lanes > 0)
    here().defines |= lane_vars_ & ~tiled;  // free indices at the end of the lanes: the same in every full tile
  program_.folded = reduced_lanes > 0;
  std::vector<std::int64_t> counts;
  for (const Loop& loop : loops) counts.push_back(loop.chunk > 0 ? loop.chunk : loop.count);
  const PushPlan plan = push_plan(counts);
  std::vector<Accumulator> into;
  for (ExprId root : stage_.roots) into.push_back(begin(root, reduced_lanes > 0 || is_wide(root), plan.pushes));
  add_pushes(loops, into, plan);
  for (std::size_t at = 0; at < loops.size(); ++at) {
    Vars defines = tiled;
    if (loops[at].over == Loop::Over::variable) defines.reset(), defines.set(loops[at].var);
    push_scope(defines, at == 0 ? bodies_strict(stage_.roots) : here().strict);
  }
  for (const Accumulator& each : into) accumulate(each, kernel_[each.reduce].operands[0]);
  while (!loops.empty()) {
    close_loop(std::move(loops.back()));
    loops.pop_back();
  }
  fold_and_store(into);
}

}  // namespace ricci::runtime::fused
