#include "repl/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <ricci/ricci.hpp>

namespace repl {
namespace {

constexpr int wrong_use = 2;

/// NAME=REST with a NAME the language can spell; false otherwise.
bool split_assignment(const std::string& text, std::string& name, std::string& rest) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  name = text.substr(0, equals);
  rest = text.substr(equals + 1);
  const auto first = static_cast<unsigned char>(name[0]);
  if (std::isalpha(first) == 0 && first != '_' && first < 0x80) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && c != '_' && byte < 0x80) return false;
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> size_of(const std::string& text) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  std::string unit = text.substr(used);
  for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!unit.empty() && unit.back() == 'B') unit.pop_back();
  if (!unit.empty() && unit.back() == 'I') unit.pop_back();
  double scale = 1;
  if (unit == "K")
    scale = 1024.0;
  else if (unit == "M")
    scale = 1024.0 * 1024;
  else if (unit == "G")
    scale = 1024.0 * 1024 * 1024;
  else if (unit == "T")
    scale = 1024.0 * 1024 * 1024 * 1024;
  else if (!unit.empty())
    return std::nullopt;
  if (!(value > 0) || value * scale > 9e18) return std::nullopt;
  return static_cast<std::int64_t>(value * scale);
}

namespace {

/// The words for CLI11, last first. An option that may stand alone takes its value only after `=`, so that it never
/// swallows the script's name. Statements after -e are taken out: they may start with a minus sign or be empty.
bool prepared_words(int argc, char** argv, std::vector<std::string>& out, std::vector<std::string>& statements) {
  for (int at = 1; at < argc; ++at) {
    std::string word = argv[at];
    if (word == "-e") {
      if (++at == argc) return false;
      statements.emplace_back(argv[at]);
      continue;
    }
    for (const char* option : {"--explain", "--profile", "--time"})
      if (word == option) word += "=text";
    out.insert(out.begin(), word);
  }
  return true;
}

struct Words {  // as typed, before they are read
  std::vector<std::string> files, loads, saves, attached;
  std::string explain, profile, time, accuracy = "fast", memory, format = "text";
};

void declare(CLI::App& app, Command& command, Words& words) {
  app.add_option("FILE", words.files, "a script, then NAME=VALUE for scalars");
  app.add_option("-e", words.attached, "run statements (repeatable, in order)")->allow_extra_args(false);
  app.add_option("-l,--load", words.loads, "bind a tensor: NAME=FILE, .npy .npz .mtx .csv; NAME=FILE.npz:key")
      ->allow_extra_args(false);
  app.add_option("-s,--save", words.saves, "write a tensor when the run ends: NAME=FILE")->allow_extra_args(false);
  app.add_option("-O", command.level, "0: by definition, 1: safe passes, 2: all (default)")->check(CLI::Range(0, 2));
  app.add_option("--accuracy", words.accuracy, "strict: no rewrite that can lose accuracy; fast: with guards (default)")
      ->check(CLI::IsMember({"strict", "fast"}));
  app.add_option("--explain", words.explain,
                 "the sums written out, the passes and the plan; nothing is run, unless --profile asks for times too")
      ->check(CLI::IsMember({"text", "json", "dot", "html"}));
  app.add_option("--profile", words.profile,
                 "run, then each step's time beside its estimate, and what the numerics report")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--time", words.time, "each statement's time")->check(CLI::IsMember({"text", "json"}));
  app.add_option("--repeat", command.repeat, "time N runs of the prepared plan")->check(CLI::Range(1, 1'000'000));
  app.add_option("--save-plan", command.save_plan, "write what the optimiser decided, when the run ends, to this file");
  app.add_option("--plan", command.plan, "take it from such a file: refused unless arguments and options are the same");
  app.add_option("--threads", command.threads, "threads to use")->check(CLI::Range(1, 1024));
  app.add_option("--seed", command.seed, "the seed of random draws");
  app.add_option("--memory-limit", words.memory, "8G, 512M; default: 80 % of what the machine has free");
  app.add_option("--time-limit", command.time_limit, "seconds")->check(CLI::PositiveNumber);
  app.add_flag("--check", command.check, "verify assumed structure, and results against the reference on samples");
  app.add_flag("-q,--quiet", command.quiet, "no warnings, no banner");
  app.add_option("--format", words.format, "how values are shown: text, json (one object a line), csv")
      ->check(CLI::IsMember({"text", "json", "csv"}));
  app.add_flag("--keep-going", command.keep_going, "go on after a statement that fails; the status still tells");
  app.add_option("--init", command.init, "run this file first, instead of the conversation's own start file");
  app.add_flag("--no-init", command.no_init, "run no start file");
  app.add_flag("--safe", command.safe, "a conversation runs no command of the shell and no other program");
  app.add_option("--color", command.color, "auto, always, never")->check(CLI::IsMember({"auto", "always", "never"}));
  app.set_version_flag("--version", "ricci " + ricci::version());
}

Format format_of(const std::string& word) {
  if (word.empty()) return Format::none;
  if (word == "html") return Format::html;
  return word == "json" ? Format::json : word == "dot" ? Format::dot : Format::text;
}

/// A message for a wrong use of the command line.
Parsed refuse(const std::string& message) {
  std::cerr << "error[usage]: " << message << "\n  hint: ricci --help lists the options\n";
  return {{}, wrong_use};
}

/// What is wrong with the pairs; empty: nothing.
std::string read_pairs(const char* option, const std::vector<std::string>& words, std::vector<NamedFile>& out) {
  for (const std::string& word : words) {
    NamedFile pair;
    if (!split_assignment(word, pair.name, pair.file) || pair.file.empty())
      return std::string(option) + " takes NAME=FILE, not '" + word + "'";
    out.push_back(pair);
  }
  return {};
}

/// A name that no statement could define, or that is given twice.
std::string wrong_names(const Command& command) {
  std::vector<std::string> names;
  for (const NamedFile& one : command.loads) names.push_back(one.name);
  for (const auto& [name, value] : command.scalars) names.push_back(name);
  for (const std::string& name : names) {
    try {
      ricci::defined_names(name + " = 0");
    } catch (const ricci::error& cause) {
      return "'" + name + "' cannot be a name: " + cause.message();
    }
    if (std::count(names.begin(), names.end(), name) > 1) return "'" + name + "' is given twice";
  }
  for (const NamedFile& one : command.saves)
    if (std::count_if(command.saves.begin(), command.saves.end(),
                      [&](const auto& own) { return own.file == one.file; }) > 1)
      return "two results are to be saved to '" + one.file + "'";
  return {};
}

/// The words that are no options: one script, and scalars.
std::string read_files(const std::vector<std::string>& words, Command& command) {
  for (const std::string& word : words) {
    std::pair<std::string, std::string> scalar;
    if (split_assignment(word, scalar.first, scalar.second))
      command.scalars.push_back(scalar);
    else if (!command.statements.empty())
      return "with -e there is no script, but '" + word + "' is given";
    else if (!command.script.empty())
      return "'" + word + "' is neither NAME=VALUE nor the one script";
    else
      command.script = word;
  }
  return {};
}

std::string read_words(const Words& words, Command& command) {
  std::string wrong = read_files(words.files, command);
  if (wrong.empty()) wrong = read_pairs("--load", words.loads, command.loads);
  if (wrong.empty()) wrong = read_pairs("--save", words.saves, command.saves);
  if (wrong.empty()) wrong = wrong_names(command);
  if (!words.memory.empty()) {
    command.memory_limit = size_of(words.memory);
    if (!command.memory_limit && wrong.empty())
      wrong = "--memory-limit takes a size such as 8G or 512M, not '" + words.memory + "'";
  }
  return wrong;
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  Parsed out;
  Words words;
  std::vector<std::string> left;
  if (!prepared_words(argc, argv, left, out.command.statements)) return refuse("-e takes statements");
  CLI::App app("ricci: index notation, evaluated lazily and fast", "ricci");
  declare(app, out.command, words);
  try {
    app.parse(left);
  } catch (const CLI::ParseError& cause) {
    if (cause.get_exit_code() != 0) return refuse(cause.what());
    app.exit(cause, std::cout, std::cout);
    return {{}, 0};
  }
  Command& command = out.command;
  command.statements.insert(command.statements.end(), words.attached.begin(), words.attached.end());
  if (const std::string wrong = read_words(words, command); !wrong.empty()) return refuse(wrong);
  command.strict = words.accuracy == "strict";
  command.format = words.format == "json"  ? ValueFormat::json
                   : words.format == "csv" ? ValueFormat::csv
                                           : ValueFormat::text;
  command.explain = format_of(words.explain);
  command.profile = format_of(words.profile);
  command.time = format_of(words.time);
  return out;
}

}  // namespace repl
