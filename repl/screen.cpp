#include "repl/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace repl {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string_view first_of(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (!variable(name).empty()) return variable(name);
  return {};
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// UTF-8, utf8: locales are spelled either way.
bool is_utf8(std::string_view locale) {
  std::string plain;
  for (const char c : locale)
    if (c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return contains(plain, "utf8");
}

ricci::colours colours_of(const Surroundings& around) {
  if (around.when == "never") return ricci::colours::none;
  const bool dumb = around.term.empty() || around.term == "dumb";
  if (around.when != "always" && (!around.terminal || !around.no_color.empty() || dumb)) return ricci::colours::none;
  if (around.colorterm == "truecolor" || around.colorterm == "24bit" || contains(around.term, "direct"))
    return ricci::colours::full;
  return contains(around.term, "256color") ? ricci::colours::palette : ricci::colours::sixteen;
}

}  // namespace

ricci::screen screen_of(const Surroundings& around) {
  // The console of Linux has no more than 512 glyphs, and those of Braille are not among them.
  const bool plain = around.terminal && (around.term == "dumb" || around.term == "linux");
  ricci::screen out;
  out.colours = colours_of(around);
  out.unicode = is_utf8(around.locale) && !plain;
  if (around.columns > 0) out.width = around.columns;
  if (around.rows > 0) out.height = around.rows;
  return out;
}

ricci::screen standard_screen(const std::string& when) {
  Surroundings around{.terminal = ::isatty(STDOUT_FILENO) != 0,
                      .when = when,
                      .no_color = variable("NO_COLOR"),
                      .term = variable("TERM"),
                      .colorterm = variable("COLORTERM"),
                      .locale = first_of({"LC_ALL", "LC_CTYPE", "LANG"}),
                      .columns = 0,
                      .rows = 0};
  winsize window = {};
  if (around.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
    around.columns = window.ws_col;
    around.rows = window.ws_row;
  }
  if (around.columns == 0) around.columns = std::strtoul(std::string(variable("COLUMNS")).c_str(), nullptr, 10);
  around.columns = std::min<std::size_t>(around.columns, 1'000);
  return screen_of(around);
}

}  // namespace repl
