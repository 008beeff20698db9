/// Index notation: entries of an access, and which names are indices.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {"[i,j] = A[j,i] for i in 0:3", "f64[3,2] 1 4 2 5 3 6"},
    {"[i] = A[i,0]", "f64[2] 1 4"},
    {"[i] = A[i,-1]", "f64[2] 3 6"},
    {"[j] = A[-2,j]", "f64[3] 1 2 3"},
    {"[i] = A[i,(n-1)]", "f64[2] 3 6"},
    {"[i] = A[i,n-2]", "f64[2] 2 5"},
    {"[i] = x[2*i]", "f64[2] 1.5 3"},
    {"[i] = x[2*i+1]", "f64[1] -2"},
    {"[i] = x[2-i]", "f64[3] 3 -2 1.5"},
    {"[i] = x[-i+2]", "f64[3] 3 -2 1.5"},
    {"[i] = x[i+n-2]", "f64[2] -2 3"},
    {"[i] = x[(i+1)*2-2]", "f64[2] 1.5 3"},
    {"[i] = x[(i+1) % n] for i in 0:3", "f64[3] -2 3 1.5"},
    {"[i] = x[(i-1) % n] for i in 0:3", "f64[3] 3 1.5 -2"},
    {"[i] = x[(i+5) % 2] for i in 0:3", "f64[3] -2 1.5 -2"},
    {"[i] = x[wrap(i-1)] for i in 0:5", "f64[5] 3 1.5 -2 3 1.5"},
    {"[i] = x[clamp(i-1)] for i in 0:5", "f64[5] 1.5 1.5 -2 3 3"},
    {"[i] = x[pad(i-1)] for i in 0:5", "f64[5] 0 1.5 -2 3 0"},
    {"[i] = x[valid(i+1)]", "f64[2] -2 3"},
    {"[i] = y[i]*x[valid(i+1)]", "f64[2] -8 15"},
    {"[i] = x[p[i]]", "f64[3] 3 1.5 -2"},
    {"[i] = x[(p[i]+1) % n]", "f64[3] 1.5 -2 3"},
    {"[i] = x[pad(p[i]+1)]", "f64[3] 0 -2 3"},
    {"[i] = x[clamp(p[i]+1)]", "f64[3] 3 -2 3"},
    {"[i,j] = A[p[i] % 2,j] for i in 0:3", "f64[3,3] 1 2 3 1 2 3 4 5 6"},
    {"[i] = x[p[p[i]]]", "f64[3] -2 3 1.5"},
    {"[i] = x[p[i]*1]", "f64[3] 3 1.5 -2"},
    {"[i] = x[q[i]-1]", "f64[3] 1.5 -2 3"},
    {"[i] = M[i,i]", "f64[3] 4 3 2"},
    {"M[i,i]", "f64[] 9"},
    {"[m] = T[m,i,i]", "f64[2] 16 6"},
    {"[i] = T[0,i,i]", "f64[3] 1 5 10"},
    {"[i,j] = T[1,j,i]", "f64[3,3] 2 1 0 0 3 1 1 0 1"},
    {"[i,j] = (i == j) for i in 0:2, j in 0:3", "bool[2,3] true false false false true false"},
    {"[i] = x[i]*i", "f64[3] 0 -2 6"},
    {"[i,j] = i + 10*j for i in 0:2, j in 0:2", "i64[2,2] 0 10 1 11"},
    {"[i] = f[i]*i", "f32[3] 0 1.5 5"},
    {"[i] = q[i] + i", "i32[3] 1 3 5"},
    {"[i,j] = A'[i,j]", "f64[3,2] 1 4 2 5 3 6"},
    {"[i,j] = (A @ B)[i,j]", "f64[2,2] 22 31 49 70"},
    {"[i] = exp(x)[i]", "f64[3] 4.481689070338065 0.13533528323661267 20.085536923187668"},
    {"[i] = (x + y)[i]", "f64[3] 5.5 3 9.5"},
    {"[i] = inv(M)[i,0]", "f64[3] 0.2794117647058823 -0.08823529411764706 -0.0588235294117647"},
    {"[i] = [10, 20, 30][i]", "i64[3] 10 20 30"},
    {"[i] = (A)[0][i]", "f64[3] 1 2 3"},
    {R"(e = 3
[i] = x[i]*e)",
     "f64[3] 4.5 -6 9"},
    {"x[e]*y[e]", "f64[] 15.5"},
    {"[i] = x[i]*e", "f64[3] 4.077422742688568 -5.43656365691809 8.154845485377136"},
    {R"(k = 2
[k] = x[k])",
     "f64[3] 1.5 -2 3"},
    {R"(k = 2
sum[k] x[k])",
     "f64[] 2.5"},
    {R"(i = 7
[i] = x[i])",
     "f64[3] 1.5 -2 3"},
    {R"(k = 1
[i] = A[i,(k)])",
     "f64[2] 2 5"},
};
constexpr Case rows_1[] = {
    {R"(k = 1
[i] = A[i,k])",
     "!index | k"},
    {R"(k = 1
[i] = A[i,k]*x[k])",
     "!index | k"},
    {"A[n]", "!index | n"},
    {"[i] = A[i,n]", "!index | n"},
    {"[i] = A[i]", "!shape | A[i]"},
    {"[i,j] = x[i,j]", "!shape | x[i,j]"},
    {"[i] = x[i+1]*y[i]", "!range | i+1"},
    {"[i] = x[i-1]", "!range | i"},
    {"[i] = x[i] for i in 1:3", "!range | i"},
    {"[i] = x[i] for i in 0:4", "!range | i"},
    {"[i] = (i > 0)*x[i-1] for i in 0:3", "!range | i-1"},
    {"[i] = x[p[i]+1]", "!index | [i] = x[p[i]+1]"},
    {"[i] = x[-p[i]]", "!index | [i] = x[-p[i]]"},
    {"[i] = x[(i+1) % 4] for i in 0:3", "!range | (i+1) % 4"},
    {"[i] = x[(i+1) % 0] for i in 0:3", "!range | (i+1) % 0"},
    {"[i] = x[i*0.5] for i in 0:3", "!type | 0.5"},
    {"[i] = x[y[i]]", "!type | y[i]"},
    {"[i,j] = x[i+j]", "!range | i"},
    {"[i] = x[(i+1) % n]", "!range | i"},
    {"[i] = x[pad(i)]", "!range | i"},
    {"[i,j] = x[i]", "!range | j"},
    {"[i] = A[i,:]", "!index | i"},
    {"[i] = A[i,...]", "!index | i"},
    {"A[2i]", "!syntax | 2i"},
    {"x[5]", "!range | 5"},
    {"x[-4]", "!range | -4"},
    {R"(m = -1
x[(m)])",
     "!range | m"},
    {"[i] = A[i,(m)]", "!name | m"},
    {"x[1.5]", "!type | 1.5"},
    {"x[true]", "!index | true"},
    {"x[i*9223372036854775807 + i*9223372036854775807]", "!name | i"},
    {"[i] = x[pad(i*9223372036854775807)] for i in 0:3", "!range | pad(i*9223372036854775807)"},
    {"x[]", "f64[3] 1.5 -2 3"},
    {"pad(x)", "!type | pad(x)"},
    {"x[pad(5)]", "f64[] 0"},
    {"x[1](2)", "!syntax | ("},
    {"[i,j] = x[valid(i+j)]*y[i]*y[j]", "!range | valid(i+j)"},
};

TEST_CASE("language: entries are indices, affine and wrapped forms, constants, values and gathers") { check(rows_0); }
TEST_CASE("language: entries that are refused say where") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
