/// A picture as PNG, painted with smooth edges at two pixels to the unit, for print and for dense screens.
#pragma once

#include <string>

#include "runtime/display/plot/picture.hpp"

namespace ricci::runtime::plot {

/// False where ricci was built without libpng.
bool png_available();

std::string png_bytes(const Picture& picture);

}  // namespace ricci::runtime::plot
