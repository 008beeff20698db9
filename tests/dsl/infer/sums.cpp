/// The sum rule as text in, text out: every rule of "Implicit sums" in the language, and every refusal, with the text
/// under its carets. Each row holds in the compiler and at run time.
#include <catch2/catch.hpp>

#include "tests/dsl/infer/written.hpp"

namespace ricci::dsl::tests {
namespace {

constexpr Rewritten sums[] = {
    {"C[i,j] = A[i,k]*B[k,j] + D[i,j]", "C[i,j] = sum[k] A[i,k]*B[k,j] + D[i,j]"},
    {"C[i,j] = D[i,j] + A[i,k]*B[k,j]", "C[i,j] = D[i,j] + sum[k] A[i,k]*B[k,j]"},
    {"C[i,j] = A[i,k]*B[k,j] - D[i,k]*E[k,j]", "C[i,j] = sum[k] A[i,k]*B[k,j] - sum[k] D[i,k]*E[k,j]"},
    {"s = P[i]/(Q[k]*R[k])", "!index | i"},
    {"x[i] = P[i]/(Q[k]*R[k])", "x[i] = P[i]/(sum[k] Q[k]*R[k])"},
    {"K[i,j] = exp(-0.5*(X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]))",
     "K[i,j] = exp(sum[k,l] -0.5*(X[i,k] - Y[j,k])*W[k,l]*(X[i,l] - Y[j,l]))"},
    {"s = A[k,k]", "s = sum[k] A[k,k]"},
    {"s = 2*A[k,k]", "s = 2*sum[k] A[k,k]"},
    {"s = A[k,k,l,l]", "s = sum[k,l] A[k,k,l,l]"},
    {"C[i] = A[i,k]", "!index | k"},
    {"s = x[k]", "!index | k"},
    {"x[k]", "!index | k"},
    {"s = x[k]*y[k]", "s = sum[k] x[k]*y[k]"},
    {"s[] = x[k]*y[k]", "s[] = sum[k] x[k]*y[k]"},
    {"x[k]*y[k]", "sum[k] x[k]*y[k]"},
    {"C[i] = (a[k]*b)*c[i]*d[k]", "C[i] = sum[k] a[k]*b*c[i]*d[k]"},
    {"C[i] = a[k]*(b*(c[i]*d[k]))", "C[i] = sum[k] a[k]*(b*(c[i]*d[k]))"},
    {"C[i] = -a[k]*-b[k,i]", "C[i] = sum[k] -a[k]*-b[k,i]"},
    {"C[i] = a[i,k]/b[k]", "C[i] = sum[k] a[i,k]/b[k]"},
    {"C[i] = a[k]/(b[k]+c[k])/d[i]", "C[i] = sum[k] a[k]/(b[k] + c[k])/d[i]"},
    {"C[i] = (a[i,k]*b[k])^2", "C[i] = (sum[k] a[i,k]*b[k])^2"},
    {"C[i] = a[i,k]^2", "!index | k"},
    {"C[i] = a[i,k]^2*b[k]", "C[i] = sum[k] a[i,k]^2*b[k]"},
    {"C[i] = exp(a[i,k])*b[k]", "C[i] = sum[k] exp(a[i,k])*b[k]"},
    {"C[i] = exp(a[i,k]*b[k])", "C[i] = exp(sum[k] a[i,k]*b[k])"},
    {"C[i] = (a[i,k]*b[k] < 3)", "C[i] = sum[k] a[i,k]*b[k] < 3"},
    {"C[i] = (a[i,k] < b[k])", "!index | a[i,k] | b[k]"},
    {"C[i] = (a[i,k] < b[k])*c[k]", "C[i] = sum[k] (a[i,k] < b[k])*c[k]"},
    {"C[i] = a[i,k]*b[k] % 3", "C[i] = (sum[k] a[i,k]*b[k]) % 3"},
    {"C[i] = (a[i,k]*b[k]) % 3", "C[i] = (sum[k] a[i,k]*b[k]) % 3"},
    {"C[i] = (a[i,k]*b[k]) // 3", "C[i] = (sum[k] a[i,k]*b[k]) // 3"},
    {"C[i] = a[i,k] // b[k]", "!index | a[i,k] | b[k]"},
    {"C[i] = !(a[i,k]*b[k] > 0) && (c[i,l]*d[l] > 0)", "C[i] = !sum[k] a[i,k]*b[k] > 0 && sum[l] c[i,l]*d[l] > 0"},
    {"C[i] = max[j] A[i,j,k]*b[k]", "C[i] = max[j] sum[k] A[i,j,k]*b[k]"},
    {"C[i] = sum[j] A[i,j]*b[j]", "C[i] = sum[j] A[i,j]*b[j]"},
    {"C[i] = max(a[i,k]*b[k], c[i])", "C[i] = max(sum[k] a[i,k]*b[k], c[i])"},
    {"C[i] = max(a[i,k], b[k])", "!index | a[i,k] | b[k]"},
    {"C[i] = where(a[i,k]*b[k] > 0, c[i,l]*d[l], 0)", "C[i] = where(sum[k] a[i,k]*b[k] > 0, sum[l] c[i,l]*d[l], 0)"},
    {"C[i] = (a[i,k]*b[k] + c[i])*d[i]", "C[i] = (sum[k] a[i,k]*b[k] + c[i])*d[i]"},
    {"C[i] = (a[i,k]*b[k] + c[i])*d[k]", "C[i] = sum[k] (a[i,k]*b[k] + c[i])*d[k]"},
    {"C[i] = (a[i,k] + c[k])*d[k]", "C[i] = sum[k] (a[i,k] + c[k])*d[k]"},
    {"C[i] = a[i,k]*b[k] + c[i,k]*d[k]", "C[i] = sum[k] a[i,k]*b[k] + sum[k] c[i,k]*d[k]"},
    {"C[i] = A[p[k],i]*w[k]", "C[i] = sum[k] A[p[k],i]*w[k]"},
    {"C[i] = A[p[k]*q[k],i]", "C[i] = A[sum[k] p[k]*q[k],i]"},
    {"C[i] = A[p[k],k,i]", "C[i] = sum[k] A[p[k],k,i]"},
    {"C[i] = A[p[k],i]", "!index | k"},
    {"C[i] = A[i,2*k]", "C[i] = A[i,2*k]"},
    {"C[i] = A[i,2*k]*b[k]", "C[i] = sum[k] A[i,2*k]*b[k]"},
    {"C[i] = x[i+j]*w[j]", "C[i] = sum[j] x[i+j]*w[j]"},
    {"C[i] = x[(i+j) % n]*w[j]", "C[i] = sum[j] x[(i+j) % n]*w[j]"},
    {"C[i] = x[pad(i-j)]*w[j]", "C[i] = sum[j] x[pad(i-j)]*w[j]"},
    {"s = k*x[k]", "s = sum[k] k*x[k]"},
    {"s = (k == 2)*x[k]", "s = sum[k] (k == 2)*x[k]"},
    {"C[i] = sum[i] x[i]", "!index | i"},
    {"C = sum[k,k] x[k]", "!index | k | k"},
    {"C = sum[k] sum[k] x[k]", "!index | k"},
    {"C = sum[k] x[k] + sum[k] y[k]", "C = sum[k] x[k] + sum[k] y[k]"},
    {"C[i] = normal(a[k]*b[k,i], 1)[i]", "C[i] = normal(sum[k] a[k]*b[k,i], 1)[i]"},
    {"C[i] = normal(0, 1)[i,k]*b[k]", "C[i] = sum[k] normal(0, 1)[i,k]*b[k]"},
    {"C[i] = normal(m[k], 1)[i,k]*b[k]", "C[i] = sum[k] normal(m[k], 1)[i,k]*b[k]"},
    {"C[i] = det(A[i,k])", "!index | A[i,k]"},
    {"s = sum(A[i,k])", "!index | A[i,k]"},
    {"C[i] = sum(A[i,k])", "!index | A[i,k]"},
    {"s = max(x[k]*y[k])", "!index | x[k]*y[k]"},
    {"s = norm(x[k]*y[k])", "!index | x[k]*y[k]"},
    {"C[i] = x[i]/norm(x)", "C[i] = x[i]/norm(x)"},
    {"C[i,j] = A @ B", "C[i,j] = A @ B"},
    {"C = (A[i,k]*x[k]) @ y", "!index | i"},
    {"L = [x[k]*y[k], 2]", "L = [sum[k] x[k]*y[k], 2]"},
    {"C = A[i,j]", "!index | i"},
    {"[i] = A[i,k]", "!index | k"},
    {"[i] = A[i,k]*b[k]", "[i] = sum[k] A[i,k]*b[k]"},
    {"y[i] = A[i,:]", "!index | i"},
    {"C[i] = exp(-0.5*(X[i,k]-Y[k]))*Z[k]", "C[i] = sum[k] exp(-0.5*(X[i,k] - Y[k]))*Z[k]"},
    {"s = a[k]*b[k] + k", "!index | k"},
    {"s = A[k,l]*A[k,l]", "s = sum[k,l] A[k,l]*A[k,l]"},
    {"s = x[k]*y[k]*z[k] - x[l]*y[l]", "s = sum[k] x[k]*y[k]*z[k] - sum[l] x[l]*y[l]"},
    {"C[i] = sum[j] A[i,j,k]*b[k]*c[j]", "C[i] = sum[j] sum[k] A[i,j,k]*b[k]*c[j]"},
    {"C[i] = norm[j] (A[i,j,k]*b[k])", "C[i] = norm[j] sum[k] A[i,j,k]*b[k]"},
    {"K[i,j] = s^2 * exp(-0.5 * (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])) + noise^2*(i == j)",
     "K[i,j] = s^2*exp(sum[k,l] -0.5*(X[i,k] - Y[j,k])*W[k,l]*(X[i,l] - Y[j,l])) + noise^2*(i == j)"},
    {"W[k,l] = v[k]*v[l] + (k == l)*a[k]^2", "W[k,l] = v[k]*v[l] + (k == l)*a[k]^2"},
    {"P[i,j,m,l] = A[i,m,n] * B[(i+j) % d, n, l] for j in 0:k",
     "P[i,j,m,l] = sum[n] A[i,m,n]*B[(i+j) % d,n,l] for j in 0:k"},
    {"Y[i,j,r] = A[r,n] * X[i,j,n]", "Y[i,j,r] = sum[n] A[r,n]*X[i,j,n]"},
    {"C[i,j] = A'[i,k]*B[k,j]", "C[i,j] = sum[k] A'[i,k]*B[k,j]"},
    {"C[i,j] = (A @ B)[i,k]*D[k,j]", "C[i,j] = sum[k] (A @ B)[i,k]*D[k,j]"},
    {"s = f(A)[k]*x[k]", "s = sum[k] f(A)[k]*x[k]"},
    {"C[i] = foo(A[i,k])", "C[i] = foo(A[i,k])"},
    {"C[i] = x[i]*x[A[k,k]]", "C[i] = x[i]*x[sum[k] A[k,k]]"},
    {"C[i] = (a[i,k] + b[i,k])", "!index | k"},
    {"C[i] = -(a[i,k]*b[k])", "C[i] = sum[k] -(a[i,k]*b[k])"},
    {"C[i] = 2^(a[i,k]*b[k])", "C[i] = 2^(sum[k] a[i,k]*b[k])"},
    {"C[i] = a[k]^b[k]", "!index | a[k] | b[k]"},
    {"C[i] = (a[i,k] && b[k])", "!index | a[i,k] | b[k]"},
    {"s = det(A)*x[k]*y[k]", "s = sum[k] det(A)*x[k]*y[k]"},
    {"d[m] = solve(A[m,i,j], b)", "!index | A[m,i,j]"},
};
static_assert(each_holds<sums>());

/// `\`: batches, equations, unknowns, columns; what is summed inside of it, and what is refused.
constexpr Rewritten solves[] = {
    {R"(x[m,j] = A[m,i,j] \ b[m,i])", R"(x[m,j] = A[m,i,j] \ b[m,i])"},
    {R"(X[j,r] = M[i,j] \ B[i,r])", R"(X[j,r] = M[i,j] \ B[i,r])"},
    {R"(x[j] = (A[i,k]*B[k,j]) \ b[i])", R"(x[j] = (sum[k] A[i,k]*B[k,j]) \ b[i])"},
    {R"(X = A[i,j,k,l] \ B[i,j])", "!index | k"},
    {R"(X[k,l] = A[i,j,k,l] \ B[i,j])", R"(X[k,l] = A[i,j,k,l] \ B[i,j])"},
    {R"(x[j] = (X[n,i]*X[n,j]) \ (X[n,i]*y[n]))", R"(!index | (X[n,i]*X[n,j]) \ (X[n,i]*y[n]))"},
    {R"(x[j] = (X[n,i]*X[n,j] + l*(i == j)) \ (X[n,i]*y[n]))",
     R"(!index | (X[n,i]*X[n,j] + l*(i == j)) \ (X[n,i]*y[n]))"},
    {R"(x[j] = (sum[n] X[n,i]*X[n,j]) \ (sum[n] X[n,i]*y[n]))",
     R"(x[j] = (sum[n] X[n,i]*X[n,j]) \ (sum[n] X[n,i]*y[n]))"},
    {R"(x[j] = w[i]*(A[i,j] \ b[i]))", R"(!index | A[i,j] \ b[i] | w[i])"},
    {R"(x[j] = (A[i,j] \ b[i])*w[i])", R"(!index | A[i,j] \ b[i] | w[i])"},
    {R"(x[j] = A[i,j] \ b[i] + C[j,i]*d[i])", R"(x[j] = A[i,j] \ b[i] + sum[i] C[j,i]*d[i])"},
    {R"(x[j] = C[j,i]*d[i] + A[i,j] \ b[i])", R"(x[j] = sum[i] C[j,i]*d[i] + A[i,j] \ b[i])"},
    {R"(x[j] = (A[i,k]*B[k,j]) \ b[i] + E[j,k]*f[k])", R"(x[j] = (sum[k] A[i,k]*B[k,j]) \ b[i] + sum[k] E[j,k]*f[k])"},
    {R"(y[p] = C[p,j]*(A[i,j] \ b[i]))", R"(y[p] = sum[j] C[p,j]*(A[i,j] \ b[i]))"},
    {R"(s = x[j]*(A[i,j] \ b[i]))", R"(s = sum[j] x[j]*(A[i,j] \ b[i]))"},
    {R"(x[j] = A[i,j] \ b[i,r])", "!index | r"},
    {R"(s = sum[m] w[m]*(A[m,i] \ b[m,i]))", R"(s = sum[m] w[m]*(A[m,i] \ b[m,i]))"},
    {R"(y[j] = sum[m] w[m]*(A[m,i,j] \ b[m,i]))", R"(y[j] = sum[m] w[m]*(A[m,i,j] \ b[m,i]))"},
    {R"(x[j] = A[i,j] \ (B[i,r]*c[r]))", R"(x[j] = A[i,j] \ (sum[r] B[i,r]*c[r]))"},
    {R"(x[j] = A \ b)", R"(x[j] = A \ b)"},
    {R"(x[j] = (A \ b)[j])", R"(x[j] = (A \ b)[j])"},
    {R"(x[j] = A[j,j] \ b[j])", R"(x[j] = A[j,j] \ b[j])"},
    {R"(x[j] = 2*A[i,j] \ b[i])", R"(x[j] = 2*A[i,j] \ b[i])"},
    {R"(x[j] = exp(A[i,j] \ b[i]))", R"(x[j] = exp(A[i,j] \ b[i]))"},
};
static_assert(each_holds<solves>());

/// Ends of ranges are values.
constexpr Rewritten ranges[] = {
    {"C[i] = sum[k in 0:p[j]] x[k]*y[i]", "!index | p[j]"},
    {"C[i] = sum[k in 0:i] x[k]*y[i]", "!index | i"},
    {"C[i] = x[i] for i in 0:p[j]", "!index | p[j]"},
    {"C[i,j] = x[i]*y[j] for i in 0:3, j in 0:i", "!index | i"},
    {"C = sum[k in 0:k] x[k]", "!index | k"},
    {"C = sum[k in 0:3, l in 0:k] x[k]*y[l]", "!index | k"},
};
static_assert(each_holds<ranges>());

void check(std::span<const Rewritten> rows) {
  for (const Rewritten& row : rows) {
    INFO(row.text);
    CHECK(std::string(written_out(row.text).view()) == row.written);
  }
}

TEST_CASE("dsl/infer: sums stand at the first product that shares their index") { check(sums); }
TEST_CASE("dsl/infer: a division by a tensor names its batches, equations, unknowns and columns") { check(solves); }
TEST_CASE("dsl/infer: ends of ranges have no open index") { check(ranges); }

}  // namespace
}  // namespace ricci::dsl::tests
