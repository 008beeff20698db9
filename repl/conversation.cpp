#include "repl/conversation.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/places.hpp"
#include "repl/screen.hpp"
#include "repl/signals.hpp"
#include "repl/text.hpp"
#include "repl/transcript.hpp"

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

/// "separate_sums, hoist_invariants x3; fused, contraction; 3.1 ms"
std::string summary_text(const ricci::timing& one) {
  std::string out;
  for (const ricci::pass_note& pass : one.passes) {
    if (pass.name == "fold") continue;  // tidies up after every other
    (out += out.empty() ? "" : ", ") += pass.name;
    if (pass.fired > 1) out += " x" + std::to_string(pass.fired);
  }
  std::string kernels;
  for (const std::string& kernel : one.kernels) (kernels += kernels.empty() ? "" : ", ") += kernel;
  if (!kernels.empty()) out += (out.empty() ? "" : "; ") + kernels;
  double spent = one.parse_ms + one.optimize_ms;
  for (const double run : one.execute_ms) spent += run;
  return out + "; " + duration_text(spent);
}

}  // namespace

Conversation::Conversation(Runner& runner, const Command& command)
    : runner_(runner),
      command_(command),
      history_(history_file()),
      editor_({history_, [this](const std::string& before) { return complete(before, known()); }}) {
  manner_.values.format = command.format;
  manner_.color = command.color;
  manner_.time_limit = command.time_limit;
}

// -- the loop

int Conversation::run() {
  if (!command_.quiet) note("ricci " + ricci::version() + "   :help explains, Tab completes, Ctrl-D leaves\n");
  const std::string start = command_.init.empty() ? start_file() : command_.init;
  if (command_.init.empty() ? !command_.no_init : true) {
    if (!read_file(start) && !command_.init.empty())
      report(CommandFault{"the file '" + start + "' cannot be read", ""});
  }
  while (!left_ && ending_signal() == 0) {
    const std::string_view prompt = pending_.empty() ? first_prompt : next_prompt;
    take_line(editor_.read(std::string(prompt), pending_, wants_colour(manner_.color)));
  }
  if (const int signal = ending_signal()) return 128 + signal;
  return 0;
}

void Conversation::take_line(const Line& line) {
  if (line.end == LineEnd::interrupted) return answer_interrupt();
  if (line.end == LineEnd::end_of_input) {
    note("\n");
    left_ = pending_.empty();  // what was begun is given up first
    pending_.clear();
    return;
  }
  interrupts_ = 0;
  pending_ += without_prompt(line.text);
  const std::string* next = editor_.waiting();
  const bool command = pending_.starts_with(':');
  if (!command && (ricci::unfinished(pending_) || (next != nullptr && ricci::continues_above(*next)))) {
    pending_ += '\n';
    return;
  }
  const std::string text = std::exchange(pending_, {});
  history_.add(text);
  submit(text);
}

void Conversation::answer_interrupt() {
  ricci::clear_interrupt();
  editor_.drop_pasted();
  pending_.clear();
  note(++interrupts_ < 2 ? "^C\n" : "^C\nCtrl-D or :quit leaves; Ctrl-C stops what runs and keeps every value\n");
}

std::optional<std::string> Conversation::ask(const std::string& prompt) {
  Line line = editor_.read(prompt, {}, wants_colour(manner_.color));
  if (line.end == LineEnd::interrupted) ricci::clear_interrupt();
  if (line.end != LineEnd::entered) {
    note("\n");
    return std::nullopt;
  }
  return std::move(line.text);
}

void Conversation::submit(const std::string& text) {
  const std::string_view bare = trimmed(text);
  if (bare.empty()) return;
  ricci::set_time_limit(manner_.time_limit);
  try {
    if (bare.starts_with(':'))
      run_command(bare.substr(1));
    else
      run_statements(text);
  } catch (const CommandFault& fault) {
    report(fault);
  } catch (const ricci::error& cause) {
    report(cause);
  } catch (const std::bad_alloc&) {
    report(CommandFault{"the machine has no memory left for this", "drop values with :reset, or set :set memory"});
  }
  runner_.progress().end();
  if (ending_signal() == 0) ricci::clear_interrupt();
}

void Conversation::run_command(std::string_view line) {
  const std::size_t end = line.starts_with('!') ? 1 : std::min(line.find_first_of(" \t\n"), line.size());
  const std::string_view name = line.substr(0, end);
  const std::string_view argument = trimmed(line.substr(end));
  if (const CommandRow* row = command_named(name)) return row->run(*this, argument);
  std::vector<std::string> names;
  for (const CommandRow& row : commands()) names.emplace_back(row.name);
  const std::string near = ricci::nearest(name, names);
  throw CommandFault{"there is no command :" + std::string(name),
                     near.empty() ? ":help lists the commands" : "did you mean :" + near + "?"};
}

bool Conversation::read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  if (path.empty() || !file || !(file.peek() == std::ifstream::traits_type::eof() || all << file.rdbuf())) return false;
  std::string chunk;  // blank lines stand for what came before, so that faults tell the right line
  std::size_t line_number = 0;
  const auto flush = [&] {
    if (!trimmed(chunk).empty()) run_file_part(chunk, path);
    chunk.assign(line_number, '\n');
  };
  try {
    for (const std::string& line : lines_of(all.str())) {
      const bool command = trimmed(line).starts_with(':') && !ricci::unfinished(chunk);
      if (command) flush();
      ++line_number;
      if (command)
        run_command(trimmed(line).substr(1));
      else
        chunk += line;
      chunk += '\n';
    }
    flush();
  } catch (const CommandFault& fault) {
    report(CommandFault{fault.message + "\n  at " + path + ":" + std::to_string(line_number), fault.hint});
  } catch (const ricci::error& cause) {
    report(cause);
  }
  ricci::clear_interrupt();
  return true;
}

/// A stretch of a file; with --keep-going, whatever becomes of its statements.
void Conversation::run_file_part(const std::string& text, const std::string& path) {
  if (!command_.keep_going) return run_statements(text, path);
  for (const std::string& one : placed_statements(text)) {
    try {
      run_statements(one, path);
    } catch (const ricci::error& cause) {
      if (cause.code() == "interrupted") throw;
      report(cause);
    }
  }
}

// -- statements

void Conversation::run_statements(const std::string& text, const std::string& file) {
  show_written_out(text);
  session().measure(true, false);
  session().take_timings();
  runner_.progress().begin();
  session().run(
      text,
      [&](const ricci::shown& one) {
        runner_.progress().hide();
        show(one);
      },
      file);
  runner_.progress().end();
  runner_.report_warnings();
  accepted_.emplace_back(trimmed(text));
}

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
  note(summary_text(timings.back()) + "\n");
}

// -- sessions

void Conversation::reset() {
  ricci::session fresh(session().how());
  fresh.watch(true);
  set_aside_ = std::exchange(session(), std::move(fresh));
}

bool Conversation::restore() {
  if (!set_aside_) return false;
  std::swap(*set_aside_, session());
  return true;
}

// -- what is printed

void Conversation::print(std::string_view text) {
  const bool was_read = !runner_.results().closed();
  runner_.results().print(text);
  if (was_read && runner_.results().closed())
    note("nobody reads standard output any more: what is shown from now on is lost, but no value is\n");
}

bool Conversation::colour_in_results() const { return wants_colour_in_results(manner_.color); }

void Conversation::note(std::string_view text) {
  const bool colour = wants_colour(manner_.color);
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) out += dimmed(text.substr(0, end), colour);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::fputs(out.c_str(), stderr);
}

void Conversation::report(const CommandFault& fault) {
  runner_.progress().end();
  print_message("error[command]: " + fault.message + (fault.hint.empty() ? "" : "\n  hint: " + fault.hint),
                wants_colour(manner_.color));
}

void Conversation::report(const ricci::error& cause) {
  const ricci::progress_report stopped = ricci::progress();
  runner_.progress().end();
  if (cause.code() != "interrupted") {
    runner_.report(cause, Door::conversation);
    return;
  }
  std::string text = "interrupted: every value is kept";
  if (!stopped.kernel.empty())
    text += formatted("; stopped in step %zu of %zu, %s: ", stopped.step + 1, stopped.steps, stopped.kernel.c_str()) +
            on_one_line(stopped.what);
  print_message(text, wants_colour(manner_.color));
}

Known Conversation::known() const {
  Known out;
  out.variables = runner_.session().variables();
  for (const CommandRow& row : commands()) out.commands.push_back({std::string(row.name), row.takes, choices_of(row)});
  out.topics = help_topics();
  out.settings = setting_names();
  return out;
}

}  // namespace repl
