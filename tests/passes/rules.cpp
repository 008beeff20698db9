// The rules of algebra: each fires on what it is written for, in either order where the operation commutes, and leaves
// alone what only looks like it.
#include "passes/fold.hpp"
#include "passes/relax.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using ricci::passes::fold;
using ricci::passes::relax;

constexpr const char* sizes = "i=5";
}  // namespace

TEST_CASE("passes: exact rules fire on their spellings") {
  CHECK_PASS(fold, "y[i] = 1*x[i]", sizes, "x");
  CHECK_PASS(fold, "y[i] = x[i]*(-1)", sizes, "[i] -x[i]");
  CHECK_PASS(fold, "y[i] = -1*x[i]", sizes, "[i] -x[i]");
  CHECK_PASS(fold, "y[i] = x[i]/(-1)", sizes, "[i] -x[i]");
  CHECK_PASS(fold, "y[i] = x[i] - (-z[i])", sizes, "[i] x[i] + z[i]");
  CHECK_PASS(fold, "y[i] = x[i] + (-z[i])", sizes, "[i] x[i] - z[i]");
  CHECK_PASS(fold, "y[i] = -x[i] + z[i]", sizes, "[i] z[i] - x[i]");
  CHECK_PASS(fold, "y[i] = (-x[i])*(-z[i])", sizes, "[i] x[i] * z[i]");
  CHECK_PASS(fold, "y[i] = (-x[i])/(-z[i])", sizes, "[i] x[i] / z[i]");
  CHECK_PASS(fold, "y[i] = x[i]/4", sizes, "[i] x[i] * 0.25");
  CHECK_PASS(fold, "y[i] = x[i]/(-0.5)", sizes, "[i] x[i] * (-2)");
  CHECK_PASS(fold, "y[i] = abs(-x[i])", sizes, "[i] abs(x[i])");
  CHECK_PASS(fold, "y[i] = abs(abs(x[i]))", "i=5 x:c128", "[i] abs(x[i])");
  CHECK_PASS(fold, "y[i] = conj(conj(x[i]))", "i=5 x:c128", "x");
  CHECK_PASS(fold, "y[i] = max(x[i], x[i])", sizes, "x");
  CHECK_PASS(fold, "y[i] = !(x[i] == z[i])", sizes, "[i] x[i] != z[i]");
  CHECK_PASS(fold, "y[i] = !(!x[i])", "i=5 x:bool", "x");
  CHECK_PASS(fold, "y[i] = x[i] && x[i]", "i=5 x:bool", "x");
}

TEST_CASE("passes: exact rules leave alone what only looks like them") {
  CHECK_UNCHANGED(fold, "y[i] = x[i]/3", sizes);                 // 1/3 is rounded
  CHECK_UNCHANGED(fold, "y[i] = x[i]/1e300", sizes);             // subnormal results
  CHECK_UNCHANGED(fold, "y[i] = 4/x[i]", sizes);                 //
  CHECK_UNCHANGED(fold, "y[i] = x[i]//4", "i=5 x:i64");          //
  CHECK_UNCHANGED(fold, "y[i] = x[i]*(-1)", "i=5 x:c128");       //
  CHECK_UNCHANGED(fold, "y[i] = x[i]/4", "i=5 x:c128");          //
  CHECK_UNCHANGED(fold, "y[i] = x[i] - x[i]", sizes);            // NaN of an infinity
  CHECK_UNCHANGED(fold, "y[i] = x[i]/x[i]", sizes);              //
  CHECK_UNCHANGED(fold, "y[i] = max(x[i], z[i])", sizes);        //
  CHECK_UNCHANGED(fold, "y[i] = !(x[i] < z[i])", sizes);         // NaN is neither
  CHECK_UNCHANGED(fold, "y[i] = sqrt(x[i])*sqrt(x[i])", sizes);  // NaN below 0
  CHECK_UNCHANGED(fold, "y[i] = log(exp(x[i]))", sizes);         // overflow
  CHECK_UNCHANGED(fold, "y[i] = exp(x[i])*exp(z[i])", sizes);    // overflow
  CHECK_UNCHANGED(fold, "y[i] = (x[i]*z[i])*x[i]", sizes);       //
}

TEST_CASE("passes: relaxed rules make products of small whole powers of reals") {
  CHECK_PASS(relax, "y[i] = x[i]^3", sizes, "[i] x[i] * x[i] * x[i]");
  CHECK_PASS(relax, "y[i] = (x[i] + 1)^4", sizes, "[i] (x[i] + 1) * (x[i] + 1) * ((x[i] + 1) * (x[i] + 1))");
  CHECK_PASS(relax, "y[i] = x[i]^-1", sizes, "[i] 1 / x[i]");
  CHECK_UNCHANGED(relax, "y[i] = x[i]^0.5", sizes);
  CHECK_UNCHANGED(relax, "y[i] = x[i]^3", "i=5 x:c128");
  CHECK_UNCHANGED(relax, "y[i] = x[i]^3", "i=5 x:i64");
  CHECK_UNCHANGED(relax, "y[i] = x[i]^z[i]", sizes);
  CHECK_UNCHANGED(relax, "y[i] = 3^x[i]", sizes);
  CHECK_UNCHANGED(relax, "y[i] = x[i]^-2", sizes);
  for (const ricci::passes::Pass& pass : ricci::passes::passes())
    if (std::string(pass.name) == "relax") CHECK(!pass.bounded);  // --accuracy strict leaves it out
}
