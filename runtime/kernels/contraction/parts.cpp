/// What follows from a contraction alone: which operand reads which index, and what part the index plays by that.
#include <algorithm>

#include "runtime/kernels/contraction/match.hpp"

namespace ricci::runtime::contraction {
namespace {

bool reads(const Place& place, std::uint32_t index) {
  const auto own = [index](const Term& term) { return term.index == index; };
  if (std::ranges::any_of(place.terms, own)) return true;
  return std::ranges::any_of(place.at, [index](const Place& inner) { return reads(inner, index); });
}

}  // namespace

bool reads(const Operand& operand, std::uint32_t index) {
  return std::ranges::any_of(operand.places, [index](const Place& place) { return reads(place, index); });
}

bool stays_within(const Place& place, const Extents& extents, std::int64_t limit) {
  std::int64_t least = place.offset, greatest = place.offset;
  for (const Term& own : place.terms) {
    std::int64_t last = 0;
    std::int64_t& end = own.coefficient < 0 ? least : greatest;
    if (__builtin_mul_overflow(own.coefficient, extents[own.index] - 1, &last)) return false;
    if (__builtin_add_overflow(end, last, &end)) return false;
  }
  return least >= 0 && greatest < limit;
}

std::vector<Part> parts_of(const Contraction& contraction) {
  std::vector<Part> parts;
  for (std::uint32_t index = 0; index < contraction.extents.size(); ++index) {
    const bool left = reads(contraction.operands[0], index);
    const bool right = contraction.operands.size() == 2 && reads(contraction.operands[1], index);
    if (index < contraction.axes)
      parts.push_back(left == right ? Part::batch : left ? Part::row : Part::column);
    else
      parts.push_back(left && right ? Part::summed : left ? Part::sum_left : right ? Part::sum_right : Part::count);
  }
  return parts;
}

}  // namespace ricci::runtime::contraction
