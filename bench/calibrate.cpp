/// Measures how long this machine takes for what the cost model counts, over what the model expects, and writes the
/// table of rates that `ricci` reads: bench_calibrate FILE. A few seconds, on one thread; the machine should have
/// nothing else to do.
///
/// Each rate is the time of one kind of work that has little of anything else in it, so that the model's own figure for
/// it becomes right. The other resources' share is taken off with the rates found before it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/execute/expected.hpp"
#include "runtime/io/atomic_file.hpp"
#include "runtime/kernels/rates.hpp"
#include "runtime/pool.hpp"
#include "runtime/session/session.hpp"

namespace {

using namespace ricci::runtime;
using ricci::passes::Cost;
using ricci::passes::Rates;

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/// What an expectation is made of, and what it should have been.
struct Probe {
  const char* what;
  const char* text;
  double Cost::*part;
  double Rates::*rate;
  const char* remark;  // the same as a figure that people know
  double amount;       // of what, a run
};

/// In this order: small things first, as they stand in the way of all others.
constexpr Probe probes[] = {
    {"a step", "y[i] = tiny[i] + tiny[i]", &Cost::overhead, &Rates::overhead, "ns a step", 1},
    {"cheap operations", "y[i] = a[i]*a[i] + 0.5*a[i] - a[i]*b[i] + b[i]*0.25", &Cost::elements, &Rates::elements,
     "ns an operation", 7.0 * 8192},
    {"calls", "y[i] = exp(a[i]) + sin(b[i]) + log(a[i])", &Cost::calls, &Rates::calls, "ns a call", 3.0 * 8192},
    {"products", "Y[i,j] = A[i,k]*B[k,j]", &Cost::products, &Rates::products, "ns a flop", 2.0 * 400 * 400 * 400},
    {"factorisations", "Y = A \\ C", &Cost::factorisations, &Rates::factorisations, "ns a flop",
     2.0 / 3 * 400 * 400 * 400 + 2.0 * 400 * 400 * 8},
    {"memory", "y[i] = p[i] + q[i]", &Cost::memory, &Rates::memory, "ns a byte", 24.0 * 6'000'000},
};

Tensor filled(std::vector<std::int64_t> shape) {
  Tensor out = Tensor::empty(ricci::dsl::DType::f64, shape);
  std::uint64_t state = 88172645463325252U;
  for (std::int64_t at = 0; at < out.count(); ++at) {
    state ^= state << 13U, state ^= state >> 7U, state ^= state << 17U;
    out.as<double>()[at] = 0.5 + static_cast<double>(state >> 11U) / 9007199254740992.0;
  }
  return out;
}

Session prepared() {
  Session out;
  out.set("tiny", filled({3}));
  for (const char* name : {"a", "b"}) out.set(name, filled({8192}));
  for (const char* name : {"p", "q"}) out.set(name, filled({6'000'000}));
  for (const char* name : {"A", "B"}) out.set(name, filled({400, 400}));
  out.set("C", filled({400, 8}));
  return out;
}

/// The least of many runs of the one step, within some tenths of a second.
double measured(Session& session, const Plan& plan) {
  double least = 1e300;
  const auto start = Clock::now();
  for (int turn = 0; turn < 5 || (turn < 20'000 && nanoseconds_since(start) < 1.2e9); ++turn)
    for (const StepTiming& own : session.run_planned(plan).timings) least = std::min(least, 1e6 * own.ms);
  return least;
}

/// The rate that makes the expectation right, the others being what they are.
double rate_of(const Probe& probe, const Cost& cost, Rates rates, double nanoseconds) {
  double low = 0.01, high = 100;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = std::sqrt(low * high);
    rates.*probe.rate = middle;
    (nanoseconds_of(cost, rates) < nanoseconds ? low : high) = middle;
  }
  return std::clamp(low, 0.01, 100.0);
}

/// How long a second thread takes to come: for people, no plan depends on it.
double wake_nanoseconds() {
  set_threads(2);
  double least = 1e300;
  for (int turn = 0; turn < 500; ++turn) {
    const auto start = Clock::now();
    std::atomic<int> there = 0;
    parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
      ++there;  // whoever comes first waits for the other, but not for ever
      while (there < 2 && nanoseconds_since(start) < 1e6) {
      }
    });
    least = std::min(least, nanoseconds_since(start));
  }
  set_threads(1);
  return least;
}

int calibrate(const std::string& file) {
  set_threads(1);
  Session session = prepared();
  Rates found;
  std::string remarks;
  for (const Probe& probe : probes) {
    const Plan plan = session.plan({probe.text}, {});
    const Cost cost = expected_cost(plan, plan.steps.back());
    const double nanoseconds = measured(session, plan);
    found.*probe.rate = rate_of(probe, cost, found, nanoseconds);
    char line[120];
    std::snprintf(line, sizeof line, "# %-16s %10.4g %s\n", probe.what, nanoseconds / probe.amount, probe.remark);
    remarks += line;
    std::printf("%-16s rate %6.2f   %10.4g %s\n", probe.what, found.*probe.rate, nanoseconds / probe.amount,
                probe.remark);
  }
  char line[120];
  std::snprintf(line, sizeof line, "# %-16s %10.4g ns until a second thread is at work\n", "threads",
                wake_nanoseconds());
  io::AtomicFile out(file);
  out.write(text_of(found, remarks + line));
  out.commit();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fprintf(stderr, "usage: bench_calibrate FILE\n"), 2;
  try {
    return calibrate(words[1]);
  } catch (const ricci::error& cause) {
    std::fprintf(stderr, "%s\n", cause.what());
    return 1;
  }
}
