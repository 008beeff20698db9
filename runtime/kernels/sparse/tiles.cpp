/// Which set of the tiles' loops the machine can run.
#include "runtime/kernels/sparse/tiles.hpp"

#include "runtime/kernels/instruction_sets.hpp"
#include "runtime/kernels/sparse/tiles_sets.hpp"

namespace ricci::runtime::sparse {
namespace {

template <typename T>
struct Sets;  // v4, v3, baseline; best first

#define RICCI_SETS_OF(type, name)                                             \
  template <>                                                                 \
  struct Sets<type> {                                                         \
    static constexpr const Tiles<type>* all[] = RICCI_ALL_SETS(tiles_##name); \
  };
RICCI_SETS_OF(std::uint64_t, u64)
RICCI_SETS_OF(float, f32)
RICCI_SETS_OF(double, f64)
RICCI_SETS_OF(std::complex<float>, c64)
RICCI_SETS_OF(std::complex<double>, c128)
#undef RICCI_SETS_OF

}  // namespace

template <typename T>
const Tiles<T>* tiles_of_set(int which) {
  return of_set(Sets<T>::all, which);
}

template <typename T>
const Tiles<T>& tiles() {
  static const Tiles<T>& best = *tiles_of_set<T>(0);
  return best;
}

#define RICCI_TILES(T)              \
  template const Tiles<T>& tiles(); \
  template const Tiles<T>* tiles_of_set(int);
RICCI_TILES(std::uint64_t)
RICCI_TILES(float)
RICCI_TILES(double)
RICCI_TILES(std::complex<float>)
RICCI_TILES(std::complex<double>)
#undef RICCI_TILES

}  // namespace ricci::runtime::sparse
