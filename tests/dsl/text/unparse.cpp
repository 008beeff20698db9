/// Trees written as text: canonical spelling, parentheses only where they matter, and the same tree when read again,
/// for the programs of the parser's table and for random trees.
#include "dsl/text/unparse.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>

#include "dsl/text/parser.hpp"
#include "tests/dsl/text/accepted.hpp"
#include "tests/dsl/text/random_tree.hpp"
#include "tests/dsl/text/tree.hpp"

using namespace ricci::dsl;

namespace {

struct Case {
  std::string_view source;
  std::string_view canonical;
};

constexpr std::array cases{
    Case{"C [ i , j ]=A[i,k]  * B[k,j]+D[ i,j ]  for j in 0 : k,i in 0:2*n",
         "C[i,j] = A[i,k]*B[k,j] + D[i,j] for j in 0:k, i in 0:2*n"},
    Case{"Q,R=qr( A )", "Q, R = qr(A)"},
    Case{"[i]=((x[i]))", "[i] = x[i]"},
    Case{"s[]=1_000", "s[] = 1_000"},
    Case{"(a*b)*c + (d + e) - (f - g)", "a*b*c + (d + e) - (f - g)"},
    Case{"a*(b*c)", "a*(b*c)"},
    Case{"((a) + (b))^(2)", "(a + b)^2"},
    Case{"(a^b)^c ** (d^e)", "(a^b)^c^d^e"},
    Case{"(-2)^2 - (-2^2)", "(-2)^2 - -2^2"},
    Case{"x^(-1)*y", "x^-1*y"},
    Case{"(a + b)'[i]", "(a + b)'[i]"},
    Case{"!(a && b) || (!c)", "!(a && b) || !c"},
    Case{"(!a) == b", "(!a) == b"},
    Case{"(a<b)<c", "(a < b) < c"},
    Case{"A[(k), (i+1), (i+j) % n, :, 1:, ::2, ..., newaxis]", "A[(k),(i+1),(i+j) % n,:,1:,::2,...,newaxis]"},
    Case{"max(A,axis=[0 , 1])", "max(A, axis=[0, 1])"},
    Case{"(sum[k] a*b) + c", "sum[k] a*b + c"},
    Case{"(sum[k] a)*b", "(sum[k] a)*b"},
    Case{"a*(sum[k] b*c)", "a*sum[k] b*c"},
    Case{"a*(sum[k] b)*c", "a*(sum[k] b)*c"},
    Case{"a/(sum[k] b*c)", "a/(sum[k] b*c)"},
    Case{"a/(-(sum[k] (sum[l] b*c)))", "a/-(sum[k] sum[l] b*c)"},
    Case{"a/(sum[k] b^2)", "a/sum[k] b^2"},
    Case{"x^(sum[k] y)", "x^(sum[k] y)"},
    Case{"x^(-(sum[k] y))", "x^-(sum[k] y)"},
    Case{"(any[k] x[k]) > 0", "(any[k] x[k]) > 0"},
    Case{"0 < (any[k] x[k])", "0 < any[k] x[k]"},
    Case{"1 + (sum[l] (any[k] x)) > 0", "1 + sum[l] (any[k] x) > 0"},
    Case{"(max[k in (0):n+1] x[k]) > 0", "max[k in 0:n+1] x[k] > 0"},
    Case{"load(\"a.npz\")[\"x\"]", "load(\"a.npz\")[\"x\"]"},
    Case{"2.50*1e3 + .5 + 2.5i", "2.50*1e3 + .5 + 2.5i"},
};

constexpr Str canonical(std::string_view source) {
  Vec<Diagnostic> faults;
  const Program program = parse(source, faults);
  if (program.statements.size() != 1) return "no single statement";
  return unparse(program, program.statements[0]);
}

template <std::size_t at>
struct Row {
  static_assert(canonical(cases[at].source) == cases[at].canonical);
  static constexpr bool value = true;
};
template <std::size_t... at>
constexpr bool all_hold(std::index_sequence<at...>) {
  return (Row<at>::value && ...);
}
static_assert(all_hold(std::make_index_sequence<cases.size()>{}));

std::string tree_of(std::string_view source) {
  Vec<Diagnostic> faults;
  const Program program = parse(source, faults);
  if (!faults.empty()) return "refused: " + std::string(faults[0].message.view());
  return std::string(test::TreeText(program).program().view());
}

}  // namespace

TEST_CASE("dsl/text: statements are written canonically") {
  for (const Case& own : cases) {
    CHECK(std::string(canonical(own.source).view()) == std::string(own.canonical));
    CHECK(canonical(own.canonical) == own.canonical);
  }
}

TEST_CASE("dsl/text: the parser's table reads back from what is written") {
  for (const test::Accepted& own : test::accepted) {
    Vec<Diagnostic> faults;
    const Program program = parse(own.source, faults);
    std::string written;
    for (const Statement& statement : program.statements)
      written += std::string(unparse(program, statement).view()) + (statement.quiet ? ";\n" : "\n\n");
    INFO(written);
    CHECK(tree_of(written) == std::string(own.tree));
  }
}

TEST_CASE("dsl/text: random trees read back from what is written") {
  constexpr std::uint64_t seed = 11;
  for (std::uint64_t round = 0; round < 20'000; ++round) {
    INFO("seed " << seed + round);
    test::RandomTree random(seed + round);
    const SyntaxId root = random.expression(static_cast<int>(2 + round % 5));
    const Program& program = random.program();
    const std::string written(unparse(program, root).view());
    INFO(written);
    REQUIRE(tree_of(written) == std::string(test::TreeText(program).tree(root).view()));
  }
}

TEST_CASE("dsl/text: sums that the user did not write are shown like written ones") {
  Program program;
  program.source = "k x y";
  const auto name = [&](std::uint32_t at) {
    Syntax leaf;
    leaf.form = Form::name;
    leaf.span = leaf.name = {at, at + 1};
    return program.add(leaf, {});
  };
  Syntax binding;
  binding.form = Form::binding;
  binding.name = {0, 1};
  Syntax sum;
  sum.form = Form::reduce;
  sum.implicit = true;
  const SyntaxId index = program.add(binding, {});
  const SyntaxId inner = program.add(sum, {index, name(2)});
  Syntax product;
  product.form = Form::binary;
  product.operation = Operation::multiply;
  const SyntaxId root = program.add(product, {inner, name(4)});
  CHECK(unparse(program, root) == "(sum[k] x)*y");
}

TEST_CASE("dsl/text: numbers without a text of their own are written shortest") {
  Program program;
  program.source = "i + 7";
  const auto number = [&](Form form, std::uint64_t bits, Span span) {
    Syntax leaf;
    leaf.form = form;
    leaf.bits = bits;
    leaf.span = span;
    return unparse(program, program.add(leaf, {}));
  };
  CHECK(number(Form::integer, 7, {4, 5}) == "7");
  CHECK(number(Form::integer, 8, {4, 5}) == "8");
  CHECK(number(Form::integer, 0, {0, 1}) == "0");
  CHECK(number(Form::real, std::bit_cast<std::uint64_t>(7.0), {4, 5}) == "7.0");
  CHECK(number(Form::imaginary, std::bit_cast<std::uint64_t>(7.0), {}) == "7i");
  CHECK(number(Form::integer, static_cast<std::uint64_t>(-3), {}) == "-3");
}
