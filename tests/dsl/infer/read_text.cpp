// A text that was read, kept as a constant and made a program again is the program that was read.
#include "dsl/infer/read_text.hpp"

#include <catch2/catch.hpp>

#include "dsl/text/unparse.hpp"

namespace {

using namespace ricci::dsl;

constexpr std::string_view texts[] = {
    "K[i,j] = exp(-0.5 * sum[k] (X[i,k]-Y[j,k])^2)",
    "x[j] = A[i,j] \\ b[i]",
    "Q, R = qr(A); Q @ R",
    "y[m] = mean[t in 0:100] x[t,m] for m in 2:8",
    "a = 2;\nb = X[:, 1:3];\n[i] = a*b[i,0] + b[i,k]*b[i,k]",
    "s[] = A[i,j]*B[j,i]",
};

template <std::size_t Size>
bool survives(std::string_view text, bool fits) {
  const auto read = read_text<Size>(text);
  Vec<Diagnostic> faults;
  const Program direct = read_program(text, faults);
  const Program again = read.program(text);
  bool same =
      read.accepted && faults.empty() && read.fits == fits && again.statements.size() == direct.statements.size();
  for (std::size_t at = 0; same && at < direct.statements.size(); ++at)
    same = unparse(again, again.statements[at]) == unparse(direct, direct.statements[at]) &&
           again.statements[at].quiet == direct.statements[at].quiet;
  return same;
}

TEST_CASE("infer: a text that was read makes the same program again") {
  for (std::string_view text : texts) {
    INFO(text);
    CHECK(survives<200>(text, true));
    CHECK(survives<4>(text, false));
  }
}

TEST_CASE("infer: a compiler reads texts") {
  static constexpr auto read = read_text<200>(texts[0]);
  STATIC_REQUIRE(read.accepted);
  STATIC_REQUIRE(read.fits);
  STATIC_REQUIRE(read.program(texts[0]).statements.size() == 1);
}

TEST_CASE("infer: a text that is wrong is not accepted") {
  CHECK_FALSE(read_text<100>("y[i] = x[i").accepted);
  CHECK_FALSE(read_text<100>("y[i] = x[i]*a[j]").accepted);
  CHECK_FALSE(read_text<100>("").accepted);
  CHECK(check_text("y[i] = x[i]").empty());
}

}  // namespace
