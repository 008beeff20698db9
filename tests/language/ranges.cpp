/// Ranges of indices: plain, affine, given, empty; what has none, and what leaves its axis.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {"[i] = x[i+j]*[1.0, 10.0][j]", "f64[2] -18.5 28"},
    {"[i] = x[i-j+1]*[1.0, 10.0][j]", "f64[2] 13 -17"},
    {"[i] = x[pad(i-j)]*[1.0, 10.0][j] for i in 0:4", "f64[4] 1.5 13 -17 30"},
    {"[i,j] = x[i+j] for j in 0:2", "f64[2,2] 1.5 -2 -2 3"},
    {"[i,j] = x[i+j] for i in 0:3, j in 0:1", "f64[3,1] 1.5 -2 3"},
    {"sum[k in 1:n] x[k]", "f64[] 1"},
    {"sum[k in 0:n-1] x[k]*x[k+1]", "f64[] -9"},
    {"sum[k] x[k+1]", "f64[] 2.5"},
    {"sum[k] x[k-1]", "f64[] 2.5"},
    {"sum[k in 1:3] x[k-1]*k", "f64[] -2.5"},
    {"sum[k in 5:3] x[k]", "f64[] 0"},
    {"sum[k in 2:2] x[k]", "f64[] 0"},
    {"[i] = x[i] for i in 0:0", "f64[0]"},
    {"[i] = x[i] for i in 0:2", "f64[2] 1.5 -2"},
    {R"(m = size(x)
[i] = x[i] for i in 0:m)",
     "f64[3] 1.5 -2 3"},
    {"[i] = x[i] for i in 0:size(x)-1", "f64[2] 1.5 -2"},
    {"[i] = 1 for i in 0:g[0]", "i64[7] 1 1 1 1 1 1 1"},
    {"[i] = i for i in 0:2^2", "i64[4] 0 1 2 3"},
    {"[i] = i for i in 0:7//2", "i64[3] 0 1 2"},
    {"[i,j] = x[i] for j in 0:2", "f64[3,2] 1.5 1.5 -2 -2 3 3"},
    {"[i,j] = 2*x[j] for i in 0:2", "f64[2,3] 3 -4 6 3 -4 6"},
    {"sum[k in 0:4] 2", "i64[] 8"},
    {"[i] = sum[k in 0:3] (k < i)*x[k] for i in 0:3", "f64[3] 0 1.5 -0.5"},
    {"[i] = E0[i]", "f64[0]"},
    {"sum[k] E0[k]", "f64[] 0"},
    {"[i,j] = E0[i]*x[j]", "f64[0,3]"},
    {"[i] = x[i]*y[valid(i-0)]", "f64[3] 6 -10 19.5"},
    {"argmax[k in 1:3] x[k]", "i64[] 2"},
    {"argmin[k in 0:2] x[k]", "i64[] 1"},
    {"argmax[k in 2:3] x[k]", "i64[] 2"},
};
constexpr Case rows_1[] = {
    {"[i] = A[i,j]*x[i]*y[j]", "!shape | A[i,j] | x[i]"},
    {"K[i,j] = (A[i,k]-B[j,k])*M[k,l]*(A[i,l]-B[j,l])", "!shape | A[i,k] | B[j,k]"},
    {"[i] = x[i] for i in 0:3.0", "!type | 3.0"},
    {R"(k = 3.0
[i] = x[i] for i in 0:k)",
     "!type | k"},
    {"[i] = x[i] for i in 0:x", "!type | x"},
    {"[i] = x[i] for i in 0:z[0]", "!type | z[0]"},
    {"[i] = 1 for i in 0:x[0]", "!type | x[0]"},
    {"[i] = 2", "!range | i"},
    {"[i] = 2 + i", "!range | i"},
    {"sum[k] 3", "!range | k"},
    {"sum[k in 0:5] x[k]", "!range | k"},
    {"max[k in 3:3] x[k]", "!shape | max[k in 3:3] x[k]"},
    {"min[k in 3:1] x[k]", "!shape | min[k in 3:1] x[k]"},
    {"mean[k in 0:0] x[k]", "!shape | mean[k in 0:0] x[k]"},
    {"argmin[k in 0:0] x[k]", "!shape | argmin[k in 0:0] x[k]"},
    {"argmax(E0)", "!shape | argmax(E0)"},
    {"max(E0)", "!shape | max(E0)"},
    {"[i] = sum[k in 0:i] x[k] for i in 0:3", "!index | i"},
    {"sum[k in 0:3, l in 0:k] x[k]", "!index | k"},
    {"sum[k in 0:k] x[k]", "!index | k"},
    {"[i] = x[i]*A[0,i]*B[i,0]*T[i,0,0]", "!shape | x[i] | T[i,0,0]"},
    {"sum[k in 0:p[j]] x[k]", "!index | p[j]"},
    {"sum[k in -9223372036854775807:9223372036854775807] 1", "!range | k in -9223372036854775807:9223372036854775807"},
    {"[i] = x[i+1] for i in 0:3", "!range | i+1"},
    {"[i] = E0[wrap(i)] for i in 0:2", "!range | wrap(i)"},
    {"sum[i] sum[i] x[i]", "!index | i"},
    {"[i] = sum[i] x[i]", "!index | i"},
};

TEST_CASE("language: indices run over their axes, or the largest range that stays inside them") { check(rows_0); }
TEST_CASE("language: ranges that cannot be are refused") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
