#include "runtime/display/plot/raster.hpp"

#include <algorithm>
#include <cmath>

namespace ricci::runtime::plot {
namespace {

double distance_to_segment(double x, double y, Place from, Place to) {
  const double along_x = to.x - from.x;
  const double along_y = to.y - from.y;
  const double square = along_x * along_x + along_y * along_y;
  const double share =
      square > 0 ? std::clamp(((x - from.x) * along_x + (y - from.y) * along_y) / square, 0.0, 1.0) : 0.0;
  return std::hypot(x - from.x - share * along_x, y - from.y - share * along_y);
}

/// The stretch of a segment whose y lies within [low, high]; false where there is none.
bool within_rows(Place& from, Place& to, double low, double high) {
  if (from.y > to.y) std::swap(from, to);
  if (to.y < low || from.y > high) return false;
  const Place a = from;
  const Place b = to;
  const auto at = [&](double y) { return Place{a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y}; };
  if (a.y < low) from = at(low);
  if (b.y > high) to = at(high);
  return true;
}

/// The strokes of a dashed line: lengths of `on`, gaps of `off`.
std::vector<std::vector<Place>> dashed(const std::vector<Place>& places, double on, double off) {
  std::vector<std::vector<Place>> out{{places[0]}};
  double left = on;
  bool drawing = true;
  for (std::size_t at = 1; at < places.size(); ++at) {
    Place from = places[at - 1];
    double length = std::hypot(places[at].x - from.x, places[at].y - from.y);
    while (length > left) {
      const double share = left / length;
      from = {from.x + (places[at].x - from.x) * share, from.y + (places[at].y - from.y) * share};
      length -= left;
      if (drawing)
        out.back().push_back(from);
      else
        out.push_back({from});
      drawing = !drawing;
      left = drawing ? on : off;
    }
    left -= length;
    if (drawing) out.back().push_back(places[at]);
  }
  return out;
}

}  // namespace

Raster::Raster(std::size_t width, std::size_t height, Colour ground)
    : width_(width), height_(height), pixels_(width * height, ground), covered_(width * height, 0.0F) {}

Raster::Window Raster::clipped(double left, double top, double right, double bottom) const {
  const auto bound = [](double x, std::size_t most) {
    return static_cast<std::int64_t>(std::clamp(x, 0.0, static_cast<double>(most)));
  };
  return {bound(std::floor(left), width_), bound(std::floor(top), height_), bound(std::ceil(right), width_),
          bound(std::ceil(bottom), height_)};
}

void Raster::note(std::int64_t x, std::int64_t y, double coverage) {
  if (coverage <= 0) return;
  const std::size_t at = static_cast<std::size_t>(y) * width_ + static_cast<std::size_t>(x);
  if (covered_[at] == 0) touched_.push_back(at);
  covered_[at] = std::max(covered_[at], static_cast<float>(std::min(coverage, 1.0)));
}

void Raster::settle(Colour colour) {
  const auto mixed = [](std::uint8_t under, std::uint8_t over, float share) {
    return static_cast<std::uint8_t>(
        std::lround(static_cast<float>(under) * (1 - share) + static_cast<float>(over) * share));
  };
  for (const std::size_t at : touched_) {
    Colour& pixel = pixels_[at];
    const float share = covered_[at];
    pixel = {mixed(pixel.red, colour.red, share), mixed(pixel.green, colour.green, share),
             mixed(pixel.blue, colour.blue, share)};
    covered_[at] = 0;
  }
  touched_.clear();
}

/// A pixel is covered by as much of one unit as the line reaches past its centre.
void Raster::cover(Place from, Place to, double radius) {
  const double reach = radius + 0.5;
  const Window rows = clipped(0, std::min(from.y, to.y) - reach, 1, std::max(from.y, to.y) + reach);
  for (std::int64_t y = rows.top; y < rows.bottom; ++y) {
    const double centre = static_cast<double>(y) + 0.5;
    Place begin = from;
    Place end = to;
    if (!within_rows(begin, end, centre - reach, centre + reach)) continue;
    const Window columns = clipped(std::min(begin.x, end.x) - reach, 0, std::max(begin.x, end.x) + reach, 1);
    for (std::int64_t x = columns.left; x < columns.right; ++x)
      note(x, y, reach - distance_to_segment(static_cast<double>(x) + 0.5, centre, from, to));
  }
}

void Raster::strokes(const std::vector<std::vector<Place>>& lines, double width, Colour colour) {
  for (const std::vector<Place>& places : lines) {
    if (places.size() == 1) cover(places[0], places[0], width / 2);
    for (std::size_t at = 1; at < places.size(); ++at) cover(places[at - 1], places[at], width / 2);
  }
  settle(colour);
}

void Raster::stroke(const std::vector<Place>& places, double width, Colour colour, int dash, double dash_step) {
  if (places.empty()) return;
  if (dash == 0 || places.size() == 1) return strokes({places}, width, colour);
  strokes(dashed(places, dash * dash_step, dash_step + width), width, colour);
}

void Raster::fill(const std::vector<Place>& places, Colour colour) {
  constexpr int samples = 4;  // along each axis of a pixel
  double left = places[0].x, right = left, top = places[0].y, bottom = top;
  for (const Place& place : places) {
    left = std::min(left, place.x);
    right = std::max(right, place.x);
    top = std::min(top, place.y);
    bottom = std::max(bottom, place.y);
  }
  const auto inside = [&](double x, double y) {
    bool positive = false;
    bool negative = false;
    for (std::size_t at = 0; at < places.size(); ++at) {
      const Place& a = places[at];
      const Place& b = places[(at + 1) % places.size()];
      const double side = (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
      positive = positive || side > 0;
      negative = negative || side < 0;
    }
    return !(positive && negative);
  };
  const Window window = clipped(left, top, right, bottom);
  for (std::int64_t y = window.top; y < window.bottom; ++y)
    for (std::int64_t x = window.left; x < window.right; ++x) {
      int count = 0;
      for (int row = 0; row < samples; ++row)
        for (int column = 0; column < samples; ++column)
          count +=
              inside(static_cast<double>(x) + (column + 0.5) / samples, static_cast<double>(y) + (row + 0.5) / samples)
                  ? 1
                  : 0;
      note(x, y, static_cast<double>(count) / (samples * samples));
    }
  settle(colour);
}

void Raster::fill_hard(Place corner, double width, double height, Colour colour) {
  const Window window = clipped(std::ceil(corner.x - 0.5), std::ceil(corner.y - 0.5), std::ceil(corner.x + width - 0.5),
                                std::ceil(corner.y + height - 0.5));
  for (std::int64_t y = window.top; y < window.bottom; ++y)
    for (std::int64_t x = window.left; x < window.right; ++x)
      pixels_[static_cast<std::size_t>(y) * width_ + static_cast<std::size_t>(x)] = colour;
}

}  // namespace ricci::runtime::plot
