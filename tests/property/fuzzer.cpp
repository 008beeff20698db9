// The fuzzer itself: that its programs are made of the whole language, that the error bound by which it judges holds
// for what it is a bound of, and that the judge sees what is wrong.
#include <catch2/catch.hpp>
#include <set>

#include "dsl/infer/elaborator.hpp"
#include "tests/fuzz/judge.hpp"
#include "tests/fuzz/program.hpp"

namespace {
using namespace fuzz;

constexpr std::uint64_t first = 1000;

/// Calls visit(program, subject) for programs that are not refused and raise no fault.
template <typename Visit>
void for_each_program(std::uint64_t count, Visit&& visit) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    INFO("seed " << seed);
    const Program program = program_of(seed);
    std::string refusal;
    const std::optional<Subject> subject = subject_of(program, refusal);
    if (subject && subject->expected.fault.empty()) visit(program, *subject);
  }
}

bool calls(const Program& program, std::string_view name) {
  const std::string text = program.script();
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const bool whole = at == 0 || !(std::isalnum(static_cast<unsigned char>(text[at - 1])) || text[at - 1] == '_');
    const char after = at + name.size() < text.size() ? text[at + name.size()] : ' ';
    if (whole && (after == '(' || after == '[')) return true;
  }
  return false;
}

/// Operations that no program writes: passes make them.
const std::set<std::string_view> made_by_passes{"quadratic", "solve_update", "det_update"};

}  // namespace

TEST_CASE("property: the fuzzer writes every operation, draw and function of the language") {
  std::set<std::string_view> operations, draws, functions;
  for_each_program(2500, [&](const Program& program, const Subject& subject) {
    for (NodeId id : dsl::reachable(subject.graph, {subject.roots.data(), subject.roots.size()})) {
      operations.insert(dsl::row(subject.graph.op(id)).name);
      if (subject.graph.op(id) == dsl::Op::random)
        draws.insert(dsl::row(static_cast<dsl::Distribution>(subject.graph.attribute(id, 0))).name);
    }
    for (const dsl::FunctionRow& row : dsl::function_rows)
      if (!functions.contains(row.name) && calls(program, row.name)) functions.insert(row.name);
  });
  for (const dsl::OpRow& row : dsl::op_rows) {
    INFO("operation " << row.name);
    CHECK((operations.contains(row.name) || made_by_passes.contains(row.name)));
  }
  for (const dsl::DistributionRow& row : dsl::distribution_rows) {
    INFO("draw " << row.name);
    CHECK(draws.contains(row.name));
  }
  for (const dsl::FunctionRow& row : dsl::function_rows) {
    INFO("function " << row.name);
    CHECK((functions.contains(row.name) || row.name == "load"));  // programs have no files
  }
}

TEST_CASE("property: computing by definition keeps to the bound that the fuzzer sets it") {
  std::int64_t finite = 0, exact = 0;
  for_each_program(700, [&](const Program& program, const Subject& subject) {
    Judge judge(subject);
    for (std::size_t root = 0; root < subject.roots.size(); ++root) {
      const std::vector<Wide> native = elements(subject.expected.values[root]);
      for (std::size_t at = 0; at < native.size(); ++at) {
        const std::optional<Judge::Truth> truth = judge.truth(root, at);
        if (!truth || !finite_number(native[at]) || !(truth->bound < unknown_error / 2)) continue;
        INFO(program.script() << "result " << root << ", element " << at << ": " << native[at] << ", long double "
                              << truth->value << ", bound " << truth->bound);
        REQUIRE(std::abs(native[at] - truth->value) <= truth->bound);
        ++finite;
        exact += truth->bound == 0 ? 1 : 0;
      }
    }
  });
  CHECK(finite > 20000);
  CHECK(exact < finite);
}

TEST_CASE("property: the fuzzer's judge sees numbers that are wrong by little") {
  std::int64_t moved = 0, seen = 0;
  for_each_program(400, [&](const Program&, const Subject& subject) {
    for (std::size_t root = 0; root < subject.roots.size(); ++root) {
      const auto* value = std::get_if<Tensor>(&subject.expected.values[root]);
      if (value == nullptr || value->dtype != dsl::DType::f64 || value->count() == 0) continue;
      Outcome found = subject.expected;
      Tensor wrong = runtime::copy(*value);
      double& element = wrong.as<double>()[wrong.count() / 2];
      if (!std::isfinite(element) || element == 0) continue;
      element *= 1 + 1e-9;
      found.values[root] = wrong;
      ++moved;
      seen += Judge(subject).verdict(found, Judge::Care::bounded).empty() ? 0 : 1;
    }
  });
  INFO(seen << " of " << moved);
  CHECK(moved > 100);
  CHECK(seen > moved * 9 / 10);  // the others hang on what rounding decides
}
