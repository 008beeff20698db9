/// Files, by names in quotes.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {R"(save(A, "TMP/a.npy")
load("TMP/a.npy"))",
     "f64[2,3] 1 2 3 4 5 6"},
    {R"(save(A, "TMP/b.npy")
[i] = load("TMP/b.npy")[i,k]*x[k])",
     "f64[2] 6.5 14"},
    {R"(save(z, "TMP/z.npy")
z = 0
load("TMP/z.npy"))",
     "c128[3] 1+2i 3-1i 0.5+0i"},
    {R"(save(A + 1, "TMP/c.csv")
load("TMP/c.csv"))",
     "f64[2,3] 2 3 4 5 6 7"},
    {R"(save(S, "TMP/s.mtx")
load("TMP/s.mtx"))",
     "sparse f64[2,3] 7 0 0 8 0 9"},
    {R"(shape(load("tests/runtime/io/data/two.npz")["a"]))", "i64[2] 2 3"},
    {R"(save(3, "TMP/n.npy")
x*load("TMP/n.npy"))",
     "f64[3] 4.5 -6 9"},
};
constexpr Case rows_1[] = {
    {R"(load("/nowhere/a.npy"))", R"(!file | load("/nowhere/a.npy"))"},
    {"load(x)", "!type | load(x)"},
    {"load()", "!type | load()"},
    {"save(x)", "!type | save(x)"},
    {"save(x, y)", "!type | save(x, y)"},
    {R"(save(A[i,k], "a.npy"))", "!index | A[i,k]"},
    {R"(save(x, "/nowhere/a.npy"))", R"(!file | save(x, "/nowhere/a.npy"))"},
    {R"(load("a.xyz"))", R"(!file | load("a.xyz"))"},
    {R"(save(undefined, "a.npy"))", "!name | undefined"},
    {R"(load("tests/runtime/io/data/two.npz")["c"])", R"(!file | load("tests/runtime/io/data/two.npz")["c"])"},
};

TEST_CASE("language: files are read and written") { check(rows_0); }
TEST_CASE("language: files that are not there are refused") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
