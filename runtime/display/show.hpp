/// Values as text for people: aligned columns in one format a tensor, large tensors elided in the middle, shape and
/// type where they matter.
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

/// "[3, 4]"; nothing for a scalar.
std::string extents_text(const Extents& shape);

/// "512 B", "1.5 GiB".
std::string bytes_text(double bytes);

}  // namespace ricci::runtime
