// A matrix by its own transpose, computed in half: both halves hold the same bits, and those of the product in which
// nobody saw that the operands are one.
#include <catch2/catch.hpp>

#include "runtime/kernels/contraction/dense.hpp"
#include "runtime/pool.hpp"
#include "tests/runtime/kernels/contraction/random_contraction.hpp"
#include "tests/seed.hpp"

namespace ricci::runtime::contraction {
namespace {

using dsl::IndexId;
using dsl::Op;
using reference::test::Sheet;

struct Case {
  std::int64_t batch, n, k;
  bool turned;      // the sum is over rows
  bool conjugated;  // the right factor is
};

/// sum[p] x[e,i,p] * y[e,j,p]; without y: x again.
Tensor product(const Case& of, DType dtype, const Tensor& x, const Tensor* y) {
  Sheet sheet;
  const IndexId e = sheet.index(of.batch), i = sheet.index(of.n), j = sheet.index(of.n), p = sheet.index(of.k);
  const NodeId a = sheet.input(x), b = y == nullptr ? a : sheet.input(*y);
  const auto at = [&](NodeId tensor, IndexId row) {
    const IndexId first = of.turned ? p : row, second = of.turned ? row : p;
    return sheet.at(tensor, std::vector<NodeId>{sheet.value(e), sheet.value(first), sheet.value(second)});
  };
  const NodeId left = at(a, i);
  NodeId right = at(b, j);
  if (of.conjugated) right = sheet.op(Op::conj, dtype, {right});
  const NodeId sum = sheet.graph.reduce(Op::sum, dtype, sheet.op(Op::multiply, dtype, {left, right}), {p});
  const NodeId tensor = sheet.tensor(sum, {e, i, j});
  Evaluation evaluation = sheet.evaluation();
  Tensor out;
  REQUIRE(run_contraction(evaluation, tensor, out));
  return out;
}

template <typename T>
void check_halves(const Case& of, const Tensor& out) {
  for (std::int64_t e = 0; e < of.batch; ++e)
    for (std::int64_t i = 0; i < of.n; ++i)
      for (std::int64_t j = 0; j < i; ++j) {
        const T lower = out.as<T>()[(e * of.n + i) * of.n + j];
        T upper = out.as<T>()[(e * of.n + j) * of.n + i];
        if constexpr (dsl::is_complex(dtype_of<T>()))
          if (of.conjugated) upper = std::conj(upper);
        if (lower != upper) FAIL("elements " << i << ", " << j << " of entry " << e << " differ");
      }
}

}  // namespace

TEMPLATE_TEST_CASE("contraction: a matrix by its own transpose has equal halves", "", float, double,
                   std::complex<float>, std::complex<double>, std::int64_t) {
  const DType dtype = dtype_of<TestType>();
  std::mt19937 random(testing::seed());
  INFO("seed " << testing::seed());
  constexpr Case cases[] = {{1, 131, 300, false, false}, {1, 200, 257, true, false},   {2, 150, 200, false, true},
                            {1, 420, 65, true, true},    {1, 128, 20'000, true, true}, {3, 40, 50, false, false}};
  for (const Case& of : cases) {
    INFO(dsl::name_of(dtype) << " batch " << of.batch << " n " << of.n << " k " << of.k
                             << (of.turned ? " turned" : ""));
    const Tensor x = Tensor::empty(dtype, of.turned ? Extents{of.batch, of.k, of.n} : Extents{of.batch, of.n, of.k});
    for (std::int64_t at = 0; at < x.count(); ++at) {
      const auto number = [&] { return static_cast<double>(random() % 2001) / 1000 - 1; };
      if constexpr (dsl::is_complex(dtype_of<TestType>()))
        x.as<TestType>()[at] = {static_cast<typename TestType::value_type>(number()),
                                static_cast<typename TestType::value_type>(number())};
      else
        x.as<TestType>()[at] = static_cast<TestType>(1000 * number());
    }
    const Tensor out = product(of, dtype, x, nullptr);
    check_halves<TestType>(of, out);
    const Tensor twin = copy(x), whole = product(of, dtype, x, &twin);
    double apart = 0, size = 0;
    for (std::int64_t at = 0; at < out.count(); ++at) {
      const auto a = out.as<TestType>()[at], b = whole.as<TestType>()[at];
      apart = std::max(apart, static_cast<double>(std::abs(a - b)));
      size = std::max(size, static_cast<double>(std::abs(a)));
    }
    const double epsilon = dsl::is_integer(dtype) ? 0 : dsl::real_type(dtype) == DType::f32 ? 0x1p-23 : 0x1p-52;
    CHECK(apart <= 4 * epsilon * size);
    set_threads(1);
    CHECK(same_bits(product(of, dtype, x, nullptr), out));
    set_threads(2);
  }
}

}  // namespace ricci::runtime::contraction
