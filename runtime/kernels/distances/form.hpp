/// A quadratic form made ready: its weights factored, its rows centred and transformed, once for all pairs. Then any
/// block of pairs is computed where it is needed.
#pragma once

#include <cstdint>
#include <vector>

#include "dsl/graph/op.hpp"
#include "runtime/kernels/distances/factor.hpp"
#include "runtime/kernels/distances/tiles.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::distances {

/// X [batches, rows_x, depth], Y [batches, rows_y, depth], W by `kind`; all dense, of one real floating type.
struct FormShape {
  dsl::QuadraticWeights kind = dsl::QuadraticWeights::none;
  std::int64_t batches = 1;
  std::int64_t rows_x = 0, rows_y = 0;
  std::int64_t depth = 0;
  friend bool operator==(const FormShape&, const FormShape&) = default;
};

/// Rows that are worth computing together.
inline constexpr std::int64_t block_rows = 24;

class Form {
 public:
  /// X and Y may be one tensor: it is then transformed once, and rows at equal places are at distance 0 exactly.
  Form(const FormShape& shape, const Tensor& x, const Tensor& y, const Tensor* weights);

  /// Rows row..row+rows-1 of X against columns column..column+columns-1 of Y, at most most_columns, all of one batch
  /// entry; rows and columns count over all of them. With `turned`, rows of Y against columns of X. Thread-safe.
  void block(bool turned, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns, double* out,
             std::int64_t out_row) const;
  /// One pair of rows, of one batch entry.
  double pair(std::int64_t row_x, std::int64_t row_y) const;

  std::int64_t rows_of(bool y) const { return y ? shape_.rows_y : shape_.rows_x; }

 private:
  /// The rows of one operand. Kept by the form; sides point into it.
  struct Rows {
    Tensor given;  // f64, row-major
    Tensor transformed, columns, norms, signed_norms;
    std::int64_t widest = 0;  // the largest rank of all batch entries
  };
  /// How one batch entry is computed.
  struct Entry {
    enum class Way : std::uint8_t { as_written, direct, expanded };
    Way way = Way::direct;
    Factor factor;
    std::vector<double> centre;
  };

  void place_entry(std::int64_t batch);
  void transform(bool y);
  void transform_chunk(const Entry& entry, std::int64_t batch, Rows& rows, std::int64_t count, std::int64_t begin,
                       std::int64_t end) const;
  Pairs pairs_of(std::int64_t batch, bool turned) const;
  Side side_of(std::int64_t batch, bool y) const;
  std::vector<double> centre_of(std::int64_t batch) const;
  const Rows& rows(bool y) const { return y && !same_ ? y_ : x_; }

  FormShape shape_;
  bool same_ = false;
  bool centred_ = true;  // false: short plain differences are best taken of the rows as given
  Rows x_, y_;
  Tensor weights_;
  std::vector<Entry> entries_;
};

}  // namespace ricci::runtime::distances
