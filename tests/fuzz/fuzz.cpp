/// Random programs, each computed in every way that must not change it: by definition, after each pass, after all of
/// them, by the kernels. Prints the seed, what was seen, and every program that differs, made small, as a script.
///   fuzz [--minutes N] [--programs N] [--seed S] [--stop-after N] [--ignore BEGINNING]
#include <sys/time.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/pool.hpp"
#include "tests/fuzz/program.hpp"
#include "tests/fuzz/ways.hpp"

#include "tests/fuzz/minimise.hpp"

namespace {

using namespace fuzz;

struct Wishes {
  double minutes = 0;
  std::int64_t programs = 0;
  std::uint64_t seed = 0;
  std::int64_t stop_after = 5;
  std::string ignored;  // what differences that are only counted begin with
};

/// What is said first of a difference tells its kind: a smaller program has to differ by the same way.
std::string kind_of(const std::string& difference) {
  return difference.substr(0, std::min(difference.find(':'), difference.find(" order")));
}

std::string difference_of(const Program& program, std::uint64_t seed, Tally& tally) {
  std::string refusal;
  const std::optional<Subject> subject = subject_of(program, refusal);
  if (!subject) {
    ++tally.refused;
    if (std::getenv("FUZZ_REFUSED") != nullptr)
      std::printf("refused: %s\n%s\n", refusal.c_str(), program.script().c_str());
    return "";
  }
  if (!subject->expected.fault.empty()) {  // an element that nobody reads may raise it
    ++(subject->expected.fault.starts_with("interrupted") ? tally.slow : tally.faulty);
    return "";
  }
  return Comparison(*subject, seed, tally).first_difference();
}

/// A script may follow: every line but the first is made a comment.
std::string as_comment(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
    text.insert(at + 1, "#   ");
  return text;
}

void report(const Program& program, std::uint64_t seed, const std::string& difference) {
  Tally aside;
  const std::string kind = kind_of(difference);
  const Program small = minimised(
      program, [&](const Program& candidate) { return kind_of(difference_of(candidate, seed, aside)) == kind; });
  std::printf("\n# seed %llu\n# %s\n%s", static_cast<unsigned long long>(seed),
              as_comment(difference_of(small, seed, aside)).c_str(), small.script().c_str());
  std::fflush(stdout);
}

void print(const Tally& tally, double seconds) {
  std::printf(
      "\n%lld programs in %.0f s: %lld refused, %lld raise a fault, %lld take too long by definition, %lld "
      "differ (%lld of them in a way to be ignored)\n",
      static_cast<long long>(tally.programs), seconds, static_cast<long long>(tally.refused),
      static_cast<long long>(tally.faulty), static_cast<long long>(tally.slow),
      static_cast<long long>(tally.differences), static_cast<long long>(tally.ignored));
  std::printf("  %lld optimised graphs computed, %lld more were equal to one of these\n",
              static_cast<long long>(tally.computed), static_cast<long long>(tally.spared));
  std::printf("\n  %-24s %12s %12s %12s\n", "programs changed by", "all passes", "it alone", "some way");
  for (const auto& [name, fired] : tally.passes)
    std::printf("  %-24s %12lld %12lld %12lld\n", name.c_str(), static_cast<long long>(fired.whole),
                static_cast<long long>(fired.alone), static_cast<long long>(fired.some));
  std::printf("\n  programs changed by a rule of algebra\n");
  for (const std::string& rule : every_rule()) {
    const auto found = tally.rules.find(rule);
    std::printf("  %9lld %s\n", found == tally.rules.end() ? 0 : static_cast<long long>(found->second), rule.c_str());
  }
  std::printf("\n  programs, and what was said of them\n");
  for (const auto& [reason, count] : tally.reasons)
    std::printf("  %9lld %s\n", static_cast<long long>(count), reason.c_str());
  std::printf("\n  steps by kernel\n");
  for (const auto& [name, count] : tally.kernels)
    std::printf("  %9lld %s\n", static_cast<long long>(count), name.c_str());
}

bool read(int argc, char** argv, Wishes& out) {
  for (int at = 1; at < argc; ++at) {
    if (at + 1 == argc) return false;
    const std::string name = argv[at];
    const char* value = argv[++at];
    if (name == "--minutes")
      out.minutes = std::strtod(value, nullptr);
    else if (name == "--programs")
      out.programs = std::strtoll(value, nullptr, 10);
    else if (name == "--seed")
      out.seed = std::strtoull(value, nullptr, 10);
    else if (name == "--ignore")
      out.ignored = value;
    else if (name == "--stop-after")
      out.stop_after = std::strtoll(value, nullptr, 10);
    else
      return false;
  }
  return out.minutes > 0 || out.programs > 0;
}

/// What takes this many seconds of the processor is interrupted; a way that does is a difference of its own. A pass
/// cannot be interrupted: the second time, all ends.
constexpr int patience = 20;
std::uint64_t current = 0;
void lose_patience(int) {
  if (!ricci::runtime::interrupt_requested()) return ricci::runtime::request_interrupt();
  std::printf("\n# seed %llu takes more than %d seconds\n", static_cast<unsigned long long>(current), patience);
  std::printf("%s", program_of(current).script().c_str());
  std::fflush(stdout);
  std::_Exit(1);
}

/// Ctrl-C ends a run as its time would: with what it has seen.
volatile std::sig_atomic_t ended = 0;
void end(int) { ended = 1; }

void watch(int seconds) {
  ricci::runtime::clear_interrupt();
  const itimerval timer{{seconds, 0}, {seconds, 0}};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  Wishes wishes;
  wishes.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  if (!read(argc, argv, wishes)) {
    std::fprintf(stderr,
                 "fuzz [--minutes N] [--programs N] [--seed S] [--stop-after DIFFERENCES] [--ignore BEGINNING]\n");
    return 2;
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(wishes.seed));
  std::fflush(stdout);
  ricci::runtime::set_threads(1);
  std::signal(SIGVTALRM, lose_patience);
  std::signal(SIGINT, end);
  std::signal(SIGTERM, end);
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  Tally tally;
  for (std::uint64_t seed = wishes.seed; tally.differences - tally.ignored < wishes.stop_after && ended == 0; ++seed) {
    if (wishes.programs > 0 && tally.programs >= wishes.programs) break;
    if (wishes.minutes > 0 && seconds() > 60 * wishes.minutes) break;
    ++tally.programs;
    const Program program = program_of(seed);
    current = seed;
    watch(patience);
    const std::string difference = difference_of(program, seed, tally);
    if (difference.empty()) continue;
    ++tally.differences;
    if (!wishes.ignored.empty() && difference.starts_with(wishes.ignored)) {
      ++tally.ignored;
      continue;
    }
    watch(0);
    if (difference.find("interrupted") == std::string::npos)
      report(program, seed, difference);
    else
      std::printf("\n# seed %llu\n# %s\n%s", static_cast<unsigned long long>(seed), difference.c_str(),
                  program.script().c_str());
    std::fflush(stdout);
  }
  print(tally, seconds());
  return tally.differences == 0 ? 0 : 1;
}
