/// A person at a terminal: the command under a pseudo-terminal, keys in, screen out. The screen is libvterm's, so what
/// a test reads is what somebody would see, whatever control sequences made it so.
#pragma once

#include <chrono>
#include <string>
#include <vector>

struct VTerm;
struct VTermScreen;

namespace person {

/// What the command finds around it: a home of its own, so that no test sees another's history.
struct Surroundings {
  std::vector<std::string> arguments;
  std::vector<std::string> variables;  // NAME=VALUE, over the usual ones
  int rows = 30, columns = 100;
  std::string folder = {};   // where it starts, and its home; empty: a fresh one that is gone afterwards
  std::string program = {};  // what runs; empty: the command, whose path is in RICCI_COMMAND
};

class Terminal {
 public:
  explicit Terminal(Surroundings around = {});
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  /// Types text as it is; "\r" is Enter.
  void type(const std::string& keys);
  /// Types a line, waits until the next prompt stands below it, and returns what stands between.
  std::string enter(const std::string& line);
  /// As a terminal pastes into a program that asked to be told.
  void paste(const std::string& text);
  /// Waits until the text is on the screen, or has been. False: ten seconds have passed.
  bool sees(const std::string& text);
  /// Waits until the last line on the screen, cut of blanks, is this.
  bool waits_at(const std::string& line);
  /// Whether the text comes up within this time; for what must not.
  bool shows_within(std::chrono::milliseconds time, const std::string& text);
  /// Everything that has been on the screen, line by line, without blanks at their ends.
  std::string screen();
  /// The same, from the last line that begins with the text.
  std::string since(const std::string& beginning);
  std::string last_line();
  /// All that was written, control sequences and all.
  const std::string& raw() const { return raw_; }
  void resize(int rows, int columns);
  void send_signal(int signal) const;
  /// Waits for the end; the exit status, or 128 + the signal that ended it.
  int status();
  bool runs() const;
  const std::string& folder() const { return folder_; }
  int process() const { return process_; }

 private:
  static int push_line(int columns, const void* cells, void* user);
  bool read_some(std::chrono::milliseconds wait);
  std::vector<std::string> lines();
  bool until(bool (*holds)(Terminal&, const std::string&), const std::string& text);

  int process_ = -1;
  int master_ = -1;
  int status_ = -1;
  int columns_;
  bool owns_folder_ = false;
  std::string folder_;
  std::string raw_;
  std::size_t drawn_ = 0;  // bytes of it that are on the screen
  VTerm* terminal_ = nullptr;
  VTermScreen* screen_ = nullptr;
  std::vector<std::string> gone_;  // lines that have left the screen at its top
};

}  // namespace person
