/// Functions of two floats that follow one upon the other become one instruction, which keeps what is between them in
/// registers of the machine: a chain of ten operations is one pass over the tile instead of ten. Operations, order and
/// roundings stay what they are, and so do the bits.
#pragma once

#include "runtime/kernels/fused/program.hpp"

namespace ricci::runtime::fused {

/// Of a stage whose registers have no places yet.
void join_chains(StageProgram& program);

}  // namespace ricci::runtime::fused
