// The commands of a conversation, each as a person uses it.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/repl/terminal.hpp"

using person::Surroundings;
using person::Terminal;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("repl: :vars tells type, size, state and structure") {
  Terminal at;
  CHECK(at.enter(":vars") == "no name has a value yet\n");
  at.enter("A = assume([[4, 2], [2, 5]], spd); L = cholesky(A); Q, R = qr(A); S = sparse(A);");
  at.enter("b = ones(100)");
  at.enter("A;");
  CHECK(at.enter(":vars") == R"(A    i64[2, 2]         32 B   evaluated  spd
L    f64[2, 2]         32 B   lazy       lower
Q    f64[2, 2]         32 B   lazy       orthogonal
R    f64[2, 2]         32 B   lazy       upper
S    sparse i64[2, 2]  16 B   lazy       spd
ans  i64[2, 2]         32 B   evaluated
b    f64[100]          800 B  lazy
)");
  CHECK(at.enter(":vars b") == "b  f64[100]  800 B  lazy\nb = ones(100)\n");
  CHECK(at.enter(":vars bb") == "error[command]: `bb` has no value\n  hint: did you mean b?\n");
}

TEST_CASE("repl: :type looks without computing or defining") {
  Terminal at;
  at.enter("A = ones(300, 400);");
  CHECK(at.enter(":type A @ A'") == "f64[300, 300], 703.1 KiB, lazy, positive semidefinite\n");
  CHECK(at.enter(":type B[i] = A[i,j]*A[i,j]") == "f64[300], 2.3 KiB, lazy\n");
  CHECK(holds(at.enter("B"), "`B` has no value"));
  CHECK(holds(at.enter(":type A @ A"), "error["));
}

TEST_CASE("repl: :explain, :profile, :time and :bench") {
  Terminal at;
  at.enter("A = ones(60, 60); b = ones(60);");
  const std::string explained = at.enter(":explain y[i] = A[i,k]*b[k]");
  CHECK(holds(explained, "y[i] = sum[k] A[i,k]*b[k]"));
  CHECK(holds(explained, "plan:"));
  CHECK(holds(at.enter("y"), "`y` has no value"));
  const std::string profile = at.enter(":profile (A + eye(60)) \\ b");
  CHECK(holds(profile, "numerics:"));
  CHECK(holds(profile, "rcond"));
  CHECK(at.enter(":time on") == "times are shown\n");
  CHECK(holds(at.enter("sum(A)"), "execute"));
  CHECK(at.enter(":time") == "times are not shown\n");
  CHECK_FALSE(holds(at.enter("sum(b)"), "execute"));
  CHECK(holds(at.enter(":time A @ b"), "execute"));
  const std::string bench = at.enter(":bench A @ b vs sum(A, axis=1)");
  CHECK(holds(bench, "times as fast"));
  CHECK(holds(bench, "both give the same"));
  CHECK(holds(at.enter(":bench 2 vs 3"), "they differ by 0.5 of the largest"));
  CHECK(holds(at.enter(":bench A vs b"), "they have different extents"));
  CHECK(holds(at.enter(":bench A vs"), "one side of `vs` is empty"));
}

TEST_CASE("repl: :passes lists and switches, and results stay") {
  Terminal at({{}, {}, 60, 110, {}});
  CHECK(holds(at.enter(":passes"), "on   hoist_invariants"));
  CHECK(at.enter(":passes off hoist_invariants") == "hoist_invariants is off\n");
  CHECK(holds(at.enter(":passes"), "off  hoist_invariants"));
  at.enter("x = [1, 2]; y[i] = exp(x[i])*x[j]*x[j];");
  CHECK(at.enter("y[0] > 13") == "true\n");
  CHECK(at.enter(":passes on hoist_invariants") == "hoist_invariants is on\n");
  CHECK(holds(at.enter(":passes off hoist_invariant"), "did you mean hoist_invariants?"));
}

TEST_CASE("repl: :save and :load, :write and :read") {
  Terminal at;
  at.enter("K = [[1.5, 2], [3, 4]];");
  CHECK(at.enter(":save K k.npy") == "K is in k.npy\n");
  CHECK(at.enter(":load k.npy") == "k: f64[2, 2]\n");
  CHECK(at.enter(":load L k.npy") == "L: f64[2, 2]\n");
  CHECK(at.enter("sum(abs(L - K))") == "0\n");
  CHECK(holds(at.enter(":load M nowhere.npy"), "error[file]"));
  CHECK(holds(at.enter(":save K nowhere/k.npy"), "error[file]"));
  CHECK(at.enter(":write all.ricci") == "2 statements are in all.ricci\n");
  CHECK(file_text(at.folder() + "/all.ricci") == "K = [[1.5, 2], [3, 4]];\nsum(abs(L - K))\n");
  std::ofstream(at.folder() + "/more.ricci") << "m = 1;\n:set precision 3\n\nn = m +\n  1;\npi\nzz\n";
  CHECK(at.enter(":read more.ricci") == R"(3.14
error[name]: `zz` has no value
  at more.ricci:7:1
  zz
  ^^
  hint: define it first, as in zz = ..., or take it from a file: :load zz FILE
)");
  CHECK(at.enter("n") == "2\n");
  CHECK(holds(at.enter(":read nowhere"), "cannot be read"));
}

TEST_CASE("repl: :reset forgets, and undo brings everything back") {
  Terminal at;
  at.enter("x = 1; y = 2");
  CHECK(at.enter(":reset") == "2 names are forgotten; :reset undo brings them back\n");
  CHECK(holds(at.enter("x"), "has no value"));
  CHECK(at.enter(":reset undo") == "2 names are back\n");
  CHECK(at.enter("x + y") == "3\n");
}

TEST_CASE("repl: :set shows and changes, and refuses what makes no sense") {
  Terminal at;
  CHECK(holds(at.enter(":set"), "precision  6"));
  CHECK(at.enter(":set threads 1").empty());
  CHECK(holds(at.enter(":set threads"), "threads    1"));
  CHECK(at.enter(":set seed 7").empty());
  const std::string drawn = at.enter("normal(0, 1)");
  CHECK(at.enter(":set seed 8").empty());
  CHECK(at.enter("normal(0, 1)") != drawn);
  CHECK(at.enter(":set accuracy strict").empty());
  CHECK(at.enter(":set memory 64M").empty());
  CHECK(holds(at.enter("[i,j] = i*1.0 + j for i in 0:10_000, j in 0:10_000"), "error[memory]"));
  CHECK(at.enter("1 + 1") == "2\n");
  CHECK(at.enter(":set format json").empty());
  CHECK(at.enter("[1, 2]") == R"({"name":"ans","dtype":"i64","shape":[2],"value":[1,2]})"
                              "\n");
  CHECK(holds(at.enter(":set thread 2"), "did you mean threads?"));
  CHECK(holds(at.enter(":set color blue"), "color takes auto, always or never, not `blue`"));
}

TEST_CASE("repl: :help has an overview, topics, functions with examples, commands") {
  Terminal at({{}, {}, 70, 120, {}});
  const std::string all = at.enter(":help");
  for (const char* part : {":bench", "topics", "elementwise", "logsumexp", "cholesky"}) CHECK(holds(all, part));
  CHECK(at.enter(":help sqrt") ==
        "sqrt(x)   the square root\nricci> sqrt([1, 2, 4])\nf64[3]\n[1.00000, 1.41421, 2.00000]\n");
  CHECK(holds(at.enter(":help solve"), "linear systems"));
  CHECK(holds(at.enter(":help :vars"), "lazy or evaluated"));
  CHECK(holds(at.enter(":help cholesk"), "did you mean :help cholesky?"));
}

TEST_CASE("repl: unknown commands suggest the nearest, clear beginnings will do") {
  Terminal at;
  CHECK(at.enter(":vasr") == "error[command]: there is no command :vasr\n  hint: did you mean :vars?\n");
  CHECK(holds(at.enter(":xyzzy"), ":help lists the commands"));
  CHECK(holds(at.enter(":h"), "there is no command :h"));  // help or history
  CHECK(at.enter(":var") == "no name has a value yet\n");
  at.type(":q\r");
  CHECK(at.status() == 0);
}

TEST_CASE("repl: :! runs a command of the shell, unless --safe") {
  Terminal at;
  CHECK(at.enter(":!echo here $((1 + 2))") == "here 3\n");
  CHECK(at.enter(":! exit 3") == "the command ended with status 3\n");
  Terminal safe({{"--safe"}, {}, 30, 100, {}});
  CHECK(holds(safe.enter(":!echo here"), "off: ricci was started with --safe"));
  CHECK(holds(safe.enter(":edit"), "off: ricci was started with --safe"));
}

TEST_CASE("repl: :edit gives a definition to the editor and runs what comes back") {
  Terminal at({{}, {"EDITOR=sed -i s/1/41/"}, 30, 100, {}});
  at.enter("x = 1");
  CHECK(at.enter(":edit x") == "x = 41\nx: i64, lazy\n");
  CHECK(at.enter("x") == "41\n");
}

TEST_CASE("repl: Tab completes, lists, and tells the size of an axis") {
  Terminal at;
  at.enter("alphabet = 1; alphanumeric = 2; W = ones(3, 4);");
  at.type("alp\t");
  CHECK(at.sees("ricci> alpha"));
  at.type("\t");
  CHECK(at.sees("alphabet      alphanumeric"));
  at.type("n\t + 1\r");
  CHECK(at.sees("ricci> alphanumeric + 1\n3"));
  at.type("W[i,\t");
  CHECK(at.sees("W: f64[3, 4]; axis 1 has size 4"));
  at.type("\x03");
  REQUIRE(at.waits_at("ricci>"));
  at.type("cbr\t-1)\r");
  CHECK(at.sees("ricci> cbrt(-1)\n-1"));
}

TEST_CASE("repl: history outlives the session, however it ends, and is searched by beginning") {
  Terminal first;
  first.enter("x = 10");
  first.enter("y = 20");
  first.enter("z = [1,\n2]");
  first.send_signal(9);
  CHECK(first.status() == 128 + 9);
  Terminal second({{}, {}, 30, 100, first.folder()});
  REQUIRE(second.waits_at("ricci>"));
  second.type("x\x1B[A");
  CHECK(second.waits_at("ricci> x = 10"));
  second.type("\r");
  CHECK(second.sees("x: i64, lazy"));
  second.type("\x1B[A\x1B[A");  // the newest, then the one before: x = 10 stands only once, as the newest
  CHECK(second.sees("z = [1,"));
  second.type("\x03");
  REQUIRE(second.waits_at("ricci>"));
  CHECK(second.enter(":history y") == "    1  y = 20\n    4  :history y\n");
  second.type("\x12y = \r");  // Ctrl-R
  CHECK(second.sees("y: i64, lazy"));
}

TEST_CASE("repl: :plot, :heat and :hist draw here or into a file, :tutorial begins and ends") {
  Terminal at({{}, {}, 60, 100, {}});
  at.enter("x = linspace(0, 6, 40); y = sin(x);");
  const std::string drawn = at.enter(":plot x y");
  CHECK_FALSE(holds(drawn, "error"));
  CHECK(drawn.size() > 500);  // rows of a picture
  CHECK_FALSE(holds(at.enter(":hist y"), "error"));
  CHECK_FALSE(holds(at.enter(":heat eye(5)"), "error"));
  CHECK_FALSE(holds(at.enter(":plot y to y.svg"), "error"));
  CHECK(holds(file_text(at.folder() + "/y.svg"), "<svg"));
  CHECK(holds(at.enter(":plot"), ":plot takes a value"));
  at.type(":tutorial\r");
  CHECK(at.waits_at("[1/8]"));
  at.type("\x04");
  CHECK(at.waits_at("ricci>"));
  CHECK(at.enter("x[0]") == "0\n");
}

TEST_CASE("repl: in the tutorial Ctrl-C gives up a line alone, Up brings one back, Tab knows the lesson's names") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type(":tutorial 4\r");
  REQUIRE(at.waits_at("[4/8]"));
  at.type("noi\t + 1\r");
  CHECK(at.sees("noise + 1 = 1.1"));
  REQUIRE(at.waits_at("[4/8]"));
  at.type("K[i,");
  REQUIRE(at.waits_at("[4/8] K[i,"));
  at.type("\x03");
  REQUIRE(at.waits_at("[4/8]"));
  at.type("\x1B[A");
  CHECK(at.waits_at("[4/8] noise + 1"));
  at.type("\x15Q\r");  // Ctrl-U
  CHECK(at.sees("take it from a file: :load Q FILE"));
  REQUIRE(at.waits_at("[4/8]"));
  at.type("\x04");
  CHECK(at.waits_at("ricci>"));
  CHECK(holds(at.enter("noise"), "has no value"));
}

TEST_CASE("repl: what the optimiser did is one line, with the method of a solve") {
  Terminal at;
  at.enter("M = 4*eye(40) + 1.0; B = ones(40, 12);");
  const std::string shown = at.enter("M \\ B");
  INFO(shown);
  CHECK(holds(shown, "linear algebra (cholesky, 12 right-hand sides); "));
  CHECK(holds(at.enter(":vars M"), "spd"));
}
