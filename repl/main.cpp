/// The command `ricci`: runs a script, statements, or standard input, or converses with the person at the terminal, and
/// says how it went by its exit status.
#include <cstdio>
#include <cstdlib>

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"
#include "repl/run.hpp"
#include "repl/signals.hpp"

int main(int argc, char** argv) {
  const repl::Parsed parsed = repl::parse_command_line(argc, argv);
  if (parsed.exit) return *parsed.exit;
  repl::install_script_signals();
  const int status = repl::run(parsed.command);
  if (ricci::winding_down()) {
    std::fflush(nullptr);
    std::_Exit(status);  // whoever has interrupted does not wait for what they gave up
  }
  return status;
}
