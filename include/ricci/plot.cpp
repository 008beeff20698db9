/// Pictures at the library's edge (include/ricci/plot.hpp).
#include <ricci/plot.hpp>

#include "runtime/display/plot/draw.hpp"
#include "runtime/display/plot/terminal.hpp"
#include "runtime/session/guarded.hpp"

namespace ricci {
namespace {

namespace drawn = runtime::plot;

picture made(dsl::DrawingKind kind, const std::vector<runtime::Value>& values, const picture_options& how) {
  return guarded([&] {
    dsl::Drawing drawing{.kind = kind,
                         .names = {},
                         .path = {},
                         .title = dsl::Str(how.title),
                         .x_title = dsl::Str(how.xlabel),
                         .y_title = dsl::Str(how.ylabel),
                         .log_x = how.log_x,
                         .log_y = how.log_y,
                         .bins = how.bins};
    if (how.bins < 0 || how.bins > dsl::most_bins) fail(dsl::Fault::bins_outside, how.bins, dsl::most_bins);
    for (std::size_t at = 0; at < values.size(); ++at)
      drawing.names.push_back(values.size() == 2 && at == 0 ? "x" : "y");
    return picture(std::make_shared<const drawn::Picture>(drawn::picture_of(drawing, values)));
  });
}

const drawn::Picture& there(const picture& of) {
  if (!of) fail(dsl::Fault::no_picture);
  return of.get();
}

}  // namespace

picture plot(const argument& y, const picture_options& how) { return made(dsl::DrawingKind::plot, {y.get()}, how); }
picture plot(const argument& x, const argument& y, const picture_options& how) {
  return made(dsl::DrawingKind::plot, {x.get(), y.get()}, how);
}
picture heat(const argument& matrix, const picture_options& how) {
  return made(dsl::DrawingKind::heat, {matrix.get()}, how);
}
picture hist(const argument& numbers, const picture_options& how) {
  return made(dsl::DrawingKind::hist, {numbers.get()}, how);
}

std::string to_text(const picture& of, const screen& on) {
  return guarded([&] {
    return drawn::terminal_text(there(of), {on.width, on.height, static_cast<drawn::Colours>(on.colours), on.unicode});
  });
}

void save(const std::string& path, const picture& of) {
  guarded([&] { drawn::write_picture(path, there(of)); });
}

}  // namespace ricci
