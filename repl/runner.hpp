/// One run of the command over a session: what is bound first, the programs, what is saved and reported at the end.
#pragma once

#include <string>
#include <vector>

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"
#include "repl/output.hpp"

namespace repl {

struct Source {
  std::string file;  // empty for -e
  std::string text;
};

/// What the command line asks for cannot be done: exit status 2.
struct WrongUse {
  std::string message;
};

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
  /// Statements from a terminal, line by line; errors are shown and nothing ends but by the end of input.
  void converse();
  /// Prints an error and returns the exit status that stands for it.
  int report(const ricci::error& cause);
  Results& results() { return results_; }
  void report_warnings();

 private:
  void bind_scalar(const std::string& name, const std::string& text);
  void show(const ricci::shown& one);

  const Command& command_;
  ricci::session session_;
  Results results_;
  bool colour_;
  bool asked_ = false;        // something was shown
  std::string last_defined_;  // the value that --time and --profile ask for where nothing else does
  std::vector<ricci::notice> notices_;
};

}  // namespace repl
