/// Every matrix of A times the matrices of B that follow it around a ring: P[i,j] = A[i] B[(i+j) mod d].
/// Shows: integers, which stay exact; an integer argument that decides a range; the lazy way through all products.
#include <cstdint>

#include <ricci/xtensor.hpp>
#include <xtensor/xrandom.hpp>

#include "examples/check.hpp"

using Matrices = xt::xtensor<std::int64_t, 3>;
using Products = xt::xtensor<std::int64_t, 4>;

int main() {
  constexpr std::size_t d = 12, k = 4, n = 5;
  xt::random::seed(4);
  const Matrices A = xt::random::randint<std::int64_t>({d, n, n}, -9, 10);
  const Matrices B = xt::random::randint<std::int64_t>({d, n, n}, -9, 10);
  Checks check;

  // `d` in the text is the argument of that name; k bounds the range of j, which has no axis of its own.
  const auto rolled = ricci::compile("P[i,j,m,l] = A[i,m,q] * B[(i+j) % d, q, l] for j in 0:k");
  const Products P = rolled({{"A", A}, {"B", B}, {"d", d}, {"k", k}});

  bool right = P.shape(0) == d && P.shape(1) == k;
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < k; ++j)
      for (std::size_t m = 0; m < n; ++m)
        for (std::size_t l = 0; l < n; ++l) {
          std::int64_t direct = 0;
          for (std::size_t q = 0; q < n; ++q) direct += A(i, m, q) * B((i + j) % d, q, l);
          right = right && P(i, j, m, l) == direct;
        }
  check.holds("prepared: the loops' numbers, exactly", right);

  // All d*d products are defined, but only those that R reads are computed.
  ricci::session rc;
  rc.borrow("A", A);
  rc.borrow("B", B);
  rc.set("d", d);
  rc.set("k", k);
  rc.run(R"(All[i,j,m,l] = A[i,m,q] * B[j,q,l]
            R[i,j,m,l] = All[i, (i+j) % d, m, l] for j in 0:k)");
  const Products R = rc.get<std::int64_t, 4>("R");
  check.holds("session, by way of all products: the same", R == P);
  return check.status();
}
