// A conversation as somebody at the terminal has it: keys in, screen out.
#include <catch2/catch.hpp>

#include "tests/repl/terminal.hpp"

using person::Surroundings;
using person::Terminal;

TEST_CASE("repl: a conversation greets, shows values and leaves at Ctrl-D") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  CHECK(at.screen().find(":help explains") != std::string::npos);
  CHECK(at.enter("1 + 1") == "2\n");
  CHECK(at.enter("x = [1.5, 2]") == "x: f64[2], lazy\n");
  CHECK(at.enter("x") == "x: f64[2], evaluated\n[1.5, 2.0]\n");
  CHECK(at.enter("ans * 2") == "f64[2]\n[3, 4]\n");
  CHECK(at.enter("ans[0];").empty());
  CHECK(at.enter("ans") == "3\n");
  at.type("\x04");
  CHECK(at.status() == 0);
}

TEST_CASE("repl: values look as people expect") {
  Terminal at;
  const std::pair<const char*, const char*> shown[] = {
      {"true", "true\n"},
      {"1/3", "0.333333\n"},
      {"2 - 1i", "2-1i\n"},
      {"[]", "f64[0] []\n"},
      {"[1, -20] > 0", "bool[2]\n[ true, false]\n"},
      {"[1 + 2i, 3]", "c128[2]\n[1+2i, 3+0i]\n"},
      {"sparse([[0, 2.5], [0, 0]])", "sparse f64[2, 2], 1 stored\n  (0, 1)  2.5\n"},
      {"1e300 * 1e300", "inf\n"},
  };
  for (const auto& [typed, text] : shown) {
    INFO(typed);
    CHECK(at.enter(typed) == text);
  }
  CHECK(at.enter("A[i,j] = 30*i + j for i in 0:20, j in 0:30") == "A: i64[20, 30], lazy\n");
  CHECK(at.enter("A") == R"(A: i64[20, 30], evaluated
[[  0,   1,   2, ...,  27,  28,  29]
 [ 30,  31,  32, ...,  57,  58,  59]
 [ 60,  61,  62, ...,  87,  88,  89]
 ...
 [510, 511, 512, ..., 537, 538, 539]
 [540, 541, 542, ..., 567, 568, 569]
 [570, 571, 572, ..., 597, 598, 599]]
)");
  CHECK(at.enter(":set precision 3").empty());
  CHECK(at.enter("pi") == "3.14\n");
  CHECK(at.enter(":set precision 0") == "error[command]: precision takes 1 to 17 digits, not `0`\n");
}

TEST_CASE("repl: a statement goes on while a bracket or an operator is open") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type("x = [1,\r");
  REQUIRE(at.waits_at("  ...>"));
  at.type("2 +\r");
  at.type("3]\r");
  REQUIRE(at.waits_at("ricci>"));
  CHECK(at.enter("x") == "x: i64[2], evaluated\n[1, 5]\n");
  at.type("y = (\r");
  REQUIRE(at.waits_at("  ...>"));
  at.type("\x03");  // gives it up
  REQUIRE(at.waits_at("ricci>"));
  const std::string two = at.enter("2");
  INFO(at.screen() << at.raw());
  CHECK(two == "2\n");
  at.type("y = (\r");
  REQUIRE(at.waits_at("  ...>"));
  at.type("\x04");  // so does this, and nothing more
  REQUIRE(at.waits_at("ricci>"));
  CHECK(at.enter("3") == "3\n");
}

TEST_CASE("repl: sums nobody wrote are shown written out, and what the optimiser did, dimmed") {
  Terminal at;
  at.enter("X[i,k] = i + k for i in 0:40, k in 0:6");
  CHECK(at.enter("K[i,j] = exp(-(X[i,k]-X[j,k])*(X[i,k]-X[j,k]))") ==
        "K[i,j] = exp(sum[k] -(X[i,k] - X[j,k])*(X[i,k] - X[j,k]))\nK: f64[40, 40], lazy\n");
  CHECK(at.raw().find("\x1B[2mK[i,j] = exp(sum[k] ") != std::string::npos);
  const std::string shown = at.enter("K;K");
  INFO(shown);
  CHECK(shown.find("; ") != std::string::npos);
  CHECK(at.enter("L[i,j] = X[i,k]*X[j,k];").empty());
  CHECK(at.enter("M[i,j] = sum[k] X[i,k]*X[j,k]") == "M: i64[40, 40], lazy\n");
  CHECK(at.enter(":set notes off").empty());
  CHECK(at.enter("M[i,j] = X[i,k]*X[j,k]").empty());
}

TEST_CASE("repl: errors end one statement and nothing else") {
  Terminal at;
  at.enter("alpha = 2");
  CHECK(at.enter("y = alpah + 1") == R"(error[name]: `alpah` has no value
  y = alpah + 1
      ^^^^^
  hint: did you mean `alpha`?
)");
  CHECK(at.enter("z = 1; w = zz; v = 3").find("`zz` has no value") != std::string::npos);
  CHECK(at.enter("alpha + z") == "3\n");
  CHECK(at.enter(")").find("error[") != std::string::npos);
  CHECK(at.enter("\"open").find("error[") != std::string::npos);
  CHECK(at.runs());
}

TEST_CASE("repl: Ctrl-C gives up a line; twice at the prompt it explains how to leave") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type("1 + ");
  REQUIRE(at.sees("1 +"));
  at.type("\x03");
  REQUIRE(at.waits_at("ricci>"));
  CHECK(at.screen().find("Ctrl-D or :quit leaves") == std::string::npos);
  at.type("\x03");
  CHECK(at.sees("Ctrl-D or :quit leaves"));
  CHECK(at.enter("4") == "4\n");
}

TEST_CASE("repl: UTF-8 names are edited letter by letter") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type("λéé");
  REQUIRE(at.sees("λéé"));
  at.type("\x7F = 2\r");
  REQUIRE(at.sees("λé: i64, lazy"));
  CHECK(at.enter("λé + 1") == "3\n");
  at.type("Σλ = 5\x01\x1B[C\x1B[C2\r");  // to the beginning, over two letters
  REQUIRE(at.sees("Σλ2: i64, lazy"));
}

TEST_CASE("repl: a resized window gets rows of its width, and the line stays") {
  Terminal at;
  REQUIRE(at.waits_at("ricci>"));
  at.type("uniform(0, 1, shape=[2, 8])");
  REQUIRE(at.sees("shape=[2, 8])"));
  at.resize(20, 44);
  at.type("\r");
  REQUIRE(at.sees("f64[2, 8]"));
  REQUIRE(at.waits_at("ricci>"));
  const std::string shown = at.since("f64[2, 8]");
  INFO(shown);
  CHECK(shown.find(",\n") != std::string::npos);  // wrapped
}
