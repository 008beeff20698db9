/// Which set of the tiles the machine can run.
#include "runtime/kernels/distances/tiles.hpp"

#include "runtime/kernels/distances/tiles_sets.hpp"
#include "runtime/kernels/instruction_sets.hpp"

namespace ricci::runtime::distances {

const Tiles* tiles_of_set(int which) {
  static constexpr const Tiles* all[] = RICCI_ALL_SETS(tiles_f64);
  return of_set(all, which);
}

const Tiles& tiles() {
  static const Tiles& best = *tiles_of_set(0);
  return best;
}

}  // namespace ricci::runtime::distances
