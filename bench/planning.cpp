/// What stands around a computation: statements that are run again and again on ten elements, calls of prepared
/// expressions, and planning from nothing. All in one run, the least of many rounds, in microseconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ricci/ricci.hpp>

#include "runtime/execute/execute.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/session/session.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

constexpr int rounds = 250;

/// The least over rounds of the mean over `turns` calls.
template <typename F>
double least(int turns, F call) {
  double best = 1e300;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    for (int turn = 0; turn < turns; ++turn) call();
    best = std::min(best, microseconds_since(start) / turns);
  }
  return best;
}

// -- statements again and again

void row(const char* what, double us) { std::printf("  %-66s %8.2f\n", what, us); }

const std::vector<double>& ten() {
  static const std::vector<double> numbers(10, 0.5);
  return numbers;
}

void defined(int turns) {
  ricci::session rc;
  for (const char* name : {"a", "b", "c", "x"}) rc.set(name, ten());
  row("run: y[i] = a[i]*b[i] + c[i]   (defined, and not asked for)",
      least(turns, [&] { rc.run("y[i] = a[i]*b[i] + c[i]"); }));
  row("run: x = x * 0.5 + 1   (a loop, computed when it gets long)", least(turns, [&] { rc.run("x = x * 0.5 + 1"); }));
}

void computed(int turns) {
  ricci::session rc;
  for (const char* name : {"a", "b", "c", "x"}) rc.set(name, ten());
  row("run, get: x = x * 0.5 + 1", least(turns, [&] {
        rc.run("x = x * 0.5 + 1");
        rc.get("x");
      }));
  row("set, run, get: y[i] = a[i]*b[i] + c[i], new a", least(turns, [&] {
        rc.set("a", ten());
        rc.run("y[i] = a[i]*b[i] + c[i]");
        rc.get("y");
      }));
  rc.borrow("a", ten());
  rc.run("y[i] = a[i]*b[i] + c[i]");
  row("changed, get: the same, of borrowed a", least(turns, [&] {
        rc.changed("a");
        rc.get("y");
      }));
}

void called(int turns) {
  const auto call = ricci::compile("y[i] = a[i]*b[i] + c[i]");
  row("call of a prepared expression", least(turns, [&] { call({{"a", ten()}, {"b", ten()}, {"c", ten()}}); }));
  // More extents than plans are kept: each call meets one that it does not know.
  const std::vector<double> longest(200, 0.5);
  std::size_t length = 10;
  const auto grown = [&] { return length = length == 200 ? 10 : length + 1; };
  const auto first = [&] { return std::span(longest.data(), length); };
  row("call with other extents than ever: y[i] = a[i]*b[i] + c[i]", least(turns, [&] {
        grown();
        call({{"a", first()}, {"b", first()}, {"c", first()}});
      }));
  const auto norm = ricci::compile("sum[i] (a[i]-b[i])^2");
  row("the same of a sum, which is planned from the start", least(turns / 10, [&] {
        grown();
        norm({{"a", first()}, {"b", first()}});
      }));
  std::vector<double> out(10);
  row("call into memory of the caller", least(turns, [&] {
        call.into(out, {{"a", ten()}, {"b", ten()}, {"c", ten()}});
      }));
}

// -- from nothing

struct Program {
  const char* name;
  std::vector<std::pair<const char*, ricci::extents>> inputs;
  const char* text;
};

ricci::runtime::Value zeros_of(const std::string& name, const ricci::extents& shape) {
  using ricci::runtime::Tensor;
  const bool complex = name == "e" || name == "En";
  return Tensor::zeros(complex ? ricci::dtype::c128 : ricci::dtype::f64, shape);
}

const std::vector<Program>& programs() {
  static const std::vector<Program> all{
      {"one contraction", {{"A", {300, 200}}, {"B", {200, 400}}}, "C[i,j] = A[i,k]*B[k,j]"},
      {"chain of elements", {{"a", {1000}}, {"b", {1000}}, {"c", {1000}}}, "y[i] = a[i]*b[i] + c[i]"},
      {"batched systems", {{"A", {1000, 6, 6}}, {"b", {1000, 6}}}, "x[m,j] = A[m,i,j] \\ b[m,i]"},
      {"many right-hand sides", {{"M", {100, 100}}, {"B", {100, 10}}}, "X[j,r] = M[i,j] \\ B[i,r]"},
      {"ARD kernel",
       {{"X", {300, 6}}, {"Y", {400, 6}}, {"v", {6}}, {"a", {6}}},
       "W[k,l] = v[k]*v[l] + (k == l)*a[k]^2\n"
       "K[i,j] = 0.64 * exp(-0.5 * (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])) + 0.01*(i == j)"},
      {"rolled products",
       {{"A", {64, 4, 4}}, {"B", {64, 4, 4}}},
       "P[i,j,m,l] = A[i,m,n] * B[(i+j) % 64, n, l] for j in 0:64"},
      {"layered field",
       {{"d", {10}}, {"Z", {2000}}, {"e", {10, 3}}, {"En", {10}}, {"kz", {10}}, {"X", {1000}}},
       "E[z,x,c] = sum[n in 1:10] (d[n-1] <= Z[z] < d[n]) * e[n,c]*En[n]*exp(1i*kz[n]*(Z[z]-d[n-1]) + 1i*1.3*X[x])"},
      {"Monte Carlo", {}, "p[m] = mean[t in 0:1_000_000] (binomial(55, 0.05)[t,m] == m) for m in 0:8"},
      {"network of four",
       {{"A", {32, 32, 32}}, {"B", {32, 32, 32}}, {"C", {32, 32, 32}}, {"D", {32, 32, 32}}},
       "G[a,g] = A[a,b,c]*B[b,d,e]*C[c,d,f]*D[e,f,g]"},
  };
  return all;
}

/// What one program costs before anything is computed: reading it and its passes; the tile programs of its steps.
struct Cost {
  double plan = 1e300;
  double lower = 1e300;
};

void plan_once(const Program& program, Cost& cost) {
  ricci::runtime::Session session;
  for (const auto& [name, shape] : program.inputs) session.set(name, zeros_of(name, shape));
  const auto start = Clock::now();
  const ricci::runtime::Plan plan = session.plan({program.text}, {});
  cost.plan = std::min(cost.plan, microseconds_since(start));
  const auto lowering = Clock::now();
  for (const ricci::runtime::Step& step : plan.steps)
    if (std::string_view(step.kernel->name) == "fused") ricci::runtime::fused::lower(plan.graph, step.node);
  cost.lower = std::min(cost.lower, microseconds_since(lowering));
}

void from_nothing(int times) {
  std::printf("from nothing, us: read and optimised; tile programs made\n");
  for (const Program& program : programs()) {
    Cost cost;
    for (int time = 0; time < times; ++time) plan_once(program, cost);
    std::printf("  %-40s %10.1f %10.1f\n", program.name, cost.plan, cost.lower);
  }
}

}  // namespace

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string_view word = count > 1 ? words[1] : "";
  const int turns = word == "--small" ? 10 : 400;
  std::printf("again and again, ten elements, us a turn:\n");
  defined(turns);
  computed(turns);
  called(turns);
  from_nothing(word == "--small" ? 2 : 200);
  return 0;
}
