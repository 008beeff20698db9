/// A picture on a terminal: curves in Braille dots, bars in eighths of blocks, heat in half blocks; in plain ASCII and
/// without colours where the terminal has no more.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/display/plot/picture.hpp"
#include "runtime/display/plot/sheet.hpp"

namespace ricci::runtime::plot {

struct Screen {
  std::size_t width = 80;
  std::size_t height = 24;  // rows; a picture takes at most these
  Colours colours = Colours::none;
  bool unicode = true;
};

/// Lines of at most `width` columns, each closed by a newline. Screens of less than 24 x 8 are taken for those.
std::string terminal_text(const Picture& picture, const Screen& screen);

}  // namespace ricci::runtime::plot
