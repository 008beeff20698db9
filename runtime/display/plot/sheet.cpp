#include "runtime/display/plot/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dsl/source/utf8.hpp"

namespace ricci::runtime::plot {
namespace {

int distance(Colour a, Colour b) {
  const int red = a.red - b.red;
  const int green = a.green - b.green;
  const int blue = a.blue - b.blue;
  return red * red + green * green + blue * blue;
}

/// The nearest of xterm's 256 colours: the cube of 6 x 6 x 6, or one of the 24 greys.
int in_palette(Colour colour) {
  constexpr int levels[] = {0, 95, 135, 175, 215, 255};
  const auto nearest = [&](int x) {
    int best = 0;
    for (int at = 1; at < 6; ++at)
      if (std::abs(levels[at] - x) < std::abs(levels[best] - x)) best = at;
    return best;
  };
  const int red = nearest(colour.red);
  const int green = nearest(colour.green);
  const int blue = nearest(colour.blue);
  const auto byte = [](int x) { return static_cast<std::uint8_t>(x); };
  const int mean = (colour.red + colour.green + colour.blue) / 3;
  const int grey = std::clamp((mean - 8 + 5) / 10, 0, 23);
  const Colour as_grey{byte(8 + 10 * grey), byte(8 + 10 * grey), byte(8 + 10 * grey)};
  const Colour as_cube{byte(levels[red]), byte(levels[green]), byte(levels[blue])};
  return distance(as_grey, colour) < distance(as_cube, colour) ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

/// The curves' colours among the eight that every colour terminal has, in the order of the curves.
int among_sixteen(Colour colour) {
  constexpr int own[curve_colours] = {34, 31, 32, 35, 33, 36};
  for (std::size_t at = 0; at < curve_colours; ++at)
    if (curve_colour(at) == colour) return own[at];
  return 39;
}

std::string code_for(Colour colour, bool ground, Colours colours) {
  if (colours == Colours::sixteen) return std::to_string(among_sixteen(colour) + (ground ? 10 : 0));
  const std::string head = ground ? "48;" : "38;";
  if (colours == Colours::palette) return head + "5;" + std::to_string(in_palette(colour));
  return head + "2;" + std::to_string(colour.red) + ";" + std::to_string(colour.green) + ";" +
         std::to_string(colour.blue);
}

std::string escape(const Style& style, Colours colours) {
  std::string out = "\x1B[0";
  if (style.faint) out += ";2";
  if (style.ink) out += ";" + code_for(*style.ink, false, colours);
  if (style.ground) out += ";" + code_for(*style.ground, true, colours);
  return out + "m";
}

}  // namespace

void Sheet::put(std::ptrdiff_t row, std::ptrdiff_t column, std::string_view text, const Style& style) {
  if (row < 0 || row >= static_cast<std::ptrdiff_t>(height())) return;
  for (std::size_t at = 0; at < text.size(); ++column) {
    const dsl::CodePoint letter = dsl::decode(text, at);
    const bool shown = letter.length > 0 && letter.value >= 0x20 && (letter.value < 0x7F || letter.value >= 0xA0);
    const std::string_view glyph = shown ? text.substr(at, letter.length) : "?";  // nothing moves the cursor
    at += std::max<std::size_t>(1, letter.length);
    if (column < 0 || column >= static_cast<std::ptrdiff_t>(width_)) continue;
    Cell& cell = cells_[static_cast<std::size_t>(row) * width_ + static_cast<std::size_t>(column)];
    cell = {glyph == " " && !style.ground ? std::string() : std::string(glyph), style};
  }
}

std::string Sheet::text(Colours colours) const {
  std::string out;
  for (std::size_t row = 0; row < height(); ++row) {
    const Cell* first = &cells_[row * width_];
    std::size_t length = width_;
    while (length > 0 && first[length - 1].glyph.empty()) --length;
    Style now;
    for (std::size_t column = 0; column < length; ++column) {
      const bool blank = first[column].glyph.empty();
      const Style style = !blank ? first[column].style : now.ground ? Style{} : now;
      if (colours != Colours::none && !(style == now)) out += style == Style{} ? "\x1B[0m" : escape(style, colours);
      now = style;
      out += blank ? " " : first[column].glyph;
    }
    if (colours != Colours::none && !(now == Style{})) out += "\x1B[0m";
    out += '\n';
  }
  return out;
}

}  // namespace ricci::runtime::plot
