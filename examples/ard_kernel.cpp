/// The kernel of a Gaussian process with correlated length scales, K[i,j] = s^2 exp(-1/2 (x_i-y_j)' W (x_i-y_j)).
/// Shows: scalars as arguments, one prepared expression for data of any size, results in column-major memory.
#include <algorithm>
#include <cmath>

#include <ricci/xtensor.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

namespace {

/// The largest difference from the formula, written as loops.
template <typename Matrix>
double difference(const Matrix& K, const xt::xtensor<double, 2>& X, const xt::xtensor<double, 2>& Y,
                  const xt::xtensor<double, 2>& W, double s, double noise) {
  double worst = 0;
  for (std::size_t i = 0; i < X.shape(0); ++i)
    for (std::size_t j = 0; j < Y.shape(0); ++j) {
      double form = 0;
      for (std::size_t k = 0; k < W.shape(0); ++k)
        for (std::size_t l = 0; l < W.shape(1); ++l) form += (X(i, k) - Y(j, k)) * W(k, l) * (X(i, l) - Y(j, l));
      const double direct = s * s * std::exp(-0.5 * form) + (i == j ? noise * noise : 0);
      worst = std::max(worst, std::abs(K(i, j) - direct));
    }
  return worst;
}

}  // namespace

int main() {
  constexpr std::size_t inputs = 6;
  const double s = 0.8, noise = 0.1;
  xt::random::seed(3);
  const xt::xtensor<double, 1> v = xt::random::rand<double>({inputs});
  const xt::xtensor<double, 1> a = xt::random::rand<double>({inputs}, 0.1, 1.1);
  const xt::xtensor<double, 2> W = ricci::compile("W[k,l] = v[k]*v[l] + (k == l)*a[k]^2")({{"v", v}, {"a", a}});
  Checks check;

  const auto kernel =
      ricci::compile("K[i,j] = s^2 * exp(-0.5 * (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])) + noise^2*(i == j)");
  for (const std::size_t rows : {30, 7, 1}) {  // planned once for each size
    const xt::xtensor<double, 2> X = xt::random::rand<double>({rows, inputs});
    const xt::xtensor<double, 2> Y = xt::random::rand<double>({rows + 10, inputs});
    const xt::xtensor<double, 2> K = kernel({{"X", X}, {"Y", Y}, {"W", W}, {"s", s}, {"noise", noise}});
    check.below("prepared: difference from the formula", difference(K, X, Y, W, s, noise), 1e-14);

    xt::xtensor<double, 2, xt::layout_type::column_major> by_columns(K.shape());
    kernel.into(by_columns, {{"X", X}, {"Y", Y}, {"W", W}, {"s", s}, {"noise", noise}});
    check.holds("into column-major memory: the same numbers", by_columns == K);
  }
  return check.status();
}
