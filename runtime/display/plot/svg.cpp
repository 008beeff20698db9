#include "runtime/display/plot/svg.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "dsl/source/utf8.hpp"
#include "runtime/display/plot/page.hpp"

namespace ricci::runtime::plot {
namespace {

/// Finer matrices make files of megabytes.
constexpr std::int64_t most_cells = 200;

/// The colours of a role follow the reader's choice of light or dark; the ground is painted too, so that they fit it
/// wherever the picture stands.
constexpr std::string_view style = R"(<style>
  .ground { fill: #ffffff } .text { fill: #24292f } .axis { stroke: #57606a } .grid { stroke: #e4e8ec }
  text { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #e6edf3 } .axis { stroke: #8b949e } .grid { stroke: #262c36 }
  }
</style>
)";

/// A tenth of a unit is finer than any eye.
std::string number(double x) {
  std::string out = fmt::format("{:.1f}", x);
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const dsl::CodePoint letter = dsl::decode(text, at);
    const std::size_t length = letter.length == 0 ? 1 : letter.length;
    if (letter.length == 0 || letter.value < 0x20 || letter.value == 0xFFFE || letter.value == 0xFFFF)
      out += '?';  // XML has no such characters
    else if (letter.value == '<')
      out += "&lt;";
    else if (letter.value == '&')
      out += "&amp;";
    else if (letter.value == '>')
      out += "&gt;";
    else
      out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string paint(const Ink& ink, bool fill) {
  constexpr std::string_view roles[] = {"text", "axis", "grid"};
  if (ink.role == Role::colour) return fmt::format("{}=\"{}\"", fill ? "fill" : "stroke", hex(ink.colour));
  return fmt::format("class=\"{}\"", roles[static_cast<std::size_t>(ink.role)]);
}

struct Writer {
  std::string& out;

  void operator()(const Stroke& own) const {
    if (own.places.size() == 1) {
      out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {}/>\n", number(own.places[0].x),
                         number(own.places[0].y), number(own.width / 2), paint(own.ink, true));
      return;
    }
    out += "<polyline fill=\"none\" stroke-linejoin=\"round\" points=\"";
    for (std::size_t at = 0; at < own.places.size(); ++at)
      out += (at == 0 ? "" : " ") + number(own.places[at].x) + "," + number(own.places[at].y);
    out += fmt::format("\" stroke-width=\"{}\" {}", number(own.width), paint(own.ink, false));
    if (own.dash > 0) out += fmt::format(" stroke-dasharray=\"{} {}\"", 3 * own.dash, 3);
    out += "/>\n";
  }
  void operator()(const Box& own) const {
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n", number(own.corner.x),
                       number(own.corner.y), number(own.width), number(own.height), paint(own.ink, true));
  }
  void operator()(const Area& own) const {
    out += "<polygon points=\"";
    for (std::size_t at = 0; at < own.places.size(); ++at)
      out += (at == 0 ? "" : " ") + number(own.places[at].x) + "," + number(own.places[at].y);
    out += fmt::format("\" {}/>\n", paint(own.ink, true));
  }
  void operator()(const Words& own) const {
    constexpr std::string_view anchors[] = {"start", "middle", "end"};
    out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" {}>{}</text>\n", number(own.at.x),
                       number(own.at.y), number(own.size), anchors[static_cast<std::size_t>(own.anchor)],
                       paint(own.ink, true), escaped(own.text));
  }
  /// Cells of one colour are one path; neighbours in a row one rectangle of it.
  void operator()(const Mosaic& own) const {
    std::map<std::string, std::string> paths;
    for (std::int64_t row = 0; row < own.rows; ++row)
      for (std::int64_t column = 0; column < own.columns;) {
        const auto& colour = own.colours[static_cast<std::size_t>(row * own.columns + column)];
        std::int64_t end = column + 1;
        while (end < own.columns && own.colours[static_cast<std::size_t>(row * own.columns + end)] == colour) ++end;
        if (colour) paths[hex(*colour)] += fmt::format("M{} {}h{}v1h-{}z", column, row, end - column, end - column);
        column = end;
      }
    out += fmt::format("<g shape-rendering=\"crispEdges\" transform=\"translate({} {}) scale({:.6g} {:.6g})\">\n",
                       number(own.corner.x), number(own.corner.y), own.width / static_cast<double>(own.columns),
                       own.height / static_cast<double>(own.rows));
    for (const auto& [colour, path] : paths) out += fmt::format("<path fill=\"{}\" d=\"{}\"/>\n", colour, path);
    out += "</g>\n";
  }
};

}  // namespace

std::string svg_text(const Picture& picture) {
  const Page page = page_of(picture, most_cells);
  const std::string width = number(page.width);
  const std::string height = number(page.height);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\n",
      width, height);
  out += fmt::format("<title>{}</title>\n", escaped(page.title));
  out += style;
  out += fmt::format("<rect class=\"ground\" width=\"{}\" height=\"{}\"/>\n", width, height);
  const Writer writer{out};
  for (const Shape& shape : page.shapes) std::visit(writer, shape);
  return out + "</svg>\n";
}

}  // namespace ricci::runtime::plot
