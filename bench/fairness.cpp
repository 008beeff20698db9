/// What becomes of jobs of the pool beside another busy process: as long as they keep to their fair share of the
/// processors, a process that computes beside them takes its own share and no more. Prints for each length of a job the
/// median and the 99th percentile of its time, as a multiple of the time that its work takes on one thread alone,
/// for one thread and for all of them, with nobody beside and with a busy process. The fair share is half of the
/// processors, the other half being the other process's as far as it can use it.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "runtime/pool.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace pool = ricci::runtime;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

volatile double kept;

void compute(std::int64_t steps) {
  double value = 1;
  for (std::int64_t at = 0; at < steps; ++at) value = value * 1.0000001 + 1e-9;
  kept = value;
}

/// Of `compute`, at its fastest.
double steps_a_microsecond() {
  constexpr std::int64_t steps = 50'000;
  double least = 1e300;
  for (int round = 0; round < 200; ++round) {
    const auto start = Clock::now();
    compute(steps);
    least = std::min(least, microseconds_since(start));
  }
  return steps / least;
}

struct Times {
  double median, late;  // late: the 99th percentile
};

/// Jobs one after the other, each in 32 chunks.
Times measure(double microseconds, double rate, double seconds) {
  constexpr std::int64_t chunks = 32;
  const auto steps = static_cast<std::int64_t>(microseconds * rate / chunks);
  std::vector<double> times;
  const auto start = Clock::now();
  while (times.size() < 100 || microseconds_since(start) < seconds * 1e6) {
    const auto own = Clock::now();
    pool::parallel_for(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) compute(steps);
    });
    times.push_back(microseconds_since(own));
  }
  std::ranges::sort(times);
  return {times[times.size() / 2] / microseconds, times[times.size() * 99 / 100] / microseconds};
}

/// A process that computes until this value ends.
class Busy {
 public:
  explicit Busy(bool here) {
    if (!here) return;
    child_ = fork();
    if (child_ != 0) return;
    while (true) compute(1'000'000);
  }
  ~Busy() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  pid_t child_ = 0;
};

}  // namespace

int main(int count, char** words) {
  const double seconds = count > 1 ? std::strtod(words[1], nullptr) : 1;
  const int processors = pool::threads();
  const double rate = steps_a_microsecond(), fair = std::max(1.0, processors / 2.0);
  std::printf(
      "%d processors; times as multiples of the work on one thread alone; a fair share beside a process: %.2f\n",
      processors, 1 / fair);
  std::printf("%12s %8s | %-20s | %s\n", "", "", "alone", "beside a busy process");
  std::printf("%12s %8s | %9s %10s | %9s %10s\n", "work us", "threads", "median", "99 %", "median", "99 %");
  for (const double microseconds : {30., 100., 300., 1000., 3000., 30000.})
    for (const int threads : {1, processors}) {
      pool::set_threads(threads);
      Times times[2];
      for (const bool beside : {false, true}) {
        const Busy busy(beside);
        times[beside] = measure(microseconds, rate, seconds);
      }
      std::printf("%12.0f %8d | %9.2f %10.2f | %9.2f %10.2f\n", microseconds, threads, times[0].median, times[0].late,
                  times[1].median, times[1].late);
      std::fflush(stdout);
    }
}
