#include "runtime/progress.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "runtime/pool.hpp"

namespace ricci::runtime {
namespace {

struct State {
  std::mutex guard;
  Progress now;
  Clock::time_point begun;
  std::vector<double> weights;
  double before = 0;  // weight of the steps that are over
  double total = 0;
};

State& state() {
  static State* const only = new State;  // watched until the process ends
  return *only;
}

}  // namespace

Watched::Watched(const std::vector<double>& weights) {
  State& own = state();
  const std::lock_guard lock(own.guard);
  own.now = {};
  own.now.running = true;
  own.now.steps = weights.size();
  own.begun = Clock::now();
  own.weights = weights;
  own.before = own.total = 0;
  for (const double weight : weights) own.total += weight;
}

Watched::~Watched() {
  State& own = state();
  const std::lock_guard lock(own.guard);
  own.now.running = false;
}

void Watched::begin_step(std::size_t at, const char* kernel, std::string what) {
  State& own = state();
  const std::lock_guard lock(own.guard);
  own.now.kernel = kernel;
  own.now.what = std::move(what);
  own.now.step = at;
  own.before = 0;
  for (std::size_t over = 0; over < std::min(at, own.weights.size()); ++over) own.before += own.weights[over];
}

Progress progress() {
  const double within = running_share();
  State& own = state();
  const std::lock_guard lock(own.guard);
  if (!own.now.running) return own.now;
  const double step = own.now.step < own.weights.size() ? own.weights[own.now.step] : 0;
  const double share = own.total > 0 ? (own.before + within * step) / own.total : 0;
  own.now.share = std::max(own.now.share, std::clamp(share, 0.0, 1.0));
  own.now.seconds = std::chrono::duration<double>(Clock::now() - own.begun).count();
  return own.now;
}

}  // namespace ricci::runtime
