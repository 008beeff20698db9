/// The lessons of :tutorial as a table (lessons.def).
#pragma once

#include <array>
#include <string_view>

namespace repl {

struct Lesson {
  std::string_view title;
  std::string_view setup;
  std::string_view text;
  std::string_view task;
  std::string_view name;
  std::string_view answer;
  std::string_view expected;
  double tolerance;
  std::string_view after;
  std::string_view picture;
  std::string_view hints;
};

inline constexpr std::array lessons{
#define RICCI_LESSON(...) Lesson{__VA_ARGS__},
#include "repl/tutorial/lessons.def"
#undef RICCI_LESSON
};

/// The words of a lesson's hint for an error's code, for "shape", "values" or "*"; empty: there are none.
constexpr std::string_view hint_for(const Lesson& lesson, std::string_view code) {
  std::string_view left = lesson.hints;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    if (line.size() > code.size() + 2 && line.starts_with(code) && line[code.size()] == ':')
      return line.substr(code.size() + 2);
    left = line.size() < left.size() ? left.substr(line.size() + 1) : std::string_view();
  }
  return {};
}

}  // namespace repl
