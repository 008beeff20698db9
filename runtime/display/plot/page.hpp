/// A picture laid out on a page: shapes at their places, in units of which a screen of ordinary density has one to a
/// pixel. SVG and PNG paint the same page. Letters are all `letter_width` of their size wide, so that what does not
/// touch here does not touch in any font of that kind.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/display/plot/colour.hpp"
#include "runtime/display/plot/picture.hpp"

namespace ricci::runtime::plot {

/// What a shape is painted with: a role, whose colour depends on the ground, or a colour.
enum class Role : std::uint8_t { text, axis, grid, colour };
struct Ink {
  Role role = Role::text;
  Colour colour = {};
};

struct Place {
  double x = 0;
  double y = 0;  // from the top
};

struct Stroke {
  std::vector<Place> places;  // one alone: a dot
  Ink ink;
  double width = 1;
  int dash = 0;  // 0: none; others: lengths of strokes and gaps in steps of 3
};
struct Box {
  Place corner;  // upper left
  double width = 0;
  double height = 0;
  Ink ink;
};
struct Area {  // closed
  std::vector<Place> places;
  Ink ink;
};
enum class Anchor : std::uint8_t { start, middle, end };
struct Words {
  std::string text;
  Place at;  // of the anchor, on the line that letters stand on
  double size = 13;
  Anchor anchor = Anchor::start;
  Ink ink;
};
struct Mosaic {
  Place corner;
  double width = 0;
  double height = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::optional<Colour>> colours;  // row-major
};
using Shape = std::variant<Stroke, Box, Area, Words, Mosaic>;

struct Page {
  double width = 0;
  double height = 0;
  std::string title;
  std::vector<Shape> shapes;  // later ones over earlier ones
};

inline constexpr double letter_width = 0.6;

/// A matrix is shown in at most `most_cells` cells along each axis.
Page page_of(const Picture& picture, std::int64_t most_cells);

}  // namespace ricci::runtime::plot
