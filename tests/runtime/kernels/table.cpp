// The kernel table over generated steps: every row is the best for some, what is chosen is the cheapest of those that
// could, and expectations are numbers that grow with the work. And the table of rates as text.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "runtime/execute/execute.hpp"
#include "runtime/kernels/costs.hpp"
#include "runtime/kernels/rates.hpp"
#include "runtime/linalg/sparse_factor.hpp"
#include "tests/passes/statements.hpp"
#include "tests/seed.hpp"

namespace {
using namespace ricci::runtime;
using ricci::passes::Rates;

/// Each sort of step that there is, over letters whose sizes are drawn.
constexpr std::string_view programs[] = {
    "Y[i,j] = A[i,k]*B[k,j]",
    "Y[i] = A[i,k]*x[k]",
    "Y[b,i,j] = A[b,i,k]*B[b,k,j]",
    "Y[i] = x[i]*y[i]",
    "Y = x[k]*y[k]",
    "Y[i,j] = exp(A[i,j])*x[i] + 1",
    "Y[i] = max[j] A[i,j]",
    "Y[i,j] = sum[k] (A[i,k] < 0.3)*A[i,k]*B[k,j]",
    "Y[m] = sum[i] (q[i] == m)*x[i] for m in 0:200",
    "Y[i,r] = S[i,j]*B[j,r]",
    "Y[j] = S[i,j]*x[i]",
    "Y[i,r] = M[i,j] \\ B[j,r]",
    "C[i,j] = M[i,j]\nY = logdet(C)",
    "C[i,j] = M[i,j]\nQ, R = qr(C)\nY[i,j] = R[i,j]",
    "C[i,j] = exp(A[i,j])\nY = concat(C, C)",
    "Y[i,j] = W[i,j]*W[j,i]",
    "Y[i] = W[i,j] \\ x[j]",
    "Y[i,j] = exp(-0.5*sum[k] (A[i,k]-B[j,k])^2)",
};
constexpr int sizes[] = {1, 2, 3, 8, 33, 64, 150, 400};

/// The sizes of all letters; those of square and sparse matrices are one.
std::string drawn_sizes(std::mt19937& random) {
  std::string out = "q:i64 S:sparse W:sparse";
  for (const char* letter : {"i", "j", "k", "r", "b", "m"})
    out += std::string(" ") + letter + "=" + std::to_string(sizes[random() % std::size(sizes)]);
  return out;
}
/// M[i,j] and W[i,j] are square.
std::string with_square(std::string extents, std::string_view text) {
  if (text.find("M") == text.npos && text.find("W") == text.npos) return extents;
  const std::size_t i = extents.find(" i="), j = extents.find(" j=");
  const std::string own = extents.substr(i + 3, extents.find(' ', i + 1) - i - 3);
  return extents.replace(j + 3, extents.find(' ', j + 1) - j - 3, own);
}

double expected(const Kernel& kernel, const Graph& graph, NodeId node) {
  return nanoseconds_of(kernel.cost(graph, node, {}), rates());
}

}  // namespace

TEST_CASE("kernels: every row of the table is the best for some steps, and no chosen one is dearer than another") {
  const unsigned seed = ricci::testing::seed();
  std::mt19937 random(seed);
  std::map<std::string, int> won;
  int real = 0;
  for (int round = 0; round < 40; ++round)
    for (std::string_view text : programs) {
      const std::string extents = with_square(drawn_sizes(random), text);
      INFO("seed " << seed << "\n" << text << "\n" << extents);
      const statements::Sheet sheet(text, extents);
      REQUIRE(sheet.faults.empty());
      const Plan plan = make_plan(sheet.graph, {sheet.last()}, {}, {});
      for (const Step& step : plan.steps) {
        if (step.slices) continue;
        const double own = expected(*step.kernel, plan.graph, step.node);
        CHECK(std::isfinite(own));
        CHECK(own > 0);
        int could = 0;
        for (const Kernel& other : kernel_table()) {
          if (!other.accepts(plan.graph, step.node)) continue;
          ++could;
          INFO(step.kernel->name << " " << own << ", " << other.name << " " << expected(other, plan.graph, step.node));
          CHECK(own <= expected(other, plan.graph, step.node));
        }
        ++won[step.kernel->name];
        real += could > 2 ? 1 : 0;  // the reference always could
      }
    }
  for (const Kernel& kernel : kernel_table()) {
    INFO(kernel.name);
    const bool missing = std::string_view(kernel.name) == "sparse factors" && !linalg::factors_sparse_matrices();
    CHECK((won[kernel.name] > 0 || missing));
  }
  CHECK(real > 100);
}

TEST_CASE("kernels: the cheaper kernel is told with what it was chosen before") {
  const statements::Sheet sheet("Y[i,j] = A[i,k]*B[k,j]", "i=200 j=200 k=200");
  const Plan plan = make_plan(sheet.graph, {sheet.last()}, {}, {});
  REQUIRE(!plan.reports.empty());
  CHECK(plan.reports.back().name == "kernels");
  REQUIRE(plan.reports.back().why.size() == 1);
  CHECK(plan.reports.back().why[0].rfind("contraction rather than fused for ", 0) == 0);
}

TEST_CASE("kernels: rates decide") {
  const statements::Sheet sheet("Y[i] = x[i]*y[i]", "i=300");
  const auto chosen = [&](const Rates& table) {
    const Rates before = rates();
    set_rates(table);
    const std::string name = make_plan(sheet.graph, {sheet.last()}, {}, {}).steps.back().kernel->name;
    set_rates(before);
    return name;
  };
  CHECK(chosen({}) == "fused");
  CHECK(chosen({.elements = 100, .overhead = 0.01}) == "contraction");
}

TEST_CASE("kernels: expectations grow with the work") {
  for (std::string_view text : programs) {
    double before = 0;
    for (const char* extents :
         {"i=8 j=8 k=8 r=8 b=8 m=8 q:i64 S:sparse W:sparse", "i=64 j=64 k=64 r=64 b=64 m=64 q:i64 S:sparse W:sparse"}) {
      const statements::Sheet sheet(text, extents);
      INFO(text);
      REQUIRE(sheet.faults.empty());
      const Plan plan = make_plan(sheet.graph, {sheet.last()}, {}, {});
      double all = 0;
      for (const Step& step : plan.steps) all += expected(*step.kernel, plan.graph, step.node);
      CHECK(all >= before);
      before = all;
    }
  }
}

TEST_CASE("kernels: rates as text read back, and nothing else does") {
  const Rates table{0.5, 2, 1.25, 3, 0.1, 7};
  std::string fault;
  const std::string text = text_of(table, "# a remark\n");
  CHECK(rates_from(text, fault) == table);
  CHECK(fault.empty());
  for (const std::string& bad :
       {std::string(), std::string("ricci rates 2\n") + text.substr(text.find('\n') + 1),
        text.substr(0, text.size() - 12), text + "memory 1\n", text + "colour 1\n", text + "products\n",
        std::string(text).replace(text.find("products 0.5"), 12, "products nan"),
        std::string(text).replace(text.find("products 0.5"), 12, "products 0  "),
        std::string(text).replace(text.find("products 0.5"), 12, "products 1e9"),
        std::string(text).replace(text.find("products 0.5"), 12, "products -1 ")}) {
    INFO(bad);
    CHECK(!rates_from(bad, fault));
    CHECK(!fault.empty());
  }
}
