/// A sheet of character cells: what a terminal shows, before it is written out with or without colours.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/display/plot/colour.hpp"

namespace ricci::runtime::plot {

/// What the terminal can show.
enum class Colours : std::uint8_t { none, sixteen, palette, full };  // palette: the 256 of xterm

struct Style {
  std::optional<Colour> ink;
  std::optional<Colour> ground;
  bool faint = false;
  friend bool operator==(const Style&, const Style&) = default;
};

class Sheet {
 public:
  Sheet(std::size_t width, std::size_t height) : width_(width), cells_(width * height) {}

  std::size_t width() const { return width_; }
  std::size_t height() const { return cells_.size() / width_; }
  /// Text, one code point a cell; what lies outside the sheet is cut off.
  void put(std::ptrdiff_t row, std::ptrdiff_t column, std::string_view text, const Style& style = {});
  bool blank(std::size_t row, std::size_t column) const { return cells_[row * width_ + column].glyph.empty(); }
  /// Rows without blanks at their ends, each closed by a newline.
  std::string text(Colours colours) const;

 private:
  struct Cell {
    std::string glyph;  // one code point; empty: a blank
    Style style;
  };
  std::size_t width_;
  std::vector<Cell> cells_;
};

}  // namespace ricci::runtime::plot
