/// The loops of tile_ops.inc for x86-64-v4.
#define RICCI_TILE_SET v4
#include "runtime/kernels/fused/tile_ops_set.inc"
