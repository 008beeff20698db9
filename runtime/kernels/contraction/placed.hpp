/// An operand as memory: an address for every point of the indices, base + strides, plus jumps where an entry is no
/// linear function of its indices. What the kernels loop over; entries and graphs end here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/evaluation.hpp"
#include "runtime/kernels/contraction/match.hpp"

namespace ricci::runtime::contraction {

/// Offsets (in elements) that depend on some indices together: one for each point of their ranges, row-major.
struct Jump {
  std::vector<std::uint32_t> indices;  // ascending
  Extents extents;
  std::vector<std::int64_t> offsets;
};

struct Placed {
  Tensor values;          // of the contraction's type; keeps the memory
  std::int64_t base = 0;  // of the point (0,0,...), jumps apart
  Extents strides;        // one for each index of the contraction
  std::vector<Jump> jumps;
  bool conjugated = false;

  bool jumps_along(std::uint32_t index) const;
  bool moves_along(std::uint32_t index) const { return strides[index] != 0 || jumps_along(index); }
};

/// Range-checks gathered entries (throws the fault gather_outside) and converts the elements where types differ.
/// No extent of the contraction may be 0.
Placed place_operand(const Evaluation& evaluation, const Contraction& contraction, const Operand& operand);

/// The operand's elements alone, summed over `summed`, in a fresh tensor with the axes `kept` in this order; `like`
/// then reads it: without jumps, and with strides along `kept` only.
Placed gathered(const Contraction& contraction, const Placed& like, const std::vector<std::uint32_t>& kept,
                const std::vector<std::uint32_t>& summed);

}  // namespace ricci::runtime::contraction
