/// Which set of inner loops the machine can run, asked once.
#include "runtime/kernels/contraction/loops.hpp"

#include "runtime/kernels/contraction/loops_sets.hpp"

namespace ricci::runtime::contraction {
namespace {

template <typename T>
struct Sets;  // v4, v3, baseline; best first

#if defined(__x86_64__)
#define RICCI_SETS_OF(type, name)                                                                                \
  template <>                                                                                                    \
  struct Sets<type> {                                                                                            \
    static constexpr const Loops<type>* all[] = {&v4::loops_##name, &v3::loops_##name, &baseline::loops_##name}; \
  };
#else
#define RICCI_SETS_OF(type, name)                                          \
  template <>                                                              \
  struct Sets<type> {                                                      \
    static constexpr const Loops<type>* all[] = {&baseline::loops_##name}; \
  };
#endif
RICCI_SETS_OF(std::uint64_t, u64)
RICCI_SETS_OF(std::uint32_t, u32)
RICCI_SETS_OF(float, f32)
RICCI_SETS_OF(double, f64)
RICCI_SETS_OF(std::complex<float>, c64)
RICCI_SETS_OF(std::complex<double>, c128)
#undef RICCI_SETS_OF

}  // namespace

int lacking_sets() {
#if defined(__x86_64__)
  static const int count = [] {
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2");
    const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512cd");
    return v4 ? 0 : v3 ? 1 : 2;
  }();
  return count;
#else
  return 0;
#endif
}

template <typename T>
const Loops<T>* loops_of_set(int which) {
  const int at = which + lacking_sets();
  return at < static_cast<int>(std::size(Sets<T>::all)) ? Sets<T>::all[at] : nullptr;
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
