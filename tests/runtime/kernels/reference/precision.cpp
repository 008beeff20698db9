/// Random expressions in double against the same in long double: they differ by rounding, and by no more.
#include <random>

#include "tests/runtime/kernels/reference/sheet.hpp"
#include "tests/seed.hpp"

namespace ricci::runtime::reference::test {
namespace {

/// Grows expressions whose values stay between about -4 and 4, so that each op adds a few roundings and no more.
struct Grower {
  Sheet& sheet;
  std::mt19937_64& generator;
  std::vector<NodeId> vectors;

  std::uint64_t below(std::uint64_t n) { return generator() % n; }
  double number() { return static_cast<double>(generator() >> 11U) * 0x1p-52 - 1; }

  NodeId leaf(const std::vector<IndexId>& indices) {
    if (indices.empty() || below(4) == 0) return sheet.graph.real(number());
    return sheet.at(vectors[below(vectors.size())], indices[below(indices.size())]);
  }
  NodeId bounded(NodeId x) { return sheet.op(Op::tanh, DType::f64, {x}); }

  NodeId grow(int depth, std::vector<IndexId> indices) {
    if (depth == 0) return leaf(indices);
    const auto next = [&] { return grow(depth - 1, indices); };
    switch (below(8)) {
      case 0: return bounded(sheet.op(Op::add, DType::f64, {next(), next()}));
      case 1: return bounded(sheet.op(Op::subtract, DType::f64, {next(), next()}));
      case 2: return sheet.op(Op::multiply, DType::f64, {bounded(next()), next()});
      case 3: return sheet.op(Op::sin, DType::f64, {next()});
      case 4:
        return sheet.op(Op::exp, DType::f64,
                        {sheet.op(Op::negate, DType::f64, {sheet.op(Op::abs, DType::f64, {next()})})});
      case 5:
        return sheet.op(Op::sqrt, DType::f64, {sheet.op(Op::add, DType::f64, {sheet.graph.real(2), bounded(next())})});
      case 6: return sheet.op(Op::maximum, DType::f64, {next(), next()});
      default: {
        const IndexId k = sheet.index(5, "k");
        indices.push_back(k);
        return sheet.graph.reduce(below(2) == 0 ? Op::mean : Op::logsumexp, DType::f64,
                                  bounded(grow(depth - 1, indices)), {k});
      }
    }
  }
};

}  // namespace

TEST_CASE("reference: double and long double agree to rounding on random expressions") {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 generator(seed);
  for (int round = 0; round < 200; ++round) {
    Sheet s;
    Grower grower{s, generator, {}};
    for (int at = 0; at < 3; ++at) {
      std::vector<double> x;
      for (int element = 0; element < 5; ++element) x.push_back(grower.number());
      grower.vectors.push_back(s.vector(x));
    }
    const IndexId i = s.index(5, "i");
    const IndexId j = s.index(5, "j");
    const NodeId body = grower.grow(5, {i, j});
    const NodeId whole = s.tensor(body, {i, j});
    const auto plain = s.elements<double>(whole);
    const auto exact = s.elements<double>(whole, Precision::extended);
    for (std::size_t at = 0; at < plain.size(); ++at) CHECK(std::abs(plain[at] - exact[at]) < 1e-12);
    const auto turned = s.elements<double>(s.tensor(body, {j, i}));
    for (std::size_t row = 0; row < 5; ++row)
      for (std::size_t column = 0; column < 5; ++column) CHECK(turned[5 * column + row] == plain[5 * row + column]);
  }
}

}  // namespace ricci::runtime::reference::test
