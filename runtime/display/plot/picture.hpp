/// A picture as a value: scales, titles and marks, in the data's own numbers. The functions below make one of tensors;
/// terminal, SVG and PNG draw the same one, each to its own measure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/display/plot/scale.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::plot {

struct Point {
  double x = 0;
  double y = 0;  // NaN: the curve is interrupted here
};

struct Curve {
  std::string label;
  std::vector<Point> points;    // a point between two gaps stands alone
  std::vector<Point> infinite;  // y is an infinity: marked at the edge of the picture
};

/// A bar from the axis up.
struct Bar {
  double from = 0;
  double to = 0;
  double height = 0;
};

/// A matrix as colours: row 0 on top. A cell is the mean of `rows_each` x `columns_each` elements.
struct Cells {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> values;  // row-major; NaN: no colour
  std::int64_t all_rows = 0;   // of the matrix
  std::int64_t all_columns = 0;
  Scale colours;
};

struct Axis {
  Scale scale;
  std::string title;
};

struct Picture {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Curve> curves;
  std::vector<Bar> bars;
  std::optional<Cells> cells;
  std::vector<std::string> notes;  // what is not shown, or not as it is
};

/// What the user chooses about a picture; an empty title is the one that the data suggest.
struct Choices {
  std::string title;
  std::string x_title;
  std::string y_title;
  bool log_x = false;
  bool log_y = false;
  std::int64_t bins = 0;  // of a histogram; 0: as many as the data suggest
};

/// A value and what the program calls it.
struct Named {
  Value value;
  std::string name;
};

/// The columns of y (a vector or matrix; real and imaginary parts of complex ones) over the column or columns of x, or,
/// without x, over their positions. Rows and columns fit (picture_of in draw.hpp sees to it).
Picture curves_of(const std::optional<Named>& x, const Named& y, const Choices& choices = {});

/// A real matrix as colours.
Picture heat_of(const Named& matrix, const Choices& choices = {});

/// How many elements of a real tensor of any rank lie in each bin. Where nothing is chosen, integers in a short range
/// get a bin each; other numbers get bins of round edges, about as wide as Freedman and Diaconis advise (On the
/// histogram as a density estimator, 1981).
Picture histogram_of(const Named& numbers, const Choices& choices = {});

/// Smaller cells in number: each the mean of those of the old ones that it covers and that are numbers.
Cells coarser(const Cells& cells, std::int64_t rows, std::int64_t columns);

}  // namespace ricci::runtime::plot
