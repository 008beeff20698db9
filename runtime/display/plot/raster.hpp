/// Pixels, painted with smooth edges: how much of a pixel a shape covers is how much of its colour the pixel gets.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/display/plot/colour.hpp"
#include "runtime/display/plot/page.hpp"

namespace ricci::runtime::plot {

class Raster {
 public:
  Raster(std::size_t width, std::size_t height, Colour ground);

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }
  Colour at(std::size_t x, std::size_t y) const { return pixels_[y * width_ + x]; }
  /// Rows of red, green, blue.
  const std::uint8_t* row(std::size_t y) const { return &pixels_[y * width_].red; }

  /// A line of round ends and joints through places in pixels; where it crosses itself it is painted once.
  void stroke(const std::vector<Place>& places, double width, Colour colour, int dash = 0, double dash_step = 3);
  /// The polygon through the places, closed; convex.
  void fill(const std::vector<Place>& places, Colour colour);
  /// All pixels whose centre lies in the rectangle, without smoothing: cells meet without seams.
  void fill_hard(Place corner, double width, double height, Colour colour);
  /// Several strokes painted as one.
  void strokes(const std::vector<std::vector<Place>>& lines, double width, Colour colour);

 private:
  struct Window {
    std::int64_t left = 0, top = 0, right = 0, bottom = 0;  // right and bottom are outside
  };
  Window clipped(double left, double top, double right, double bottom) const;
  void cover(Place from, Place to, double radius);
  void note(std::int64_t x, std::int64_t y, double coverage);
  void settle(Colour colour);

  std::size_t width_, height_;
  std::vector<Colour> pixels_;
  std::vector<float> covered_;  // 0 outside of what is being painted
  std::vector<std::size_t> touched_;
};

}  // namespace ricci::runtime::plot
