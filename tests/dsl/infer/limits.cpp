/// Programs near the parser's limits: chains of 1,990 operators and 180 levels of nesting elaborate without a fault,
/// without overflowing the stack, and in time that does not grow with the square of their length (a test does not time;
/// a quadratic step would show as minutes under the sanitizers).
#include <catch2/catch.hpp>

#include "tests/dsl/infer/elaborated.hpp"

namespace ricci::dsl::tests {
namespace {

/// `count` times `term`, each # its number, with `between` between them.
std::string repeated(std::string_view term, std::string_view between, int count) {
  std::string out;
  for (int at = 0; at < count; ++at) {
    if (at != 0) out += between;
    for (char c : term) {
      if (c == '#')
        out += std::to_string(at);
      else
        out += c;
    }
  }
  return out;
}

std::string outcome(const std::string& program) { return std::string(elaborated(program).view().substr(0, 7)); }

TEST_CASE("dsl/infer: long chains elaborate") {
  constexpr int many = 1990;
  struct Row {
    std::string_view before, term, between, after, outcome;
  };
  const Row rows[] = {
      {"z[i] = ", "x[i]", " + ", "", "f64[4] "},
      {"z[i] = ", "M[i,k]*x[k]", " + ", "", "f64[4] "},
      {"z[i] = ", "M[i,k#]*x[k#]", " + ", "", "f64[4] "},
      {"z[i] = M[i,k]*", "x[k]", "*", "", "f64[4] "},
      {"z[i] = ", "x[i]", "/", "", "f64[4] "},
      {"z[i] = ", "x[2*i]", " - ", "", "f64[2] "},
      {"z[i] = x[i + ", "0", " + ", "]", "f64[4] "},
      {"z[i] = ", "x[i]", " < ", "", "bool[4]"},
      {"z[i] = ", "(x[i] > 0)", " && ", "", "bool[4]"},
      {"z[i] = ", "x[i]", " % ", "", "f64[4] "},
      {"z = ", "(x > 0)*x", " + ", "", "f64[4] "},
      {"z = ", "norm(x)", " + ", "", "f64[] []"},
      {"z = ", "M", " @ ", "", "f64[4,4"},
      {"z = M", "'", "", "", "f64[4,4"},
      {"z = [", "#", ", ", "]", "i64[199"},
      {"z[i] = ", "normal(0, 1)[i]", " + ", " for i in 0:3", "f64[3] "},
      {"", "v# = x*2 + y", "\n", "", "f64[4] "},
  };
  for (const Row& row : rows) {
    INFO(row.before << row.term << row.between);
    const std::string program =
        std::string(row.before) + repeated(row.term, row.between, many) + std::string(row.after);
    CHECK(outcome(program) == row.outcome.substr(0, 7));
  }
}

TEST_CASE("dsl/infer: deep nesting elaborates") {
  constexpr int deep = 180;
  CHECK(outcome("z[i] = " + repeated("exp(", "", deep) + "x[i]" + repeated(")", "", deep)) == "f64[4] ");
  CHECK(outcome("z = " + repeated("where(x > 0, x, ", "", deep) + "x" + repeated(")", "", deep)) == "f64[4] ");
  CHECK(outcome("z[i] = " + repeated("x[i]", "^", deep)) == "f64[4] ");
  CHECK(outcome("z = " + repeated("[", "", 64) + "1" + repeated("]", "", 64)) == "i64[1,1");
  CHECK(outcome("z = " + repeated("[", "", 65) + "1" + repeated("]", "", 65)) == "!limit ");
}

}  // namespace
}  // namespace ricci::dsl::tests
