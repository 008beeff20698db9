#include "repl/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "repl/text.hpp"

namespace repl {
namespace {

constexpr std::string_view red = "\x1B[1;31m", yellow = "\x1B[1;33m", cyan = "\x1B[1;36m", plain = "\x1B[0m";

std::string painted(std::string_view colour, std::string_view text) {
  return std::string(colour) + std::string(text) + std::string(plain);
}

bool is_caret_line(std::string_view line) {
  return line.find('^') != std::string_view::npos && line.find_first_not_of(" \t^") == std::string_view::npos;
}

std::string coloured_line(std::string_view line) {
  for (const auto& [head, colour] :
       {std::pair{std::string_view("error["), red}, {"warning", yellow}, {"  hint:", cyan}})
    if (line.substr(0, head.size()) == head) {
      const std::size_t colon = line.find(':');
      if (colon != std::string_view::npos)
        return painted(colour, line.substr(0, colon)) + std::string(line.substr(colon));
    }
  return is_caret_line(line) ? painted(red, line) : std::string(line);
}

/// Where a message speaks in sentences, lines end between words; excerpts of programs stay as they are.
std::string with_wrapped_sentences(std::string_view text, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const bool sentence = line.starts_with("  hint:") || (!line.empty() && line[0] != ' ');
    (out += sentence ? wrapped(line, width, line[0] == ' ' ? 4 : 2) : std::string(line)) += '\n';
  }
  return out;
}

/// What claims to be narrower has not been told its size.
constexpr std::size_t narrowest_screen = 20;

bool is_able_terminal(int stream) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(stream) != 0 && terminal != nullptr && *terminal != '\0' && std::strcmp(terminal, "dumb") != 0;
}

bool wants_colour_on(int stream, const std::string& when) {
  if (when != "auto") return when == "always";
  const char* refused = std::getenv("NO_COLOR");
  if (refused != nullptr && *refused != '\0') return false;
  return is_able_terminal(stream);
}

}  // namespace

void Results::print(std::string_view text) {
  while (!text.empty() && !closed_) {
    const ssize_t put = ::write(STDOUT_FILENO, text.data(), text.size());
    if (put >= 0) {
      text.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      closed_ = true;
      if (errno != EPIPE) failure_ = std::strerror(errno);
    }
  }
}

bool wants_colour(const std::string& when) { return wants_colour_on(STDERR_FILENO, when); }
bool wants_colour_in_results(const std::string& when) { return wants_colour_on(STDOUT_FILENO, when); }

std::size_t screen_columns() {
  winsize size = {};
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    if (::ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      return std::max<std::size_t>(size.ws_col, narrowest_screen);
  return 100;
}

bool can_take_lines_back() { return is_able_terminal(STDERR_FILENO); }

void print_message(std::string text, bool colour) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  if (::isatty(STDERR_FILENO) != 0) text = with_wrapped_sentences(text, screen_columns());
  if (!colour) {
    std::fputs(text.c_str(), stderr);
    return;
  }
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    std::fputs((coloured_line(left.substr(0, end)) + "\n").c_str(), stderr);
    left.remove_prefix(end + 1);
  }
}

}  // namespace repl
