/// A picture as SVG: one file without references, readable on light and on dark ground.
#pragma once

#include <string>

#include "runtime/display/plot/picture.hpp"

namespace ricci::runtime::plot {

std::string svg_text(const Picture& picture);

}  // namespace ricci::runtime::plot
