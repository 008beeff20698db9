/// One run of the command over a session: what is bound first, the programs, what is saved and reported at the end.
#pragma once

#include <string>
#include <vector>

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"
#include "repl/messages.hpp"
#include "repl/output.hpp"
#include "repl/progress_line.hpp"

namespace repl {

struct Source {
  std::string file;  // empty for -e
  std::string text;
};

/// What the command line asks for cannot be done: exit status 2.
struct WrongUse {
  std::string message;
};

/// A fault that has been said already ends the run with this status.
struct Reported {
  int status;
};

/// Each statement of a program as a program of its own, in which it stands where it stood.
std::vector<std::string> placed_statements(std::string_view program);

class Runner {
 public:
  explicit Runner(const Command& command);

  /// Limits, tensors and scalars. Throws WrongUse, ricci::error.
  void bind();
  /// What can be known of --save before anything is computed. Throws ricci::error.
  void check_saves(const std::vector<Source>& sources);
  void run(const Source& source);
  /// Saves, then prints what was asked for beside the results.
  void finish();
  void explain(const std::vector<Source>& sources);
  /// Prints an error in the words of a door, and returns the exit status that stands for it.
  int report(const ricci::error& cause, Door door = Door::script);
  Results& results() { return results_; }
  ricci::session& session() { return session_; }
  ProgressLine& progress() { return progress_; }
  /// Of a run that went on after faults.
  int status() const { return status_; }
  void report_warnings();

 private:
  void bind_scalar(const std::string& name, const std::string& text);
  void show(const ricci::shown& one);
  void run_each(const Source& source);
  void save_all(const std::vector<std::string>& names);
  void save_each();
  void go_on_after(const ricci::error& cause);

  const Command& command_;
  ricci::session session_;
  Results results_;
  ProgressLine progress_;
  bool colour_;
  std::size_t shown_ = 0;  // values
  int status_ = 0;
  std::string last_defined_;  // the value that --time and --profile ask for where nothing else does
  std::vector<ricci::notice> notices_;
};

}  // namespace repl
