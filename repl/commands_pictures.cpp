/// Commands that draw, and the tutorial.
#include "repl/commands.hpp"
#include "repl/screen.hpp"
#include "repl/text.hpp"
#include "repl/tutorial/tutorial.hpp"

namespace repl {
namespace {

/// `:plot X y to k.png` is the statement plot(X, y, "k.png").
void draw(Conversation& with, const std::string& function, std::string_view argument) {
  if (argument.empty())
    throw CommandFault{":" + function + " takes a value", ":" + function + " x, or :" + function + " x to x.svg"};
  const bool listed = argument.find(',') != std::string_view::npos;
  std::vector<std::string> words = words_of(argument);
  std::string file;
  if (words.size() > 2 && words[words.size() - 2] == "to") {
    file = ", \"" + words.back() + "\"";
    words.resize(words.size() - 2);
  }
  std::string values;
  for (const std::string& word : words) (values += values.empty() ? "" : listed ? " " : ", ") += word;
  with.run_statements(function + "(" + values + file + ")");
}

}  // namespace

void plot_values(Conversation& with, std::string_view argument) { draw(with, "plot", argument); }
void heat_values(Conversation& with, std::string_view argument) { draw(with, "heat", argument); }
void hist_values(Conversation& with, std::string_view argument) { draw(with, "hist", argument); }

void begin_tutorial(Conversation& with, std::string_view) {
  Tutorial({[&](const std::string& prompt) { return with.ask(prompt); },
            [&](std::string_view text) { with.print(text); },
            [&](const ricci::error& cause) { print_message(cause.what(), wants_colour(with.manner().color)); },
            [&] { return standard_screen(with.manner().color); }})
      .run();
}

}  // namespace repl
