/// Dense tensors: extents that overflow, copies from every memory order, conversions that are defined for all values.
#include "runtime/tensor/tensor.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "runtime/error.hpp"

using namespace ricci::runtime;
using ricci::dsl::DType;

namespace {

/// The definition of a copy: every position by itself.
template <typename T>
std::vector<T> elements_of(const Tensor& tensor) {
  std::vector<T> out;
  Extents at(tensor.rank(), 0);
  for (std::int64_t count = tensor.count(); count > 0; --count) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) offset += at[axis] * tensor.strides[axis];
    out.push_back(tensor.as<T>()[offset]);
    for (std::size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < tensor.shape[axis]) break;
      at[axis] = 0;
    }
  }
  return out;
}

template <typename T>
void check_copy(const Tensor& view) {
  const Tensor dense = copy(view);
  CHECK(dense.contiguous());
  CHECK(dense.shape == view.shape);
  const std::vector<T> expected = elements_of<T>(view);
  CHECK(std::equal(expected.begin(), expected.end(), dense.as<T>()));
  CHECK(same_bits(dense, view));
}

/// A view of `storage` with axes in random memory order, some of them reversed, repeated or with gaps.
Tensor random_view(DType dtype, std::mt19937& random, Tensor& storage) {
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  const auto rank = static_cast<std::size_t>(draw(0, 4));
  Extents shape(rank);
  const std::int64_t widest = rank < 3 ? 300 : 17;
  for (auto& extent : shape) extent = draw(0, 20) == 0 ? 0 : draw(1, draw(0, 2) == 0 ? 3 : static_cast<int>(widest));
  std::vector<std::size_t> order(rank);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  Extents strides(rank);
  std::int64_t stride = draw(1, 4) == 1 ? 2 : 1;
  std::int64_t offset = 0;
  for (const std::size_t axis : order) {
    const int kind = draw(0, 9);
    strides[axis] = kind == 0 ? 0 : kind == 1 ? -stride : stride;
    if (kind == 1) offset += stride * std::max<std::int64_t>(shape[axis] - 1, 0);
    stride *= std::max<std::int64_t>(shape[axis], 1) + (kind == 2 ? 3 : 0);
  }
  storage = Tensor::empty(dtype, {stride + offset});
  for (std::int64_t byte = 0; byte < storage.bytes(); ++byte)
    storage.data.get()[byte] = static_cast<std::byte>(dtype == DType::boolean ? random() & 1 : random());
  return Tensor::view(dtype, storage.data.get() + offset * static_cast<std::int64_t>(ricci::dsl::bytes_of(dtype)),
                      shape, strides);
}

}  // namespace

TEST_CASE("tensor: counts that overflow are refused") {
  CHECK(count_of({}) == 1);
  CHECK(count_of({3, 0, 5}) == 0);
  CHECK(count_of({INT64_MAX, 0, INT64_MAX}) == 0);
  for (const Extents& shape : {Extents{1 << 30, 1 << 30, 1 << 30}, Extents{INT64_MAX}, Extents{3, INT64_MAX / 2}}) {
    try {
      count_of(shape);
      FAIL("the count was given");
    } catch (const ricci::error& refused) {
      CHECK(refused.code() == "memory");
    }
  }
  CHECK_THROWS_AS(Tensor::empty(DType::f64, {-1}), ricci::error);
  CHECK_NOTHROW(Tensor::empty(DType::f64, {INT64_MAX, INT64_MAX, 0}));
}

TEST_CASE("tensor: row-major or not") {
  double data[24] = {};
  CHECK(Tensor::view(DType::f64, data, {2, 3, 4}, {12, 4, 1}).contiguous());
  CHECK(Tensor::view(DType::f64, data, {2, 1, 4}, {4, 99, 1}).contiguous());
  CHECK(Tensor::view(DType::f64, data, {2, 0}, {7, 7}).contiguous());
  CHECK(Tensor::view(DType::f64, data, {}, {}).contiguous());
  CHECK_FALSE(Tensor::view(DType::f64, data, {2, 3}, {1, 2}).contiguous());
  CHECK_FALSE(Tensor::view(DType::f64, data, {4}, {0}).contiguous());
  const Tensor dense = Tensor::zeros(DType::f64, {2, 3});
  CHECK(contiguous_copy_if_needed(dense).data == dense.data);
  CHECK(copy(dense).data != dense.data);
}

TEST_CASE("tensor: copies from every memory order") {
  const unsigned seed = 20240611;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const auto dtype = static_cast<DType>(round % 7);
    Tensor storage;
    const Tensor view = random_view(dtype, random, storage);
    INFO("round " << round);
    const DType bits[] = {DType::boolean, DType::i32, DType::i64, DType::i32, DType::i64, DType::i64, DType::c128};
    if (dtype == DType::c128) {  // compared as pairs of words: random bytes hold NaNs
      CHECK(same_bits(copy(view), view));
      Tensor words = view;
      words.dtype = DType::i64;
      words.shape.push_back(2);
      for (auto& stride : words.strides) stride *= 2;
      words.strides.push_back(1);
      check_copy<std::int64_t>(words);
    } else {
      Tensor plain = view;
      plain.dtype = bits[static_cast<std::size_t>(dtype)];
      if (plain.dtype == DType::boolean) check_copy<bool>(plain);
      if (plain.dtype == DType::i32) check_copy<std::int32_t>(plain);
      if (plain.dtype == DType::i64) check_copy<std::int64_t>(plain);
    }
  }
}

TEST_CASE("tensor: conversions are defined for every value") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor reals =
      Tensor::from<double>({10}, {0.0, -0.0, 1.9, -1.9, nan, inf, -inf, 2147483647.5, 2147483648.0, -9.3e18});
  const Tensor i32 = cast(reals, DType::i32);
  const std::int32_t low = INT32_MIN;
  const std::vector<std::int32_t> expected{0, 0, 1, -1, low, low, low, 2147483647, low, low};
  CHECK(std::equal(expected.begin(), expected.end(), i32.as<std::int32_t>()));
  const Tensor i64 = cast(reals, DType::i64);
  const std::vector<std::int64_t> wide{0, 0, 1, -1, INT64_MIN, INT64_MIN, INT64_MIN, 2147483647, 2147483648, INT64_MIN};
  CHECK(std::equal(wide.begin(), wide.end(), i64.as<std::int64_t>()));
  const Tensor truth = cast(reals, DType::boolean);
  const std::vector<bool> truths{false, false, true, true, true, true, true, true, true, true};
  CHECK(std::equal(truths.begin(), truths.end(), truth.as<bool>()));

  using Complex = std::complex<double>;
  const Tensor z = Tensor::from<Complex>({3}, {{1.5, 2}, {0, 3}, {0, 0}});
  CHECK(cast(z, DType::f32).as<float>()[0] == 1.5F);
  CHECK(cast(z, DType::i64).as<std::int64_t>()[1] == 0);
  CHECK(cast(z, DType::boolean).as<bool>()[1]);
  CHECK_FALSE(cast(z, DType::boolean).as<bool>()[2]);
  CHECK(cast(z, DType::c64).as<std::complex<float>>()[0] == std::complex<float>(1.5F, 2));
  CHECK(cast(truth, DType::c128).as<Complex>()[3] == Complex(1, 0));
  CHECK(cast(Tensor::from<std::int64_t>({1}, {(std::int64_t{1} << 32) + 5}), DType::i32).as<std::int32_t>()[0] == 5);
}

TEST_CASE("tensor: a strided tensor converts in its own order") {
  std::int32_t data[6] = {0, 1, 2, 3, 4, 5};
  const Tensor turned = Tensor::view(DType::i32, data, {3, 2}, {1, 3});
  const Tensor out = cast(turned, DType::f64);
  const std::vector<double> expected{0, 3, 1, 4, 2, 5};
  CHECK(std::equal(expected.begin(), expected.end(), out.as<double>()));
}

TEST_CASE("tensor: the same bits") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor a = Tensor::from<double>({2}, {nan, 0.0});
  CHECK(same_bits(a, Tensor::from<double>({2}, {nan, 0.0})));
  CHECK_FALSE(same_bits(a, Tensor::from<double>({2}, {nan, -0.0})));
  CHECK_FALSE(same_bits(a, Tensor::from<double>({2, 1}, {nan, 0.0})));
  CHECK_FALSE(same_bits(Tensor::scalar(1.0), Tensor::scalar(1.0F)));
}
