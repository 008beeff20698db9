// Every pass leaves every value as it was: random graphs, in every way that the fuzzer knows (tests/fuzz), with
// operations that no statement asks for as they stand here. Programs are the fuzzer's own: ctest runs a share of them,
// and this holds it to reaching every pass.
#include <catch2/catch.hpp>
#include <random>

#include "tests/dsl/graph/sample.hpp"
#include "tests/fuzz/program.hpp"
#include "tests/fuzz/ways.hpp"

namespace {
using namespace fuzz;

/// Small halves, so that most sums and products are exact in every order.
Tensor filled(dsl::DType type, std::span<const std::int64_t> shape, std::mt19937& random) {
  Tensor out = Tensor::empty(type, {shape.begin(), shape.end()});
  runtime::with_type(type, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < out.count(); ++at) {
      const int number = static_cast<int>(random() % 9) - 4;
      if constexpr (std::is_same_v<T, bool>)
        out.as<T>()[at] = number > 0;
      else if constexpr (std::is_integral_v<T>)
        out.as<T>()[at] = static_cast<T>(number);
      else if constexpr (std::is_floating_point_v<T>)
        out.as<T>()[at] = static_cast<T>(number) / 2;
      else
        out.as<T>()[at] =
            T(static_cast<typename T::value_type>(number) / 2, static_cast<typename T::value_type>(random() % 3));
    }
  });
  return out;
}
Value value_of(const dsl::Input& input, std::mt19937& random) {
  const Tensor dense = filled(input.dtype, {input.shape.data(), input.shape.size()}, random);
  if (!input.sparse || input.shape.size() != 2) return dense;
  return std::make_shared<const runtime::Csr>(runtime::csr_from_dense(dense));
}

Subject subject_of(const Graph& graph, const Vec<NodeId>& roots, std::mt19937& random) {
  Subject out{graph, roots, {}, false, false, {}};
  std::vector<std::uint32_t> same;
  for (const dsl::Input& input : graph.inputs()) {
    same.push_back(static_cast<std::uint32_t>(same.size()));
    out.inputs.push_back(value_of(input, random));
  }
  out.expected = computed(out, graph, roots, same);
  return out;
}

}  // namespace

TEST_CASE("property: passes leave the values of random graphs as they are") {
  Tally tally;
  int values = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    sample::Generator generator(seed);
    const Vec<NodeId> made = generator.roots(8);
    Vec<NodeId> roots{made[7]};
    if (seed % 3 == 0) roots.push_back(made[6]);
    INFO("seed " << seed << "\n" << dsl::print(generator.graph, {roots.data(), roots.size()}).view());
    REQUIRE(!dsl::verify(generator.graph, {roots.data(), roots.size()}));
    std::mt19937 random(seed);
    const Subject subject = subject_of(generator.graph, roots, random);
    if (!subject.expected.fault.empty()) continue;  // an element that nobody reads may raise it
    ++values;
    REQUIRE(Comparison(subject, seed, tally).first_difference() == "");
  }
  CHECK(values > 500);
  for (const char* pass : {"inline all", "fold", "hoist all"}) {
    INFO(pass);
    CHECK(tally.passes[pass].some > 100);
  }
}

TEST_CASE("property: random programs reach every pass, and none changes what they are") {
  Tally tally;
  for (std::uint64_t seed = 20000; seed < 21500; ++seed) {
    std::string refusal;
    const Program program = program_of(seed);
    const std::optional<Subject> subject = fuzz::subject_of(program, refusal);
    if (!subject || !subject->expected.fault.empty()) continue;
    INFO("seed " << seed << "\n" << program.script());
    REQUIRE(Comparison(*subject, seed, tally).first_difference() == "");
  }
  for (const passes::Pass& pass : passes::passes()) {
    INFO(pass.name);
    // Systems and products are small here: some is left to the ways that do not ask what it costs.
    const std::string_view name = pass.name;
    const std::string freely = name == "low_rank_systems"       ? "update all"
                               : name == "extract_contractions" ? "extract all"
                                                                : pass.name;
    CHECK(tally.passes[freely].some > 2);
  }
}
