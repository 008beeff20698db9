/// The tables of tiles that the instruction sets' files define, each in its own namespace. A set that the compiler's
/// target has not is never defined and never asked for.
#pragma once

#include "runtime/kernels/contraction/lanes.hpp"
#include "runtime/kernels/distances/tiles.hpp"

namespace ricci::runtime::distances {
namespace baseline {
extern const Tiles tiles_f64;
}
namespace v3 {
extern const Tiles tiles_f64;
}
namespace v4 {
extern const Tiles tiles_f64;
}
}  // namespace ricci::runtime::distances
