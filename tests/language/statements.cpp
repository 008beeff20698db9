/// The forms of a statement: what defines, what shows, what is refused.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {R"(C[i,j] = A[i,k]*B[k,j]
C)",
     "f64[2,2] 22 31 49 70"},
    {"[i,j] = A[i,k]*B[k,j]", "f64[2,2] 22 31 49 70"},
    {"C[i,j] = A[i,k]*B[k,j]; C", "f64[2,2] 22 31 49 70"},
    {R"(d = x[k]*y[k]
d)",
     "f64[] 15.5"},
    {R"(d[] = x[k]*y[k]
d)",
     "f64[] 15.5"},
    {R"(d = x[k]*y[k] # a comment
# another
d)",
     "f64[] 15.5"},
    {"x[k]*y[k]", "f64[] 15.5"},
    {R"(C = A + 1
C)",
     "f64[2,3] 2 3 4 5 6 7"},
    {"A", "f64[2,3] 1 2 3 4 5 6"},
    {"A;", "f64[2,3] 1 2 3 4 5 6"},
    {"2 + 3", "i64[] 5"},
    {"[i] = 2 for i in 0:3", "i64[3] 2 2 2"},
    {R"(Q, R = qr(A)
[i,j] = Q[i,k]*R[k,j])",
     "f64[2,3] 1 2 3 4 5 6"},
    {R"(U, d, Vh = svd(A)
U @ diag(d) @ Vh)",
     "f64[2,3] 1 2 3 4 5 6"},
    {R"(P, L, U = lu(M)
P @ L @ U)",
     "f64[3,3] 4 1 0.5 1 3 0.25 0.5 0.25 2"},
    {R"(w, V = eigh(M)
V @ diag(w) @ V')",
     "f64[3,3] 4 1 0.5 1 3 0.25 0.5 0.25 2"},
    {R"(C[i,j] = A[i,j] + i for j in 0:2, i in 0:2
C)",
     "f64[2,2] 1 2 5 6"},
    {R"(C[i,j] =
  A[i,k]*
  B[k,j]
C)",
     "f64[2,2] 22 31 49 70"},
    {R"(C[i,j] = A[i,j]
  for j in 0:2
C)",
     "f64[2,2] 1 2 4 5"},
    {R"([i] = x[i]
  * y[i])",
     "f64[3] 6 -10 19.5"},
    {R"(λ = 3.0
λ*x)",
     "f64[3] 4.5 -6 9"},
    {R"(Σx = sum(x)
Σx)",
     "f64[] 2.5"},
    {R"(größe = size(A)
größe)",
     "i64[] 6"},
    {R"(gamma = 3
beta = 2
size = 4
gamma*beta + size)",
     "i64[] 10"},
    {R"(size = 4
size(x) + size)",
     "i64[] 7"},
    {R"(pi = 3
pi)",
     "i64[] 3"},
    {R"(a, b = qr(A)
b)",
     "f64[2,3] -4.123105625617661 -5.335783750799326 -6.5484618759809905 0 -0.7276068751089992 -1.4552137502179985"},
};
constexpr Case rows_1[] = {
    {"C = A[i,j]", "!index | i"},
    {"s = x[k]", "!index | k"},
    {"x[k]", "!index | k"},
    {"C[i,i] = A[i,j]", "!target | i | i"},
    {"C[0] = 1", "!target | 0"},
    {"C[i] += x[i]", "!target | +="},
    {"sum = 3", "!name | sum"},
    {"for = 3", "!name | for"},
    {"in = 2", "!name | in"},
    {"Q, Q = qr(A)", "!target | Q | Q"},
    {"Q, R = svd(A)", "!type | svd(A)"},
    {"Q, R = A", "!type | A"},
    {"qr(A)", "!type | qr(A)"},
    {"C[i+1] = x[i]", "!target | i+1"},
    {"C[:] = x", "!target | :"},
    {"d[] = A", "!index | A"},
    {"C[i] = A", "!index | A"},
    {"C[i,j] = A @ B", "!index | A @ B"},
    {"C[i,j] = A[i,j] + M", "!index | M"},
    {"C[i] = x[i] for k in 0:3", "!index | k"},
    {"C[i] = x[i] for i in 0:3, i in 0:2", "!index | i | i"},
    {R"(x = a
- b)",
     "!name | a"},
    {"2x", "!syntax | 2x"},
    {"undefined", "!name | undefined"},
    {"xs", "!name | xs"},
    {"f(x)", "!name | f(x)"},
};

TEST_CASE("language: statements define by elements, as whole values, and show") { check(rows_0); }
TEST_CASE("language: statements that are refused say where") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
