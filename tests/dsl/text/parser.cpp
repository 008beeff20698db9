/// The parser against two tables, each row once in the compiler and once at run time, and against input meant to break
/// it.
#include "dsl/text/parser.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "tests/dsl/text/accepted.hpp"
#include "tests/dsl/text/refused.hpp"
#include "tests/dsl/text/tree.hpp"

using namespace ricci::dsl;

namespace {

constexpr bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

constexpr bool holds(const test::Accepted& own) {
  Vec<Diagnostic> faults;
  const Program program = parse(own.source, faults);
  return faults.empty() && test::TreeText(program).program() == own.tree;
}

constexpr std::string_view first_place(const Program& program, const Diagnostic& fault) {
  return fault.places.empty() ? std::string_view("nowhere") : program.text(fault.places[0]);
}

constexpr bool holds(const test::Refused& own) {
  Vec<Diagnostic> faults;
  const Program program = parse(own.source, faults);
  if (faults.size() != 1 || faults[0].fault != own.fault) return false;
  if (first_place(program, faults[0]) != own.place) return false;
  return contains(faults[0].message.view(), own.says) || contains(faults[0].hint.view(), own.says);
}

/// One constant evaluation a row, so that each has the compiler's whole budget of steps.
template <std::size_t at>
struct AcceptedRow {
  static_assert(holds(test::accepted[at]));
  static constexpr bool value = true;
};
template <std::size_t at>
struct RefusedRow {
  static_assert(holds(test::refused[at]));
  static constexpr bool value = true;
};
template <std::size_t... at>
constexpr bool all_accepted(std::index_sequence<at...>) {
  return (AcceptedRow<at>::value && ...);
}
template <std::size_t... at>
constexpr bool all_refused(std::index_sequence<at...>) {
  return (RefusedRow<at>::value && ...);
}
static_assert(all_accepted(std::make_index_sequence<test::accepted.size()>{}));
static_assert(all_refused(std::make_index_sequence<test::refused.size()>{}));

// The default budgets of the compilers, 2^20 steps on clang and 512 calls on both, must leave room for real literals.
constexpr bool parses(std::string_view opener, int count, std::string_view closer) {
  Str source;
  for (int at = 0; at < count; ++at) source += opener;
  source += "a[i]";
  for (int at = 0; at < count; ++at) source += closer;
  Vec<Diagnostic> faults;
  parse(source.view(), faults);
  return faults.empty();
}
static_assert(parses("", 100, " + b[i,k]*c[k]"));
static_assert(parses("(", max_nesting - 2, ")"));
static_assert(parses("f(", max_nesting - 2, ")"));

std::string repeated(std::string_view piece, int count) {
  std::string out;
  for (int at = 0; at < count; ++at) out += piece;
  return out;
}

Fault only_fault(const std::string& source) {
  Vec<Diagnostic> faults;
  parse(source, faults);
  REQUIRE(faults.size() == 1);
  return faults[0].fault;
}

}  // namespace

TEST_CASE("dsl/text: programs have the trees that they mean") {
  for (const test::Accepted& own : test::accepted) {
    INFO(own.source);
    Vec<Diagnostic> faults;
    const Program program = parse(own.source, faults);
    for (const Diagnostic& fault : faults) FAIL_CHECK(std::string(fault.message.view()));
    CHECK(std::string(test::TreeText(program).program().view()) == std::string(own.tree));
  }
}

TEST_CASE("dsl/text: mistakes are refused with the place and the fix") {
  for (const test::Refused& own : test::refused) {
    INFO(own.source);
    Vec<Diagnostic> faults;
    const Program program = parse(own.source, faults);
    REQUIRE(faults.size() == 1);
    INFO(std::string(faults[0].message.view()));
    INFO(std::string(faults[0].hint.view()));
    CHECK(std::string(row(faults[0].fault).message) == std::string(row(own.fault).message));
    CHECK(std::string(first_place(program, faults[0])) == std::string(own.place));
    CHECK(holds(own));
  }
}

TEST_CASE("dsl/text: statements before the first fault are kept") {
  for (std::string_view bad : {"z = \xFF", "z = 2x", "z = (", "z = a b", "+= 3"}) {
    Vec<Diagnostic> faults;
    const Program program = parse(std::string("x = 1\ny = 2;\n") + std::string(bad), faults);
    CHECK(faults.size() == 1);
    CHECK(std::string(test::TreeText(program).program().view()) == "x = 1 | y = 2;");
  }
}

TEST_CASE("dsl/text: spans cover what they name") {
  constexpr std::string_view source = "C[i,j] = (A[i,k] + 1)*B  for j in 0:k ; d";
  Vec<Diagnostic> faults;
  const Program program = parse(source, faults);
  REQUIRE(faults.empty());
  const Statement& first = program.statements[0];
  CHECK(program.text(first.span) == "C[i,j] = (A[i,k] + 1)*B  for j in 0:k");
  CHECK(program.text(program[first.value].span) == "(A[i,k] + 1)*B");
  const SyntaxId sum = program.kid(first.value, 0);
  CHECK(program.text(program[sum].span) == "A[i,k] + 1");
  CHECK(program[sum].parenthesised);
  CHECK(program.text(program[program.kid(sum, 0)].span) == "A[i,k]");
  CHECK(program.text(program[first.ranges[0]].span) == "j in 0:k");
  CHECK(program.text(program[first.ranges[0]].name) == "j");
  CHECK(program.text(first.targets[0]) == "C");
  CHECK(program.text(program.statements[1].span) == "d");
}

TEST_CASE("dsl/text: nesting and chains are bounded, lists are not") {
  constexpr int many = 100'000;
  for (std::string_view opener : {"(", "[", "-", "!", "a^", "f(", "A[", "sum[k] ", "a+(", "sum[k in 0:", "A[:"}) {
    INFO(opener);
    CHECK(only_fault(repeated(opener, many)) == Fault::too_nested);
    CHECK(only_fault(repeated(opener, many) + "a" + repeated(")", many)) == Fault::too_nested);
  }
  CHECK(only_fault("a" + repeated("'", many)) == Fault::too_deep);
  CHECK(only_fault("a" + repeated("[i]", many)) == Fault::too_deep);
  CHECK(only_fault(repeated("a*", many) + "a") == Fault::too_deep);
  CHECK(only_fault(repeated("-", many)) == Fault::too_nested);
  CHECK(only_fault(repeated("a,", many) + "a") == Fault::loose_values);
  Vec<Diagnostic> faults;
  parse(repeated("a + ", 1990) + "a", faults);
  parse("[" + repeated("1,", many) + "1]", faults);
  parse("a" + repeated(" < a", many), faults);
  parse(repeated("a\n", many), faults);
  parse(repeated("(", 199) + "a" + repeated(")", 199), faults);
  CHECK(faults.empty());
}
