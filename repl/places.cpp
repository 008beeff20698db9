#include "repl/places.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace repl {
namespace {

/// A variable's folder, or the one below the home folder; relative ones are to be ignored, says the specification.
std::string below(const char* variable, const char* instead, const char* file) {
  const char* given = std::getenv(variable);
  if (given != nullptr && *given == '/') return std::string(given) + "/ricci/" + file;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::string(home) + "/" + instead + "/ricci/" + file;
}

}  // namespace

std::string history_file() { return below("XDG_DATA_HOME", ".local/share", "history"); }
std::string start_file() { return below("XDG_CONFIG_HOME", ".config", "rc.ricci"); }
std::string rates_file() { return below("XDG_CONFIG_HOME", ".config", "rates"); }

bool read_all(const std::string& path, std::string& text) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream read;
  const bool empty = file && file.peek() == std::ifstream::traits_type::eof() && !file.bad();
  if (empty || (file && read << file.rdbuf())) {
    text = read.str();
    return true;
  }
  text = errno != 0 ? std::strerror(errno) : "it is no file";
  return false;
}

}  // namespace repl
