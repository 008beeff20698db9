/// The loops of tile_ops.inc for x86-64-v3.
#define RICCI_TILE_SET v3
#include "runtime/kernels/fused/tile_ops_set.inc"
