/// The inner loops of every instruction set that the machine has, and planned products with and without BLAS, against
/// plain loops.
#include "runtime/kernels/contraction/loops.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "runtime/kernels/contraction/product.hpp"
#include "runtime/kernels/contraction/scalars.hpp"

namespace ricci::runtime::contraction {
namespace {

template <typename T>
class Numbers {
 public:
  explicit Numbers(unsigned seed) : random_(seed) {}
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  T next() {
    if constexpr (linalg::is_complex_scalar<T>)
      return {static_cast<linalg::Real<T>>(below(9) - 4), static_cast<linalg::Real<T>>(below(9) - 4)};
    else
      return static_cast<T>(below(9) - 4);
  }
  std::vector<T> many(std::int64_t count) {
    std::vector<T> out;
    while (static_cast<std::int64_t>(out.size()) < count) out.push_back(next());
    return out;
  }

 private:
  std::mt19937 random_;
};

template <typename T>
T at(const Rows<T>& rows, std::int64_t row, std::int64_t column) {
  const T value = rows.data[row * rows.row + column * rows.column];
  return rows.conjugated ? conjugate(value) : value;
}

template <typename T>
void check_set(const Loops<T>& set, unsigned seed) {
  Numbers<T> numbers(seed);
  const std::int64_t m = 1 + numbers.below(15), n = 1 + numbers.below(75), k = 1 + numbers.below(40);
  INFO("m " << m << " n " << n << " k " << k << " seed " << seed);
  const bool turned = numbers.below(2) == 0, l_conjugated = numbers.below(2) == 0, r_conjugated = numbers.below(2) == 0;
  const auto a = numbers.many(m * k), b = numbers.many(k * n), long_a = numbers.many(k * n),
             long_b = numbers.many(m * k);
  const Rows<T> l{a.data(), turned ? 1 : k, turned ? m : 1, l_conjugated}, r{b.data(), n, 1, r_conjugated};
  std::vector<T> c(static_cast<std::size_t>(m * (n + 3)), T(99));
  int wrong = 0;
  set.product(m, n, k, l, r, c.data(), n + 3);
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      T sum{};
      for (std::int64_t p = 0; p < k; ++p) sum += times(at(l, i, p), at(r, p, j));
      wrong += c[static_cast<std::size_t>(i * (n + 3) + j)] == sum ? 0 : 1;
    }
    wrong += c[static_cast<std::size_t>(i * (n + 3) + n)] == T(99) ? 0 : 1;
  }
  if (set.subtract != nullptr) {  // from the product itself: nothing is left
    set.subtract(m, n, k, l, r, c.data(), n + 3);
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n + 3; ++j)
        wrong += c[static_cast<std::size_t>(i * (n + 3) + j)] == (j < n ? T(0) : T(99)) ? 0 : 1;
  }
  const Rows<T> x{a.data(), k, 1, l_conjugated}, y{long_b.data(), turned ? 0 : k, 1, r_conjugated};
  set.dots(m, k, x, y, c.data(), 2);
  for (std::int64_t i = 0; i < m; ++i) {
    T sum{};
    for (std::int64_t p = 0; p < k; ++p) sum += times(at(x, i, p), at(y, i, p));
    wrong += c[static_cast<std::size_t>(2 * i)] == sum ? 0 : 1;
  }
  const Rows<T> u{long_a.data(), n, 1, l_conjugated};
  set.lanes(n, k, u, r, c.data());
  for (std::int64_t j = 0; j < n; ++j) {
    T sum{};
    for (std::int64_t p = 0; p < k; ++p) sum += times(at(u, p, j), at(r, p, j));
    wrong += c[static_cast<std::size_t>(j)] == sum ? 0 : 1;
  }
  for (std::int64_t step : {0, 1, 2})
    for (std::int64_t other : {0, 1}) {
      const Rows<T> v{long_a.data(), 0, step, l_conjugated}, w{b.data(), 0, other, r_conjugated};
      const std::int64_t count = step == 2 ? (k * n + 1) / 2 : k * n;
      std::vector<T> out(static_cast<std::size_t>(count));
      set.times(count, v, w, out.data());
      for (std::int64_t own = 0; own < count; ++own)
        wrong += out[static_cast<std::size_t>(own)] == times(at(v, 0, own), at(w, 0, own)) ? 0 : 1;
    }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("contraction: inner loops of every instruction set", "", std::uint64_t, float, double,
                   std::complex<float>, std::complex<double>) {
  int sets = 0;
  for (; loops_of_set<TestType>(sets) != nullptr; ++sets)
    for (unsigned seed = 0; seed < 12; ++seed) {
      INFO("set " << sets);
      check_set<TestType>(*loops_of_set<TestType>(sets), seed);
    }
  CHECK(sets > 0);
}

/// Many products, in steps and by jumps; what lies between the results stays as it is.
template <typename T>
void check_many(const Loops<T>& set, unsigned seed) {
  Numbers<T> numbers(seed);
  const std::int64_t m = 1 + numbers.below(16), n = 1 + numbers.below(20), k = 1 + numbers.below(12);
  const std::int64_t count = 1 + numbers.below(5), row = n + numbers.below(3), size = m * row + 1;
  const bool left_jumps = numbers.below(2) == 0, right_jumps = numbers.below(2) == 0, turned = numbers.below(2) == 0;
  INFO("m " << m << " n " << n << " k " << k << " count " << count << " seed " << seed);
  const auto a = numbers.many(count * m * k), b = numbers.many(count * k * n);
  const Rows<T> l{a.data(), turned ? 1 : k, turned ? m : 1, numbers.below(2) == 0};
  const Rows<T> r{b.data(), n, 1, numbers.below(2) == 0};
  std::vector<std::int64_t> left, right;
  for (std::int64_t each = 0; each < count; ++each) {
    left.push_back(left_jumps ? (count - 1 - each) * m * k : 0);
    right.push_back(right_jumps ? numbers.below(static_cast<int>(count)) * k * n : each * k * n);
  }
  const Many many{count,
                  0,
                  right_jumps ? 0 : k * n,
                  size,
                  left_jumps ? left.data() : nullptr,
                  right_jumps ? right.data() : nullptr};
  std::vector<T> c(static_cast<std::size_t>(count * size + 1), T(99)), expected = c;
  set.products(many, m, n, k, l, r, c.data() + 1, row);
  for (std::int64_t each = 0; each < count; ++each)
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        Rows<T> own_l = l, own_r = r;
        own_l.data += left[static_cast<std::size_t>(each)], own_r.data += right[static_cast<std::size_t>(each)];
        T sum{};
        for (std::int64_t p = 0; p < k; ++p) sum += times(at(own_l, i, p), at(own_r, p, j));
        expected[static_cast<std::size_t>(1 + each * size + i * row + j)] = sum;
      }
  CHECK(c == expected);
}

TEMPLATE_TEST_CASE("contraction: many small products of every instruction set", "", std::uint64_t, float, double,
                   std::complex<float>, std::complex<double>) {
  for (int set = 0; loops_of_set<TestType>(set) != nullptr; ++set)
    for (unsigned seed = 0; seed < 300; ++seed) {
      INFO("set " << set);
      check_many<TestType>(*loops_of_set<TestType>(set), seed);
    }
}

/// C [b,i,j] = sum_p A [b,i,p] B [b,p,j] with these memory orders of A, B and C.
template <typename T>
void check_planned(bool own_products, unsigned seed) {
  Numbers<T> numbers(seed);
  const std::int64_t batch = 1 + numbers.below(4), m = 1 + numbers.below(80), n = 1 + numbers.below(80),
                     k = 1 + numbers.below(80);
  const int order = numbers.below(8);
  INFO("batch " << batch << " m " << m << " n " << n << " k " << k << " seed " << seed << " order " << order);
  const auto a = numbers.many(batch * m * k), b = numbers.many(batch * k * n);
  std::vector<T> c(static_cast<std::size_t>(batch * m * n), T(77));
  const std::int64_t l_row = (order & 1) != 0 ? 1 : k, l_column = (order & 1) != 0 ? m : 1;
  const std::int64_t r_row = (order & 2) != 0 ? 1 : n, r_column = (order & 2) != 0 ? k : 1;
  const bool last = (order & 4) != 0;  // the batch is the last axis of the result
  Product product;
  product.dtype = dtype_of<T>();
  const Axis outer{batch, m * k, k * n, last ? 1 : m * n, 0, false, false};
  const Axis row{m, l_row, 0, last ? n * batch : n, 1, false, false},
      column{n, 0, r_column, last ? batch : 1, 2, false, false};
  product.axes = last ? std::vector<Axis>{row, column, outer} : std::vector<Axis>{outer, row, column};
  product.summed = {{k, l_column, r_row, 0, 3, false, false}};
  Operands operands;
  operands.left = reinterpret_cast<const std::byte*>(a.data());
  operands.right = reinterpret_cast<const std::byte*>(b.data());
  operands.out = reinterpret_cast<std::byte*>(c.data());
  operands.left_conjugated = numbers.below(2) == 0;
  operands.right_conjugated = numbers.below(2) == 0;
  operands.scale.real = 2;
  run_product(plan_product(product, own_products), product.dtype, operands);
  int wrong = 0;
  for (std::int64_t e = 0; e < batch; ++e) {
    const Rows<T> l{a.data() + e * m * k, l_row, l_column, operands.left_conjugated};
    const Rows<T> r{b.data() + e * k * n, r_row, r_column, operands.right_conjugated};
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        T sum{};
        for (std::int64_t p = 0; p < k; ++p) sum += times(at(l, i, p), at(r, p, j));
        wrong += c[static_cast<std::size_t>(e * outer.out + i * row.out + j * column.out)] == T(2) * sum ? 0 : 1;
      }
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("contraction: planned products by BLAS and by our own loops", "", float, double, std::complex<float>,
                   std::complex<double>) {
  for (unsigned seed = 0; seed < 60; ++seed)
    for (bool own_products : {false, true}) check_planned<TestType>(own_products, seed);
}

}  // namespace
}  // namespace ricci::runtime::contraction
