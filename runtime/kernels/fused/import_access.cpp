/// Accesses as addresses: plain affine entries fold into one affine offset, others become Dims or computed numbers.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/import.hpp"

namespace ricci::runtime::fused {
namespace {

struct Range {
  std::int64_t least = 0;
  std::int64_t greatest = 0;
};

/// The values an affine number takes; nothing when a variable has none.
std::optional<Range> range_of(const Kernel& kernel, const Affine& affine) {
  Range out{affine.offset, affine.offset};
  for (const Term& term : affine.terms) {
    const std::int64_t last = kernel.extent(term.var) - 1;
    if (last < 0) return std::nullopt;
    (term.scale < 0 ? out.least : out.greatest) += term.scale * last;
  }
  return out;
}

bool within(const Kernel& kernel, const Affine& affine, std::int64_t extent) {
  const auto range = range_of(kernel, affine);
  return !range || (range->least >= 0 && range->greatest < extent);
}

}  // namespace

std::uint32_t Importer::slot_of(NodeId tensor) {
  const auto [at, fresh] = slots_.try_emplace(tensor.at, static_cast<std::uint32_t>(kernel_.slots.size()));
  if (!fresh) return at->second;
  Slot slot{.node = tensor, .dtype = graph_.dtype(tensor), .sparse = graph_[tensor].sparse};
  const auto shape = graph_.shape(tensor);
  slot.shape.assign(shape.begin(), shape.end());
  const auto known = layouts_.find(tensor.at);
  slot.strides = known == layouts_.end() ? row_major_strides(slot.shape) : known->second;
  kernel_.slots.push_back(std::move(slot));
  return at->second;
}

std::optional<Affine> Importer::affine_of(NodeId entry) {
  Affine out;
  switch (graph_.op(entry)) {
    case Op::constant:
      if (!dsl::is_integer(graph_.dtype(entry))) return std::nullopt;
      out.offset = graph_.attribute(entry, 0);
      return out;
    case Op::index: out.add(variable_of(graph_.attribute(entry, 0)), 1); return out;
    case Op::affine:
      out.offset = graph_.attribute(entry, 0);
      for (std::size_t term = 0; term < graph_.operands(entry).size(); ++term) {
        const auto inner = affine_of(graph_.operand(entry, term));
        if (!inner) return std::nullopt;
        out.add(*inner, graph_.attribute(entry, term + 1));
      }
      return out;
    default: return std::nullopt;
  }
}

/// An entry used as a number: pad and gather are their operand.
ExprId Importer::entry_number(NodeId entry) {
  if (auto affine = affine_of(entry)) return kernel_.number(std::move(*affine));
  if (graph_.op(entry) == Op::affine) {
    ExprId total = kernel_.integer(graph_.attribute(entry, 0));
    for (std::size_t term = 0; term < graph_.operands(entry).size(); ++term) {
      const ExprId scaled = kernel_.apply(
          Op::multiply, DType::i64,
          {kernel_.integer(graph_.attribute(entry, term + 1)), element_as(graph_.operand(entry, term), DType::i64)});
      total = kernel_.apply(Op::add, DType::i64, {total, scaled});
    }
    return total;
  }
  const ExprId inner = element_as(graph_.operand(entry, 0), DType::i64);
  const std::int64_t extent = graph_.attribute(entry, 0);
  if (graph_.op(entry) == Op::wrap) return kernel_.apply(Op::modulo, DType::i64, {inner, kernel_.integer(extent)});
  if (graph_.op(entry) != Op::clamp_to) return inner;
  const ExprId low = kernel_.apply(Op::minimum, DType::i64, {inner, kernel_.integer(extent - 1)});
  return kernel_.apply(Op::maximum, DType::i64, {kernel_.integer(0), low});
}

/// The entry as a number that is known to lie in its axis when it has been computed.
ExprId Importer::checked(NodeId access, std::size_t axis) {
  const NodeId tensor = graph_.operand(access, 0);
  const NodeId entry = graph_.operand(access, axis + 1);
  const ExprId number = element_as(entry, DType::i64);
  std::string name = "a computed tensor";
  if (graph_.op(tensor) == Op::input) name = "`" + std::string(graph_.input_of(tensor).name.view()) + "`";
  return kernel_.add({.kind = Kind::check,
                      .dtype = DType::i64,
                      .operands = {number},
                      .ints = {graph_.shape(tensor)[axis], static_cast<std::int64_t>(axis),
                               static_cast<std::int64_t>(graph_.op(entry) == Op::gather)},
                      .text = std::move(name)});
}

/// True when every padded entry is affine, and no other entry can fail: then the load itself pads.
bool Importer::simple_pads(NodeId access) {
  bool pads = false;
  bool fails = false;
  for (NodeId entry : graph_.operands(access).subspan(1)) {
    const bool pad = graph_.op(entry) == Op::pad;
    pads = pads || pad;
    if (pad && !affine_of(graph_.operand(entry, 0))) return false;
    const Op op = graph_.op(entry);
    const bool bounded = op == Op::wrap || op == Op::clamp_to;
    if (!pad && !affine_of(entry) && !(bounded && affine_of(graph_.operand(entry, 0)))) fails = true;
  }
  return !pads || !fails;
}

ExprId Importer::inside_pads(NodeId access) {
  std::optional<ExprId> all;
  for (NodeId entry : graph_.operands(access).subspan(1)) {
    if (graph_.op(entry) != Op::pad) continue;
    const ExprId at = element_as(entry, DType::i64);
    const std::int64_t extent = graph_.attribute(entry, 0);
    const ExprId low = kernel_.apply(Op::less_equal, DType::boolean, {kernel_.integer(0), at});
    const ExprId high = kernel_.apply(Op::less, DType::boolean, {at, kernel_.integer(extent)});
    const ExprId both = kernel_.apply(Op::logical_and, DType::boolean, {low, high});
    all = all ? kernel_.apply(Op::logical_and, DType::boolean, {*all, both}) : both;
  }
  return *all;
}

ExprId Importer::access(NodeId id) {
  const NodeId tensor = graph_.operand(id, 0);
  const std::uint32_t slot = slot_of(tensor);
  const bool has_pad =
      std::ranges::any_of(graph_.operands(id).subspan(1), [&](NodeId entry) { return graph_.op(entry) == Op::pad; });
  const bool dense = !graph_[tensor].sparse;
  if (has_pad && count_of(kernel_.slots[slot].shape) == 0) {  // every element is outside
    const bool holds = false;
    return kernel_.cast(kernel_.integer(holds, DType::boolean), graph_.dtype(id));
  }
  if (dense && simple_pads(id)) return element_at(id, slot, false);
  const ExprId value = dense ? element_at(id, slot, true) : lookup(id, slot);
  return has_pad ? kernel_.guard(inside_pads(id), value) : value;
}

ExprId Importer::lookup(NodeId id, std::uint32_t slot) {
  return kernel_.add({.kind = Kind::lookup,
                      .op = graph_.op(id),
                      .dtype = graph_.dtype(id),
                      .slot = slot,
                      .operands = {checked(id, 0), checked(id, 1)}});
}

/// With `clamp_pads`, padded entries are taken as checked ones: a guard around the load says where they hold.
ExprId Importer::element_at(NodeId id, std::uint32_t slot, bool clamp_pads) {
  Expr load{.kind = Kind::load, .op = Op::access, .dtype = kernel_.slots[slot].dtype, .slot = slot};
  for (std::size_t axis = 0; axis < kernel_.slots[slot].shape.size(); ++axis) add_entry(load, id, axis, clamp_pads);
  const bool pads = std::ranges::any_of(load.dims, [](const Dim& dim) { return dim.how == Op::pad; });
  const ExprId out = kernel_.add(load);
  if (graph_.op(id) != Op::stored) return out;
  // A dense tensor stores every element it has. What can fail on the way has to be looked at, but not what is there.
  if (!pads && !kernel_[out].may_fail) return kernel_.integer(1, DType::boolean);
  if (!kernel_[out].may_fail) return inside_pads(id);
  const ExprId same = kernel_.apply(Op::equal, DType::boolean, {load.operands[0], load.operands[0]});
  ExprId holds = same;
  for (ExprId operand : load.operands)
    holds = kernel_.apply(Op::logical_and, DType::boolean,
                          {holds, kernel_.apply(Op::equal, DType::boolean, {operand, operand})});
  return holds;
}

void Importer::add_entry(Expr& load, NodeId id, std::size_t axis, bool clamp_pads) {
  const NodeId entry = graph_.operand(id, axis + 1);
  const Slot& slot = kernel_.slots[load.slot];
  const std::int64_t extent = slot.shape[axis];
  const std::int64_t stride = slot.strides[axis];
  const Op op = graph_.op(entry);
  const auto plain = affine_of(entry);
  if (plain && within(kernel_, *plain, extent)) {
    load.affine.add(*plain, stride);
    return;
  }
  const bool mapped = op == Op::wrap || op == Op::clamp_to || (op == Op::pad && !clamp_pads);
  if (mapped && graph_.attribute(entry, 0) <= extent && graph_.attribute(entry, 0) > 0)
    if (auto inner = affine_of(graph_.operand(entry, 0))) {
      if (within(kernel_, *inner, graph_.attribute(entry, 0)))
        load.affine.add(*inner, stride);
      else
        load.dims.push_back({op, std::move(*inner), graph_.attribute(entry, 0), stride, 0});
      return;
    }
  const ExprId number = checked(id, axis);
  load.dims.push_back({Op::gather, {}, extent, stride, static_cast<std::uint32_t>(load.operands.size())});
  load.operands.push_back(number);
}

}  // namespace ricci::runtime::fused
