#include "runtime/kernels/instruction_sets.hpp"

namespace ricci::runtime {

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

}  // namespace ricci::runtime
