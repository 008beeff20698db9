// Pictures of values: what is drawn, what is left out and said so.
#include "runtime/display/plot/picture.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "runtime/display/plot/colour.hpp"
#include "runtime/display/plot/draw.hpp"
#include "runtime/display/plot/thin.hpp"
#include "runtime/error.hpp"
#include "tests/seed.hpp"

namespace {

using namespace ricci::runtime;
using namespace ricci::runtime::plot;
using ricci::dsl::Drawing;
using ricci::dsl::DrawingKind;
using ricci::dsl::DType;

const double quiet_nan = std::nan("");
const double infinity = HUGE_VAL;

Tensor vector(const std::vector<double>& elements) {
  return Tensor::from<double>({static_cast<std::int64_t>(elements.size())}, elements);
}

Picture curve(const std::vector<double>& y, const Choices& choices = {}) {
  return curves_of(std::nullopt, {vector(y), "y"}, choices);
}

/// "0,1 2,3 | 4,5": points, with the gaps between them.
std::string points(const Curve& own) {
  std::string out;
  for (const Point& point : own.points) {
    if (std::isnan(point.y))
      out += "| ";
    else
      out += std::to_string(std::lround(point.x)) + "," + std::to_string(std::lround(point.y)) + " ";
  }
  return out;
}

std::string fault_of(DrawingKind kind, const std::vector<Value>& values) {
  Drawing drawing{.kind = kind, .names = {}, .path = {}, .title = {}, .x_title = {}, .y_title = {}};
  for (std::size_t at = 0; at < values.size(); ++at) drawing.names.push_back("v");
  try {
    picture_of(drawing, values);
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "none";
}

std::vector<double> heights(const Picture& picture) {
  std::vector<double> out;
  for (const Bar& bar : picture.bars) out.push_back(bar.height);
  return out;
}

}  // namespace

TEST_CASE("plot: what is no number interrupts a curve, infinities are marked") {
  const Picture own = curve({1, 2, quiet_nan, quiet_nan, 3, infinity, 4, -infinity});
  CHECK(points(own.curves[0]) == "0,1 1,2 | 4,3 | 6,4 | ");
  REQUIRE(own.curves[0].infinite.size() == 2);
  CHECK(own.curves[0].infinite[0].x == 5);
  CHECK(own.curves[0].infinite[1].y == -infinity);
  CHECK(own.notes == std::vector<std::string>{"2 nan left out", "2 inf marked at the edge"});
  CHECK(own.x.scale.to == 7);
  CHECK(own.y.scale.position(2.5) == Approx(0.5));
}

TEST_CASE("plot: logarithmic axes leave out what has no logarithm") {
  const Picture own = curve({0, 1, -1, 100}, {.title = {}, .x_title = {}, .y_title = {}, .log_y = true});
  CHECK(points(own.curves[0]) == "1,1 | 3,100 ");
  CHECK(own.notes == std::vector<std::string>{"2 not positive left out"});
  CHECK(own.y.scale.position(10) == Approx(0.5));
}

TEST_CASE("plot: nothing, one point, a constant") {
  CHECK(curve({}).notes == std::vector<std::string>{"there are no numbers"});
  CHECK(curve({}).curves.size() == 1);
  CHECK(curve({7}).y.scale.position(7) == 0.5);
  CHECK(curve({7}).x.scale.position(0) == 0.5);
  CHECK(curve({2, 2, 2}).y.scale.position(2) == 0.5);
  CHECK(curve({quiet_nan, quiet_nan}).y.scale.from == 0);
}

TEST_CASE("plot: columns are curves, complex numbers two") {
  const Tensor matrix = Tensor::from<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Picture own = curves_of(std::nullopt, {matrix, "M"});
  REQUIRE(own.curves.size() == 3);
  CHECK(own.curves[1].label == "M[:, 1]");
  CHECK(points(own.curves[1]) == "0,2 1,5 ");
  CHECK(curves_of(std::nullopt, {matrix, "stack([a, b, c], axis=1)"}).curves[2].label == "column 2");
  const Tensor complex = Tensor::from<std::complex<float>>({2}, {{1, -1}, {2, -2}});
  const Picture two = curves_of(Named{vector({5, 6}), "t"}, {complex, "z"});
  REQUIRE(two.curves.size() == 2);
  CHECK(two.curves[0].label == "real(z)");
  CHECK(points(two.curves[1]) == "5,-1 6,-2 ");
  CHECK(two.x.title == "t");
}

TEST_CASE("plot: every type and layout gives the same picture") {
  const std::string expected = points(curves_of(std::nullopt, {vector({1, 0, 1, 1}), "y"}).curves[0]);
  for (const DType type : {DType::boolean, DType::i32, DType::i64, DType::f32})
    CHECK(points(curves_of(std::nullopt, {cast(vector({1, 0, 1, 1}), type), "y"}).curves[0]) == expected);
  std::vector<double> gaps{1, 9, 0, 9, 1, 9, 1, 9};
  CHECK(points(curves_of(std::nullopt, {Tensor::view(DType::f64, gaps.data(), {4}, {2}), "y"}).curves[0]) == expected);
  CHECK(points(curves_of(std::nullopt, {Tensor::view(DType::f64, gaps.data() + 6, {4}, {-2}), "y"}).curves[0]) ==
        "0,1 1,1 2,0 3,1 ");
}

TEST_CASE("plot: a sparse matrix looks like the dense one") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const std::int64_t rows : {1, 7, 1500}) {
    Tensor dense = Tensor::zeros(DType::f64, {rows, 1200});
    for (int at = 0; at < 500; ++at)
      dense.as<double>()[static_cast<std::int64_t>(random()) % dense.count()] = at == 3 ? quiet_nan : at % 50;
    const auto sparse = std::make_shared<const Csr>(csr_from_dense(dense));
    const Picture a = heat_of({dense, "K"});
    const Picture b = heat_of({sparse, "K"});
    REQUIRE(a.cells->values.size() == b.cells->values.size());
    bool same = true;
    for (std::size_t at = 0; at < a.cells->values.size(); ++at) {
      const double left = a.cells->values[at];
      const double right = b.cells->values[at];
      same = same && (left == right || (std::isnan(left) && std::isnan(right)) || std::fabs(left - right) < 1e-12);
    }
    CHECK(same);
    CHECK(heights(histogram_of({dense, "K"}, {.title = {}, .x_title = {}, .y_title = {}, .bins = 7})) ==
          heights(histogram_of({sparse, "K"}, {.title = {}, .x_title = {}, .y_title = {}, .bins = 7})));
  }
}

TEST_CASE("plot: cells of large matrices are means") {
  Tensor large = Tensor::zeros(DType::f32, {2000, 3000});
  for (std::int64_t at = 0; at < large.count(); ++at) large.as<float>()[at] = static_cast<float>(at / 3000 % 2);
  const Picture own = heat_of({large, "K"});
  CHECK(own.cells->rows == 1000);
  CHECK(own.cells->columns == 1000);
  for (const double x : own.cells->values) REQUIRE(x == 0.5);
  CHECK(own.notes == std::vector<std::string>{"cells are means of the 2000 x 3000 elements"});
  CHECK(heat_of({Tensor::zeros(DType::f64, {0, 3}), "K"}).notes == std::vector<std::string>{"there are no numbers"});
  const Picture small = heat_of({Tensor::from<double>({1, 3}, {quiet_nan, infinity, 2}), "K"});
  CHECK(small.notes == std::vector<std::string>{"1 nan left blank", "1 inf in the colours of the ends"});
}

TEST_CASE("plot: histograms count every number once") {
  const auto hist = [](const Tensor& of, std::int64_t bins = 0) {
    return histogram_of({of, "s"}, {.title = {}, .x_title = {}, .y_title = {}, .bins = bins});
  };
  CHECK(heights(hist(vector({0, 1, 2, 3}), 2)) == std::vector<double>{2, 2});
  CHECK(heights(hist(vector({0, 0.5, 1}), 4)) == std::vector<double>{1, 0, 1, 1});
  CHECK(heights(hist(Tensor::from<std::int64_t>({5}, {3, 5, 5, 3, 3}))) == std::vector<double>{3, 0, 2});
  CHECK(hist(Tensor::from<std::int64_t>({2}, {3, 5})).bars[0].from == 2.5);
  CHECK(heights(hist(cast(vector({1, 0, 1}), DType::boolean))) == std::vector<double>{1, 2});
  CHECK(heights(hist(vector({4, 4, 4}))) == std::vector<double>{3});
  CHECK(hist(vector({quiet_nan, 1, infinity})).notes == std::vector<std::string>{"1 nan left out", "1 inf left out"});
  CHECK(hist(vector({})).bars.empty());
  const Picture ends = hist(vector({-1.7e308, 0, 1.7e308}));
  CHECK(std::isfinite(ends.x.scale.position(1.7e308)));
  CHECK(heights(hist(vector({5e-324, 1e-323}), 2)) == std::vector<double>{1, 1});
  for (std::int64_t bins = 1; bins < 50; ++bins) {
    const Picture rounded = hist(Tensor::from<std::int64_t>({2}, {-7'000'000'000'000'000'001, 0}), bins);
    REQUIRE(rounded.bars.back().to >= 0);
  }
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int at = 0; at < 200; ++at) {
    const auto count = static_cast<std::int64_t>(1 + random() % 500);
    std::vector<double> own(static_cast<std::size_t>(count));
    const double size = std::pow(10, static_cast<double>(random() % 400) - 200);
    for (double& x : own) x = (static_cast<double>(random() % 1000) - 300) * size;
    const Tensor of = at % 3 == 0 ? cast(vector(own), DType::i64) : vector(own);
    const Picture picture = hist(of, at % 2 == 0 ? 0 : 1 + static_cast<std::int64_t>(random() % 50));
    double all = 0;
    for (const double height : heights(picture)) all += height;
    REQUIRE(all == static_cast<double>(count));
    REQUIRE(picture.bars.size() <= 110);
    const Tensor wide = cast(of, DType::f64);
    for (std::int64_t x = 0; x < count; ++x) {
      REQUIRE(wide.as<double>()[x] >= picture.bars.front().from);
      REQUIRE(wide.as<double>()[x] <= picture.bars.back().to);
    }
  }
}

TEST_CASE("plot: long curves keep their extremes, their ends and their gaps") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Point> long_one;
  for (int at = 0; at < 300'000; ++at) long_one.push_back({static_cast<double>(at), normal(random)});
  long_one[1234].y = 40;
  long_one[200'000].y = -50;
  for (int at = 150'000; at < 150'100; ++at) long_one[static_cast<std::size_t>(at)].y = quiet_nan;
  const Scale x{.from = 0, .to = 299'999};
  const Scale y{.from = -50, .to = 40};
  const std::vector<Point> own = thinned(long_one, x, y, 4'000);
  CHECK(own.size() < 4'100);
  CHECK(std::count_if(own.begin(), own.end(), [](const Point& point) { return point.y == 40; }) == 1);
  CHECK(std::count_if(own.begin(), own.end(), [](const Point& point) { return point.y == -50; }) == 1);
  CHECK(std::count_if(own.begin(), own.end(), [](const Point& point) { return std::isnan(point.y); }) == 1);
  CHECK(own.front().x == 0);
  CHECK(own.back().x == 299'999);
  const std::vector<Point> by_eights = grouped(long_one, 8);
  CHECK(by_eights.size() < 160'000);
  CHECK(std::count_if(by_eights.begin(), by_eights.end(), [](const Point& point) { return point.y == 40; }) == 1);
  CHECK(by_eights.back().x == 299'999);
  std::vector<Point> circle;
  for (int at = 0; at < 500'000; ++at) circle.push_back({std::cos(at * 1e-4), std::sin(at * 1e-4)});
  CHECK(thinned(circle, {.from = -1, .to = 1}, {.from = -1, .to = 1}, 4'000).size() < 20'000);
}

TEST_CASE("plot: curves of millions of points keep their extremes while they are read") {
  Tensor own = Tensor::zeros(DType::f32, {9'000'000});
  own.as<float>()[4'567'890] = 7;
  own.as<float>()[8'999'999] = -3;
  const Picture picture = curves_of(std::nullopt, {own, "y"});
  CHECK(picture.y.scale.position(7) == Approx(1 - 0.04 / 1.08));
  CHECK(picture.y.scale.position(-3) == Approx(0.04 / 1.08));
  const std::vector<Point>& points = picture.curves[0].points;
  CHECK(points.size() <= 16'100);
  CHECK(std::count_if(points.begin(), points.end(), [](const Point& point) { return point.y == 7; }) == 1);
  CHECK(points.back().y == -3);
}

TEST_CASE("plot: equal steps of the colour map look equal") {
  double least = 1, largest = 0, lightness = 0;
  for (int at = 0; at < 25; ++at) {
    const auto a = perceived(heat_colour(at / 25.0));
    const auto b = perceived(heat_colour((at + 1) / 25.0));
    const double step = std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    least = std::min(least, step);
    largest = std::max(largest, step);
    CHECK(b[0] > lightness);
    lightness = b[0];
  }
  CHECK(largest < 1.15 * least);  // bytes round the steps
  CHECK(heat_colour(-1) == heat_colour(0));
  CHECK(heat_colour(infinity) == heat_colour(1));
}

TEST_CASE("plot: values that cannot be drawn are refused") {
  const Tensor complex = Tensor::from<std::complex<double>>({1, 1}, {{1, 2}});
  CHECK(fault_of(DrawingKind::plot, {Tensor::scalar(1.0)}) == "shape");
  CHECK(fault_of(DrawingKind::plot, {Tensor::zeros(DType::f64, {2, 2, 2})}) == "shape");
  CHECK(fault_of(DrawingKind::heat, {vector({1})}) == "shape");
  CHECK(fault_of(DrawingKind::heat, {complex}) == "type");
  CHECK(fault_of(DrawingKind::hist, {complex}) == "type");
  CHECK(fault_of(DrawingKind::plot, {vector({1, 2}), vector({1, 2, 3})}) == "shape");
  CHECK(fault_of(DrawingKind::plot, {Tensor::zeros(DType::f64, {2, 3}), Tensor::zeros(DType::f64, {2, 2})}) == "shape");
  CHECK(fault_of(DrawingKind::plot, {Tensor::zeros(DType::f64, {2, 3}), vector({1, 2})}) == "none");
  CHECK(fault_of(DrawingKind::plot, {vector({1, 2}), Tensor::zeros(DType::f64, {2, 0})}) == "none");
  CHECK(fault_of(DrawingKind::plot, {complex, complex}) == "type");
  CHECK(fault_of(DrawingKind::hist, {Tensor::scalar(true)}) == "none");
}
