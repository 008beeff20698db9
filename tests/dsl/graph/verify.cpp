// verify accepts every valid graph, and refuses one that breaks each rule; shapes and types follow NumPy.
#include "dsl/graph/verify.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/print.hpp"
#include "dsl/graph/read.hpp"
#include "tests/dsl/graph/sample.hpp"

namespace {
using namespace sample;

std::string why(const Graph& graph, const Vec<NodeId>& roots) {
  const auto fault = verify(graph, all(roots));
  return fault ? std::string(fault->message.view()) : "";
}
/// The fault of a graph given by its text.
std::string why(std::string_view text) {
  const ReadGraph out = read(text);
  if (out.fault) return std::string(out.fault->message.view());
  return why(out.graph, out.roots);
}
/// The last part of the message: the rule.
std::string rule(std::string_view text) {
  const std::string message = why(text);
  const std::size_t at = message.find(" of the graph: ");
  return at == std::string::npos ? message : message.substr(at + 15);
}

constexpr bool holds(std::string_view text) {
  const ReadGraph out = read(text);
  return !out.fault && !verify(out.graph, all(out.roots));
}
constexpr std::string_view row_sum =
    "%0 = input X : f64[4,6]\n%1 = index #1:4 : i64\n%2 = index #0:6 : i64\n%3 = access %0[%1, %2] : f64\n"
    "%4 = sum[#0:6] %3 : f64\n%5 = tensor[#1:4] %4 : f64[4]\n";
static_assert(holds(row_sum));
static_assert(
    !holds("%0 = input X : f64[4]\n%1 = index #0:5 : i64\n%2 = access %0[%1] : f64\n%3 = sum[#0:5] %2 : f64"));

const std::string head =
    "%0 = input X : f64[4,6]\n%1 = index $0:4 : i64\n%2 = index $1:6 : i64\n%3 = access %0[%1, %2] : f64\n"
    "%4 = constant true : bool\n%5 = input S : f64[4,4] sparse\n%6 = input A : f64[5,4,4]\n%7 = input b : f64[5,4]\n"
    "%8 = input C : c64[3,7]\n%9 = constant 2 : i64\n%10 = input n : i64[4]\n";
}  // namespace

TEST_CASE("dsl/graph: verify accepts random graphs, as they are made, copied and read back") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    Vec<NodeId> roots = make.roots(5);
    Vec<IndexId> scope{make.fresh(), make.fresh()};
    roots.push_back(make.element(DType::f64, 4, scope));
    CHECK(why(make.graph, roots) == "");
    const Copied copy = copy_reachable(make.graph, all(roots));
    CHECK(why(copy.graph, copy.roots) == "");
    const ReadGraph again = read(print(copy.graph, all(copy.roots)));
    CHECK(why(again.graph, again.roots) == "");
  }
}

TEST_CASE("dsl/graph: verify keeps the rules of elements") {
  const auto broken = [](const std::string& line) { return rule(head + line); };
  CHECK(why(row_sum) == "");
  CHECK(why(head + "%11 = add %3, %9 : f64") == "node %5 (add) of the graph: its type is wrong for its operands'");
  CHECK(broken("%11 = add %9, %9 : f64") == "its type is wrong for its operands'");
  CHECK(broken("%11 = add %4, %4 : bool") == "its type is wrong for its operands'");
  CHECK(broken("%11 = exp %9 : f64") == "its type is wrong for its operands'");
  CHECK(broken("%11 = lt %3, %9 : bool") == "its type is wrong for its operands'");
  CHECK(broken("%11 = lt %3, %3 : f64") == "its type is wrong for its operands'");
  CHECK(broken("%11 = and %3, %3 : bool") == "its type is wrong for its operands'");
  CHECK(broken("%11 = guard %3, %3 : f64") == "its type is wrong for its operands'");
  CHECK(broken("%11 = guard %4, %3 : f32") == "its type is wrong for its operands'");
  CHECK(broken("%11 = where %4, %3, %9 : f64") == "its type is wrong for its operands'");
  CHECK(broken("%11 = exp %0 : f64") == "an operand is a tensor, where an element is expected");
  CHECK(broken("%11 = exp %3 {1} : f64") == "the number of attributes is wrong");
  CHECK(broken("%11 = inv %3 : f64[4,4]") == "an operand is an element, where a tensor is expected");
  CHECK(broken("%11 = exp %3 : f64 sparse") == "an element has axes, or is sparse");
  CHECK(broken("%11 = constant (1, 2) : f64") == "only complex numbers have an imaginary part");
  CHECK(broken("%11 = constant 0x2 : bool") == "a bool is 0 or 1");
  CHECK(broken("%11 = constant 2147483648 : i32") == "the number does not fit its type");
  CHECK(broken("%11 = index #0:3 : f64") == "the value of an index is i64");
  CHECK(broken("%11 = random normal(%3)[%1] seed=0 stream=1 : f64") == "the number of parameters is wrong");
  CHECK(broken("%11 = random normal(%3, %3)[%1] seed=0 stream=1 : f32") == "its type is not the distribution's");
  CHECK(broken("%11 = random normal(%3, %3)[%3] seed=0 stream=1 : f64") ==
        "a parameter is complex, or a coordinate is not i64");
  CHECK(broken("%11 = random %3, %3 {99, 2, 0, 1} : f64") == "there is no such distribution");
  CHECK(broken("%11 = random categorical(%10)[%1] seed=0 stream=1 : i64") == "");
  CHECK(broken("%11 = random categorical(%0)[%1] seed=0 stream=1 : i64") == "the weights are no vector");
  CHECK(broken("%11 = cast %3 : i32") == "");
}

TEST_CASE("dsl/graph: verify keeps the rules of reductions and binders") {
  const auto broken = [](const std::string& line) { return rule(head + line); };
  CHECK(broken("%11 = sum[#0:3] %9 : f64") == "its type is wrong for the body's");
  CHECK(broken("%11 = sum[#0:3] %4 : i64") == "");
  CHECK(broken("%11 = any[#0:3] %3 : bool") == "its type is wrong for the body's");
  CHECK(broken("%11 = argmax[#0:3] %3 : f64") == "its type is wrong for the body's");
  CHECK(broken("%11 = argmax[#0:3, #1:3] %3 : i64") == "it takes one index");
  CHECK(broken("%11 = var[#0:3] %3 {-1} : f64") == "ddof is negative");
  CHECK(broken("%11 = sum[#1:3] %3 : f64") == "it does not bind the levels from its body's height on");
  CHECK(broken("%11 = sum[#0:3] %3 : f64\n%12 = sum[#0:3] %11 : f64") ==
        "it does not bind the levels from its body's height on");
  CHECK(broken("%11 = tensor[#0:3] %3 : f64[3]") == "an open index is left in a tensor");
  CHECK(broken("%11 = tensor[#0:3] %9 : i64[4]") == "its shape is not its indices'");
  CHECK(broken("%11 = tensor[#0:3] %9 : f64[3]") == "its type is not the body's");
  CHECK(broken("%11 = index #1:3 : i64\n%12 = tensor[#0:3] %11 : i64[3]") ==
        "a bound index is used outside its binder");
  CHECK(broken("%11 = index #1:3 : i64") == "a bound index is used outside its binder");
  CHECK(broken("%11 = pack %1 : i64[1]") == "an open index is left in a tensor");
}

TEST_CASE("dsl/graph: an access stays inside its axes") {
  const auto broken = [](const std::string& line) { return rule(head + line); };
  const std::string leaves = "an entry could leave its axis";
  const auto read_at = [&](const std::string& entry) {
    return broken("%11 = " + entry + " : i64\n%12 = access %10[%11] : i64");
  };
  CHECK(broken("%11 = access %0[%2, %1] : f64") == leaves);
  CHECK(broken("%11 = access %0[%1] : f64") == "an access has one entry for each axis");
  CHECK(broken("%11 = access %0[%1, %3] : f64") == "an entry is i64");
  CHECK(broken("%11 = access %0[%1, %2] : f32") == "its type is wrong");
  CHECK(broken("%11 = stored %0[%1, %2] : bool") == "only a sparse tensor has elements that are not stored");
  CHECK(broken("%11 = stored %5[%1, %1] : bool") == "");
  CHECK(read_at("affine 1 + %1") == leaves);
  CHECK(read_at("affine 3 - %1") == "");
  CHECK(read_at("affine 2 - %1") == leaves);
  CHECK(read_at("affine 0 + 9223372036854775807*%1") == leaves);
  CHECK(read_at("constant 3") == "");
  CHECK(read_at("constant -1") == leaves);
  CHECK(read_at("wrap %2 {4}") == "");
  CHECK(read_at("wrap %2 {5}") == leaves);
  CHECK(read_at("wrap %2 {0}") == leaves);
  CHECK(read_at("clamp_to %2 {5}") == leaves);
  CHECK(read_at("gather %2 {4}") == "");
  CHECK(read_at("gather %2 {5}") == leaves);
  CHECK(read_at("gather %3 {4}") == "an entry is made of i64");
  CHECK(read_at("pad %2 {4}") == "");
  CHECK(read_at("pad %2 {5}") == leaves);
  CHECK(read_at("min %1, %2") == "");
  CHECK(read_at("max %1, %2") == leaves);
  CHECK(read_at("floordiv %1, %9") == leaves);  // nothing is known of it
  CHECK(broken("%11 = pad %1 {4} : i64\n%12 = add %11, %9 : i64") == "padding stands outside an access");
  CHECK(broken("%11 = pad %1 {4} : i64") == "padding stands outside an access");
  CHECK(broken("%11 = affine 1 + %3 : i64") == "an entry is made of i64");
  CHECK(broken("%11 = affine 1 + %9 : i64") == "a term of an affine form is no index");
  CHECK(broken("%11 = affine 1 + 0*%1 : i64") == "a coefficient is 0");
  CHECK(broken("%11 = affine 1 + %2 + %1 : i64") == "the terms of an affine form are out of order");
  // No value of the index, no access.
  CHECK(broken("%11 = index #0:0 : i64\n%12 = affine 7 + %11 : i64\n%13 = access %10[%12] : i64\n%14 = sum[#0:0] %13 : "
               "i64") == "");
}

TEST_CASE("dsl/graph: shapes of linear algebra") {
  const auto broken = [](const std::string& line) { return rule(head + line); };
  CHECK(broken("%11 = solve %6, %7 {1} : f64[5,4]") == "");
  CHECK(broken("%11 = solve %6, %7 {1} : f64[5,5]") == "its shape is wrong for its operands'");
  CHECK(broken("%11 = solve %6, %7 {0} : f64[5,4]") == "matrix and right-hand side differ in the number of equations");
  CHECK(broken("%11 = solve %6, %0 {0} : f64[5,4,6]") == "");
  CHECK(broken("%11 = solve %0, %7 {1} : f64[5,6]") == "the matrices are not square");
  CHECK(broken("%11 = lstsq %0, %7 {1} : f64[5,6]") == "");
  CHECK(broken("%11 = solve %6, %8 {0} : f64[4]") == "matrix and right-hand side have different types");
  CHECK(broken("%11 = solve %6, %7 {2} : f64[5,4]") == "it must say whether the right-hand side is vectors");
  CHECK(broken("%11 = solve %6, %7 : f64[5,4]") == "the number of attributes is wrong");
  CHECK(broken("%11 = input d : f64[3,4]\n%12 = solve %6, %11 {1} : f64[5,4]") == "the batch axes do not broadcast");
  CHECK(broken("%11 = inv %10 : i64[4]") == "linear algebra computes in floating or complex types");
  CHECK(broken("%11 = pinv %8 : c64[7,3]") == "");
  CHECK(broken("%11 = det %6 : f64[5]") == "");
  CHECK(broken("%11 = svd %8 : c64[3,7]") == "a decomposition is no value: only its parts are");
  CHECK(broken("%11 = svd %8 : c64[3,7]\n%12 = part %11 {0} : c64[3,3]") == "");
  CHECK(broken("%11 = svd %8 : c64[3,7]\n%12 = part %11 {1} : f32[3]") == "");
  CHECK(broken("%11 = svd %8 : c64[3,7]\n%12 = part %11 {2} : c64[3,7]") == "");
  CHECK(broken("%11 = svd %8 : c64[3,7]\n%12 = part %11 {3} : c64[3,7]") == "there is no such part");
  CHECK(broken("%11 = svd %8 : c64[3,7]\n%12 = det %11 : c64[]") == "a decomposition is no value: only its parts are");
  CHECK(broken("%11 = qr %0 : f64[4,6]\n%12 = part %11 {0} : f64[4,4]") == "");
  CHECK(broken("%11 = qr %0 : f64[4,6]\n%12 = part %11 {1} : f64[4,6]") == "");
  CHECK(broken("%11 = lu %8 : c64[3,7]\n%12 = part %11 {0} : c64[3,3]") == "");
  CHECK(broken("%11 = lu %8 : c64[3,7]\n%12 = part %11 {1} : c64[3,3]") == "");
  CHECK(broken("%11 = lu %8 : c64[3,7]\n%12 = part %11 {2} : c64[3,7]") == "");
  CHECK(broken("%11 = eigh %6 : f64[5,4,4]\n%12 = part %11 {0} : f64[5,4]") == "");
  CHECK(broken("%11 = eigh %6 : f64[5,4,4]\n%12 = part %11 {1} : f64[5,4,4]") == "");
  CHECK(broken("%11 = eigh %0 : f64[4,6]") == "the matrices are not square");
  CHECK(broken("%11 = part %6 {0} : f64[4,6]") == "only decompositions have parts");
}

TEST_CASE("dsl/graph: shapes of other tensors") {
  const auto broken = [](const std::string& line) { return rule(head + line); };
  CHECK(broken("%11 = pack %9, %9 : i64[2]") == "");
  CHECK(broken("%11 = pack %9, %9 : i64[3]") == "it has more or fewer elements than its shape");
  CHECK(broken("%11 = pack %9, %4 : i64[2]") == "an element differs in type");
  CHECK(broken("%11 = reshape %0 : f64[24]") == "");
  CHECK(broken("%11 = reshape %0 : f64[25]") == "it has more or fewer elements than before");
  CHECK(broken("%11 = reshape %0 : f64[9223372036854775807,9223372036854775807]") ==
        "it has more or fewer elements than before");
  CHECK(broken("%11 = concat %0, %0 {1} : f64[4,12]") == "");
  CHECK(broken("%11 = concat %0, %5 {1} : f64[4,10]") == "");
  CHECK(broken("%11 = concat %0, %5 {0} : f64[4,10]") == "what is joined differs in another axis");
  CHECK(broken("%11 = concat %0, %7 {-1} : f64[4,10]") == "there is no such axis to join along");
  CHECK(broken("%11 = concat %0, %10 {0} : f64[4,10]") == "what is joined differs in type");
  CHECK(broken("%11 = concat %0, %6 {0} : f64[4,10]") == "what is joined differs in the number of axes");
  CHECK(broken("%11 = sparse %0 : f64[4,6]") == "its type is wrong for its operands'");
  CHECK(broken("%11 = sparse %6 : f64[5,4,4] sparse") == "only matrices are stored sparse");
  CHECK(broken("%11 = dense %5 : f64[4,4]") == "");
  CHECK(broken("%11 = assume %5 {0} : f64[4,4] sparse") == "");
  CHECK(broken("%11 = assume %5 {99} : f64[4,4] sparse") == "there is no such property");
  CHECK(broken("%11 = input v : f64[4]\n%12 = triples %10, %10, %11 : f64[9,9] sparse") == "");
  CHECK(broken("%11 = triples %10, %10, %7 : f64[9,9] sparse") ==
        "rows, columns and values are not vectors of one length");
  CHECK(broken("%11 = triples %7, %10, %7 : f64[9,9] sparse") == "rows and columns are no integers");
  CHECK(broken("%11 = random_sparse {5, 0, 1} : f64[3,3] sparse") == "");
  CHECK(broken("%11 = random_sparse {10, 0, 1} : f64[3,3] sparse") == "it stores too many elements");
  CHECK(broken("%11 = random_sparse {5, 0, 1} : f64[3,3]") == "it is no sparse matrix");
}

TEST_CASE("dsl/graph: verify keeps what text cannot break") {
  Graph graph;
  CHECK(why(graph, {NodeId{3}}) == "node ? (root) of the graph: it does not exist");
  graph.input({"X", DType::f64, {4}, false});
  const std::int64_t slots[] = {0, 9};
  const std::int64_t shape[] = {5};
  CHECK(why(graph, {graph.add(Op::input, DType::f64, {}, std::span(slots, 1), shape)}) ==
        "node %0 (input) of the graph: it differs from the input");
  CHECK(why(graph, {graph.add(Op::input, DType::f64, {}, std::span(slots + 1, 1), shape)}) ==
        "node %0 (input) of the graph: there is no such input");
  CHECK(why(graph, {graph.add(Op::exp, DType::f64, {graph.real(1), graph.real(2)})}) ==
        "node %2 (exp) of the graph: the number of operands is wrong");
}

TEST_CASE("dsl/graph: verify takes any text that reads") {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    Generator make(static_cast<unsigned>(round));
    const Vec<NodeId> roots = make.roots(2);
    std::string text(print(make.graph, all(roots)).view());
    for (int edit = 0; edit < 3; ++edit) {  // digits: other operands, extents, attributes
      const std::size_t at = random() % text.size();
      if (text[at] >= '0' && text[at] <= '9') text[at] = static_cast<char>('0' + random() % 10);
    }
    INFO(text);
    const ReadGraph out = read(text);
    if (out.fault) continue;
    if (!verify(out.graph, all(out.roots))) {
      for (NodeId root : out.roots) CHECK(!print_expression(out.graph, root).empty());
      const Copied copy = copy_reachable(out.graph, all(out.roots));
      CHECK(why(copy.graph, copy.roots) == "");
    }
  }
}
