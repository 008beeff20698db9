/// What the terminal before the user can show: colours, characters, columns. Asked each time, for windows are resized.
#pragma once

#include <string>
#include <string_view>

#include <ricci/plot.hpp>

namespace repl {

/// What the environment says of a terminal; an empty text is a variable that is not set.
struct Surroundings {
  bool terminal = false;       // standard output is one
  std::string_view when;       // --color: auto, always, never
  std::string_view no_color;   // NO_COLOR
  std::string_view term;       // TERM
  std::string_view colorterm;  // COLORTERM
  std::string_view locale;     // the first of LC_ALL, LC_CTYPE, LANG that is set
  std::size_t columns = 0;     // 0: not known
  std::size_t rows = 0;
};

ricci::screen screen_of(const Surroundings& around);

/// The screen of standard output.
ricci::screen standard_screen(const std::string& when);

}  // namespace repl
