/// Many small linear systems at once: A[m,:,:] x[m,:] = b[m,:] for every m.
/// Shows: a session, borrowed and copied arguments, a prepared expression, `into` memory of one's own, `bind`.
#include <algorithm>
#include <cmath>

#include <ricci/xtensor.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

namespace {

/// The largest left-over of any equation.
double residual(const xt::xtensor<double, 3>& A, const xt::xtensor<double, 2>& x, const xt::xtensor<double, 2>& b) {
  double worst = 0;
  for (std::size_t m = 0; m < A.shape(0); ++m)
    for (std::size_t i = 0; i < A.shape(1); ++i) {
      double left_over = -b(m, i);
      for (std::size_t j = 0; j < A.shape(2); ++j) left_over += A(m, i, j) * x(m, j);
      worst = std::max(worst, std::abs(left_over));
    }
  return worst;
}

}  // namespace

int main() {
  constexpr std::size_t batch = 200, n = 6;
  xt::random::seed(1);
  xt::xtensor<double, 3> A = xt::random::randn<double>({batch, n, n});
  for (std::size_t m = 0; m < batch; ++m)
    for (std::size_t i = 0; i < n; ++i) A(m, i, i) = 0;  // solvable only by exchanging rows
  xt::xtensor<double, 2> b = xt::random::randn<double>({batch, n});
  const xt::xtensor<double, 2> c = xt::random::randn<double>({batch, n});
  Checks check;

  // A session binds names to lazy values; nothing is computed before `get`.
  ricci::session rc;
  rc.borrow("A", A);  // read where it is: A has to stay alive and unchanged
  rc.set("b", b);     // copied
  rc.run(R"(x[m,j] = A[m,i,j] \ b[m,i])");
  const xt::xtensor<double, 2> x = rc.get<double, 2>("x");
  check.below("session: residual", residual(A, x, b), 1e-11);

  // A prepared expression is parsed and planned once, reads its arguments in place and may be called from any thread.
  const auto solve = ricci::compile(R"(x[m,j] = A[m,i,j] \ b[m,i])");
  xt::xtensor<double, 2> y = xt::zeros<double>({batch, n});
  solve.into(y, {{"A", A}, {"b", b}});
  check.holds("prepared, into memory of one's own: the same numbers", y == x);

  // What depends on a bound argument alone, here the factorisations, is computed once and kept.
  const auto divide_by_A = solve.bind({{"A", A}});
  const xt::xtensor<double, 2> z = divide_by_A({{"b", c}});
  check.below("bound, other right-hand sides: residual", residual(A, z, c), 1e-11);
  return check.status();
}
