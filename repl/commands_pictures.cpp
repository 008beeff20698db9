/// Commands that draw, and the tutorial.
#include <charconv>

#include "repl/commands.hpp"
#include "repl/pictures.hpp"
#include "repl/screen.hpp"
#include "repl/tutorial/tutorial.hpp"

namespace repl {
namespace {

void draw(Conversation& with, std::string_view verb, std::string_view argument) {
  with.run_statements(drawing_statement(verb, argument));
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
  Tutorial tutorial({[&](const std::string& prompt, const ricci::session& about) { return with.ask(prompt, about); },
                     [&](std::string_view text) { with.print(text); },
                     [&](const ricci::error& cause) { with.report(cause); },
                     [&] { return standard_screen(with.manner().color); }});
  tutorial.run(lesson - 1);
}

}  // namespace repl
