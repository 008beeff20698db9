/// The commands of a conversation, those lines that begin with a colon: one table, from which running, `:help`,
/// completion and suggestions come.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repl/completion.hpp"
#include "repl/conversation.hpp"

namespace repl {

struct CommandRow {
  std::string_view name;       // without its colon
  std::string_view arguments;  // as :help shows them
  std::string_view help;       // one line
  Takes takes;                 // for completion
  std::string_view choices;    // separated by blanks, where Takes::choice
  /// Throws CommandFault, ricci::error.
  void (*run)(Conversation& with, std::string_view argument);
};

std::span<const CommandRow> commands();
/// The row of a name, or of the only one that begins with it; null: there is none.
const CommandRow* command_named(std::string_view name);
std::vector<std::string> choices_of(const CommandRow& row);

/// What `:help` and `:set` know by name.
std::vector<std::string> help_topics();
std::vector<std::string> setting_names();

// The functions of the rows. commands_values.cpp
void show_variables(Conversation& with, std::string_view argument);
void show_type(Conversation& with, std::string_view argument);
void load_value(Conversation& with, std::string_view argument);
void save_value(Conversation& with, std::string_view argument);
void reset_session(Conversation& with, std::string_view argument);
// commands_measure.cpp
void explain_statement(Conversation& with, std::string_view argument);
void profile_statement(Conversation& with, std::string_view argument);
void time_statement(Conversation& with, std::string_view argument);
void bench_expressions(Conversation& with, std::string_view argument);
void list_passes(Conversation& with, std::string_view argument);
// commands_text.cpp
void read_statements(Conversation& with, std::string_view argument);
void write_statements(Conversation& with, std::string_view argument);
void show_history(Conversation& with, std::string_view argument);
void edit_statement(Conversation& with, std::string_view argument);
void run_shell(Conversation& with, std::string_view argument);
void leave_conversation(Conversation& with, std::string_view argument);
// commands_set.cpp
void change_setting(Conversation& with, std::string_view argument);
// commands_pictures.cpp
void plot_values(Conversation& with, std::string_view argument);
void heat_values(Conversation& with, std::string_view argument);
void hist_values(Conversation& with, std::string_view argument);
void begin_tutorial(Conversation& with, std::string_view argument);
// help.cpp
void show_help(Conversation& with, std::string_view argument);

}  // namespace repl
