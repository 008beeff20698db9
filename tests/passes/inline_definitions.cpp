// Which definitions are inlined, what stays stored, and that odd entries keep their meaning.
#include "passes/inline_definitions.hpp"

#include "tests/passes/check_pass.hpp"

namespace {
using ricci::passes::inline_definitions;

constexpr bool inlines_in_the_compiler() {
  const statements::Sheet sheet("T[i] = 2*x[i]; y[i] = T[i] + 1", "i=5");
  const ricci::dsl::Vec<ricci::dsl::NodeId> roots{sheet.last()};
  ricci::passes::Notes notes;
  const ricci::dsl::Rebuilt out = inline_definitions(sheet.graph, roots, notes);
  return notes.fired == 1 && ricci::dsl::print_expression(out.graph, out.roots[0]) == "[i] 2 * x[i] + 1";
}
static_assert(inlines_in_the_compiler());
}  // namespace

TEST_CASE("passes: views are inlined") {
  CHECK_PASS(inline_definitions, "T[i,j] = A[j,i]; y[i,j] = T[j,i]*T[i,j]", "i=5 j=5", "[i,j] A[i,j] * A[j,i]");
  CHECK_PASS(inline_definitions, "T[i] = x[2*i+1]; y[j] = T[j+1]", "i=9", "[j] x[2*j+3]");
}

TEST_CASE("passes: definitions are inlined at entries that wrap, clamp and pad") {
  CHECK_PASS(inline_definitions, "T[i] = 2*x[i]; y[i] = T[(i+1) % 8] for i in 0:8", "i=8", "[i] 2 * x[(i+1) % 8]");
  CHECK_PASS(inline_definitions, "T[i] = x[i] + i; y[i] = T[clamp(i-1)] for i in 0:8", "i=8",
             "[i] x[clamp(i-1)] + f64(clamp(i-1))");
  CHECK_PASS(inline_definitions, "T[i] = x[i] + 1; y[i] = T[pad(i-1)] for i in 0:8", "i=8",
             "[i] (0 <= i-1 && i-1 < 8)*(x[clamp(i-1)] + 1)");
}

TEST_CASE("passes: a gathered entry keeps its range check") {
  // Where the body reads nothing at the index, the access is what checks it.
  CHECK_UNCHANGED(inline_definitions, "T[i] = 2*i for i in 0:8; y[k] = T[p[k]]", "k=3 p:i64");
  CHECK_UNCHANGED(inline_definitions, "T[i] = x[(i+1) % 8] for i in 0:8; y[k] = T[p[k]]", "k=3 p:i64");
  CHECK_PASS(inline_definitions, "T[i] = 2*x[i]; y[k] = T[p[k]]", "i=8 k=3 p:i64", "[k] 2 * x[p[k]]");
}

TEST_CASE("passes: only what is read is computed") {
  CHECK_PASS(inline_definitions, "Q[i,j,m,l] = A[i,m,n]*B[j,n,l]; P[i,j,m,l] = Q[i,(i+j) % 9,m,l] for j in 0:4",
             "i=9 j=9 m=5 n=6 l=7", "[i,j,m,l] sum[n] A[i,m,n] * B[(i+j) % 9,n,l]");
  CHECK_PASS(inline_definitions, "T[i] = exp(x[i]); y[i] = T[i] + 1", "i=9", "[i] exp(x[i]) + 1");
}

TEST_CASE("passes: what is expensive and read often stays stored") {
  CHECK_UNCHANGED(inline_definitions, "U[i,k] = exp(X[i,k]); K[i,j] = sum[k] U[i,k]*U[j,k]", "i=5 k=6");
  CHECK_UNCHANGED(inline_definitions, "s[] = sum[k] x[k]; y[i] = s*z[i]", "i=5 k=6");
  CHECK_UNCHANGED(inline_definitions, "U[i] = normal(0, 1)[i]; K[i,j] = U[i]*U[j]", "i=5 j=5");
}

TEST_CASE("passes: what is cheap is computed again, unless it is small and read often") {
  CHECK_PASS(inline_definitions, "D[i,j,k] = X[i,k]-Y[j,k]; K[i,j] = sum[k] D[i,j,k]*D[i,j,k]", "i=300 j=400 k=6",
             "[i,j] sum[k] (X[i,k] - Y[j,k]) * (X[i,k] - Y[j,k])");
  CHECK_UNCHANGED(inline_definitions, "W[k,l] = v[k]*v[l] + (k == l)*a[k]; y[i] = exp(x[i,k]*W[k,l]*z[i,l])",
                  "i=400 k=6 l=6");
}

TEST_CASE("passes: what is needed whole stays stored") {
  CHECK_UNCHANGED(inline_definitions, "T[i,j] = 2*A[i,j]; y = det(T)", "i=5 j=5");
}

TEST_CASE("passes: a sparse matrix under another name is the matrix") {
  CHECK_PASS(inline_definitions, "T[i,j] = S[j,i]; y[i] = T[i,j]*x[j]", "i=5 j=5 S:sparse",
             "[j] sum[i] (stored(S[i,j]))*((stored(S[i,j]))*S[i,j] * x[i])");
  CHECK_UNCHANGED(inline_definitions, "T[i,j] = 2*S[i,j]; y[i] = T[i,j]*x[j]", "i=5 j=5 S:sparse");
}
