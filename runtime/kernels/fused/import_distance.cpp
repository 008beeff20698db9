/// Quadratic forms of rows: which two rows, as numbers that count over all leading axes of their tensors.
#include "dsl/graph/quadratic.hpp"
#include "runtime/kernels/fused/import.hpp"

namespace ricci::runtime::fused {

/// Affine where all entries are, so that neighbours are known as such.
ExprId Importer::row_number(NodeId tensor, std::span<const NodeId> shared, std::span<const NodeId> entries) {
  const auto shape = graph_.shape(tensor);
  Affine affine;
  std::optional<ExprId> other;
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size() - 1; axis-- > 0; stride *= shape[axis]) {
    const NodeId entry = axis < shared.size() ? shared[axis] : entries[axis - shared.size()];
    if (const auto own = affine_of(entry)) {
      affine.add(*own, stride);
      continue;
    }
    const ExprId scaled =
        kernel_.apply(Op::multiply, DType::i64, {kernel_.integer(stride), element_as(entry, DType::i64)});
    other = other ? kernel_.apply(Op::add, DType::i64, {*other, scaled}) : scaled;
  }
  const ExprId plain = kernel_.number(std::move(affine));
  return other ? kernel_.apply(Op::add, DType::i64, {plain, *other}) : plain;
}

ExprId Importer::distance(NodeId id) {
  const dsl::Quadratic own = dsl::quadratic_of(graph_, id);
  const auto shape_x = graph_.shape(own.x), shape_y = graph_.shape(own.y);
  FormUse form;
  form.shape.kind = own.kind;
  form.shape.depth = shape_x.back();
  form.shape.rows_x = form.shape.rows_y = 1;
  for (std::size_t axis = 0; axis + 1 < shape_x.size(); ++axis)
    (axis < own.shared ? form.shape.batches : form.shape.rows_x) *= shape_x[axis];
  for (std::size_t axis = own.shared; axis + 1 < shape_y.size(); ++axis) form.shape.rows_y *= shape_y[axis];
  form.x = slot_of(own.x);
  form.y = slot_of(own.y);
  if (own.weights.valid()) form.weights = slot_of(own.weights);
  const ExprId row = row_number(own.x, own.shared_entries, own.x_entries);
  const ExprId column = row_number(own.y, own.shared_entries, own.y_entries);
  std::size_t at = 0;
  while (at < kernel_.forms.size() && !(kernel_.forms[at] == form)) ++at;
  if (at == kernel_.forms.size()) kernel_.forms.push_back(form);
  return kernel_.add({.kind = Kind::distance,
                      .op = Op::quadratic,
                      .dtype = graph_.dtype(id),
                      .slot = static_cast<std::uint32_t>(at),
                      .operands = {row, column}});
}

}  // namespace ricci::runtime::fused
