/// What the evaluation that runs is at, for whoever watches it: which step, what share of the plan's estimate is done.
/// One evaluation is watched at a time, the one that began last; a run pays a few instructions a step for it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

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

/// An evaluation that can be watched, from its construction to its end. `weights`: each step's share of the work, in
/// any unit.
class Watched {
 public:
  explicit Watched(const std::vector<double>& weights);
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched();
  /// The next step begins.
  void begin_step(std::size_t at, const char* kernel, std::string what);
};

}  // namespace ricci::runtime
