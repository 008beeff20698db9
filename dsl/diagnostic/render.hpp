/// A diagnostic as the user sees it: what is wrong, the lines with carets under the places, what to write instead.
/// Columns count what a terminal shows: combining marks none, wide characters two; tabs are kept, so that carets stand
/// right at every tab width. Nothing from the program reaches a terminal that could steer it.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/source/utf8.hpp"

namespace ricci::dsl {

struct RenderStyle {
  bool colour = false;        // ANSI
  std::uint32_t width = 100;  // longer lines are cut around their places
};

/// Where a diagnostic points, for editors: line and column from 1, all in code points; 0 if it has no place.
struct Location {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;

  friend constexpr bool operator==(const Location&, const Location&) = default;
};

namespace detail {

constexpr std::uint32_t count_code_points(std::string_view text) {
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::uint32_t length = decode(text, at).length;
    at += length == 0 ? 1 : length;
  }
  return count;
}

/// The line that `at` stands in, without its end.
constexpr Span line_around(std::string_view source, std::size_t at) {
  std::size_t begin = at < source.size() ? at : source.size();
  std::size_t end = begin;
  while (begin > 0 && source[begin - 1] != '\n') --begin;
  while (end < source.size() && source[end] != '\n') ++end;
  if (end > begin && source[end - 1] == '\r') --end;
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

inline constexpr CodePointRange combining[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x64B, 0x65F},
                                               {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
inline constexpr CodePointRange wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
/// Controls, and the marks that turn the direction of text around.
inline constexpr CodePointRange unprintable[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x200E, 0x200F},
                                                 {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

/// One code point on the screen.
struct Cell {
  std::uint32_t at = 0;
  std::uint32_t length = 1;
  std::uint32_t width = 1;
  bool tab = false;
  bool printable = true;
};

constexpr Vec<Cell> cells_of(std::string_view source, Span line) {
  Vec<Cell> out;
  for (std::uint32_t at = line.begin; at < line.end;) {
    const CodePoint here = decode(source, at);
    Cell cell;
    cell.at = at;
    cell.length = here.length == 0 ? 1 : here.length;
    cell.tab = here.value == '\t' && here.length == 1;
    cell.printable = cell.tab || (here.length != 0 && !lies_in(here.value, unprintable));
    cell.width = !cell.printable ? 1 : lies_in(here.value, combining) ? 0 : lies_in(here.value, wide) ? 2 : 1;
    out.push_back(cell);
    at += cell.length;
  }
  return out;
}

inline constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
inline constexpr std::string_view ellipsis = "\xE2\x80\xA6";     // U+2026

constexpr Str printable_text(std::string_view text) {
  Str out;
  for (const Cell& cell : cells_of(text, {0, static_cast<std::uint32_t>(text.size())}))
    out += cell.printable ? text.substr(cell.at, cell.length) : replacement;
  return out;
}

class Renderer {
 public:
  constexpr Renderer(const Diagnostic& diagnostic, std::string_view source, RenderStyle style)
      : diagnostic_(diagnostic), source_(source), style_(style) {
    if (style_.width < 20) style_.width = 20;
  }

  constexpr Str run() {
    paint("\x1B[1;31m", Str("error[") + row(diagnostic_.fault).code + "]");
    out_ += ": ";
    out_ += printable_text(diagnostic_.message.view());
    out_ += '\n';
    Vec<Span> places = diagnostic_.places;
    sort(places);
    for (std::size_t first = 0; first < places.size();) {
      const Span line = line_around(source_, places[first].begin);
      std::size_t last = first + 1;
      while (last < places.size() && line_around(source_, places[last].begin) == line) ++last;
      show_line(line, Vec<Span>(places.begin() + first, places.begin() + last));
      first = last;
    }
    if (!diagnostic_.hint.empty()) {
      out_ += "  ";
      paint("\x1B[1;36m", "hint:");
      out_ += ' ';
      out_ += printable_text(diagnostic_.hint.view());
      out_ += '\n';
    }
    return std::move(out_);
  }

 private:
  constexpr void paint(std::string_view colour, std::string_view text) {
    if (style_.colour) out_ += colour;
    out_ += text;
    if (style_.colour) out_ += "\x1B[0m";
  }

  static constexpr void sort(Vec<Span>& places) {
    for (std::size_t at = 1; at < places.size(); ++at)
      for (std::size_t to = at; to > 0 && places[to].begin < places[to - 1].begin; --to)
        std::swap(places[to], places[to - 1]);
  }

  /// One excerpt where the line fits, else one around each place that the excerpts before it do not show.
  constexpr void show_line(Span line, const Vec<Span>& places) {
    const Vec<Cell> cells = cells_of(source_, line);
    for (std::size_t shown = 0; shown < places.size();) {
      std::size_t focus = 0;
      while (focus < cells.size() && cells[focus].at + cells[focus].length <= places[shown].begin) ++focus;
      const Span window = window_around(cells, focus);
      show_excerpt(cells, window, line, places);
      const std::uint32_t end = window.end < cells.size() ? cells[window.end].at : line.end + 1;
      ++shown;
      while (shown < places.size() && places[shown].begin < end) ++shown;
    }
  }

  /// As many cells around `focus` as the width allows, a third of them before it.
  constexpr Span window_around(const Vec<Cell>& cells, std::size_t focus) const {
    std::uint32_t total = 0;
    for (const Cell& cell : cells) total += cell.width;
    if (total <= style_.width) return {0, static_cast<std::uint32_t>(cells.size())};
    const std::uint32_t room = style_.width - 2;  // for the … at both ends
    std::size_t begin = focus;
    std::uint32_t used = 0;
    while (begin > 0 && used + cells[begin - 1].width <= room / 3) used += cells[--begin].width;
    std::size_t end = focus;
    while (end < cells.size() && used + cells[end].width <= room) used += cells[end++].width;
    while (begin > 0 && used + cells[begin - 1].width <= room) used += cells[--begin].width;
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  constexpr void show_excerpt(const Vec<Cell>& cells, Span window, Span line, const Vec<Span>& places) {
    out_ += "  ";
    if (window.begin > 0) out_ += ellipsis;
    for (std::size_t at = window.begin; at < window.end; ++at)
      out_ += cells[at].printable ? source_.substr(cells[at].at, cells[at].length) : replacement;
    if (window.end < cells.size()) out_ += ellipsis;
    Str carets = window.begin > 0 ? "   " : "  ";
    Str blanks;  // only written once a caret follows
    for (std::size_t at = window.begin; at < window.end; ++at) {
      const bool marked = is_marked(places, cells[at].at, cells[at].at + cells[at].length);
      if (marked && !cells[at].tab) {
        carets += blanks;
        blanks = Str();
        for (std::uint32_t column = 0; column < cells[at].width; ++column) carets += '^';
      } else if (cells[at].tab) {
        blanks += '\t';
      } else {
        for (std::uint32_t column = 0; column < cells[at].width; ++column) blanks += ' ';
      }
    }
    bool behind = false;  // something is missing at the end of the line
    for (const Span& place : places) behind |= place.begin >= line.end;
    if (behind && window.end == cells.size()) carets += blanks + "^";
    out_ += '\n';
    paint("\x1B[1;31m", carets.view());
    out_ += '\n';
  }

  /// Whether a caret stands under the bytes [begin, end); an empty place has one all the same.
  static constexpr bool is_marked(const Vec<Span>& places, std::uint32_t begin, std::uint32_t end) {
    for (const Span& place : places) {
      const std::uint32_t stop = place.empty() ? place.begin + 1 : place.end;
      if (place.begin < end && begin < stop) return true;
    }
    return false;
  }

  const Diagnostic& diagnostic_;
  std::string_view source_;
  RenderStyle style_;
  Str out_;
};

}  // namespace detail

/// The lines to print, each ended by a newline. `source` is the text that the diagnostic's places point into.
constexpr Str render(const Diagnostic& diagnostic, std::string_view source, RenderStyle style = {}) {
  return detail::Renderer(diagnostic, source, style).run();
}

/// The first place of a diagnostic, for whoever wants numbers instead of a picture.
constexpr Location locate(const Diagnostic& diagnostic, std::string_view source) {
  if (diagnostic.places.empty()) return {};
  const std::size_t begin = diagnostic.places[0].begin < source.size() ? diagnostic.places[0].begin : source.size();
  const std::size_t end = diagnostic.places[0].end < source.size() ? diagnostic.places[0].end : source.size();
  Location out{1, 0, 0};
  for (std::size_t at = 0; at < begin; ++at) out.line += source[at] == '\n' ? 1u : 0u;
  const Span line = detail::line_around(source, begin);
  out.column = 1 + detail::count_code_points(source.substr(line.begin, begin - line.begin));
  out.length = detail::count_code_points(source.substr(begin, end > begin ? end - begin : 0));
  return out;
}

}  // namespace ricci::dsl
