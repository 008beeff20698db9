// Products under brackets on one factor: found where a copy with zeros pays, and what they are by definition, whatever
// is not finite on either side of the bracket.
#include "runtime/kernels/contraction/masked.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <ricci/ricci.hpp>

#include "tests/passes/statements.hpp"
#include "tests/seed.hpp"

namespace {
bool found(std::string_view text, std::string_view sizes) {
  const statements::Sheet sheet(text, sizes);
  INFO(text);
  REQUIRE(sheet.faults.empty());
  return ricci::runtime::contraction::match_masked(sheet.graph, sheet.last()).has_value();
}

std::vector<double> computed(const std::string& program, int level) {
  ricci::options how;
  how.level = level;
  ricci::session session(how);
  session.run(program);
  return session.get("Y").elements<double>();
}
}  // namespace

TEST_CASE("kernels: a product under a bracket on one factor is a contraction of a copy") {
  const char* sizes = "i=50 k=60 j=70 b=3";
  CHECK(found("Y[i,j] = sum[k] (k <= i)*A[i,k]*B[k,j]", sizes));
  CHECK(found("Y[i,j] = sum[k] (i < k+3)*A[i,k]*B[k,j]", sizes));
  CHECK(found("Y[i,j] = sum[k] (k >= j)*A[i,k]*B[k,j]", sizes));
  CHECK(found("Y[i,j] = sum[k] (M[i,k] > 0.5)*A[i,k]*B[k,j]", sizes));
  CHECK(found("Y[b,i,j] = sum[k] (k <= i)*A[b,i,k]*B[b,j,k]", sizes));
  CHECK_FALSE(found("Y[i,j] = sum[k] (i <= j)*A[i,k]*B[k,j]", sizes));                      // on both
  CHECK_FALSE(found("Y[i,j] = sum[k] (i-2 <= k)*(k < i+3)*A[i,k]*B[k,j]", sizes));          // a narrow band
  CHECK_FALSE(found("y[i] = sum[k] (k <= i)*A[i,k]*x[k]", sizes));                          // each element is used once
  CHECK_FALSE(found("Y[i,j] = sum[k] (k <= i)*A[i,k]*B[p[k],j]", "i=50 k=60 j=70 p:i64"));  // it may not be there
  CHECK_FALSE(found("Y[i,j] = sum[k] (normal(0, 1)[i,k] > 0)*A[i,k]*B[k,j]", sizes));
}

TEST_CASE("kernels: what a bracket excludes annihilates, finite or not") {
  const unsigned first = ricci::testing::seed();
  for (unsigned seed = first; seed < first + 40; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](std::initializer_list<const char*> of) {
      return std::string(of.begin()[random() % of.size()]);
    };
    const std::string type = pick({"f64", "f64", "f32", "i64", "c128"});
    const std::string odd_a = pick({"", "*where(i == 3 && k == 9, nan, 1)", "*where(k > i, inf, 1)"});
    const std::string odd_b = pick({"", "", "*where(k == 9, nan, 1)", "/where(k == 40 && j == 2, 0, 1)"});
    const bool whole = type == "i64";
    const std::string program =
        "a[i,k] = floor(9*uniform(0, 1)[i,k]) - 4" + (whole ? "" : odd_a) + "  for i in 0:33, k in 0:41\n" +
        "b[k,j] = (floor(9*uniform(0, 1)[k,j]) - 4)" + (whole ? "" : odd_b) + "  for k in 0:41, j in 0:37\n" +
        "A = " + type + "(a); B = " + type + "(b)\n" + "Z[i,j] = sum[k] " +
        pick({"(k <= i)", "(k > i)", "(a[i,k] > 0)", "(k % 3 == i % 3)", "(a[i,k] == 4)*(i % 2 == 0)"}) +
        "*A[i,k]*B[k,j]\n" + "Y = real(Z)*1.0";
    INFO("seed " << seed << "\n" << program);
    const std::vector<double> expected = computed(program, 0), own = computed(program, 2);
    REQUIRE(own.size() == expected.size());
    for (std::size_t at = 0; at < own.size(); ++at) {
      INFO("element " << at << ": " << expected[at] << " by definition, " << own[at]);
      if (std::isfinite(expected[at]))
        REQUIRE(std::abs(own[at] - expected[at]) <= 1e-12 * (1 + std::abs(expected[at])));
      else
        REQUIRE((std::isnan(own[at]) == std::isnan(expected[at]) && !std::isfinite(own[at])));
    }
  }
}
