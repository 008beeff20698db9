#include "runtime/display/plot/braille.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ricci::runtime::plot {

DotCanvas::DotCanvas(std::size_t columns, std::size_t rows, bool braille)
    : columns_(static_cast<std::int64_t>(columns)),
      rows_(static_cast<std::int64_t>(rows)),
      across_(braille ? 2 : 1),
      down_(braille ? 4 : 2),
      cells_(columns * rows) {}

Dot DotCanvas::dot(double across, double up) const {
  const auto place = [](double share, std::int64_t count) {
    return std::clamp<std::int64_t>(std::llround(share * static_cast<double>(count - 1)), 0, count - 1);
  };
  return {place(across, width()), place(1 - up, height())};
}

void DotCanvas::set(std::int64_t x, std::int64_t y, std::uint32_t curve) {
  // Dots 1-3 and 4-6 of Braille run down the two columns; 7 and 8 were added below them.
  constexpr std::uint8_t braille[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  const std::int64_t row = y / down_;
  const std::int64_t column = x / across_;
  Cell& cell = cells_[static_cast<std::size_t>(row * columns_ + column)];
  const std::uint8_t bit = down_ == 4 ? braille[y % 4][x % 2] : static_cast<std::uint8_t>(1 << (y % 2));
  if (cell.dots == 0 || cell.curve != curve || touched_.empty())
    touched_.push_back({curve, static_cast<std::size_t>(row), static_cast<std::size_t>(column)});
  cell.dots = static_cast<std::uint8_t>(cell.dots | bit);
  cell.curve = curve;
}

void DotCanvas::line(Dot from, Dot to, std::uint32_t curve) {
  const std::int64_t steps = std::max({std::abs(to.x - from.x), std::abs(to.y - from.y), std::int64_t{1}});
  const auto between = [&](std::int64_t a, std::int64_t b, std::int64_t at) {
    return a + static_cast<std::int64_t>(
                   std::llround(static_cast<double>(b - a) * static_cast<double>(at) / static_cast<double>(steps)));
  };
  for (std::int64_t at = 0; at <= steps; ++at) set(between(from.x, to.x, at), between(from.y, to.y, at), curve);
}

std::string DotCanvas::glyph(std::size_t row, std::size_t column) const {
  const std::uint8_t dots = cells_[row * static_cast<std::size_t>(columns_) + column].dots;
  if (dots == 0) return {};
  if (down_ == 2) return dots == 1 ? "'" : dots == 2 ? "." : ":";
  const char bytes[] = {'\xE2', static_cast<char>(0xA0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3F))};
  return {bytes, 3};
}

std::uint32_t DotCanvas::curve_at(std::size_t row, std::size_t column) const {
  return cells_[row * static_cast<std::size_t>(columns_) + column].curve;
}

}  // namespace ricci::runtime::plot
