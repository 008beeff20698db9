#include "runtime/display/plot/png.hpp"

#include "runtime/error.hpp"

#ifdef RICCI_PNG
#include <png.h>

#include "runtime/display/plot/font.hpp"
#include "runtime/display/plot/page.hpp"
#include "runtime/display/plot/raster.hpp"
#endif

namespace ricci::runtime::plot {

#ifdef RICCI_PNG

namespace {

constexpr double scale = 2;  // pixels to the unit
constexpr std::int64_t most_cells = 1'000;

constexpr Colour ground{0xFF, 0xFF, 0xFF};
constexpr Colour roles[] = {{0x24, 0x29, 0x2F}, {0x57, 0x60, 0x6A}, {0xE4, 0xE8, 0xEC}};  // text, axis, grid

Colour paint(const Ink& ink) {
  return ink.role == Role::colour ? ink.colour : roles[static_cast<std::size_t>(ink.role)];
}

Place scaled(Place place) { return {place.x * scale, place.y * scale}; }

std::vector<Place> scaled(std::vector<Place> places) {
  for (Place& place : places) place = scaled(place);
  return places;
}

struct Painter {
  Raster& raster;

  void operator()(const Stroke& own) const {
    raster.stroke(scaled(own.places), own.width * scale, paint(own.ink), own.dash, 3 * scale);
  }
  void operator()(const Box& own) const {
    const Place a = scaled(own.corner);
    const Place b = scaled({own.corner.x + own.width, own.corner.y + own.height});
    raster.fill({a, {b.x, a.y}, b, {a.x, b.y}}, paint(own.ink));
  }
  void operator()(const Area& own) const { raster.fill(scaled(own.places), paint(own.ink)); }
  void operator()(const Words& own) const {
    const double width = static_cast<double>(letters(own.text)) * letter_width * own.size;
    const double shift = own.anchor == Anchor::start ? 0 : own.anchor == Anchor::middle ? width / 2 : width;
    const auto lines = letter_strokes(own.text, scaled({own.at.x - shift, own.at.y}), own.size * scale);
    raster.strokes(lines, 0.085 * own.size * scale, paint(own.ink));
  }
  void operator()(const Mosaic& own) const {
    const double wide = own.width * scale / static_cast<double>(own.columns);
    const double high = own.height * scale / static_cast<double>(own.rows);
    const Place corner = scaled(own.corner);
    for (std::int64_t row = 0; row < own.rows; ++row)
      for (std::int64_t column = 0; column < own.columns; ++column)
        if (const auto& colour = own.colours[static_cast<std::size_t>(row * own.columns + column)])
          raster.fill_hard({corner.x + static_cast<double>(column) * wide, corner.y + static_cast<double>(row) * high},
                           wide, high, *colour);
  }
};

void append(png_structp writer, png_bytep bytes, png_size_t count) {
  static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(bytes), count);
}

/// libpng leaves by longjmp where it fails: nothing with a destructor is made below the setjmp.
bool encode(const Raster& raster, std::string& out) {
  png_structp writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  if (writer == nullptr) return false;
  png_infop info = png_create_info_struct(writer);
  if (info == nullptr || setjmp(png_jmpbuf(writer)) != 0) {
    png_destroy_write_struct(&writer, &info);
    return false;
  }
  png_set_write_fn(writer, &out, append, nullptr);
  png_set_IHDR(writer, info, static_cast<png_uint_32>(raster.width()), static_cast<png_uint_32>(raster.height()), 8,
               PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  constexpr png_uint_32 dots_a_metre = 7559;  // 96 units to the inch
  png_set_pHYs(writer, info, dots_a_metre, dots_a_metre, PNG_RESOLUTION_METER);
  png_write_info(writer, info);
  for (std::size_t row = 0; row < raster.height(); ++row) png_write_row(writer, raster.row(row));
  png_write_end(writer, nullptr);
  png_destroy_write_struct(&writer, &info);
  return true;
}

}  // namespace

bool png_available() { return true; }

std::string png_bytes(const Picture& picture) {
  const Page page = page_of(picture, most_cells);
  Raster raster(static_cast<std::size_t>(page.width * scale), static_cast<std::size_t>(page.height * scale), ground);
  const Painter painter{raster};
  for (const Shape& shape : page.shapes) std::visit(painter, shape);
  std::string out;
  if (!encode(raster, out)) fail(dsl::Fault::internal, "libpng cannot encode the picture");
  return out;
}

#else

bool png_available() { return false; }
std::string png_bytes(const Picture& /*picture*/) { fail(dsl::Fault::internal, "ricci was built without libpng"); }

#endif

}  // namespace ricci::runtime::plot
