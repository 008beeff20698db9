/// A matrix on a terminal: two cells to a character, the upper in the ink of a half block and the lower in its ground;
/// without colours shades of one mean each. A bar beside it says which colour is which number.
#include <algorithm>
#include <cmath>

#include "runtime/display/plot/terminal_frame.hpp"

namespace ricci::runtime::plot {
namespace {

/// Rows of the screen that a matrix takes at most, and the cells to which small ones are enlarged.
constexpr std::size_t most_rows = 30;
constexpr std::int64_t largest_cell = 6;
constexpr std::int64_t least_rows = 8, least_columns = 16;  // in half rows and columns: thinner matrices are stretched

/// How the matrix meets the screen: first it is averaged to rows x columns, then each cell is repeated.
struct Fit {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t high = 1;  // half rows to a cell
  std::int64_t wide = 1;
};

Fit fit(const Cells& cells, std::int64_t room_rows, std::int64_t room_columns) {
  const auto shares = [](std::int64_t count, std::int64_t room) {
    return static_cast<double>(std::max<std::int64_t>(count, 1)) / static_cast<double>(room);
  };
  const double shrink = std::max({shares(cells.rows, room_rows), shares(cells.columns, room_columns), 1.0});
  const auto fitted = [&](std::int64_t count, std::int64_t least, std::int64_t room) {
    const auto shrunk = static_cast<std::int64_t>(std::ceil(static_cast<double>(count) / shrink));
    return std::clamp(std::max(shrunk, std::min(count, least)), std::int64_t{1}, room);
  };
  Fit out{.rows = fitted(cells.rows, least_rows, room_rows),
          .columns = fitted(cells.columns, least_columns, room_columns)};
  const std::int64_t enlarge =
      std::clamp(std::min(room_rows / out.rows, room_columns / out.columns), std::int64_t{1}, largest_cell);
  const auto stretched = [&](std::int64_t count, std::int64_t least, std::int64_t room) {
    const std::int64_t wanted = std::max(enlarge, (least + count - 1) / count);
    return std::clamp(wanted, std::int64_t{1}, std::max<std::int64_t>(1, room / count));
  };
  out.high = stretched(out.rows, least_rows, room_rows);
  out.wide = stretched(out.columns, least_columns, room_columns);
  return out;
}

/// The cells as the screen has them: one number for each half row and column, NaN where there is none.
class Grid {
 public:
  Grid(const Cells& all, const Fit& own) : cells_(coarser(all, own.rows, own.columns)), fit_(own) {}

  double at(std::int64_t half_row, std::int64_t column) const {
    const std::int64_t row = half_row / fit_.high;
    if (row >= cells_.rows || column / fit_.wide >= cells_.columns) return std::nan("");
    return cells_.values[static_cast<std::size_t>(row * cells_.columns + column / fit_.wide)];
  }
  std::optional<Colour> colour(std::int64_t half_row, std::int64_t column) const {
    const double x = at(half_row, column);
    if (std::isnan(x)) return std::nullopt;
    return heat_colour(cells_.colours.position(x));
  }

 private:
  Cells cells_;
  Fit fit_;
};

/// Two cells in one character.
void put_halves(Sheet& sheet, std::size_t row, std::size_t column, std::optional<Colour> upper,
                std::optional<Colour> lower) {
  const auto down = static_cast<std::ptrdiff_t>(row);
  const auto across = static_cast<std::ptrdiff_t>(column);
  if (upper)
    sheet.put(down, across, "▀", {.ink = upper, .ground = lower, .faint = false});
  else if (lower)
    sheet.put(down, across, "▄", {.ink = lower, .ground = {}, .faint = false});
}

std::string_view shade(double share, bool unicode) {
  constexpr std::string_view drawn[] = {" ", "░", "▒", "▓", "█"};
  constexpr std::string_view typed[] = {" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"};
  const auto level = [&](std::size_t count) {
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(count);
    return std::min(count - 1, static_cast<std::size_t>(at));
  };
  return unicode ? drawn[level(std::size(drawn))] : typed[level(std::size(typed))];
}

class HeatDrawer {
 public:
  HeatDrawer(const Picture& picture, const Screen& screen)
      : picture_(picture), screen_(screen), coloured_(screen.colours >= Colours::palette && screen.unicode) {}

  std::string text() {
    const std::size_t around = 6 + (picture_.notes.empty() ? 0 : 1);
    const std::size_t rows =
        std::clamp<std::size_t>(screen_.height > around ? screen_.height - around : 0, 4, most_rows);
    const Ticks bar = vertical_ticks(picture_.cells->colours, rows);
    std::size_t right = 5;
    for (const Tick& tick : bar.at) right = std::max(right, 5 + letters(tick.label));
    right = std::max(right, 3 + letters(bar.unit));
    const std::size_t taken = TerminalFrame::gutter(picture_, rows) + right;
    const std::size_t columns = screen_.width > taken + 8 ? screen_.width - taken : 8;
    const Fit own = fit(*picture_.cells, static_cast<std::int64_t>(2 * rows), static_cast<std::int64_t>(columns));
    const auto own_rows = static_cast<std::size_t>((own.rows * own.high + 1) / 2);
    const FrameSize size{static_cast<std::size_t>(own.columns * own.wide), own_rows, right};
    TerminalFrame frame(picture_, screen_, size, {});
    if (!picture_.cells->values.empty()) draw_cells(frame, Grid(*picture_.cells, own), size);
    draw_bar(frame, size);
    return frame.text();
  }

 private:
  void draw_cells(TerminalFrame& frame, const Grid& grid, const FrameSize& size) {
    for (std::size_t row = 0; row < size.rows; ++row)
      for (std::size_t column = 0; column < size.columns; ++column) {
        const auto half = static_cast<std::int64_t>(2 * row);
        const auto across = static_cast<std::int64_t>(column);
        const std::size_t left = frame.left() + column;
        if (coloured_) {
          put_halves(frame.sheet(), frame.top() + row, left, grid.colour(half, across), grid.colour(half + 1, across));
          continue;
        }
        const double upper = grid.at(half, across);
        const double lower = grid.at(half + 1, across);
        const double mean = std::isnan(upper) ? lower : std::isnan(lower) ? upper : upper / 2 + lower / 2;
        const std::string_view glyph =
            std::isnan(mean) ? "?" : shade(picture_.cells->colours.position(mean), screen_.unicode);
        frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + row), static_cast<std::ptrdiff_t>(left), glyph);
      }
  }

  void draw_bar(TerminalFrame& frame, const FrameSize& size) {
    const std::size_t left = frame.left() + size.columns + 2;
    const auto share = [&](std::size_t half) {
      return 1 - (static_cast<double>(half) + 0.5) / static_cast<double>(2 * size.rows);
    };
    for (std::size_t row = 0; row < size.rows; ++row)
      for (std::size_t column = left; column < left + 2; ++column)
        if (coloured_)
          put_halves(frame.sheet(), frame.top() + row, column, heat_colour(share(2 * row)),
                     heat_colour(share(2 * row + 1)));
        else
          frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + row), static_cast<std::ptrdiff_t>(column),
                            shade((share(2 * row) + share(2 * row + 1)) / 2, screen_.unicode));
    const Ticks ticks = vertical_ticks(picture_.cells->colours, size.rows);
    for (const Tick& tick : ticks.at)
      frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + row_for(tick.position, size.rows)),
                        static_cast<std::ptrdiff_t>(left + 3), tick.label);
    const std::string unit = !screen_.unicode && ticks.unit.starts_with("×") ? "x" + ticks.unit.substr(2) : ticks.unit;
    frame.sheet().put(static_cast<std::ptrdiff_t>(frame.top() + size.rows), static_cast<std::ptrdiff_t>(left), unit);
  }

  const Picture& picture_;
  const Screen& screen_;
  bool coloured_;
};

}  // namespace

std::string heat_text(const Picture& picture, const Screen& screen) { return HeatDrawer(picture, screen).text(); }

}  // namespace ricci::runtime::plot
