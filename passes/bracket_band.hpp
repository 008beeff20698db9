/// Where a bracket leaves a matrix's elements: (i <= j) nothing below the diagonal, (i - j < 3) two beside it.
#pragma once

#include "passes/properties.hpp"

namespace ricci::passes {

namespace detail {

/// row_factor * row + column_factor * column + offset.
struct OffDiagonal {
  IndexId row, column;
  std::int64_t row_factor = 0, column_factor = 0, offset = 0;
};
/// Adds factor * node; false where it is of another form.
constexpr bool add_linear(const Graph& graph, NodeId node, std::int64_t factor, OffDiagonal& to) {
  constexpr std::int64_t far = std::int64_t{1} << 30;
  const Op op = graph.op(node);
  if (graph.dtype(node) != DType::i64 || factor >= far || factor <= -far) return false;
  if (op == Op::index) {
    const auto own = static_cast<std::uint32_t>(graph.attribute(node, 0));
    if (own != to.row.at && own != to.column.at) return false;
    (own == to.row.at ? to.row_factor : to.column_factor) += factor;
    return true;
  }
  if (op == Op::constant || op == Op::affine) {
    const std::int64_t number = graph.attribute(node, 0);
    if (number >= far || number <= -far) return false;
    to.offset += factor * number;
    for (std::size_t at = 0; op == Op::affine && at < graph.operands(node).size(); ++at) {
      const std::int64_t own = graph.attribute(node, at + 1);
      if (own >= far || own <= -far || graph.op(graph.operand(node, at)) != Op::index) return false;
      if (!add_linear(graph, graph.operand(node, at), factor * own, to)) return false;
    }
    return true;
  }
  if (op != Op::add && op != Op::subtract) return false;
  for (std::size_t at : {0, 1}) {
    const NodeId own = graph.operand(node, at);
    if (graph.op(own) == Op::add || graph.op(own) == Op::subtract) return false;  // fold has made it affine
    if (!add_linear(graph, own, at == 1 && op == Op::subtract ? -factor : factor, to)) return false;
  }
  return true;
}

}  // namespace detail

/// Of the elements where the condition holds: how far they may stand from the diagonal.
constexpr Properties band_of(const Graph& graph, NodeId condition, IndexId row, IndexId column) {
  Properties out;
  const Op op = graph.op(condition);
  if (op != Op::equal && op != Op::less && op != Op::less_equal) return out;
  detail::OffDiagonal form{row, column};
  if (!detail::add_linear(graph, graph.operand(condition, 0), 1, form)) return out;
  if (!detail::add_linear(graph, graph.operand(condition, 1), -1, form)) return out;
  if (form.row_factor + form.column_factor != 0 || (form.row_factor != 1 && form.row_factor != -1)) return out;
  const std::int64_t most = op == Op::less ? -form.offset - 1 : -form.offset;  // of form.row_factor * (row - column)
  const auto clipped = [](std::int64_t width) { return width < 0 ? 0 : width; };
  if (op == Op::equal || form.row_factor == 1) out.below = clipped(form.row_factor == 1 ? most : -most);
  if (op == Op::equal || form.row_factor == -1) out.above = clipped(form.row_factor == 1 ? -most : most);
  return out;
}

}  // namespace ricci::passes
