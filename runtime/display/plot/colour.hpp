/// The colours of pictures: a few for curves that colour-blind people tell apart, and a map for heat whose equal steps
/// look equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ricci::runtime::plot {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};

/// "#0072b2".
std::string hex(Colour colour);

/// The colour of curve number `at`; they repeat. M. Okabe and K. Ito, Color universal design, 2008, without those that
/// vanish on white or on black.
Colour curve_colour(std::size_t at);
inline constexpr std::size_t curve_colours = 6;

/// 0: the lowest, 1: the highest. A helix in OKLab (B. Ottosson, 2020): lightness and hue change evenly and chroma
/// stays, so that equal differences of the number are equal differences to the eye, in print without colour too.
Colour heat_colour(double share);

/// OKLab coordinates of a colour: lightness 0..1, and two opponent axes.
std::array<double, 3> perceived(Colour colour);

}  // namespace ricci::runtime::plot
