/// Gives every register its place in the arena. Wide registers whose lives do not overlap share a place, so that a long
/// chain stays in cache; a value made outside a loop and used inside lives until the loop ends.
#pragma once

#include "runtime/kernels/fused/program.hpp"

namespace ricci::runtime::fused {

void place_registers(StageProgram& program);

/// Registers that an instruction reads and writes, its side tables included.
struct Operands {
  std::vector<RegisterId> reads;
  std::vector<RegisterId> writes;
};
Operands operands_of(const StageProgram& program, const Instruction& instruction);

/// Whether plain arithmetic alone reads operands where they stand and writes results where they belong, affine along
/// all lanes: a tile takes no memory then, and may be of any length.
bool stands_in_place(const StageProgram& program);

/// Longer tiles where that is so: one operation on a tile takes not much longer than setting it up. Still short enough
/// that three operands of one fit into the second cache.
inline constexpr std::int64_t long_tile = 8;  // times as long as others
void lengthen_tiles(StageProgram& program);

}  // namespace ricci::runtime::fused
