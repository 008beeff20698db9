/// Products of reflectors by blocks, against one reflector after another in long double.
#include "runtime/linalg/dense/reflectors.hpp"

#include "tests/runtime/linalg/matrices.hpp"

using namespace linalg_tests;
using namespace ricci::runtime::linalg::dense;

namespace {

/// Reflectors within a matrix, as a bidiagonal or triangular form leaves them; some do nothing.
template <typename T>
struct Given {
  std::int64_t order, count, first;
  bool across;  // along rows of the memory
  std::vector<T> memory = {}, tau = {};

  void fill(Random& random) {
    memory.resize(static_cast<std::size_t>(order * order), T(1e30));  // what is not the reflectors' is not to be read
    tau.resize(static_cast<std::size_t>(count));
    for (std::int64_t which = 0; which < count; ++which) {
      double square = 1;
      for (std::int64_t at = first + which + 1; at < order; ++at) {
        T& element = memory[static_cast<std::size_t>(across ? which * order + at : at * order + which)];
        element = random.element<T>();
        square += static_cast<double>(element) * static_cast<double>(element);
      }
      tau[static_cast<std::size_t>(which)] = which % 7 == 3 ? T(0) : static_cast<T>(2 / square);
    }
  }
  Reflectors<T> reflectors() const {
    return {order, count, first, memory.data(), across ? order : 1, across ? 1 : order, tau.data()};
  }
  /// x := Q x, the last reflector first.
  void apply(Matrix& x) const {
    for (std::int64_t which = count; which-- > 0;)
      for (std::int64_t col = 0; col < x.cols; ++col) {
        const auto element = [&](std::int64_t at) {
          const auto own = static_cast<std::size_t>(across ? which * order + at : at * order + which);
          return at == first + which ? 1.0L : static_cast<long double>(memory[own]);
        };
        Wide seen = 0;
        for (std::int64_t at = first + which; at < order; ++at) seen += element(at) * x.at(at, col);
        seen *= static_cast<long double>(tau[static_cast<std::size_t>(which)]);
        for (std::int64_t at = first + which; at < order; ++at) x.at(at, col) -= element(at) * seen;
      }
  }
};

}  // namespace

TEMPLATE_TEST_CASE("runtime/linalg: blocks of reflectors are what one after another does", "", float, double) {
  const unsigned seed = 91;
  INFO("seed " << seed);
  Random random(seed);
  const std::int64_t orders[][2] = {{1, 1}, {5, 0}, {5, 4}, {49, 49}, {97, 96}, {150, 60}};
  for (const auto& [order, count] : orders)
    for (const std::int64_t first : {0, 1})
      for (const bool across : {false, true})
        for (const std::int64_t r : {1, 5, 70}) {
          if (first + count > order) continue;
          INFO("order " << order << " count " << count << " first " << first << " sides " << r);
          Given<TestType> q{order, count, first, across};
          q.fill(random);
          const Tensor x = random.tensor<TestType>({order, r}), turned = copy(transposed(x));
          const Matrix before = matrix_of<TestType>(x);
          Matrix expected = before;
          q.apply(expected);
          apply_left(q.reflectors(), r, x.as<TestType>(), r);
          apply_right(q.reflectors(), r, turned.as<TestType>(), order);
          REQUIRE(match_ratio(expected, matrix_of<TestType>(x), epsilon<TestType>()) < 30);
          REQUIRE(match_ratio(expected, matrix_of<TestType>(transposed(turned)), epsilon<TestType>()) < 30);
          undo_right(q.reflectors(), r, turned.as<TestType>(), order);
          REQUIRE(match_ratio(before, matrix_of<TestType>(transposed(turned)), epsilon<TestType>()) < 30);
        }
}
