#include "runtime/display/plot/colour.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace ricci::runtime::plot {
namespace {

constexpr std::array<Colour, curve_colours> curves{{{0x00, 0x72, 0xB2},
                                                    {0xD5, 0x5E, 0x00},
                                                    {0x00, 0x9E, 0x73},
                                                    {0xCC, 0x79, 0xA7},
                                                    {0xE6, 0x9F, 0x00},
                                                    {0x56, 0xB4, 0xE9}}};

/// The helix: lightness, hue in degrees, chroma. Within sRGB from end to end.
constexpr double dark = 0.28, light = 0.93;
constexpr double first_hue = 280, last_hue = 470;
constexpr double chroma = 0.16;

double encoded(double linear) {
  const double x = std::clamp(linear, 0.0, 1.0);
  return x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
}

double decoded(std::uint8_t byte) {
  const double x = byte / 255.0;
  return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
}

std::uint8_t byte_of(double linear) { return static_cast<std::uint8_t>(std::lround(encoded(linear) * 255)); }

}  // namespace

std::string hex(Colour colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text;
}

Colour curve_colour(std::size_t at) { return curves[at % curves.size()]; }

Colour heat_colour(double share) {
  const double at = std::clamp(share, 0.0, 1.0);
  const double lightness = dark + (light - dark) * at;
  const double hue = (first_hue + (last_hue - first_hue) * at) * std::numbers::pi / 180;
  const double a = chroma * std::cos(hue);
  const double b = chroma * std::sin(hue);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {byte_of(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          byte_of(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          byte_of(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

std::array<double, 3> perceived(Colour colour) {
  const double r = decoded(colour.red);
  const double g = decoded(colour.green);
  const double b = decoded(colour.blue);
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

}  // namespace ricci::runtime::plot
