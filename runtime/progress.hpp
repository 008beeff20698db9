/// What the evaluation that runs is at, for whoever watches it: which step, what share of the plan's estimate is done.
/// One evaluation is watched at a time, the one that began last; a run pays a few instructions a step for it.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/pool.hpp"

namespace ricci::runtime {

struct Progress {
  bool running = false;
  std::string kernel;  // of the step that runs
  std::string what;    // the step in index notation, cut
  std::size_t step = 0, steps = 0;
  double share = 0;    // of the estimated work, 0 to 1, never less than before
  double seconds = 0;  // since the evaluation began
};

/// The state now, or where the evaluation that ended last was then. Any thread.
Progress progress();

/// The steps of an evaluation, as somebody who watches wants them: asked when he looks, from his thread, until the
/// evaluation has ended, or when it ends by an error.
struct WatchedSteps {
  std::size_t count = 0;
  FunctionRef<double(std::size_t)> weight;     // the share of the work, in any unit
  FunctionRef<std::string(std::size_t)> what;  // in index notation
};

/// An evaluation that can be watched, from its construction to its end.
class Watched {
 public:
  explicit Watched(const WatchedSteps& steps);
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched();
  /// The next step begins.
  void begin_step(std::size_t at, const char* kernel);

 private:
  int errors_;  // on their way when it began
};

}  // namespace ricci::runtime
