// What stops, ends or disturbs a conversation: Ctrl-C, signals, Ctrl-Z, pasted text, poor terminals.
#include <signal.h>

#include <chrono>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/repl/terminal.hpp"

using person::Surroundings;
using person::Terminal;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* endless = "sum[i in 0:100_000, j in 0:100_000, k in 0:1000] (sin(i*1.0 + j + k))\r";

}  // namespace

TEST_CASE("repl: long work shows what runs, and Ctrl-C stops it and keeps every value") {
  Terminal at;
  at.enter("x = [1, 2]; x;");
  at.type(endless);
  CHECK(at.sees("fused: [] sum[i,j,k]"));
  CHECK(at.sees(" %"));
  at.type("\x03");
  CHECK(at.sees("interrupted: every value is kept; stopped in step 1 of 1, fused"));
  CHECK(at.enter("x") == "x: i64[2], evaluated\n[1, 2]\n");
  CHECK_FALSE(holds(at.screen(), " %  "));  // the line was taken back
}

TEST_CASE("repl: Ctrl-C leaves a decomposition that takes seconds, and so does leaving after it") {
  Terminal at;
  at.enter("x = [1, 2]; A = normal(0, 1, shape=[3000, 3000]); A;");
  at.type("U, s, Vh = svd(A); s[0]\r");
  CHECK(at.sees(" %"));
  at.type("\x03");
  CHECK(at.sees("interrupted: every value is kept; stopped in step"));
  CHECK(at.enter("x") == "x: i64[2], evaluated\n[1, 2]\n");
  CHECK(at.enter("A[0,0] == A[0,0]") == "true\n");
  at.type("\x04");
  CHECK(at.status() == 0);
}

TEST_CASE("repl: no progress line where it was not wanted") {
  for (const Surroundings& around : {Surroundings{{}, {"TERM=dumb"}, 30, 100, {}}}) {
    Terminal at(around);
    REQUIRE(at.waits_at("ricci>"));
    at.type(endless);
    CHECK_FALSE(at.shows_within(std::chrono::milliseconds(1600), " %"));
    at.type("\x03");
    CHECK(at.sees("interrupted"));
    CHECK_FALSE(holds(at.raw(), "\x1B["));
    CHECK(holds(at.enter("1 + 1"), "2\n"));
  }
}

TEST_CASE("repl: what asks the process to end is obeyed, while it waits and while it computes") {
  for (const int signal : {SIGTERM, SIGHUP}) {
    Terminal idle;
    REQUIRE(idle.waits_at("ricci>"));
    idle.send_signal(signal);
    CHECK(idle.status() == 128 + signal);
    Terminal busy;
    REQUIRE(busy.waits_at("ricci>"));
    busy.type(endless);
    CHECK(busy.sees(" %"));
    busy.send_signal(signal);
    CHECK(busy.status() == 128 + signal);
  }
}

TEST_CASE("repl: Ctrl-Z gives the terminal back, and fg brings the line back") {
  Terminal at({{"--norc", "--noprofile", "-i"}, {"PS1=shell> "}, 30, 100, {}, "bash"});
  REQUIRE(at.waits_at("shell>"));
  at.type("$RICCI_COMMAND --no-init\r");
  REQUIRE(at.waits_at("ricci>"));
  CHECK(at.enter("x = 5") == "x: i64, lazy\n");
  at.type("x + 1");
  REQUIRE(at.waits_at("ricci> x + 1"));
  at.type("\x1A");
  REQUIRE(at.waits_at("shell>"));
  at.type("stty -a | grep -o ' icanon'; echo er$((1 + 1))ho\r");  // the shell edits its own lines again
  CHECK(at.sees(" icanon\ner2ho"));
  at.resize(30, 60);
  at.type("fg\r");
  REQUIRE(at.waits_at("ricci> x + 1"));
  at.type("0\r");
  CHECK(at.sees("\n15\n"));
  REQUIRE(at.waits_at("ricci>"));
  at.type(endless);
  CHECK(at.sees(" %"));
  at.type("\x1A");  // while something runs, too
  REQUIRE(at.waits_at("shell>"));
  at.type("fg\r");
  for (int looks = 0; looks < 200 && !holds(at.last_line(), "fused"); ++looks)  // the line that tells what runs
    at.shows_within(std::chrono::milliseconds(50), "");
  at.type("\x03");
  CHECK(at.sees("interrupted: every value is kept"));
  CHECK(at.enter("x") == "5\n");
  at.type("\x04");
  CHECK(at.waits_at("shell>"));
}

TEST_CASE("repl: what is typed while something runs is taken afterwards, key by key") {
  const std::string work = "s = sum[i in 0:2000, j in 0:2000, k in 0:8] sin(i*1.0 + j + k); s < inf";
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type(work + "\r");
  at.type("y = 20\ry + 1\r2 * ");
  CHECK(at.sees("\n21\n"));
  CHECK(at.waits_at("ricci> 2 *"));
  at.type("4\r");
  CHECK(at.sees("\n8\n"));
  REQUIRE(at.waits_at("ricci>"));
  at.type(work + "\rz = 3\r");
  at.type("\x04");  // Ctrl-D, too
  CHECK(at.status() == 0);
  CHECK(holds(at.screen(), "z: i64, lazy"));
}

TEST_CASE("repl: a limit of time is one of each statement") {
  Terminal at({{"--time-limit", "0.2"}, {}, 30, 100, {}});
  const std::string first = at.enter(std::string(endless, std::string(endless).size() - 1));
  CHECK(holds(first, "error[limit]"));
  CHECK(holds(first, "raise it with :set time-limit"));
  CHECK(at.enter("1 + 1") == "2\n");
  CHECK(at.enter(":set time-limit none").empty());
  CHECK(holds(at.enter(":set"), "time-limit none"));
}

TEST_CASE("repl: nobody reads standard output any more, and nothing else is lost") {
  Terminal at({{"-c", "$RICCI_COMMAND --no-init | head -n 1; echo ended"}, {}, 30, 100, {}, "bash"});
  CHECK(at.enter("x = 2") == "x: i64, lazy\n");
  at.type("x + 4019\r");
  CHECK(at.sees("4021"));  // by way of head, before the next prompt or behind it
  at.type("\r");
  at.enter("1");
  at.enter("1");  // head may have gone only after this was written
  CHECK(at.sees("nobody reads standard output any more"));
  at.type(":save x x.npy\r");  // whether the prompt of the line before stands already or not
  CHECK(at.sees("x is in x.npy"));
  at.type("\x04");
  CHECK(at.sees("ended"));
  CHECK(at.status() == 0);
}

TEST_CASE("repl: pasted transcripts lose their prompts and their results") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.paste("ricci> a = [1,\n  ...> 2]\na: i64[2], lazy\nricci> a + 1\ni64[2]\n[2, 3]\n");
  CHECK(at.sees("[2, 3]"));
  CHECK_FALSE(holds(at.screen(), "error"));
  CHECK(at.enter("a") == "a: i64[2], evaluated\n[1, 2]\n");
}

TEST_CASE("repl: pasted text is whole: what continues a line belongs to it, and the rest can be edited") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.paste("y[i] = 2*i\n  for i in 0:3\ny\n1 + ");
  CHECK(at.sees("[0, 2, 4]"));
  CHECK(at.waits_at("ricci> 1 +"));
  at.type("41\r");
  CHECK(at.sees("\n42\n"));
}

TEST_CASE("repl: NO_COLOR and --color never leave no colour, --color always keeps it") {
  Terminal plain({{}, {"NO_COLOR=1"}, 30, 100, {}});
  CHECK(holds(plain.enter("zz"), "has no value"));
  CHECK_FALSE(holds(plain.raw(), "\x1B[1;3"));
  CHECK_FALSE(holds(plain.raw(), "\x1B[2m"));
  Terminal never({{"--color", "never"}, {}, 30, 100, {}});
  CHECK(holds(never.enter("zz"), "has no value"));
  CHECK_FALSE(holds(never.raw(), "\x1B[1;3"));
  Terminal always({{"--color", "always"}, {"NO_COLOR=1"}, 30, 100, {}});
  CHECK(holds(always.enter("zz"), "has no value"));
  CHECK(holds(always.raw(), "\x1B[1;31merror[name]"));
}

TEST_CASE("repl: start files, --init, --no-init and -q") {
  Terminal first({{"-q"}, {}, 30, 100, {}});
  REQUIRE(first.waits_at("ricci>"));
  CHECK(first.screen() == "ricci>\n");
  const std::string home = first.folder();
  REQUIRE(::system(("mkdir -p " + home + "/.config/ricci").c_str()) == 0);
  std::ofstream(home + "/.config/ricci/rc.ricci") << ":set precision 3\ng = 9.81;\n";
  std::ofstream(home + "/other.ricci") << "h = 2;\n";
  Terminal with({{}, {}, 30, 100, home});
  CHECK(with.enter("g/3") == "3.27\n");
  Terminal without({{"--no-init"}, {}, 30, 100, home});
  CHECK(holds(without.enter("g"), "has no value"));
  Terminal other({{"--init", "other.ricci"}, {}, 30, 100, home});
  CHECK(other.enter("h + pi") == "5.14159\n");
  CHECK(holds(other.enter("g"), "has no value"));
}
