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

}  // namespace ricci::runtime::fused
