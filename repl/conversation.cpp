#include "repl/conversation.hpp"

#include <algorithm>
#include <filesystem>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/places.hpp"
#include "repl/signals.hpp"
#include "repl/text.hpp"
#include "repl/transcript.hpp"

namespace repl {
namespace {

/// Blanks before an excerpt in an error.
constexpr std::size_t excerpt_indent = 2;

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
  const std::string own = start_file();
  if (!command_.init.empty())
    guarded([&] { run_file(command_.init); });
  else if (std::error_code none; !command_.no_init && std::filesystem::exists(own, none))
    guarded([&] { run_file(own); });
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

std::optional<std::string> Conversation::ask(const std::string& prompt, const ricci::session& about) {
  asked_about_ = &about;
  std::string text;
  LineEnd end = LineEnd::entered;
  do {
    const std::string shown = text.empty() ? prompt : std::string(prompt.size() - 2, ' ') + "> ";
    const Line line = editor_.read(shown, text, wants_colour(manner_.color));
    end = line.end;
    text += without_prompt(line.text);
  } while (end == LineEnd::entered && !trimmed(text).starts_with(':') && ricci::unfinished(text) &&
           (text += '\n', true));
  asked_about_ = nullptr;
  if (end == LineEnd::entered) {
    history_.add(text);
    ricci::set_time_limit(manner_.time_limit);
    return text;
  }
  if (ending_signal() == 0) ricci::clear_interrupt();
  note(end == LineEnd::interrupted ? "^C\n" : "\n");
  const bool leaves = ending_signal() != 0 || (end == LineEnd::end_of_input && text.empty());
  return leaves ? std::nullopt : std::optional<std::string>(std::string());
}

void Conversation::submit(const std::string& text) {
  const std::string_view bare = trimmed(text);
  if (bare.empty()) return;
  guarded([&] {
    if (bare.starts_with(':'))
      run_command(bare.substr(1));
    else
      run_statements(text);
  });
}

void Conversation::guarded(const std::function<void()>& work) {
  ricci::set_time_limit(manner_.time_limit);
  ricci::set_excerpt_width(screen_columns() - excerpt_indent);
  try {
    work();
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

void Conversation::run_file(const std::string& path) {
  std::string text;
  if (!read_all(path, text)) throw CommandFault{"the file '" + path + "' cannot be read: " + text, ""};
  std::string chunk;  // blank lines stand for what came before, so that faults tell the right line
  std::size_t line_number = 0;
  const auto flush = [&] {
    if (!trimmed(chunk).empty()) run_file_part(chunk, path);
    chunk.assign(line_number, '\n');
  };
  try {
    for (const std::string& line : lines_of(text)) {
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
    throw CommandFault{fault.message + "\n  at " + path + ":" + std::to_string(line_number), fault.hint};
  }
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
  out.variables = (asked_about_ != nullptr ? *asked_about_ : runner_.session()).variables();
  for (const CommandRow& row : commands()) out.commands.push_back({std::string(row.name), row.takes, choices_of(row)});
  out.topics = help_topics();
  out.settings = setting_names();
  return out;
}

}  // namespace repl
