/// What a session is told about how to compute; none of it changes what a program means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ricci::runtime {

struct Options {
  int level = 2;        // 0: by definition; 1: safe canonical passes; 2: all
  bool strict = false;  // refuse every rewrite that can lose accuracy beyond reordering of sums
  bool check = false;   // verify assumed structure, borrowed data, and results against the reference on samples
  std::uint64_t seed = 0;
  std::vector<std::string> passes_off = {};  // names of passes that do not run
};

}  // namespace ricci::runtime
