/// One matrix, many right-hand sides: factored once, also for sides that arrive later.
/// Shows: a session that reuses what it computed, `bind`, and how an error looks.
#include <algorithm>
#include <cmath>
#include <string>

#include <ricci/xtensor.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

namespace {

/// At a minimum the left-over M X - B is orthogonal to every column of M: the largest of these products.
double slope(const xt::xtensor<double, 2>& M, const xt::xtensor<double, 2>& X, const xt::xtensor<double, 2>& B) {
  double worst = 0;
  for (std::size_t r = 0; r < B.shape(1); ++r)
    for (std::size_t column = 0; column < M.shape(1); ++column) {
      double product = 0;
      for (std::size_t i = 0; i < M.shape(0); ++i) {
        double left_over = -B(i, r);
        for (std::size_t j = 0; j < M.shape(1); ++j) left_over += M(i, j) * X(j, r);
        product += M(i, column) * left_over;
      }
      worst = std::max(worst, std::abs(product));
    }
  return worst;
}

}  // namespace

int main() {
  constexpr std::size_t points = 60, unknowns = 8, sides = 5;
  xt::random::seed(2);
  const xt::xtensor<double, 2> M = xt::random::randn<double>({points, unknowns});
  const xt::xtensor<double, 2> B = xt::random::randn<double>({points, sides});
  Checks check;

  // All sides in one statement.
  ricci::session rc;
  rc.set("M", M);
  rc.set("B", B);
  rc.run(R"(X[j,r] = M[i,j] \ B[i,r])");
  const xt::xtensor<double, 2> X = rc.get<double, 2>("X");
  check.below("all sides at once: slope", slope(M, X, B), 1e-11);

  // One side a statement, later: the session still has the factorisation of M.
  rc.run(R"(b[i] = B[i,3]
            x[j] = M[i,j] \ b[i])");
  const xt::xtensor<double, 1> x = rc.get<double, 1>("x");
  double apart = 0;
  for (std::size_t j = 0; j < unknowns; ++j) apart = std::max(apart, std::abs(x(j) - X(j, 3)));
  check.below("one side, later: distance", apart, 1e-13);

  // The same without a session: M is bound, sides come and go.
  const auto fit = ricci::compile(R"(X[j,r] = M[i,j] \ B[i,r])").bind({{"M", M}});
  for (int call = 0; call < 3; ++call) {
    const xt::xtensor<double, 2> sides_now = xt::random::randn<double>({points, sides});
    const xt::xtensor<double, 2> fitted = fit({{"B", sides_now}});
    check.below("bound, sides of this call: slope", slope(M, fitted, sides_now), 1e-11);
  }

  // What does not fit is refused, with the place in the text.
  std::string code;
  try {
    const xt::xtensor<double, 2> short_sides = xt::zeros<double>({points - 1, sides});
    fit({{"B", short_sides}});
  } catch (const ricci::error& refused) {
    code = refused.code();
    std::printf("%s\n", refused.what());
  }
  check.holds("sides of the wrong length are refused", code == "shape");
  return check.status();
}
