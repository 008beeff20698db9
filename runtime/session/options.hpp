/// What a session is told about how to compute; none of it changes what a program means.
#pragma once

#include <cstdint>

namespace ricci::runtime {

struct Options {
  int level = 2;        // 0: by definition; 1: safe canonical passes; 2: all
  bool strict = false;  // refuse every rewrite that can lose accuracy beyond reordering of sums
  bool check = false;   // verify assumed structure, borrowed data, and results against the reference on samples
  std::uint64_t seed = 0;
};

}  // namespace ricci::runtime
