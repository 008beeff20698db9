/// The tiles' loops of every instruction set that the machine has, against plain loops.
#include "runtime/kernels/sparse/tiles.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "runtime/kernels/contraction/scalars.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime::sparse {
namespace {

template <typename T>
T number(std::mt19937& random) {
  const auto small = [&] { return static_cast<int>(random() % 9) - 4; };
  if constexpr (linalg::is_complex_scalar<T>)
    return {static_cast<linalg::Real<T>>(small()), static_cast<linalg::Real<T>>(small())};
  else
    return static_cast<T>(small());
}

template <typename T>
struct Matrix {
  explicit Matrix(std::mt19937& random) : rows(1 + random() % 40), cols(1 + random() % 40) {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int32_t column = 0; column < cols; ++column)
        if (random() % 5 == 0 && row % 3 != 0) {
          columns.push_back(column);
          values.push_back(number<T>(random));
        }
      starts.push_back(static_cast<std::int64_t>(columns.size()));
    }
  }
  Pattern<T> pattern() const { return {rows, cols, starts.data(), columns.data(), values.data()}; }

  std::int64_t rows, cols;
  std::vector<std::int64_t> starts{0};
  std::vector<std::int32_t> columns;
  std::vector<T> values;
};

template <typename T>
int wrong_results(const Matrix<T>& matrix, Vectors<const T> x, Vectors<T> y, std::int64_t count) {
  int wrong = 0;
  for (std::int64_t v = 0; v < count; ++v)
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
      T sum{};
      for (auto at = static_cast<std::size_t>(matrix.starts[static_cast<std::size_t>(row)]);
           at < static_cast<std::size_t>(matrix.starts[static_cast<std::size_t>(row) + 1]); ++at) {
        const T element = x.data[v * x.vector + matrix.columns[at] * x.element];
        sum += contraction::times(matrix.values[at], x.conjugated ? contraction::conjugate(element) : element);
      }
      wrong += y.data[v * y.vector + row * y.element] == sum ? 0 : 1;
    }
  return wrong;
}

template <typename T>
void check_set(const Tiles<T>& set, unsigned seed, bool streams) {
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const Matrix<T> matrix(random);
  const std::int64_t most = 70, width = tile_vectors<T>;
  const std::int64_t lines = (matrix.rows + width - 1) / width * width;  // of whole lines a vector
  std::vector<T> from, tile(static_cast<std::size_t>(matrix.cols * width));
  const std::shared_ptr<std::byte> room = take_buffer(most * lines * static_cast<std::int64_t>(sizeof(T)));
  T* const to = reinterpret_cast<T*>(room.get());
  std::fill_n(to, most * lines, T(55));
  for (std::int64_t at = 0; at < most * matrix.cols; ++at) from.push_back(number<T>(random));
  const bool conjugated = seed % 2 == 0;
  for (bool x_across : {false, true})
    for (const auto& [y_vector, y_element] :
         {std::pair(matrix.rows, std::int64_t{1}), std::pair(lines, std::int64_t{1}), std::pair(std::int64_t{1}, most)})
      for (std::int64_t count : {std::int64_t{1}, width - 1, width}) {
        const Vectors<const T> x{from.data(), x_across ? 1 : matrix.cols, x_across ? most : 1, conjugated};
        const Vectors<T> y{to, y_vector, y_element, false};
        set.multiply(matrix.pattern(), x, y, count, streams, tile.data());
        CHECK(wrong_results(matrix, x, y, count) == 0);
      }
  for (std::int64_t count : {std::int64_t{1}, width + 1, most}) {
    const Vectors<const T> x{from.data(), 1, most, conjugated};
    const Vectors<T> y{to, 1, most, false};
    set.multiply_rows(matrix.pattern(), 0, matrix.rows, x, y, count, streams);
    CHECK(wrong_results(matrix, x, y, count) == 0);
  }
}

TEMPLATE_TEST_CASE("sparse: tiles of every instruction set", "", std::uint64_t, float, double, std::complex<float>,
                   std::complex<double>) {
  int sets = 0;
  for (; tiles_of_set<TestType>(sets) != nullptr; ++sets)
    for (unsigned seed = 0; seed < 12; ++seed) {
      INFO("set " << sets);
      for (bool streams : {false, true}) check_set<TestType>(*tiles_of_set<TestType>(sets), seed, streams);
    }
  CHECK(sets > 0);
}

}  // namespace
}  // namespace ricci::runtime::sparse
