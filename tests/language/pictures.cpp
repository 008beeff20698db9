/// plot, heat and hist as statements.
#include "tests/language/programs.hpp"

namespace ricci::tests {
namespace {

constexpr Case rows_0[] = {
    {"plot(x)", "f64[3] 1.5 -2 3"},  // without a file, the value is shown with its picture
    {"plot(x, A')", "f64[3,2] 1 4 2 5 3 6"},
    {"heat(A + 1)", "f64[2,3] 2 3 4 5 6 7"},
    {"heat(S)", "sparse f64[2,3] 7 0 0 8 0 9"},
    {"hist(x, bins=3)", "f64[3] 1.5 -2 3"},
    {"plot(z, title=\"a\", xlabel=\"b\", ylabel=\"c\", log=\"xy\")", "c128[3] 1+2i 3-1i 0.5+0i"},
    {"plot(x, \"TMP/a.svg\")\nx[0]", "f64[] 1.5"},
    {"plot = 3; hist = 4; plot*hist", "i64[] 12"},  // names of functions may be values
};
constexpr Case rows_1[] = {
    {"plot()", "!type | plot()"},
    {"plot(x, x, x)", "!type | plot(x, x, x)"},
    {"heat(A, A)", "!type | heat(A, A)"},
    {"plot(3)", "!shape | 3"},
    {"heat(x)", "!shape | x"},
    {"heat(z)", "!shape | z"},
    {"hist(z)", "!type | z"},
    {"plot(A, x)", "!shape | x"},
    {"plot(x, A)", "!shape | A"},
    {"plot(x, log=\"z\")", "!value | \"z\""},
    {"plot(x, log=3)", "!type | 3"},
    {"plot(x, bins=3)", "!type | bins=3"},
    {"hist(x, bins=0)", "!value | 0"},
    {"hist(x, bins=1.5)", "!type | 1.5"},
    {"hist(x, color=1)", "!type | color=1"},
    {"plot(x, \"a.pdf\")", "!file | plot(x, \"a.pdf\")"},
    {"plot(x, \"/nowhere/a.svg\")", "!file | plot(x, \"/nowhere/a.svg\")"},
    {"plot(undefined, \"a.svg\")", "!name | undefined"},
    {"y = plot(x)", "!type | plot(x)"},
    {"y = 1 + hist(x)", "!type | hist(x)"},
    {"plot(A[i,k])", "!index | A[i,k]"},
    {"polt(x)", "!name | polt(x)"},
};

TEST_CASE("language: pictures of values") { check(rows_0); }
TEST_CASE("language: what cannot be drawn is refused where it stands") { check(rows_1); }

}  // namespace
}  // namespace ricci::tests
