/// What a conversation shows of a statement: sums that nobody wrote, the value, and what the optimiser did for it.
#include <algorithm>

#include <ricci/language.hpp>

#include "repl/conversation.hpp"
#include "repl/screen.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

/// A plan below this many operations is not worth a line.
constexpr double worth_a_line = 1000;

bool is_name(std::string_view text) {
  const std::vector<ricci::word> words = ricci::words(text);
  return words.size() == 1 && words[0].kind == ricci::word_kind::name;
}

/// Sums that a statement names.
std::size_t named_sums(std::string_view statement) {
  const std::vector<ricci::word> words = ricci::words(statement);
  std::size_t out = 0;
  for (std::size_t at = 0; at + 1 < words.size(); ++at)
    out += words[at].text == "sum" && words[at + 1].text == "[" ? 1 : 0;
  return out;
}

/// "hoist_invariants x3": each pass that changed something once, in the order of the first time.
std::string passes_text(const std::vector<ricci::pass_note>& passes) {
  std::vector<std::pair<std::string, int>> seen;
  for (const ricci::pass_note& pass : passes) {
    if (pass.name == "fold") continue;  // tidies up after every other
    const auto own = std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.first == pass.name; });
    if (own == seen.end())
      seen.emplace_back(pass.name, pass.fired);
    else
      own->second += pass.fired;
  }
  std::vector<std::string> out;
  for (const auto& [name, fired] : seen) out.push_back(name + (fired > 1 ? " x" + std::to_string(fired) : ""));
  return joined(out);
}

/// "hoist_invariants x3; fused, linear algebra (cholesky, 12 right-hand sides); 3.1 ms"
std::string summary_text(const ricci::timing& one) {
  std::vector<std::string> parts, kernels;
  for (const std::string& kernel : one.kernels) {
    const bool solves = kernel == "linear algebra" && !one.methods.empty();
    kernels.push_back(kernel + (solves ? " (" + joined(one.methods, "; ") + ")" : ""));
  }
  if (std::string passes = passes_text(one.passes); !passes.empty()) parts.push_back(std::move(passes));
  if (!kernels.empty()) parts.push_back(joined(kernels));
  double spent = one.parse_ms + one.optimize_ms;
  for (const double run : one.execute_ms) spent += run;
  parts.push_back(duration_text(spent));
  return joined(parts, "; ");
}

}  // namespace

/// The statements with sums that nobody wrote, dimmed. What is wrong with the text is said when it runs.
void Conversation::show_written_out(const std::string& text) {
  if (!manner_.notes) return;
  try {
    for (const ricci::piece& one : ricci::statements(text)) {
      const std::string statement = text.substr(one.begin, one.end - one.begin);
      const std::string written = ricci::written_out(statement);
      if (!statement.ends_with(';') && named_sums(written) > named_sums(statement)) note(written);
    }
  } catch (const ricci::error&) {
  }
}

void Conversation::show(const ricci::shown& one) {
  const std::vector<ricci::timing> timings = session().take_timings();
  if (one.defined) {
    if (one.quiet || !manner_.notes) return;
    const ricci::variable known = session().describe(one.label);
    return note(one.label + ": " + ricci::type_text(known.type, known.shape, known.sparse) +
                (known.evaluated ? ", evaluated\n" : ", lazy\n"));
  }
  session().set("ans", one.of);
  if (one.drawn && !one.quiet && manner_.values.format == ValueFormat::text)
    return print(ricci::to_text(one.drawn, standard_screen(manner_.color)));
  if (!one.quiet) {
    const std::string name = is_name(one.label) ? one.label : std::string();
    ValueStyle style = manner_.values;
    style.width = screen_columns();
    print(conversational(name, one.of, style));
    show_summary(timings);
  }
  if (manner_.time) note(timing_text(timings, Format::text));
}

void Conversation::show_summary(const std::vector<ricci::timing>& timings) {
  if (!manner_.notes || timings.empty() || timings.back().flops < worth_a_line) return;
  note(wrapped(summary_text(timings.back()), screen_columns(), 2) + "\n");
}

}  // namespace repl
