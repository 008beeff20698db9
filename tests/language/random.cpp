/// Draws are pure functions of seed, name, times defined, ordinal and coordinates.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {R"(a = normal(0, 1, shape=[3])
b = a
all(a == b))",
     "bool[] true"},
    {R"(a[i] = normal(0, 1)[i] for i in 0:3
b = a
a = 0
a[i] = normal(0, 1)[i] for i in 0:3
any(a == b))",
     "bool[] false"},
    {"normal(0, 1) == normal(0, 1)", "bool[] false"},
    {R"(a = normal(0, 1)
b = normal(0, 1)
a == b)",
     "bool[] false"},
    {R"(a = normal(0, 1)
a == a)",
     "bool[] true"},
    {R"(a = uniform(0, 1, shape=[4])
[i] = (0 <= a[i] < 1))",
     "bool[4] true true true true"},
    {R"(seed(1)
a = normal(0, 1)
b = a
seed(1)
a == b)",
     "bool[] true"},
    {R"(a[i] = integers(0, 10)[2*i+1] for i in 0:3
b = a
all(0 <= b && b < 10))",
     "bool[] true"},
    {R"(K[t,m] = binomial(55, 0.05)[t,m] for t in 0:4, m in 0:2
shape(K))",
     "i64[2] 4 2"},
    {"binomial(55, 0.05, shape=[2])*0", "i64[2] 0 0"},
    {"bernoulli(1.0, shape=[2])", "bool[2] true true"},
    {"poisson(0.0)", "i64[] 0"},
    {"integers(3, 4)", "i64[] 3"},
    {"categorical([0.0, 1.0, 0.0])", "i64[] 1"},
    {"[i] = categorical([0.0, 0.0, 1.0])[i] for i in 0:3", "i64[3] 2 2 2"},
    {"exponential(0.0)", "f64[] 0"},
    {"uniform(2, 2, shape=[0])", "f64[0]"},
    {"shape(gamma(2.0, 1.0, shape=[2, 3]))", "i64[2] 2 3"},
    {"beta(1.0, 1.0) < 1", "bool[] true"},
    {R"(gamma = 3
gamma*(gamma(2.0, 1.0) > 0))",
     "i64[] 3"},
    {"mean[t in 0:1000] (binomial(10, 0.5)[t] <= 10)", "f64[] 1"},
    {"[i] = uniform(x[i], x[i])[i]", "f64[3] 1.5 -2 3"},
    {"[i] = poisson(0.0, shape=[3])[i]", "i64[3] 0 0 0"},
    {R"(a = normal(0, 1, shape=[3])
[i] = (a[i] == a[i]))",
     "bool[3] true true true"},
    {"[i] = normal(A[i,k]*x[k], 0)[i]", "f64[2] 6.5 14"},
    {R"(a[i] = normal(0, 1)[i] for i in 0:3
b[i] = a[i]
all(a == b))",
     "bool[] true"},
    {R"(a = normal(0, 1, shape=[2])*0 + normal(0, 1, shape=[2])*0
a)",
     "f64[2] 0 0"},
};
constexpr Case rows_1[] = {
    {"normal(0)", "!type | normal(0)"},
    {"normal()", "!type | normal()"},
    {"[i] = normal(0, 1)*x[i]", "!index | normal(0, 1)"},
    {"[i] = x[i]*normal(0, 1)[i,k]", "!index | k"},
    {"[i] = normal(0, 1)[i]", "!range | i"},
    {"normal(x, 1)", "!index | x"},
    {"normal(1i, 1)", "!type | 1i"},
    {"normal(0, 1)[0.5]", "!type | 0.5"},
    {"normal(0, 1, shape=[-1])", "!shape | normal(0, 1, shape=[-1])"},
    {"normal(0, 1, shape=2.5)", "!type | 2.5"},
    {"normal(0, 1, size=[2])", "!type | size=[2]"},
    {"normal(0, -1)", "!value | normal(0, -1)"},
    {"binomial(10, 2)", "!value | binomial(10, 2)"},
    {"categorical(0.5)", "!shape | 0.5"},
    {"categorical([-1.0])", "!value | categorical([-1.0])"},
    {"integers(3, 3)", "!value | integers(3, 3)"},
    {"poisson(-1)", "!value | poisson(-1)"},
    {"uniform[i]", "!index | i"},
    {"bernoulli(2)", "!value | bernoulli(2)"},
};

TEST_CASE("language: the same draw is drawn through every door") { check(rows_0); }
TEST_CASE("language: draws that are wrong say where") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
