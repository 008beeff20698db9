/// Values as text for people: aligned columns, large tensors elided in the middle, shape and type where they matter.
#pragma once

#include <string>

#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime {

struct ShowOptions {
  int precision = 6;        // significant digits
  std::size_t width = 100;  // columns of the screen
};

/// A scalar is one number; a tensor is bracketed rows under a line with its type and extents.
std::string show(const Value& value, const ShowOptions& options = {});

}  // namespace ricci::runtime
