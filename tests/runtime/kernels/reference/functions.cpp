/// Every elementwise function and operator against NumPy's answers, each dtype, and the values at the edges.
#include <algorithm>

#include "tests/runtime/kernels/reference/numpy_answers.hpp"

namespace ricci::runtime::reference::test {
namespace {

std::vector<c128> complexes(const std::vector<double>& parts) {
  std::vector<c128> out;
  for (std::size_t at = 0; at < parts.size(); at += 2) out.emplace_back(parts[at], parts[at + 1]);
  return out;
}

/// op(x[i]) for all i.
template <class R, class T>
std::vector<R> mapped(Op op, const std::vector<T>& x, Precision precision = Precision::native) {
  Sheet s;
  const IndexId i = s.index(static_cast<std::int64_t>(x.size()));
  return s.elements<R>(s.tensor(s.op(op, dtype_of<R>(), {s.at(s.vector(x), i)}), {i}), precision);
}

/// op(x[i], x[j]) for all i, j.
template <class R, class T>
std::vector<R> paired(Op op, const std::vector<T>& x, Precision precision = Precision::native) {
  Sheet s;
  const auto n = static_cast<std::int64_t>(x.size());
  const IndexId i = s.index(n, "i");
  const IndexId j = s.index(n, "j");
  const NodeId vector = s.vector(x);
  return s.elements<R>(s.tensor(s.op(op, dtype_of<R>(), {s.at(vector, i), s.at(vector, j)}), {i, j}), precision);
}

template <class T>
void check_close(Op op, const std::vector<T>& found, const std::vector<T>& expected, double ulps) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t at = 0; at < found.size(); ++at) {
    INFO(dsl::row(op).spelling << " at " << at << ": " << found[at] << " for " << expected[at]);
    CHECK(close(found[at], expected[at], ulps));
  }
}

/// The same inputs in the narrower type, with the wide answers of the rounded inputs.
std::vector<float> narrow(const std::vector<double>& wide) {
  std::vector<float> out;
  for (double x : wide) out.push_back(static_cast<float>(x));
  return out;
}

}  // namespace

TEST_CASE("reference: real functions of one number are NumPy's") {
  for (const Answers<double>& row : real_answers) {
    check_close(row.op, mapped<double>(row.op, real_inputs), row.values, 4);
    check_close(row.op, mapped<double>(row.op, real_inputs, Precision::extended), row.values, 4);
  }
}

TEST_CASE("reference: f32 is computed in float") {
  const std::vector<float> x{-2.5F, -0.5F, -0.0F, 0.0F, 0.25F, 0.5F, 1.0F, 1.5F, 3.0F};
  const std::vector<double> wide(x.begin(), x.end());
  for (const Answers<double>& row : real_answers)
    check_close(row.op, mapped<float>(row.op, x), narrow(mapped<double>(row.op, wide)), 4);
  CHECK(mapped<float>(Op::exp, std::vector<float>{100})[0] == std::numeric_limits<float>::infinity());
  CHECK(paired<float>(Op::add, std::vector<float>{16777216.0F, 1.0F})[1] == 16777216.0F);
  CHECK(paired<float>(Op::divide, std::vector<float>{1.0F, 3.0F})[1] == 1.0F / 3.0F);
}

TEST_CASE("reference: complex functions of one number are NumPy's") {
  for (const Answers<double>& row : complex_answers) {
    const auto expected = complexes(row.values);
    check_close(row.op, mapped<c128>(row.op, complexes(complex_inputs)), expected, 4);
    check_close(row.op, mapped<c128>(row.op, complexes(complex_inputs), Precision::extended), expected, 4);
  }
  const auto roots = mapped<c64>(Op::sqrt, std::vector<c64>{{-4, 0}, {0, 2}});
  CHECK(close(roots[0], c64{0, 2}));
  CHECK(close(roots[1], c64{1, 1}));
}

TEST_CASE("reference: real functions of two numbers are NumPy's, at all signs, zeros and infinities") {
  for (const Answers<double>& row : pair_answers) {
    check_close(row.op, paired<double>(row.op, pair_inputs), row.values, 2);
    check_close(row.op, narrow(paired<double>(row.op, pair_inputs)), paired<float>(row.op, narrow(pair_inputs)), 2);
  }
}

TEST_CASE("reference: integers wrap, and // and % round down") {
  for (const Answers<std::int64_t>& row : integer_answers) {
    check_close(row.op, paired<std::int64_t>(row.op, integer_inputs), row.values, 0);
  }
  constexpr auto low = std::numeric_limits<std::int32_t>::min();
  const std::vector<std::int32_t> narrow_inputs{low, -1, 3};
  CHECK(paired<std::int32_t>(Op::add, narrow_inputs)[1] == std::numeric_limits<std::int32_t>::max());
  CHECK(paired<std::int32_t>(Op::multiply, narrow_inputs)[1] == low);
  CHECK(paired<std::int32_t>(Op::floor_divide, narrow_inputs)[1] == low);
  CHECK(paired<std::int32_t>(Op::modulo, narrow_inputs)[1] == 0);
  CHECK(mapped<std::int32_t>(Op::abs, narrow_inputs) == std::vector<std::int32_t>{low, 1, 3});
  CHECK(mapped<std::int64_t>(Op::negate, std::vector<std::int64_t>{lowest, 5}) ==
        std::vector<std::int64_t>{lowest, -5});
  CHECK(mapped<std::int64_t>(Op::sign, std::vector<std::int64_t>{-7, 0, 9}) == std::vector<std::int64_t>{-1, 0, 1});
  CHECK(mapped<std::int64_t>(Op::round, std::vector<std::int64_t>{highest}) == std::vector<std::int64_t>{highest});
}

TEST_CASE("reference: integer powers wrap; a negative exponent and a zero divisor are errors") {
  const std::vector<std::int64_t> x{0, 1, 2, 3, 63, 64};
  const auto found = paired<std::int64_t>(Op::power, x);
  CHECK(found[0] == 1);                             // 0^0
  CHECK(found[2 * 6 + 4] == lowest);                // 2^63
  CHECK(found[2 * 6 + 5] == 0);                     // 2^64
  CHECK(found[3 * 6 + 4] == -3237885987332494933);  // 3^63 mod 2^64
  Sheet s;
  const auto scalar = [&](Op op, std::int64_t a, std::int64_t b) {
    return s.scalar(s.op(op, DType::i64, {s.graph.integer(a), s.graph.integer(b)}));
  };
  CHECK(s.fault(scalar(Op::power, 1, -1)) == "value");
  CHECK(s.fault(scalar(Op::floor_divide, 1, 0)) == "value");
  CHECK(s.fault(scalar(Op::modulo, 1, 0)) == "value");
}

TEST_CASE("reference: complex operators are NumPy's, zero bases and huge parts included") {
  const auto inputs = complexes(complex_pair_inputs);
  for (const Answers<double>& row : complex_pair_answers) {
    const auto found = paired<c128>(row.op, inputs);
    const auto expected = complexes(row.values);
    for (std::size_t at = 0; at < found.size(); ++at) {
      INFO(dsl::row(row.op).spelling << " at " << at << ": " << found[at] << " for " << expected[at]);
      const bool same_class = std::isfinite(std::abs(found[at])) == std::isfinite(std::abs(expected[at]));
      CHECK(same_class);
      if (same_class && std::isfinite(std::abs(expected[at])))
        CHECK(std::abs(found[at] - expected[at]) <= 1e-14 * std::abs(expected[at]));
    }
  }
}

TEST_CASE("reference: sign of a complex number is its direction, as in NumPy 2") {
  const auto found =
      mapped<c128>(Op::sign, std::vector<c128>{{0, 0}, {-3, 4}, {inf, 1}, {1, -inf}, {inf, inf}, {nan, 0}});
  CHECK(found[0] == c128{0, 0});
  CHECK(close(found[1], c128{-0.6, 0.8}));
  CHECK(found[2] == c128{1, 0});
  CHECK(found[3] == c128{0, -1});
  CHECK(std::isnan(found[4].real()));
  CHECK(std::isnan(found[5].real()));
}

TEST_CASE("reference: abs, real, imag and arg give the real type") {
  const std::vector<c128> z{{3, 4}, {-1, 0}, {1e200, 1e200}};
  CHECK(mapped<double>(Op::abs, z)[0] == 5);
  CHECK(close(mapped<double>(Op::abs, z)[2], std::sqrt(2.0) * 1e200));
  CHECK(mapped<double>(Op::real, z) == std::vector<double>{3, -1, 1e200});
  CHECK(mapped<double>(Op::imag, z) == std::vector<double>{4, 0, 1e200});
  CHECK(close(mapped<double>(Op::arg, z)[1], 3.141592653589793));
  CHECK(mapped<float>(Op::abs, std::vector<c64>{{3, 4}})[0] == 5.0F);
  CHECK(mapped<double>(Op::abs, std::vector<double>{-2, -inf}) == std::vector<double>{2, inf});
  CHECK(mapped<double>(Op::imag, std::vector<double>{-2}) == std::vector<double>{0});
  CHECK(mapped<double>(Op::arg, std::vector<double>{-2, 2}) == std::vector<double>{3.141592653589793, 0});
}

TEST_CASE("reference: comparisons and logic") {
  const std::vector<double> x{-1, 0, nan};
  CHECK(paired<bool>(Op::less, x) == std::vector<bool>{false, true, false, false, false, false, false, false, false});
  CHECK(paired<bool>(Op::less_equal, x) ==
        std::vector<bool>{true, true, false, false, true, false, false, false, false});
  CHECK(paired<bool>(Op::equal, x) == std::vector<bool>{true, false, false, false, true, false, false, false, false});
  CHECK(paired<bool>(Op::not_equal, x) == std::vector<bool>{false, true, true, true, false, true, true, true, true});
  CHECK(paired<bool>(Op::equal, std::vector<c128>{{1, 2}, {1, 3}}) == std::vector<bool>{true, false, false, true});
  CHECK(paired<bool>(Op::less, std::vector<std::int64_t>{lowest, highest}) ==
        std::vector<bool>{false, true, false, false});
  Sheet s;
  const NodeId t = s.graph.integer(1, DType::boolean);
  const NodeId f = s.graph.integer(0, DType::boolean);
  CHECK(s.number<bool>(s.scalar(s.op(Op::logical_and, DType::boolean, {t, f}))) == false);
  CHECK(s.number<bool>(s.scalar(s.op(Op::logical_or, DType::boolean, {t, f}))) == true);
  CHECK(s.number<bool>(s.scalar(s.op(Op::logical_not, DType::boolean, {f}))) == true);
  CHECK(s.number<bool>(s.scalar(s.op(Op::multiply, DType::boolean, {t, f}))) == false);
  // Mixed operands are compared in their common type.
  CHECK(s.number<bool>(s.scalar(s.op(Op::less, DType::boolean, {s.graph.integer(2), s.graph.real(2.5)}))));
}

TEST_CASE("reference: isnan and isfinite") {
  CHECK(mapped<bool>(Op::isnan, std::vector<double>{nan, inf, 1}) == std::vector<bool>{true, false, false});
  CHECK(mapped<bool>(Op::isfinite, std::vector<double>{nan, inf, 1}) == std::vector<bool>{false, false, true});
  CHECK(mapped<bool>(Op::isnan, std::vector<c128>{{0, nan}, {inf, 0}}) == std::vector<bool>{true, false});
  CHECK(mapped<bool>(Op::isfinite, std::vector<std::int64_t>{3}) == std::vector<bool>{true});
}

TEST_CASE("reference: casts truncate, keep the real part, and send what does not fit to the lowest integer") {
  const std::vector<double> x{2.9, -2.9, nan, 1e30, -inf, 0.0};
  CHECK(mapped<std::int64_t>(Op::cast, x) == std::vector<std::int64_t>{2, -2, lowest, lowest, lowest, 0});
  constexpr auto low = std::numeric_limits<std::int32_t>::min();
  CHECK(mapped<std::int32_t>(Op::cast, x) == std::vector<std::int32_t>{2, -2, low, low, low, 0});
  CHECK(mapped<std::int32_t>(Op::cast, x, Precision::extended) == std::vector<std::int32_t>{2, -2, low, low, low, 0});
  CHECK(mapped<bool>(Op::cast, x) == std::vector<bool>{true, true, true, true, true, false});
  CHECK(mapped<double>(Op::cast, std::vector<c128>{{2, 5}}) == std::vector<double>{2});
  CHECK(mapped<c128>(Op::cast, std::vector<double>{2}) == std::vector<c128>{{2, 0}});
  CHECK(mapped<bool>(Op::cast, std::vector<c128>{{0, 5}, {0, 0}}) == std::vector<bool>{true, false});
  CHECK(mapped<std::int32_t>(Op::cast, std::vector<std::int64_t>{(std::int64_t{1} << 32) + 7})[0] == 7);
  CHECK(mapped<float>(Op::cast, std::vector<double>{1e300})[0] == std::numeric_limits<float>::infinity());
  CHECK(mapped<std::int64_t>(Op::cast, std::vector<double>{9223372036854774784.0})[0] == 9223372036854774784);
}

TEST_CASE("reference: an op without a meaning for its types is a fault, not a number") {
  Sheet s;
  const NodeId z = s.graph.complex(1, 1);
  CHECK(s.fault(s.scalar(s.op(Op::floor, DType::c128, {z}))) == "internal");
  CHECK(s.fault(s.scalar(s.op(Op::less, DType::boolean, {z, z}))) == "internal");
  CHECK(s.fault(s.scalar(s.op(Op::exp, DType::i64, {s.graph.integer(1)}))) == "internal");
}

}  // namespace ricci::runtime::reference::test
