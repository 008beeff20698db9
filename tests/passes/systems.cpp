// Systems made of smaller ones: Kronecker products and blocks along a diagonal; and those that are of one piece.
#include "passes/split_systems.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
constexpr auto split = check_pass::folded<ricci::passes::split_systems>;

std::string with_inputs(std::string_view text) {
  return "given[i,j,k,l,m,r] = A[i,j] + B[k,l] + P[m,i,j] + c[i,k] + b[m,i] + f[k] + C[i,k,r] + T[i,k,j,l] + "
         "G[m,k,l]; " +
         std::string(text);
}
constexpr const char* sizes = "i=4 j=4 k=3 l=3 m=5 r=2";
}  // namespace

#define CHECK_SPLIT(text, expected) CHECK_PASS(split, with_inputs(text), sizes, expected)

TEST_CASE("passes: a Kronecker product is solved axis by axis") {
  CHECK_SPLIT("x[j,l] = (A[i,j]*B[k,l]) \\ c[i,k]",
              "reshape(reshape([i,k,i_2] reshape(solve(B, reshape([k,j,i] reshape(solve(A, c), [4, 3, 1])[j,k,i], [3, "
              "4])), [3, 4, 1])[k,i,i_2], [12]), [4, 3])");
  CHECK_SPLIT("x = kron(A, B) \\ ones(12)",
              "reshape([i,i_2,i_3] reshape(solve(B, reshape([i,i_2,i_3] reshape(solve(A, reshape([i] 1, [4, 3])), [4, "
              "3, 1])[i_2,i,i_3], [3, 4])), [3, 4, 1])[i_2,i,i_3], [12])");
  CHECK_SPLIT("x[l,j] = (2*B[k,l]*A[i,j]) \\ c[i,k]",
              "reshape(reshape([k,j,i] reshape(solve(A, reshape([j,k,i] reshape(solve([k,k_2] 2 * B[k,k_2], [k,j] "
              "c[j,k]), [3, 4, 1])[k,j,i], [4, 3])), [4, 3, 1])[j,k,i], [12]), [3, 4])");
  CHECK_SPLIT("M[i,k,j,l] = A[i,j]*B[k,l]; x[j,l] = M[i,k,j,l] \\ c[i,k]",
              "reshape(reshape([i,k,i_2] reshape(solve(B, reshape([k,j,i] reshape(solve(A, c), [4, 3, 1])[j,k,i], [3, "
              "4])), [3, 4, 1])[k,i,i_2], [12]), [4, 3])");
  CHECK_SPLIT("x[j,l,r] = (A[i,j]*B[k,l]/f[k]) \\ C[i,k,r]",
              "reshape(reshape([i,k,i_2] reshape(solve([k,k_2] B[k,k_2] / f[k], reshape([k,j,i] reshape(solve(A, "
              "reshape(C, [4, 6])), [4, 3, 2])[j,k,i], [3, 8])), [3, 4, 2])[k,i,i_2], [12, 2]), [4, 3, 2])");
  CHECK_SPLIT("x[m,j,l] = (P[m,i,j]*B[k,l]) \\ (b[m,i]*f[k])",
              "reshape(reshape([m,j,k,i] reshape(solve(B, reshape([k,m,j,i] reshape(solve(P, [m,j,k] b[m,j] * f[k]), "
              "[5, 4, 3, 1])[m,j,k,i], [3, 20])), [3, 5, 4, 1])[k,m,j,i], [5, 12]), [5, 4, 3])");
  CHECK_SPLIT("x[m,j,l] = (A[i,j]*G[m,k,l]) \\ (b[m,i]*f[k])",
              "reshape(reshape([m,j,k,i] reshape(solve(G, reshape([m,k,j,i] reshape(solve(A, reshape([j,m,k,i] "
              "reshape([m,j,k] b[m,j] * f[k], [5, 4, 3, 1])[m,j,k,i], [4, 15])), [4, 5, 3, 1])[j,m,k,i], [5, 3, 4])), "
              "[5, 3, 4, 1])[m,k,j,i], [5, 12]), [5, 4, 3])");
  CHECK_SPLIT("x[j,l] = (A[i,l]*B[k,j]) \\ c[i,k]",
              "[k,j] reshape(reshape([i,k,i_2] reshape(solve(B, reshape([k,j,i] reshape(solve(A, c), [4, 3, "
              "1])[j,k,i], [3, 4])), [3, 4, 1])[k,i,i_2], [12]), [4, 3])[j,k]");
}

TEST_CASE("passes: a block-diagonal system is solved block by block") {
  CHECK_SPLIT("x[p,j] = ((m == p)*P[m,i,j]) \\ b[m,i] for p in 0:5",
              "reshape(reshape(solve(P, reshape(b, [5, 4, 1])), [20]), [5, 4])");
  CHECK_SPLIT("x[p,j] = ((m == p)*A[i,j]) \\ b[m,i] for p in 0:5",
              "reshape(reshape([m,j,i] reshape(solve(A, reshape([j,m,i] reshape(b, [5, 4, 1])[m,j,i], [4, 5])), [4, 5, "
              "1])[j,m,i], [20]), [5, 4])");
  CHECK_SPLIT("x[l,j] = ((k == l)*f[k]*A[i,j]) \\ c[i,k] for l in 0:3",
              "reshape(reshape(solve([k,j,j_2] f[k] * A[j,j_2], reshape([k,j] c[j,k], [3, 4, 1])), [12]), [3, 4])");
}

TEST_CASE("passes: a system of one piece stays whole") {
  CHECK_SPLIT("x[j,l] = T[i,k,j,l] \\ c[i,k]", "reshape(solve(reshape(T, [12, 12]), reshape(c, [12])), [4, 3])");
  CHECK_SPLIT("x[j,l] = (A[i,j]*B[k,l] + T[i,k,j,l]) \\ c[i,k]",
              "reshape(solve(reshape([i,k,j,l] A[i,j] * B[k,l] + T[i,k,j,l], [12, 12]), reshape(c, [12])), [4, 3])");
  CHECK_SPLIT("x[j,l] = ((k <= l)*A[i,j]*B[k,l]) \\ c[i,k]",
              "[i,l] reshape(solve(reshape([k,j,k_2,j_2] (k <= k_2)*(A[j,j_2] * B[k,k_2]), [12, 12]), reshape([k,j] "
              "c[j,k], [12])), [3, 4])[l,i]");
  CHECK_SPLIT("x[j] = A[i,j] \\ c[i,0]", "solve(A, [i] c[i,0])");
}
