/// The command `ricci`: runs a script, statements, or standard input, and says how it went by its exit status.
#include <signal.h>
#include <unistd.h>

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"
#include "repl/run.hpp"

namespace {

constexpr int interrupted_status = 130;

/// The first asks the computation to stop; a second, while it has not answered, ends the process.
extern "C" void stop_evaluation(int) {
  if (ricci::interrupted()) _exit(interrupted_status);
  ricci::interrupt();
}

}  // namespace

int main(int argc, char** argv) {
  const repl::Parsed parsed = repl::parse_command_line(argc, argv);
  if (parsed.exit) return *parsed.exit;
  struct sigaction action = {};
  action.sa_handler = stop_evaluation;
  sigemptyset(&action.sa_mask);  // without SA_RESTART: reading standard input ends too
  sigaction(SIGINT, &action, nullptr);
  action.sa_handler = SIG_IGN;  // who closes our output early still gets the files it asked for
  sigaction(SIGPIPE, &action, nullptr);
  return repl::run(parsed.command);
}
