#include "repl/runner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <ricci/language.hpp>

#include "repl/report.hpp"
#include "repl/screen.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

constexpr int failed = 1, limit_hit = 3, interrupted = 130;

}  // namespace

Runner::Runner(const Command& command)
    : command_(command),
      session_({command.level, command.strict, command.check, command.seed}),
      progress_(!command.quiet),
      colour_(wants_colour(command.color)) {
  session_.watch(true);
}

void Runner::bind() {
  if (command_.threads > 0) ricci::set_threads(command_.threads);
  if (command_.memory_limit) ricci::set_memory_limit(*command_.memory_limit);
  if (command_.time_limit > 0) ricci::set_time_limit(command_.time_limit);
  session_.set_repeat(command_.repeat);
  session_.measure(command_.time != Format::none || command_.profile != Format::none, command_.profile != Format::none);
  if (!command_.plan.empty()) session_.load_plans(command_.plan);
  for (const NamedFile& one : command_.loads) session_.set(one.name, ricci::load(one.file));
  for (const auto& [name, value] : command_.scalars) bind_scalar(name, value);
}

/// NAME=VALUE: an integer, a float, a bool or any scalar expression without names.
void Runner::bind_scalar(const std::string& name, const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(begin, end, whole); read.ec == std::errc() && read.ptr == end)
    return session_.set_weak(name, whole);
  double real = 0;
  if (const auto read = std::from_chars(begin, end, real); read.ec == std::errc() && read.ptr == end)
    return session_.set_weak(name, real);
  try {
    ricci::session aside;
    aside.run(name + " = " + text);
    if (aside.names() != std::vector<std::string>{name} || !aside.get(name).shape().empty())
      throw WrongUse{"'" + name + "=" + text + "' gives no scalar"};
  } catch (const ricci::error& cause) {
    if (cause.code() == "interrupted") throw;
    throw WrongUse{"'" + name + "=" + text + "' gives no scalar: " + cause.message()};
  }
  session_.run(name + " = " + text);
}

void Runner::check_saves(const std::vector<Source>& sources) {
  for (const NamedFile& one : command_.saves) ricci::check_writable(one.file);
  std::vector<std::string> known = session_.names();
  try {
    for (const Source& source : sources)
      for (std::string& name : ricci::defined_names(source.text)) known.push_back(std::move(name));
  } catch (const ricci::error&) {
    return;  // running says it, after what comes before it
  }
  for (const NamedFile& one : command_.saves)
    if (std::find(known.begin(), known.end(), one.name) == known.end())
      throw WrongUse{"--save asks for '" + one.name + "', which nothing defines"};
}

void Runner::show(const ricci::shown& one) {
  if (one.defined) {
    last_defined_ = one.label;
    return;
  }
  progress_.hide();
  ++shown_;
  if (one.drawn && command_.format == ValueFormat::text)  // programs read the numbers
    return results_.print(ricci::to_text(one.drawn, standard_screen(command_.color)));
  const bool separated = command_.format == ValueFormat::csv && shown_ > 1;
  results_.print((separated ? "\n" : "") + labelled(on_one_line(one.label), one.of, {command_.format, 6, 100}));
}

/// Each under as many empty lines as stand above it and behind as many blanks as columns stand before it, so that
/// faults tell their place.
std::vector<std::string> placed_statements(std::string_view program) {
  std::vector<std::string> out;
  for (const ricci::piece& one : ricci::statements(program)) {
    const std::string_view above = program.substr(0, one.begin);
    const std::size_t line_begin = above.rfind('\n') + 1;  // 0 where there is none
    std::string text(static_cast<std::size_t>(std::count(above.begin(), above.end(), '\n')), '\n');
    text.append(columns_of(above.substr(line_begin)), ' ');
    out.push_back(text.append(program.substr(one.begin, one.end - one.begin)));
  }
  return out;
}

void Runner::run(const Source& source) {
  progress_.begin();
  if (command_.keep_going)
    run_each(source);
  else
    session_.run(
        source.text, [&](const ricci::shown& one) { show(one); }, source.file);
  progress_.end();
  report_warnings();
}

void Runner::run_each(const Source& source) {
  for (const std::string& one : placed_statements(source.text)) {
    try {
      session_.run(
          one, [&](const ricci::shown& own) { show(own); }, source.file);
    } catch (const ricci::error& cause) {
      go_on_after(cause);
    }
  }
}

/// Past the time limit nothing more can run, and who interrupts wants an end.
void Runner::go_on_after(const ricci::error& cause) {
  const int status = report(cause);
  if (status == interrupted || cause.diagnostic().fault == ricci::dsl::Fault::time_limit) throw Reported{status};
  status_ = std::max(status_, status);
}

void Runner::report_warnings() {
  const std::vector<ricci::notice> fresh = session_.take_notices();
  if (!command_.quiet) print_message(warning_text(fresh), colour_);
  notices_.insert(notices_.end(), fresh.begin(), fresh.end());
}

void Runner::finish() {
  const bool measured = command_.time != Format::none || command_.profile != Format::none;
  std::vector<std::string> names;
  for (const NamedFile& one : command_.saves) names.push_back(one.name);
  if (names.empty() && shown_ == 0 && measured && !last_defined_.empty()) names.push_back(last_defined_);
  save_all(names);
  if (!command_.save_plan.empty()) session_.save_plans(command_.save_plan);
  report_warnings();
  const std::vector<ricci::timing> timings = session_.take_timings();
  const auto emit = [&](const std::string& text, Format format) {  // what a program reads goes where the results go
    if (format == Format::json)
      results_.print(text);
    else
      print_message(text, false);
  };
  if (command_.time != Format::none) emit(timing_text(timings, command_.time), command_.time);
  if (command_.profile != Format::none)
    emit(profile_text(session_.take_step_timings(), timings, notices_, command_.profile), command_.profile);
}

/// Values of all names, computed together; then each into its file.
void Runner::save_all(const std::vector<std::string>& names) {
  if (names.empty()) return;
  if (command_.keep_going && names.size() > 1) return save_each();
  const std::vector<ricci::value> values = session_.get_all(names);
  for (std::size_t at = 0; at < command_.saves.size(); ++at) ricci::save(command_.saves[at].file, values[at]);
}

/// What can be saved, whatever becomes of the rest.
void Runner::save_each() {
  for (const NamedFile& one : command_.saves) {
    try {
      ricci::save(one.file, session_.get(one.name));
    } catch (const ricci::error& cause) {
      go_on_after(cause);
    }
  }
}

void Runner::explain(const std::vector<Source>& sources) {
  std::vector<std::string> names;
  for (const NamedFile& one : command_.saves) names.push_back(one.name);
  std::vector<std::string> programs;
  for (const Source& source : sources) programs.push_back(source.text);
  const std::string file = sources.empty() ? std::string() : sources[0].file;
  const ricci::explain_options how{command_.explain == Format::html, command_.profile != Format::none};
  results_.print(explain_text(session_.explain(programs, names, file, how), command_.explain));
}

int Runner::report(const ricci::error& cause, Door door) {
  progress_.end();
  report_warnings();
  print_message(message_of(cause, door), colour_);
  if (cause.code() == "interrupted") return interrupted;
  const bool limit = cause.code() == "memory" || cause.diagnostic().fault == ricci::dsl::Fault::time_limit;
  return limit ? limit_hit : failed;
}

}  // namespace repl
