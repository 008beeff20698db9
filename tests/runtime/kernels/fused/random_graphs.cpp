/// The fused kernel against the reference on random graphs: integers and bools bit for bit, the others to rounding;
/// the same faults; the same bits for one and two threads.
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/fused.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "runtime/pool.hpp"
#include "tests/runtime/kernels/fused/random_graph.hpp"

namespace {

using namespace ricci::runtime;

bool close(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::abs(a - b) <= tolerance * (1 + std::abs(a) + std::abs(b));
}

bool agree(const Tensor& a, const Tensor& b, bool loose, bool narrow) {
  if (a.dtype != b.dtype || a.shape != b.shape) return false;
  return with_type(a.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < a.count(); ++at) {
      const T x = a.as<T>()[at];
      const T y = b.as<T>()[at];
      if constexpr (std::is_integral_v<T>) {
        if (x != y) return false;
      } else if constexpr (std::is_floating_point_v<T>) {
        const double tolerance = loose ? (narrow ? 1e-3 : 1e-8) : (sizeof(T) == 4 ? 1e-6 : 0);
        if (!close(x, y, tolerance)) return false;
      } else {
        const double tolerance = loose ? (narrow ? 1e-3 : 1e-8) : (sizeof(T) == 8 ? 1e-6 : 1e-14);
        if (!close(x.real(), y.real(), tolerance) || !close(x.imag(), y.imag(), tolerance)) return false;
      }
    }
    return true;
  });
}

struct Outcome {
  Tensor tensor;
  std::string fault;
};

template <class F>
Outcome outcome_of(F&& f) {
  try {
    return {f(), ""};
  } catch (const ricci::error& error) {
    return {{}, error.code() + ": " + error.message()};
  }
}

std::string first_elements(const Tensor& tensor) {
  std::string out;
  const Tensor wide = cast(tensor, DType::c128);
  for (std::int64_t at = 0; at < std::min<std::int64_t>(wide.count(), 40); ++at) {
    const auto value = wide.as<std::complex<double>>()[at];
    out += std::to_string(value.real()) + (value.imag() != 0 ? "+" + std::to_string(value.imag()) + "i " : " ");
  }
  return out;
}

std::string code_of(const std::string& fault) { return fault.substr(0, fault.find(':')); }

void check_seed(std::uint64_t seed) {
  INFO("seed " << seed);
  test::RandomGraph made(seed);
  const NodeId tensor = made.make();
  Evaluation evaluation(made.graph);
  for (const auto& [node, value] : made.values) evaluation.values[node.at] = value;
  const Outcome expected = outcome_of([&] {
    Evaluation own(made.graph);
    own.values = evaluation.values;
    return std::get<Tensor>(reference::evaluate(own, tensor));
  });
  if (code_of(expected.fault) == "internal") return;  // not a valid graph after all
  const fused::Program program = fused::lower(made.graph, tensor, fused::layouts_of(evaluation, tensor));
  INFO(program.text());
  REQUIRE(program.verify() == "");
  const auto computed = [&](int threads) {
    return outcome_of([&] {
      set_threads(threads);
      Tensor out;
      fused::run_fused(evaluation, tensor, out);
      return out;
    });
  };
  const Outcome one = computed(1);
  CHECK(code_of(one.fault) == code_of(expected.fault));
  if (!expected.fault.empty() || !one.fault.empty()) return;
  INFO("expected " << first_elements(expected.tensor));
  INFO("computed " << first_elements(one.tensor));
  CHECK(agree(one.tensor, expected.tensor, made.loose, made.narrow));
  CHECK(same_bits(one.tensor, computed(2).tensor));
}

}  // namespace

TEST_CASE("fused: random graphs agree with the reference") {
  const char* first = std::getenv("RICCI_FUSED_SEED");
  const char* count = std::getenv("RICCI_FUSED_COUNT");
  const std::uint64_t begin = first == nullptr ? 1 : std::strtoull(first, nullptr, 10);
  const std::uint64_t seeds = count == nullptr ? 400 : std::strtoull(count, nullptr, 10);
  for (std::uint64_t seed = begin; seed < begin + seeds; ++seed) check_seed(seed);
}
