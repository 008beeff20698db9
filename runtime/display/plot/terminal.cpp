/// The marks inside the frame: curves, bars and cells, each as characters.
#include "runtime/display/plot/terminal.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/display/plot/braille.hpp"
#include "runtime/display/plot/terminal_frame.hpp"

namespace ricci::runtime::plot {
namespace {

constexpr std::size_t least_width = 24, least_height = 8;
constexpr std::size_t least_columns = 10;
/// More entries than this say less.
constexpr std::size_t most_entries = 8;
/// More single points than this are a cloud, in which each is a dot.
constexpr std::size_t most_alone = 200;

Style in_colour(std::size_t curve) { return {.ink = curve_colour(curve), .ground = {}, .faint = false}; }

/// Without colours curves are told apart by letters along them.
std::string letter(std::size_t curve) { return std::string(1, static_cast<char>('a' + curve % 26)); }

std::vector<LegendEntry> legend_of(const Picture& picture, const Screen& screen) {
  std::vector<LegendEntry> out;
  if (picture.curves.size() < 2) return out;
  const std::size_t shown = picture.curves.size() > most_entries ? most_entries - 1 : picture.curves.size();
  for (std::size_t at = 0; at < shown; ++at) {
    const bool plain = screen.colours == Colours::none;
    out.push_back({plain ? letter(at) : screen.unicode ? "──" : "--", picture.curves[at].label, in_colour(at)});
  }
  if (shown < picture.curves.size())
    out.push_back({"", "and " + std::to_string(picture.curves.size() - shown) + " more", {}});
  return out;
}

FrameSize size_for(const Picture& picture, const Screen& screen) {
  const std::size_t around = 6 + (picture.title.empty() ? 0 : 1) + (picture.notes.empty() ? 0 : 1);
  const std::size_t rows = std::clamp<std::size_t>(screen.height > around ? screen.height - around : 0, 4, 20);
  const std::size_t gutter = TerminalFrame::gutter(picture, rows) + 1;
  return {screen.width > gutter + least_columns ? screen.width - gutter : least_columns, rows, 0};
}

bool is_gap(const std::vector<Point>& points, std::size_t at) {
  return at >= points.size() || std::isnan(points[at].y);
}

/// Draws the lines of a curve; points between two gaps are given back, for they need more than a dot to be seen.
std::vector<Dot> draw_curve(DotCanvas& canvas, const Picture& picture, std::uint32_t at) {
  const std::vector<Point>& points = picture.curves[at].points;
  std::vector<Dot> alone;
  Dot last;
  for (std::size_t own = 0; own < points.size(); ++own) {
    if (is_gap(points, own)) continue;
    const Dot dot = canvas.dot(picture.x.scale.position(points[own].x), picture.y.scale.position(points[own].y));
    const bool begins = own == 0 || is_gap(points, own - 1);
    canvas.line(begins ? dot : last, dot, at);
    if (begins && is_gap(points, own + 1)) alone.push_back(dot);
    last = dot;
  }
  return alone;
}

/// Letters at even distances along each curve, where no other letter stands.
void draw_letters(Sheet& sheet, const DotCanvas& canvas, const TerminalFrame& frame, std::size_t curves) {
  constexpr std::size_t each = 4;
  std::vector<std::vector<DotCanvas::Touched>> cells(curves);
  for (const DotCanvas::Touched& cell : canvas.touched()) cells[cell.curve].push_back(cell);
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  for (std::size_t curve = 0; curve < curves; ++curve) {
    const std::size_t count = cells[curve].size();
    for (std::size_t at = 0; at < std::min(each, count); ++at) {
      const std::size_t share = at * curves + curve % curves;
      std::size_t own = (count * (2 * share + 1)) / (2 * each * curves);
      const auto free = [&](const DotCanvas::Touched& cell) {
        return std::find(taken.begin(), taken.end(), std::pair(cell.row, cell.column)) == taken.end();
      };
      while (own < count && !free(cells[curve][own])) ++own;
      if (own >= count) continue;
      const DotCanvas::Touched& cell = cells[curve][own];
      taken.emplace_back(cell.row, cell.column);
      sheet.put(static_cast<std::ptrdiff_t>(frame.top() + cell.row),
                static_cast<std::ptrdiff_t>(frame.left() + cell.column), letter(curve));
    }
  }
}

void draw_infinities(TerminalFrame& frame, const DotCanvas& canvas, const Picture& picture, const Screen& screen,
                     std::size_t rows) {
  for (std::size_t at = 0; at < picture.curves.size(); ++at)
    for (const Point& point : picture.curves[at].infinite) {
      const bool up = point.y > 0;
      const std::size_t column = canvas.column_of(canvas.dot(picture.x.scale.position(point.x), 0));
      const std::string_view sign = screen.unicode ? (up ? "▲" : "▼") : (up ? "^" : "v");
      frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + (up ? 0 : rows - 1)),
                        static_cast<std::ptrdiff_t>(frame.left() + column), sign, in_colour(at));
    }
}

std::string curves_text(const Picture& picture, const Screen& screen) {
  const FrameSize size = size_for(picture, screen);
  TerminalFrame frame(picture, screen, size, legend_of(picture, screen));
  DotCanvas canvas(size.columns, size.rows, screen.unicode);
  std::vector<Dot> alone;
  for (std::size_t at = 0; at < picture.curves.size(); ++at)
    for (const Dot dot : draw_curve(canvas, picture, static_cast<std::uint32_t>(at))) alone.push_back(dot);
  for (std::size_t row = 0; row < size.rows; ++row)
    for (std::size_t column = 0; column < size.columns; ++column)
      if (const std::string glyph = canvas.glyph(row, column); !glyph.empty())
        frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + row),
                          static_cast<std::ptrdiff_t>(frame.left() + column), glyph,
                          in_colour(canvas.curve_at(row, column)));
  if (alone.size() <= most_alone)
    for (const Dot dot : alone) {
      const std::size_t row = canvas.row_of(dot);
      const std::size_t column = canvas.column_of(dot);
      frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + row),
                        static_cast<std::ptrdiff_t>(frame.left() + column), screen.unicode ? "•" : "*",
                        in_colour(canvas.curve_at(row, column)));
    }
  draw_infinities(frame, canvas, picture, screen, size.rows);
  if (picture.curves.size() > 1 && screen.colours == Colours::none)
    draw_letters(frame.sheet(), canvas, frame, picture.curves.size());
  return frame.text();
}

/// The tallest bar between two positions of the axis.
double height_between(const Picture& picture, double low, double high) {
  double out = 0;
  for (const Bar& bar : picture.bars)
    if (picture.x.scale.position(bar.from) < high && picture.x.scale.position(bar.to) > low)
      out = std::max(out, bar.height);
  return out;
}

std::string bars_text(const Picture& picture, const Screen& screen) {
  const FrameSize size = size_for(picture, screen);
  TerminalFrame frame(picture, screen, size, {});
  constexpr std::array<std::string_view, 9> eighths{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto columns = static_cast<double>(size.columns);
  for (std::size_t column = 0; column < size.columns; ++column) {
    const auto at = static_cast<double>(column);
    const double height = height_between(picture, (at + 0.49) / columns, (at + 0.51) / columns);
    if (height == 0) continue;
    const double all = picture.y.scale.position(height) * static_cast<double>(size.rows * 8);
    const auto filled = static_cast<std::size_t>(std::max(1.0, std::round(all)));  // a single element is seen
    for (std::size_t row = 0; row * 8 < filled && row < size.rows; ++row) {
      const std::size_t part = std::min<std::size_t>(8, filled - row * 8);
      const std::string_view glyph = screen.unicode ? eighths[part] : part >= 5 ? "#" : part >= 1 ? "." : " ";
      frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + size.rows - 1 - row),
                        static_cast<std::ptrdiff_t>(frame.left() + column), glyph, in_colour(0));
    }
  }
  return frame.text();
}

}  // namespace

// terminal_heat.cpp
std::string heat_text(const Picture& picture, const Screen& screen);

std::string terminal_text(const Picture& picture, const Screen& screen) {
  Screen own = screen;
  own.width = std::max(own.width, least_width);
  own.height = std::max(own.height, least_height);
  if (picture.cells) return heat_text(picture, own);
  return picture.bars.empty() ? curves_text(picture, own) : bars_text(picture, own);
}

}  // namespace ricci::runtime::plot
