/// `:help`: topics and commands from their tables, functions from the language's, each example with what it gives.
#include "repl/help.hpp"

#include <algorithm>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/screen.hpp"
#include "repl/text.hpp"
#include "repl/transcript.hpp"

namespace repl {
namespace {

/// An example with its results, computed now in a session of its own.
std::string run_example(Conversation& with, std::string_view example) {
  if (example.empty()) return {};
  std::string out = std::string(first_prompt) + std::string(example) + "\n";
  ricci::session aside(with.session().how());
  aside.run(example, [&](const ricci::shown& one) {
    if (one.drawn)
      out += ricci::to_text(one.drawn, standard_screen(with.manner().color));
    else if (!one.defined)
      out += conversational({}, one.of, with.manner().values);
  });
  return out;
}

/// Names in lines, under a heading of a fixed width.
std::string listed(const std::string& heading, const std::vector<std::string>& names) {
  constexpr std::size_t indent = 16, widest = 96;
  std::string out = heading;
  out.resize(std::max(indent, heading.size() + 1), ' ');
  std::size_t column = out.size();
  for (const std::string& name : names) {
    if (column + name.size() > widest) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    out += name + " ";
    column += name.size() + 1;
  }
  out.back() = '\n';
  return out;
}

std::string command_line_of(const CommandRow& row) {
  const bool tight = row.name == "!";
  return formatted("  %-36s %s\n",
                   (":" + std::string(row.name) + (tight ? "" : " ") + std::string(row.arguments)).c_str(),
                   std::string(row.help).c_str());
}

std::string overview() {
  std::string out = "Type a statement, as in  K[i,j] = exp(-(x[i]-x[j])^2) , or a command:\n";
  for (const CommandRow& row : commands()) out += command_line_of(row);
  std::vector<std::string> names;
  for (const HelpTopic& topic : topics()) names.emplace_back(topic.name);
  out += listed("topics", names);
  std::string kind;
  names.clear();
  for (const ricci::function& own : ricci::functions()) {
    if (own.kind != kind && !names.empty()) out += listed(kind, std::exchange(names, {}));
    kind = own.kind;
    names.push_back(own.name);
  }
  return out + listed(kind, names) + ":help NAME explains any of them\n";
}

std::string function_text(Conversation& with, const ricci::function& own) {
  std::string out = own.usage + "   " + own.documentation + "\n";
  if (own.reduction) out += own.name + "[k] x[k]   the same over an index\n";
  const bool touches_files = own.kind == "files";
  if (touches_files) return out + std::string(first_prompt) + own.example + "\n";
  return out + run_example(with, own.example);
}

}  // namespace

std::vector<std::string> help_topics() {
  std::vector<std::string> out;
  for (const HelpTopic& topic : topics()) out.emplace_back(topic.name);
  return out;
}

void show_help(Conversation& with, std::string_view argument) {
  if (argument.empty()) return with.print(overview());
  for (const HelpTopic& topic : topics())
    if (topic.name == argument)
      return with.print(std::string(topic.title) + "\n" + std::string(topic.text) + "\n" +
                        run_example(with, topic.example));
  std::vector<std::string> names = help_topics();
  for (const ricci::function& own : ricci::functions()) {
    if (own.name == argument) return with.print(function_text(with, own));
    names.push_back(own.name);
  }
  const std::string_view command = argument.starts_with(':') ? argument.substr(1) : argument;
  if (const CommandRow* row = command_named(command)) return with.print(command_line_of(*row));
  const std::string near = ricci::nearest(argument, names);
  throw CommandFault{"there is no help on `" + std::string(argument) + "`",
                     near.empty() ? ":help lists what there is" : "did you mean :help " + near + "?"};
}

}  // namespace repl
