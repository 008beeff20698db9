/// Element nodes other than accesses and reductions. Operands are cast to the type that the reference computes in.
#include "runtime/kernels/fused/import.hpp"

#include <algorithm>
#include <bit>

#include "runtime/error.hpp"

namespace ricci::runtime::fused {

VarId Importer::variable_of(std::int64_t index) {
  const auto [at, fresh] = variables_.try_emplace(index, 0U);
  if (fresh) at->second = kernel_.variable(graph_.extent(dsl::IndexId{static_cast<std::uint32_t>(index)}));
  return at->second;
}

ExprId Importer::element(NodeId id) {
  const std::size_t level = memos_.size() - 1;
  if (const auto at = memos_[level].find(id.at); at != memos_[level].end()) return at->second;
  const ExprId out = kernel_.cast(imported(id), graph_.dtype(id));
  memos_[level].emplace(id.at, out);
  return out;
}

ExprId Importer::imported(NodeId id) {
  const Op op = graph_.op(id);
  const DType dtype = graph_.dtype(id);
  if (dsl::is_reduce(op)) return reduction(id);
  switch (op) {
    case Op::constant:
      return kernel_.add(
          {.kind = Kind::constant, .dtype = dtype, .ints = {graph_.attribute(id, 0), graph_.attribute(id, 1)}});
    case Op::access:
    case Op::stored: return access(id);
    case Op::random: return draw(id);
    case Op::quadratic: return distance(id);
    case Op::index:
    case Op::affine:
    case Op::wrap:
    case Op::clamp_to:
    case Op::pad:
    case Op::gather: return entry_number(id);
    case Op::cast: return element(graph_.operand(id, 0));
    case Op::guard:
      return kernel_.guard(element_as(graph_.operand(id, 0), DType::boolean), element_as(graph_.operand(id, 1), dtype));
    case Op::where:
      return kernel_.where(element_as(graph_.operand(id, 0), DType::boolean), element_as(graph_.operand(id, 1), dtype),
                           element_as(graph_.operand(id, 2), dtype));
    default: return elementwise(id);
  }
}

ExprId Importer::elementwise(NodeId id) {
  const Op op = graph_.op(id);
  const DType dtype = graph_.dtype(id);
  const auto operands = graph_.operands(id);
  if (op == Op::abs || op == Op::real || op == Op::imag || op == Op::arg) return part(id);
  if (op == Op::isnan || op == Op::isfinite) {
    const ExprId x = element(operands[0]);
    if (kernel_[x].dtype < DType::f32 && !kernel_[x].may_fail)
      return kernel_.integer(op == Op::isfinite, DType::boolean);
    return kernel_.apply(op, DType::boolean, {x});
  }
  if (op == Op::equal || op == Op::not_equal || op == Op::less || op == Op::less_equal) {
    const DType common = dsl::promote(graph_.dtype(operands[0]), graph_.dtype(operands[1]));
    return kernel_.apply(op, DType::boolean, {element_as(operands[0], common), element_as(operands[1], common)});
  }
  const bool rounds = op == Op::floor || op == Op::ceil || op == Op::round;
  if ((rounds && dtype < DType::f32) || (op == Op::conj && !dsl::is_complex(dtype)))
    return element_as(operands[0], dtype);
  if (op == Op::power) return power(id);
  std::vector<ExprId> own;
  for (NodeId operand : operands) own.push_back(element_as(operand, dtype));
  return kernel_.apply(op, dtype, std::move(own));
}

/// abs, real, imag, arg: from the parts of a complex operand, or of a real one in the node's own type.
ExprId Importer::part(NodeId id) {
  const Op op = graph_.op(id);
  const DType dtype = graph_.dtype(id);
  const NodeId operand = graph_.operand(id, 0);
  const bool whole = dsl::is_complex(graph_.dtype(operand)) && dsl::is_floating(dtype);
  const ExprId x = element_as(operand, whole ? dsl::complex_type(dtype) : dtype);
  const bool known = op == Op::imag && !kernel_[x].may_fail;
  if (whole || (op != Op::real && !known)) return kernel_.apply(op, dtype, {x});
  if (op == Op::real) return x;
  return dtype < DType::f32 ? kernel_.integer(0, dtype) : kernel_.real(0, dtype);
}

/// A square is a product: pow rounds it the same way and takes fifty times as long.
ExprId Importer::power(NodeId id) {
  const DType dtype = graph_.dtype(id);
  const ExprId base = element_as(graph_.operand(id, 0), dtype);
  const NodeId exponent = graph_.operand(id, 1);
  if (graph_.op(exponent) == Op::constant) {
    const std::int64_t bits = graph_.attribute(exponent, 0);
    const bool two =
        graph_.dtype(exponent) < DType::f32
            ? bits == 2
            : std::bit_cast<double>(bits) == 2 && std::bit_cast<double>(graph_.attribute(exponent, 1)) == 0;
    if (two) return kernel_.apply(Op::multiply, dtype, {base, base});
  }
  return kernel_.apply(Op::power, dtype, {base, element_as(exponent, dtype)});
}

/// Integer parameters stay integers (the bounds of `integers` are exact), others become f64; a vector of weights is
/// the slot of a whole tensor.
ExprId Importer::draw(NodeId id) {
  const auto parameters = static_cast<std::size_t>(graph_.attribute(id, 1));
  Expr draw{.kind = Kind::draw, .op = Op::random, .dtype = graph_.dtype(id)};
  const auto ints = graph_.ints(id);
  draw.ints.assign(ints.begin(), ints.end());
  draw.ints.push_back(-1);
  for (std::size_t at = 0; at < graph_.operands(id).size(); ++at) {
    const NodeId operand = graph_.operand(id, at);
    if (dsl::is_tensor(graph_.op(operand))) {
      draw.ints.back() = slot_of(operand);
      continue;
    }
    const ExprId value = element(operand);
    const bool whole = at >= parameters || dsl::is_integer(kernel_[value].dtype);
    draw.operands.push_back(kernel_.cast(value, whole ? DType::i64 : DType::f64));
  }
  return kernel_.add(std::move(draw));
}

Kernel import_kernel(const Graph& graph, NodeId tensor, const Layouts& layouts) {
  Kernel kernel;
  Importer importer(graph, layouts, kernel);
  const auto shape = graph.shape(tensor);
  Slot result{.home = Slot::Home::result, .node = tensor, .dtype = graph.dtype(tensor)};
  result.shape.assign(shape.begin(), shape.end());
  result.strides = row_major_strides(result.shape);
  kernel.slots.push_back(result);
  for (dsl::IndexId index : graph.bound(tensor)) kernel.axes.push_back(importer.variable_of(index.at));
  if (count_of(result.shape) == 0) return kernel;  // nothing to compute: what it is of does not matter
  kernel.root = importer.element_as(graph.operand(tensor, 0), graph.dtype(tensor));
  return kernel;
}

}  // namespace ricci::runtime::fused
