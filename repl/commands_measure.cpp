/// Commands about how something is computed and how long that takes.
#include <algorithm>
#include <chrono>
#include <cmath>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

void require(std::string_view argument, const char* command, const char* example) {
  if (argument.empty()) throw CommandFault{std::string(command) + " takes a statement", example};
}

/// What a text shows, or, where it shows nothing, the value of what it defined last.
void evaluate(Conversation& with, std::string_view argument) {
  std::string last;
  bool shown = false;
  with.session().run(std::string(argument), [&](const ricci::shown& one) {
    shown = shown || !one.defined;
    last = one.label;
  });
  if (!shown && !last.empty()) with.session().get(last);
}

/// One side of a comparison in a session of its own, where everything that it mentions is given: what is timed is the
/// expression alone, computed anew each time.
class Contestant {
 public:
  Contestant(Conversation& with, std::string expression)
      : session_(with.session().how()), expression_(std::move(expression)) {
    for (const ricci::word& word : ricci::words(expression_))
      if (word.kind == ricci::word_kind::name && with.session().has(word.text) && !session_.has(word.text))
        session_.set(word.text, with.session().get(word.text));
    session_.measure(true, false);
    session_.watch(true);
  }
  /// Runs `runs` times and notes each time.
  void run(int runs) {
    session_.set_repeat(runs);
    session_.run(expression_, [&](const ricci::shown& one) {
      if (!one.defined) value_ = one.of;
      defined_ = one.defined ? one.label : "";
    });
    if (!defined_.empty()) value_ = session_.get(defined_);
    for (const ricci::timing& one : session_.take_timings())
      times_.insert(times_.end(), one.execute_ms.begin(), one.execute_ms.end());
  }
  const std::string& expression() const { return expression_; }
  const ricci::value& value() const { return value_; }
  double least() const { return *std::min_element(times_.begin(), times_.end()); }
  double median() const {
    std::vector<double> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
  std::size_t runs() const { return times_.size(); }

 private:
  ricci::session session_;
  std::string expression_;
  std::string defined_;
  ricci::value value_;
  std::vector<double> times_;
};

/// The sides of `a vs b`.
std::vector<std::string> sides_of(std::string_view argument) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (const ricci::word& word : ricci::words(argument))
    if (word.text == "vs") {
      out.emplace_back(trimmed(argument.substr(begin, word.begin - begin)));
      begin = word.end;
    }
  out.emplace_back(trimmed(argument.substr(begin)));
  return out;
}

/// The largest difference of two values beside the largest element of the first.
std::string agreement(Conversation& with, const Contestant& a, const Contestant& b) {
  if (a.value().shape() != b.value().shape()) return "they have different extents\n";
  ricci::session both(with.session().how());
  both.set("a", a.value());
  both.set("b", b.value());
  both.run("d = max(abs(a - b)) / max(abs(a))");
  const double difference = both.get("d").elements<double>().at(0);
  if (std::isnan(difference)) return "where both are numbers they cannot be compared: one has NaN or is 0\n";
  return difference == 0 ? "both give the same\n"
                         : formatted("they differ by %.2g of the largest element\n", difference);
}

/// Rounds of both sides in turn, so that whatever else the machine does meets both alike.
void compete(std::vector<Contestant>& contestants) {
  constexpr double enough_ms = 1000, round_ms = 50;
  constexpr int most_rounds = 20, most_runs = 1000;
  for (Contestant& own : contestants) own.run(2);
  const auto start = std::chrono::steady_clock::now();
  const auto spent = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  };
  for (int round = 0; round < most_rounds && (round < 2 || spent() < enough_ms); ++round)
    for (Contestant& own : contestants)
      own.run(static_cast<int>(std::clamp(round_ms / std::max(own.least(), 1e-3), 2.0, double{most_runs})));
}

}  // namespace

void explain_statement(Conversation& with, std::string_view argument) {
  require(argument, ":explain", ":explain K");
  std::string out;
  for (const std::string& line : lines_of(ricci::to_text(with.session().preview(argument))))
    (out += wrapped(line, screen_columns(), 6)) += '\n';
  out.pop_back();
  with.print(out);
}

void profile_statement(Conversation& with, std::string_view argument) {
  require(argument, ":profile", ":profile M \\ b");
  with.session().measure(true, true);
  with.session().take_timings();
  with.session().take_step_timings();
  with.runner().progress().begin();
  evaluate(with, argument);
  with.runner().progress().end();
  const std::vector<ricci::step_timing> steps = with.session().take_step_timings();
  if (steps.empty()) with.note("nothing had to be computed: the value was kept\n");
  with.print(profile_text(steps, with.session().take_timings(), with.session().take_notices(), Format::text));
  with.session().measure(true, false);
}

void time_statement(Conversation& with, std::string_view argument) {
  if (argument == "on" || argument == "off" || argument.empty()) {
    with.manner().time = argument.empty() ? !with.manner().time : argument == "on";
    return with.note(with.manner().time ? "times are shown\n" : "times are not shown\n");
  }
  with.session().measure(true, false);
  with.session().take_timings();
  with.runner().progress().begin();
  evaluate(with, argument);
  with.runner().progress().end();
  with.print(timing_text(with.session().take_timings(), Format::text));
}

void bench_expressions(Conversation& with, std::string_view argument) {
  require(argument, ":bench", ":bench inv(M) @ b vs M \\ b");
  std::vector<Contestant> contestants;
  for (std::string& side : sides_of(argument)) {
    if (side.empty()) throw CommandFault{"one side of `vs` is empty", ":bench inv(M) @ b vs M \\ b"};
    contestants.emplace_back(with, std::move(side));
  }
  with.runner().progress().begin();
  compete(contestants);
  with.runner().progress().end();
  for (const Contestant& own : contestants)
    with.print(formatted("%10s least %10s median of %5zu   ", duration_text(own.least()).c_str(),
                         duration_text(own.median()).c_str(), own.runs()) +
               own.expression() + "\n");
  for (std::size_t at = 1; at < contestants.size(); ++at) {
    const double ratio = contestants[0].least() / contestants[at].least();
    with.print(formatted("%.3g times as fast: ", std::max(ratio, 1 / ratio)) +
               contestants[ratio < 1 ? 0 : at].expression() + "\n" + agreement(with, contestants[0], contestants[at]));
  }
}

void list_passes(Conversation& with, std::string_view argument) {
  const std::vector<std::string> words = words_of(argument);
  ricci::options how = with.session().how();
  const std::vector<ricci::pass_row> all = ricci::optimizer_passes();
  if (words.empty()) {
    for (const ricci::pass_row& own : all) {
      const bool off = std::count(how.passes_off.begin(), how.passes_off.end(), own.name) > 0 || own.level > how.level;
      with.print(formatted("%-4s %-22s %s\n", off ? "off" : "on", own.name.c_str(), own.effect.c_str()));
    }
    return;
  }
  if (words.size() != 2 || (words[0] != "on" && words[0] != "off"))
    throw CommandFault{":passes takes nothing, or on or off and a name", ":passes off hoist_invariants"};
  std::vector<std::string> names;
  for (const ricci::pass_row& own : all) names.push_back(own.name);
  if (std::count(names.begin(), names.end(), words[1]) == 0) {
    const std::string near = ricci::nearest(words[1], names);
    throw CommandFault{"there is no pass " + words[1],
                       near.empty() ? ":passes lists them" : "did you mean " + near + "?"};
  }
  std::erase(how.passes_off, words[1]);
  if (words[0] == "off") how.passes_off.push_back(words[1]);
  with.session().configure(how);
  with.note(words[1] + " is " + words[0] + "\n");
}

}  // namespace repl
