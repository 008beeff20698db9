/// The two streams of the command: results on standard output, everything else on standard error, in colour where the
/// user wants it.
#pragma once

#include <string>
#include <string_view>

namespace repl {

/// Standard output. A reader that has gone away is no error: what is still printed goes nowhere. Any other failure to
/// write is, for results are lost.
class Results {
 public:
  void print(std::string_view text);
  /// Why results were lost; empty: they were not.
  const std::string& failure() const { return failure_; }
  /// Whether what is printed goes nowhere.
  bool closed() const { return closed_; }

 private:
  bool closed_ = false;
  std::string failure_;
};

/// Whether messages are coloured: "always", "never", or "auto": on a terminal, unless NO_COLOR is set.
bool wants_colour(const std::string& when);

/// The same for what is shown on standard output.
bool wants_colour_in_results(const std::string& when);

/// Columns of the terminal, as wide as it is now; 100 where there is none.
std::size_t screen_columns();

/// Whether standard error is a terminal on which a line can be replaced.
bool can_take_lines_back();

/// Prints to standard error, coloured as messages are: code, carets, hint.
void print_message(std::string text, bool colour);

}  // namespace repl
