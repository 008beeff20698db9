#include "runtime/progress.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>

#include "runtime/pool.hpp"

namespace ricci::runtime {
namespace {

struct State {
  std::mutex guard;
  Progress now;
  Clock::time_point begun;
  const WatchedSteps* steps = nullptr;  // of the evaluation that runs
};

State& state() {
  static State* const only = new State;  // watched until the process ends
  return *only;
}

/// What is only looked up when somebody asks.
void say(State& own) noexcept {
  const WatchedSteps& steps = *own.steps;
  const double within = running_share();
  double before = 0, total = 0;
  for (std::size_t at = 0; at < steps.count; ++at) {
    const double weight = steps.weight(at);
    total += weight;
    before += at < own.now.step ? weight : at == own.now.step ? within * weight : 0;
  }
  own.now.share = std::max(own.now.share, std::clamp(total > 0 ? before / total : 0, 0.0, 1.0));
  own.now.seconds = std::chrono::duration<double>(Clock::now() - own.begun).count();
  try {
    if (own.now.step < steps.count) own.now.what = steps.what(own.now.step);
  } catch (...) {  // no memory for a sentence: the rest is worth showing
  }
}

}  // namespace

Watched::Watched(const WatchedSteps& steps) : errors_(std::uncaught_exceptions()) {
  State& own = state();
  const std::lock_guard lock(own.guard);
  own.now = {};
  own.now.running = true;
  own.now.steps = steps.count;
  own.begun = Clock::now();
  own.steps = &steps;
}

Watched::~Watched() {
  State& own = state();
  const std::lock_guard lock(own.guard);
  if (own.steps != nullptr && std::uncaught_exceptions() > errors_) say(own);
  own.steps = nullptr;
  own.now.running = false;
}

void Watched::begin_step(std::size_t at, const char* kernel) {
  State& own = state();
  const std::lock_guard lock(own.guard);
  own.now.kernel = kernel;
  own.now.step = at;
}

Progress progress() {
  State& own = state();
  const std::lock_guard lock(own.guard);
  if (own.steps != nullptr) say(own);
  return own.now;
}

}  // namespace ricci::runtime
