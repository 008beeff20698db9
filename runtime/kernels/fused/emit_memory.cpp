/// Addresses, loads and stores. An access that is affine along the lanes is a view or a strided copy; one that wraps,
/// pads or jumps between rows is cut in runs that are; short rows and gathered entries go through a tile of offsets,
/// which is hoisted like any other value.
#include <algorithm>

#include "runtime/kernels/fused/emit.hpp"
#include "runtime/kernels/stream.hpp"

namespace ricci::runtime::fused {
namespace {

/// Rows shorter than this are loaded through offsets: a run costs about as much as so many gathered elements.
constexpr std::int64_t shortest_run = 24;

}  // namespace

std::int32_t Emitter::add_address(Address address) {
  program_.addresses.push_back(std::move(address));
  return static_cast<std::int32_t>(program_.addresses.size() - 1);
}

bool Emitter::lane_dependent(const Expr& expr, const Dim& dim) const {
  if (dim.how == Op::gather) return is_wide(resolved(expr.operands[dim.operand]));
  return (dim.affine.vars() & lane_vars_).any();
}

bool Emitter::needs_offsets(const Expr& expr) const {
  bool runs = !lane_stride(kernel_, stage_.lanes, expr.affine);
  for (const Dim& dim : expr.dims) {
    if (!lane_dependent(expr, dim)) continue;
    if (dim.how == Op::gather) return true;
    runs = true;
  }
  return runs && stage_.lanes.size() > 1 && kernel_.extent(stage_.lanes.back()) < shortest_run;
}

/// Where every tile begins with the last lane's first value: after how many lanes the same is loaded again.
std::int64_t Emitter::period_of(const Expr& load) const {
  const std::int64_t period = lane_period(kernel_, stage_.lanes, load.affine);
  const bool maps = std::ranges::any_of(load.dims, [&](const Dim& dim) { return lane_dependent(load, dim); });
  return maps || stage_.reduced || period == 0 || program_.lanes.step % period != 0 ? 0 : period;
}

/// The address with gathered numbers in registers, and how it goes along the lanes.
Address Emitter::address_of(const Expr& expr) {
  Address out;
  if (expr.kind == Kind::load) out.slot = static_cast<std::int32_t>(expr.slot);
  out.affine = expr.affine;
  for (const Dim& dim : expr.dims) {
    MappedDim mapped{dim.how, dim.affine, dim.extent, dim.stride, none};
    if (dim.how == Op::gather) mapped.number = emit(expr.operands[dim.operand]);
    out.runs = out.runs || (dim.how != Op::gather && lane_dependent(expr, dim));
    out.dims.push_back(std::move(mapped));
  }
  const auto stride = lane_stride(kernel_, stage_.lanes, out.affine);
  out.runs = out.runs || !stride;
  out.stride = stride.value_or(0);
  return out;
}

RegisterId Emitter::compute_number(ExprId id) {
  const Expr expr = kernel_[id];
  const RegisterId dst = make_register(DType::i64, is_wide(id));
  Address address = address_of(expr);
  const bool runs = wide(dst) && address.runs;
  put({.step = runs ? Step::offsets : Step::number,
       .wide = wide(dst),
       .dtype = DType::i64,
       .dst = dst,
       .info = add_address(std::move(address))});
  return dst;
}

/// The part of a load's address that differs from lane to lane, as a value of its own.
ExprId Emitter::offsets_of(const Expr& load) {
  Expr out{.kind = Kind::offsets, .dtype = DType::i64};
  for (const Term& term : load.affine.terms)
    if (lane_vars_.test(term.var)) out.affine.add(term.var, term.scale);
  for (const Dim& dim : load.dims) {
    if (!lane_dependent(load, dim)) continue;
    out.dims.push_back(dim);
    if (dim.how != Op::gather) continue;
    out.dims.back().operand = static_cast<std::uint32_t>(out.operands.size());
    out.operands.push_back(resolved(load.operands[dim.operand]));
  }
  return kernel_.add(std::move(out));
}

RegisterId Emitter::compute_offsets(const Expr& expr) {
  Address address = address_of(expr);
  const RegisterId dst = make_register(DType::i64, true);
  put({.step = Step::offsets, .wide = true, .dtype = DType::i64, .dst = dst, .info = add_address(std::move(address))});
  return dst;
}

RegisterId Emitter::compute_load(ExprId id) {
  Expr expr = kernel_[id];
  const bool wide_load = is_wide(id);
  const bool complex = dsl::is_complex(expr.dtype);
  if (const std::int64_t period = period_of(expr); wide_load && period > 1) {
    Address address = address_of(expr);
    address.runs = false;
    address.stride = expr.affine.scale_of(stage_.lanes.back());
    address.period = period;
    const RegisterId dst = make_register(expr.dtype, true);
    put({.step = Step::load, .wide = true, .dtype = expr.dtype, .dst = dst, .info = add_address(std::move(address))});
    return dst;
  }
  if (wide_load && needs_offsets(expr)) {
    const RegisterId offsets = emit(offsets_of(expr));
    Expr base = expr;
    base.affine.terms.clear();
    base.dims.clear();
    for (const Term& term : expr.affine.terms)
      if (!lane_vars_.test(term.var)) base.affine.add(term.var, term.scale);
    for (const Dim& dim : expr.dims)
      if (!lane_dependent(expr, dim)) base.dims.push_back(dim);
    const std::int32_t address = add_address(address_of(base));
    const RegisterId dst = make_register(expr.dtype, true);
    put({.step = Step::gather, .wide = true, .dtype = expr.dtype, .dst = dst, .a = offsets, .info = address});
    return dst;
  }
  Address address = address_of(expr);
  const RegisterId dst = make_register(expr.dtype, wide_load);
  const bool neighbours = !wide_load || (!address.runs && address.stride == 1);
  const bool view = neighbours && !complex;
  program_.registers[static_cast<std::size_t>(dst)].view = view;
  put({.step = view ? Step::view : Step::load,
       .wide = wide_load,
       .dtype = expr.dtype,
       .dst = dst,
       .info = add_address(std::move(address))});
  return dst;
}

/// Where a stage stores one of its roots.
Address Emitter::store_address(std::size_t root) const {
  Address out{.slot = static_cast<std::int32_t>(stage_.slots[root])};
  if (!stage_.root_offsets.empty()) out.affine.offset = stage_.root_offsets[root];
  for (std::size_t axis = 0; axis < stage_.axes.size(); ++axis) out.affine.add(stage_.axes[axis], stage_.strides[axis]);
  const auto stride = lane_stride(kernel_, stage_.lanes, out.affine);
  out.runs = !stride;
  out.stride = stride.value_or(0);
  return out;
}

/// The value's last instruction writes into the tensor itself, where lanes lie side by side.
bool Emitter::store_in_place(const Address& address, RegisterId value) {
  auto& block = program_.blocks[static_cast<std::size_t>(here().block)];
  if (block.empty() || address.runs || address.stride != 1 || dsl::is_complex(dtype(value))) return false;
  const Instruction last = block.back();
  if (last.step != Step::apply || last.dst != value || !last.wide || last.a == value || last.b == value ||
      last.c == value)
    return false;
  program_.registers[static_cast<std::size_t>(value)].view = true;
  block.pop_back();
  put({.step = Step::view, .wide = true, .dtype = dtype(value), .dst = value, .info = add_address(address)});
  put(last);
  return true;
}

/// Whether what is stored is larger than the caches, and lies as it can be streamed.
bool Emitter::streamed(const Address& address) const {
  const Slot& slot = kernel_.slots[static_cast<std::size_t>(address.slot)];
  const std::int64_t bytes = count_of(slot.shape) * static_cast<std::int64_t>(dsl::bytes_of(slot.dtype));
  return !stage_.lanes.empty() && !address.runs && address.stride == 1 && bytes >= streamed_from;
}

/// A result under a guard that no lane changes: each side stores for itself, without a copy between.
bool Emitter::put_guarded_store(ExprId root) {
  const Expr expr = kernel_[root];
  if (expr.kind != Kind::guard || is_wide(expr.operands[0]) || stage_.lanes.empty() || resolved(root) != root)
    return false;
  Branch branch{.condition = emit(expr.operands[0])};
  push_condition(strict_set({expr.operands[1]}));
  mask_with(branch.condition, false);
  put_store(0, emit(expr.operands[1]));
  branch.yes = pop_scope();
  push_condition(strict_set({}));
  put_store(0, constant(expr.dtype, 0));
  branch.no = pop_scope();
  put_branch(branch);
  return true;
}

void Emitter::put_store(std::size_t root, RegisterId value) {
  Address address = store_address(root);
  const bool wide_store = !stage_.lanes.empty();
  const bool stream = streamed(address);
  program_.streams = program_.streams || stream;
  if (!stream && wide_store && stage_.roots.size() == 1 && store_in_place(address, value)) return;
  put({.step = stream ? Step::stream : Step::store,
       .wide = wide_store,
       .dtype = dtype(value),
       .a = wide_store ? widened(value) : value,
       .info = add_address(std::move(address))});
}

}  // namespace ricci::runtime::fused
