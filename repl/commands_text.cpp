/// Commands about what is typed: scripts, history, the editor, the shell.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "repl/commands.hpp"
#include "repl/places.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

/// A file that is gone when this is.
struct Scratch {
  Scratch() {
    const char* folder = std::getenv("TMPDIR");
    path = std::string(folder != nullptr ? folder : "/tmp") + "/ricci-XXXXXX.ricci";
    constexpr int ending = 6;
    const int file = ::mkstemps(path.data(), ending);
    if (file < 0) throw CommandFault{"no scratch file can be made: " + std::string(std::strerror(errno)), ""};
    ::close(file);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { ::unlink(path.c_str()); }
  std::string path;
};

/// Runs a command of the shell on this terminal; its exit status.
int shell(const std::string& command) {
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): that is what the user asked for
  if (status == -1) throw CommandFault{"the shell cannot be run: " + std::string(std::strerror(errno)), ""};
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void refuse_if_safe(const Conversation& with, const char* command) {
  if (with.is_safe()) throw CommandFault{std::string(command) + " is off: ricci was started with --safe", ""};
}

/// What `:edit` begins with: a name's definition, the newest entry with this beginning, or the newest one.
std::string to_edit(Conversation& with, const std::string& argument) {
  for (const ricci::variable& own : with.session().variables())
    if (own.name == argument && !own.definition.empty()) return own.definition;
  const std::vector<std::string>& entries = with.history().entries();
  for (std::size_t at = entries.size(); at-- > 0;)
    if (entries[at].starts_with(argument) && !entries[at].starts_with(":")) return entries[at];
  return argument;
}

}  // namespace

void read_statements(Conversation& with, std::string_view argument) {
  if (argument.empty()) throw CommandFault{":read takes a file", ":read script.ricci"};
  with.run_file(std::string(argument));
}

void write_statements(Conversation& with, std::string_view argument) {
  if (argument.empty()) throw CommandFault{":write takes a file", ":write script.ricci"};
  const std::string path(argument);
  const std::string beside = path + ".part-" + std::to_string(::getpid());
  std::ofstream file(beside, std::ios::binary);
  for (const std::string& statement : with.accepted()) file << statement << "\n";
  file.close();
  if (!file || std::rename(beside.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(beside.c_str());
    throw CommandFault{"'" + path + "' cannot be written: " + why, ""};
  }
  with.note(std::to_string(with.accepted().size()) + " statements are in " + path + "\n");
}

void show_history(Conversation& with, std::string_view argument) {
  if (argument == "clear") return with.history().clear();
  constexpr std::size_t most = 50;
  const std::vector<std::string>& entries = with.history().entries();
  std::vector<std::size_t> found;
  for (std::size_t at = entries.size(); at-- > 0 && found.size() < most;)
    if (entries[at].find(argument) != std::string::npos) found.push_back(at);
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    with.print(formatted("%5zu  ", *at + 1) + entries[*at] + "\n");
}

void edit_statement(Conversation& with, std::string_view argument) {
  refuse_if_safe(with, ":edit");
  const Scratch scratch;
  std::ofstream(scratch.path, std::ios::binary) << to_edit(with, std::string(argument)) << "\n";
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == '\0') editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == '\0') editor = "vi";
  if (const int status = shell(std::string(editor) + " '" + scratch.path + "'"); status != 0)
    throw CommandFault{formatted("%s ended with status %d, so nothing runs", editor, status),
                       "set EDITOR to the editor you like"};
  std::string text;
  if (!read_all(scratch.path, text)) throw CommandFault{"what was written cannot be read: " + text, ""};
  text = trimmed(text);
  if (text.empty()) return;
  with.note(text + "\n");
  with.history().add(text);
  with.run_statements(text);
}

void run_shell(Conversation& with, std::string_view argument) {
  refuse_if_safe(with, ":!");
  if (argument.empty()) throw CommandFault{":! takes a command of the shell", ":!ls"};
  if (const int status = shell(std::string(argument)); status != 0)
    with.note(formatted("the command ended with status %d\n", status));
}

void leave_conversation(Conversation& with, std::string_view) { with.leave(); }

}  // namespace repl
