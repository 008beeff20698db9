/// Letters as strokes, drawn for this library: every printable character of ASCII and the signs that axes need. So text
/// in pictures takes no font, and is smooth at any size.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/display/plot/page.hpp"

namespace ricci::runtime::plot {

/// The strokes of a text whose first letter begins at `at`, on the line that letters stand on. Letters are
/// `letter_width * size` wide; a character without strokes of its own becomes a box.
std::vector<std::vector<Place>> letter_strokes(std::string_view text, Place at, double size);

}  // namespace ricci::runtime::plot
