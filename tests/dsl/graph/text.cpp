// print and read are inverse: on graphs made by hand and at random; garbage is a fault, never a crash.
#include <catch2/catch.hpp>
#include <string>

#include "dsl/graph/copy.hpp"
#include "dsl/graph/print.hpp"
#include "dsl/graph/read.hpp"
#include "tests/dsl/graph/sample.hpp"

namespace {
using namespace sample;

constexpr std::string_view every_form =
    "%0 = input X : f64[300,6]\n"
    "%1 = index #0:6 : i64\n"
    "%2 = index $0:299 : i64\n"
    "%3 = affine 1 - 2*%1 + %2 : i64\n"
    "%4 = wrap %3 {300} : i64\n"
    "%5 = access %0[%4, %1] : f64\n"
    "%6 = constant -0.5 : f64\n"
    "%7 = mul %6, %5 : f64\n"
    "%8 = sum[#0:6] %7 : f64\n"
    "%9 = var[#0:6] %7 {1} : f64\n"
    "%10 = min %8, %9 : f64\n"
    "%11 = min[#0:6] %5 : f64\n"
    "%12 = random normal(%6, %11)[%2] seed=0 stream=-123 : f64\n"
    "%13 = input \"a \\\"b\\\"\\n\" : c64[3,3] sparse\n"
    "%14 = svd %13 : c64[3,3]\n"
    "%15 = part %14 {1} : f32[3]\n"
    "%16 = constant 3 : i64\n"
    "%17 = pack %16 : i64[1]\n"
    "%18 = input s : i32[]\n"
    "%19 = access %18[] : i32\n"
    "%20 = tensor[#0:6] %1 : i64[6]\n"
    "%21 = tensor[] %16 : i64[] sparse\n"
    "roots %12, %10, %15, %17, %19, %20, %21\n";

constexpr bool comes_back(std::string_view text) {
  const ReadGraph first = read(text);
  return !first.fault && print(first.graph, all(first.roots)) == text;
}
static_assert(comes_back("%0 = constant 0.1 : f64\nroots %0\n"));
static_assert(
    comes_back("%0 = input X : f64[3]\n%1 = index #0:3 : i64\n%2 = access %0[%1] : f64\n"
               "%3 = sum[#0:3] %2 : f64\n%4 = tensor[] %3 : f64[]\nroots %4\n"));
static_assert(read("%0 = add %1, %2 : f64\n").fault.has_value());

bool same_node(const Graph& a, const Graph& b, NodeId id) {
  const Node& left = a[id];
  const Node& right = b[id];
  const auto equal = [](auto x, auto y) { return std::equal(x.begin(), x.end(), y.begin(), y.end()); };
  if (left.op != right.op || left.dtype != right.dtype || left.sparse != right.sparse || left.height != right.height ||
      !equal(a.operands(id), b.operands(id)) || !equal(a.shape(id), b.shape(id)) ||
      a.free(id).size() != b.free(id).size() || a.ints(id).size() != b.ints(id).size())
    return false;
  if (left.op != Op::index && !a.binds(id)) return equal(a.ints(id), b.ints(id));
  const std::size_t leading = a.binds(id) ? Graph::leading_ints(left.op) : 0;
  for (std::size_t at = 0; at < a.ints(id).size(); ++at) {
    const std::int64_t x = a.attribute(id, at), y = b.attribute(id, at);
    if (at < leading
            ? x != y
            : a.index(IndexId{static_cast<std::uint32_t>(x)}).level !=
                      b.index(IndexId{static_cast<std::uint32_t>(y)}).level ||
                  a.extent(IndexId{static_cast<std::uint32_t>(x)}) != b.extent(IndexId{static_cast<std::uint32_t>(y)}))
      return false;
  }
  return true;
}

bool comes_back(const Graph& graph, const Vec<NodeId>& roots) {
  const Copied compact = copy_reachable(graph, all(roots));
  const Str text = print(compact.graph, all(compact.roots));
  if (!(print(graph, all(roots)) == text)) return false;
  const ReadGraph again = read(text);
  if (again.fault) UNSCOPED_INFO(std::string(again.fault->message.view()));
  if (again.fault || again.graph.size() != compact.graph.size() || !(again.roots == compact.roots)) return false;
  for (std::uint32_t at = 0; at < again.graph.size(); ++at)
    if (!same_node(compact.graph, again.graph, NodeId{at})) return false;
  return print(again.graph, all(again.roots)) == text;
}

Str message(std::string_view text) {
  const ReadGraph out = read(text);
  return out.fault ? out.fault->message : Str();
}
}  // namespace

TEST_CASE("dsl/graph: every form of a node prints and reads back") {
  CHECK(message(every_form) == "");
  const ReadGraph once = read(every_form);
  CHECK(std::string(print(once.graph, all(once.roots)).view()) == every_form);
  CHECK(comes_back(once.graph, once.roots));
}

TEST_CASE("dsl/graph: constants keep their bits") {
  Graph graph;
  Vec<NodeId> roots;
  const std::uint64_t bits[] = {0,
                                1ULL << 63,
                                0x7FF0000000000000,
                                0xFFF0000000000000,
                                0x7FF8000000000000,
                                0xFFF8000000000000,
                                0x7FF8000000000001,
                                1,
                                0x3FB999999999999A,
                                0x7FEFFFFFFFFFFFFF,
                                0xC000000000000000,
                                0x4340000000000001};
  for (std::uint64_t own : bits) {
    roots.push_back(graph.constant(DType::f64, own));
    roots.push_back(graph.constant(DType::i64, own));
    roots.push_back(graph.constant(DType::boolean, own));
    roots.push_back(graph.constant(DType::c128, own, bits[0] ^ (own << 1)));
    roots.push_back(graph.constant(DType::f32, own, own));
  }
  CHECK(comes_back(graph, roots));
  CHECK(print(graph, std::span(&roots[40], 1)) == "%0 = constant 0.1 : f64\nroots %0\n");
  // An integer literal of a floating type is that number, not its bits.
  const ReadGraph two = read("%7 = constant 2 : f64");
  CHECK(two.graph.attribute(two.roots[0], 0) == static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(2.0)));
  CHECK(message("%0 = constant 2.5 : i64") == "line 1 of the graph's text: the number is not of the type");
}

TEST_CASE("dsl/graph: random graphs print and read back to the same nodes") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Generator make(seed);
    Vec<NodeId> roots = make.roots(4);
    Vec<IndexId> scope{make.fresh(), make.fresh()};
    roots.push_back(make.element(DType::f64, 4, scope));
    CHECK(comes_back(make.graph, roots));
  }
}

TEST_CASE("dsl/graph: faults of the text name their line") {
  const std::string in = " of the graph's text: ";
  CHECK(message("%0 = input X : f64[3]\n%1 = frob %0 : f64") == "line 2" + in + "`frob` is no operation");
  CHECK(message("%0 = add %1, %2 : f64") == "line 1" + in + "a node is used before it is defined");
  CHECK(message("%0 = input X : f64[3]\n\n%0 = input Y : f64[3]") == "line 3" + in + "a node is defined twice");
  CHECK(message("%0 = constant 1 : i64\n%1 = add %0 : i64") ==
        "line 2" + in + "an operation has a wrong number of operands");
  CHECK(message("%0 = index #9999999:3 : i64") == "line 1" + in + "an index has a level out of range");
  CHECK(message("%0 = input X : f64[-3]") == "line 1" + in + "an extent is no natural number");
  CHECK(message("%0 = input X : f65[3]") == "line 1" + in + "the type is unknown");
  CHECK(message("%0 = constant 1 : i64 and") == "line 1" + in + "something follows what should end the line");
  CHECK(message("%0 = sum %0 {7} : i64") == "line 1" + in + "`sum` is no operation");
  CHECK(message("%0 = index $1:3 : i64\n%1 = index $1:4 : i64").view().find("two extents") != std::string_view::npos);
}

TEST_CASE("dsl/graph: garbage is refused without a crash") {
  std::mt19937 random(7);
  const std::string_view alphabet = "%#$:=[](){}+-*., \n0123456789xeadsumindexinputf64i\"\\\0";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(every_form);
    for (int edit = static_cast<int>(random() % 4); edit >= 0; --edit) {
      const std::size_t at = random() % text.size();
      const std::size_t count = std::min<std::size_t>(random() % 8, text.size() - at);
      const std::string piece(1, alphabet[random() % alphabet.size()]);
      if (random() % 2 == 0)
        text.replace(at, count, random() % 2 == 0 ? "" : text.substr(random() % text.size(), count));
      else
        text.insert(at, piece);
    }
    const ReadGraph out = read(text);
    if (!out.fault) {
      const Str printed = print(out.graph, all(out.roots));
      const ReadGraph again = read(printed);
      INFO(text);
      INFO(printed.view());
      REQUIRE(!again.fault);
      REQUIRE(print(again.graph, all(again.roots)) == printed);
    }
  }
}

TEST_CASE("dsl/graph: 100,000 nodes deep") {
  Graph graph;
  const NodeId x = graph.input({"x", DType::f64, {}, false});
  NodeId deep = reach(graph, x, {});
  for (int at = 0; at < 100'000; ++at) deep = graph.add(Op::exp, DType::f64, {deep});
  CHECK(comes_back(graph, {graph.tensor(deep, {})}));
}
