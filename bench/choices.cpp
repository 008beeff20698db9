/// Does the cost model name the faster of two ways to compute the same? Pairs are drawn, each is measured turn by turn
/// on one thread, and those whose times lie 1.2 to 3 times apart are judged.
///   bench_choices [--seed S] [--pairs N] [--seconds T] [--record FILE] [--judge FILE] [--each] [--steps] [--only
///   NUMBER]
/// --record appends what is measured, and goes on where the file ends; --judge measures nothing: it plans the recorded
/// pairs again and asks the model.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/choices/pairs.hpp"
#include "dsl/graph/expression.hpp"
#include "runtime/error.hpp"
#include "runtime/execute/expected.hpp"
#include "runtime/kernels/rates.hpp"
#include "runtime/pool.hpp"
#include "runtime/session/session.hpp"

namespace {

using namespace choices;
using namespace ricci::runtime;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// -- inputs

Tensor definite(const std::vector<std::int64_t>& shape, std::mt19937_64& engine) {
  Tensor out = Tensor::empty(ricci::dsl::DType::f64, shape);
  const std::int64_t n = shape.back();
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (std::int64_t base = 0; base < out.count(); base += n * n)
    for (std::int64_t row = 0; row < n; ++row)
      for (std::int64_t col = 0; col <= row; ++col)
        out.as<double>()[base + row * n + col] = out.as<double>()[base + col * n + row] =
            row == col ? static_cast<double>(n) + 1 : uniform(engine);
  return out;
}

Tensor with_few(const Input& input, std::mt19937_64& engine) {
  Tensor out = Tensor::zeros(ricci::dsl::DType::f64, input.shape);
  std::uniform_real_distribution<double> uniform(0.1, 1.1);
  for (std::int64_t row = 0; row < input.shape[0]; ++row)
    for (std::int64_t at = 0; at < input.number; ++at)
      out.as<double>()[row * input.shape[1] +
                       static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(input.shape[1]))] =
          uniform(engine);
  return out;
}

Value value_of(const Input& input) {
  std::mt19937_64 engine(7);
  if (input.fill == Fill::definite) return definite(input.shape, engine);
  if (input.fill == Fill::dense) return with_few(input, engine);
  if (input.fill == Fill::sparse) return std::make_shared<const Csr>(csr_from_dense(with_few(input, engine)));
  const bool whole = input.fill == Fill::groups;
  Tensor out = Tensor::empty(whole ? ricci::dsl::DType::i64 : ricci::dsl::DType::f64, input.shape);
  std::uniform_real_distribution<double> uniform(0.1, 1.1);
  for (std::int64_t at = 0; at < out.count(); ++at) {
    if (whole)
      out.as<std::int64_t>()[at] = static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(input.number));
    else
      out.as<double>()[at] = uniform(engine);
  }
  if (input.fill == Fill::sorted) std::sort(out.as<double>(), out.as<double>() + out.count());
  return out;
}

// -- ways

/// A way to compute, ready to run.
struct Ready {
  Session session;
  Plan plan;
  Values given;

  Ready(const Pair& pair, const Way& way) {
    for (const Input& input : pair.inputs) {
      const Value value = value_of(input);
      session.set(input.name, value);
      given.emplace(session.node(input.name).at, value);
    }
    session.options().passes_off = way.off;
    plan = session.plan({way.text}, {});
    if (way.sliced > 0) slice_steps(plan, {way.sliced, 1 << 20});
    for (Step& step : plan.steps)
      for (const Kernel& kernel : kernel_table())
        if (!step.slices && way.kernel == kernel.name && kernel.accepts(plan.graph, step.node)) step.kernel = &kernel;
  }

  std::string signature() const {
    std::string out;
    for (const Step& step : plan.steps)
      out += std::string(step.kernel->name) + std::to_string(step.node.at) + (step.slices ? "s" : "") + ",";
    return out + std::to_string(plan.graph.size()) + "," + std::to_string(plan.flops);
  }
  double expected_ms() const { return expected_nanoseconds(plan, given) / 1e6; }
  double run_ms() {
    const auto start = Clock::now();
    session.run_planned(plan);
    return milliseconds_since(start);
  }
};

/// Each step's least time beside what the model expects of it: where the model is wrong shows here.
void print_steps(const Ready& ready) {
  std::vector<double> least(ready.plan.steps.size(), 1e300);
  for (int turn = 0; turn < 30; ++turn)
    for (const StepTiming& own : const_cast<Ready&>(ready).session.run_planned(ready.plan).timings)
      least[own.step] = std::min(least[own.step], own.ms);
  for (std::size_t at = 0; at < least.size(); ++at) {
    const Step& step = ready.plan.steps[at];
    const ricci::passes::Cost cost = expected_cost(ready.plan, step, stored_counts(ready.plan, ready.given));
    std::printf(
        "  %-14s %10.2f us, expected %10.2f  (p %.2f e %.2f c %.2f f %.2f m %.2f o %.2f)  %.3g flops %.3g bytes  [",
        step.kernel->name, 1e3 * least[at], nanoseconds_of(cost, rates()) / 1e3, cost.products / 1e3,
        cost.elements / 1e3, cost.calls / 1e3, cost.factorisations / 1e3, cost.memory / 1e3, cost.overhead / 1e3,
        step.flops, step.bytes);
    for (std::int64_t extent : ready.plan.graph.shape(step.node)) std::printf(" %lld", static_cast<long long>(extent));
    std::printf(" ]  %s\n", std::string(ricci::dsl::print_expression(ready.plan.graph, step.node, 150).view()).c_str());
  }
}

double largest_difference(const Value& a, const Value& b) {
  const auto* x = std::get_if<Tensor>(&a);
  const auto* y = std::get_if<Tensor>(&b);
  if (x == nullptr || y == nullptr || x->shape != y->shape) return 1e300;
  const Tensor left = contiguous_copy_if_needed(cast(*x, ricci::dsl::DType::c128));
  const Tensor right = contiguous_copy_if_needed(cast(*y, ricci::dsl::DType::c128));
  double most = 0, scale = 1e-300;
  for (std::int64_t at = 0; at < left.count(); ++at) {
    const auto p = left.as<std::complex<double>>()[at], q = right.as<std::complex<double>>()[at];
    most = std::max(most, std::abs(p - q));
    scale = std::max(scale, std::abs(p));
  }
  return most / scale;
}

struct Measured {
  std::uint64_t number = 0;
  double a_ms = 0, b_ms = 0;
};

constexpr double too_long_ms = 60;

/// The least of the turns, which alternate; nothing where the two are one plan, or take too long to be measured often.
std::optional<Measured> measure(std::uint64_t number, const Pair& pair, bool steps) {
  Ready a(pair, pair.a), b(pair, pair.b);
  if (a.signature() == b.signature()) return std::nullopt;
  const Outcome first = a.session.run_planned(a.plan), second = b.session.run_planned(b.plan);
  if (largest_difference(first.roots[0], second.roots[0]) > 1e-6) {
    std::fprintf(stderr, "pair %llu: the two ways differ\n%s\n--\n%s\n", static_cast<unsigned long long>(number),
                 pair.a.text.c_str(), pair.b.text.c_str());
    std::exit(1);
  }
  Measured out{number, a.run_ms(), b.run_ms()};
  if (std::max(out.a_ms, out.b_ms) > too_long_ms) return std::nullopt;
  if (steps) print_steps(a), print_steps(b);
  const double budget = std::max(30.0, 7 * (out.a_ms + out.b_ms));
  const auto start = Clock::now();
  for (int turn = 0; turn < 2000 && (turn < 5 || milliseconds_since(start) < budget); ++turn) {
    out.a_ms = std::min(out.a_ms, a.run_ms());
    out.b_ms = std::min(out.b_ms, b.run_ms());
  }
  return out;
}

// -- verdicts

struct Verdict {
  std::string family;
  double apart = 1;  // the slower over the faster, as measured
  double lost = 1;   // the time of the one that the model names over the faster
  double expected_a = 0, expected_b = 0;
  double own = 0;  // where way a is what ricci does by itself: its time over the faster
};

bool is_untouched(const Way& way) { return way.off.empty() && way.kernel.empty() && way.sliced == 0; }

Verdict judge(const Pair& pair, const Measured& measured) {
  const double a = Ready(pair, pair.a).expected_ms(), b = Ready(pair, pair.b).expected_ms();
  const double least = std::min(measured.a_ms, measured.b_ms), most = std::max(measured.a_ms, measured.b_ms);
  const double named = a <= b ? measured.a_ms : measured.b_ms;
  return {pair.family,
          most / least,
          named / least,
          a,
          b,
          is_untouched(pair.a) && !pair.b.off.empty() ? measured.a_ms / least : 0};
}

bool counts(const Verdict& own) { return own.apart >= 1.2 && own.apart <= 3; }

double at_95(std::vector<double> values) {
  if (values.empty()) return 1;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(0.95 * static_cast<double>(values.size() - 1) + 0.5)];
}

void print_row(const std::string& name, const std::vector<Verdict>& all) {
  std::size_t counted = 0, right = 0;
  std::vector<double> lost;
  for (const Verdict& own : all) {
    if (!counts(own)) continue;
    ++counted;
    right += own.lost <= 1 ? 1 : 0;
    lost.push_back(own.lost);
  }
  if (counted == 0)
    std::printf("%-28s %6zu %8d\n", name.c_str(), all.size(), 0);
  else
    std::printf("%-28s %6zu %8zu %9.1f%% %14.2f\n", name.c_str(), all.size(), counted,
                100.0 * static_cast<double>(right) / static_cast<double>(counted), at_95(lost));
}

void print_table(const std::vector<Verdict>& all) {
  std::printf("%-28s %6s %8s %10s %14s\n", "family", "pairs", "1.2..3x", "right", "lost, 95th");
  std::map<std::string, std::vector<Verdict>> families;
  for (const Verdict& own : all) families[own.family].push_back(own);
  for (const auto& [name, own] : families) print_row(name, own);
  print_row("all", all);
  std::vector<double> lost;
  for (const Verdict& own : all) lost.push_back(own.lost);
  std::vector<double> own;
  std::size_t best = 0, judged = 0;
  for (const Verdict& one : all) {
    if (one.own == 0 || !counts(one)) continue;
    own.push_back(one.own);
    ++judged;
    best += one.own <= 1 ? 1 : 0;
  }
  if (judged > 0)
    std::printf(
        "what ricci does by itself, against one pass less: the faster in %.1f%% of %zu, lost at the 95th %.2f\n",
        100.0 * static_cast<double>(best) / static_cast<double>(judged), judged, at_95(own));
  std::printf("over all pairs, however far apart: the 95th percentile of time lost is %.2f\n", at_95(lost));
}

struct Asked {
  std::uint64_t seed = 1;
  std::size_t pairs = 700;
  double seconds = 1e9;
  std::string record, judge;
  std::optional<std::uint64_t> only;
  bool each = false, steps = false;
};

Asked asked_of(int count, char** words) {
  Asked out;
  for (int at = 1; at < count; ++at) {
    const std::string_view word = words[at];
    const char* next = at + 1 < count ? words[at + 1] : "";
    if (word == "--seed")
      out.seed = std::strtoull(next, nullptr, 10), ++at;
    else if (word == "--pairs")
      out.pairs = std::strtoull(next, nullptr, 10), ++at;
    else if (word == "--seconds")
      out.seconds = std::strtod(next, nullptr), ++at;
    else if (word == "--record")
      out.record = next, ++at;
    else if (word == "--judge")
      out.judge = next, ++at;
    else if (word == "--only")
      out.only = std::strtoull(next, nullptr, 10), ++at;
    else if (word == "--each")
      out.each = true;
    else if (word == "--steps")
      out.steps = true;
    else if (word != "--choices")
      std::fprintf(stderr, "unknown: %s\n", words[at]), std::exit(2);
  }
  return out;
}

/// Of a record: its seed stands in the first line.
std::vector<Measured> read_record(const std::string& file, std::uint64_t& seed) {
  std::vector<Measured> out;
  std::ifstream in(file);
  if (!(in >> seed)) return out;
  Measured own;
  while (in >> own.number >> own.a_ms >> own.b_ms) out.push_back(own);
  return out;
}

std::vector<Measured> measure_pairs(const Asked& asked) {
  std::uint64_t seed = asked.seed;
  std::vector<Measured> out;
  if (!asked.record.empty()) out = read_record(asked.record, seed);
  std::ofstream record;
  if (!asked.record.empty()) {
    record.open(asked.record, std::ios::app);
    if (out.empty()) record << asked.seed << "\n";
  }
  const auto start = Clock::now();
  std::uint64_t number = out.empty() ? 0 : out.back().number + 1;
  if (asked.only) number = *asked.only;
  for (; out.size() < (asked.only ? 1 : asked.pairs) && milliseconds_since(start) < 1000 * asked.seconds; ++number) {
    const auto own = measure(number, Drawing(asked.seed, number).run(), asked.steps);
    if (!own && asked.only) break;
    if (!own) continue;
    out.push_back(*own);
    if (record.is_open()) record << own->number << " " << own->a_ms << " " << own->b_ms << std::endl;
  }
  return out;
}

int run(Asked asked) {
  set_threads(1);
  const std::vector<Measured> measured =
      asked.judge.empty() ? measure_pairs(asked) : read_record(asked.judge, asked.seed);
  std::vector<Verdict> all;
  for (const Measured& own : measured) {
    const Pair pair = Drawing(asked.seed, own.number).run();
    all.push_back(judge(pair, own));
    const Verdict& last = all.back();
    if (asked.each)
      std::printf("%5llu %-26s %9.4f %9.4f   expected %9.4f %9.4f  apart %.2f lost %.2f%s\n",
                  static_cast<unsigned long long>(own.number), pair.family.c_str(), own.a_ms, own.b_ms, last.expected_a,
                  last.expected_b, last.apart, last.lost, counts(last) && last.lost > 1 ? "  WRONG" : "");
  }
  print_table(all);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(asked_of(count, words));
  } catch (const ricci::error& cause) {
    std::fprintf(stderr, "%s\n", cause.what());
    return 1;
  }
}
