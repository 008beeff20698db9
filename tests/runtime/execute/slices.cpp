// What runs slice by slice gives what it gives whole: programs whose temporaries are cut along an index, down to a few
// rows a slice, against the reference; and programs that cannot be cut.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <random>

#include "runtime/error.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/tensor/memory.hpp"
#include "tests/passes/statements.hpp"
#include "tests/seed.hpp"

namespace {
using namespace ricci::runtime;
using ricci::dsl::Op;

Value filled(const ricci::dsl::Input& input, std::mt19937& random) {
  Tensor out = Tensor::empty(input.dtype, {input.shape.begin(), input.shape.end()});
  with_type(input.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < out.count(); ++at) {
      const int number = static_cast<int>(random() % 7);
      if constexpr (std::is_floating_point_v<T>)
        out.as<T>()[at] = random() % 200 == 0 ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(number - 3) / 4;
      else
        out.as<T>()[at] = static_cast<T>(number);
    }
  });
  return out;
}

/// A program's `asked` values (names of one letter) by the reference, and by a plan whose temporaries over `large`
/// bytes are sliced.
struct Sliced {
  Sliced(std::string_view text, std::string_view sizes, SliceSizes slices, unsigned seed, std::string_view asked) {
    const statements::Sheet sheet(text, sizes);
    INFO(text);
    REQUIRE(sheet.faults.empty());
    std::vector<NodeId> roots;
    for (std::size_t at = 0; at < asked.size(); ++at) roots.push_back(sheet.node(asked.substr(at, 1)));
    std::mt19937 random(seed);
    Values values;
    for (std::uint32_t at = 0; at < sheet.graph.size(); ++at)
      if (sheet.graph.op(NodeId{at}) == Op::input) values.emplace(at, filled(sheet.graph.input_of(NodeId{at}), random));
    FactorStore factors;
    Options options;
    options.level = 0;
    expected = run_plan(make_plan(sheet.graph, roots, values, options), values, factors).roots;
    options.level = 2;
    Plan plan = make_plan(sheet.graph, roots, values, options);
    slice_steps(plan, slices);
    for (const Step& step : plan.steps)
      if (step.slices) rows.push_back(step.slices->rows);
    steps = plan.steps.size();
    found = run_plan(plan, values, factors).roots;
  }

  bool agree() const {
    for (std::size_t at = 0; at < expected.size(); ++at) {
      const Tensor a = cast(std::get<Tensor>(expected[at]), ricci::dsl::DType::c128);
      const Tensor b = cast(std::get<Tensor>(found[at]), ricci::dsl::DType::c128);
      if (a.shape != b.shape) return false;
      for (std::int64_t own = 0; own < a.count(); ++own) {
        const auto x = a.as<std::complex<double>>()[own], y = b.as<std::complex<double>>()[own];
        if (std::isnan(std::abs(x)) && std::isnan(std::abs(y))) continue;
        if (!(std::abs(x - y) <= 1e-5 * (1 + std::abs(x)))) return false;  // f32 is the least exact
      }
    }
    return true;
  }

  std::vector<Value> expected, found;
  std::vector<std::int64_t> rows;  // of each sliced step
  std::size_t steps = 0;
};

struct Program {
  const char* text;
  const char* sizes;
  const char* asked = "Y";
};

/// Each has a temporary that is read more often than it has elements, so that no pass takes it away.
constexpr Program programs[] = {
    {"K[i,j] = exp(-0.5*sum[k] (X[i,k]-X[j,k])^2)\nY[i,r] = K[i,j]*V[j,r]", "i=67 j=67 k=3 r=9"},
    {"K[i,j] = exp(-0.5*sum[k] (X[i,k]-X[j,k])^2) + 0.5*(i == j)\nY[r,i] = K[i,j]*V[j,r]", "i=67 j=67 k=3 r=9"},
    {"K[j,i] = exp(A[i,j])*(2*i+1-j)\nY[i,r] = K[j,i]*V[j,r]", "i=67 j=31 r=9"},
    {"K[i,j] = exp(A[i+2,j])\nY[i,r] = K[i,j]*V[j,r]", "i=64 j=31 r=9"},
    {"K[b,i,j] = exp(A[b,i,j])\nY[i,b,r] = K[b,i,j]*V[j,r]", "b=5 i=33 j=17 r=9"},
    {"K[i,j] = exp(A[i,j]*q[i])\nY[i,r] = K[i,j]*V[j,r]", "i=65 j=33 r=9 A:f32 q:f32 V:f32"},
    {"D[i,j] = norm[k] (X[i,k]-Y[j,k])\nm[i] = min[j] D[i,j]\na[i] = argmin[j] D[i,j]", "i=64 j=33 k=5", "ma"},
    {"D[i,j] = exp(x[i]*y[j])\nE[i,j] = sin(D[i,j])/(1+D[i,j])\nF[i,r] = E[i,j]*V[j,r] + D[i,j]*V[j,r]\nG[i,j] = "
     "E[i,j]*E[i,j]",
     "i=65 j=64 r=9", "FG"},
    {"K[i,j] = exp(1i*A[i,j])\nY[i,r] = K[i,j]*V[j,r]", "i=65 j=33 r=9"},
    {"K[i,j] = exp(A[p[j],i])\nY[i,r] = K[i,j]*V[j,r]", "i=65 j=33 r=9 p:i64"},
};
}  // namespace

TEST_CASE("execute: slices give what the whole gives") {
  const unsigned seed = ricci::testing::seed();
  for (const Program& program : programs)
    for (const std::int64_t slice : {std::int64_t{1}, std::int64_t{4000}, std::int64_t{30000}}) {
      INFO("seed " << seed << ", slices of " << slice << " bytes\n" << program.text);
      const Sliced sliced(program.text, program.sizes, {2000, slice}, seed, program.asked);
      CHECK(sliced.rows.size() == 1);
      CHECK(sliced.agree());
    }
}

TEST_CASE("execute: the last slice ends where the index does") {
  const Sliced sliced("K[i,j] = exp(A[i,j])\nY[i,r] = K[i,j]*V[j,r]", "i=67 j=5 r=9", {2000, 67 * 8 * 14 / 10}, 1, "Y");
  REQUIRE(sliced.rows.size() == 1);
  CHECK(67 % sliced.rows[0] != 0);
  CHECK(sliced.agree());
}

TEST_CASE("execute: slices of an index that is summed over are added up, each point once") {
  const unsigned seed = ricci::testing::seed();
  constexpr Program sums[] = {
      {"K[i,j] = exp(A[i,j])*(2*i+1-j)\nY[i,r] = K[i,j]*V[j,r]\nZ[j,r] = K[i,j]*U[i,r]", "i=67 j=31 r=9", "YZ"},
      {"K[i,j] = exp(1i*A[i,j])\nY[i,r] = K[i,j]*V[j,r]\nZ[r,j] = K[i,j]*U[i,r]", "i=64 j=33 r=9", "YZ"},
      {"K[i,j] = A[i,j]*q[i] + 3\nY[i,r] = K[i,j]*V[j,r]\nZ[j,r] = K[i,j]*U[i,r]",
       "i=65 j=33 r=9 A:i64 q:i64 V:i64 U:i64", "YZ"},
      {"K[i,j] = exp(A[i,j]*q[i])\nY[i,r] = K[i,j]*V[j,r]\nZ[j,r] = K[i,j]*U[i,r]",
       "i=65 j=33 r=9 A:f32 q:f32 V:f32 U:f32", "YZ"},
      {"K[i,j] = exp(A[i,j])\nY[i,r] = K[(i+1) % 65,j]*V[j,r]  for i in 0:65", "i=65 j=33 r=9"},
  };
  for (const Program& program : sums)
    for (const std::int64_t slice : {std::int64_t{1}, std::int64_t{4000}, std::int64_t{9000}}) {
      INFO("seed " << seed << ", slices of " << slice << " bytes\n" << program.text);
      const Sliced sliced(program.text, program.sizes, {2000, slice}, seed, program.asked);
      CHECK(sliced.rows.size() == 1);
      CHECK(sliced.agree());
    }
}

TEST_CASE("execute: a matrix that is needed along both indices is not stored either") {
  const statements::Sheet sheet(
      "K[i,j] = exp(-0.5*sum[k] (X[i,k]-X[j,k])^2)\nY[i,r] = K[i,j]*V[j,r]\nZ[j,r] = K[i,j]*V[i,r]",
      "i=100000 j=100000 k=3 r=20");
  const Plan plan = make_plan(sheet.graph, {sheet.node("Y"), sheet.node("Z")}, {}, {});
  REQUIRE(plan.steps.size() == 1);
  REQUIRE(plan.steps[0].slices);
  CHECK(plan.peak_bytes < 150'000'000);
}

TEST_CASE("execute: what cannot be cut is stored") {
  const auto whole = [](std::string_view text, std::string_view sizes, std::string_view asked) {
    INFO(text);
    const Sliced sliced(text, sizes, {2000, 4000}, ricci::testing::seed(), asked);
    CHECK(sliced.rows.empty());
    CHECK(sliced.agree());
  };
  whole("K[i,j] = exp(A[i,j])\nY[i,r] = K[i,j]*K[j,r]", "i=65 j=65 r=65", "Y");  // rows and columns
  whole("K[i,j] = exp(A[i,j])\nY[i,r] = sum[j in 0:33] K[(i+1) % 65,(j+1) % 33]*V[j,r]  for i in 0:65", "i=65 j=33 r=9",
        "Y");                                                                    // around the ends
  whole("K[i,j] = exp(A[i,j])\nY[i,r] = K[i,j]*V[j,r]", "i=65 j=33 r=9", "YK");  // asked for
  whole("K[i,j] = exp(A[i,j])\ns[] = sum[i,j] K[i,j]\nY[i] = K[i,j]*V[j]/s[]", "i=65 j=33", "Y");
  whole("K[i,j] = normal(0, 1)[i,j]  for i in 0:65, j in 0:33\nY[i,r] = K[i,j]*V[j,r]", "i=65 j=33 r=9", "Y");
}

TEST_CASE("execute: of a matrix times vectors no more than a slice is held") {
  const statements::Sheet sheet("K[i,j] = exp(-0.5*sum[k] (X[i,k]-X[j,k])^2)\nY[i,r] = K[i,j]*V[j,r]",
                                "i=100000 j=100000 k=3 r=20");
  const Plan plan = make_plan(sheet.graph, {sheet.last()}, {}, {});
  REQUIRE(plan.steps.size() == 1);
  REQUIRE(plan.steps[0].slices);
  CHECK(plan.peak_bytes < 100'000'000);
}
