/// Columns of numbers as curves: what is finite is drawn, infinities are marked, the rest is a gap, and notes count it.
#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/display/plot/numbers_of.hpp"
#include "runtime/display/plot/picture.hpp"
#include "runtime/display/plot/thin.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::plot {
namespace {

/// More curves than this are no picture.
constexpr std::int64_t most_curves = 256;
/// Points that are kept: of all curves together, of each at least, and of each at most, which is four for each of more
/// stretches than a page has pixels.
constexpr std::size_t most_points = 200'000;
constexpr std::size_t least_each = 400, most_each = 16'000;
constexpr double margin = 0.04;

struct Span {
  double least = HUGE_VAL;
  double largest = -HUGE_VAL;

  void see(double x) {
    least = std::min(least, x);
    largest = std::max(largest, x);
  }
};

struct Tally {
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
  std::int64_t infinite_x = 0;
  std::int64_t not_positive = 0;

  std::vector<std::string> notes() const {
    std::vector<std::string> out;
    if (nan > 0) out.push_back(std::to_string(nan) + " nan left out");
    if (infinite > 0) out.push_back(std::to_string(infinite) + " inf marked at the edge");
    if (infinite_x > 0) out.push_back(std::to_string(infinite_x) + " at infinite x left out");
    if (not_positive > 0) out.push_back(std::to_string(not_positive) + " not positive left out");
    return out;
  }
};

class Drawer {
 public:
  Drawer(const Choices& choices, std::size_t curves)
      : choices_(choices), longest_(std::max<std::size_t>(100'000, 4'000'000 / std::max<std::size_t>(curves, 1))) {}

  void add(const Column* x, const Column& y) {
    Curve curve{.label = y.label, .points = {}, .infinite = {}};
    constexpr std::int64_t between_looks = 1 << 20;
    std::size_t most = longest_;
    for (std::int64_t at = 0; at < y.count; ++at) {
      if (at % between_looks == 0) check_interrupt();
      if (curve.points.size() >= most) {
        curve.points = grouped(curve.points, 32);
        most = std::max(most, 2 * curve.points.size());  // gaps everywhere leave nothing to group
      }
      const double across = x == nullptr ? static_cast<double>(at) : (*x)[at];
      add(curve, {across, y[at]});
    }
    curves_.push_back(std::move(curve));
  }

  Picture picture(bool positions) {
    Picture out;
    out.x.scale = scale_over(x_.least, x_.largest, choices_.log_x, 0);
    out.x.scale.whole = positions && !choices_.log_x;
    out.y.scale = scale_over(y_.least, y_.largest, choices_.log_y, margin);
    const std::size_t share = most_points / std::max<std::size_t>(1, curves_.size());
    const std::size_t each = std::clamp(share, least_each, most_each);
    for (Curve& curve : curves_) curve.points = thinned(std::move(curve.points), out.x.scale, out.y.scale, each);
    out.curves = std::move(curves_);
    out.notes = tally_.notes();
    return out;
  }

 private:
  /// Something that cannot be drawn interrupts the curve; several in a row do so once.
  void interrupt(Curve& curve) {
    if (!curve.points.empty() && !std::isnan(curve.points.back().y)) curve.points.push_back({0, std::nan("")});
  }

  void add(Curve& curve, Point point) {
    const bool nan = std::isnan(point.x) || std::isnan(point.y);
    const bool refused_x = choices_.log_x && point.x <= 0;
    const bool refused = refused_x || (choices_.log_y && point.y <= 0);
    if (nan || std::isinf(point.x) || refused) {
      (nan ? tally_.nan : refused ? tally_.not_positive : tally_.infinite_x)++;
      return interrupt(curve);
    }
    x_.see(point.x);
    if (std::isinf(point.y)) {
      ++tally_.infinite;
      curve.infinite.push_back(point);
      return interrupt(curve);
    }
    y_.see(point.y);
    curve.points.push_back(point);
  }

  const Choices& choices_;
  std::size_t longest_;  // points that a curve may have while it is read
  std::vector<Curve> curves_;
  Span x_, y_;
  Tally tally_;
};

std::string chosen(const std::string& choice, const std::string& otherwise) {
  return choice.empty() ? otherwise : choice;
}

/// Marks of infinities that stand closer than anyone can see.
void thin_marks(Picture& picture) {
  constexpr double cells = 400;
  for (Curve& curve : picture.curves) {
    double last[2] = {-1, -1};
    std::erase_if(curve.infinite, [&](const Point& point) {
      const double cell = std::floor(picture.x.scale.position(point.x) * cells);
      return std::exchange(last[point.y > 0 ? 1 : 0], cell) == cell;
    });
  }
}

}  // namespace

Picture curves_of(const std::optional<Named>& x, const Named& y, const Choices& choices) {
  std::vector<Column> across;
  if (x) across = columns_of(x->value, x->name, most_curves);
  const std::vector<Column> up = columns_of(y.value, y.name, most_curves);
  const std::size_t count = x && across.empty() ? 0 : up.empty() ? 0 : std::max(across.size(), up.size());
  Drawer drawer(choices, count);
  for (std::size_t at = 0; at < count; ++at)
    drawer.add(x ? &across[across.size() == 1 ? 0 : at] : nullptr, up[up.size() == 1 ? 0 : at]);
  Picture out = drawer.picture(!x);
  thin_marks(out);
  if (up.size() == 1)
    for (std::size_t at = 0; at < across.size() && across.size() > 1; ++at) out.curves[at].label = across[at].label;
  const bool several = out.curves.size() > 1;
  out.title = choices.title;
  out.x.title = chosen(choices.x_title, x && across.size() <= 1 ? x->name : x ? std::string() : "position");
  out.y.title = chosen(choices.y_title, several ? std::string() : y.name);
  const Extents shape = shape_of(y.value);
  if (shape.size() == 2 && shape[1] > most_curves)
    out.notes.push_back("the first " + std::to_string(most_curves) + " of " + std::to_string(shape[1]) + " columns");
  if (count_of(shape) == 0) out.notes.push_back("there are no numbers");
  return out;
}

}  // namespace ricci::runtime::plot
