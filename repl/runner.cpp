#include "repl/runner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>

#include "repl/report.hpp"
#include "repl/screen.hpp"

namespace repl {
namespace {

constexpr int failed = 1, limit_hit = 3, interrupted = 130;

/// One line, each stretch of white space a blank.
std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

/// How many brackets stay open at the end of the text; strings and comments do not count.
int open_brackets(const std::string& text) {
  int open = 0;
  bool quoted = false;
  bool comment = false;
  for (const char c : text) {
    if (c == '\n') quoted = comment = false;
    if (comment) continue;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    comment = c == '#';
    open += (c == '(' || c == '[' ? 1 : 0) - (c == ')' || c == ']' ? 1 : 0);
  }
  return open;
}

}  // namespace

Runner::Runner(const Command& command)
    : command_(command),
      session_({command.level, command.strict, command.check, command.seed}),
      colour_(wants_colour(command.color)) {}

void Runner::bind() {
  if (command_.threads > 0) ricci::set_threads(command_.threads);
  if (command_.memory_limit) ricci::set_memory_limit(*command_.memory_limit);
  if (command_.time_limit > 0) ricci::set_time_limit(command_.time_limit);
  session_.set_repeat(command_.repeat);
  session_.measure(command_.time != Format::none || command_.profile != Format::none, command_.profile != Format::none);
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
  asked_ = true;
  if (one.drawn) {
    results_.print(ricci::to_text(one.drawn, standard_screen(command_.color)));
    return;
  }
  results_.print(on_one_line(one.label) + " = " + ricci::to_text(one.of) + "\n");
}

void Runner::run(const Source& source) {
  session_.run(
      source.text, [&](const ricci::shown& one) { show(one); }, source.file);
  report_warnings();
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
  if (names.empty() && !asked_ && measured && !last_defined_.empty()) names.push_back(last_defined_);
  const std::vector<ricci::value> values = names.empty() ? std::vector<ricci::value>() : session_.get_all(names);
  for (std::size_t at = 0; at < command_.saves.size(); ++at) ricci::save(command_.saves[at].file, values[at]);
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

void Runner::explain(const std::vector<Source>& sources) {
  std::vector<std::string> names;
  for (const NamedFile& one : command_.saves) names.push_back(one.name);
  std::vector<std::string> programs;
  for (const Source& source : sources) programs.push_back(source.text);
  const std::string file = sources.empty() ? std::string() : sources[0].file;
  const ricci::explain_options how{command_.explain == Format::html, command_.profile != Format::none};
  results_.print(explain_text(session_.explain(programs, names, file, how), command_.explain));
}

void Runner::converse() {
  std::cerr << "ricci " << ricci::version() << ": statements, line by line; the end of input ends\n";
  std::string text;
  while (true) {
    std::cerr << (text.empty() ? "> " : ". ") << std::flush;
    std::string line;
    const bool read = static_cast<bool>(std::getline(std::cin, line));
    if (ricci::interrupted()) {  // at the prompt: the line is dropped
      ricci::clear_interrupt();
      std::cin.clear();
      std::clearerr(stdin);
      text.clear();
      std::cerr << "\n";
      continue;
    }
    if (!read) break;
    text += line + "\n";
    if (open_brackets(text) > 0) continue;
    try {
      run({"", std::exchange(text, {})});
    } catch (const ricci::error& cause) {
      report(cause);
      ricci::clear_interrupt();
    }
  }
  std::cerr << "\n";
}

int Runner::report(const ricci::error& cause) {
  report_warnings();
  print_message(cause.what(), colour_);
  if (cause.code() == "interrupted") return interrupted;
  const bool limit = cause.code() == "memory" || cause.diagnostic().fault == ricci::dsl::Fault::time_limit;
  return limit ? limit_hit : failed;
}

}  // namespace repl
