// Products under sums: what becomes a contraction of its own, in which order, and what is better left fused.
#include "passes/extract_contractions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "passes/separate_sums.hpp"
#include "tests/passes/check_pass.hpp"
#include "tests/seed.hpp"

namespace {
using ricci::dsl::Vec;
using ricci::passes::contraction_order;
using ricci::passes::extract_contractions;
using ricci::passes::OrderProblem;
using ricci::passes::Pair;
using ricci::passes::separate_sums;
using ricci::passes::detail::GreedyOrders;

double points_of(const Vec<Pair>& pairs) {
  double out = 0;
  for (const Pair& pair : pairs) out += pair.points;
  return out;
}
/// A chain of matrices with these extents.
OrderProblem chain(const std::vector<double>& extents) {
  OrderProblem out;
  for (std::size_t at = 0; at < extents.size(); ++at) {
    out.extents.push_back(extents[at]);
    if (at > 0) out.factors.push_back((1ULL << at) | (1ULL << (at - 1)));
  }
  out.result = 1ULL | (1ULL << (extents.size() - 1));
  return out;
}
/// Of a set of factors alive: the fewest multiplications by any order of pairs, found by trying all of them.
double fewest(const OrderProblem& problem, const std::vector<std::uint64_t>& alive) {
  if (alive.size() == 1) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < alive.size(); ++a)
    for (std::size_t b = a + 1; b < alive.size(); ++b) {
      std::uint64_t outside = problem.result;
      std::vector<std::uint64_t> next;
      for (std::size_t other = 0; other < alive.size(); ++other)
        if (other != a && other != b) {
          outside |= alive[other];
          next.push_back(alive[other]);
        }
      const std::uint64_t all = alive[a] | alive[b];
      next.push_back(all & outside);
      least = std::min(least, problem.size(all) + fewest(problem, next));
    }
  return least;
}
double fewest(const OrderProblem& problem) { return fewest(problem, {problem.factors.begin(), problem.factors.end()}); }
/// As einsum writes it; every letter has its extent.
OrderProblem network(std::string_view text, double (*extent)(char)) {
  OrderProblem out;
  std::string letters;
  std::uint64_t set = 0;
  bool result = false;
  const auto flush = [&] {
    if (!result) out.factors.push_back(set);
    set = 0;
  };
  for (char own : text) {
    if (own == '>') continue;
    if (own == ',' || own == '-') {
      flush();
      result = own == '-';
      continue;
    }
    if (letters.find(own) == std::string::npos) {
      letters += own;
      out.extents.push_back(extent(own));
    }
    set |= std::uint64_t{1} << letters.find(own);
  }
  out.result = set;
  return out;
}
/// Factors of one to four indices; some indices are of many factors, some of all and of the result.
OrderProblem random_network(std::mt19937& random, std::size_t factors, std::size_t indices) {
  OrderProblem out;
  constexpr double extents[] = {1, 2, 3, 5, 8, 17, 32, 64};
  for (std::size_t at = 0; at < indices; ++at) out.extents.push_back(extents[random() % std::size(extents)]);
  std::uint64_t once = 0, again = 0;
  for (std::size_t at = 0; at < factors; ++at) {
    std::uint64_t set = 0;
    for (std::size_t more = 1 + random() % 4; more > 0; --more) set |= std::uint64_t{1} << random() % indices;
    again |= once & set;
    once |= set;
    out.factors.push_back(set);
  }
  out.result = (once & ~again) | (again & random());  // what is of one factor alone is of the result
  return out;
}
/// Each pair keeps what its result needs, and the last one's is the whole result.
void check_sound(const OrderProblem& problem, const Vec<Pair>& pairs) {
  REQUIRE(pairs.size() + 1 == problem.factors.size());
  std::vector<std::uint64_t> sets(problem.factors.begin(), problem.factors.end());
  std::vector<bool> used(2 * problem.factors.size(), false);
  for (const Pair& pair : pairs) {
    REQUIRE((pair.left < sets.size() && pair.right < sets.size() && pair.left != pair.right));
    REQUIRE((!used[pair.left] && !used[pair.right]));
    used[pair.left] = used[pair.right] = true;
    CHECK(pair.all == (sets[pair.left] | sets[pair.right]));
    std::uint64_t outside = problem.result;
    for (std::size_t other = 0; other < sets.size(); ++other)
      if (!used[other]) outside |= sets[other];
    CHECK(pair.kept == (pair.all & outside));
    CHECK(pair.points == problem.size(pair.all));
    sets.push_back(pair.kept);
  }
  CHECK(sets.back() == problem.result);
}
}  // namespace

TEST_CASE("passes: the order of up to six factors is the best of all orders") {
  const unsigned seed = ricci::testing::seed();
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    const std::size_t factors = 2 + random() % 5;
    const OrderProblem problem = random_network(random, factors, 2 + random() % 8);
    INFO("seed " << seed << ", round " << round);
    const Vec<Pair> pairs = contraction_order(problem);
    check_sound(problem, pairs);
    CHECK(points_of(pairs) == fewest(problem));
  }
}

TEST_CASE("passes: well-known networks are contracted in their best order") {
  const OrderProblem ring = network("abc,bde,cdf,efg->ag", [](char) { return 32.0; });
  CHECK(points_of(contraction_order(ring)) == fewest(ring));
  CHECK(fewest(ring) == 2 * std::pow(32.0, 5) + std::pow(32.0, 4));
  const OrderProblem hyper = network("ai,bi,ci,di->abcd", [](char own) { return own == 'i' ? 100.0 : 4.0; });
  CHECK(points_of(contraction_order(hyper)) == fewest(hyper));
  const OrderProblem outer = network("a,b,c->abc", [](char) { return 10.0; });
  CHECK(points_of(contraction_order(outer)) == 100 + 1000);
  const OrderProblem batch = network("nij,njk,nkl->nil", [](char own) {
    return own == 'n' ? 50.0 : own == 'k' ? 2.0 : 9.0;
  });
  CHECK(points_of(contraction_order(batch)) == fewest(batch));
}

TEST_CASE("passes: beyond twelve factors the order is sound, and as good as chains allow") {
  const unsigned seed = ricci::testing::seed();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> extents;
    for (int at = 0; at < 13; ++at) extents.push_back(static_cast<double>(1 + random() % 40));
    const OrderProblem twelve = chain(extents);
    const double best = points_of(contraction_order(twelve)), greedy = points_of(GreedyOrders(twelve).best());
    check_sound(twelve, GreedyOrders(twelve).best());
    CHECK(greedy >= best);
    CHECK(greedy <= 1.5 * best);
    const OrderProblem many = random_network(random, 13 + random() % 20, 12 + random() % 30);
    check_sound(many, contraction_order(many));
  }
}

TEST_CASE("passes: chains of matrices are multiplied in the cheapest order") {
  // Cormen, Leiserson, Rivest, Stein: Introduction to Algorithms, section 15.2.
  CHECK(points_of(contraction_order(chain({30, 35, 15, 5, 10, 20, 25}))) == 15125);
  CHECK(points_of(contraction_order(chain({1000, 20, 1000, 20, 1000}))) == 400000 + 400000 + 20000000);
  CHECK(contraction_order(chain(std::vector<double>(20, 10.0))).size() == 18);  // greedy
}

TEST_CASE("passes: an index of three factors stays until the last of them") {
  OrderProblem problem;  // sum[k] a[k]*b[k]*c[k,i]
  problem.factors = {1, 1, 3};
  problem.result = 2;
  problem.extents = {50, 7};
  const Vec<Pair> pairs = contraction_order(problem);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].kept == 1);
  CHECK(pairs[1].kept == 2);
}

TEST_CASE("passes: three factors become two contractions, the last in place") {
  CHECK_PASS(extract_contractions, "Y[i,l] = A[i,j]*B[j,k]*C[k,l]", "i=1000 j=20 k=1001 l=21",
             "[i,l] sum[j] A[i,j] * ([l,j] sum[k] B[j,k] * C[k,l])[l,j]");
  CHECK_PASS(extract_contractions, "y[i] = (A[i,k]*B[k,j])*c[j]", "i=301 j=302 k=303",
             "[i] sum[k] A[i,k] * ([k] sum[j] B[k,j] * c[j])[k]");
  CHECK_PASS(extract_contractions, "Q[i,j] = A[i,k]*B[k,j]*x[k]", "i=301 j=302 k=303",
             "[i,j] sum[k] ([i,k] A[i,k] * x[k])[i,k] * B[k,j]");
}

TEST_CASE("passes: a pair of factors that several products have is contracted once for all of them") {
  const auto with = [](std::string_view second, std::string_view sizes = "i=40 j=41 k=42 l=30 m=31") {
    return check_pass::after(extract_contractions,
                             "C[i,l] = A[i,j]*B[j,k]*X[k,l]; " + std::string(second) + "; S[i,l,m] = C[i,l] + D[i,m]",
                             sizes);
  };
  const std::string shared = "([i,k] sum[j] A[i,j] * B[j,k])[i,k]";
  CHECK(with("D[i,m] = A[i,j]*B[j,k]*Y[k,m]") ==
        "[i,l,m] ([i,l] sum[k] " + shared + " * X[k,l])[i,l] + ([i,m] sum[k] " + shared + " * Y[k,m])[i,m]");
  CHECK(with("D[r,m] = 2*Y[t,m]*B[s,t]*A[r,s]", "i=40 j=41 k=42 l=30 m=31 r=40 s=41 t=42 A:c64 B:c64 X:c64 Y:c64") ==
        "[i,l,m] ([i,l] sum[k] " + shared + " * X[k,l])[i,l] + ([i,m] (2 + 0i) * (sum[k] Y[k,m] * " + shared +
            "))[i,m]");
  CHECK(with("D[i,m] = A[i,j]*B[j,k]*Y[k,m]*Z[k]").find("] * B[j,k])[i,k] * X[k,l])[i,l] + ([i,m] sum[k] " + shared) !=
        std::string::npos);
}

TEST_CASE("passes: a pair that does not pay for all, or is another in each product, is left to each") {
  const auto left = [](std::string_view second, std::string_view sizes = "i=40 j=41 k=42 l=30 m=31") {
    const std::string text = check_pass::after(
        extract_contractions, "C[i,l] = A[i,j]*B[j,k]*X[k,l]; " + std::string(second) + "; S[i,l,m] = C[i,l] + D[i,m]",
        sizes);
    return text.find("sum[j] A[i,j] * ([l,j] sum") != std::string::npos;
  };
  CHECK(left("D[i,m] = A[i,j]*B[j,k]*Y[k,m]", "i=40 j=41 k=42 l=3 m=2"));
  CHECK(left("D[i,m] = A[i,j]*B[j,k]*Y[m,k,j]"));  // j is not gone after A and B
  CHECK(left("D[i,m] = B[j,k]*Y[k,m]*Z[j,i]"));
  CHECK(left("D[i,m] = A[i,j]*B[k,j]*Y[k,m]", "i=40 j=41 k=41 l=30 m=31"));  // turned
  CHECK(left("D[i,m] = sum[j in 0:40, k] A[i,j]*B[j,k]*Y[k,m]"));
  CHECK(left("D[i,m] = conj(A[i,j])*B[j,k]*Y[k,m]", "i=40 j=41 k=42 l=30 m=31 A:c128 B:c128 X:c128 Y:c128"));
}

TEST_CASE("passes: numbers keep their order where a product of sums is contracted") {
  CHECK_PASS(extract_contractions, "y[i] = 3*(sum[k] A[k,i]*i*2)", "i=301 k=303",
             "[i] 3 * (2 * (sum[k] A[k,i] * f64(i)))");
}

TEST_CASE("passes: a contraction inside a body is stored") {
  CHECK_PASS(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=301 j=302 k=64",
             "[i,j] exp(-(0.5 * ([i,j] sum[k] U[i,k] * V[j,k])[i,j]))");
  CHECK_PASS(extract_contractions, "Y[i,j] = D[i,j] + A[i,k]*B[k,j]", "i=301 j=302 k=303",
             "[i,j] D[i,j] + ([i,j] sum[k] A[i,k] * B[k,j])[i,j]");
}

TEST_CASE("passes: a factor that is used many times over is stored") {
  CHECK_PASS(extract_contractions, "Y[i,j] = exp(x[i,k])*B[k,j]", "i=301 j=302 k=303",
             "[i,j] sum[k] ([i,k] exp(x[i,k]))[i,k] * B[k,j]");
}

TEST_CASE("passes: a factor that can be made slice by slice may be of any size") {
  CHECK_PASS(extract_contractions, "Y[i,r] = exp(x[i,k]*y[k])*B[k,r]", "i=100000 k=100001 r=20",
             "[i,r] sum[k] ([i,k] exp(x[i,k] * y[k]))[i,k] * B[k,r]");
  CHECK_UNCHANGED(extract_contractions, "Y[i,r] = exp(x[(i+k) % 9]*y[k])*B[k,r]  for i in 0:100000", "k=100001 r=20");
  CHECK_UNCHANGED(extract_contractions, "Y[p,r] = exp(x[i,k]*y[p])*B[i,k,p,r]*z[i,k]", "i=1000 k=1001 r=20 p=300");
}

TEST_CASE("passes: sums that the fused kernel computes better are left") {
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=3000 j=3001 k=6");
  CHECK_UNCHANGED(extract_contractions, "D[i,j] = sum[k] (X[i,k]-Y[j,k])^2", "i=301 j=302 k=303");
  CHECK_UNCHANGED(extract_contractions, "y[i] = sum[k] A[i,k]*(k < i)*B[i,k]", "i=301 k=303");
  CHECK_UNCHANGED(extract_contractions, "y[i] = A[i,k]*normal(0, 1)[k,i]", "i=301 k=303");
  CHECK_UNCHANGED(extract_contractions, "C[i,j] = A[i,k]*B[k,j]", "i=301 j=302 k=303");
  CHECK_UNCHANGED(extract_contractions, "Y[i,j,r] = A[r,n]*X[i,j,n]", "i=100 j=101 r=102 n=103 A:sparse");
}

TEST_CASE("passes: what would take the peak far above inputs and results is left") {
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*(X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]))",
                  "i=3000 j=3001 k=64 l=65");
  CHECK_UNCHANGED(extract_contractions, "K[i,j] = exp(-0.5*U[i,k]*V[j,k])", "i=10000 j=10001 k=32");
}

TEST_CASE("passes: factors stand outside the sums that do not need them") {
  CHECK_PASS(separate_sums, "y[i] = sum[j] a[i]*exp(b[i,j])", "i=5 j=6", "[i] a[i] * (sum[j] exp(b[i,j]))");
  CHECK_PASS(separate_sums, "y[i] = sum[j] 2*exp(b[i,j])", "i=5 j=6", "[i] 2 * (sum[j] exp(b[i,j]))");
  CHECK_PASS(separate_sums, "K[i,j] = exp(sum[k,l] (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l]))", "i=5 j=6 k=7 l=7",
             "[i,j] exp(sum[l] (sum[k] (X[i,k] - Y[j,k]) * W[k,l]) * (X[i,l] - Y[j,l]))");
  CHECK_PASS(separate_sums, "s[] = sum[k,l] exp(a[k])*exp(b[l])", "k=7 l=8",
             "[] (sum[k] exp(a[k])) * (sum[l] exp(b[l]))");
  CHECK_UNCHANGED(separate_sums, "y[i] = sum[k,l] exp(a[k,i])", "i=5 k=7 l=8");
  CHECK_UNCHANGED(separate_sums, "y[i] = sum[j] (j < i)*a[i]*b[i,j]", "i=5 j=6");
  CHECK_UNCHANGED(separate_sums, "C[i,j] = A[i,k]*B[k,j]", "i=5 j=6 k=7");
}
