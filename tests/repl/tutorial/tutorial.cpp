// The tutorial as a person walks through it: lines in, words out.
#include "repl/tutorial/tutorial.hpp"

#include <catch2/catch.hpp>
#include <deque>

namespace {

using namespace repl;

/// What the tutorial says to these lines, and whether it ended by itself.
struct Walk {
  std::string said;
  bool ended = false;
  std::size_t unread = 0;
};

Walk walk(std::deque<std::string> lines, std::size_t first = 0) {
  Walk out;
  bool asked_past_the_end = false;
  Tutorial tutorial({[&](const std::string& prompt, const ricci::session&) -> std::optional<std::string> {
                       out.said += prompt;
                       if (lines.empty()) {
                         asked_past_the_end = true;
                         return std::nullopt;
                       }
                       std::string line = lines.front();
                       lines.pop_front();
                       out.said += line + "\n";
                       return line;
                     },
                     [&](std::string_view text) { out.said += text; },
                     [&](const ricci::error& cause) { out.said += std::string(cause.what()) + "\n"; },
                     [] { return ricci::screen{}; }});
  tutorial.run(first);
  out.ended = !asked_past_the_end;
  out.unread = lines.size();
  return out;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("repl: every answer of the tutorial is right, and no lesson is right without one") {
  std::deque<std::string> lines;
  for (const Lesson& lesson : lessons) {
    lines.emplace_back("1 + 1");  // exploring is welcome, and proves nothing
    lines.emplace_back(std::string(lesson.name) + " = 0*" + std::string(lesson.name) + "0");
    lines.emplace_back(lesson.answer);
  }
  const Walk own = walk(lines);
  INFO(own.said);
  CHECK(own.ended);
  CHECK(own.unread == 0);
  CHECK(occurrences(own.said, "Right: ") == lessons.size());
  CHECK(occurrences(own.said, "error[name]") == lessons.size());
  CHECK(contains(own.said, "That was all of it."));
  CHECK(contains(own.said, "ran: "));
  CHECK(contains(own.said, "⠤"));
}

TEST_CASE("repl: every lesson has its words") {
  for (const Lesson& lesson : lessons) {
    INFO(lesson.title);
    CHECK(!hint_for(lesson, "*").empty());
    CHECK(!hint_for(lesson, "shape").empty());
    CHECK(!hint_for(lesson, "values").empty());
    CHECK(hint_for(lesson, "no such code").empty());
    CHECK(!lesson.after.empty());
    CHECK(ricci::defined_names(lesson.answer) == std::vector<std::string>{std::string(lesson.name)});
  }
}

TEST_CASE("repl: lines are judged by what they give") {
  const Walk other = walk({"y = A @ v"});
  CHECK(contains(other.said, "Right: y = "));
  CHECK(contains(walk({"y[j] = sum[n] v[n]*A[j,n]"}).said, "Right: "));
  CHECK(contains(walk({"mine[i] = A[i,k]*v[k]"}).said, "Right: "));
  CHECK(contains(walk({"[i] = A[i,k]*v[k]"}).said, "Right: "));
  CHECK(contains(walk({"y = [12, 130]"}).said, "Right: "));
  CHECK(!contains(walk({"y = [12, 131]"}).said, "Right: "));
}

TEST_CASE("repl: wrong lines get the reason and a hint, errors their place") {
  const Walk wrong = walk({"y[i] = 2*A[i,k]*v[k]"});
  CHECK(contains(wrong.said, "Not yet: y has the right shape, but at [1] it is 260, and should be 130."));
  CHECK(contains(wrong.said, "row i of A times v"));
  const Walk shape = walk({"y[i,k] = A[i,k]*v[k]"});
  CHECK(contains(shape.said, "Not yet: y has the shape [2, 3], and should have [2]."));
  CHECK(contains(shape.said, "its only index is i"));
  const Walk error = walk({"y[i] = A[i,k]"});
  CHECK(contains(error.said, "error[index]"));
  CHECK(contains(error.said, "    ^"));
  CHECK(contains(error.said, "it has to stand in two factors"));
  const Walk twice = walk({"y = 1", "y = 2", "y = 3", "y = 4"});
  CHECK(occurrences(twice.said, "start with y[i] =") == 1);
  CHECK(contains(twice.said, ":show shows a line that is right"));
}

TEST_CASE("repl: one goes on, back, and leaves") {
  CHECK(contains(walk({":hint"}).said, "start with y[i] ="));
  CHECK(contains(walk({":show"}).said, "y[i] = A[i,k]*v[k]"));
  CHECK(occurrences(walk({":again"}).said, "-- Index notation") == 2);
  const Walk skipped = walk({":skip", ":skip", ":back", ":leave", "y = 1"});
  CHECK(contains(skipped.said, "[3/8] "));
  CHECK(occurrences(skipped.said, "-- 1 of 7") == 2);
  CHECK(skipped.ended);
  CHECK(skipped.unread == 1);
  CHECK(contains(walk({":back"}).said, "This is the first lesson."));
  CHECK(contains(walk({":vars"}).said, "other commands wait outside"));
  CHECK(!walk({}).ended);
  CHECK(contains(walk({}, 99).said, "[8/8] "));
  std::deque<std::string> all(lessons.size(), ":skip");
  CHECK(walk(all).ended);
}

TEST_CASE("repl: the tutorial's prose keeps to the screen") {
  const Walk own = walk(std::deque<std::string>(lessons.size(), ":skip"));
  std::size_t prose = 0;
  std::size_t begin = 0;
  for (std::size_t end; (end = own.said.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = own.said.substr(begin, end - begin);
    INFO(line);
    const bool code = contains(line, " = ") || contains(line, "] = ") || line.starts_with(" ");
    if (!code) CHECK(line.size() <= 80);
    prose += code ? 0 : 1;
  }
  CHECK(prose > 40);
}

TEST_CASE("repl: a lesson's own values may be overwritten without harm") {
  const Walk own = walk({"A = 5", "v = A", "y[i] = A[i,k]*v[k]", ":again", "y[i] = A[i,k]*v[k]"});
  CHECK(contains(own.said, "error["));
  CHECK(occurrences(own.said, "Right: ") == 1);
}
