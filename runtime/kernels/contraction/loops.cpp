/// Which set of inner loops the machine can run, asked once.
#include "runtime/kernels/contraction/loops.hpp"

#include <iterator>

#include "runtime/kernels/contraction/loops_sets.hpp"
#include "runtime/kernels/instruction_sets.hpp"

namespace ricci::runtime::contraction {
namespace {

template <typename T>
struct Sets;  // v4, v3, baseline; best first

#define RICCI_SETS_OF(type, name)                                             \
  template <>                                                                 \
  struct Sets<type> {                                                         \
    static constexpr const Loops<type>* all[] = RICCI_ALL_SETS(loops_##name); \
  };
RICCI_SETS_OF(std::uint64_t, u64)
RICCI_SETS_OF(std::uint32_t, u32)
RICCI_SETS_OF(float, f32)
RICCI_SETS_OF(double, f64)
RICCI_SETS_OF(std::complex<float>, c64)
RICCI_SETS_OF(std::complex<double>, c128)
#undef RICCI_SETS_OF

}  // namespace

template <typename T>
const Loops<T>* loops_of_set(int which) {
  return of_set(Sets<T>::all, which);
}

template <typename T>
const Loops<T>& loops() {
  static const Loops<T>& best = *loops_of_set<T>(0);
  return best;
}

bool has_wide_vectors() { return std::size(Sets<double>::all) > 1 && lacking_sets() == 0; }

#define RICCI_LOOPS(T)              \
  template const Loops<T>& loops(); \
  template const Loops<T>* loops_of_set(int);
RICCI_LOOPS(std::uint64_t)
RICCI_LOOPS(std::uint32_t)
RICCI_LOOPS(float)
RICCI_LOOPS(double)
RICCI_LOOPS(std::complex<float>)
RICCI_LOOPS(std::complex<double>)
#undef RICCI_LOOPS

}  // namespace ricci::runtime::contraction
