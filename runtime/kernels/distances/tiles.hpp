/// The inner loops of pairwise distances, compiled once for each instruction set. A tile is some rows against up to
/// 256 neighbouring columns; each of its numbers is added up in one order whatever the tile.
#pragma once

#include <cstdint>

namespace ricci::runtime::distances {

inline constexpr std::int64_t most_columns = 512;

/// One side of a form in one batch entry: rows as given, and transformed.
struct Side {
  const double* given = nullptr;    // [rows, depth]
  const double* rows = nullptr;     // [rows, rank]: F' (x - centre)
  const double* columns = nullptr;  // [rank, stride]: the same transposed; in a product, signed
  std::int64_t stride = 0;
  const double* signed_norms = nullptr;  // sum of signs * squares of a row
  const double* norms = nullptr;         // sum of squares: what rounding is relative to
};

struct Pairs {
  Side a, b;  // tiles have rows of a and columns of b
  std::int64_t depth = 0, rank = 0, positive = 0;
  const double* weights = nullptr;  // [depth, depth] if `matrix`, [depth], or null
  bool matrix = false;
  bool finite_weights = true;
  /// A number below this share of the two norms has cancelled and is computed anew; negative: none is.
  double least = -1;
};

struct Tiles {
  /// Signed sums of squared differences.
  void (*direct)(const Pairs& pairs, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns,
                 double* out, std::int64_t out_row);
  /// Norms less twice the product, which `out` holds.
  void (*expanded)(const Pairs& pairs, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns,
                   double* out, std::int64_t out_row);
  /// One pair, as the tiles compute it where it cancels: by differences of the transformed rows, or as it is written.
  double (*pair)(const Pairs& pairs, std::int64_t row, std::int64_t column);
};

const Tiles& tiles();
/// The sets that the machine has, best first: for tests. Null past the end.
const Tiles* tiles_of_set(int which);

}  // namespace ricci::runtime::distances
