/// The reductions against NumPy's answers, and over nothing, NaN, infinities and the ends of the range.
#include <algorithm>

#include "tests/runtime/kernels/reference/sheet.hpp"

namespace ricci::runtime::reference::test {
namespace {

/// op over x[k], as a sheet that holds the graph.
template <class T>
struct Reduced {
  Reduced(Op op, DType dtype, const std::vector<T>& x, std::initializer_list<std::int64_t> attributes = {}) {
    const IndexId k = sheet.index(static_cast<std::int64_t>(x.size()), "k");
    node = sheet.scalar(sheet.graph.reduce(op, dtype, sheet.at(sheet.vector(x), k), {k}, attributes));
  }
  Sheet sheet;
  NodeId node;
};

template <class R, class T>
R reduced(Op op, const std::vector<T>& x, std::initializer_list<std::int64_t> attributes = {},
          Precision precision = Precision::native) {
  const Reduced<T> r(op, dtype_of<R>(), x, attributes);
  return r.sheet.template number<R>(r.node, precision);
}
template <class T>
std::string fault_of(Op op, DType dtype, const std::vector<T>& x) {
  const Reduced<T> r(op, dtype, x);
  return r.sheet.fault(r.node);
}

const std::vector<double> some{3, -1, 4, 1, -5, 9, 2, 6};
const std::vector<double> nothing{};

}  // namespace

TEST_CASE("reference: sums, products, means, extrema and their positions") {
  CHECK(reduced<double>(Op::sum, some) == 19);
  CHECK(reduced<double>(Op::product, some) == 6480);
  CHECK(reduced<double>(Op::mean, some) == 2.375);
  CHECK(reduced<double>(Op::least, some) == -5);
  CHECK(reduced<double>(Op::greatest, some) == 9);
  CHECK(reduced<std::int64_t>(Op::argmin, some) == 4);
  CHECK(reduced<std::int64_t>(Op::argmax, some) == 5);
  CHECK(reduced<c128>(Op::sum, std::vector<c128>{{1, 2}, {3, -5}}) == c128{4, -3});
  CHECK(reduced<c64>(Op::product, std::vector<c64>{{0, 1}, {0, 1}}) == c64{-1, 0});
  CHECK(reduced<c128>(Op::mean, std::vector<c128>{{1, 2}, {3, -6}}) == c128{2, -2});
  CHECK(reduced<std::int32_t>(Op::least, std::vector<std::int32_t>{4, -4}) == -4);
  CHECK(reduced<double>(Op::mean, std::vector<std::int64_t>{1, 2}) == 1.5);
}

TEST_CASE("reference: integers sum in the node's type and wrap") {
  CHECK(reduced<std::int64_t>(Op::sum, std::vector<std::int32_t>{2147483647, 1}) == 2147483648);
  CHECK(reduced<std::int64_t>(Op::sum, std::vector<std::int64_t>{highest, 1}) == lowest);
  CHECK(reduced<std::int64_t>(Op::product, std::vector<std::int64_t>{lowest, 2}) == 0);
  CHECK(reduced<std::int64_t>(Op::sum, std::vector<std::int32_t>{}) == 0);
}

TEST_CASE("reference: f32 sums in float, in order") {
  const std::vector<float> x{16777216.0F, 1.0F, 1.0F};
  CHECK(reduced<float>(Op::sum, x) == 16777216.0F);
  CHECK(reduced<float>(Op::sum, x, {}, Precision::extended) == 16777218.0F);
}

TEST_CASE("reference: over nothing there is the identity, or an error") {
  CHECK(reduced<double>(Op::sum, nothing) == 0);
  CHECK(reduced<double>(Op::product, nothing) == 1);
  CHECK(reduced<double>(Op::norm, nothing) == 0);
  CHECK(reduced<double>(Op::logsumexp, nothing) == -inf);
  CHECK(std::isnan(reduced<double>(Op::variance, nothing, {0})));
  for (Op op : {Op::least, Op::greatest, Op::mean}) CHECK(fault_of(op, DType::f64, nothing) == "value");
  for (Op op : {Op::argmin, Op::argmax}) CHECK(fault_of(op, DType::i64, nothing) == "value");
}

TEST_CASE("reference: any, all and count") {
  Sheet s;
  for (const std::vector<double>& x : {std::vector<double>{1, -2, 3}, {1, 1}, {-1}, {}}) {
    const IndexId k = s.index(static_cast<std::int64_t>(x.size()), "k");
    const NodeId positive = s.op(Op::less, DType::boolean, {s.graph.real(0), s.at(s.vector(x), k)});
    const auto count = std::count_if(x.begin(), x.end(), [](double each) { return each > 0; });
    const auto size = static_cast<std::ptrdiff_t>(x.size());
    CHECK(s.number<bool>(s.scalar(s.graph.reduce(Op::any, DType::boolean, positive, {k}))) == (count > 0));
    CHECK(s.number<bool>(s.scalar(s.graph.reduce(Op::all, DType::boolean, positive, {k}))) == (count == size));
    CHECK(s.number<std::int64_t>(s.scalar(s.graph.reduce(Op::count, DType::i64, positive, {k}))) == count);
  }
}

TEST_CASE("reference: NaN wins extrema, the first NaN their positions, the first of equals otherwise") {
  const std::vector<double> x{1, nan, 0, nan};
  CHECK(std::isnan(reduced<double>(Op::least, x)));
  CHECK(std::isnan(reduced<double>(Op::greatest, x)));
  CHECK(reduced<std::int64_t>(Op::argmin, x) == 1);
  CHECK(reduced<std::int64_t>(Op::argmax, x) == 1);
  CHECK(reduced<std::int64_t>(Op::argmax, std::vector<double>{1, 7, 7}) == 1);
  CHECK(reduced<std::int64_t>(Op::argmin, std::vector<std::int64_t>{5, 2, 2}) == 1);
  CHECK(reduced<std::int64_t>(Op::argmax, std::vector<double>{-inf, -inf}) == 0);
  CHECK(reduced<double>(Op::greatest, std::vector<double>{-inf}) == -inf);
}

TEST_CASE("reference: logsumexp is shifted, and infinities pass through") {
  CHECK(close(reduced<double>(Op::logsumexp, std::vector<double>{1000, 1000}), 1000.6931471805599));
  CHECK(close(reduced<double>(Op::logsumexp, std::vector<double>{-1000, -1001}), -999.6867383124818));
  CHECK(reduced<double>(Op::logsumexp, std::vector<double>{-inf, -inf}) == -inf);
  CHECK(reduced<double>(Op::logsumexp, std::vector<double>{-inf, 3}) == 3);
  CHECK(reduced<double>(Op::logsumexp, std::vector<double>{1, inf}) == inf);
  CHECK(std::isnan(reduced<double>(Op::logsumexp, std::vector<double>{inf, nan})));
  CHECK(std::isnan(reduced<double>(Op::logsumexp, std::vector<double>{nan, inf})));
}

TEST_CASE("reference: norms do not leave the range before their value does") {
  CHECK(reduced<double>(Op::norm, std::vector<double>{3, 4}) == 5);
  CHECK(reduced<double>(Op::norm, std::vector<double>{3e200, -4e200}) == Approx(5e200).epsilon(1e-15));
  CHECK(reduced<double>(Op::norm, std::vector<double>{3e-300, 4e-300}) == Approx(5e-300).epsilon(1e-15));
  CHECK(reduced<double>(Op::norm, std::vector<c128>{{1, 2}, {2, 4}}) == 5);
  CHECK(reduced<float>(Op::norm, std::vector<c64>{{3e30F, 4e30F}}) == Approx(5e30F).epsilon(1e-6));
  CHECK(reduced<double>(Op::norm, std::vector<double>{0, -0.0}) == 0);
  CHECK(reduced<double>(Op::norm, std::vector<double>{1, -inf}) == inf);
  CHECK(std::isnan(reduced<double>(Op::norm, std::vector<double>{nan, 1})));
  CHECK(reduced<double>(Op::norm, std::vector<std::int64_t>{3, -4}) == 5);
}

TEST_CASE("reference: var and std, by ddof, as NumPy's") {
  CHECK(reduced<double>(Op::variance, some, {0}) == Approx(15.984375).epsilon(1e-15));
  CHECK(reduced<double>(Op::variance, some, {1}) == Approx(18.267857142857142).epsilon(1e-15));
  CHECK(reduced<double>(Op::deviation, some, {0}) == Approx(3.998046397929869).epsilon(1e-15));
  CHECK(reduced<double>(Op::variance, std::vector<c128>{1, {0, 2}, 3}, {0}) ==
        Approx(2.4444444444444446).epsilon(1e-15));
  CHECK(std::isnan(reduced<double>(Op::variance, std::vector<double>{1}, {1})));
  CHECK(reduced<double>(Op::variance, std::vector<double>{1, 2}, {2}) == inf);
  CHECK(reduced<double>(Op::variance, std::vector<double>{1e9, 1e9 + 1, 1e9 + 2}, {0}) ==
        Approx(2.0 / 3).epsilon(1e-15));
  CHECK(reduced<float>(Op::variance, std::vector<float>{1, 3}, {0}) == 1.0F);
}

TEST_CASE("reference: reductions nest, share their indices, and go row-major") {
  Sheet s;
  const NodeId a = s.input<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  const IndexId i = s.index(2, "i");
  const IndexId k = s.index(3, "k");
  const IndexId l = s.index(3, "l");
  const auto sum = [&](NodeId body, const Vec<IndexId>& indices) {
    return s.graph.reduce(Op::sum, DType::f64, body, indices);
  };
  const NodeId row = sum(s.at(a, i, k), {k});
  CHECK(s.elements<double>(s.tensor(row, {i})) == std::vector<double>{6, 15});
  CHECK(s.number<double>(s.scalar(sum(s.at(a, i, k), {i, k}))) == 21);
  CHECK(s.number<double>(s.scalar(sum(sum(s.at(a, i, k), {k}), {i}))) == 21);
  // sum[k] a[i,k] * sum[l] a[i,l] - sum[l] a[i,l]: one inner value, bound at one level, read beside and below a binder.
  const NodeId inner = sum(s.at(a, i, l), {l});
  const NodeId outer = sum(s.op(Op::multiply, DType::f64, {s.at(a, i, k), inner}), {k});
  CHECK(s.elements<double>(s.tensor(s.op(Op::subtract, DType::f64, {outer, inner}), {i})) ==
        std::vector<double>{30, 210});
  const NodeId position = s.graph.reduce(Op::argmax, DType::i64, s.at(a, i, k), {i, k});
  CHECK(s.number<std::int64_t>(s.scalar(position)) == 5);
}

}  // namespace ricci::runtime::reference::test
