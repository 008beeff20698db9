/// Runs a command from beginning to end.
#pragma once

#include "repl/command_line.hpp"

namespace repl {

/// The exit status: 0 all well, 1 an error in the program or its data, 2 wrong use, 3 a limit was hit, 130 interrupted.
int run(const Command& command);

}  // namespace repl
