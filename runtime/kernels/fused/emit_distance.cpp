/// Distances of rows: one row against the rows along the lanes where the loops allow it, else pair by pair.
#include "runtime/kernels/fused/emit.hpp"

namespace ricci::runtime::fused {

RegisterId Emitter::compute_distance(const Expr& expr) {
  const DistancePlace place = distance_place(kernel_, stage_, expr);
  const ExprId still = expr.operands[place.turned ? 1 : 0];
  const ExprId moving = expr.operands[place.turned ? 0 : 1];
  const bool is_wide_value = is_wide(resolved(still)) || is_wide(resolved(moving));
  Distance own{.form = expr.slot, .pairs = !is_wide_value || place.pairs};
  RegisterId row = emit(still), other = none;
  if (own.pairs) {
    other = emit(moving);
    if (is_wide_value) row = widened(row), other = widened(other);
  } else {
    own.turned = place.turned;
    own.blocks = place.blocks;
    own.column = kernel_[moving].affine;
  }
  program_.distances.push_back(own);
  const RegisterId dst = make_register(expr.dtype, is_wide_value);
  program_.registers[static_cast<std::size_t>(dst)].view = !own.pairs;
  put({.step = Step::distance,
       .wide = is_wide_value,
       .dtype = expr.dtype,
       .dst = dst,
       .a = row,
       .b = other,
       .info = static_cast<std::int32_t>(program_.distances.size() - 1)});
  return dst;
}

}  // namespace ricci::runtime::fused
