/// What lanes.inc, included once for each instruction set, needs to see; and the sets that the machine has.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ricci::runtime::contraction {

/// How many of the compiled sets (v4, v3, what every machine has) this machine lacks, best first.
int lacking_sets();

}  // namespace ricci::runtime::contraction
