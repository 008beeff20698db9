/// A sparse matrix applied along the last axis of a tensor: Y[i,j,r] = sum over q of A[r,q] X[i,j,q].
/// Shows: a sparse argument by compressed rows; the same text for a dense one; arguments in any memory order.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <ricci/xtensor.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

namespace {

struct Rows {  // compressed: row r holds the entries from indptr[r] to indptr[r+1]
  std::vector<std::int32_t> indptr{0}, indices;
  std::vector<double> data;
};

/// About two entries a row; some rows stay empty.
Rows scattered(std::int32_t n, xt::xtensor<double, 2>& dense) {
  std::mt19937 random(6);
  Rows out;
  for (std::int32_t r = 0; r < n; ++r) {
    for (std::int32_t q = 0; q < n; ++q)
      if (random() % static_cast<std::uint32_t>(n) < 2) {
        out.indices.push_back(q);
        out.data.push_back(static_cast<double>(random() % 1000) / 1000);
        dense(static_cast<std::size_t>(r), static_cast<std::size_t>(q)) = out.data.back();
      }
    out.indptr.push_back(static_cast<std::int32_t>(out.indices.size()));
  }
  return out;
}

double difference(const xt::xtensor<double, 3>& Y, const xt::xtensor<double, 2>& A, const xt::xtensor<double, 3>& X) {
  double worst = 0;
  for (std::size_t i = 0; i < X.shape(0); ++i)
    for (std::size_t j = 0; j < X.shape(1); ++j)
      for (std::size_t r = 0; r < A.shape(0); ++r) {
        double direct = 0;
        for (std::size_t q = 0; q < A.shape(1); ++q) direct += A(r, q) * X(i, j, q);
        worst = std::max(worst, std::abs(Y(i, j, r) - direct));
      }
  return worst;
}

}  // namespace

int main() {
  constexpr std::int32_t n = 50;
  xt::random::seed(6);
  xt::xtensor<double, 2> dense = xt::zeros<double>({n, n});
  const Rows rows = scattered(n, dense);
  const ricci::value A = ricci::csr(rows.indptr, rows.indices, rows.data, n, n);
  const xt::xtensor<double, 3> X = xt::random::rand<double>({std::size_t{8}, std::size_t{6}, std::size_t{n}});
  Checks check;

  const auto apply = ricci::compile("Y[i,j,r] = A[r,q] * X[i,j,q]");
  const xt::xtensor<double, 3> Y = apply({{"A", A}, {"X", X}});
  check.below("sparse: difference from the loops", difference(Y, dense, X), 1e-14);
  const xt::xtensor<double, 3> by_dense = apply({{"A", dense}, {"X", X}});
  check.below("dense, the same text: difference from the loops", difference(by_dense, dense, X), 1e-14);

  const xt::xtensor<double, 3, xt::layout_type::column_major> by_columns = X;
  const xt::xtensor<double, 3> same = apply({{"A", A}, {"X", by_columns}});
  check.holds("a column-major argument: the same numbers", same == Y);
  return check.status();
}
