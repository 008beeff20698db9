/// Text as a terminal shows it: UTF-8 to wide characters and back, columns, painted text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace repl {

/// Bytes that are no UTF-8 become U+FFFD.
std::wstring widen(std::string_view text);
std::string narrow(std::wstring_view text);
/// Whether the bytes are at least one character, or never will be.
bool whole_character(std::string_view bytes);
/// Columns on a screen: two for wide characters, none for combining ones.
std::size_t columns_of(std::string_view text);

/// The parts between line ends; one more than there are line ends.
std::vector<std::string> lines_of(std::string_view text);
std::vector<std::string> words_of(std::string_view text);  // between blanks
std::string_view trimmed(std::string_view text);
/// One line, each stretch of white space a blank.
std::string on_one_line(std::string_view text);

/// "a, b, c"
std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ");

/// One line in lines of at most `width` columns, broken at blanks; those after the first begin with `indent` blanks.
std::string wrapped(std::string_view line, std::size_t width, std::size_t indent);
/// Paragraphs in lines of at most `width` columns. Lines that begin with a blank are not joined with others.
std::string reflowed(std::string_view text, std::size_t width);

/// Grey where `colour` is wanted.
std::string dimmed(std::string_view text, bool colour);

/// As snprintf.
template <typename... Values>
std::string formatted(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// "1.2 s", "3.1 ms", "45 us".
std::string duration_text(double milliseconds);

}  // namespace repl
