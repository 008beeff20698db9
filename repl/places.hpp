/// Where a person's files live, by the XDG base directory specification.
#pragma once

#include <string>

namespace repl {

/// $XDG_DATA_HOME/ricci/history; empty: no home is known.
std::string history_file();
/// $XDG_CONFIG_HOME/ricci/rc.ricci, run when a conversation begins.
std::string start_file();

}  // namespace repl
