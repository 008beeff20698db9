// :plot, :heat, :hist and :tutorial: what they stand for, and how they look to a person.
#include "repl/pictures.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "repl/conversation.hpp"
#include "tests/repl/terminal.hpp"

namespace {

using person::Surroundings;
using person::Terminal;

std::string plot(const std::string& argument) {
  try {
    return repl::drawing_statement("plot", argument);
  } catch (const repl::CommandFault& fault) {
    return "!" + fault.message;
  }
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("repl: the words of :plot are a statement") {
  CHECK(plot("x") == "plot(x)");
  CHECK(plot("X y") == "plot(X, y)");
  CHECK(plot("t sin(t)") == "plot(t, sin(t))");
  CHECK(plot("t, sin(t)") == "plot(t, sin(t))");
  CHECK(plot("x + 1") == "plot(x + 1)");
  CHECK(plot("x -y") == "plot(x -y)");  // as the language reads it
  CHECK(plot("A[:, 0] A[:, 1]") == "plot(A[:, 0], A[:, 1])");
  CHECK(plot("A' [1, 2]") == "plot(A', [1, 2])");
  CHECK(plot("[1, 2] [3, 4]") == "plot([1, 2], [3, 4])");
  CHECK(plot("(x + y) where(c, a, b)") == "plot((x + y), where(c, a, b))");
  CHECK(plot("x / sum[k] x[k]") == "plot(x / sum[k] x[k])");
  CHECK(plot("t x / max[k in 0:3] (x[k])^2") == "plot(t, x / max[k in 0:3] (x[k])^2)");
  CHECK(plot("a b c") == "plot(a, b, c)");  // the statement says what is wrong with it
}

TEST_CASE("repl: files, axes, titles and bins follow the values") {
  CHECK(plot("K to k.png") == "plot(K, \"k.png\")");
  CHECK(plot("K to \"my k.png\"") == "plot(K, \"my k.png\")");
  CHECK(plot("n T log xy") == "plot(n, T, log=\"xy\")");
  CHECK(plot("x title a wave to w.svg") == "plot(x, \"w.svg\", title=\"a wave\")");
  CHECK(plot("x title \"from a to b\"") == "plot(x, title=\"from a to b\")");
  CHECK(repl::drawing_statement("hist", "s bins 20") == "hist(s, bins=20)");
  CHECK(plot("log(x) log y") == "plot(log(x), log=\"y\")");
  CHECK(plot("to") == "plot(to)");  // a name, where nothing stands before it
  CHECK(plot("") == "!:plot takes a value");
  CHECK(plot("x to") == "!something is missing after `to`");
}

TEST_CASE("repl: pictures are drawn at the terminal, in its width and colours") {
  Terminal at({.arguments = {},
               .variables = {"LC_ALL=C.UTF-8", "COLORTERM=truecolor"},
               .rows = 30,
               .columns = 60,
               .folder = {}});
  at.enter("t = linspace(0, 6, 50);");
  const std::string curve = at.enter(":plot t sin(t)");
  CHECK(holds(curve, "sin(t)"));
  CHECK(holds(curve, "└┬"));
  CHECK(holds(curve, "⠤"));
  CHECK(holds(at.enter(":heat [[0, 1], [2, 3]]"), "▀"));
  CHECK(holds(at.raw(), "\x1B[0;38;2;"));
  CHECK(holds(at.enter("hist(t)"), "count"));
  CHECK(at.enter(":plot t to wave.svg") == "");
  CHECK(std::filesystem::exists(at.folder() + "/wave.svg"));
  const std::string wrong = at.enter(":heat t");
  CHECK(holds(wrong, "error[shape]: heat needs a matrix, which t is not"));
  CHECK(holds(wrong, "     ^"));
}

TEST_CASE("repl: a poor terminal gets letters") {
  Terminal at({.arguments = {}, .variables = {"LC_ALL=C", "TERM=dumb"}, .rows = 30, .columns = 60, .folder = {}});
  const std::string curve = at.enter("plot([0, 1, 4])");
  CHECK(holds(curve, "++--"));
  CHECK(!holds(curve, "\x1B"));
}

TEST_CASE("repl: the tutorial keeps its hands off the person's values") {
  Terminal at({.arguments = {}, .variables = {"LC_ALL=C.UTF-8"}, .rows = 60, .columns = 120, .folder = {}});
  at.enter("A = 7; y = 8;");
  at.type(":tutorial\r");
  REQUIRE(at.sees("[1/8]"));
  at.type("y[i] = A[i,k]\r");
  CHECK(at.sees("error[index]"));
  at.type("y[i] = sum[k\r");
  at.type("] A[i,k]*v[k]\r");
  REQUIRE(at.sees("[2/8]"));
  CHECK(holds(at.screen(), "Right: y = "));
  at.type(":leave\r");
  CHECK(holds(at.enter("A + y"), "15"));
  CHECK(holds(at.enter(":tutorial 9"), "there is no lesson '9'"));
}
