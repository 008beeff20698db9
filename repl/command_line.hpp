/// The command line of `ricci`: what is asked for, as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "repl/values.hpp"

namespace repl {

enum class Format : std::uint8_t { none, text, json, dot, html };

struct NamedFile {
  std::string name;
  std::string file;
};

struct Command {
  std::string script;                                        // a file; empty: statements or standard input
  std::vector<std::string> statements;                       // -e
  std::vector<std::pair<std::string, std::string>> scalars;  // NAME=VALUE
  std::vector<NamedFile> loads;
  std::vector<NamedFile> saves;
  int level = 2;
  bool strict = false;
  bool check = false;
  bool quiet = false;
  Format explain = Format::none;
  Format profile = Format::none;
  Format time = Format::none;
  int repeat = 1;
  int threads = 0;  // 0: as many as the machine has
  std::uint64_t seed = 0;
  std::optional<std::int64_t> memory_limit;
  double time_limit = 0;
  std::string color = "auto";
  ValueFormat format = ValueFormat::text;
  std::string plan;       // a file of plans that are used instead of optimising
  std::string save_plan;  // where those that were made go
  bool keep_going = false;
  bool safe = false;     // no command of the shell is run
  std::string init;      // a file that runs first
  bool no_init = false;  // the person's own start file does not
};

/// What reading the command line came to: a command, or an exit status with everything said already.
struct Parsed {
  Command command;
  std::optional<int> exit;
};

Parsed parse_command_line(int argc, char** argv);

/// 8G, 512M, 1024: bytes. Nothing: it is no size.
std::optional<std::int64_t> size_of(const std::string& text);

}  // namespace repl
