/// What all pictures on a terminal have around them: title, axes with their ticks, legend and notes, on one sheet.
/// Inside is a rectangle of cells for the marks.
#pragma once

#include "runtime/display/plot/sheet.hpp"
#include "runtime/display/plot/terminal.hpp"

namespace ricci::runtime::plot {

struct LegendEntry {
  std::string sign;
  std::string label;
  Style style;
};

/// How much of the screen the marks get, and what stands around them.
struct FrameSize {
  std::size_t columns = 0;
  std::size_t rows = 0;
  std::size_t right = 0;  // columns to the right of the marks, for a colour bar
};

class TerminalFrame {
 public:
  TerminalFrame(const Picture& picture, const Screen& screen, FrameSize size, std::vector<LegendEntry> legend);

  Sheet& sheet() { return sheet_; }
  std::size_t top() const { return top_; }    // the row of the sheet where the marks begin
  std::size_t left() const { return left_; }  // the column
  std::string text() const { return sheet_.text(screen_.colours); }

  /// Columns that the labels of the vertical axis take beside `rows` rows, the axis itself included.
  static std::size_t gutter(const Picture& picture, std::size_t rows);

 private:
  void draw_vertical(const Ticks& ticks);
  void draw_horizontal();
  void draw_words(std::size_t row, std::size_t left, const std::vector<LegendEntry>& words);

  const Picture& picture_;
  Screen screen_;
  FrameSize size_;
  std::vector<LegendEntry> legend_;
  std::size_t top_, left_;
  Sheet sheet_;
};

/// The ticks of a vertical axis of `rows` rows.
Ticks vertical_ticks(const Scale& scale, std::size_t rows);

/// The row, counted from the top, for a position on a vertical axis.
std::size_t row_for(double position, std::size_t rows);

/// Cut to so many code points, with an ellipsis.
std::string cut(std::string_view text, std::size_t most, bool unicode);

}  // namespace ricci::runtime::plot
