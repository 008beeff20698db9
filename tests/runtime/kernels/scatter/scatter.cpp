// Sums whose brackets send each summand to one element: every way to write them is found and gives what the reference
// gives, for every type, for places outside of the result, for NaN and infinities, for empty and unit extents.
#include "runtime/kernels/scatter/scatter.hpp"

#include <catch2/catch.hpp>
#include <complex>
#include <limits>
#include <random>
#include <ricci/ricci.hpp>

#include "tests/passes/statements.hpp"
#include "tests/seed.hpp"

namespace {
using ricci::dsl::NodeId;

bool found(std::string_view text, std::string_view sizes) {
  const statements::Sheet sheet(text, sizes);
  INFO(text);
  REQUIRE(sheet.faults.empty());
  return ricci::runtime::scatter::accepts(sheet.graph, sheet.last());
}

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string program() {
    const int n = pick({0, 1, 2, 5, 33, 300}), c = pick({1, 2, 3, 7}), b = pick({1, 2, 5}),
              places = pick({8, 9, 17, 64});
    const std::string length = std::to_string(n), type = pick({"f64", "f64", "f32", "i64", "i32", "c128"});
    std::string out = "q = i64(floor(" + std::to_string(places + 6) + "*uniform(0, 1, shape=[" + std::to_string(b) +
                      "," + length + "]) - 3))\n";
    out += "w = " + type + "(floor(9*uniform(0, 1, shape=[" + length + "," + std::to_string(c) + "]) - 4))";
    out += below(4) == 0 && type[0] == 'f' ? std::string("/") + pick({"0", "2"}) + "\n" : "\n";
    out += "g = floor(5*uniform(0, 1, shape=[" + std::to_string(places) + "]))\n";
    const bool batch = below(2) == 0, beside = below(2) == 0;
    std::string axes = "k";
    if (batch) axes = below(2) == 0 ? "b,k" : "k,b";
    if (beside) axes = below(2) == 0 ? "c," + axes : axes + ",c";
    const std::string where = std::string("q[") + (batch ? "b" : "0") + ",i]";
    out += "S[" + axes + "] = " + pick({"", "2*", "1 + "}) + pick({"", "", "g[k]*"}) + std::string("(sum[i in 0:") +
           length + "] " + bracket(where) + value(beside, below(3) == 0) + ")  for k in 0:" + std::to_string(places);
    if (batch) out += ", b in 0:" + std::to_string(b);
    if (beside) out += ", c in 0:" + std::to_string(c);
    return out;
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  template <typename T>
  T pick(std::initializer_list<T> of) {
    return of.begin()[below(static_cast<int>(of.size()))];
  }
  std::string bracket(const std::string& where) {
    return pick<std::string>({"(" + where + " == k)", "(k == " + where + ")", "(" + where + " == k+2)",
                              "(" + where + " - 1 == k)", "(" + where + " == k)*(i % 3 != 1)"});
  }
  std::string value(bool beside, bool none) {
    if (none && !beside) return "";
    const std::string own = beside ? "w[i,c]" : "w[i,0]";
    return "*" + pick<std::string>({own, own, own + "*" + own, "(" + own + " + k)", own + "*g[k]"});
  }

  std::mt19937 random_;
};

std::vector<std::complex<double>> computed(const std::string& program, int level) {
  ricci::options how;
  how.level = level;
  ricci::session session(how);
  session.run(program);
  const ricci::value out = session.get("S");
  if (out.type() == ricci::dtype::c128) return out.elements<std::complex<double>>();
  const std::vector<double> real = out.elements<double>();
  return {real.begin(), real.end()};
}
}  // namespace

TEST_CASE("kernels: sums by group are scattered, however they are written") {
  CHECK(found("S[k] = (q[i] == k)*w[i]  for k in 0:50", "i=300 q:i64"));
  CHECK(found("H[k] = sum[i] (q[i] == k)  for k in 0:50", "i=300 q:i64"));
  CHECK(found("H[k] = count[i] (k == q[i])  for k in 0:50", "i=300 q:i64"));
  CHECK(found("H[k] = any[i] (k == q[i] + 3)  for k in 0:50", "i=300 q:i64"));
  CHECK(found("S[c,k] = (q[i] == k+1)*w[i,c]  for k in 0:50", "i=300 c=3 q:i32"));
  CHECK(found("S[k,b] = sum[i,j] (q[b,i] == k)*w[j,i]  for k in 0:50", "i=300 b=3 j=4 q:i64"));
  CHECK(found("S[k] = sum[i] (q[i] == k)*(m[i] > 0)*exp(w[i])  for k in 0:50", "i=300 q:i64"));
  CHECK(found("S[k] = sum[i] (i // 6 == k)*w[i]  for k in 0:50", "i=300"));
}

TEST_CASE("kernels: what sends a summand nowhere, or to many places, is no scatter") {
  CHECK_FALSE(found("S[k] = (q[i] <= k)*w[i]  for k in 0:50", "i=300 q:i64"));
  CHECK_FALSE(found("S[k] = (q[k] == i)*w[i]", "i=300 k=50 q:i64"));
  CHECK_FALSE(found("S[k] = (q[i] == 2*k)*w[i]  for k in 0:50", "i=300 q:i64"));
  CHECK_FALSE(found("S[k] = (q[i] + k == k)*w[i]  for k in 0:50", "i=300 q:i64"));
  CHECK_FALSE(found("S[k] = (x[i] == k)*w[i]  for k in 0:50", "i=300"));  // of floats
  CHECK_FALSE(found("S[k] = (q[i] == k)*w[i]  for k in 0:3", "i=300 q:i64"));
  CHECK_FALSE(found("S[k] = sum[i] (q[i] == k)*normal(0, 1)[i,k]  for k in 0:50", "i=300 q:i64"));
}

TEST_CASE("kernels: scattered sums give what their definition gives") {
  const unsigned first = ricci::testing::seed();
  int numbers = 0;
  for (unsigned at = 0; at < 300; ++at) {
    const std::string program = Writer(first + at).program();
    INFO("seed " << first + at << "\n" << program);
    const auto expected = computed(program, 0), own = computed(program, 2);
    REQUIRE(own.size() == expected.size());
    for (std::size_t element = 0; element < own.size(); ++element) {
      INFO("element " << element << ": " << expected[element] << " by definition, " << own[element]);
      const auto apart = std::abs(own[element] - expected[element]);
      const bool odd = !std::isfinite(std::abs(expected[element]));
      REQUIRE((odd ? !std::isfinite(std::abs(own[element])) : apart <= 1e-12 * (1 + std::abs(expected[element]))));
      numbers += expected[element] != 0.0 ? 1 : 0;
    }
  }
  CHECK(numbers > 1000);
}

TEST_CASE("kernels: a long histogram counts every element once") {
  ricci::session session;
  session.run("q[i] = (i*7919) % 1000  for i in 0:2_000_000\nH[k] = sum[i] (q[i] == k)  for k in 0:1000");
  for (const std::int64_t own : session.get("H").elements<std::int64_t>()) REQUIRE(own == 2000);
  session.run("S[k] = sum[i] (q[i] == k)*0.1  for k in 0:1000");
  for (const double own : session.get("S").elements<double>()) REQUIRE(std::abs(own - 200) < 1e-10);
}
