// Matrices that are a diagonal, or a diagonal plus few products; and those that are not, or of too many.
#include "passes/low_rank_systems.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
constexpr auto updated = check_pass::folded<ricci::passes::low_rank_systems>;
constexpr const char* sizes = "k=60 l=60 p=3 q=20 r=2 m=5";

std::string with_vectors(std::string_view text) {
  return "given[k,l,p,q,r,m] = v[k] + a[k] + b[k] + U[k,p] + V[l,p] + W[k,q] + X[p,k] + B[k,r] + w[p] + D[k,l] + "
         "n[m,k] + C[m,k,r] + w2[r]; S[p,r] = w[p]*w2[r]; " +
         std::string(text);
}
}  // namespace

#define CHECK_UPDATED(text, expected) CHECK_PASS(updated, with_vectors(text), sizes, expected)

TEST_CASE("passes: a diagonal plus few products is solved as an update") {
  CHECK_UPDATED("x[l] = (v[k]*v[l] + (k == l)*a[k]^2) \\ b[k]",
                "solve_update([k] a[k] * a[k], [k,i] v[k], [k,i] v[k], b)");
  CHECK_UPDATED("x[l,r] = ((l == k)*a[l] - 2*v[l]*v[k]/a[k]) \\ B[k,r]",
                "solve_update(a, [k,i] -(2 * v[k] / a[k]), [k,i] v[k], B)");
  CHECK_UPDATED("x[l] = (U[k,p]*V[l,p] + (k == l)*2.0) \\ b[k]", "solve_update([l] 2, U, V, b)");
  CHECK_UPDATED("x[l] = ((sum[p] X[p,k]*X[p,l]) + (k == l)) \\ b[k]",
                "solve_update([l] 1, [l,p] X[p,l], [l,p] X[p,l], b)");
  CHECK_UPDATED("M = U @ V' + 3*eye(60); x = M \\ b", "solve_update([l] 3, U, V, b)");
  CHECK_UPDATED("M = U @ V' + 3*eye(60); x = M' \\ b", "solve_update([l] 3, V, U, b)");
  CHECK_UPDATED("x[m,l] = (n[m,k]*n[m,l] + (k == l)*a[k]) \\ n[m,k]",
                "solve_update([m,l] a[l], [m,l,i] n[m,l], [m,l,i] n[m,l], n)");
  CHECK_UPDATED("x[l] = (w[p]*U[k,p]*U[l,p] + v[k]*v[l] + (k == l)*a[k]) \\ b[k]",
                "solve_update(a, concat([l,p] w[p] * U[l,p], [l,i] v[l], axis=1), concat(U, [l,i] v[l], axis=1), b)");
  CHECK_UPDATED("x[l] = (2*(v[k]*v[l] + (k == l)*a[k])/3) \\ b[k]",
                "solve_update([k] a[k] * 2 / 3, [k,i] v[k] * 2 / 3, [k,i] v[k], b)");
  CHECK_UPDATED("x[l] = (v[k]*(v[l] + (k == l)*a[k])) \\ b[k]",
                "solve_update([k] a[k] * v[k], [k,i] v[k], [k,i] v[k], b)");
  CHECK_UPDATED("x = (D*eye(60) + U @ (2*eye(3)) @ U') \\ b",
                "solve_update([l] D[l,l], [l,p] sum[p_2] U[l,p_2] * (2 * f64(p_2 == p)), U, b)");
}

TEST_CASE("passes: an inverse and a determinant of it too") {
  CHECK_UPDATED("M[k,l] = v[k]*v[l] + (k == l)*a[k]; d = det(M)", "det_update(a, [k,i] v[k], [k,i] v[k])");
  CHECK_UPDATED("M[k,l] = v[k]*v[l] + (k == l)*a[k]; d = logdet(M)", "det_update(a, [k,i] v[k], [k,i] v[k])");
  CHECK_UPDATED("M[k,l] = v[k]*v[l] + (k == l)*a[k]; N = inv(M)",
                "solve_update(a, [k,i] v[k], [k,i] v[k], [k,l] f64(k == l))");
}

TEST_CASE("passes: a diagonal divides") {
  CHECK_UPDATED("x[l] = ((k == l)*a[k]) \\ b[k] for l in 0:60", "solve_update(a, [k,i] 0, [k,i] 0, b)");
  CHECK_UPDATED("x = diag(a) \\ B", "solve_update([k] a[pad(k)], [k,i] 0, [k,i] 0, B)");
  CHECK_UPDATED("x = inv(diag(a))", "solve_update([k] a[pad(k)], [k,i] 0, [k,i] 0, [k,l] f64(k == l))");
  CHECK_UPDATED("E[m,k,l] = (k == l)*n[m,k] for l in 0:60; d = logdet(E)", "det_update(n, [m,l,i] 0, [m,l,i] 0)");
}

TEST_CASE("passes: what is no diagonal, or has many products, is factored") {
  CHECK_UPDATED("x[l] = (v[k]*v[l] + a[k]) \\ b[k]", "solve([k,l] v[k] * v[l] + a[k], b)");
  CHECK_UPDATED("x[l] = (D[k,l] + (k == l)*a[k]) \\ b[k]", "solve([k,l] D[k,l] + (k == l)*a[k], b)");
  CHECK_UPDATED("x[l] = (W[k,q]*W[l,q] + (k == l)*a[k]) \\ b[k]",
                "solve([l,l_2] sum[q] W[l,q] * W[l_2,q] + (l == l_2)*a[l], b)");
  CHECK_UPDATED("x[l] = (v[k]*v[l] + (k == l)*a[k] + (k < l)*a[k]) \\ b[k]",
                "solve([k,l] v[k] * v[l] + (k == l)*a[k] + (k < l)*a[k], b)");
  CHECK_UPDATED("x[l] = (exp(v[k]*v[l]) + (k == l)*a[k]) \\ b[k]", "solve([k,l] exp(v[k] * v[l]) + (k == l)*a[k], b)");
  CHECK_UPDATED("x[l] = (v[k]*v[l] + (k == l)*(k < 3)*a[k]) \\ b[k]",
                "solve([k,l] v[k] * v[l] + (k == l && k < 3)*a[k], b)");
  CHECK_UPDATED("x[l] = (v[k]*v[l] + (k == 59 - l)*a[k]) \\ b[k]", "solve([k,l] v[k] * v[l] + (k == 59 - l)*a[k], b)");
}
