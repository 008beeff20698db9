#include "repl/run.hpp"

#include <unistd.h>

#include <cerrno>
#include <new>

#include "repl/conversation.hpp"
#include "repl/places.hpp"
#include "repl/runner.hpp"
#include "repl/signals.hpp"

namespace repl {
namespace {

constexpr int all_well = 0, failed = 1, wrong_use = 2, limit_hit = 3, interrupted = 130;

/// Standard input, or what came of it before an interruption.
std::string read_standard_input() {
  std::string text;
  char part[1 << 14];
  while (!ricci::interrupted()) {
    if (!wait_for_input()) continue;
    const ssize_t got = ::read(STDIN_FILENO, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(part, static_cast<std::size_t>(got));
  }
  return text;
}

/// A file as one of the programs; `what` names it in the message that it cannot be read.
bool read_source(const std::string& path, const char* what, const Command& command, std::vector<Source>& out) {
  std::string text;
  if (!read_all(path, text)) {
    print_message("error[file]: " + std::string(what) + " '" + path + "' cannot be read: " + text,
                  wants_colour(command.color));
    return false;
  }
  out.push_back({path, text});
  return true;
}

/// The programs to run, in order; false when the script cannot be read.
bool read_sources(const Command& command, std::vector<Source>& out) {
  if (!command.init.empty() && !read_source(command.init, "the file", command, out)) return false;
  for (const std::string& text : command.statements) out.push_back({"", text});
  if (!command.script.empty()) {
    if (!read_source(command.script, "the script", command, out)) return false;
  } else if (command.statements.empty()) {
    out.push_back({"standard input", read_standard_input()});
  }
  return true;
}

int run_in(Runner& runner, const Command& command, bool terminal) {
  std::vector<Source> sources;
  if (!terminal && !read_sources(command, sources)) return failed;
  if (ricci::interrupted()) return interrupted;
  runner.bind();
  if (command.explain != Format::none) {
    runner.explain(sources);
    return all_well;
  }
  if (terminal) {
    install_conversation_signals();
    const int status = Conversation(runner, command).run();
    runner.finish();
    return status;
  }
  runner.check_saves(sources);
  for (const Source& source : sources) runner.run(source);
  runner.finish();
  return runner.status();
}

/// The rates of this machine, where somebody has measured them.
void take_rates(const Command& command) {
  const std::string file = rates_file();
  if (file.empty() || ::access(file.c_str(), F_OK) != 0) return;
  const std::string fault = ricci::use_rates(file);
  if (!fault.empty() && !command.quiet)
    print_message("warning: the rates in '" + file + "' are not used: " + fault + " (./dev calibrate measures them)\n",
                  wants_colour(command.color));
}

}  // namespace

int run(const Command& command) {
  take_rates(command);
  const bool terminal = command.script.empty() && command.statements.empty() && ::isatty(STDIN_FILENO) != 0;
  Runner runner(command);
  int status = all_well;
  try {
    status = run_in(runner, command, terminal);
  } catch (const WrongUse& wrong) {
    print_message("error[usage]: " + wrong.message, wants_colour(command.color));
    status = wrong_use;
  } catch (const Reported& fault) {
    status = fault.status;
  } catch (const ricci::error& cause) {
    status = runner.report(cause);
  } catch (const std::bad_alloc&) {
    print_message("error[memory]: the machine has no memory left for this", wants_colour(command.color));
    status = limit_hit;
  }
  const std::string& lost = runner.results().failure();
  if (!lost.empty())
    print_message("error[file]: standard output cannot be written: " + lost, wants_colour(command.color));
  return status == all_well && !lost.empty() ? failed : status;
}

}  // namespace repl
