/// Pictures: the statements plot(x, y), heat(K) and hist(s) as functions of C++, and what a program has drawn.
///
///   ricci::save("k.svg", ricci::heat(rc.get("K")));
///   std::cout << ricci::to_text(ricci::plot(t, x), {.width = 100});
#pragma once

#include <memory>
#include <string>

#include <ricci/value.hpp>

namespace ricci {

namespace runtime::plot {
struct Picture;
}

/// A picture of values as they were; copies share it. Empty until one is assigned.
class picture {
 public:
  picture() = default;
  explicit picture(std::shared_ptr<const runtime::plot::Picture> of) : of_(std::move(of)) {}
  explicit operator bool() const { return of_ != nullptr; }
  const runtime::plot::Picture& get() const { return *of_; }

 private:
  std::shared_ptr<const runtime::plot::Picture> of_;
};

/// What an empty text or 0 leaves open, the values suggest.
struct picture_options {
  std::string title = {};
  std::string xlabel = {};
  std::string ylabel = {};
  bool log_x = false;
  bool log_y = false;
  std::int64_t bins = 0;  // of hist
};

/// The columns of y over their positions, or over x. Complex numbers: two curves. Errors: shape, type.
picture plot(const argument& y, const picture_options& how = {});
picture plot(const argument& x, const argument& y, const picture_options& how = {});
/// A real matrix as colours. Errors: shape, type.
picture heat(const argument& matrix, const picture_options& how = {});
/// How many elements lie in each bin. Errors: type.
picture hist(const argument& numbers, const picture_options& how = {});

/// What a terminal shows.
enum class colours : std::uint8_t { none, sixteen, palette, full };  // palette: 256
struct screen {
  std::size_t width = 80;  // columns
  std::size_t height = 24;
  ricci::colours colours = ricci::colours::none;
  bool unicode = true;  // Braille and block characters; otherwise ASCII
};

/// Lines for a terminal, each closed by a newline.
std::string to_text(const picture& of, const screen& on = {});

/// Writes .svg, .png or .txt, whole or not at all. Errors: file.
void save(const std::string& path, const picture& of);

}  // namespace ricci
