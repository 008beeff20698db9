#include "repl/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include <ricci/ricci.hpp>

namespace repl {
namespace {

constexpr int interrupted_status = 130;

volatile sig_atomic_t ending = 0, window_changed = 0, stop_requested = 0;
volatile sig_atomic_t conversing = 0;

/// A pipe that a signal writes to: who waits for a key waits for it too, so that no signal comes between asking the
/// flags and waiting, on whichever thread it arrives.
int wake[2] = {-1, -1};

void wake_up() {
  const int before = errno;
  if (wake[1] >= 0 && ::write(wake[1], "", 1) < 0) errno = before;  // full: it wakes already
}

extern "C" void on_interrupt(int) {
  if (conversing == 0 && ricci::interrupted()) _exit(interrupted_status);
  ricci::interrupt();
  wake_up();
}

extern "C" void on_end(int signal) {
  if (ending != 0) _exit(128 + signal);  // asked twice: what runs does not answer
  ending = signal;
  ricci::interrupt();
  wake_up();
}

extern "C" void on_window_change(int) {
  window_changed = 1;
  wake_up();
}
extern "C" void on_stop(int) {
  stop_requested = 1;
  wake_up();
}

/// Without SA_RESTART: a read that waits ends, and its loop asks the flags.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

bool take(volatile sig_atomic_t& flag) {
  const bool was = flag != 0;
  flag = 0;
  return was;
}

}  // namespace

void install_script_signals() {
  handle(SIGINT, on_interrupt);
  handle(SIGPIPE, SIG_IGN);  // who closes our output early still gets the files it asked for
}

void install_conversation_signals() {
  conversing = 1;
  if (wake[0] < 0 && ::pipe2(wake, O_NONBLOCK | O_CLOEXEC) != 0) wake[0] = wake[1] = -1;
  install_script_signals();
  handle(SIGTERM, on_end);
  handle(SIGHUP, on_end);
  handle(SIGWINCH, on_window_change);
}

int wake_descriptor() noexcept { return wake[0]; }
void sleep_again() noexcept {
  char bytes[64];
  while (::read(wake[0], bytes, sizeof bytes) > 0) {
  }
}
int ending_signal() noexcept { return ending; }
bool take_window_change() noexcept { return take(window_changed); }
bool take_stop_request() noexcept { return take(stop_requested); }

void catch_stop(bool caught) { handle(SIGTSTP, caught ? on_stop : SIG_DFL); }

void stop_process() {
  handle(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  handle(SIGTSTP, on_stop);
}

}  // namespace repl
