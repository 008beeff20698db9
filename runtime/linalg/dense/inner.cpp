/// Which set of inner loops the machine can run, asked once.
#include "runtime/linalg/dense/inner.hpp"

#include "runtime/kernels/instruction_sets.hpp"
#include "runtime/linalg/dense/inner_sets.hpp"

namespace ricci::runtime::linalg::dense {
namespace {

template <typename T>
struct Sets;  // v4, v3, baseline; best first

#define RICCI_SETS_OF(type, name)                                             \
  template <>                                                                 \
  struct Sets<type> {                                                         \
    static constexpr const Inner<type>* all[] = RICCI_ALL_SETS(inner_##name); \
  };
RICCI_SETS_OF(float, f32)
RICCI_SETS_OF(double, f64)
RICCI_SETS_OF(std::complex<float>, c64)
RICCI_SETS_OF(std::complex<double>, c128)
#undef RICCI_SETS_OF

}  // namespace

template <typename T>
const Inner<T>* inner_of_set(int which) {
  return of_set(Sets<T>::all, which);
}

template <typename T>
const Inner<T>& inner() {
  static const Inner<T>& best = *inner_of_set<T>(0);
  return best;
}

#define RICCI_INNER(T)              \
  template const Inner<T>& inner(); \
  template const Inner<T>* inner_of_set(int);
RICCI_INNER(float)
RICCI_INNER(double)
RICCI_INNER(std::complex<float>)
RICCI_INNER(std::complex<double>)
#undef RICCI_INNER

}  // namespace ricci::runtime::linalg::dense
