#include "runtime/kernels/distances/factor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "runtime/linalg/blas.hpp"

namespace ricci::runtime::distances {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// The symmetric part over g g': all elements are at most about 1. Rows of zeros keep g = 1.
struct Scaled {
  std::vector<double> matrix, scales;
};

bool symmetric_part(const double* w, std::int64_t depth, std::vector<double>& out) {
  out.resize(static_cast<std::size_t>(depth * depth));
  bool finite = true;
  for (std::int64_t k = 0; k < depth; ++k)
    for (std::int64_t l = 0; l < depth; ++l) {
      const double own = 0.5 * w[k * depth + l] + 0.5 * w[l * depth + k];
      finite = finite && std::isfinite(own) && std::isfinite(w[k * depth + l]);
      out[static_cast<std::size_t>(k * depth + l)] = own;
    }
  return finite;
}

/// `by_diagonal`: by the roots of the diagonal, as a semidefinite matrix allows; else by its rows' largest elements.
/// Nothing where a diagonal that is not positive stands in a row that is not zero.
bool scale(const std::vector<double>& matrix, std::int64_t depth, bool by_diagonal, Scaled& out) {
  out.scales.assign(static_cast<std::size_t>(depth), 1);
  for (std::int64_t k = 0; k < depth; ++k) {
    const double* row = matrix.data() + k * depth;
    double largest = 0;
    for (std::int64_t l = 0; l < depth; ++l) largest = std::max(largest, std::abs(row[l]));
    if (by_diagonal && largest > 0 && !(row[k] > 0)) return false;
    if (largest > 0) out.scales[static_cast<std::size_t>(k)] = std::sqrt(by_diagonal ? row[k] : largest);
  }
  out.matrix = matrix;
  for (std::int64_t k = 0; k < depth; ++k)
    for (std::int64_t l = 0; l < depth; ++l)
      out.matrix[static_cast<std::size_t>(k * depth + l)] /=
          out.scales[static_cast<std::size_t>(k)] * out.scales[static_cast<std::size_t>(l)];
  return true;
}

/// Cholesky with the largest remaining diagonal element as pivot (Higham, Accuracy and Stability, 10.3). Stops where
/// what remains is rounding; false where it is more than that.
bool pivoted_cholesky(std::vector<double> rest, std::int64_t depth, std::vector<std::vector<double>>& columns) {
  const double tolerance = 4 * static_cast<double>(depth) * epsilon;
  std::vector<char> done(static_cast<std::size_t>(depth), 0);
  const auto at = [&](std::int64_t i, std::int64_t j) -> double& {
    return rest[static_cast<std::size_t>(i * depth + j)];
  };
  for (std::int64_t step = 0; step < depth; ++step) {
    std::int64_t pivot = -1;
    for (std::int64_t k = 0; k < depth; ++k)
      if (done[static_cast<std::size_t>(k)] == 0 && (pivot < 0 || at(k, k) > at(pivot, pivot))) pivot = k;
    if (!(at(pivot, pivot) > tolerance)) break;
    const double root = std::sqrt(at(pivot, pivot));
    std::vector<double> column(static_cast<std::size_t>(depth), 0);
    for (std::int64_t k = 0; k < depth; ++k)
      if (done[static_cast<std::size_t>(k)] == 0) column[static_cast<std::size_t>(k)] = at(k, pivot) / root;
    column[static_cast<std::size_t>(pivot)] = root;
    done[static_cast<std::size_t>(pivot)] = 1;
    for (std::int64_t i = 0; i < depth; ++i) {
      const double factor = column[static_cast<std::size_t>(i)];
      if (done[static_cast<std::size_t>(i)] != 0 || factor == 0) continue;
      for (std::int64_t j = 0; j < depth; ++j) at(i, j) -= factor * column[static_cast<std::size_t>(j)];
    }
    columns.push_back(std::move(column));
  }
  for (std::int64_t i = 0; i < depth; ++i)
    for (std::int64_t j = 0; j < depth; ++j)
      if (done[static_cast<std::size_t>(i)] == 0 && done[static_cast<std::size_t>(j)] == 0 &&
          !(std::abs(at(i, j)) <= tolerance))
        return false;
  return true;
}

/// Columns times the rows' scales, positive ones first.
Factor assembled(const std::vector<std::vector<double>>& columns, std::int64_t positive,
                 const std::vector<double>& scales) {
  Factor out;
  out.depth = static_cast<std::int64_t>(scales.size());
  out.rank = static_cast<std::int64_t>(columns.size());
  out.positive = positive;
  for (std::size_t k = 0; k < scales.size(); ++k)
    for (const std::vector<double>& column : columns) out.columns.push_back(scales[k] * column[k]);
  return out;
}

Factor by_eigenvectors(const Scaled& scaled, std::int64_t depth) {
  const linalg::Buffer<double> vectors(depth * depth), values(depth);
  std::copy(scaled.matrix.begin(), scaled.matrix.end(), vectors.data());
  Factor out;
  out.usable =
      linalg::lapack::heevd<double>(true, linalg::blas::Triangle::lower, depth, vectors.held(), values.held()) == 0;
  if (!out.usable) return out;
  std::vector<std::vector<double>> columns;
  std::int64_t positive = 0;
  for (const bool sign : {true, false})
    for (std::int64_t p = depth; p-- > 0;) {
      const double value = values[p];
      if (value == 0 || (value > 0) != sign) continue;
      std::vector<double> column(vectors.data() + p * depth, vectors.data() + (p + 1) * depth);
      for (double& own : column) own *= std::sqrt(std::abs(value));
      columns.push_back(std::move(column));
      positive += sign ? 1 : 0;
    }
  return assembled(columns, positive, scaled.scales);
}

}  // namespace

Factor factor_matrix(const double* w, std::int64_t depth) {
  std::vector<double> matrix;
  Factor none;
  none.usable = false;
  if (!symmetric_part(w, depth, matrix)) return none;
  Scaled scaled;
  std::vector<std::vector<double>> columns;
  if (scale(matrix, depth, true, scaled) && pivoted_cholesky(scaled.matrix, depth, columns))
    return assembled(columns, static_cast<std::int64_t>(columns.size()), scaled.scales);
  scale(matrix, depth, false, scaled);
  return by_eigenvectors(scaled, depth);
}

Factor factor_diagonal(const double* w, std::int64_t depth) {
  Factor out;
  out.depth = depth;
  for (std::int64_t k = 0; k < depth; ++k) {
    out.usable = out.usable && std::isfinite(w[k]);
    out.rank += w[k] != 0 ? 1 : 0;
    out.positive += w[k] > 0 ? 1 : 0;
  }
  if (!out.usable) return out;
  out.columns.assign(static_cast<std::size_t>(depth * out.rank), 0);
  std::int64_t next[2] = {0, out.positive};
  for (std::int64_t k = 0; k < depth; ++k)
    if (w[k] != 0) out.columns[static_cast<std::size_t>(k * out.rank + next[w[k] < 0]++)] = std::sqrt(std::abs(w[k]));
  return out;
}

}  // namespace ricci::runtime::distances
