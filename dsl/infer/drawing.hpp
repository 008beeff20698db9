/// Pictures as statements: plot(y), plot(x, y, "p.svg", log="y"), heat(K, "k.png"), hist(s, bins=20). One table says
/// what each draws and what it can be told; what does not fit is refused here, by shapes and types, for the language
/// and for callers of the library alike.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/graph/dtype.hpp"

namespace ricci::dsl {

enum class DrawingKind : std::uint8_t { plot, heat, hist };

struct DrawingRow {
  std::string_view name;
  DrawingKind kind;
  std::size_t most_values;
  std::size_t least_rank;
  std::size_t most_rank;
  bool complex;             // takes complex numbers
  std::string_view wanted;  // in words
  std::string_view named;   // arguments with a name
  std::string_view usage;
  std::string_view documentation;
};

inline constexpr std::array drawing_rows{
    DrawingRow{"plot", DrawingKind::plot, 2, 1, 2, true, "a vector, or a matrix with a curve in each column",
               "title xlabel ylabel log", "plot(y), plot(x, y), plot(x, y, \"file.svg\", log=\"y\")",
               "curves: the columns of y over x, or over their positions"},
    DrawingRow{"heat", DrawingKind::heat, 1, 2, 2, false, "a matrix", "title xlabel ylabel",
               "heat(K), heat(K, \"file.png\")", "a matrix as colours"},
    DrawingRow{"hist", DrawingKind::hist, 1, 0, 64, false, "a tensor", "title xlabel ylabel bins",
               "hist(x), hist(x, bins=20), hist(x, \"file.svg\")", "how many elements lie in each bin"},
};

constexpr const DrawingRow* drawing_named(std::string_view name) {
  for (const DrawingRow& own : drawing_rows)
    if (own.name == name) return &own;
  return nullptr;
}

/// A picture to be drawn of values that are known elsewhere.
struct Drawing {
  DrawingKind kind = DrawingKind::plot;
  Vec<Str> names;  // what the program calls each value
  Str path;        // the file; empty: it is shown
  Str title;       // empty: what the values suggest; so the next two
  Str x_title;
  Str y_title;
  bool log_x = false;
  bool log_y = false;
  std::int64_t bins = 0;  // 0: what the values suggest
};

/// The most bins of a histogram.
inline constexpr std::int64_t most_bins = 10'000;

struct DrawnValue {
  std::string_view name;
  std::span<const std::int64_t> shape;
  DType type = DType::f64;
};

/// What is wrong with drawing these values, and which of them it is about.
struct DrawingRefusal {
  bool refused = false;
  std::size_t value = 0;
  Diagnostic why;
};

constexpr DrawingRefusal refused_drawing(const DrawingRow& row, const Vec<DrawnValue>& values) {
  for (std::size_t at = 0; at < values.size(); ++at) {
    const DrawnValue& own = values[at];
    if (own.shape.size() < row.least_rank || own.shape.size() > row.most_rank)
      return {true, at, diagnose(Fault::rank_wanted, Vec<Span>{}, row.name, row.wanted, own.name)};
    if (is_complex(own.type) && (!row.complex || at + 1 < values.size()))
      return {true, at, diagnose(Fault::complex_refused, Vec<Span>{}, row.name, own.name)};
  }
  if (values.size() < 2) return {};
  const DrawnValue& x = values[0];
  const DrawnValue& y = values[1];
  if (x.shape[0] != y.shape[0])
    return {true, 1, diagnose(Fault::plot_rows, Vec<Span>{}, x.name, x.shape[0], y.name, y.shape[0])};
  const std::int64_t across = x.shape.size() < 2 ? 1 : x.shape[1];
  const std::int64_t up = (y.shape.size() < 2 ? 1 : y.shape[1]) * (is_complex(y.type) ? 2 : 1);
  if (across != 1 && up != 1 && across != up)
    return {true, 1, diagnose(Fault::plot_columns, Vec<Span>{}, x.name, across, y.name, up)};
  return {};
}

}  // namespace ricci::dsl
