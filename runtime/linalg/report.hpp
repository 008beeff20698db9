/// What the numerics of a solve or decomposition found out, for the caller to raise, warn of, or show under --profile.
/// Batch entries are named by their index along each batch axis of the matrix operand; an unbatched one has none.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace ricci::runtime::linalg {

struct Report {
  bool singular = false;            // an exact zero pivot, or for Cholesky alone: not positive definite
  std::vector<std::int64_t> where;  // batch entry of the first singular matrix

  /// Smallest estimate of the reciprocal condition number 1 / (|A| |A^-1|) in the batch (infinity: nothing estimated).
  /// A cheap probe, refined by a real estimate wherever the probe comes within a factor 1e4 of `rcond_floor`.
  double rcond_min = std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> rcond_where;
  double rcond_floor = 0;  // n * eps of the element type: below it a result has no trustworthy digit

  std::int64_t rank_min = -1;  // least squares: the smallest rank in the batch (-1: not asked)
  std::vector<std::int64_t> rank_where;

  std::string method;  // "cholesky", "lu", "lu in lanes", "triangular", "cholesky-qr2", "svd" ...

  bool nearly_singular() const { return !singular && rcond_min < rcond_floor; }
};

/// How many matrices this process has factored, each entry of a batch counted: for solves and least squares. Says
/// whether something was factored again that was already at hand.
std::int64_t factorisations();
void count_factorisations(std::int64_t matrices);

/// " at batch entry [3, 1]", or nothing when there is no batch: for the slot of a message.
std::string entry_text(const std::vector<std::int64_t>& where);

/// Throws ricci::error (code singular) naming the batch entry and offering lstsq, when the report says so.
void raise_if_singular(const Report& report);

}  // namespace ricci::runtime::linalg
