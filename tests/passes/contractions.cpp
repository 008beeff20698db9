// Products under sums: what becomes a contraction of its own, in which order, and what is better left fused.
#include "passes/extract_contractions.hpp"
#include "passes/separate_sums.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using ricci::dsl::Vec;
using ricci::passes::contraction_order;
using ricci::passes::extract_contractions;
using ricci::passes::OrderProblem;
using ricci::passes::Pair;
using ricci::passes::separate_sums;

double points_of(const Vec<Pair>& pairs) {
  double out = 0;
  for (const Pair& pair : pairs) out += pair.points;
  return out;
}
/// A chain of matrices with these extents.
OrderProblem chain(const std::vector<double>& extents) {
  OrderProblem out;
  for (std::size_t at = 0; at < extents.size(); ++at) {
    out.extents.push_back(extents[at]);
    if (at > 0) out.factors.push_back((1ULL << at) | (1ULL << (at - 1)));
  }
  out.result = 1ULL | (1ULL << (extents.size() - 1));
  return out;
}
}  // namespace

TEST_CASE("passes: chains of matrices are multiplied in the cheapest order") {
  // Cormen, Leiserson, Rivest, Stein: Introduction to Algorithms, section 15.2.
  CHECK(points_of(contraction_order(chain({30, 35, 15, 5, 10, 20, 25}))) == 15125);
  CHECK(points_of(contraction_order(chain({1000, 20, 1000, 20, 1000}))) == 400000 + 400000 + 20000000);
  CHECK(contraction_order(chain(std::vector<double>(20, 10.0))).size() == 18);  // greedy
}

TEST_CASE("passes: an index of three factors stays until the last of them") {
  OrderProblem problem;  // sum[k] a[k]*b[k]*c[k,i]
  problem.factors = {1, 1, 3};
  problem.result = 2;
  problem.extents = {50, 7};
  const Vec<Pair> pairs = contraction_order(problem);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].kept == 1);
  CHECK(pairs[1].kept == 2);
}

TEST_CASE("passes: three factors become two contractions, the last in place") {
  CHECK_PASS(extract_contractions, "Y[i,l] = A[i,j]*B[j,k]*C[k,l]", "i=1000 j=20 k=1001 l=21",
             "[i,l] sum[j] A[i,j] * ([l,j] sum[k] B[j,k] * C[k,l])[l,j]");
  CHECK_PASS(extract_contractions, "y[i] = (A[i,k]*B[k,j])*c[j]", "i=301 j=302 k=303",
             "[i] sum[k] A[i,k] * ([k] sum[j] B[k,j] * c[j])[k]");
  CHECK_PASS(extract_contractions, "Q[i,j] = A[i,k]*B[k,j]*x[k]", "i=301 j=302 k=303",
             "[i,j] sum[k] ([i,k] A[i,k] * x[k])[i,k] * B[k,j]");
}

TEST_CASE("passes: a contraction inside a body is stored") {
  CHECK_PASS(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=301 j=302 k=64",
             "[i,j] exp(-(0.5 * ([i,j] sum[k] U[i,k] * V[j,k])[i,j]))");
  CHECK_PASS(extract_contractions, "Y[i,j] = D[i,j] + A[i,k]*B[k,j]", "i=301 j=302 k=303",
             "[i,j] D[i,j] + ([i,j] sum[k] A[i,k] * B[k,j])[i,j]");
}

TEST_CASE("passes: a factor that is used many times over is stored") {
  CHECK_PASS(extract_contractions, "Y[i,j] = exp(x[i,k])*B[k,j]", "i=301 j=302 k=303",
             "[i,j] sum[k] ([i,k] exp(x[i,k]))[i,k] * B[k,j]");
}

TEST_CASE("passes: sums that the fused kernel computes better are left") {
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=3000 j=3001 k=6");
  CHECK_UNCHANGED(extract_contractions, "D[i,j] = sum[k] (X[i,k]-Y[j,k])^2", "i=301 j=302 k=303");
  CHECK_UNCHANGED(extract_contractions, "y[i] = sum[k] A[i,k]*(k < i)*B[i,k]", "i=301 k=303");
  CHECK_UNCHANGED(extract_contractions, "y[i] = A[i,k]*normal(0, 1)[k,i]", "i=301 k=303");
  CHECK_UNCHANGED(extract_contractions, "C[i,j] = A[i,k]*B[k,j]", "i=301 j=302 k=303");
  CHECK_UNCHANGED(extract_contractions, "Y[i,j,r] = A[r,n]*X[i,j,n]", "i=100 j=101 r=102 n=103 A:sparse");
}

TEST_CASE("passes: what would take the peak far above inputs and results is left") {
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*(X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]))",
                  "i=3000 j=3001 k=64 l=65");
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=10000 j=10001 k=32");
}

TEST_CASE("passes: factors stand outside the sums that do not need them") {
  CHECK_PASS(separate_sums, "y[i] = sum[j] a[i]*exp(b[i,j])", "i=5 j=6", "[i] a[i] * (sum[j] exp(b[i,j]))");
  CHECK_PASS(separate_sums, "y[i] = sum[j] 2*exp(b[i,j])", "i=5 j=6", "[i] 2 * (sum[j] exp(b[i,j]))");
  CHECK_PASS(separate_sums, "K[i,j] = exp(sum[k,l] (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]))", "i=5 j=6 k=7 l=7",
             "[i,j] exp(sum[l] (sum[k] (X[i,k] - Y[j,k]) * W[k,l]) * (X[i,l] - Y[j,l]))");
  CHECK_PASS(separate_sums, "s[] = sum[k,l] exp(a[k])*exp(b[l])", "k=7 l=8",
             "[] (sum[k] exp(a[k])) * (sum[l] exp(b[l]))");
  CHECK_UNCHANGED(separate_sums, "y[i] = sum[k,l] exp(a[k,i])", "i=5 k=7 l=8");
  CHECK_UNCHANGED(separate_sums, "y[i] = sum[j] (j < i)*a[i]*b[i,j]", "i=5 j=6");
  CHECK_UNCHANGED(separate_sums, "C[i,j] = A[i,k]*B[k,j]", "i=5 j=6 k=7");
}
