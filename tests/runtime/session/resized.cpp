// Plans for other extents without the passes: the same graph, steps and estimates as planning from the start gives, and
// the same bits; refused where an extent could decide something.
#include "runtime/session/resized.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "dsl/graph/print.hpp"
#include "dsl/text/parser.hpp"
#include "runtime/session/session.hpp"
#include "tests/seed.hpp"

namespace {

using namespace ricci::runtime;
using ricci::dsl::DType;
using Extent = std::map<char, std::int64_t>;  // by the letter of an axis

/// A program, and its arguments with the letters of their axes.
struct Program {
  const char* text;
  std::vector<std::pair<const char*, const char*>> arguments;
  DType dtype = DType::f64;
};

const std::vector<Program> served{
    {"y[i] = a[i]*b[i] + c[i]", {{"a", "i"}, {"b", "i"}, {"c", "i"}}},
    {"y[i,j] = (a[i,j] - c[i])*r[j]", {{"a", "ij"}, {"c", "i"}, {"r", "j"}}},
    {"y[i,j] = exp(-a[i,j]) / b[i,j] - abs(a[i,j])", {{"a", "ij"}, {"b", "ij"}}},
    {"y[j,i] = a[i,j] + 2.5*b[j,i]", {{"a", "ij"}, {"b", "ji"}}},
    {"y[i] = 2*a[i] - s*b[i]", {{"a", "i"}, {"b", "i"}, {"s", ""}}},
    {"y[i,j,k] = a[i,j]*b[k] + max(a[i,j], b[k])", {{"a", "ij"}, {"b", "k"}}},
    {"y[i] = a[i]*a[i] - min(b[i], 1)", {{"a", "i"}, {"b", "i"}}, DType::f32},
    {"y[i] = 3*a[i] + b[i]", {{"a", "i"}, {"b", "i"}}, DType::i64},
    {"y[i] = sqrt(a[i]*b[i])/(a[i] + 2)", {{"a", "i"}, {"b", "i"}}, DType::c128},
};
const std::vector<Program> refused{
    {"y[i] = exp(a[i] + s)", {{"a", "i"}, {"s", ""}}},
    {"y[i,j] = exp(a[i] + b[j])", {{"a", "i"}, {"b", "j"}}},
    {"y[i,j] = (a[i] + b[i])*c[j]", {{"a", "i"}, {"b", "i"}, {"c", "j"}}},
    {"y[i] = sum[j] a[i,j]*x[j]", {{"a", "ij"}, {"x", "j"}}},
    {"y[i] = a[i] + i", {{"a", "i"}}},
    {"y[i] = a[i]", {{"a", "i"}}},
    {"y[i,j] = a[i,j]*a[j,i]", {{"a", "ii"}}},
    {"y[i] = a[i] * size(a)", {{"a", "i"}}},
    {"y[i] = a[i] + a[(i+1) % 4]", {{"a", "i"}}},
    {"y[i] = a[i]*b[i] for i in 0:2", {{"a", "i"}, {"b", "i"}}},
    {"y = a*b + c", {{"a", "i"}, {"b", "i"}, {"c", "i"}}},
    {"z[i] = a[i]*2; y[i] = z[i] + a[i]", {{"a", "i"}}},
};

std::vector<NamedValue> arguments_of(const Program& program, const Extent& extent, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<NamedValue> out;
  for (const auto& [name, axes] : program.arguments) {
    Extents shape;
    for (const char* axis = axes; *axis != 0; ++axis) shape.push_back(extent.at(*axis));
    Tensor one = Tensor::empty(program.dtype, shape);
    with_type(program.dtype, [&](auto of) {
      for (std::int64_t at = 0; at < one.count(); ++at)
        one.as<decltype(of)>()[at] = static_cast<decltype(of)>(4 * normal(random));
    });
    out.emplace_back(name, one);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

ricci::dsl::Program parsed(const char* text) {
  ricci::dsl::Vec<ricci::dsl::Diagnostic> faults;
  return ricci::dsl::parse(text, faults);
}
Plan planned(const char* text, const std::vector<NamedValue>& arguments) {
  Session session{Options{}};
  for (const NamedValue& own : arguments) session.set(own.first, own.second);
  const ricci::dsl::NodeId root = session.elaborate_last(parsed(text));
  return make_plan(session.graph(), {root}, {}, {});
}
std::string text_of(const Plan& plan) {
  std::string out(ricci::dsl::print(plan.graph, std::span(plan.roots.data(), plan.roots.size())).view());
  for (const Step& step : plan.steps)
    out += std::to_string(step.node.at) + " " + step.kernel->name + " " + std::to_string(step.flops) + " " +
           std::to_string(step.bytes) + " " + std::to_string(step.live_bytes) + "\n";
  return out + std::to_string(plan.peak_bytes);
}
bool same_bits(const Value& a, const Value& b) {
  const Tensor left = copy(std::get<Tensor>(a));
  const Tensor right = copy(std::get<Tensor>(b));
  return left.dtype == right.dtype && left.shape == right.shape &&
         std::memcmp(left.data.get(), right.data.get(), static_cast<std::size_t>(left.bytes())) == 0;
}
Extent any_extents(std::mt19937_64& random) {
  constexpr std::int64_t some[] = {0, 1, 2, 3, 4, 5, 8, 17, 64, 130};
  return {{'i', some[random() % 10]}, {'j', some[random() % 10]}, {'k', some[random() % 10]}};
}
bool all_above_one(const std::vector<NamedValue>& arguments) {
  for (const NamedValue& own : arguments)
    for (std::int64_t extent : std::get<Tensor>(own.second).shape)
      if (extent < 2) return false;
  return true;
}

}  // namespace

TEST_CASE("session: a plan for other extents is the one that planning from the start makes") {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const Program& program : served) {
    INFO(program.text);
    const auto first = arguments_of(program, {{'i', 7}, {'j', 7}, {'k', 3}}, random);
    const Plan model = planned(program.text, first);
    const AxesAlike alike = axes_alike(parsed(program.text), first, model);
    REQUIRE(alike.known);
    for (int turn = 0; turn < 30; ++turn) {
      const auto arguments = arguments_of(program, any_extents(random), random);
      const std::optional<Plan> made = resized(model, alike, arguments, {});
      CHECK(made.has_value() == all_above_one(arguments));
      if (made) CHECK(text_of(*made) == text_of(planned(program.text, arguments)));
    }
  }
}

TEST_CASE("session: a prepared expression gives the same bits whatever it was called with before") {
  const auto seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const auto* programs : {&served, &refused})
    for (const Program& program : *programs) {
      INFO(program.text);
      const Prepared kept(program.text, {});
      kept.call(arguments_of(program, {{'i', 5}, {'j', 6}, {'k', 3}}, random), {});
      for (int turn = 0; turn < 6; ++turn) {
        Extent extent = any_extents(random);
        extent['i'] = std::max<std::int64_t>(extent['i'], 4);
        const auto arguments = arguments_of(program, extent, random);
        CHECK(same_bits(kept.call(arguments, {}), Prepared(program.text, {}).call(arguments, {})));
      }
    }
  const Prepared chain(served[0].text, {});
  for (std::int64_t n = 2; n < 40; ++n) chain.call(arguments_of(served[0], {{'i', n}}, random), {});
  CHECK(chain.times_planned() == 1);
  auto wrong = arguments_of(served[0], {{'i', 4}}, random);
  wrong[1] = arguments_of(served[0], {{'i', 3}}, random)[1];
  CHECK_THROWS_AS(chain.call(wrong, {}), ricci::error);
}

TEST_CASE("session: what an extent could decide is planned from the start") {
  std::mt19937_64 random(3);
  for (const Program& program : refused) {
    INFO(program.text);
    const auto first = arguments_of(program, {{'i', 7}, {'j', 5}, {'k', 3}}, random);
    CHECK(!axes_alike(parsed(program.text), first, planned(program.text, first)).known);
  }
}

TEST_CASE("session: the plan that was used longest ago makes room") {
  std::mt19937_64 random(4);
  const Program& sums = refused[3];
  const Prepared kept(sums.text, {});
  const auto often = arguments_of(sums, {{'i', 5}, {'j', 6}}, random);
  for (std::int64_t n = 1; n <= 80; ++n) {
    kept.call(often, {});
    kept.call(arguments_of(sums, {{'i', 100 + n}, {'j', 2}}, random), {});
  }
  CHECK(kept.times_planned() == 81);
}
