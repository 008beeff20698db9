/// The command `ricci`: runs a script, statements, or standard input, and says how it went by its exit status.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"
#include "repl/run.hpp"

namespace {

extern "C" void stop_evaluation(int) { ricci::interrupt(); }

}  // namespace

int main(int argc, char** argv) {
  const repl::Parsed parsed = repl::parse_command_line(argc, argv);
  if (parsed.exit) return *parsed.exit;
  std::signal(SIGINT, stop_evaluation);
  std::signal(SIGPIPE, SIG_IGN);
  return repl::run(parsed.command);
}
