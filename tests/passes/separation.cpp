// Phases over their own indices, and factors outside of brackets: what is computed over fewer indices, and what is not.
#include "passes/separate_brackets.hpp"
#include "passes/split_exponentials.hpp"
#include "tests/passes/check_pass.hpp"

using ricci::passes::separate_brackets;
using ricci::passes::split_exponentials;

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
