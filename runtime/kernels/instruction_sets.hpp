/// One binary runs on every machine: hot loops are compiled once for each instruction set, each set's in a namespace of
/// its own (v4: AVX-512, v3: AVX2 and FMA, baseline), and tables of them are chosen by what the machine has.
#pragma once

#include <cstddef>

namespace ricci::runtime {

/// How many of the compiled sets this machine lacks, counted from the best.
int lacking_sets();

/// Of one entry for each compiled set, best first, the `which`-th that this machine can run; null past the end.
template <typename Entry, std::size_t N>
Entry of_set(const Entry (&all)[N], int which) {
  const int at = which + lacking_sets();
  return at < static_cast<int>(N) ? all[at] : nullptr;
}

}  // namespace ricci::runtime

/// The addresses of what the sets call `name`, best first. A set that the compiler's target has not is never named.
#if defined(__x86_64__)
#define RICCI_ALL_SETS(name) \
  { &v4::name, &v3::name, &baseline::name }
#else
#define RICCI_ALL_SETS(name) \
  { &baseline::name }
#endif
