#include "repl/run.hpp"

#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <ricci/ricci.hpp>

#include "repl/report.hpp"

namespace repl {
namespace {

int status_of(const ricci::error& cause) {
  if (cause.code() == "interrupted") return 130;
  return cause.code() == "memory" || cause.code() == "limit" ? 3 : 1;
}

struct Source {
  std::string name;
  std::string text;
};

/// The programs to run, in order.
bool read_sources(const Command& command, std::vector<Source>& out) {
  for (const std::string& text : command.statements) out.push_back({"-e", text});
  if (!command.script.empty()) {
    std::ifstream file(command.script, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
      if (file && file.peek() == std::ifstream::traits_type::eof()) {
        out.push_back({command.script, ""});
        return true;
      }
      std::cerr << "error[file]: there is no script '" << command.script << "' that can be read\n";
      return false;
    }
    out.push_back({command.script, text.str()});
  } else if (command.statements.empty()) {
    out.push_back({"standard input", std::string(std::istreambuf_iterator<char>(std::cin), {})});
  }
  return true;
}

/// NAME=VALUE: an integer, a float, a bool or any closed scalar expression of the language.
void bind_scalar(ricci::session& session, const std::string& name, const std::string& text) {
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end)
    return session.set_weak(name, whole);
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc() && read.ptr == end)
    return session.set_weak(name, real);
  session.run(name + " = " + text);
}

void show(const ricci::shown& one) {
  if (one.defined) return;
  const std::string text = ricci::to_text(one.of);
  std::cout << one.label << " = " << text << "\n" << std::flush;
}

class Runner {
 public:
  explicit Runner(const Command& command)
      : command_(command), session_({command.level, command.strict, command.check, command.seed}) {}

  void run(const std::vector<Source>& sources) {
    if (command_.threads > 0) ricci::set_threads(command_.threads);
    if (command_.memory_limit) ricci::set_memory_limit(*command_.memory_limit);
    if (command_.time_limit > 0) ricci::set_time_limit(command_.time_limit);
    session_.set_repeat(command_.repeat);
    for (const NamedFile& one : command_.loads) session_.set(one.name, ricci::load(one.file));
    for (const auto& [name, value] : command_.scalars) bind_scalar(session_, name, value);
    if (command_.explain != Format::none) return explain(sources);
    for (const Source& source : sources) {
      session_.run(source.text, show);
      report_warnings();
    }
    for (const NamedFile& one : command_.saves) ricci::save(one.file, session_.get(one.name));
    report_warnings();
    if (command_.time != Format::none) std::cout << timing_text(session_.take_timings(), command_.time);
    if (command_.profile != Format::none)
      std::cout << profile_text(session_.take_step_timings(), session_.take_timings(), notices_, command_.profile);
  }

 private:
  void explain(const std::vector<Source>& sources) {
    std::vector<std::string> names;
    for (const NamedFile& one : command_.saves) names.push_back(one.name);
    std::string text;
    for (const Source& source : sources) text += source.text + "\n";
    std::cout << session_.explain(text, names);
  }

  void report_warnings() {
    const std::vector<ricci::notice> fresh = session_.take_notices();
    if (!command_.quiet) std::cerr << warning_text(fresh);
    notices_.insert(notices_.end(), fresh.begin(), fresh.end());
  }

  const Command& command_;
  ricci::session session_;
  std::vector<ricci::notice> notices_;
};

}  // namespace

int run(const Command& command) {
  try {
    std::vector<Source> sources;
    if (!read_sources(command, sources)) return 1;
    Runner(command).run(sources);
    std::cout.flush();
    return 0;
  } catch (const ricci::error& cause) {
    std::cout.flush();
    std::cerr << cause.what();
    if (std::string_view(cause.what()).empty() || std::string_view(cause.what()).back() != '\n') std::cerr << "\n";
    return status_of(cause);
  } catch (const std::bad_alloc&) {
    std::cerr << "error[memory]: the machine has no memory left for this\n";
    return 3;
  }
}

}  // namespace repl
