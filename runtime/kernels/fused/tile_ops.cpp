/// The loops of tile_ops.inc for the machine that everything else is compiled for.
#define RICCI_TILE_SET baseline
#include "runtime/kernels/fused/tile_ops_set.inc"
