// SVG and PNG: well-formed, decoded again, with the marks where they belong.
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/display/plot/draw.hpp"
#include "runtime/display/plot/font.hpp"
#include "runtime/display/plot/page.hpp"
#include "runtime/display/plot/png.hpp"
#include "runtime/display/plot/raster.hpp"
#include "runtime/display/plot/svg.hpp"
#include "runtime/error.hpp"
#if __has_include(<png.h>)
#include <png.h>
#endif

namespace {

using namespace ricci::runtime;
using namespace ricci::runtime::plot;
using ricci::dsl::DType;

Tensor vector(const std::vector<double>& elements) {
  return Tensor::from<double>({static_cast<std::int64_t>(elements.size())}, elements);
}

/// Whether tags nest, attributes are quoted and text holds no bare < or &. What is wrong, or empty.
std::string malformed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    const auto byte = static_cast<unsigned char>(xml[at]);
    if (byte < 0x20 && byte != '\n') return "control character";
    if (xml[at] == '&' && xml.compare(at, 4, "&lt;") != 0 && xml.compare(at, 4, "&gt;") != 0 &&
        xml.compare(at, 5, "&amp;") != 0)
      return "bare &";
    if (xml[at] != '<') continue;
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return "open tag";
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos) return "bare <";
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "open quote in " + tag;
    const std::string name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" /", 1) - (tag[0] == '/' ? 1 : 0));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return "closes " + tag;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

Picture curves(const Tensor& y, const Choices& choices = {}) { return curves_of(std::nullopt, {y, "y"}, choices); }

}  // namespace

TEST_CASE("plot: SVG of a curve") {
  const std::string svg = svg_text(curves(vector({0, 1, 4})));
  CHECK(malformed(svg) == "");
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(svg.find("prefers-color-scheme: dark") != std::string::npos);
  // The axis stands from y = 38 to 378; the scale is 4 % longer than 0 .. 4 at both ends.
  CHECK(svg.find("points=\"33,365.4 333,286.7 633,50.6\" stroke-width=\"1.6\" stroke=\"#0072b2\"/>") !=
        std::string::npos);
  CHECK(svg.find(">4</text>") != std::string::npos);
}

TEST_CASE("plot: SVG of any text is well-formed") {
  const std::string svg = svg_text(curves(
      vector({1, 2}), {.title = "a<b && \"c\" > 'd' \x01\xFF \xCE\xBB", .x_title = "</svg>", .y_title = "&amp;"}));
  CHECK(malformed(svg) == "");
  CHECK(svg.find("a&lt;b &amp;&amp; \"c\" &gt; 'd' ?? \xCE\xBB") != std::string::npos);
  CHECK(malformed("<a><b></a>") != "");
  CHECK(malformed("<a x=\"1>&</a>") != "");
}

TEST_CASE("plot: SVG of a matrix has a rectangle for each run of a colour") {
  const Tensor matrix = Tensor::from<double>({2, 3}, {0, 0, 1, 1, std::nan(""), 0});
  const std::string svg = svg_text(heat_of({matrix, "K"}));
  CHECK(malformed(svg) == "");
  CHECK(svg.find("<path fill=\"" + hex(heat_colour(0)) + "\" d=\"M0 0h2v1h-2zM2 1h1v1h-1z\"/>") != std::string::npos);
  CHECK(svg.find("<path fill=\"" + hex(heat_colour(1)) + "\" d=\"M2 0h1v1h-1zM0 1h1v1h-1z\"/>") != std::string::npos);
  CHECK(svg.find("1 nan left blank") != std::string::npos);
}

TEST_CASE("plot: SVG of gaps, infinities and single points") {
  const double nan = std::nan("");
  const std::string svg = svg_text(curves(vector({1, 2, nan, 3, nan, HUGE_VAL, 1, 2})));
  CHECK(malformed(svg) == "");
  CHECK(occurrences(svg, "stroke=\"#0072b2\"") == 2);
  CHECK(occurrences(svg, "<circle") == 1);
  CHECK(occurrences(svg, "<polygon") == 1);
}

TEST_CASE("plot: large data make files of moderate size") {
  Tensor wide = Tensor::zeros(DType::f64, {20'000, 40});
  Tensor cells = Tensor::zeros(DType::f64, {1000, 1000});
  std::uint64_t state = 1;
  const auto noise = [&] { return static_cast<double>((state = state * 6364136223846793005U + 1) >> 40); };
  for (std::int64_t at = 0; at < wide.count(); ++at) wide.as<double>()[at] = noise();
  for (std::int64_t at = 0; at < cells.count(); ++at) cells.as<double>()[at] = noise();
  CHECK(svg_text(curves(wide)).size() < 4'000'000);
  CHECK(svg_text(heat_of({cells, "K"})).size() < 1'500'000);
}

TEST_CASE("plot: a line covers pixels by as much as it covers of them") {
  constexpr Colour white{255, 255, 255}, black{};
  Raster raster(20, 10, white);
  raster.stroke({{2.5, 5}, {17.5, 5}}, 2, black);
  CHECK(raster.at(10, 4) == black);
  CHECK(raster.at(10, 5) == black);
  CHECK(raster.at(10, 2) == white);
  CHECK(raster.at(10, 7) == white);
  Raster half(20, 10, white);
  half.stroke({{2, 5}, {18, 5}}, 1, black);
  CHECK(half.at(10, 4).red == 128);  // half of either row
  CHECK(half.at(10, 5).red == 128);
  half.stroke({{-1e6, 2.5}, {1e6, 2.5}}, 1, black);  // what lies outside costs nothing
  CHECK(half.at(0, 2) == black);
  CHECK(half.at(19, 2) == black);
  Raster cross(20, 20, white);
  cross.stroke({{0, 0}, {20, 20}, {20, 0}, {0, 20}}, 1, {0, 0, 0});
  Raster once(20, 20, white);
  once.stroke({{0, 0}, {20, 20}}, 1, {0, 0, 0});
  CHECK(cross.at(3, 3).red == once.at(3, 3).red);
  Raster area(10, 10, white);
  area.fill({{2, 2}, {8, 2}, {8, 7.5}, {2, 7.5}}, black);
  CHECK(area.at(5, 5) == black);
  CHECK(area.at(5, 7).red == 128);
  CHECK(area.at(5, 8) == white);
}

TEST_CASE("plot: every printable letter has strokes of its own, within its width") {
  std::vector<std::vector<std::vector<Place>>> seen;
  for (char letter = '!'; letter <= '~'; ++letter) {
    INFO(letter);
    const auto strokes = letter_strokes(std::string(1, letter), {0, 0}, 10);
    REQUIRE(!strokes.empty());
    for (const auto& stroke : strokes)
      for (const Place& place : stroke) {
        CHECK(place.x >= 0);
        CHECK(place.x <= 6);
        CHECK(place.y <= 3);
        CHECK(place.y >= -9);
      }
    if (letter == 'O') continue;  // as the zero
    for (const auto& other : seen) {
      bool same = other.size() == strokes.size();
      for (std::size_t at = 0; same && at < other.size(); ++at) {
        same = other[at].size() == strokes[at].size();
        for (std::size_t own = 0; same && own < other[at].size(); ++own)
          same = other[at][own].x == strokes[at][own].x && other[at][own].y == strokes[at][own].y;
      }
      CHECK(!same);
    }
    seen.push_back(strokes);
  }
  CHECK(letter_strokes(" ", {0, 0}, 10).empty());
}

TEST_CASE("plot: files appear whole, by their ending, or not at all") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("ricci_plot_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto code = [&](const std::string& name) {
    try {
      write_picture((folder / name).string(), curves(vector({1, 2})));
    } catch (const ricci::error& cause) {
      return cause.code();
    }
    return std::string("none");
  };
  CHECK(code("a.svg") == "none");
  CHECK(code("a.SVG") == "none");
  CHECK(code("a.txt") == "none");
  CHECK(code("a.pdf") == "file");
  CHECK(code(".svg") == "none");
  CHECK(code("svg") == "file");
  CHECK(code("none/a.svg") == "file");
  std::ifstream file(folder / "a.svg");
  std::ostringstream text;
  text << file.rdbuf();
  CHECK(text.str() == svg_text(curves(vector({1, 2}))));
  std::filesystem::remove_all(folder);
}

#if __has_include(<png.h>)
namespace {

struct Decoded {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> bytes;
  Colour at(double x, double y) const {  // in units of the page
    const std::size_t pixel = (static_cast<std::size_t>(y * 2) * width + static_cast<std::size_t>(x * 2)) * 3;
    return {bytes[pixel], bytes[pixel + 1], bytes[pixel + 2]};
  }
};

Decoded decoded(const std::string& png) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, png.data(), png.size()) != 0);
  image.format = PNG_FORMAT_RGB;
  Decoded out{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  REQUIRE(png_image_finish_read(&image, nullptr, out.bytes.data(), 0, nullptr) != 0);
  return out;
}

}  // namespace

TEST_CASE("plot: PNG is decoded to the curve, the bars and the cells") {
  if (!png_available()) return;
  const Picture level = curves(vector({3, 3, 3}));
  const Decoded line = decoded(png_bytes(level));
  const Page page = page_of(level, 10);
  CHECK(line.width == static_cast<std::size_t>(page.width * 2));
  CHECK(line.height == static_cast<std::size_t>(page.height * 2));
  const auto& stroke = std::get<Stroke>(page.shapes.back());
  const Place middle = stroke.places[1];
  CHECK(line.at(middle.x + 20, middle.y) == curve_colour(0));
  CHECK(line.at(middle.x + 20, middle.y + 6) == Colour{255, 255, 255});
  CHECK(line.at(1, 1) == Colour{255, 255, 255});

  const Tensor matrix = Tensor::from<double>({2, 2}, {0, 1, std::nan(""), 0.5});
  const Picture heat = heat_of({matrix, "K"});
  const Decoded cells = decoded(png_bytes(heat));
  for (const Shape& shape : page_of(heat, 10).shapes)
    if (const auto* mosaic = std::get_if<Mosaic>(&shape); mosaic != nullptr && mosaic->columns == 2) {
      const auto at = [&](double x, double y) {
        return cells.at(mosaic->corner.x + x * mosaic->width, mosaic->corner.y + y * mosaic->height);
      };
      CHECK(at(0.25, 0.25) == heat_colour(0));
      CHECK(at(0.75, 0.25) == heat_colour(1));
      CHECK(at(0.25, 0.75) == Colour{255, 255, 255});
      CHECK(at(0.75, 0.75) == heat_colour(0.5));
    }
}
#endif
