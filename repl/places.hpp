/// A person's files: where they live, by the XDG base directory specification, and what is in them.
#pragma once

#include <string>

namespace repl {

/// $XDG_DATA_HOME/ricci/history; empty: no home is known.
std::string history_file();
/// $XDG_CONFIG_HOME/ricci/rc.ricci, run when a conversation begins.
std::string start_file();
/// $XDG_CONFIG_HOME/ricci/rates, which `./dev calibrate` writes.
std::string rates_file();

/// All of a file; false with the reason in `text`.
bool read_all(const std::string& path, std::string& text);

}  // namespace repl
