/// Which set of the tiles the machine can run.
#include "runtime/kernels/distances/tiles.hpp"

#include <iterator>

#include "runtime/kernels/distances/tiles_sets.hpp"

namespace ricci::runtime::distances {

const Tiles* tiles_of_set(int which) {
#if defined(__x86_64__)
  static constexpr const Tiles* all[] = {&v4::tiles_f64, &v3::tiles_f64, &baseline::tiles_f64};
#else
  static constexpr const Tiles* all[] = {&baseline::tiles_f64};
#endif
  const int at = which + contraction::lacking_sets();
  return at < static_cast<int>(std::size(all)) ? all[at] : nullptr;
}

const Tiles& tiles() {
  static const Tiles& best = *tiles_of_set(0);
  return best;
}

}  // namespace ricci::runtime::distances
