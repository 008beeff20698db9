// All passes together on the problems that ricci is for, and invariants that are taken out of bodies.
#include "passes/pipeline.hpp"

#include "passes/hoist_invariants.hpp"
#include "passes/inline_definitions.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using namespace check_pass;
using ricci::passes::hoist_invariants;

/// Whatever costs: everything inlined, then what loops do not need taken out of them.
Rebuilt inlined_and_hoisted(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  constexpr auto choice = ricci::passes::Choice::whatever_is_right;
  const Rebuilt inlined = ricci::passes::inline_by(choice, graph, roots, notes);
  return ricci::passes::then(inlined, ricci::passes::hoist_by(choice, inlined.graph, inlined.roots, notes));
}
}  // namespace

TEST_CASE("passes: what would be recomputed along the lanes is stored") {
  CHECK_PASS(hoist_invariants, "y[i,j] = A[i,j]*exp(v[j])", "i=3000 j=3001", "[i,j] A[i,j] * ([j] exp(v[j]))[j]");
  CHECK_PASS(hoist_invariants, "P[i,j] = exp(A[i,j])/sum[k] exp(A[k,j])", "i=300 j=301 k=300",
             "[k,j] exp(A[k,j]) / ([j] sum[k] exp(A[k,j]))[j]");
  CHECK_PASS(hoist_invariants, "K[i,m,k,j] = A[i,j] + B[m,k]*(sum[l] tanh(U[j,l]))", "i=4 m=12 k=9 j=7 l=8",
             "[i,m,k,j] A[i,j] + ([m,k,j] B[m,k] * ([j] sum[l] tanh(U[j,l]))[j])[m,k,j]");
  CHECK_UNCHANGED(hoist_invariants, "y[i,j] = A[i,j]*exp(v[i])", "i=3000 j=3001");
  CHECK_PASS(hoist_invariants, "s = [sum[i] x[i], 2.5, x[3]]", "i=3000", "[([] sum[i] x[i]), 2.5, x[3]]");
  CHECK_UNCHANGED(hoist_invariants, "y[i,j] = A[i,j]*exp(v[j])", "i=3 j=3001");
  CHECK_UNCHANGED(hoist_invariants, "y[i,j] = A[i,j]*(p[j] // q[j])", "i=3000 j=3001 p:i64 q:i64");
}

TEST_CASE("passes: what keeps an access inside its axis stays where it is") {
  CHECK_PASS(inlined_and_hoisted,
             "R[i,j] = A[i,k]*B[(i-j) % 9,k] for j in 0:9; T[j,m] = R[clamp(m-1),(2*j+1) % 9] for j in 0:9, m in 0:9; "
             "y[i] = T[clamp(i+1),clamp(2*i-3)] for i in 0:9",
             "i=9 k=9",
             "[i] sum[k] A[clamp(-1 + clamp(2*i-3)),k] * B[(clamp(-1 + clamp(2*i-3)) + -1 * ((1 + 2 * clamp(i+1)) % "
             "9)) % 9,k]");
}

TEST_CASE("passes: a kernel of pairwise distances stores nothing of three indices") {
  CHECK_PASS(everything, "D[i,j,k] = X[i,k]-Y[j,k]; K[i,j] = exp(-0.5*D[i,j,k]*W[k,l]*D[i,j,l])",
             "i=3000 j=3001 k=64 l=64", "[i,j] exp(-0.5 * quadratic(X, Y, W, i, j))");
}

TEST_CASE("passes: products with a rolled tensor cost the rolled products alone") {
  CHECK_PASS(everything, "Q[i,j,m,l] = A[i,m,n]*B[j,n,l]; P[i,j,m,l] = Q[i,(i+j) % 107,m,l] for j in 0:34",
             "i=107 j=107 m=35 n=36 l=37", "[i,j,m,l] sum[n] A[i,m,n] * B[(i+j) % 107,n,l]");
}

TEST_CASE("passes: factors stored for a contraction stay stored") {
  CHECK_PASS(everything, "Y[i,j] = (x[i,k]*w[k])*B[k,j]", "i=301 j=302 k=303",
             "[i,j] sum[k] ([i,k] x[i,k] * w[k])[i,k] * B[k,j]");
  CHECK_PASS(
      everything, "C[i,j] = A[i,k]*B[k,j]; T[i,j] = C[i,j] + x[i]; Y[i,j] = T[i,j]*T[j,i] + exp(T[i,j])",
      "i=301 j=301 k=303",
      "[i,i_2] (([i,j] sum[k] A[i,k] * B[k,j])[i,i_2] + x[i]) * (([i,j] sum[k] A[i,k] * B[k,j])[i_2,i] + x[i_2]) + "
      "exp(([i,j] sum[k] A[i,k] * B[k,j])[i,i_2] + x[i])");
}

TEST_CASE("passes: what has become cheap on the way, and what a pass has made, is inlined at once") {
  CHECK_PASS(everything, "R[] = (sum[i] A[i])*2; T[m,j] = R for m in 0:3, j in 0:3", "i=3 A:i64",
             "[j,j_2] (sum[i] A[i]) * 2");
  CHECK_PASS(everything, "S[i,k] = M[i,k]*b[i]; x = M' \\ b; T[i,j] = x[i] for j in 0:8", "i=8 k=8 M:c128",
             "[i,k] conj(solve(M, [i] conj(c128(b[i])), transposed)[i])");
}

TEST_CASE("passes: what a definition that is inlined late brings is looked at by the passes before") {
  CHECK_PASS(everything, "R[k] = sum[i in 0:1] (1 == k)*a[i] for k in 0:1; y[i] = sum[j,k] b[i]*c[j]*R[k]",
             "i=1 j=1 k=1", "[k] b[k] * (sum[i] c[i]) * (sum[i] (0 <= 1 && 1 < 1)*a[i])");
  CHECK_PASS(everything,
             "T[j,m] = 0 + A[m,j,j] for j in 0:31, m in 0:1; "
             "y[i,j] = sum[k in 0:3] cbrt(1)*(sum[l in 0:0] T[j,pad(1)]) for i in 0:63, j in 0:31",
             "i=1 j=31 k=31",
             "[i,j] ([j] sum[k] cbrt(1) * ((any[l] (0 <= 1 && 1 < 1))*((0 + A[clamp(1),j,j]) * (sum[l] (0 <= 1 && 1 < "
             "1)*1))))[j]");
  CHECK_PASS(everything, "y[j] = sum[l in 0:1, k in 0:1] (l == 0)*(var[m] S[j % 4,m]) for j in 0:7", "m=5 S:sparse",
             "[j] (any[l,l_2] (l == 0))*((var[m] S[j % 4,m]) * (sum[l] 1))");
}

TEST_CASE("passes: the other problems stay what their kernels know") {
  CHECK_UNCHANGED(everything, "p[m] = mean[t in 0:1_000_000] (binomial(55, 0.05)[t,m] == m) for m in 0:8", "");
  CHECK_UNCHANGED(everything, "Y[i,j,r] = A[r,n]*X[i,j,n]", "i=100 j=101 r=102 n=103 A:sparse");
  CHECK_PASS(everything, "x[m,j] = A[m,i,j] \\ b[m,i]", "m=100 i=6 j=6", "solve(A, b)");
}

TEST_CASE("passes: a round that only undoes what it does is not told") {
  const ricci::passes::Settings settings;
  const statements::Sheet sheet("S[i,j] = C[k,i]*C[k,j] + 0.1*(i == j); x[j] = S[i,j] \\ b[i]", "i=60 j=60 k=200");
  REQUIRE(sheet.faults.empty());
  ricci::passes::Work work{sheet.graph, {sheet.last()}, Vec<NodeId>(sheet.graph.size()), {}};
  ricci::passes::optimize(work, settings);
  int contracted = 0;
  for (const ricci::passes::PassReport& report : work.reports)
    contracted += report.name == "extract_contractions" ? report.fired : 0;
  CHECK(contracted == 1);
}
