/// Pictures of values, by what the language asks for, and pictures into files, by their ending.
#pragma once

#include <string>
#include <vector>

#include "dsl/infer/drawing.hpp"
#include "runtime/display/plot/picture.hpp"

namespace ricci::runtime::plot {

/// Errors: shape, type, where the values are none that can be drawn so.
Picture picture_of(const dsl::Drawing& drawing, const std::vector<Value>& values);

/// Writes .svg, .png or .txt; the file appears whole or not at all. Errors: file.
void write_picture(const std::string& path, const Picture& picture);

/// Throws now what write_picture to this path would throw for the path's sake. Errors: file.
void check_picture_path(const std::string& path);

}  // namespace ricci::runtime::plot
