/// Commands that draw, and the tutorial.
#include <charconv>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/pictures.hpp"
#include "repl/screen.hpp"
#include "repl/text.hpp"
#include "repl/tutorial/tutorial.hpp"

namespace repl {
namespace {

void draw(Conversation& with, std::string_view verb, std::string_view argument) {
  with.run_statements(drawing_statement(verb, argument));
}

/// A whole statement: lines are asked for until nothing is left open.
std::optional<std::string> statement_from(Conversation& with, const std::string& prompt) {
  std::optional<std::string> text = with.ask(prompt);
  while (text && !trimmed(*text).starts_with(':') && ricci::unfinished(*text)) {
    const std::optional<std::string> more = with.ask(std::string(prompt.size() - 2, ' ') + ". ");
    if (!more) return more;
    *text += "\n" + *more;
  }
  return text;
}

}  // namespace

void plot_values(Conversation& with, std::string_view argument) { draw(with, "plot", argument); }
void heat_values(Conversation& with, std::string_view argument) { draw(with, "heat", argument); }
void hist_values(Conversation& with, std::string_view argument) { draw(with, "hist", argument); }

void begin_tutorial(Conversation& with, std::string_view argument) {
  std::size_t lesson = 1;
  const char* end = argument.data() + argument.size();
  const auto read = std::from_chars(argument.data(), end, lesson);
  const bool number = read.ec == std::errc() && read.ptr == end;
  if (!argument.empty() && (!number || lesson < 1 || lesson > lessons.size()))
    throw CommandFault{"there is no lesson '" + std::string(argument) + "'",
                       "lessons are 1 to " + std::to_string(lessons.size())};
  Tutorial tutorial({[&](const std::string& prompt) { return statement_from(with, prompt); },
                     [&](std::string_view text) { with.print(text); },
                     [&](const ricci::error& cause) { with.runner().report(cause); },
                     [&] { return standard_screen(with.manner().color); }});
  tutorial.run(lesson - 1);
}

}  // namespace repl
