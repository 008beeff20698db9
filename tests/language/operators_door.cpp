/// The third door against the first: every program of the tables, built with operators, is the same graph, node for
/// node, as its text, and its value or fault is the same.
#include "dsl/graph/print.hpp"
#include "runtime/session/session.hpp"
#include "tests/language/built.hpp"
#include "tests/language/programs.hpp"

namespace ricci::tests {

using namespace runtime;

namespace {

/// Of some 1,340 programs that parse, about 50 are beyond operators, effects most of them; the rest may not become more
/// by accident.
constexpr int most_not_sayable = 60;
int not_sayable = 0;

std::map<std::string, expression, std::less<>> world_of_values() {
  Session session(Options{.level = 0});
  session.run(world);
  std::map<std::string, expression, std::less<>> out;
  for (const std::string& name : session.names()) out.emplace(name, val(value(session.get(name))).named(name));
  out.insert_or_assign("n", expression(3).named("n"));  // weak, as literals are
  out.insert_or_assign("s", expression(2.0).named("s"));
  return out;
}

/// The graph of what the program shows or defines last, in a session that knows the world.
std::string graph_of(std::string_view text) {
  Session session(Options{.level = 0});
  session.run(world);
  dsl::Vec<dsl::Diagnostic> faults;
  const dsl::Program program = dsl::parse(text, faults);
  if (!faults.empty()) Session::raise(faults[0], text);
  dsl::NodeId roots[] = {session.elaborate_last(program)};
  const dsl::Statement& last = program.statements.back();
  if (last.kind == dsl::StatementKind::show && program[last.value].form == dsl::Form::name &&
      session.has(program.name(last.value)))
    roots[0] = session.node(program.name(last.value));  // shown, it is a copy of itself
  return std::string(dsl::print(session.graph(), roots).view());
}

std::string compared(const dsl::Program& program, std::string_view text, std::string_view expected) {
  static const auto values = world_of_values();
  Builder builder(values);
  const std::optional<expression> built = builder.build(program);
  if (!built) return "";
  const bool fails = expected[0] == '!';
  try {
    if (fails)  // also in what is never read
      for (const expression& own : builder.defined) own.evaluate(0);
    const std::string said = built->text();
    const Value computed = built->evaluate(0).get();
    if (fails) return "no fault, but " + written(computed) + " from\n" + said;
    if (!agree(expected, written(computed))) return written(computed) + " from\n" + said;
    if (graph_of(text) != graph_of(said))
      return graph_of(said) + " from\n" + said + "\n, but by text\n" + graph_of(text);
  } catch (const error& fault) {
    const std::string code = "!" + fault.code();
    if (expected.substr(0, code.size()) != code) return fault.what();
  }
  return "";
}

}  // namespace

std::string operators_differ(std::string_view text, std::string_view expected) {
  if (text.find("TMP/") != std::string_view::npos) return "";  // files are no matter of operators
  dsl::Vec<dsl::Diagnostic> faults;
  const dsl::Program program = dsl::parse(text, faults);
  if (!faults.empty()) return "";  // nothing was said
  try {
    return compared(program, text, expected);
  } catch (const NotSayable& cause) {
    if (++not_sayable > most_not_sayable) return "operators can say less than they could: " + cause.why;
  } catch (const error& fault) {  // refused while it was put together
    const std::string code = "!" + fault.code();
    if (expected.substr(0, code.size()) != code) return fault.what();
  }
  return "";
}

}  // namespace ricci::tests
