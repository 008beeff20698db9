/// Lines of dots, eight to a character: the canvas of curves on a terminal, by Braille patterns (U+2800 ...) where it
/// can show them, by . ' : elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ricci::runtime::plot {

/// A position in dots, from the upper left.
struct Dot {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

class DotCanvas {
 public:
  /// `columns` x `rows` characters. Braille has 2 x 4 dots in each, ASCII 1 x 2.
  DotCanvas(std::size_t columns, std::size_t rows, bool braille);

  std::int64_t width() const { return columns_ * across_; }
  std::int64_t height() const { return rows_ * down_; }
  /// The dot for shares 0..1 of the width, and of the height from below.
  Dot dot(double across, double up) const;
  std::size_t column_of(Dot dot) const { return static_cast<std::size_t>(dot.x / across_); }
  std::size_t row_of(Dot dot) const { return static_cast<std::size_t>(dot.y / down_); }

  /// A line of dots of curve number `curve`; the later curve gives a character its colour.
  void line(Dot from, Dot to, std::uint32_t curve);

  /// The character at a cell; empty where no dot is.
  std::string glyph(std::size_t row, std::size_t column) const;
  std::uint32_t curve_at(std::size_t row, std::size_t column) const;
  /// The cells that a curve has touched, in the order in which it did.
  struct Touched {
    std::uint32_t curve = 0;
    std::size_t row = 0;
    std::size_t column = 0;
  };
  const std::vector<Touched>& touched() const { return touched_; }

 private:
  struct Cell {
    std::uint8_t dots = 0;
    std::uint32_t curve = 0;
  };
  void set(std::int64_t x, std::int64_t y, std::uint32_t curve);

  std::int64_t columns_, rows_;
  std::int64_t across_, down_;  // dots in a character
  std::vector<Cell> cells_;
  std::vector<Touched> touched_;
};

}  // namespace ricci::runtime::plot
