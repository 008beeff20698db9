#include "tests/repl/terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <vterm.h>

namespace person {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::chrono::milliseconds moment{20};

void append_utf8(std::string& out, std::uint32_t value) {
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0U | (value >> 6U));
    out += static_cast<char>(0x80U | (value & 0x3FU));
  } else {
    out += static_cast<char>(0xE0U | (value >> 12U));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (value & 0x3FU));
  }
}

std::string text_of(const VTermScreenCell& cell) {
  std::string out;
  for (int at = 0; at < VTERM_MAX_CHARS_PER_CELL && cell.chars[at] != 0; ++at)
    if (cell.chars[at] != 0xFFFFFFFFU) append_utf8(out, cell.chars[at]);
  if (cell.chars[0] == 0) out = " ";
  return out;
}

/// How many bytes at the end are the beginning of a character.
std::size_t bytes_begun(const std::string& text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

std::string cut(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

[[noreturn]] void become_command(const Surroundings& around, const std::string& folder) {
  const char* command = std::getenv("RICCI_COMMAND");
  if (command == nullptr || ::chdir(folder.c_str()) != 0) ::_exit(125);
  const std::string home = "HOME=" + folder;
  for (const char* gone : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "NO_COLOR", "EDITOR", "VISUAL", "LC_ALL"})
    ::unsetenv(gone);
  for (const std::string& own : {home, std::string("TERM=xterm-256color"), std::string("LANG=C.UTF-8")})
    ::putenv(::strdup(own.c_str()));
  for (const std::string& own : around.variables) ::putenv(::strdup(own.c_str()));
  if (!around.program.empty()) command = around.program.c_str();
  std::vector<char*> words{::strdup(command)};
  for (const std::string& own : around.arguments) words.push_back(::strdup(own.c_str()));
  words.push_back(nullptr);
  ::execvp(command, words.data());
  ::_exit(126);
}

}  // namespace

Terminal::Terminal(Surroundings around) : columns_(around.columns), folder_(around.folder) {
  if (folder_.empty()) {
    char name[] = "/tmp/ricci-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("no folder");
    folder_ = name;
    owns_folder_ = true;
  }
  terminal_ = vterm_new(around.rows, around.columns);
  vterm_set_utf8(terminal_, 1);
  screen_ = vterm_obtain_screen(terminal_);
  static constexpr VTermScreenCallbacks callbacks = [] {
    VTermScreenCallbacks out{};
    out.sb_pushline = [](int columns, const VTermScreenCell* cells, void* user) {
      return push_line(columns, cells, user);
    };
    return out;
  }();
  vterm_screen_set_callbacks(screen_, &callbacks, this);
  vterm_screen_reset(screen_, 1);
  winsize size = {};
  size.ws_row = static_cast<unsigned short>(around.rows);
  size.ws_col = static_cast<unsigned short>(around.columns);
  process_ = ::forkpty(&master_, nullptr, nullptr, &size);
  if (process_ < 0) throw std::runtime_error("no pseudo-terminal");
  if (process_ == 0) become_command(around, folder_);
}

Terminal::~Terminal() {
  if (runs()) ::kill(process_, SIGKILL);
  status();
  ::close(master_);
  vterm_free(terminal_);
  std::error_code ignored;
  if (owns_folder_) std::filesystem::remove_all(folder_, ignored);
}

int Terminal::push_line(int columns, const void* cells, void* user) {
  std::string line;
  for (int at = 0; at < columns; ++at) {
    const VTermScreenCell& cell = static_cast<const VTermScreenCell*>(cells)[at];
    line += text_of(cell);
    if (cell.width > 1) at += cell.width - 1;
  }
  static_cast<Terminal*>(user)->gone_.push_back(cut(line));
  return 1;
}

bool Terminal::read_some(std::chrono::milliseconds wait) {
  pollfd waited{master_, POLLIN, 0};
  if (::poll(&waited, 1, static_cast<int>(wait.count())) <= 0) return false;
  char part[4096];
  const ssize_t got = ::read(master_, part, sizeof part);
  if (got <= 0) return false;
  raw_.append(part, static_cast<std::size_t>(got));
  // In whole characters: libvterm may lose one whose bytes come in two calls.
  const std::size_t end = raw_.size() - bytes_begun(raw_);
  vterm_input_write(terminal_, raw_.data() + drawn_, end - drawn_);
  drawn_ = end;
  vterm_screen_flush_damage(screen_);
  return true;
}

std::vector<std::string> Terminal::lines() {
  int rows = 0, columns = 0;
  vterm_get_size(terminal_, &rows, &columns);
  std::vector<std::string> out = gone_;
  for (int row = 0; row < rows; ++row) {
    std::string line;
    for (int at = 0; at < columns; ++at) {
      VTermScreenCell cell;
      vterm_screen_get_cell(screen_, {row, at}, &cell);
      line += text_of(cell);
      if (cell.width > 1) at += cell.width - 1;
    }
    out.push_back(cut(line));
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

std::string Terminal::screen() {
  std::string out;
  for (const std::string& line : lines()) out += line + "\n";
  return out;
}

std::string Terminal::last_line() {
  const std::vector<std::string> all = lines();
  return all.empty() ? std::string() : all.back();
}

std::string Terminal::since(const std::string& beginning) {
  const std::vector<std::string> all = lines();
  std::size_t from = all.size();
  while (from > 0 && !all[from - 1].starts_with(beginning)) --from;
  std::string out;
  for (std::size_t at = from == 0 ? 0 : from - 1; at < all.size(); ++at) out += all[at] + "\n";
  return out;
}

bool Terminal::until(bool (*holds)(Terminal&, const std::string&), const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    while (read_some(std::chrono::milliseconds(0))) {
    }
    if (holds(*this, text)) return true;
    if (!read_some(moment) && !runs()) return false;
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

bool Terminal::sees(const std::string& text) {
  return until([](Terminal& own, const std::string& wanted) { return own.screen().find(wanted) != std::string::npos; },
               text);
}

bool Terminal::waits_at(const std::string& line) {
  return until([](Terminal& own, const std::string& wanted) { return own.last_line() == wanted; }, line);
}

bool Terminal::shows_within(std::chrono::milliseconds time, const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) read_some(moment);
  return screen().find(text) != std::string::npos;
}

void Terminal::type(const std::string& keys) {
  for (std::size_t at = 0; at < keys.size();) {
    const ssize_t put = ::write(master_, keys.data() + at, keys.size() - at);
    if (put <= 0) return;
    at += static_cast<std::size_t>(put);
  }
}

/// A line that is entered twice leaves two prompts: the number of prompts tells when it has been answered.
std::string Terminal::enter(const std::string& line) {
  waits_at("ricci>");
  const auto prompts = [&] {
    const std::vector<std::string> all = lines();
    return std::count_if(all.begin(), all.end(), [](const std::string& own) { return own.starts_with("ricci>"); });
  };
  const auto before = prompts();
  const std::size_t from = lines().size();  // the echo of this line stands in the one before
  type(line + "\r");
  const auto end = std::chrono::steady_clock::now() + patience;
  while ((prompts() <= before || last_line() != "ricci>") && std::chrono::steady_clock::now() < end)
    if (!read_some(moment) && !runs()) break;
  const std::vector<std::string> all = lines();
  std::string out;
  for (std::size_t at = from; at + 1 < all.size(); ++at) out += all[at] + "\n";
  return out;
}

void Terminal::paste(const std::string& text) {
  std::string sent;
  for (const char c : text) sent += c == '\n' ? '\r' : c;  // as terminals do
  type("\x1B[200~" + sent + "\x1B[201~");
}

void Terminal::resize(int rows, int columns) {
  columns_ = columns;
  vterm_set_size(terminal_, rows, columns);
  winsize size = {};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  ::ioctl(master_, TIOCSWINSZ, &size);
}

void Terminal::send_signal(int signal) const { ::kill(process_, signal); }

bool Terminal::runs() const {
  if (status_ >= 0) return false;
  siginfo_t info = {};
  return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

int Terminal::status() {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (runs() && std::chrono::steady_clock::now() < end) read_some(moment);
  while (read_some(std::chrono::milliseconds(0))) {
  }
  if (status_ >= 0) return status_;
  if (runs()) ::kill(process_, SIGKILL);
  int got = 0;
  ::waitpid(process_, &got, 0);
  status_ = WIFEXITED(got) ? WEXITSTATUS(got) : 128 + WTERMSIG(got);
  return status_;
}

}  // namespace person
