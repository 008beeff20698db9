// Phases over their own indices, and factors outside of brackets: what is computed over fewer indices, and what is not.
#include "passes/scatter_sums.hpp"
#include "passes/separate_brackets.hpp"
#include "passes/solve_brackets.hpp"
#include "passes/split_exponentials.hpp"
#include "passes/visit_partitions.hpp"
#include "tests/passes/check_pass.hpp"

using check_pass::everything;
using ricci::passes::scatter_sums;
using ricci::passes::separate_brackets;
using ricci::passes::solve_brackets;
using ricci::passes::split_exponentials;
using ricci::passes::visit_partitions;

TEST_CASE("passes: an exponential of phases becomes a product over fewer indices") {
  CHECK_PASS(split_exponentials, "E[z,x] = exp(1i*f[z] + 1i*g[x])", "z=20 x=30",
             "[z,x] exp((0 + 1i) * c128(f[z])) * exp((0 + 1i) * c128(g[x]))");
  CHECK_PASS(split_exponentials, "E[z,x] = exp(1i*(f[z] - g[x]))", "z=20 x=30",
             "[z,x] exp((0 + 1i) * c128(f[z])) * exp(-((0 + 1i) * c128(g[x])))");
  CHECK_PASS(split_exponentials, "E[x,z,t] = 3*exp(2i*(f[z] + g[x]) - h[t]*0.5i)", "z=20 x=30 t=40",
             "[x,z,t] (3 + 0i) * (exp((0 + 2i) * c128(f[z])) * exp((0 + 2i) * c128(g[x])) * "
             "exp(-(c128(h[t]) * (0 + 0.5i))))");
  CHECK_PASS(split_exponentials, "E[z,x] = exp(1i*f[z]*g[x] + 1i*h[x])*exp(1i*f[z] + 1i*g[x])", "z=20 x=30",
             "[z,x] exp((0 + 1i) * c128(f[z]) * c128(g[x]) + (0 + 1i) * c128(h[x])) * "
             "(exp((0 + 1i) * c128(f[z])) * exp((0 + 1i) * c128(g[x])))");
  CHECK_PASS(split_exponentials, "E[z,x] = exp(1i*f[z] + 1i*g[x])", "z=20 x=30 f:f32 g:f32",
             "[z,x] exp((0 + 1i) * c64(f[z])) * exp((0 + 1i) * c64(g[x]))");
}

TEST_CASE("passes: an exponential of terms that are not positive becomes a product over fewer indices") {
  CHECK_PASS(split_exponentials, "E[z,x] = exp(-(f[z]^2 + g[x]^2))", "z=20 x=30", "[z,x] exp(-f[z]^2) * exp(-g[x]^2)");
  CHECK_PASS(split_exponentials, "E[x,z] = exp(-0.5*(f[z]^2 + abs(g[x])))", "z=20 x=30",
             "[x,z] exp(-(0.5 * f[z]^2)) * exp(-(0.5 * abs(g[x])))");
  CHECK_PASS(split_exponentials, "E[z,x] = exp(-(f[z]^2 + g[x]^2)/3)", "z=20 x=30 f:f32 g:f32",
             "[z,x] exp(-(f[z]^2 / 3)) * exp(-(g[x]^2 / 3))");
  CHECK_PASS(split_exponentials, "E[m,z,x] = exp(-f[m,z]^2 - 2 - sqrt(g[x]) - h[m]^2)", "m=4 z=20 x=30",
             "[m,z,x] exp(-f[m,z]^2 + -2 + -h[m]^2) * exp(-sqrt(g[x]))");
  CHECK_PASS(check_pass::folded<split_exponentials>, "R[z,x] = (f[z] - 3.5)^2 + g[x]^2; E[z,x] = exp(-2*R[z,x])",
             "z=20 x=30", "[z,x] exp(-(2 * ((f[z] - 3.5) * (f[z] - 3.5)))) * exp(-(2 * (g[x] * g[x])))");
  CHECK_PASS(everything, "y[z] = sum[x] exp(-f[z]^2 - g[x]^2)*w[x]", "z=200 x=300",
             "[z] exp(-(f[z] * f[z])) * ([] sum[x] exp(-(g[x] * g[x])) * w[x])");
}

TEST_CASE("passes: a real exponential stays whole where a part of it could overflow or have no number") {
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(f[z]^2 + g[x]^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(-f[z] - g[x]^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(f[z]^2 - g[x]^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(2 - f[z]^2 - g[x]^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(-(f[z] + g[x])^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(-(f[z]^2 + g[x]^2)/s^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(1i*f[z] - g[x]^2)", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(-n[z]^2 - g[x]^2)", "z=20 x=30 n:i32");  // it may wrap
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(-f[z]^2 - g[x]^2)", "z=20 x=1");
}

TEST_CASE("passes: exponentials that would overflow, lose accuracy or cost as much stay whole") {
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(f[z] + g[x])", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(1i*f[z] + 1i*g[x])", "z=20 x=30 f:c128");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(3i*(f[z] - g[x]))", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(1i*q*(f[z] - g[x]))", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(1i*f[z]*g[x] + 1i*g[x])", "z=20 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = exp(1i*f[z] + 1i*g[x])", "z=1 x=30");
  CHECK_UNCHANGED(split_exponentials, "E[z,x] = sin(f[z] + g[x])", "z=20 x=30");
}

TEST_CASE("passes: factors that neither bracket nor sum range over stand outside") {
  CHECK_PASS(separate_brackets, "E[z,x] = sum[n] (d[n] <= Z[z])*a[n]*b[x]", "z=20 x=30 n=5",
             "[z,x] (any[n] (d[n] <= Z[z]))*(b[x] * (sum[n] (d[n] <= Z[z])*a[n]))");
  CHECK_PASS(separate_brackets, "E[x,z] = sum[n] -b[x]*a[n]/c[x]*(d[n] <= Z[z])*u[z]", "z=20 x=30 n=5",
             "[x,z] (any[n] (d[n] <= Z[z]))*(b[x] / c[x] * (sum[n] (d[n] <= Z[z])*-(a[n] * u[z])))");
}

TEST_CASE("passes: what a bracket ranges over stays under it") {
  CHECK_UNCHANGED(separate_brackets, "E[z,x] = sum[n] (d[n] <= Z[z])*a[n]*b[z]*c[x,n]", "z=20 x=30 n=5");
  CHECK_UNCHANGED(separate_brackets, "E[z,x] = sum[n] (d[n] <= Z[z,x])*a[n]*b[x]", "z=20 x=30 n=5");
  CHECK_UNCHANGED(separate_brackets, "E[z] = sum[n] (d[n] <= Z[z])*a[n]*s", "z=20 n=5");
  CHECK_UNCHANGED(separate_brackets, "E[z,x] = sum[n] a[n,z]*b[x]", "z=20 x=30 n=5");
}

TEST_CASE("passes: a bracket that fixes a summed index takes the sum away") {
  CHECK_PASS(solve_brackets, "y[i] = sum[n] (n == i)*a[n,i]", "n=5 i=5", "[n] a[n,n]");
  CHECK_PASS(solve_brackets, "y[i] = sum[n] (i == n+1)*a[n]*b[i]", "n=5 i=5",
             "[n] (0 <= n-1 && n-1 < 5)*(a[clamp(n-1)] * b[n])");
  CHECK_PASS(solve_brackets, "y[i] = sum[n] (n < 3)*a[n]*(q[i] == n)*b[i]", "n=5 i=7 q:i64",
             "[i] (0 <= q[i] && q[i] < 5 && clamp(q[i]) < 3)*(a[clamp(q[i])] * b[i])");
  CHECK_PASS(solve_brackets, "P[i,s] = sum[j] ((j-i) % 7 == s)*A[i]*B[j] for s in 0:3", "i=6 j=7",
             "[i,s] A[i] * B[(i+s) % 7]");
  CHECK_PASS(solve_brackets, "P[i,s,l] = sum[j,n] (s == (i-j) % 7)*A[i,n]*B[j,n,l] for s in 0:8", "i=6 j=7 n=3 l=4",
             "[i,s,l] sum[n] (0 <= s && s < 7)*(A[i,n] * B[(i-s) % 7,n,l])");
  CHECK_PASS(solve_brackets, "P[i,s,l] = sum[j] ((j-i) % 7 == s)*A[i,n]*B[j,n,l] for s in 0:3", "i=6 j=7 n=3 l=4",
             "[i,s,l] sum[n] A[i,n] * B[(i+s) % 7,n,l]");
}

TEST_CASE("passes: brackets that fix nothing, or not for certain, are left") {
  CHECK_PASS(solve_brackets, "P[i,s,l] = sum[j,n] (j == (i+s) % 7)*A[i,n]*B[j,n,l] for s in 0:8", "i=6 j=7 n=3 l=4",
             "[i,s,l] sum[n] A[i,n] * B[(i+s) % 7,n,l]");
  CHECK_UNCHANGED(solve_brackets, "y[i] = sum[n] (n <= i)*a[n]", "n=5 i=5");
  CHECK_UNCHANGED(solve_brackets, "y[i] = sum[n] (2*n == i)*a[n]", "n=5 i=5");
  CHECK_UNCHANGED(solve_brackets, "y[i] = sum[n] (q[n] == i)*a[n] for i in 0:5", "n=5 q:i64");
  CHECK_UNCHANGED(solve_brackets, "y[i] = sum[n] (q[i] == n)*a[n]", "n=5 i=7 q:f64");
  CHECK_UNCHANGED(solve_brackets, "y[i] = prod[n] (i == n)*a[n]", "n=5 i=5");
  CHECK_UNCHANGED(solve_brackets, "P[i,s] = sum[j] ((j-i) % 6 == s)*A[i]*B[j] for s in 0:3", "i=6 j=7");
  CHECK_UNCHANGED(solve_brackets, "P[i,s] = sum[j] ((2*j-i) % 7 == s)*A[i]*B[j] for s in 0:3", "i=6 j=7");
}

TEST_CASE("passes: of a partition one term is visited, where its edges ascend") {
  CHECK_PASS(visit_partitions, "E[z] = sum[n in 1:9] (d[n-1] <= Z[z] < d[n])*e[n]", "n=9 z=300",
             "[z] where(all[n] (d[n] <= d[n+1]), (d[0] <= Z[z] && count[n] (d[n+1] <= Z[z]) < 8)*e[1 + clamp(count[n] "
             "(d[n+1] <= Z[z]))], sum[n] (d[n] <= Z[z] && Z[z] < d[n+1])*e[n+1])");
  CHECK_UNCHANGED(visit_partitions, "E[z] = sum[n in 1:9] (d[n-1] <= Z[z] <= d[n])*e[n]", "n=9 z=300");
  CHECK_UNCHANGED(visit_partitions, "E[z] = sum[n in 2:9] (d[n-2] <= Z[z] < d[n])*e[n]", "n=11 z=300");
  CHECK_UNCHANGED(visit_partitions, "E[z] = sum[n in 1:9] (d[n-1] <= Z[z] < c[n])*e[n]", "n=9 z=300");
  CHECK_UNCHANGED(visit_partitions, "E[z] = sum[n in 1:4] (d[n-1] <= Z[z] < d[n])*e[n]", "n=9 z=300");
  CHECK_UNCHANGED(visit_partitions, "E[z,x] = sum[n in 1:9] (d[n-1] <= Z[z] < d[n])*e[n,x]", "n=9 z=300 x=100");
  CHECK_UNCHANGED(visit_partitions, "E[z,x] = sum[n in 1:0] (d[n-1] <= z < d[n])*e[z,x]", "n=0 z=1 x=0");
}

TEST_CASE("passes: a sum whose brackets send each summand to one element is set apart") {
  CHECK_PASS(scatter_sums, "m[k] = (sum[i] (q[i] == k)*w[i])/c[k]", "i=300 k=50 q:i64",
             "[k] ([k] sum[i] (q[i] == k)*w[i])[k] / c[k]");
  CHECK_PASS(scatter_sums, "m[k] = mean[i] (q[i] == k)*w[i] for k in 0:50", "i=300 q:i64",
             "[k] ([k] sum[i] (q[i] == k)*w[i])[k] / 300");
  CHECK_PASS(scatter_sums, "m[k] = mean[i] (q[i] == k) for k in 0:50", "i=300 q:i64",
             "[k] ([k] sum[i] f64(q[i] == k))[k] / 300");
  CHECK_UNCHANGED(scatter_sums, "m[k] = mean[i] (q[i] == k) for k in 0:4", "i=300 q:i64");
  CHECK_UNCHANGED(scatter_sums, "p[k] = mean[i in 0:300] (binomial(55, 0.05)[i,k] == k) for k in 0:50", "");
  CHECK_UNCHANGED(scatter_sums, "m[k] = sum[i] (q[i] == k)*w[i]  for k in 0:50", "i=300 q:i64");
  CHECK_UNCHANGED(scatter_sums, "m[k] = (sum[i] (q[i] <= k)*w[i])/c[k]", "i=300 k=50 q:i64");
}
