/// The interactive `ricci`: reads a statement or a command, runs it, shows what came of it, until the person leaves.
/// Nothing that was computed or typed is lost on the way: an error or an interruption ends one statement only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ricci/ricci.hpp>

#include "repl/editor.hpp"
#include "repl/report.hpp"
#include "repl/runner.hpp"
#include "repl/values.hpp"

namespace repl {

/// What is wrong with a command; shown as an error of the code `command`.
struct CommandFault {
  std::string message;
  std::string hint;
};

/// What `:set` and the sticky commands change.
struct Manner {
  ValueStyle values;
  bool time = false;      // each statement's times
  bool notes = true;      // sums written out, and what the optimiser did
  std::string color;      // auto, always, never
  double time_limit = 0;  // seconds for a statement; 0: none
};

class Conversation {
 public:
  Conversation(Runner& runner, const Command& command);

  /// Until the person leaves; the exit status.
  int run();
  /// Runs statements, or a command where the text begins with a colon. Faults are shown.
  void submit(const std::string& text);
  /// Runs a file of statements and commands. Throws CommandFault, ricci::error.
  void run_file(const std::string& path);

  // -- for the commands
  ricci::session& session() { return runner_.session(); }
  Runner& runner() { return runner_; }
  Manner& manner() { return manner_; }
  History& history() { return history_; }
  Editor& editor() { return editor_; }
  bool is_safe() const { return command_.safe; }
  void leave() { left_ = true; }
  /// A fresh session in the place of this one, which is kept; `restore` takes it back. False: there is none.
  void reset();
  bool restore();
  /// Runs statements as if typed; throws what they throw.
  void run_statements(const std::string& text, const std::string& file = {});
  /// On standard output.
  void print(std::string_view text);
  /// On standard error, dimmed.
  void note(std::string_view text);
  /// A whole statement or command from the person, for commands that ask; empty: given up; nothing: they want to leave.
  /// Names of `about` are completed.
  std::optional<std::string> ask(const std::string& prompt, const ricci::session& about);
  /// The statements that ran without a fault, as they were typed.
  const std::vector<std::string>& accepted() const { return accepted_; }
  Known known() const;
  bool colour_in_results() const;
  void report(const ricci::error& cause);

 private:
  /// Runs it; faults are shown, and what was interrupted is over.
  void guarded(const std::function<void()>& work);
  void run_command(std::string_view line);
  void run_file_part(const std::string& text, const std::string& path);
  void show(const ricci::shown& one);
  void show_written_out(const std::string& text);
  void show_summary(const std::vector<ricci::timing>& timings);
  void report(const CommandFault& fault);
  void take_line(const Line& line);
  void answer_interrupt();

  Runner& runner_;
  const Command& command_;
  Manner manner_;
  History history_;
  Editor editor_;
  std::optional<ricci::session> set_aside_;
  std::vector<std::string> accepted_;
  const ricci::session* asked_about_ = nullptr;  // while a command asks
  std::string pending_;                          // the lines of a statement that goes on
  int interrupts_ = 0;                           // at the prompt, one after the other
  bool left_ = false;
};

}  // namespace repl
