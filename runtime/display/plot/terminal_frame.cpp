#include "runtime/display/plot/terminal_frame.hpp"

#include <algorithm>
#include <cmath>

namespace ricci::runtime::plot {
namespace {

const Style faint{.ink = {}, .ground = {}, .faint = true};

/// Signs of the axes, for screens that have them and for those that do not.
struct Signs {
  std::string_view wall, wall_tick, corner, floor, floor_tick;
};
constexpr Signs drawn{"│", "┤", "└", "─", "┬"};
constexpr Signs typed{"|", "+", "+", "-", "+"};

std::string with_unit(const std::string& title, const std::string& unit) {
  if (unit.empty()) return title;
  return title.empty() ? unit : title + "  (" + unit + ")";
}

/// Screens without Unicode get letters.
std::string spelled(std::string text, bool unicode) {
  if (unicode) return text;
  for (std::size_t at = 0; (at = text.find("×")) != std::string::npos;) text.replace(at, 2, "x");
  return text;
}

std::vector<LegendEntry> note_words(const Picture& picture) {
  std::vector<LegendEntry> out;
  for (const std::string& note : picture.notes) out.push_back({"", note, faint});
  return out;
}

/// Where words stand that follow each other in rows.
struct WordPlace {
  std::size_t row = 0;
  std::size_t column = 0;
};

std::vector<WordPlace> flow(const std::vector<LegendEntry>& words, std::size_t left, std::size_t width) {
  std::vector<WordPlace> out;
  WordPlace next{0, left};
  for (const LegendEntry& word : words) {
    const std::size_t length = letters(word.sign) + (word.sign.empty() ? 0 : 1) + letters(word.label);
    if (next.column > left && next.column + length > width) next = {next.row + 1, left};
    out.push_back(next);
    next.column += length + 3;
  }
  return out;
}

std::size_t flow_rows(const std::vector<LegendEntry>& words, std::size_t left, std::size_t width) {
  return words.empty() ? 0 : flow(words, left, width).back().row + 1;
}

}  // namespace

std::string cut(std::string_view text, std::size_t most, bool unicode) {
  if (letters(text) <= most) return std::string(text);
  const std::string_view dots = unicode ? "…" : "~";
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size() && count + 1 < most; ++count) do
      ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
  return std::string(text.substr(0, end)) + std::string(dots);
}

std::size_t row_for(double position, std::size_t rows) {
  const double at = (1 - position) * static_cast<double>(rows);
  return static_cast<std::size_t>(std::clamp(std::floor(at), 0.0, static_cast<double>(rows - 1)));
}

Ticks vertical_ticks(const Scale& scale, std::size_t rows) {
  const auto length = static_cast<double>(rows);
  return ticks_for(scale, {.length = length,
                           .low = -1,
                           .high = length + 1,
                           .gap = 1,
                           .extent = [](std::string_view) { return 1.0; },
                           .most = 8});
}

std::size_t TerminalFrame::gutter(const Picture& picture, std::size_t rows) {
  std::size_t widest = 0;
  for (const Tick& tick : vertical_ticks(picture.y.scale, rows).at) widest = std::max(widest, letters(tick.label));
  return widest + 2;
}

TerminalFrame::TerminalFrame(const Picture& picture, const Screen& screen, FrameSize size,
                             std::vector<LegendEntry> legend)
    : picture_(picture),
      screen_(screen),
      size_(size),
      legend_(std::move(legend)),
      top_(0),
      left_(gutter(picture, size.rows)),
      sheet_(1, 1) {
  const std::size_t width = std::max(screen.width, left_ + size.columns + size.right);
  for (LegendEntry& entry : legend_)
    entry.label = cut(entry.label, std::max<std::size_t>(8, width / 2), screen.unicode);
  const Ticks up = vertical_ticks(picture.y.scale, size.rows);
  const std::string above = with_unit(picture.y.title, up.unit);
  const std::size_t title_rows = picture.title.empty() ? 0 : 1;
  const std::size_t above_rows = above.empty() ? 0 : 1;
  const std::size_t legend_rows = flow_rows(legend_, left_ - 1, width);
  top_ = title_rows + above_rows + legend_rows;
  const std::size_t note_rows = flow_rows(note_words(picture), 0, width);
  sheet_ = Sheet(width, top_ + size.rows + 3 + note_rows);
  const std::string title = cut(picture.title, width, screen.unicode);
  const std::size_t centre = left_ + size.columns / 2;
  sheet_.put(0, static_cast<std::ptrdiff_t>(centre - std::min(centre, letters(title) / 2)), title);
  sheet_.put(static_cast<std::ptrdiff_t>(title_rows), static_cast<std::ptrdiff_t>(left_ - 1),
             cut(spelled(above, screen.unicode), width - left_, screen.unicode));
  draw_words(title_rows + above_rows, left_ - 1, legend_);
  draw_vertical(up);
  draw_horizontal();
  draw_words(top_ + size.rows + 3, 0, note_words(picture));
}

void TerminalFrame::draw_words(std::size_t row, std::size_t left, const std::vector<LegendEntry>& words) {
  const std::vector<WordPlace> places = flow(words, left, sheet_.width());
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto own_row = static_cast<std::ptrdiff_t>(row + places[at].row);
    auto column = static_cast<std::ptrdiff_t>(places[at].column);
    sheet_.put(own_row, column, words[at].sign, words[at].style);
    if (!words[at].sign.empty()) column += static_cast<std::ptrdiff_t>(letters(words[at].sign)) + 1;
    sheet_.put(own_row, column, words[at].label, words[at].style.faint ? words[at].style : Style{});
  }
}

void TerminalFrame::draw_vertical(const Ticks& ticks) {
  const Signs& signs = screen_.unicode ? drawn : typed;
  const auto wall = static_cast<std::ptrdiff_t>(left_ - 1);
  for (std::size_t row = 0; row < size_.rows; ++row)
    sheet_.put(static_cast<std::ptrdiff_t>(top_ + row), wall, signs.wall, faint);
  for (const Tick& tick : ticks.at) {
    const auto row = static_cast<std::ptrdiff_t>(top_ + row_for(tick.position, size_.rows));
    sheet_.put(row, wall, signs.wall_tick, faint);
    sheet_.put(row, wall - 1 - static_cast<std::ptrdiff_t>(letters(tick.label)), tick.label);
  }
}

void TerminalFrame::draw_horizontal() {
  const Signs& signs = screen_.unicode ? drawn : typed;
  const auto row = static_cast<std::ptrdiff_t>(top_ + size_.rows);
  const auto left = static_cast<std::ptrdiff_t>(left_);
  const auto columns = static_cast<double>(size_.columns);
  const Ticks ticks =
      ticks_for(picture_.x.scale, {.length = columns,
                                   .low = -static_cast<double>(left_),
                                   .high = static_cast<double>(sheet_.width() - left_),
                                   .gap = 2,
                                   .extent = [](std::string_view text) { return static_cast<double>(letters(text)); },
                                   .most = 12});
  sheet_.put(row, left - 1, signs.corner, faint);
  for (std::size_t column = 0; column < size_.columns; ++column)
    sheet_.put(row, left + static_cast<std::ptrdiff_t>(column), signs.floor, faint);
  for (const Tick& tick : ticks.at) {
    const double column = std::clamp(std::floor(tick.position * columns), 0.0, columns - 1);
    sheet_.put(row, left + static_cast<std::ptrdiff_t>(column), signs.floor_tick, faint);
    const double begin =
        std::clamp(column - std::floor((static_cast<double>(letters(tick.label)) - 1) / 2), -static_cast<double>(left_),
                   static_cast<double>(sheet_.width() - left_ - letters(tick.label)));
    sheet_.put(row + 1, left + static_cast<std::ptrdiff_t>(begin), tick.label);
  }
  const std::string title =
      cut(spelled(with_unit(picture_.x.title, ticks.unit), screen_.unicode), sheet_.width(), screen_.unicode);
  const std::size_t centre = left_ + size_.columns / 2;
  sheet_.put(row + 2, static_cast<std::ptrdiff_t>(centre - std::min(centre, letters(title) / 2)), title);
}

}  // namespace ricci::runtime::plot
