/// The second door against the first: what the compiler would say of each program of the tables as a literal, whose
/// arguments are the world's names with types and ranks but without extents; and what a prepared expression, which is
/// what a literal calls, computes from it. A sound program is never refused; a refusal is the fault that the text has.
#include "dsl/infer/inlinable.hpp"
#include "runtime/session/prepared.hpp"
#include "runtime/session/session.hpp"
#include "tests/language/programs.hpp"

namespace ricci::tests {

using namespace runtime;

namespace {

/// The values of the world under the names that the program reads.
std::vector<NamedValue> world_arguments() {
  Session session(Options{.level = 0});
  session.run(world);
  std::vector<NamedValue> out;
  for (const std::string& name : session.names()) out.emplace_back(name, session.get(name));
  return out;
}

dsl::Vec<dsl::Declared> declared(const std::vector<NamedValue>& arguments, bool exact) {
  dsl::Vec<dsl::Declared> out;
  for (const auto& [name, value] : arguments) {
    const auto* dense = std::get_if<Tensor>(&value);
    dsl::Declared own{.name = name, .dtype = DType::f64, .shape = {}, .sparse = dense == nullptr};
    if (dense == nullptr) {
      const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
      own.dtype = sparse.values.dtype;
      own.shape = {exact ? sparse.rows : -1, exact ? sparse.cols : -1};
    } else {
      own.dtype = dense->dtype;
      for (std::int64_t extent : dense->shape) own.shape.push_back(exact ? extent : -1);
    }
    out.push_back(own);
  }
  return out;
}

/// What the compiler makes of a literal: the text is read once, then looked at with the arguments.
bool studied(std::string_view program, const dsl::Vec<dsl::Declared>& arguments, bool straight) {
  const auto read = dsl::read_text<2000>(program);
  return read.accepted && dsl::study(read.program(program), arguments, straight).accepted;
}

}  // namespace

std::string literal_differs(std::string_view program, std::string_view expected) {
  if (program.find("TMP/") != std::string_view::npos) return "";  // files are read at the call
  static const std::vector<NamedValue> arguments = world_arguments();
  // The whole text is read first: a table's fault may be of a statement that a session runs before it.
  if (expected[0] == '!' && !dsl::check_text(program).empty()) return "";
  for (const bool exact : {false, true}) {
    const dsl::Vec<dsl::Diagnostic> faults = dsl::check_declared(program, declared(arguments, exact));
    for (const bool straight : {false, true})
      if (studied(program, declared(arguments, exact), straight) != faults.empty())
        return faults.empty() ? "refused without a fault" : "accepted in spite of " + std::string(faults[0].message);
    if (faults.empty()) continue;
    const std::string refusal = "!" + std::string(dsl::row(faults[0].fault).code);
    if (!expected.starts_with(refusal)) return "refused: " + std::string(faults[0].message.view());
  }
  try {
    const std::string computed = written(Prepared(program, {}).call(arguments, std::nullopt));
    // A program that ends with a definition shows its value here, and one without a value is refused.
    if (expected != "nothing" && expected[0] != '!' && !agree(expected, computed)) return computed;
  } catch (const error& fault) {
    if (!expected.starts_with("!" + fault.code()) && expected != "nothing") return fault.what();
  }
  return "";
}

}  // namespace ricci::tests
