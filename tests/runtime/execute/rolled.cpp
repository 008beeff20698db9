// Products with a rolled tensor cost what they cost, however one gets there: all pairs first and then some of them, a
// mask over a full product, copies laid out first, rolls along several axes. One contraction, of as many flops.
#include <catch2/catch.hpp>

#include "runtime/execute/execute.hpp"
#include "tests/passes/statements.hpp"

namespace {
using namespace ricci::runtime;

struct Cost {
  std::vector<std::string> kernels;
  double flops = 0;
  std::int64_t peak = 0;
  friend bool operator==(const Cost&, const Cost&) = default;
};

Cost cost_of(std::string_view text, std::string_view sizes) {
  const statements::Sheet sheet(text, sizes);
  INFO(text);
  REQUIRE(sheet.faults.empty());
  const Plan plan = make_plan(sheet.graph, {sheet.last()}, {}, {});
  Cost out{{}, plan.flops, plan.peak_bytes};
  for (const Step& step : plan.steps) out.kernels.emplace_back(step.kernel->name);
  return out;
}
}  // namespace

TEST_CASE("execute: a rolled product costs the same however it is written") {
  const char* sizes = "i=107 p=107 m=34 n=33 l=32";
  const Cost rolled = cost_of("P[i,j,m,l] = A[i,m,n]*B[(i+j) % 107,n,l]  for j in 0:30", sizes);
  CHECK(rolled.kernels == std::vector<std::string>{"contraction"});
  CHECK(rolled.flops == 2.0 * 107 * 30 * 34 * 33 * 32);
  constexpr const char* spellings[] = {
      "Q[i,p,m,l] = A[i,m,n]*B[p,n,l]\nP[i,j,m,l] = Q[i,(i+j) % 107,m,l]  for j in 0:30",
      "P[i,j,m,l] = sum[p] ((p-i) % 107 == j)*(sum[n] A[i,m,n]*B[p,n,l])  for j in 0:30",
      "P[i,j,m,l] = sum[p,n] (p == (i+j) % 107)*A[i,m,n]*B[p,n,l]  for j in 0:30",
      "Q[i,p,m,l] = A[i,m,n]*B[p,n,l]\nP[i,j,m,l] = sum[p] (p == (i+j) % 107)*Q[i,p,m,l]  for j in 0:30",
      "T[i,j,n,l] = B[(i+j) % 107,n,l]  for i in 0:107, j in 0:30\nP[i,j,m,l] = A[i,m,n]*T[i,j,n,l]",
      "T[j,i,n,l] = B[(i+j) % 107,n,l]  for i in 0:107, j in 0:30\nP[i,j,m,l] = A[i,m,n]*T[j,i,n,l]",
  };
  for (const char* own : spellings) {
    INFO(own);
    const Cost cost = cost_of(own, sizes);
    CHECK(cost.kernels == rolled.kernels);
    CHECK(cost.flops == rolled.flops);
    CHECK(cost.peak == rolled.peak);
  }
}

TEST_CASE("execute: a roll is a view, whatever it rolls by") {
  const char* sizes = "i=50 k=60 j=70";
  const Cost plain = cost_of("C[i,j] = A[i,k]*B[k,j]", sizes);
  for (const char* by : {"1", "-3", "63", "-123", "0"}) {
    const std::string text = std::string("D[k,j] = B[k,j]\nR = roll(D, ") + by + ", axis=0)\nC[i,j] = A[i,k]*R[k,j]";
    INFO(text);
    CHECK(cost_of(text, sizes) == plain);
  }
  CHECK(cost_of("D[k,j] = B[k,j]\nR = roll(roll(D, 5, axis=0), -2, axis=1)\nC[i,j] = A[i,k]*R[k,j]", sizes) == plain);
}
