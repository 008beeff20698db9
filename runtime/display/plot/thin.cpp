#include "runtime/display/plot/thin.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ricci::runtime::plot {
namespace {

bool gap(const Point& point) { return std::isnan(point.y); }

bool ascends(const std::vector<Point>& points) {
  double last = -HUGE_VAL;
  for (const Point& point : points) {
    if (gap(point)) continue;
    if (point.x < last) return false;
    last = point.x;
  }
  return true;
}

/// Adds what a stretch of the curve without gaps shows: its first, lowest, highest and last point, in their order.
void add_extremes(std::vector<Point>& out, const Point* begin, const Point* end) {
  const auto lower = [](const Point& a, const Point& b) { return a.y < b.y; };
  const auto [lowest, highest] = std::minmax_element(begin, end, lower);
  const Point* kept[] = {begin, std::min(lowest, highest), std::max(lowest, highest), end - 1};
  const Point* last = nullptr;
  for (const Point* point : kept)
    if (std::exchange(last, point) != point) out.push_back(*point);
}

}  // namespace

std::vector<Point> grouped(const std::vector<Point>& points, std::size_t group) {
  std::vector<Point> out;
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin + 1;
    if (gap(points[begin])) {
      out.push_back(points[begin]);
    } else {
      while (end < points.size() && end - begin < group && !gap(points[end])) ++end;
      add_extremes(out, &points[begin], points.data() + end);
    }
    begin = end;
  }
  return out;
}

std::vector<Point> thinned(std::vector<Point> points, const Scale& x, const Scale& y, std::size_t most) {
  if (points.size() <= most) return points;
  std::vector<Point> out;
  if (ascends(points)) {
    const auto stretches = static_cast<double>(most) / 4;
    const auto stretch = [&](const Point& point) { return std::floor(x.position(point.x) * stretches); };
    for (std::size_t begin = 0; begin < points.size();) {
      std::size_t end = begin + 1;
      if (gap(points[begin])) {
        while (end < points.size() && gap(points[end])) ++end;
        out.push_back(points[begin]);
      } else {
        const double own = stretch(points[begin]);
        while (end < points.size() && !gap(points[end]) && stretch(points[end]) == own) ++end;
        add_extremes(out, &points[begin], points.data() + end);
      }
      begin = end;
    }
    return out;
  }
  const auto cells = static_cast<double>(most) / 16;
  double column = -1;
  double row = -1;
  for (const Point& point : points) {
    const double own_column = gap(point) ? -1 : std::floor(x.position(point.x) * cells);
    const double own_row = gap(point) ? -1 : std::floor(y.position(point.y) * cells);
    if (own_column == column && own_row == row) continue;
    column = own_column;
    row = own_row;
    out.push_back(point);
  }
  return out;
}

}  // namespace ricci::runtime::plot
