/// Loops get the bounds that their brackets give them (bands.hpp).
#include "runtime/kernels/fused/emit.hpp"

namespace ricci::runtime::fused {

/// The bounds of the loop over bound[at], where all reductions of the group stand under one condition.
std::vector<std::int32_t> Emitter::bounds_of(const std::vector<ExprId>& group, const std::vector<VarId>& bound,
                                             std::size_t at) {
  std::vector<std::int32_t> out;
  const auto condition = condition_of(kernel_, stored_, group[0]);
  if (!condition || kernel_.extent(bound[at]) < 2) return out;
  for (ExprId reduce : group)
    if (condition_of(kernel_, stored_, reduce) != condition) return out;
  Vars inner;
  for (std::size_t later = at; later < bound.size(); ++later) inner.set(bound[later]);
  for (const BandSide& side : band_sides(kernel_, stored_, *condition, bound[at], inner))
    out.push_back(add_bound(side, bound[at]));
  return out;
}

std::int32_t Emitter::add_bound(const BandSide& side, VarId var) {
  ExprId coordinate = resolved(side.coordinate);
  const RegisterId other = emit(side.other);
  LoopBound out{.dtype = kernel_[coordinate].dtype, .other = other, .upper = side.upper, .strict = side.strict};
  if (kernel_[coordinate].kind == Kind::apply) coordinate = resolved(kernel_[coordinate].operands[0]);
  Address address;
  if (kernel_[coordinate].kind == Kind::load) address.slot = static_cast<std::int32_t>(kernel_[coordinate].slot);
  address.affine.offset = kernel_[coordinate].affine.offset;
  address.affine.add(var, kernel_[coordinate].affine.scale_of(var));
  out.address = add_address(std::move(address));
  program_.bounds.push_back(out);
  return static_cast<std::int32_t>(program_.bounds.size() - 1);
}

}  // namespace ricci::runtime::fused
