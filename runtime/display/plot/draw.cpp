#include "runtime/display/plot/draw.hpp"

#include <array>
#include <cctype>
#include <string_view>

#include "runtime/display/plot/numbers_of.hpp"
#include "runtime/display/plot/png.hpp"
#include "runtime/display/plot/svg.hpp"
#include "runtime/display/plot/terminal.hpp"
#include "runtime/error.hpp"
#include "runtime/io/atomic_file.hpp"

namespace ricci::runtime::plot {
namespace {

Choices choices_of(const dsl::Drawing& drawing) {
  const auto text = [](const dsl::Str& own) { return std::string(own.view()); };
  return {.title = text(drawing.title),
          .x_title = text(drawing.x_title),
          .y_title = text(drawing.y_title),
          .log_x = drawing.log_x,
          .log_y = drawing.log_y,
          .bins = drawing.bins};
}

/// An expression as it is written, on one line.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  return out;
}

DType type_of(const Value& value) {
  const auto* dense = std::get_if<Tensor>(&value);
  return dense != nullptr ? dense->dtype : std::get<std::shared_ptr<const Csr>>(value)->values.dtype;
}

void check(const dsl::Drawing& drawing, const std::vector<Named>& named) {
  std::vector<Extents> shapes;
  for (const Named& own : named) shapes.push_back(shape_of(own.value));
  dsl::Vec<dsl::DrawnValue> values;
  for (std::size_t at = 0; at < named.size(); ++at)
    values.push_back({named[at].name, shapes[at], type_of(named[at].value)});
  const dsl::DrawingRow& row = dsl::drawing_rows[static_cast<std::size_t>(drawing.kind)];
  const dsl::DrawingRefusal refusal = dsl::refused_drawing(row, values);
  if (refusal.refused) throw error(refusal.why);
}

std::string as_text(const Picture& picture) { return terminal_text(picture, {}); }

/// The table of formats, and the one place that looks at a picture's ending.
struct Format {
  std::string_view ending;
  std::string (*bytes)(const Picture& picture);
  bool (*available)();
};
constexpr std::array formats{
    Format{".svg", svg_text, [] { return true; }},
    Format{".png", png_bytes, png_available},
    Format{".txt", as_text, [] { return true; }},
};

const Format& format_of(const std::string& path) {
  for (const Format& format : formats) {
    if (path.size() <= format.ending.size()) continue;
    bool same = true;
    for (std::size_t at = 0; at < format.ending.size(); ++at)
      same = same && std::tolower(static_cast<unsigned char>(path[path.size() - format.ending.size() + at])) ==
                         format.ending[at];
    if (same && !format.available()) fail(dsl::Fault::picture_without_png, path);
    if (same) return format;
  }
  fail(dsl::Fault::picture_unknown_type, path);
}

}  // namespace

Picture picture_of(const dsl::Drawing& drawing, const std::vector<Value>& values) {
  std::vector<Named> named;
  for (std::size_t at = 0; at < values.size(); ++at)
    named.push_back({values[at], on_one_line(drawing.names[at].view())});
  check(drawing, named);
  const Choices choices = choices_of(drawing);
  if (drawing.kind == dsl::DrawingKind::heat) return heat_of(named[0], choices);
  if (drawing.kind == dsl::DrawingKind::hist) return histogram_of(named[0], choices);
  if (named.size() == 1) return curves_of(std::nullopt, named[0], choices);
  return curves_of(named[0], named[1], choices);
}

void write_picture(const std::string& path, const Picture& picture) {
  const Format& format = format_of(path);
  io::AtomicFile file(path);
  file.write(format.bytes(picture));
  file.commit();
}

void check_picture_path(const std::string& path) {
  static_cast<void>(format_of(path));
  const io::AtomicFile trial(path);  // leaves nothing behind
}

}  // namespace ricci::runtime::plot
