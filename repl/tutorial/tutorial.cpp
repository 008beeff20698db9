#include "repl/tutorial/tutorial.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include "repl/text.hpp"

namespace repl {
namespace {

/// Numbers that differ by less than this, relative to their size, are the same formula computed in another order.
constexpr double rounding = 1e-9;

constexpr std::string_view welcome =
    R"(The tutorial: eight short lessons, about ten minutes. Each makes some values and asks for one line; type it, or try
anything else first: these values are the lesson's own, yours come back when you leave.
  :hint   what the line could look like     :show   the line that is right
  :skip   to the next lesson                :back   to the last one
  :again  the lesson once more              :leave  (or Ctrl-D) ends the tutorial)";

constexpr std::string_view farewell =
    R"(That was all of it. The same lines work in scripts, in C++ and on any size of data. :help solve, :explain STATEMENT
and :plot x are good next steps.)";

std::string shape_text(const ricci::extents& shape) {
  std::string out = "[";
  for (std::size_t at = 0; at < shape.size(); ++at) (out += at == 0 ? "" : ", ") += std::to_string(shape[at]);
  return out + "]";
}

std::unique_ptr<ricci::session> prepared_session(const Lesson& lesson) {
  auto out = std::make_unique<ricci::session>();
  out->run(lesson.setup);
  return out;
}

ricci::value last_shown(ricci::session& in, std::string_view program) {
  ricci::value out;
  in.run(program, [&](const ricci::shown& one) {
    if (!one.defined) out = one.of;
  });
  return out;
}

/// The lesson's setup and its answer, run apart from what the person has done.
std::unique_ptr<ricci::session> solved_session(const Lesson& lesson) {
  auto out = prepared_session(lesson);
  out->run(lesson.answer);
  return out;
}

ricci::value expected_value(const Lesson& lesson) {
  if (!lesson.expected.empty()) return last_shown(*prepared_session(lesson), lesson.expected);
  return solved_session(lesson)->get(lesson.name);
}

using Numbers = std::vector<std::complex<double>>;

/// By how much an element misses; infinite where one is no number and the other is.
double miss(std::complex<double> given, std::complex<double> wanted, double tolerance) {
  if (given == wanted) return 0;
  const double difference = std::abs(given - wanted);
  if (!std::isfinite(difference)) return HUGE_VAL;
  return difference <= std::max(tolerance, rounding * std::max(1.0, std::abs(wanted))) ? 0 : difference;
}

/// Where the largest miss stands; past the end: everything is right.
std::size_t worst(const Numbers& given, const Numbers& wanted, double tolerance) {
  std::size_t out = wanted.size();
  double largest = 0;
  for (std::size_t at = 0; at < wanted.size(); ++at)
    if (const double own = miss(given[at], wanted[at], tolerance); own > largest) {
      largest = own;
      out = at;
    }
  return out;
}

bool equal(const ricci::value& given, const ricci::value& wanted, double tolerance) {
  if (given.shape() != wanted.shape()) return false;
  const Numbers own = given.elements<std::complex<double>>();
  return worst(own, wanted.elements<std::complex<double>>(), tolerance) == own.size();
}

/// "[1, 0]": the position of a row-major element.
std::string position_text(std::size_t at, const ricci::extents& shape) {
  ricci::extents position(shape.size());
  auto left = static_cast<std::int64_t>(at);
  for (std::size_t axis = shape.size(); axis-- > 0; left /= shape[axis]) position[axis] = left % shape[axis];
  return shape_text(position);
}

std::string element_text(const ricci::value& of, std::size_t at) {
  const std::complex<double> x = of.elements<std::complex<double>>()[at];
  ricci::session aside;
  if (x.imag() == 0)
    aside.set("x", x.real());
  else
    aside.set("x", x);
  return ricci::to_text(aside.get("x"));
}

/// The kernels that a line takes, each once, in the order in which they run.
std::string kernels_of(const Lesson& lesson, const std::string& line) {
  std::vector<std::string> seen;
  for (const ricci::planned_step& step : prepared_session(lesson)->explain(line).steps)
    if (std::find(seen.begin(), seen.end(), step.kernel) == seen.end()) seen.push_back(step.kernel);
  std::string out;
  for (const std::string& kernel : seen) (out += out.empty() ? "" : ", ") += kernel;
  return out;
}

}  // namespace

std::size_t Tutorial::width() const {
  constexpr std::size_t widest = 100;
  return std::min(widest, door_.screen().width);
}

void Tutorial::tell(std::string_view text) { say(reflowed(text, width())); }

void Tutorial::advise(std::string_view text) { say(wrapped("  " + std::string(text), width(), 2)); }

void Tutorial::show(const std::string& label, const ricci::value& of) {
  say(label + " = " + ricci::to_text(of, {.width = width()}));
}

void Tutorial::run(std::size_t first) {
  tell(welcome);
  std::size_t at = std::min(first, lessons.size() - 1);
  for (bool opened = false; at < lessons.size();) {
    const Lesson& lesson = lessons[at];
    if (!opened) open(lesson);
    opened = true;
    const std::optional<std::string> line =
        door_.read("[" + std::to_string(at + 1) + "/" + std::to_string(lessons.size()) + "] ", *session_);
    if (!line) return;
    const std::string_view word = trimmed(*line);
    if (word.empty()) continue;
    const Step step = word.starts_with(':') ? obey(lesson, word.substr(1)) : answer(lesson, *line);
    if (step == Step::leave) return;
    if (step == Step::stay) continue;
    if (step == Step::back && at == 0) say("This is the first lesson.");
    at = step == Step::next ? at + 1 : at - std::min<std::size_t>(at, 1);
    opened = false;
  }
  tell(farewell);
}

void Tutorial::open(const Lesson& lesson) {
  session_ = prepared_session(lesson);
  missed_ = 0;
  say("\n-- " + std::string(lesson.title));
  say(lesson.setup);
  say("");
  tell(lesson.text);
  say("");
  tell("> " + std::string(lesson.task));
}

Tutorial::Step Tutorial::obey(const Lesson& lesson, std::string_view word) {
  struct Word {
    std::string_view name;
    Step step;
    std::string_view (*words)(const Lesson&);
  };
  constexpr auto nothing = [](const Lesson&) { return std::string_view(); };
  constexpr std::array known{
      Word{"hint", Step::stay, [](const Lesson& own) { return hint_for(own, "*"); }},
      Word{"show", Step::stay, [](const Lesson& own) { return own.answer; }},
      Word{"skip", Step::next, nothing},
      Word{"next", Step::next, nothing},
      Word{"back", Step::back, nothing},
      Word{"leave", Step::leave, nothing},
      Word{"quit", Step::leave, nothing},
  };
  for (const Word& own : known) {
    if (own.name != word) continue;
    if (const std::string_view words = own.words(lesson); !words.empty()) advise(words);
    return own.step;
  }
  if (word == "again")
    open(lesson);
  else
    say("Here are :hint :show :again :skip :back :leave; other commands wait outside.");
  return Step::stay;
}

/// Runs a line as the conversation would, then looks whether it gave what the lesson asks for.
Tutorial::Step Tutorial::answer(const Lesson& lesson, const std::string& line) {
  try {
    std::vector<ricci::value> given;
    std::vector<std::string> defined;
    session_->run(line, [&](const ricci::shown& one) {
      if (one.defined) return defined.push_back(one.label);
      given.push_back(one.of);
      if (one.drawn)
        door_.print(ricci::to_text(one.drawn, door_.screen()));
      else
        show(one.label, one.of);
    });
    for (const std::string& name : defined) given.push_back(session_->get(name));
    const ricci::value wanted = expected_value(lesson);
    for (const ricci::value& own : given)
      if (equal(own, wanted, lesson.tolerance)) {
        praise(lesson, line);
        return Step::next;
      }
    if (std::find(defined.begin(), defined.end(), lesson.name) != defined.end())
      judge(lesson, session_->get(lesson.name), wanted);
  } catch (const ricci::error& cause) {
    door_.report(cause);
    ricci::clear_interrupt();
    if (cause.code() == "interrupted") return Step::stay;
    if (const std::string_view hint = hint_for(lesson, cause.code()); !hint.empty()) advise(hint);
    miss_again(lesson);
  }
  return Step::stay;
}

void Tutorial::judge(const Lesson& lesson, const ricci::value& given, const ricci::value& wanted) {
  const std::string name(lesson.name);
  if (given.shape() != wanted.shape()) {
    tell("Not yet: " + name + " has the shape " + shape_text(given.shape()) + ", and should have " +
         shape_text(wanted.shape()) + ".");
    advise(hint_for(lesson, "shape"));
  } else {
    const std::size_t at =
        worst(given.elements<std::complex<double>>(), wanted.elements<std::complex<double>>(), lesson.tolerance);
    tell("Not yet: " + name + " has the right shape, but at " + position_text(at, given.shape()) + " it is " +
         element_text(given, at) + ", and should be " + element_text(wanted, at) + ".");
    advise(hint_for(lesson, "values"));
  }
  miss_again(lesson);
}

/// Who misses often gets more help unasked.
void Tutorial::miss_again(const Lesson& lesson) {
  ++missed_;
  if (missed_ == 2) advise(hint_for(lesson, "*"));
  if (missed_ == 4) advise(":show shows a line that is right, :skip goes on without it.");
}

void Tutorial::praise(const Lesson& lesson, const std::string& line) {
  const auto solved = solved_session(lesson);
  show("Right: " + std::string(lesson.name), solved->get(lesson.name));
  if (!lesson.picture.empty())
    solved->run(lesson.picture, [&](const ricci::shown& one) {
      if (one.drawn) door_.print(ricci::to_text(one.drawn, door_.screen()));
    });
  tell(lesson.after);
  const std::string kernels = kernels_of(lesson, line);
  say("  " + std::string(trimmed(ricci::written_out(line))) + (kernels.empty() ? "" : "\n  ran: " + kernels));
}

}  // namespace repl
