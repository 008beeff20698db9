/// One line on standard error while something runs for longer than a second: what runs, the share that is done, the
/// time that is left. Only on a terminal that can take a line back.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <ricci/ricci.hpp>

namespace repl {

class ProgressLine {
 public:
  /// Nothing is ever drawn unless `wanted` and standard error is such a terminal.
  explicit ProgressLine(bool wanted);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  void begin();
  void end();
  /// Takes the line back so that something else can be printed; it returns after another second.
  void hide();

 private:
  void watch();
  void erase();

  const bool wanted_;
  std::mutex guard_;
  std::condition_variable wake_;
  std::thread watcher_;
  bool running_ = false;
  bool drawn_ = false;
  bool restarted_ = false;
};

/// The line for a state of the evaluation, at most `width` columns.
std::string progress_text(const ricci::progress_report& now, std::size_t width);

}  // namespace repl
