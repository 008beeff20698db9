/// Names are bound to values: rebinding, old values, what is not read.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {R"(w = x
x = y
w)",
     "f64[3] 1.5 -2 3"},
    {R"(w[i] = 2*x[i]
x = y
w)",
     "f64[3] 3 -4 6"},
    {R"(x[i] = x[pad(i-1)] + y[i]
x)",
     "f64[3] 4 6.5 4.5"},
    {R"(x = x + 1
x = x*2
x)",
     "f64[3] 5 -2 8"},
    {"s = s + 1; s = s + 1; s", "f64[] 4"},
    {R"(n = 5
x = zeros(n)
n = 2
size(x))",
     "i64[] 5"},
    {R"(w = x
w = w + w
w = w + w
w)",
     "f64[3] 6 -8 12"},
    {R"(a = 1
b = a
a = 2
b)",
     "i64[] 1"},
    {R"(C[i,j] = A[i,j]
A = B
C)",
     "f64[2,3] 1 2 3 4 5 6"},
    {R"(u = g // [1, 1, 2]
g = x
u)",
     "i64[3] 7 -8 4"},
    {R"(bad = g // [1, 0, 2]
x)",
     "f64[3] 1.5 -2 3"},
    {R"(big = zeros(9000000000, 9000000000)
x)",
     "f64[3] 1.5 -2 3"},
    {R"(Q[i,j,m,l] = A[i,m]*A[j,l]
[i,m] = Q[i,(i+1) % 2,m,0])",
     "f64[2,3] 4 8 12 4 5 6"},
    {"w = x; x = w; x = x; w", "f64[3] 1.5 -2 3"},
    {R"(assume(M, spd)
M @ x)",
     "f64[3] 5.5 -3.75 6.25"},
    {"pi = 3; e = 2; pi + e", "i64[] 5"},
    {R"(true = false
true)",
     "bool[] false"},
    {"nan = 1; nan", "i64[] 1"},
};
constexpr Case rows_1[] = {
    {R"(w = x
v = undefined
w)",
     "!name | undefined"},
    {R"(w = 1 // 0
w)",
     "!value | w = 1 // 0"},
};

TEST_CASE("language: names are bound to values, never to storage") { check(rows_0); }
TEST_CASE("language: a fault leaves what was defined") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
