/// What could stand where the cursor is: names, functions, indices in scope, axes, commands, files. A pure function of
/// the text and of what is known, so that tests need no terminal.
#pragma once

#include <string>
#include <vector>

#include <ricci/ricci.hpp>

namespace repl {

struct Completion {
  std::size_t begin = 0;                // where the word that is completed begins, in bytes
  std::vector<std::string> candidates;  // whole words, sorted; `(`, `[`, `=` or a blank at the end is typed along
  std::string note;                     // said where there is nothing to choose, such as the size of an axis
};

/// What a command takes, for completion.
enum class Takes { nothing, statement, name, file, name_and_file, topic, setting, pass, choice };

struct KnownCommand {
  std::string name;
  Takes takes = Takes::nothing;
  std::vector<std::string> choices;
};

struct Known {
  std::vector<ricci::variable> variables;
  std::vector<KnownCommand> commands;
  std::vector<std::string> topics, settings;
};

/// `before`: the text from the beginning of the statement to the cursor.
Completion complete(const std::string& before, const Known& known);

/// The longest text that every candidate begins with.
/// Candidates in columns, as many as fit; a line end before each row.
std::string in_columns(const std::vector<std::string>& candidates, std::size_t width);

std::string common_beginning(const std::vector<std::string>& candidates);

}  // namespace repl
